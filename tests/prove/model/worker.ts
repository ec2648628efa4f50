/** Runs of the model in a thread of its own; the core of this thread gets the counted reducers. */
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { parentPort, workerData } from "node:worker_threads";

export interface Work {
  readonly seeds: readonly number[];
}

const COUNTED: Readonly<Record<string, string>> = {
  "./reduce.ts": new URL("./counted-reduce.ts", import.meta.url).href,
  "./refund-reduce.ts": new URL("./counted-refund-reduce.ts", import.meta.url).href,
};

registerHooks({
  resolve(specifier, context, next) {
    const counted = COUNTED[specifier];
    const byCore = /\/main\/core\/[\w-]+\.ts$/.test(context.parentURL ?? "");
    return counted !== undefined && byCore ? { url: counted, shortCircuit: true } : next(specifier, context);
  },
});

// Ten thousand journals: in memory where the system has such a folder, so that the disk's pace does not decide how long it takes.
if (existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";

const { live } = await import("./run.ts");
const { counted } = await import("./cells.ts");
const { drainBroken } = await import("./rules.ts");
const { seeds } = workerData as Work;
for (const seed of seeds) {
  try {
    const lived = await live(seed);
    const rules = drainBroken().map((words) => `seed ${seed}: ${words}`);
    parentPort?.postMessage({ seed, lived: { ...lived, failures: [...lived.failures, ...rules] } });
  } catch (error) {
    parentPort?.postMessage({ seed, failed: String(error instanceof Error ? error.stack : error) });
  }
}
parentPort?.postMessage({ cells: counted() });
