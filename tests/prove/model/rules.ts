/**
 * What no event without the bank's word may do to a payment or refund (reliability, rules 1 and 2), whatever the reducer
 * says: silence ends nothing and decides nothing. Judged at every step of the model, since the books do not show it: money
 * that comes after a false end is still told as late.
 */
import type { PaymentState, RefundState } from "../../../contract/states.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import type { PaymentEvent } from "../../../main/core/reduce.ts";
import type { RefundEvent } from "../../../main/core/refund-reduce.ts";
import type { RefundRow } from "../../../main/core/refund.ts";

const WORDLESS: ReadonlySet<PaymentEvent["kind"]> = new Set([
  "silence",
  "claimed",
  "deadline",
  "dead",
  "watchEnd",
  "misconfigured",
  "lost",
  "again",
  "confirmLost",
  "operationLost",
  "takeBack",
  "takeBackLost",
  "refusing",
  "refusalHeard",
  "refusalUnheard",
  "refusalUnsent",
  "dismiss",
]);
const OPEN_TO_ALL: ReadonlySet<PaymentState> = new Set(["in_doubt", "needs_review"]);
/** Which answers may bring a payment there. */
const NEEDS: Partial<Record<PaymentState, ReadonlySet<PaymentEvent["kind"]>>> = {
  paid: new Set(["word", "found"]),
  verified: new Set(["word"]),
  released: new Set(["word"]),
  authorized: new Set(["word"]),
  expired: new Set(["word", "found", "notFound"]),
};
const WORDLESS_REFUND: ReadonlySet<RefundEvent["kind"]> = new Set([
  "deadline",
  "giveUp",
  "restart",
  "dismiss",
  "cancel",
]);
const ENDS_OF_REFUND: ReadonlySet<RefundState> = new Set([
  "refunded",
  "failed",
  "not_executed",
  "cancelled",
  "expired",
]);

const broken: string[] = [];

/** The rules broken since the last call, one sentence each. */
export function drainBroken(): readonly string[] {
  return broken.splice(0);
}

export function judgePayment(row: PaymentRow, event: PaymentEvent, next: PaymentRow): void {
  const told = (words: string): void =>
    void broken.push(`${row.number}: ${words} (${event.kind}: ${row.state} -> ${next.state})`);
  if (next.state !== row.state) {
    if (isWordless(event) && !OPEN_TO_ALL.has(next.state)) told("an end without the bank's word");
    else if (NEEDS[next.state]?.has(event.kind) === false) told("a state that only the bank's answer gives");
  }
  // What a person has closed may end with the watch.
  if (next.settled && !row.settled && row.resolution === null && isWordless(event)) told("settled by silence");
}

export function judgeRefund(row: RefundRow, event: RefundEvent, next: RefundRow): void {
  if (!WORDLESS_REFUND.has(event.kind) || row.detail.sentAt === null || next.state === row.state) return;
  if (ENDS_OF_REFUND.has(next.state))
    broken.push(
      `${row.number}: sent, and ended without the bank's word (${event.kind}: ${row.state} -> ${next.state})`,
    );
}

function isWordless(event: PaymentEvent): boolean {
  if (event.kind === "unanswered") return event.left && (event.danger === "resolvable" || event.danger === "dangerous");
  return WORDLESS.has(event.kind);
}
