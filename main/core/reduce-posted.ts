/**
 * The life of a payment that this till posts to its bank (POSTED_METHODS): a pure function, as `reduce`. No answer to a
 * post is a result; what stands at the bank under our own number is (Q-80, state-machines 3.8 to 3.10). Nothing is ever
 * posted twice, and `failed` means that the bank never had it.
 */
import { appError, type AppError } from "../../contract/errors.ts";
import { formatMoney } from "../../contract/money.ts";
import type { Challenged, Posted, Word } from "./bank.ts";
import type { BankWord, PageEnd, PaymentRow } from "./payment.ts";
import type { LifeEvent } from "./reduce.ts";
import { CONTRADICTION, detail, end, move, noted, settle, SILENT_POLLS, touched, watch } from "./reduce-steps.ts";

/** The bank's own limit of a session: what is undecided then waits for a person (state-machines 3.8, `t_total`). */
export const SESSION = 20 * 60_000;
/** What is asked about for a decision is given so long at least. */
const AT_LEAST = 2 * 60_000;
/** "Not known here" is no lag any more this long after the post, on the monotonic clock. */
export const LAG = 60 * 60_000;
/** So many such answers in a row, received after that, and it never came to the bank. */
const NEVER_REACHED = 2;

/** Takes a posted payment and what happened at `at` (epoch milliseconds); returns the same object when nothing changes. */
export function reducePosted(row: PaymentRow, event: LifeEvent, at: number): PaymentRow {
  switch (event.kind) {
    case "posted":
      return onPosted(row, event.answer, at);
    case "challenged":
      return onChallenged(row, event.answer, at);
    case "declined":
      return onDeclinedPost(row, event.error, at);
    case "refused":
      if (row.state === "creating") return end(row, "failed", "refused", at, event.error);
      return awaitsAnswer(row) ? settle(row, "refused", at) : row;
    case "unanswered":
      return onUnanswered(row, event.left, event.error, at);
    case "confirming":
      return hasOpenPage(row) ? onConfirming(row, at) : row;
    case "confirmLost":
      return row.state === "awaiting_confirmation" && row.detail.confirmed
        ? inDoubt(row, "confirm-lost", event.error, at)
        : row;
    case "pageOver":
      return onPageOver(row, event.end, event.error, at);
    case "word":
      return onWord(row, event.word, event.cardId ?? null, at);
    case "notFound":
      return onNotFound(row, at);
    case "claimed":
      return row.settled || row.bankId === null ? row : onSilence(detail(row, { claimed: true }), at);
    case "silence":
      return onSilence(row, at);
    case "misconfigured":
      return onMisconfigured(row, event.error, at);
    case "deadline":
      return onDeadline(row, at);
    case "dead":
      return row.settled || row.detail.deadDue || row.detail.deadAt === null
        ? row
        : detail(row, { deadDue: true, notFound: 0 });
    case "watchEnd":
      return row.watching && !row.settled
        ? move({ ...row, watching: false, error: appError("watch_ended") }, "needs_review", "watch-ended", at)
        : row;
    case "cancel":
      if (row.state === "creating") return watch(row, "cancelled", "cancelled", at);
      return onPageOver(row, "cancelled", null, at);
    case "operating":
      return row.state === "authorized" && row.detail.operation === null
        ? touched(
            detail({ ...row, error: null }, { operation: event.operation, captureMinor: event.minor ?? null }),
            at,
          )
        : row;
    case "operationRefused":
      return isOperated(row)
        ? touched(detail({ ...row, error: event.error }, { operation: null, captureMinor: null }), at)
        : row;
    case "operationLost":
      return isOperated(row) ? touched({ ...row, error: event.error }, at) : row;
    case "restart":
      return onRestart(row, event.danger !== null, at);
    case "created":
    case "invoiced":
    case "lost":
    case "found":
    case "unfound":
    case "foreign":
    case "again":
    case "refusing":
    case "refusalHeard":
    case "refusalUnheard":
    case "refusalUnsent":
    case "takeBack":
    case "takeBackRefused":
    case "takeBackLost":
      return row;
  }
}

/** Nobody is asked while the payer is busy on the bank's page, nor where our settings stand in the way. */
export function isPostedAskedByTimer({ state, settled, watching, bankId, detail: known }: PaymentRow): boolean {
  if (settled || bankId === null || known.paused) return false;
  switch (state) {
    case "awaiting_confirmation":
    case "in_doubt":
      return true;
    case "awaiting_3ds":
      return known.pageEnd !== null;
    case "declined":
    case "expired":
    case "cancelled":
    case "needs_review":
      return watching;
    // Held money is not asked about by timer, but what was sent to take it or give it back is (reliability rule 6).
    case "authorized":
      return known.operation !== null;
    default:
      return false;
  }
}

