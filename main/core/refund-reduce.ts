/**
 * The life of a refund: a pure function from (row, event) to the next row (contract section 3, "A refund"; design
 * reliability.md, what a lost answer of `payment/return` means). Nothing here sends, waits or looks at a clock.
 */
import { appError, type AppError } from "../../contract/errors.ts";
import { formatMoney, minor as toMinor, type Minor } from "../../contract/money.ts";
import type { RefundState } from "../../contract/states.ts";
import type { RefundWord, ReturnCreated } from "./bank.ts";
import { isClosed, isGone, matterOf, refundDoubtOf, TREATED_AS } from "./doubt.ts";
import type { Resolution } from "./payment.ts";
import type { KnownPurchase, Reading, RefundDetail, RefundRow } from "./refund.ts";

/** What a person asked for: so much of this purchase. */
export interface Intent {
  /** null: known by its rrn alone, which the row has. */
  readonly purchaseId: string | null;
  readonly purchaseKey: string;
  readonly purchaseMinor: Minor | null;
  readonly purchaseAt: number | null;
  readonly paymentId: string | null;
  readonly saleNumber: string | null;
  /** The bank's number of the operation that is given back; known once its figures have been read. */
  readonly operationId?: string;
  readonly minor: Minor;
  /** The person whose PIN allowed it, where one was needed. */
  readonly by: string | null;
}

export type RefundEvent =
  | { readonly kind: "code"; readonly answer: ReturnCreated }
  /** The bank will make no code, or the request never left. */
  | { readonly kind: "refused"; readonly error: AppError }
  /** No answer to the creation of a code: nobody has seen it, one more is made. */
  | { readonly kind: "codeLost"; readonly error: AppError }
  | { readonly kind: "identified" }
  | { readonly kind: "purchases"; readonly purchases: readonly KnownPurchase[] }
  /** The bank has ended the code. */
  | { readonly kind: "over" }
  /** The code's time has passed, nobody has chosen, or the bank has not finished. */
  | { readonly kind: "deadline" }
  | { readonly kind: "cancel" }
  | { readonly kind: "dismiss" }
  /** The sending waits (epoch milliseconds): an earlier one may still be on its way. */
  | { readonly kind: "held"; readonly intent: Intent; readonly until: number }
  /** Before anything was sent it turned out that it cannot be; `a0` is the figure, where it was read. */
  | { readonly kind: "stopped"; readonly error: AppError; readonly a0: Minor | null; readonly ours?: boolean }
  /** `ours`: the bank has no figure. `a0` is our own sum then, or null where the purchase's is not known either. */
  | { readonly kind: "send"; readonly intent: Intent; readonly a0: Minor | null; readonly ours?: boolean }
  | { readonly kind: "done"; readonly bankId: string }
  /** The bank may have done it: its figure, read right after, bears it out, or nobody knows. */
  | { readonly kind: "heard"; readonly error: AppError; readonly reading: Minor | null }
  /** The bank does it in its own time, under a bill of its own. `taken`: that number is another's already. */
  | { readonly kind: "pending"; readonly bankId: string; readonly taken: boolean }
  /** What the bank says of that bill. */
  | { readonly kind: "bill"; readonly word: RefundWord }
  /** The bank's definite no, and its figure has not moved. `operations`: the customer still stands here and may choose. */
  | { readonly kind: "unsent"; readonly error: AppError; readonly operations: readonly KnownPurchase[] }
  /** Nobody knows. `refused`: a definite no which the figure does not bear out, or no figure was to be had. */
  | {
      readonly kind: "doubt";
      readonly error: AppError;
      readonly refused: boolean;
      readonly reading: Minor | null;
    }
  /** The bank's available figure; `last` when it was asked for two minutes or more after the doubt began. */
  | { readonly kind: "reading"; readonly minor: Minor; readonly last: boolean }
  /** A day without any figure. */
  | { readonly kind: "giveUp" }
  /** A named person decides what nobody knows; `matter` as for a payment. */
  | { readonly kind: "resolved"; readonly resolution: Resolution; readonly matter?: string }
  | { readonly kind: "restart" };

/** A harmless creation may be sent twice in all (reliability, Kaspi `return/create`). */
const CREATE_TRIES = 2;
/** The purchases are asked for so long after the scan. */
const PURCHASES_WITHIN = 60_000;

