/**
 * The life of a payment: a pure function from (row, event) to the next row. States and transitions are those of the
 * contract, section 3; nothing here sends, waits or looks at a clock. Events come in the order in which they were
 * received, so "an answer after the deadline" is simply a word that follows `deadline`.
 */
import { appError, type AppError } from "../../contract/errors.ts";
import { formatMoney } from "../../contract/money.ts";
import type { PaymentState } from "../../contract/states.ts";
import type { Created, Invoiced, Word } from "./bank.ts";
import type { PaymentDetail, PaymentRow } from "./payment.ts";
import type { Danger } from "./ports.ts";

export type PaymentEvent =
  | { readonly kind: "created"; readonly answer: Created }
  | { readonly kind: "invoiced"; readonly answer: Invoiced }
  | { readonly kind: "refused"; readonly error: AppError }
  /** No answer to a creation that can be read. `left` is false when not one byte of it reached the bank. */
  | { readonly kind: "unanswered"; readonly danger: Danger; readonly left: boolean; readonly error: AppError }
  | { readonly kind: "word"; readonly word: Word }
  /** The bank does not know the purchase: lag or worse, never an answer that ends anything. */
  | { readonly kind: "notFound" }
  | { readonly kind: "silence" }
  | { readonly kind: "deadline" }
  | { readonly kind: "dead" }
  | { readonly kind: "watchEnd" }
  | { readonly kind: "cancel" }
  | { readonly kind: "dismiss" }
  /** An invoice is to be taken back: the bank is about to be asked. */
  | { readonly kind: "takeBack" }
  /** The bank's clear no to that, or the question never left. */
  | { readonly kind: "takeBackRefused"; readonly error: AppError }
  /** No clear answer to that, and the status did not decide either. */
  | { readonly kind: "takeBackLost" }
  /** So much of it went back (whole tiyn). */
  | { readonly kind: "refunded"; readonly minor: number }
  /** The process died and came back; `danger` is that of the creation which was on its way, if one was. */
  | { readonly kind: "restart"; readonly danger: Danger | null };

export const DAY = 24 * 60 * 60 * 1000;
/** A token is dead this long after both of the bank's windows (contract, "Dead token"). */
export const DEAD_TOKEN_GRACE = 30_000;
/** One extra poll at once and the next two (contract, `in_doubt`). */
const SILENT_POLLS = 3;
/** A harmless creation may be sent twice in all (reliability, Kaspi `qr/create`). */
const CREATE_TRIES = 2;
/** The bank's own word for an invoice that was taken back, here or elsewhere (Kaspi: RemotePaymentCanceled, Q-34). */
const TAKEN_BACK = /Cancell?ed$/;

/** Takes a payment and what happened at `at` (epoch milliseconds); returns the same object when nothing changes. */
export function reduce(row: PaymentRow, event: PaymentEvent, at: number): PaymentRow {
  switch (event.kind) {
    case "created":
      return onCreated(row, event.answer, at);
    case "invoiced":
      return onInvoiced(row, event.answer, at);
    case "refused":
      if (row.state === "creating") return end(row, "failed", "refused", at, event.error);
      return awaitsToken(row) ? settle(row, "refused", at) : row;
    case "unanswered":
      return onUnanswered(row, event.danger, event.left, event.error, at);
    case "word":
      return onWord(row, event.word, at);
    case "notFound":
      return onSilence(detail(row, { notFound: row.detail.notFound + 1 }), at);
    case "silence":
      return onSilence(row, at);
    case "deadline":
      return isAwaiting(row.state) && !row.detail.overdue ? detail(row, { overdue: true, silentPolls: 0 }) : row;
    case "dead":
      return row.settled || row.detail.deadDue ? row : detail(row, { deadDue: true });
    case "watchEnd":
      return isWatchState(row.state) && !row.settled
        ? move({ ...row, watching: false, error: appError("watch_ended") }, "needs_review", "watch-ended", at)
        : row;
    case "cancel":
      return canBeGivenUp(row) ? watch(row, "cancelled", "cancelled", at) : row;
    case "dismiss":
      return onDismiss(row);
    case "takeBack":
      return row.state === "awaiting_payment" ? askedToCancel({ ...row, error: null }, true, at) : row;
    case "takeBackRefused":
      return row.state === "awaiting_payment" ? askedToCancel({ ...row, error: event.error }, false, at) : row;
    case "takeBackLost":
      return row.state === "awaiting_payment"
        ? askedToCancel({ ...row, error: appError("cancel_unconfirmed") }, true, at)
        : row;
    case "refunded":
      return touched(detail(row, { refundedMinor: row.detail.refundedMinor + event.minor }), at);
    case "restart":
      return onRestart(row, event.danger, at);
  }
}

