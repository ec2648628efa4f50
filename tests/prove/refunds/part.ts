/**
 * Refund storms at every bank that gives money back: two tills of one shop, lost and late answers, partial sums, somebody
 * else's refunds, people's decisions, killed processes. `npm run prove -- --only refunds`.
 */
import { existsSync } from "node:fs";
import { addLosses, type Part } from "../part.ts";
import { rage, type Raged } from "./storm.ts";

const STORMS = { short: 6, long: 300 };

export const run: Part = async ({ seed, scale, count, report }) => {
  if (scale === "long" && existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";
  const storms = count ?? STORMS[scale];
  const seeds = Array.from({ length: storms }, (_, n) => seed + n);
  const all: Raged[] = [];
  const failures: string[] = [];
  for (const one of seeds) {
    try {
      const raged = await rage(one);
      all.push(raged);
      failures.push(...raged.notes);
    } catch (error) {
      failures.push(`seed ${one}: ${String(error instanceof Error ? error.stack : error)}`);
    }
    if (all.length % 100 === 0) report(`${all.length} of ${storms} storms`);
  }
  const states: Record<string, number> = {};
  for (const one of all)
    for (const [state, times] of Object.entries(one.states)) states[state] = (states[state] ?? 0) + times;
  const sent = all.reduce((sum, one) => sum + one.sent, 0);
  if (sent < storms) failures.push(`only ${sent} refunds were sent in ${storms} storms: nothing was proved`);
  return {
    name: "refunds",
    runs: all.length,
    unit: "storms",
    figures: {
      "refunds asked for": all.reduce((sum, one) => sum + one.asked, 0),
      "times money was asked to go back": sent,
      ...Object.fromEntries(Object.entries(states).map(([state, times]) => [`ended ${state}`, times])),
    },
    losses: addLosses(all.map(({ losses }) => losses)),
    failures,
    seeds: [seed],
  };
};
