/**
 * Inside the till's process, in the bundle of this proof alone: counts the boundaries it passes and kills it at the wanted
 * one. Told by the parent: `{ arm: n }` counts from there on and dies at the n-th (0: never), or, with `at`, at the first of
 * that name; the first arming stands in PROVE_ARM, for a death while the program starts.
 */
import { openSync, writeSync } from "node:fs";

const { PROVE_ARM, PROVE_TRACE, PROVE_SCALE = "1", PROVE_ANCHOR = "0" } = process.env;
const trace = PROVE_TRACE === undefined ? null : openSync(PROVE_TRACE, "a");
let count = 0;
let deadly = Number(PROVE_ARM ?? 0);
let named: string | null = null;

process.on("message", (message: { readonly arm?: number; readonly at?: string }) => {
  if (message.arm === undefined) return;
  count = 0;
  deadly = message.arm;
  named = message.at ?? null;
  process.send?.({ armed: message.arm });
});

/** Written down before the death: a line of a pipe could be lost with us. `what`: which one it is, by name. */
export function boundary(name: string, what: readonly string[] = []): void {
  count += 1;
  if (trace !== null) writeSync(trace, `${count} ${name}\n`);
  if (count !== deadly && !(named !== null && what.includes(named))) return;
  process.kill(process.pid, "SIGKILL");
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // not one step further while the signal is on its way
}

/** How much faster than real time this till lives, and since when (epoch milliseconds). */
export const time = { scale: Number(PROVE_SCALE), anchor: Number(PROVE_ANCHOR) };