/** Open, or over for the customer and still asked about by timer. Never an invoice: the bank forbids that. */
export function isAskedByTimer(row: PaymentRow): boolean {
  return (
    row.method !== "invoice" &&
    !row.settled &&
    row.bankId !== null &&
    (isAwaiting(row.state) || isWatchState(row.state))
  );
}

/** Whether asking the bank can still teach anything: on request and on start. */
export function isWorthAsking(row: PaymentRow): boolean {
  return (
    row.bankId !== null &&
    row.state !== "paid" &&
    row.state !== "verified" &&
    row.state !== "released" &&
    row.state !== "failed"
  );
}

/** Whether `dismiss` parks it: it leaves the screen and stands in the strip. */
export function isParkable(row: PaymentRow): boolean {
  return (
    !row.settled &&
    (isWatchState(row.state) || row.state === "awaiting_confirmation" || row.state === "awaiting_payment")
  );
}

/** An invoice cannot be given up by us alone: the bank is asked to take it back, and only its answer counts. */
function canBeGivenUp(row: PaymentRow): boolean {
  return row.method !== "invoice" && (row.state === "creating" || isAwaiting(row.state));
}

/** The states in which a person has let go, or had to, while the bank may still say "paid". */
function isWatchState(state: PaymentState): boolean {
  return state === "expired" || state === "cancelled" || state === "in_doubt";
}

function isAwaiting(state: PaymentState): boolean {
  return state === "awaiting_scan" || state === "awaiting_confirmation" || state === "awaiting_3ds";
}

/** Given up while its creation was on the way. */
function awaitsToken(row: PaymentRow): boolean {
  return row.state === "cancelled" && !row.settled && row.bankId === null;
}

function onCreated(row: PaymentRow, answer: Created, at: number): PaymentRow {
  const givenUp = awaitsToken(row);
  if (row.state !== "creating" && !givenUp) return row;
  const { windows } = answer;
  const known = detail(
    { ...row, bankId: answer.bankId },
    {
      windows,
      tokenAt: at,
      deadAt: at + windows.scanMs + windows.confirmMs + DEAD_TOKEN_GRACE,
      lastWord: "created",
      paymentMethods: answer.paymentMethods,
    },
  );
  // A token that comes after the cancellation is never shown; the purchase exists at the bank all the same, so watch it.
  if (givenUp) return touched(known, at);
  const shown = detail(known, { payload: answer.payload, link: answer.link, scanDeadline: at + windows.scanMs });
  return move(shown, "awaiting_scan", "token", at);
}

function onInvoiced(row: PaymentRow, { bankId, lifeMs }: Invoiced, at: number): PaymentRow {
  if (row.state !== "creating") return row;
  const sent = detail({ ...row, bankId }, { payableUntil: row.createdAt + lifeMs, lastWord: "created" });
  return move(sent, "awaiting_payment", "invoiced", at);
}

