/**
 * The life of a payment: a pure function from (row, event) to the next row. States and transitions are those of the
 * contract, section 3; nothing here sends, waits or looks at a clock. Events come in the order in which they were
 * received, so "an answer after the deadline" is simply a word that follows `deadline`.
 */
import { appError, type AppError } from "../../contract/errors.ts";
import { formatMoney, type Minor } from "../../contract/money.ts";
import { isPostedMethod, type PaymentState } from "../../contract/states.ts";
import type { Challenged, Created, Found, Invoiced, Posted, Word } from "./bank.ts";
import { doubtOf, isClosed, matterOf, TREATED_AS } from "./doubt.ts";
import { followPayment, isGoodsEvent, reduceGoods, type GoodsEvent } from "./goods.ts";
import type { BankWord, PageEnd, PaymentRow, Resolution } from "./payment.ts";
import type { Danger } from "./ports.ts";
import { isPostedAskedByTimer, reducePosted } from "./reduce-posted.ts";
import { CONTRADICTION, detail, end, move, noted, settle, SILENT_POLLS, touched, watch } from "./reduce-steps.ts";

export { CONTRADICTION, DAY } from "./reduce-steps.ts";

export type PaymentEvent =
  | { readonly kind: "created"; readonly answer: Created }
  | { readonly kind: "invoiced"; readonly answer: Invoiced }
  | { readonly kind: "refused"; readonly error: AppError }
  /** No answer to a creation that can be read. `left` is false when not one byte of it reached the bank. */
  | { readonly kind: "unanswered"; readonly danger: Danger; readonly left: boolean; readonly error: AppError }
  /**
   * The same where the bank can be asked by our own number. `again`: it may be sent once more, if nothing stands there;
   * not by a later life of the process. `refused`: the bank said no, but after a loss that proves nothing yet.
   */
  | { readonly kind: "lost"; readonly again: boolean; readonly error: AppError; readonly refused: boolean }
  /** What stands at the bank under our number: ours, nothing that could be found in time, or what cannot be ours. */
  | { readonly kind: "found"; readonly answer: Found }
  | { readonly kind: "unfound"; readonly error: AppError }
  | { readonly kind: "foreign"; readonly error: AppError }
  /** Nothing stands there: it is about to be sent once more. */
  | { readonly kind: "again" }
  /** `cardId`: our handle of the card that the bank has kept with it. */
  | { readonly kind: "word"; readonly word: Word; readonly cardId?: string }
  /** "Paid" in a way that proves nothing: silence, but nothing may be refused any more. */
  | { readonly kind: "claimed" }
  /** The bank is about to be told that the payment is refused. `waited`: the deadline's own question had its time. */
  | { readonly kind: "refusing"; readonly waited: boolean }
  /** It has answered to that, whatever it was; it has not; the refusal never left, so that it does not count. */
  | { readonly kind: "refusalHeard" }
  | { readonly kind: "refusalUnheard" }
  | { readonly kind: "refusalUnsent" }
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
  /** Posted payments alone (reduce-posted.ts). The bank has taken it, or wants the payer on its own page first. */
  | { readonly kind: "posted"; readonly answer: Posted }
  | { readonly kind: "challenged"; readonly answer: Challenged }
  /** The bank's definite no to what was posted, or to the confirmation. */
  | { readonly kind: "declined"; readonly error: AppError }
  /** The bank's page is over, and nothing of it is sent on: the next word decides. */
  | { readonly kind: "pageOver"; readonly end: PageEnd; readonly error: AppError | null }
  /** What came back from it is about to be sent on; no readable answer came to that. */
  | { readonly kind: "confirming" }
  | { readonly kind: "confirmLost"; readonly error: AppError }
  /** The bank complains of our settings: not asked again by timer. */
  | { readonly kind: "misconfigured"; readonly error: AppError }
  /**
   * Held money is about to be taken or given back (`minor`: so much of it alone); a clear no, or it never left; no clear
   * answer.
   */
  | { readonly kind: "operating"; readonly operation: "capture" | "release"; readonly minor?: Minor }
  | { readonly kind: "operationRefused"; readonly error: AppError }
  | { readonly kind: "operationLost"; readonly error: AppError }
  /** So much of it went back (whole tiyn); less than nothing where a person takes back what he had decided. */
  | { readonly kind: "refunded"; readonly minor: number }
  /** A named person decides what nobody knows. `matter`: what it was when he was asked; another one is not his to decide. */
  | { readonly kind: "resolved"; readonly resolution: Resolution; readonly matter?: string }
  /** The process died and came back; `danger` is that of the creation which was on its way, if one was. */
  | { readonly kind: "restart"; readonly danger: Danger | null }
  /** Vending: of the goods, beside the payment's own states (goods.ts). */
  | GoodsEvent;

