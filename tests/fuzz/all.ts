/**
 * Broken inputs to everything that reads what others have written. Nothing may fall over, and nothing may change. The same
 * seed and count do the same again.
 */
import { answerTarget } from "./answers.ts";
import { certificateTarget } from "./certificates.ts";
import { commandTarget } from "./commands.ts";
import { httpTarget } from "./http.ts";
import { createMutator } from "./mutate.ts";
import { provisioningTarget } from "./provisioning.ts";
import type { Report, Target, TargetReport } from "./target.ts";
import { openWorld } from "./world.ts";

/** After so many inputs it is looked whether something has changed. */
const BATCH = 200;
const MOST_FAILURES = 20;

/** Rejects for nothing: what went wrong is in the report. `progress` is told each target's name and how far it is. */
export async function fuzz(
  count: number,
  seed: number,
  progress: (line: string) => void = () => undefined,
): Promise<Report> {
  const failures: string[] = [];
  const fell = (error: unknown): void => void failures.push(`uncaught: ${String(error)}`);
  process.on("uncaughtExceptionMonitor", fell).on("unhandledRejection", fell);
  const world = await openWorld();
  const targets = [
    answerTarget(),
    await provisioningTarget(),
    commandTarget(world),
    httpTarget(world),
    certificateTarget(),
  ];
  const reports: TargetReport[] = [];
  try {
    const whole = targets.reduce((sum, { weight }) => sum + weight, 0);
    for (const [index, target] of targets.entries()) {
      const inputs = Math.max(Math.round((count * target.weight) / whole), 1);
      reports.push(await runTarget(target, inputs, seed * 16 + index, failures));
      progress(
        `${target.name}: ${inputs} inputs, ${reports.at(-1)?.past} past the envelope, ${failures.length} failures`,
      );
    }
  } finally {
    for (const target of targets) await target.close?.();
    await world.close();
    process.off("uncaughtExceptionMonitor", fell).off("unhandledRejection", fell);
  }
  const sum = (of: "inputs" | "past"): number => reports.reduce((total, report) => total + report[of], 0);
  return { seed, inputs: sum("inputs"), past: sum("past"), targets: reports, failures };
}

async function runTarget(target: Target, inputs: number, seed: number, failures: string[]): Promise<TargetReport> {
  const mutator = createMutator(seed);
  let past = 0;
  let before = await target.state?.();
  for (let n = 1; n <= inputs && failures.length < MOST_FAILURES; n += 1) {
    const outcome = await target.one(mutator);
    if (outcome.past) past += 1;
    if (outcome.wrong !== undefined) failures.push(`${target.name} ${seed}/${n}: ${outcome.wrong}`);
    if (n % BATCH !== 0 && n !== inputs) continue;
    const after = await target.state?.();
    if (after !== before) failures.push(`${target.name} ${seed}/${n}: something changed: ${before} -> ${after}`);
    before = after;
  }
  return { name: target.name, inputs, past };
}