/** Takes a refund and what happened at `at` (epoch milliseconds); returns the same object when nothing changes. */
export function reduceRefund(row: RefundRow, event: RefundEvent, at: number): RefundRow {
  if (event.kind === "resolved")
    return event.matter === undefined || event.matter === matterOf(row) ? onResolved(row, event.resolution, at) : row;
  const next = live(row, event, at);
  return next === row || row.resolution === null || next.resolution === null ? next : judged(row, next, event, at);
}

/** It is settled by that: the purchase is free again. What is still read goes on being read. */
function onResolved(row: RefundRow, resolution: Resolution, at: number): RefundRow {
  if (refundDoubtOf(row, true) === null || isHeld(row)) return row;
  const closed = detail({ ...row, resolution, settled: true }, { dismissed: true, disputedAt: null });
  return move(closed, row.state, TREATED_AS[resolution.outcome], at);
}

/** What an event means beside a person's decision: the bank's word counts, and the opposite of his is told. */
function judged(row: RefundRow, next: RefundRow, event: RefundEvent, at: number): RefundRow {
  const isMismatch = next.error?.code === "amount_mismatch" && row.error?.code !== "amount_mismatch";
  const isDecided = next.state !== row.state && DECIDED.has(next.state);
  const isOpposite = isDecided && (next.state === "refunded") !== (row.resolution?.outcome === "treatedAsRefunded");
  const isNews = isMismatch || isOpposite || (event.kind === "reading" && hasMoved(row, event.minor));
  const { disputedAt } = next.detail;
  const told = detail(next, { disputedAt: isNews ? at : isDecided ? null : disputedAt });
  if (isClosed(told)) return { ...told, settled: true };
  return isTreated(told) ? { ...told, settled: false } : told;
}

/**
 * Whether the figure is another than the one he decided by, in a way that says neither yes nor no: with somebody else's refund
 * in it the lost one may have arrived after all.
 */
function hasMoved(row: RefundRow, minor: Minor): boolean {
  const { readings } = row.detail;
  if (row.resolution?.outcome !== "treatedAsNotRefunded" || minor === (readings.at(-1)?.minor ?? row.a0)) return false;
  return verdict(row, [...readings, { at: 0, minor }]) === "spoilt";
}

/** What the bank's word, or its figure, makes of a refund that was sent. */
const DECIDED: ReadonlySet<RefundState> = new Set(["refunded", "not_executed", "failed"]);

function live(row: RefundRow, event: Exclude<RefundEvent, { kind: "resolved" }>, at: number): RefundRow {
  switch (event.kind) {
    case "code":
      return onCode(row, event.answer, at);
    case "refused":
      return isCreatingCode(row) || row.state === "awaiting_scan"
        ? end(row, "failed", "refused", at, event.error)
        : row;
    case "codeLost":
      if (!isCreatingCode(row)) return row;
      return row.detail.createTries < CREATE_TRIES
        ? touched(detail(row, { createTries: row.detail.createTries + 1 }), at)
        : end(row, "failed", "answer-lost", at, event.error);
    case "identified":
      // The end of the scan alone: the code comes down, the purchases are asked for.
      return row.state === "awaiting_scan" && row.detail.payload !== null
        ? move(detail(row, { payload: null, scanDeadline: at + PURCHASES_WITHIN }), "awaiting_scan", "scanned", at)
        : row;
    case "purchases":
      return row.state === "awaiting_scan"
        ? move(
            detail({ ...row, watching: false }, { payload: null, operations: event.purchases }),
            "choosing",
            "purchases",
            at,
          )
        : row;
    case "over":
      return row.state === "awaiting_scan" ? end(row, "expired", "bank-over", at, row.error) : row;
    case "deadline":
      if (row.state === "awaiting_scan") return end(row, "expired", "scan-deadline", at, row.error);
      if (row.state === "pending") return lost(row, "watch-ended", at, null);
      return row.state === "choosing" ? end(row, "expired", "idle", at, null) : row;
    case "cancel":
      return isBeforeSending(row) ? end(row, "cancelled", "cancelled", at, null) : row;
    case "dismiss":
      return row.detail.dismissed || isBeforeSending(row) || row.state === "sending"
        ? row
        : detail(row, { dismissed: true });
    case "held":
      return onHeld(row, event.intent, event.until, at);
    case "stopped":
      return onStopped(row, event, at);
    case "send":
      return onSend(row, event, at);
    case "done":
      return row.state === "sending"
        ? end(detail({ ...row, bankId: event.bankId }, { evidence: "answer" }), "refunded", "bank-refunded", at, null)
        : row;
    case "heard":
      return row.state === "sending" ? onHeard(row, event.error, event.reading, at) : row;
    case "pending":
      return onPending(row, event.bankId, event.taken, at);
    case "bill":
      return onBill(row, event.word, at);
    case "unsent":
      return onUnsent(row, event.error, event.operations, at);
    case "doubt":
      return row.state === "sending" ? onDoubt(row, event, at) : row;
    case "reading":
      return onReading(row, { at, minor: event.minor }, event.last);
    case "giveUp":
      if (row.state === "in_doubt" && !isHeld(row)) return review(row, "no-reading", at);
      return row.state === "not_executed" && row.watching ? { ...row, watching: false } : row;
    case "restart":
      return onRestart(row, at);
  }
}