/** All but what is the same in every life. */
export type LifeEvent = Exclude<PaymentEvent, GoodsEvent | { readonly kind: "dismiss" | "refunded" | "resolved" }>;

/** A token is dead this long after both of the bank's windows (contract, "Dead token"). */
export const DEAD_TOKEN_GRACE = 30_000;
/** A harmless creation, or one that was looked up, may be sent twice in all (reliability, Kaspi `qr/create`). */
export const CREATE_TRIES = 2;
/** The bank is told of a refusal so often at most (reliability, Halyk `status` -> REJECTED). */
const REFUSALS = 5;
/** The bank's own word for an invoice that was taken back, here or elsewhere (Kaspi: RemotePaymentCanceled, Q-34). */
const TAKEN_BACK = /Cancell?ed$/;

/** Takes a payment and what happened at `at` (epoch milliseconds); returns the same object when nothing changes. */
export function reduce(row: PaymentRow, event: PaymentEvent, at: number): PaymentRow {
  if (isGoodsEvent(event)) return reduceGoods(row, event, at);
  const next = step(row, event, at);
  return next === row ? row : followPayment(next, at);
}

function step(row: PaymentRow, event: Exclude<PaymentEvent, GoodsEvent>, at: number): PaymentRow {
  switch (event.kind) {
    case "dismiss":
      return onDismiss(row);
    case "refunded":
      return touched(detail(row, { refundedMinor: row.detail.refundedMinor + event.minor }), at);
    case "resolved":
      return event.matter === undefined || event.matter === matterOf(row) ? onResolved(row, event.resolution, at) : row;
    default:
      return isOpenedByWord(row, event) ? reopened(row, event, at) : judged(row, live(row, event, at), event, at);
  }
}

function live(row: PaymentRow, event: LifeEvent, at: number): PaymentRow {
  return isPostedMethod(row.method) ? reducePosted(row, event, at) : reduceOther(row, event, at);
}

// ---- a person's decision, and the bank's later word ----

/** What is still asked about goes on being asked about, parked; the rest is over, and asked about once more at the next start. */
function onResolved(row: PaymentRow, resolution: Resolution, at: number): PaymentRow {
  if (doubtOf(row, at) === null) return row;
  const settled = row.settled || (!row.watching && row.state !== "in_doubt" && row.state !== "authorized");
  const decided = { ...row, resolution, settled, parked: row.parked || isParkable(row) };
  const askAtStart = row.detail.askAtStart || (settled && row.bankId !== null && row.method !== "invoice");
  const closed = detail(decided, { dismissed: true, disputedAt: null, askAtStart });
  return move(closed, row.state, TREATED_AS[resolution.outcome], at);
}

/** Decided by a person and settled by that alone: for the bank's word it is as open as before. */
function isOpenedByWord({ resolution, settled, state }: PaymentRow, { kind }: LifeEvent): boolean {
  const isUndecided = state === "needs_review" || state === "awaiting_payment";
  return resolution !== null && settled && isUndecided && (kind === "word" || kind === "notFound");
}

function reopened(row: PaymentRow, event: LifeEvent, at: number): PaymentRow {
  const open = { ...row, settled: false };
  const next = judged(open, live(open, event, at), event, at);
  if (next === open) return row;
  return next.state === row.state && isClosed(next) ? { ...next, settled: true } : next;
}

