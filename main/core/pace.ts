/** How often a bank is asked about a payment. */
import { isPostedMethod } from "../../contract/states.ts";
import type { PaymentRow } from "./payment.ts";
import { owesRefusal } from "./reduce.ts";
import type { Live } from "./runner.ts";
import { nextOnGrid } from "./schedule.ts";

/** Also the least pause between two questions about an invoice, which has no interval of its own. */
export const DEFAULT_POLL = 5_000;
/** A disk that refuses is tried again this often. */
export const JOURNAL_AGAIN = 1_000;
/** Back-off of the watch once the bank's own windows are over (contract, "Watching"). */
const WATCH_STEPS = [30_000, 60_000, 300_000] as const;
/** A dying connection may deliver what it carried up to 180 s late (reliability, *late*): then, and no sooner, it is over. */
export const LATE_DELIVERY = 190_000;
/** While the bank's event stream is up, a poll is only a second look: every so many intervals. */
const RARELY = 5;
/** A posted payment, of which the bank names no interval: every 2 s ten times, then every 5 s (state-machines 3.8). */
const BRISK_POLL = 2_000;
export const BRISK_FOR = 20_000;

/** The least pause after a question about this payment that was asked at `now` (monotonic), in milliseconds. */
export function pollMs({ row, briskUntil }: Live, now: number): number {
  if (isPostedMethod(row.method)) return now < briskUntil ? BRISK_POLL : DEFAULT_POLL;
  return row.detail.windows?.pollMs ?? DEFAULT_POLL;
}

/** The bank's own windows are over for it, or a person or the clock has let go of a posted one. */
export function isBackedOff({ row, deadAt, briskUntil }: Live, now: number): boolean {
  if (!isPostedMethod(row.method)) return deadAt !== null && now >= deadAt;
  return row.state === "needs_review" || (isOverForPeople(row) && now >= briskUntil);
}

/**
 * When it is asked about next; both times are monotonic milliseconds. `hurried`: the bank's event stream is up, so that
 * hints stand in for most polls, but not where somebody waits for this very answer.
 */
export function nextPoll(live: Live, now: number, hurried: boolean): number {
  const interval = pollMs(live, now);
  if (isBackedOff(live, now)) {
    const step = WATCH_STEPS[Math.min(live.watchStep, WATCH_STEPS.length - 1)] ?? interval;
    return Math.max(now, (live.askedMono ?? now) + step);
  }
  if (hurried && !isWaitedFor(live)) return Math.max(now, (live.askedMono ?? live.gridAt) + RARELY * interval);
  return nextOnGrid(live.gridAt, interval, now, live.askedMono);
}

/** Nobody waits at the till for what comes of it. */
function isOverForPeople({ state }: PaymentRow): boolean {
  return state === "cancelled" || state === "expired" || state === "declined" || state === "authorized";
}

function isWaitedFor({ row, hinted }: Live): boolean {
  const { overdue, claimed } = row.detail;
  return overdue || claimed || row.state === "in_doubt" || hinted.size > 0 || owesRefusal(row, false);
}
