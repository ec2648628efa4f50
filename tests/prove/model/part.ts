/**
 * Random lives of a till with three banks (every method, refunds each way, people's decisions, other settings, faults, a
 * disk that refuses, restarts, a clock that jumps) in virtual time: the product's core, bank readers and journal before the
 * simulator's banks. `npm run prove -- --only model`; `--seed N --count 1` does one run again.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { addLosses, type Part } from "../part.ts";
import type { Cells } from "./cells.ts";
import type { Lived } from "./run.ts";
import { excuseOf } from "./unreachable.ts";
import type { Work } from "./worker.ts";

const RUNS = { short: 30, long: 10_000 };
/** A long run that is shorter proves nothing about the cells that are rarely gone through. */
const ENOUGH_FOR_CELLS = 5_000;
const LEAST_MEDIAN = 30;

interface Told {
  readonly seed?: number;
  readonly lived?: Lived;
  readonly failed?: string;
  readonly cells?: Cells;
}

export const run: Part = async ({ seed, scale, count, report }) => {
  const runs = count ?? RUNS[scale];
  const threads = scale === "short" ? 1 : Math.min(4, availableParallelism(), runs);
  const lived: Lived[] = [];
  const failures: string[] = [];
  const visits = new Map<string, number>();
  const legal = new Set<string>();

  function hear({ seed: of, lived: one, failed, cells }: Told): void {
    if (one) lived.push(one);
    for (const words of [...(one?.notes ?? []), ...(one?.failures ?? [])]) report(words);
    if (failed !== undefined) failures.push(`seed ${of}: ${failed}`);
    if (one && lived.length % 500 === 0) report(`${lived.length} of ${runs} runs`);
    for (const cell of cells?.legal ?? []) legal.add(cell);
    for (const [cell, times] of Object.entries(cells?.visits ?? {})) visits.set(cell, (visits.get(cell) ?? 0) + times);
  }

  await Promise.all(
    Array.from({ length: threads }, (_, thread) => {
      const seeds = Array.from({ length: runs }, (__, n) => seed + n).filter(
        (one) => (one - seed) % threads === thread,
      );
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: { seeds } satisfies Work });
      return new Promise<void>((resolve, reject) => {
        worker.on("message", hear);
        worker.once("error", reject);
        worker.once("exit", () => resolve());
      });
    }),
  );

  if (lived.length + failures.length < runs) failures.push(`only ${lived.length} of ${runs} runs came to their end`);
  for (const { notes, failures: own } of lived) failures.push(...notes, ...own);
  const expected = [...legal].filter((cell) => excuseOf(cell) === undefined);
  const unvisited = expected.filter((cell) => !visits.has(cell)).toSorted();
  if (runs >= ENOUGH_FOR_CELLS)
    failures.push(...unvisited.map((cell) => `a legal cell that no run has gone through: ${cell}`));
  const steps = lived.map((one) => one.steps).toSorted((a, b) => a - b);
  const median = steps[Math.floor(steps.length / 2)] ?? 0;
  if (median < LEAST_MEDIAN) failures.push(`the median of steps is ${median}`);
  const sum = (of: (one: Lived) => number): number => lived.reduce((all, one) => all + of(one), 0);
  return {
    name: "model",
    runs: lived.length,
    unit: "runs",
    figures: {
      "median of steps": median,
      payments: sum(({ payments }) => payments),
      "of them paid": sum(({ paid }) => paid),
      refunds: sum(({ refunds }) => refunds),
      "left before a person": sum(({ doubts }) => doubts),
      "state × event cells gone through": visits.size,
      "of them cells that change something": expected.filter((cell) => visits.has(cell)).length,
      "legal cells that must be gone through": expected.length,
      "of them not gone through": unvisited.length,
      "cells with an excuse": legal.size - expected.length,
      "events given to the reducers": [...visits.values()].reduce((all, times) => all + times, 0),
    },
    losses: addLosses(lived.map(({ losses }) => losses)),
    failures,
    seeds: [seed],
  };
};