/** What an event means beside a person's decision, or the bank's own final word. */
function judged(row: PaymentRow, next: PaymentRow, event: LifeEvent, at: number): PaymentRow {
  if (next.state === "paid" && row.state !== "paid") {
    const paid = row.detail.disputedAt === null ? next : detail(next, { disputedAt: null });
    return row.resolution === null ? paid : { ...paid, late: true };
  }
  if (row.resolution === null) return doubted(row, next, event, at);
  // Another act of a person, which is in doubt or not by itself.
  if (event.kind === "operating" && next !== row) return detail({ ...next, resolution: null }, { disputedAt: null });
  if (isOpposite(row, next, event)) return disputed(next, event, at);
  // Nobody asks any more by timer, and a person has said what it is.
  const isOver = event.kind === "watchEnd" && next.state === "needs_review" && isClosed(next);
  return isOver ? detail({ ...next, settled: true }, { askAtStart: true }) : next;
}

/** The bank's own final word stands; one against it is told, until the bank or a person sets it right. */
function doubted(row: PaymentRow, next: PaymentRow, event: LifeEvent, at: number): PaymentRow {
  if (event.kind !== "word") return next;
  const { word } = event.word;
  if (next.detail.history.length > row.detail.history.length && isTakenBack(next, word))
    return disputed(next, event, at);
  return next.detail.disputedAt !== null && word === next.state ? detail(next, { disputedAt: null }) : next;
}

/** `created` and `pending` come of a reading that is behind; money that came all the same is told by itself. */
function isTakenBack({ state, error, detail: { history } }: PaymentRow, word: BankWord): boolean {
  if (!history.at(-1)?.cause.startsWith(CONTRADICTION) || error?.code === "money_at_bank") return false;
  return state === "paid" || state === "verified" || state === "released" || (word !== "created" && word !== "pending");
}

/** Whether the bank now says the opposite of the person, or names another sum than he knew of. */
function isOpposite(row: PaymentRow, next: PaymentRow, event: LifeEvent): boolean {
  if (next.error?.code === "amount_mismatch" && row.error?.code !== "amount_mismatch") return true;
  const word = event.kind === "word" && !isTold(row, event.word.raw) ? event.word.word : null;
  if (row.resolution?.outcome === "treatedAsUnpaid")
    return next.state === row.state && row.settled && (word === "paid" || word === "authorized");
  if (next.state === "paid" || next.state === "verified") return false;
  return next.settled && (!row.settled || word === "declined");
}

const isTold = ({ detail: { history } }: PaymentRow, raw: string): boolean =>
  history.some(({ cause }) => cause === `${CONTRADICTION}${raw}`);

function disputed(row: PaymentRow, event: LifeEvent, at: number): PaymentRow {
  const told = event.kind === "word" ? noted(row, `${CONTRADICTION}${event.word.raw}`, at) : row;
  return detail(told, { disputedAt: at });
}

/** One that is shown as a code or a link, or sent as an invoice. */
function reduceOther(row: PaymentRow, event: LifeEvent, at: number): PaymentRow {
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
    case "lost":
      return onLost(row, event.again, at);
    case "found":
      return onFound(row, event.answer, at);
    case "unfound":
      if (row.state === "creating") return end(row, "failed", "answer-lost", at, event.error);
      return awaitsToken(row) ? settle(row, "never-shown", at) : row;
    case "foreign":
      return row.state === "creating" || awaitsToken(row)
        ? move({ ...row, watching: false, error: event.error }, "needs_review", "foreign-answer", at)
        : row;
    case "again":
      return isSought(row) && row.state === "creating" && row.detail.createTries < CREATE_TRIES
        ? touched(detail(row, { createTries: row.detail.createTries + 1 }), at)
        : row;
    case "word":
      return onWord(row, event.word, at);
    case "claimed":
      return row.state === "paid" ? row : onSilence(detail(row, { claimed: true }), at);
    case "refusing":
      return owesRefusal(row, event.waited) ? refusal(row, 1, false, at) : row;
    case "refusalHeard":
      return refusal(row, 0, true, at);
    case "refusalUnheard":
      return row;
    case "refusalUnsent":
      return refusal(row, -1, false, at);
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
    case "takeBack":
      return row.state === "awaiting_payment" ? askedToCancel({ ...row, error: null }, true, at) : row;
    case "takeBackRefused":
      return row.state === "awaiting_payment" ? askedToCancel({ ...row, error: event.error }, false, at) : row;
    case "takeBackLost":
      return row.state === "awaiting_payment"
        ? askedToCancel({ ...row, error: appError("cancel_unconfirmed") }, true, at)
        : row;
    case "restart":
      return onRestart(row, event.danger, at);
    case "posted":
    case "challenged":
    case "declined":
    case "pageOver":
    case "confirming":
    case "confirmLost":
    case "misconfigured":
    case "operating":
    case "operationRefused":
    case "operationLost":
      return row;
  }
}