/** Nothing has been sent that moves money. */
export function isBeforeSending(row: RefundRow): boolean {
  return row.state === "creating" || row.state === "awaiting_scan" || row.state === "choosing";
}

/** A person has decided about it, and the bank has not: it was sent, and may be on its way. */
export function isTreated({ state, resolution }: RefundRow): boolean {
  return resolution !== null && (state === "in_doubt" || state === "needs_review");
}

/** A person asked for it, and an earlier sending is waited for. */
export function isHeld(row: RefundRow): boolean {
  return row.detail.heldUntil !== null;
}

/** What the bank's figure says of a refund that was sent: `spoilt` when somebody else's refund is in it too. */
export function verdict(row: RefundRow, readings: readonly Reading[]): "gone" | "unmoved" | "spoilt" {
  const { a0, minor } = row;
  if (a0 === null || minor === null || readings.length === 0) return "spoilt";
  // Gone needs the last one alone among the unmoved ones before it: a figure that went elsewhere first proves nothing.
  const fits = readings.every((reading) => reading.minor === a0 || reading.minor === a0 - minor);
  if (!fits) return "spoilt";
  if (readings.every((reading) => reading.minor === a0)) return "unmoved";
  return readings.at(-1)?.minor === a0 - minor ? "gone" : "spoilt";
}

function isCreatingCode(row: RefundRow): boolean {
  return row.state === "creating" && row.detail.way === "customer";
}

function onCode(row: RefundRow, answer: ReturnCreated, at: number): RefundRow {
  if (!isCreatingCode(row)) return row;
  const { bankReturnId, payload, pollMs, scanMs } = answer;
  const shown = detail(
    { ...row, bankReturnId, watching: true },
    { payload, pollMs, scanMs, tokenAt: at, scanDeadline: at + scanMs },
  );
  return move(shown, "awaiting_scan", "token", at);
}

function onHeld(row: RefundRow, intent: Intent, until: number, at: number): RefundRow {
  if (row.state === "not_executed") {
    // A person's word that the money went back stands until he takes it back.
    if (row.detail.disputedAt !== null || isGone(row)) return row;
    const again = detail(
      { ...row, settled: false, watching: true, resolution: null },
      { heldUntil: until, by: intent.by, dismissed: false },
    );
    return move(again, "in_doubt", "try-again", at);
  }
  return isSendable(row) ? touched(meant({ ...row, error: null }, intent, { heldUntil: until }), at) : row;
}

function onStopped(row: RefundRow, event: Extract<RefundEvent, { kind: "stopped" }>, at: number): RefundRow {
  const { error, a0, ours = false } = event;
  if (row.state === "in_doubt" && isHeld(row))
    // The look before the sending has not been had: it is still due.
    return move(
      detail({ ...row, settled: true, watching: true, error }, { heldUntil: null }),
      "not_executed",
      "not-sent",
      at,
    );
  if (!isSendable(row)) return row;
  const read = a0 === null ? row : detail({ ...row, a0, a0At: at }, { ours });
  if (row.state === "creating") return end(read, "failed", "not-sent", at, error);
  return touched(detail({ ...read, error }, { heldUntil: null }), at);
}