/** Money that comes now is news to the people at the till (contract, `late`). */
export function comesLate({ state, parked }: PaymentRow): boolean {
  return parked || state === "expired" || state === "cancelled" || state === "declined" || state === "needs_review";
}

/** The bank's page stands before the payer, or is to. */
export function hasOpenPage({ state, detail: { pageEnd } }: PaymentRow): boolean {
  return state === "awaiting_3ds" && pageEnd === null;
}

/** Given up while it was being posted. */
function awaitsAnswer(row: PaymentRow): boolean {
  return row.state === "cancelled" && !row.settled && row.bankId === null;
}

/** Its page is over and nothing was sent on: the bank cannot take anything without that. */
function isUnconfirmed({ detail: { pageEnd, confirmed } }: PaymentRow): boolean {
  return pageEnd !== null && !confirmed;
}

function isOperated({ state, detail: { operation } }: PaymentRow): boolean {
  return state === "authorized" && operation !== null;
}

// ---- the post and its answers ----

function onPosted(row: PaymentRow, answer: Posted, at: number): PaymentRow {
  if (row.state === "creating")
    return move(
      detail(taken(row, answer, at), { confirmDeadline: decideBy(row, at) }),
      "awaiting_confirmation",
      "posted",
      at,
    );
  if (awaitsAnswer(row)) return touched(taken(row, answer, at), at);
  // The answer to the confirmation.
  const { operationId } = answer;
  return row.bankId === null || operationId === null || operationId === row.detail.operationId
    ? row
    : touched(detail(row, { operationId }), at);
}

function onChallenged(row: PaymentRow, answer: Challenged, at: number): PaymentRow {
  if (row.state === "creating") {
    const confirmDeadline = at + answer.windows.confirmMs;
    return move(detail(taken(row, answer, at), { confirmDeadline }), "awaiting_3ds", "challenged", at);
  }
  // Given up meanwhile: the page is never shown.
  return awaitsAnswer(row) ? touched(detail(taken(row, answer, at), { pageEnd: "cancelled" }), at) : row;
}

function taken(row: PaymentRow, { bankId, windows, operationId }: Posted | Challenged, at: number): PaymentRow {
  return detail(
    { ...row, bankId },
    { windows, operationId, posted: "answered", postedAt: row.createdAt, deadAt: at + LAG },
  );
}

function onDeclinedPost(row: PaymentRow, error: AppError, at: number): PaymentRow {
  // Over, but not out of sight: on request the bank is asked whether it took something all the same.
  const bankId = row.bankId ?? row.detail.invoiceId;
  // A no whose meaning nobody knows is looked at once more, at the next start.
  const askAtStart = error.code === "operation_refused";
  const told = detail({ ...row, bankId }, { lastWord: "declined", askAtStart });
  if (row.state === "creating") return end(told, "declined", "bank-declined", at, error);
  if (awaitsAnswer(row)) return settle(told, "bank-declined", at);
  const isAnswerToConfirm =
    row.detail.confirmed && (row.state === "awaiting_confirmation" || row.state === "needs_review");
  return isAnswerToConfirm ? end(told, "declined", "bank-declined", at, error) : row;
}

function onUnanswered(row: PaymentRow, left: boolean, error: AppError, at: number): PaymentRow {
  if (row.state !== "creating" && !awaitsAnswer(row)) return row;
  if (!left)
    return row.state === "creating" ? end(row, "failed", "never-left", at, error) : settle(row, "never-left", at);
  const { invoiceId } = row.detail;
  const lost = detail({ ...row, bankId: invoiceId }, { posted: "lost", postedAt: row.createdAt, deadAt: at + LAG });
  return row.state === "creating" ? inDoubt(lost, "answer-lost", error, at) : touched(lost, at);
}

/** Undecided until the bank's session must be over, and not less than two minutes from now. */
function decideBy({ createdAt, detail: { postedAt } }: PaymentRow, at: number): number {
  return Math.max((postedAt ?? createdAt) + SESSION, at + AT_LEAST);
}

function inDoubt(row: PaymentRow, cause: string, error: AppError, at: number): PaymentRow {
  const doubted = watch({ ...row, error }, "in_doubt", cause, at);
  return detail(doubted, { confirmDeadline: decideBy(row, at) });
}

// ---- the bank's page ----