function onUnanswered(row: PaymentRow, danger: Danger, left: boolean, error: AppError, at: number): PaymentRow {
  if (awaitsToken(row))
    return danger === "harmless" || danger === "safe" || !left ? settle(row, "never-shown", at) : row;
  if (row.state !== "creating") return row;
  if (!left) return end(row, "failed", "never-left", at, error);
  switch (danger) {
    case "safe":
    case "harmless":
      return row.detail.createTries < CREATE_TRIES
        ? touched(detail(row, { createTries: row.detail.createTries + 1 }), at)
        : end(row, "failed", "answer-lost", at, error);
    case "resolvable":
      return { ...watch(row, "in_doubt", "answer-lost", at), error };
    case "dangerous":
      return move({ ...row, watching: false, error: toldLost(row, error) }, "needs_review", "answer-lost", at);
  }
}

/** The customer may hold an invoice that nobody can look up: a person asks him, and reads him the sum. */
function toldLost(row: PaymentRow, error: AppError): AppError {
  if (row.method !== "invoice") return error;
  const { bankCode, bankMessage, incident } = error;
  const params = { sum: formatMoney(row.minor, row.currency) };
  return appError("invoice_lost", { params, bankCode, bankMessage, incident });
}

function onWord(row: PaymentRow, word: Word, at: number): PaymentRow {
  if (row.state === "failed" || row.state === "creating") return row;
  const heard = detail(row, { answeredAt: at, silentPolls: 0, notFound: 0, askAtStart: false });
  switch (word.word) {
    case "paid":
      return onPaid(heard, word, at);
    case "declined":
      if (word.unsure && row.detail.unsureNo !== word.raw) return detail(heard, { unsureNo: word.raw });
      return onDeclined(heard, word.raw, at);
    case "scanned":
    case "held":
      return onScanned(detail(heard, { lastWord: word.word, unsureNo: null }), at);
    case "created":
    case "pending":
      return onStillUnscanned(detail(heard, { unsureNo: null }), word.word, at);
  }
}

function onPaid(row: PaymentRow, word: Word, at: number): PaymentRow {
  if (row.state === "paid") return row;
  if (word.minor !== null && word.minor !== row.minor) {
    if (row.state === "needs_review") return row;
    return move(
      { ...row, watching: false, settled: false, error: appError("amount_mismatch") },
      "needs_review",
      "amount-mismatch",
      at,
    );
  }
  const late =
    row.parked ||
    row.state === "expired" ||
    row.state === "cancelled" ||
    row.state === "declined" ||
    row.state === "needs_review";
  return end({ ...detail(row, { lastWord: "paid" }), late }, "paid", late ? "bank-paid-late" : "bank-paid", at, null);
}

function onDeclined(row: PaymentRow, raw: string, at: number): PaymentRow {
  if (row.state === "paid" || row.state === "declined") return row;
  const told = detail(row, { lastWord: "declined" });
  if (row.state === "awaiting_payment" && (row.detail.cancelAsked || TAKEN_BACK.test(raw)))
    return end(told, "cancelled", "bank-cancelled", at, null);
  // The bank's no closes an item that a person or the clock had already ended; its state stays what it was.
  if (row.state === "expired" || row.state === "cancelled") return settle(told, "bank-declined", at);
  return end(told, "declined", "bank-declined", at, appError("declined_by_bank"));
}

function onScanned(row: PaymentRow, at: number): PaymentRow {
  switch (row.state) {
    case "awaiting_scan": {
      // Also after the scan deadline: the customer was in time and the bank says so.
      const confirmDeadline = at + (row.detail.windows?.confirmMs ?? 0);
      return move(detail(row, { confirmDeadline, overdue: false }), "awaiting_confirmation", "bank-scanned", at);
    }
    case "awaiting_confirmation":
      return row.detail.overdue ? watch(row, "expired", "confirm-deadline", at) : row;
    case "awaiting_payment":
      return stillPayable(row, at);
    case "in_doubt":
      return watch(row, "expired", "bank-scanned", at);
    default:
      return row;
  }
}

