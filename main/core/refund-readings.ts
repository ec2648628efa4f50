/** When the bank's figure is read after the doubt about a refund. Monotonic milliseconds. */
import { isHeld } from "./refund-reduce.ts";
import type { LiveRefund } from "./refund-runner.ts";

/** Readings of the available figure after the doubt began (reliability, `payment/return`). */
const READINGS = [10_000, 30_000, 60_000, 120_000] as const;
export const LAST_READING = 120_000;
/** A reading without an answer is taken again, less often once the two minutes are over, for a day. */
const READ_AGAIN = 10_000;
const READ_AGAIN_LATE = 30_000;
export const GIVE_UP = 24 * 60 * 60 * 1000;

/** When the next reading is due, null when none is; `heldUntil` is when an earlier sending can no longer arrive. */
export function readingDue(live: LiveRefund, heldUntil: () => number): number | null {
  const { row, askedMono, readMono, silent } = live;
  if (row.state === "not_executed" && row.watching)
    return Math.max(heldUntil(), silent && askedMono !== null ? askedMono + READ_AGAIN_LATE : 0);
  if (row.state !== "in_doubt" || isHeld(row) || live.doubtAt === null) return null;
  const start = live.doubtAt;
  const done = (readMono ?? start) - start;
  const mark = start + (READINGS.find((reading) => reading > done) ?? LAST_READING);
  if (!silent || askedMono === null) return mark;
  return askedMono - start >= LAST_READING
    ? askedMono + READ_AGAIN_LATE
    : Math.min(laterMark(start, askedMono), askedMono + READ_AGAIN);
}

function laterMark(start: number, at: number): number {
  return start + (READINGS.find((reading) => start + reading > at) ?? LAST_READING);
}