/** Open, or over for the customer and still asked about by timer. Never an invoice: the bank forbids that. */
export function isAskedByTimer(row: PaymentRow): boolean {
  if (isPostedMethod(row.method)) return isPostedAskedByTimer(row);
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
    (row.state !== "failed" || isPostedMethod(row.method))
  );
}

/**
 * Asked once at each start, beside what is asked by timer: a dead token that was settled, what waits for a person, held
 * money, and what was paused, since the settings may be others now. Not an invoice.
 */
export function isAskedAtStart(row: PaymentRow): boolean {
  const { askAtStart, paused } = row.detail;
  const isDue = askAtStart || row.state === "needs_review" || (!row.settled && (paused || row.state === "authorized"));
  return isDue && row.method !== "invoice" && isWorthAsking(row);
}

/** Which of its two deadlines counts now. */
export function deadlineOf({ method, state, detail: { overdue } }: PaymentRow): "scan" | "confirm" | null {
  if (overdue) return null;
  if (state === "awaiting_scan") return "scan";
  if (state === "awaiting_confirmation") return "confirm";
  return isPostedMethod(method) && (state === "awaiting_3ds" || state === "in_doubt") ? "confirm" : null;
}

/** The answer to its creation was lost: the bank is asked what stands under our number. */
export function isSought(row: PaymentRow): boolean {
  return row.detail.lostAt !== null && (row.state === "creating" || awaitsToken(row));
}

/**
 * Whether the bank has yet to be told that this payment is not waited for any more (contract: on the deadline and on
 * cancel). A question about a deadline that got no answer does not hold it back; `waited`: nor one that still hangs.
 */
export function owesRefusal(
  { method, state, settled, bankId, resolution, detail: known }: PaymentRow,
  waited: boolean,
): boolean {
  const { refusal, claimed, overdue, silentPolls } = known;
  // Goods were given on a person's word: who has not paid yet may still do so.
  if (isPostedMethod(method) || resolution?.outcome === "treatedAsPaid") return false;
  if (bankId === null || settled || claimed || refusal?.heard || (refusal?.tries ?? 0) >= REFUSALS) return false;
  return isWatchState(state) || (state === "awaiting_scan" && overdue && (waited || silentPolls > 0));
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
  const known = knownAs(row, answer, at);
  // A token that comes after the cancellation is never shown; the purchase exists at the bank all the same, so watch it.
  if (givenUp) return touched(known, at);
  const { payload, link, windows, warning = null } = answer;
  const shown = detail({ ...known, error: warning }, { payload, link, scanDeadline: at + windows.scanMs });
  return move(shown, "awaiting_scan", "token", at);
}

function knownAs(row: PaymentRow, { bankId, windows, paymentMethods, lifeMs }: Created, at: number): PaymentRow {
  return detail(
    { ...row, bankId },
    {
      windows,
      tokenAt: at,
      deadAt: at + (lifeMs ?? windows.scanMs + windows.confirmMs + DEAD_TOKEN_GRACE),
      undying: lifeMs !== undefined,
      lastWord: "created",
      paymentMethods,
    },
  );
}

function onLost(row: PaymentRow, again: boolean, at: number): PaymentRow {
  if (row.state !== "creating" && !awaitsToken(row)) return row;
  const { lostAt, createTries } = row.detail;
  const change = again ? { lostAt: lostAt ?? at, createTries } : { lostAt: at, createTries: CREATE_TRIES };
  return touched(detail(row, change), at);
}