function onConfirming(row: PaymentRow, at: number): PaymentRow {
  const sent = detail(
    { ...row, error: null },
    { confirmed: true, confirmDeadline: decideBy(row, at), silentPolls: 0, notFound: 0, paused: false },
  );
  return move(sent, "awaiting_confirmation", "page-returned", at);
}

/** Over, but not at an end: what the bank says next decides. */
function onPageOver(row: PaymentRow, pageEnd: PageEnd, error: AppError | null, at: number): PaymentRow {
  if (!hasOpenPage(row)) return row;
  const over = { pageEnd, overdue: true, silentPolls: 0, notFound: 0, paused: false };
  return move(detail({ ...row, error }, over), "awaiting_3ds", `page-${pageEnd}`, at);
}

/** The bank has been asked after the end of its page, and nothing was taken. */
function onUnproven(row: PaymentRow, at: number): PaymentRow {
  const ended = pageEnding(row, at);
  return row.detail.deadDue ? settle(ended, "nothing-confirmed", at) : ended;
}

function pageEnding(row: PaymentRow, at: number): PaymentRow {
  switch (row.detail.pageEnd) {
    case "cancelled":
      return watch({ ...row, error: null }, "cancelled", "cancelled", at);
    case "mismatch":
      return watch({ ...row, error: row.error ?? appError("bank_page_failed") }, "declined", "page-mismatch", at);
    default:
      return watch({ ...row, error: appError("threeds_unfinished") }, "expired", "nothing-confirmed", at);
  }
}

// ---- the bank's word ----

function onWord(row: PaymentRow, word: Word, cardId: string | null, at: number): PaymentRow {
  if (row.bankId === null) return row;
  if (contradicts(row, word)) return onContradiction(row, word, at);
  if (row.state === "failed") return usable(row, at);
  const heard = told(usable(row, at), word, cardId);
  switch (word.word) {
    case "paid":
      return onPaid(heard, word, at);
    case "authorized":
      if (row.state === "authorized") return heard;
      if (isOther(row, word)) return onOtherAmount(heard, word, at);
      return move(opened(heard), "authorized", "bank-authorized", at);
    case "released":
      return row.state === "released" ? heard : end(heard, "released", "bank-released", at, null);
    case "verified":
      if (row.kind !== "verification") return onUndecided(heard, "pending", at);
      return row.state === "verified" ? heard : end(heard, "verified", "bank-verified", at, null);
    case "declined":
      if (word.unsure && row.detail.unsureNo !== word.raw) return detail(heard, { unsureNo: word.raw });
      return onDeclined(heard, word, at);
    case "created":
    case "pending":
    case "scanned":
    case "held":
    case "unproven":
      return onUndecided(heard, word.word, at);
  }
}

const FINAL: ReadonlySet<string> = new Set<BankWord>(["paid", "released", "verified"]);
const MONEY: ReadonlySet<BankWord> = new Set(["paid", "authorized"]);

/** A final word is never taken back by another (reliability rule 5); only money that came all the same is believed. */
function contradicts({ state, settled, detail: { lastWord } }: PaymentRow, { word }: Word): boolean {
  if (FINAL.has(state)) return word !== state;
  // Nothing may become of it any more (contract): it never came to the bank, and now it has.
  if (state === "failed") return MONEY.has(word);
  return settled && lastWord === "declined" && word !== "declined" && word !== "paid";
}

/** Its state stands; `claimed`: the bank has, or holds, money of one that is over, which a person is told of. */
function onContradiction(row: PaymentRow, { word, raw }: Word, at: number): PaymentRow {
  const disputed = answeredAtStart(noted(row, `${CONTRADICTION}${raw}`, at));
  if (!MONEY.has(word) || row.state === "paid") return disputed;
  // No longer "no money was taken".
  return detail({ ...disputed, error: appError("money_at_bank") }, { claimed: true });
}

/** The one question after the end has its answer. */
function answeredAtStart(row: PaymentRow): PaymentRow {
  return row.detail.askAtStart ? detail(row, { askAtStart: false }) : row;
}

/** The bank has answered. */
function usable(row: PaymentRow, at: number): PaymentRow {
  return detail(resumed(row), { answeredAt: at, silentPolls: 0, askAtStart: false });
}

/** Where our settings had stood in the way they do no more. */
function resumed(row: PaymentRow): PaymentRow {
  if (!row.detail.paused) return row;
  const open = detail(row, { paused: false });
  if (keepsError(row)) return open;
  const isOpenQuestion = row.state === "in_doubt" || row.state === "needs_review";
  return { ...open, error: isOpenQuestion ? appError("bank_undecided") : null };
}