function onSend(row: RefundRow, event: Extract<RefundEvent, { kind: "send" }>, at: number): RefundRow {
  const { intent, a0, ours = false } = event;
  const again = row.state === "in_doubt" && isHeld(row);
  if (!again && !isSendable(row)) return row;
  // Trying again sends what was sent before, whatever is asked for now.
  const same = intent.purchaseId === row.detail.purchaseId && intent.minor === row.minor && a0 === row.a0;
  if (again && !same) return row;
  const sent: Partial<RefundDetail> = {
    ours,
    sentAt: at,
    sends: row.detail.sends + 1,
    readings: [],
    operations: [],
    payload: null,
    heldUntil: null,
    retryRefused: null,
  };
  const next = { ...row, a0, a0At: a0 === null ? null : at, error: null, settled: false, watching: true };
  return move(meant(next, intent, sent), "sending", again ? "sent-again" : "sent", at);
}

function onHeard(row: RefundRow, error: AppError, reading: Minor | null, at: number): RefundRow {
  const readings = reading === null ? [] : [{ at, minor: reading }];
  return !row.detail.ours && verdict(row, readings) === "gone"
    ? end(detail(row, { evidence: "balance", readings }), "refunded", "balance", at, null)
    : onDoubt(row, { kind: "doubt", error, refused: false, reading }, at);
}

/** A number that is the purchase's own says "paid" of the purchase: nothing could be told from it. */
function onPending(row: RefundRow, bankId: string, taken: boolean, at: number): RefundRow {
  if (row.state !== "sending") return row;
  if (taken || bankId === row.detail.purchaseId) return lost(row, "same-number", at, null);
  return move(detail({ ...row, bankId, watching: true }, { pendingAt: at }), "pending", "bank-pending", at);
}

/** Under review too: a person, or the next start, has the bill asked once more. */
function onBill(row: RefundRow, { word, minor, message }: RefundWord, at: number): RefundRow {
  const open = row.state === "pending" || row.state === "needs_review";
  if (!open || row.bankId === null || row.detail.pendingAt === null || word === "pending") return row;
  if (minor !== null && minor !== row.minor) return onOtherAmount(row, minor, at);
  if (word === "rejected") {
    // Back on the screen if it has left it: the clerk may have told the customer that his money is on its way.
    const error = appError("refund_rejected", { bankMessage: message });
    return end(detail(row, { dismissed: false }), "failed", "bank-rejected", at, error);
  }
  // "Done" without its sum proves nothing.
  if (minor === null) return row;
  return end(detail(row, { evidence: "answer" }), "refunded", "bank-refunded", at, null);
}

function onOtherAmount(row: RefundRow, named: Minor, at: number): RefundRow {
  const asked = row.minor === null ? "" : formatMoney(row.minor);
  const error = appError("amount_mismatch", { params: { asked, named: formatMoney(named) } });
  if (row.state === "needs_review" && row.error?.params["named"] === error.params["named"]) return row;
  return move({ ...row, watching: false, error }, "needs_review", "amount-mismatch", at);
}

function onUnsent(row: RefundRow, error: AppError, operations: readonly KnownPurchase[], at: number): RefundRow {
  if (row.state !== "sending") return row;
  if (row.detail.doubtAt !== null)
    return move({ ...row, settled: true, watching: false, error }, "not_executed", "not-sent", at);
  if (row.detail.way !== "customer") return end(row, "failed", "refused", at, error);
  return move(detail({ ...row, watching: false, error }, { operations, sentAt: null }), "choosing", "refused", at);
}

function onDoubt(row: RefundRow, event: Extract<RefundEvent, { kind: "doubt" }>, at: number): RefundRow {
  // No figure of the bank will ever decide it (contract section 3; reliability, `generate/refund`).
  if (row.detail.ours) return lost(row, event.refused ? "refused" : "answer-lost", at, event.error);
  const again = row.detail.doubtAt !== null;
  const readings = event.reading === null ? [] : [{ at, minor: event.reading }];
  const retryRefused = event.refused && again ? event.error : null;
  const doubted = detail({ ...row, watching: true, error: event.error }, { doubtAt: at, readings, retryRefused });
  return move(doubted, "in_doubt", event.refused ? "refused" : "answer-lost", at);
}

