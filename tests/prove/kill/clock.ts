/** Stands in the place of the system's clocks: the same, some times faster, and one time over all lives of the till. */
import type { Clock } from "../../../main/core/ports.ts";
import { time } from "./boundaries.ts";

export * from "../../../main/adapters/clock.ts";

const LONGEST_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  const { scale, anchor } = time;
  return {
    now: () => Math.floor(anchor + (Date.now() - anchor) * scale),
    mono: () => performance.now() * scale,
    setTimeout: (run, ms) => setTimeout(run, Math.min(Math.max(ms / scale, 0), LONGEST_MS)),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}