/** Adopted; one as old as a code may be shown is not put before a customer who has long gone. */
function onFound(row: PaymentRow, { created, word }: Found, at: number): PaymentRow {
  if (!isSought(row)) return row;
  const stale = row.state === "creating" && at - row.createdAt >= created.windows.scanMs;
  const known = stale ? watch(knownAs(row, created, at), "expired", "found-late", at) : onCreated(row, created, at);
  return word.kind === "claim" ? reduce(known, { kind: "claimed" }, at) : onWord(known, word, at);
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
  if (contradicts(row, word)) return noted(row, `${CONTRADICTION}${word.raw}`, at);
  const heard = detail(row, { answeredAt: at, silentPolls: 0, notFound: 0, askAtStart: false });
  switch (word.word) {
    case "paid":
      return onPaid(heard, word, at);
    case "declined":
      if (word.unsure && row.detail.unsureNo !== word.raw) return detail(heard, { unsureNo: word.raw });
      return onDeclined(heard, word, at);
    case "scanned":
    case "held":
      return onScanned(detail(heard, { lastWord: word.word, unsureNo: null }), at);
    case "created":
    case "pending":
      return onStillUnscanned(detail(heard, { unsureNo: null }), word.word, at);
    case "authorized":
    case "released":
    case "verified":
    case "unproven":
      return row;
  }
}

/** A final word is never taken back by another (reliability rule 5); only money that came all the same is believed. */
function contradicts({ state, settled, detail: { lastWord } }: PaymentRow, { word }: Word): boolean {
  return state === "paid"
    ? word !== "paid"
    : settled && lastWord === "declined" && word !== "declined" && word !== "paid";
}

function onPaid(row: PaymentRow, word: Word, at: number): PaymentRow {
  if (row.state === "paid") return row;
  if (word.minor !== null && word.minor !== row.minor) {
    if (row.error?.code === "amount_mismatch") return row;
    const params = { asked: formatMoney(row.minor, row.currency), named: formatMoney(word.minor, row.currency) };
    const error = appError("amount_mismatch", { params });
    return move({ ...row, watching: false, settled: false, error }, "needs_review", "amount-mismatch", at);
  }
  const late =
    row.parked ||
    row.state === "expired" ||
    row.state === "cancelled" ||
    row.state === "declined" ||
    row.state === "needs_review";
  const told = detail(row, { lastWord: "paid", facts: word.facts ?? row.detail.facts });
  return end({ ...told, late }, "paid", late ? "bank-paid-late" : "bank-paid", at, null);
}

function onDeclined(row: PaymentRow, { raw, message }: Word, at: number): PaymentRow {
  if (row.state === "paid" || (row.settled && row.detail.lastWord === "declined")) return row;
  const told = detail(row, { lastWord: "declined" });
  if (row.state === "awaiting_payment" && (row.detail.cancelAsked || TAKEN_BACK.test(raw)))
    return end(told, "cancelled", "bank-cancelled", at, null);
  // The bank's no closes an item that a person or the clock had already ended; its state stays what it was.
  if (row.state === "expired" || row.state === "cancelled") return settle(told, "bank-declined", at);
  return end(told, "declined", "bank-declined", at, appError("declined_by_bank", { bankMessage: message ?? null }));
}

function onScanned(row: PaymentRow, at: number): PaymentRow {
  switch (row.state) {
    case "awaiting_scan": {
      // Also after the scan deadline: the customer was in time and the bank says so.
      const confirmDeadline = at + (row.detail.windows?.confirmMs ?? 0);
      const scanned = detail({ ...row, error: null }, { confirmDeadline, overdue: false });
      return move(scanned, "awaiting_confirmation", "bank-scanned", at);
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
  const dead = heard.detail.deadDue && !scanned && word === "created" && !row.detail.undying;
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

function askedToCancel(row: PaymentRow, cancelAsked: boolean, at: number): PaymentRow {
  return touched(detail(row, { cancelAsked }), at);
}

function refusal(row: PaymentRow, more: 1 | 0 | -1, heard: boolean, at: number): PaymentRow {
  const tries = Math.max(0, (row.detail.refusal?.tries ?? 0) + more);
  return touched(detail(row, { refusal: { tries, heard } }), at);
}