function onReading(row: RefundRow, reading: Reading, last: boolean): RefundRow {
  const { at } = reading;
  if (row.detail.ours) return row;
  const looked = row.state === "not_executed" || (row.state === "in_doubt" && isHeld(row));
  if (!looked && row.state !== "in_doubt" && row.state !== "needs_review") return row;
  const readings = [...row.detail.readings, reading];
  const found = verdict(row, readings);
  const read = touched(detail(row, { readings }), at);
  if (found === "gone")
    return end(detail(read, { evidence: "balance", heldUntil: null }), "refunded", "balance", at, null);
  if (looked) {
    if (found === "spoilt") return review(detail(read, { heldUntil: null }), "balance-moved", at);
    return row.state === "not_executed" ? { ...read, watching: false } : read;
  }
  if (row.state === "needs_review" && (!last || found === "spoilt")) return same(row, reading) ? row : read;
  if (!last) return read;
  // After a refused second sending an unmoved figure proves nothing: the first may have worked and be on its way.
  if (found === "unmoved" && row.detail.retryRefused === null)
    return move({ ...read, settled: true, watching: true }, "not_executed", "balance-unmoved", at);
  return row.state === "needs_review" ? (same(row, reading) ? row : read) : review(read, "readings-over", at);
}

function same(row: RefundRow, reading: Reading): boolean {
  return row.detail.readings.at(-1)?.minor === reading.minor;
}

/** Nothing is sent again by itself; what may have been sent is doubted, counted anew from the restart. */
function onRestart(row: RefundRow, at: number): RefundRow {
  switch (row.state) {
    case "creating":
      return end(row, "failed", "restart", at, appError(isCreatingCode(row) ? "answer_lost" : "bank_timeout"));
    case "choosing":
      return end(row, "cancelled", "restart", at, null);
    case "sending":
      return onDoubt(row, { kind: "doubt", error: appError("refund_unconfirmed"), refused: false, reading: null }, at);
    case "in_doubt":
      return detail(row, { doubtAt: at, heldUntil: null });
    default:
      return row;
  }
}

// ---- small steps ----

/** Chosen, or to be sent by the till alone. */
function isSendable(row: RefundRow): boolean {
  return row.state === "choosing" || (row.state === "creating" && row.detail.way === "till");
}

function meant(row: RefundRow, intent: Intent, change: Partial<RefundDetail>): RefundRow {
  const { purchaseId, purchaseKey, purchaseMinor, purchaseAt, paymentId, saleNumber, minor, by } = intent;
  const operationId = intent.operationId ?? row.detail.operationId;
  return detail(
    { ...row, minor: toMinor(minor), purchaseKey, paymentId },
    { purchaseId, purchaseMinor, purchaseAt, saleNumber, operationId, by, ...change },
  );
}

function detail(row: RefundRow, change: Partial<RefundDetail>): RefundRow {
  return { ...row, detail: { ...row.detail, ...change } };
}

function touched(row: RefundRow, at: number): RefundRow {
  return { ...row, updatedAt: at };
}

function move(row: RefundRow, state: RefundState, cause: string, at: number): RefundRow {
  return touched(detail({ ...row, state }, { history: [...row.detail.history, { at, state, cause }] }), at);
}

function end(row: RefundRow, state: RefundState, cause: string, at: number, error: AppError | null): RefundRow {
  const over: Partial<RefundDetail> = { payload: null, operations: [], heldUntil: null };
  return move(detail({ ...row, settled: true, watching: false, error }, over), state, cause, at);
}

/** Nobody knows whether the money went back, and only a person can find out: the sum stays reserved. */
function lost(row: RefundRow, cause: string, at: number, told: AppError | null): RefundRow {
  const { bankCode = null, bankMessage = null, incident = null } = told ?? {};
  const error = appError("refund_lost", { bankCode, bankMessage, incident });
  return move({ ...row, settled: false, watching: false, error }, "needs_review", cause, at);
}

function review(row: RefundRow, cause: string, at: number): RefundRow {
  const { retryRefused } = row.detail;
  const told = retryRefused ?? row.error;
  const error = appError(retryRefused === null ? "refund_unconfirmed" : "refund_refused", {
    bankCode: told?.bankCode ?? null,
    bankMessage: told?.bankMessage ?? null,
    incident: told?.incident ?? null,
  });
  return move({ ...row, settled: false, watching: false, error }, "needs_review", cause, at);
}