function onStillUnscanned(row: PaymentRow, word: "created" | "pending", at: number): PaymentRow {
  // Load-balanced reads may go back from scanned to created: the higher word stays.
  const scanned = row.detail.lastWord === "scanned" || row.detail.lastWord === "held";
  const heard = scanned ? row : detail(row, { lastWord: word });
  // Only "nobody scanned" makes a dead token; a link that says less is watched on.
  const dead = heard.detail.deadDue && !scanned && word === "created";
  switch (row.state) {
    case "awaiting_scan":
    case "awaiting_confirmation":
      if (!row.detail.overdue) return heard;
      return settleIfDead(watch(heard, "expired", scanned ? "confirm-deadline" : "scan-deadline", at), dead, at);
    case "in_doubt":
      return settleIfDead(watch(heard, "expired", "bank-not-paid", at), dead, at);
    case "awaiting_payment":
      return stillPayable(heard, at);
    case "expired":
    case "cancelled":
      return row.settled ? heard : settleIfDead(heard, dead, at);
    default:
      return heard;
  }
}

/** What a cancellation came to is known now: the invoice stands. */
function stillPayable(row: PaymentRow, at: number): PaymentRow {
  return row.detail.cancelAsked || row.error !== null ? askedToCancel({ ...row, error: null }, false, at) : row;
}

function settleIfDead(row: PaymentRow, dead: boolean, at: number): PaymentRow {
  return dead ? settle(detail(row, { askAtStart: true }), "dead-token", at) : row;
}

function onSilence(row: PaymentRow, at: number): PaymentRow {
  if (!isAwaiting(row.state) || !row.detail.overdue) return row;
  const silentPolls = row.detail.silentPolls + 1;
  const heardNothing = detail(row, { silentPolls });
  return silentPolls >= SILENT_POLLS ? watch(heardNothing, "in_doubt", "silence", at) : heardNothing;
}

function onDismiss(row: PaymentRow): PaymentRow {
  const watching = row.state !== "awaiting_payment";
  if (isParkable(row)) return row.parked ? row : detail({ ...row, parked: true, watching }, { dismissed: true });
  return row.detail.dismissed ? row : detail(row, { dismissed: true });
}

function onRestart(row: PaymentRow, danger: Danger | null, at: number): PaymentRow {
  if (row.state === "creating" || awaitsToken(row)) {
    // Not sent again by itself: the shop may have waited hours, and nobody can pay a token that was never shown.
    const lost = detail(row, { createTries: CREATE_TRIES });
    return onUnanswered(lost, danger ?? "harmless", danger !== null, appError("answer_lost"), at);
  }
  // Its cancellation was on the way.
  if (row.state === "awaiting_payment" && row.detail.cancelAsked && row.error === null)
    return reduce(row, { kind: "takeBackLost" }, at);
  return row.detail.silentPolls === 0 ? row : detail(row, { silentPolls: 0 });
}

// ---- small steps ----

function detail(row: PaymentRow, change: Partial<PaymentDetail>): PaymentRow {
  return { ...row, detail: { ...row.detail, ...change } };
}

function askedToCancel(row: PaymentRow, cancelAsked: boolean, at: number): PaymentRow {
  return touched(detail(row, { cancelAsked }), at);
}

function touched(row: PaymentRow, at: number): PaymentRow {
  return { ...row, updatedAt: at };
}

function move(row: PaymentRow, state: PaymentState, cause: string, at: number): PaymentRow {
  return touched(detail({ ...row, state }, { history: [...row.detail.history, { at, state, cause }] }), at);
}

/** The bank's final word, or a creation that made nothing. */
function end(row: PaymentRow, state: PaymentState, cause: string, at: number, error: AppError | null): PaymentRow {
  return move(detail({ ...row, settled: true, watching: false, error }, { overdue: false }), state, cause, at);
}

/** Over for the people at the till, and asked about further on. */
function watch(row: PaymentRow, state: PaymentState, cause: string, at: number): PaymentRow {
  const watchUntil = row.detail.watchUntil ?? at + DAY;
  return move(detail({ ...row, watching: true }, { overdue: false, silentPolls: 0, watchUntil }), state, cause, at);
}

function settle(row: PaymentRow, cause: string, at: number): PaymentRow {
  const history = [...row.detail.history, { at, state: row.state, cause }];
  return touched(detail({ ...row, settled: true, watching: false }, { history }), at);
}