/** What it says is as good as any complaint about our settings. */
function keepsError({ error, detail: { pageEnd, operation } }: PaymentRow): boolean {
  return error !== null && (pageEnd !== null || operation !== null || error.code === "amount_mismatch");
}

function told(row: PaymentRow, { word, facts, operationId }: Word, cardId: string | null): PaymentRow {
  const known = row.detail;
  const card = facts?.card ?? known.card;
  return detail(row, {
    lastWord: word,
    notFound: 0,
    unsureNo: word === "declined" ? known.unsureNo : null,
    facts: word === "declined" ? known.facts : (facts ?? known.facts),
    operationId: operationId ?? known.operationId,
    card: cardId === null ? known.card : { id: cardId, mask: card?.mask ?? "", type: card?.type ?? "" },
  });
}

function onPaid(row: PaymentRow, word: Word, at: number): PaymentRow {
  const refundedMinor = Math.max(row.detail.refundedMinor, goneBack(row, word));
  const known = refundedMinor === row.detail.refundedMinor ? row : touched(detail(row, { refundedMinor }), at);
  if (row.state === "paid") return known;
  if (isOther(row, word)) return onOtherAmount(row, word, at);
  const late = comesLate(row);
  const paid = detail({ ...known, late }, { operation: null });
  return end(paid, "paid", late ? "bank-paid-late" : "bank-paid", at, null);
}

/** What was not taken of held money went back, unless the bank itself says what did: it may have taken all of it. */
function goneBack(row: PaymentRow, { minor, refunded }: Word): number {
  const part = partTaken(row);
  if (part === null || row.state !== "authorized") return refunded ?? 0;
  return minor === row.minor && refunded !== undefined ? refunded : row.minor - part;
}

function isOther(row: PaymentRow, { word, minor }: Word): boolean {
  return minor !== null && minor !== row.minor && !(word === "paid" && minor === partTaken(row));
}

/** So much of the held money is being taken; null where it is all of it. */
function partTaken({ detail: { operation, captureMinor } }: PaymentRow): number | null {
  return operation === "capture" ? captureMinor : null;
}

/** Never a success by itself: the bank speaks of another sum than was asked. */
function onOtherAmount(row: PaymentRow, { minor }: Word, at: number): PaymentRow {
  if (row.state === "needs_review" && row.error?.code === "amount_mismatch") return row;
  const params = {
    asked: formatMoney(row.minor, row.currency),
    named: formatMoney(minor ?? row.minor, row.currency),
  };
  const error = appError("amount_mismatch", { params });
  return move({ ...row, watching: false, settled: false, error }, "needs_review", "amount-mismatch", at);
}

/** Held money is no end, and nobody waits at the till for what comes of it. */
function opened(row: PaymentRow): PaymentRow {
  return detail({ ...row, settled: false, watching: false, error: null }, { overdue: false });
}

function onDeclined(row: PaymentRow, { message, error }: Word, at: number): PaymentRow {
  if (row.settled) return row;
  // The bank's no closes what the page, a person or the clock had already ended; its state stays what it was.
  if (row.state === "expired" || row.state === "cancelled" || row.state === "declined")
    return settle(row, "bank-declined", at);
  const why = error ?? appError("declined_by_bank", { bankMessage: message ?? null });
  return end(detail(row, { operation: null }), "declined", "bank-declined", at, why);
}

/** Neither a yes nor a no; `word` is null where the bank does not know it. */
function onUndecided(row: PaymentRow, word: BankWord | null, at: number): PaymentRow {
  switch (row.state) {
    case "awaiting_3ds":
      return isUnconfirmed(row) ? onUnproven(row, at) : row;
    case "awaiting_confirmation":
    case "in_doubt":
      if (isUnconfirmed(row)) return onUnproven(row, at);
      return row.detail.overdue ? toReview(row, "undecided", appError("bank_undecided"), at) : row;
    case "needs_review":
      return row.watching && isNeverProven(row, word) ? onNeverProven(row, at) : row;
    case "declined":
    case "expired":
    case "cancelled":
      return !row.settled && isNeverProven(row, word) ? settle(row, "nothing-confirmed", at) : row;
    default:
      return row;
  }
}

/**
 * An hour after the post nobody has been on the bank's page, or has brought anything back that was sent on: `3D` is a no
 * when the session is over (state-machines 3.8).
 */
