/**
 * A refund that the bank does in its own time: its own bill at the bank is asked about until it says done or rejected
 * (state machines 3.7). The number is never another's: the same word would be read of a sale.
 */
import { bankOf } from "./calls.ts";
import type { Providers } from "./providers.ts";
import type { RefundEvent } from "./refund-reduce.ts";
import type { LiveRefund } from "./refund-runner.ts";
import type { RefundRow } from "./refund.ts";

/** Often while somebody waits for it, then less; after that a person must look (state machines 3.7). */
export const BILL_WATCH = 20 * 60_000;
const SOON = 60_000;
const SOON_MS = 3_000;
const LATER_MS = 10_000;

/** How long (milliseconds) lies between two questions; `mono` is now, `overAt` the end of the watch, both monotonic. */
export function billMs(overAt: number, mono: number): number {
  return overAt - mono >= BILL_WATCH - SOON ? SOON_MS : LATER_MS;
}

/** It has a bill of its own that may still say something: pending, or under review after it. */
export function hasOpenBill({ state, bankId, detail }: RefundRow): boolean {
  return bankId !== null && detail.pendingAt !== null && (state === "pending" || state === "needs_review");
}

interface BillHooks {
  apply(live: LiveRefund, event: RefundEvent): Promise<boolean>;
  heard(live: LiveRefund, answered: boolean): void;
  stopped(): boolean;
}

/** Asks about the refund's own bill once. Safe: nothing changes at the bank. Rejects with HttpFailure. */
export async function askBill(
  providers: Pick<Providers, "bank" | "context" | "send">,
  live: LiveRefund,
  { apply, heard, stopped }: BillHooks,
): Promise<void> {
  const { row } = live;
  const ctx = await providers.context(row.profileId);
  const request = bankOf(providers, row).refundStatus?.(ctx, row);
  if (!request) return;
  const answer = await providers.send(ctx, request);
  heard(live, answer.kind !== "unclear");
  if (answer.kind === "word" && !stopped()) await apply(live, { kind: "bill", word: answer });
}
