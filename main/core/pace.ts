/** How often a bank is asked about a payment. */
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
/** While the bank's event stream is up, a poll is only a second look: every so many intervals. */
const RARELY = 5;

/** The bank's interval for this payment, in milliseconds. */
export function pollMs(row: PaymentRow): number {
  return row.detail.windows?.pollMs ?? DEFAULT_POLL;
}

/**
 * When it is asked about next; both times are monotonic milliseconds. `hurried`: the bank's event stream is up, so that
 * hints stand in for most polls, but not where somebody waits for this very answer.
 */
export function nextPoll(live: Live, now: number, hurried: boolean): number {
  const interval = pollMs(live.row);
  if (live.deadAt !== null && now >= live.deadAt) {
    const step = WATCH_STEPS[Math.min(live.watchStep, WATCH_STEPS.length - 1)] ?? interval;
    return Math.max(now, (live.askedMono ?? now) + step);
  }
  if (hurried && !isWaitedFor(live)) return Math.max(now, (live.askedMono ?? live.gridAt) + RARELY * interval);
  return nextOnGrid(live.gridAt, interval, now, live.askedMono);
}

function isWaitedFor({ row, hinted }: Live): boolean {
  const { overdue, claimed } = row.detail;
  return overdue || claimed || row.state === "in_doubt" || hinted.size > 0 || owesRefusal(row, false);
}