function isNeverProven(row: PaymentRow, word: BankWord | null): boolean {
  const { deadDue, confirmed } = row.detail;
  return deadDue && (isUnconfirmed(row) || (word === "unproven" && !confirmed));
}

function onNeverProven(row: PaymentRow, at: number): PaymentRow {
  const error = keepsError(row) ? row.error : appError("threeds_unfinished");
  return end(row, "declined", "nothing-confirmed", at, error);
}

/** Given to a person, and asked about further on: the bank may still decide. */
function toReview(row: PaymentRow, cause: string, error: AppError, at: number): PaymentRow {
  return watch({ ...row, error }, "needs_review", cause, at);
}

/** 102: lag, and no answer that ends anything, before the hour is over. */
function onNotFound(row: PaymentRow, at: number): PaymentRow {
  if (row.bankId === null) return row;
  if (row.settled) return answeredAtStart(row);
  const notFound = row.detail.notFound + 1;
  const heard = detail(usable(row, at), { notFound });
  return hasNeverReached(heard) ? onNeverReached(heard, at) : onUndecided(heard, null, at);
}

/** Only where neither an answer to the post nor any word about it was ever heard. */
function hasNeverReached({ detail: { posted, lastWord, claimed, deadDue, notFound } }: PaymentRow): boolean {
  return posted === "lost" && lastWord === null && !claimed && deadDue && notFound >= NEVER_REACHED;
}

/** Nothing is asked by timer after this; once more at the next start, should the bank have been wrong. */
function onNeverReached(row: PaymentRow, at: number): PaymentRow {
  const last = detail(row, { askAtStart: true });
  return row.state === "cancelled"
    ? settle(last, "never-reached", at)
    : end(last, "failed", "never-reached", at, appError("never_reached"));
}

// ---- no word ----

function onSilence(row: PaymentRow, at: number): PaymentRow {
  const { overdue } = row.detail;
  const isAwaited = row.state === "awaiting_3ds" || row.state === "awaiting_confirmation" || row.state === "in_doubt";
  if (!isAwaited || !overdue) return row;
  const heardNothing = detail(row, { silentPolls: row.detail.silentPolls + 1 });
  if (heardNothing.detail.silentPolls < SILENT_POLLS) return heardNothing;
  const error = keepsError(row) && row.error !== null ? row.error : appError("bank_undecided");
  return row.state === "awaiting_3ds"
    ? inDoubt(heardNothing, "silence", error, at)
    : toReview(heardNothing, "silence", error, at);
}

function onMisconfigured(row: PaymentRow, complaint: AppError, at: number): PaymentRow {
  if (row.bankId === null || row.settled) return row;
  const error = keepsError(row) && row.error !== null ? row.error : complaint;
  const paused = detail({ ...row, error }, { paused: true, answeredAt: at, silentPolls: 0 });
  // An open question that nobody may put down would hold the till.
  if (row.state === "awaiting_3ds" && row.detail.overdue) return inDoubt(paused, "misconfigured", error, at);
  const isDue = row.detail.overdue && (row.state === "awaiting_confirmation" || row.state === "in_doubt");
  return isDue ? toReview(paused, "undecided", error, at) : paused;
}

function onDeadline(row: PaymentRow, at: number): PaymentRow {
  if (hasOpenPage(row)) return onPageOver(row, "timeout", null, at);
  if ((row.state !== "awaiting_confirmation" && row.state !== "in_doubt") || row.detail.overdue) return row;
  // Nobody is asked, so that no answer could decide it.
  if (row.detail.paused) return toReview(row, "undecided", row.error ?? appError("bank_undecided"), at);
  return detail(row, { overdue: true, silentPolls: 0 });
}

/** `sent`: its post may have left before the process died. It is not posted again, whatever came of it. */
function onRestart(stopped: PaymentRow, sent: boolean, at: number): PaymentRow {
  // The settings may be others now. One question whose answer is lost must not be all that comes of that.
  const row = stopped.settled ? stopped : resumed(stopped);
  if (row.state === "creating" || awaitsAnswer(row)) return onUnanswered(row, sent, appError("bank_undecided"), at);
  // The page was in memory alone.
  if (hasOpenPage(row)) return onPageOver(row, "restart", null, at);
  if (isOperated(row) && row.error === null) {
    const code = row.detail.operation === "capture" ? "capture_unconfirmed" : "void_unconfirmed";
    return touched({ ...row, error: appError(code) }, at);
  }
  const { silentPolls, notFound } = row.detail;
  return silentPolls === 0 && notFound === 0 ? row : detail(row, { silentPolls: 0, notFound: 0 });
}
