/** Pure readers of check-status [E5], for payments and for transfers. Nothing is guessed: what is not clearly there is `unclear`. */
import { appError, type AppError } from "../../../contract/errors.ts";
import { maskCard } from "../../../contract/card-number.ts";
import { minor as toMinor, type Currency, type Minor } from "../../../contract/money.ts";
import type { DetailsAnswer, Misconfigured, PingAnswer, StatusAnswer, Unclear, Word } from "../../core/bank.ts";
import type { BankWord, PaymentFacts, PaymentRow } from "../../core/payment.ts";
import type { HttpAnswer, Profile } from "../../core/ports.ts";
import { amountOf, dateOf, everyField, field, isObject, parseObject } from "../exact.ts";
import { clean, errorOfStatus, foreign, malformed, statusError, textIn, texts } from "./answer.ts";
import { isCardId } from "./body.ts";
import { meaningOf } from "./codes.ts";
import { purposeOf, terminalOf } from "./token.ts";

/**
 * "status name" of the document, FINGERPRINT and VERIFIED from outside it (apis 1.3). AUTH is no success, and the
 * word REFUND does not say that all has gone back.
 */
const WORDS: Readonly<Record<string, BankWord>> = {
  CHARGE: "paid",
  REFUND: "paid",
  AUTH: "authorized",
  CANCEL: "released",
  CANCEL_OLD: "released",
  VERIFIED: "verified",
  NEW: "pending",
  FINGERPRINT: "pending",
  "3D": "unproven",
  REJECT: "declined",
  FAILED: "declined",
};

/** Money is, or was, with the bank. */
const MOVED: ReadonlySet<BankWord> = new Set(["paid", "authorized", "released", "verified"]);

interface Ours {
  readonly invoiceId: string;
  readonly terminal: string;
  readonly currency: Currency;
}

interface Said {
  readonly kind: "said";
  readonly code: string;
  readonly message: string | null;
  readonly transaction: object | null;
}

/** Answer of check-status about a payment of ours. Its invoice, terminal, currency and amount must all be ours. */
export function readStatus(
  answer: HttpAnswer,
  { payment, profile, invoiceId }: { payment: PaymentRow; profile: Profile; invoiceId: string },
): StatusAnswer {
  const said = open(answer);
  if (said.kind !== "said") return said;
  const terminal = terminalOf(profile, purposeOf(payment.method));
  const ours: Ours = { invoiceId, terminal, currency: payment.currency };
  const { code, transaction } = said;
  const other = transaction && otherIn(transaction, ours);
  if (other) return foreign(other);
  switch (code) {
    case "100":
      return transaction === null ? malformed("transaction", code) : wordOf(transaction, payment);
    case "101":
      return rejectedOf(said);
    case "102":
      return transaction === null
        ? { kind: "notFound", error: errorOf(said, "purchase_not_found") }
        : malformed("transaction", code);
    case "103":
      return { kind: "unclear", error: errorOf(said, "bank_unavailable") };
    case "107":
      return { kind: "word", word: "pending", raw: code, unsure: false, minor: null };
    default:
      return malformed("resultCode", code);
  }
}

const errorOf = ({ code, message }: Said, error: Parameters<typeof appError>[0]): AppError =>
  appError(error, { bankCode: code, bankMessage: message });

/** "reject": the document shows it without a transaction, so a word beside it that money has moved is a contradiction. */
function rejectedOf(said: Said): Word | Unclear {
  const raw = said.transaction && statusIn(said.transaction);
  const word = raw !== null && Object.hasOwn(WORDS, raw) ? WORDS[raw] : undefined;
  if (word !== undefined && MOVED.has(word)) return malformed("statusName", raw ?? "");
  const error = errorOf(said, "declined_by_bank");
  return { kind: "word", word: "declined", raw: said.code, unsure: true, minor: null, error };
}

function open({ status, text }: HttpAnswer): Said | Misconfigured | Unclear {
  // A second 401, after a new token: the client has no right to the terminal, or none any more (state machines 3.8).
  if (status === 401) return { kind: "misconfigured", error: statusError(status, "terminal_refused") };
  if (status < 200 || status >= 300) return { kind: "unclear", error: statusError(status, errorOfStatus(status)) };
  const fields = parseObject(text);
  if (fields === null) return malformed("JSON");
  // The transfers' page of the bank shows the code as `result.code`, and the transaction one level deeper.
  const result = field(fields, "result");
  const codes = [...texts(fields, "resultCode"), ...texts(result, "code")].map((code) => code.trim());
  const code = codes[0];
  if (code === undefined || codes.some((one) => one !== code)) return malformed("resultCode");
  const message = textIn(fields, "resultMessage") ?? textIn(result, "message");
  const outer = field(fields, "transaction");
  const inner = field(outer, "p2p");
  const transaction = isObject(inner) ? inner : isObject(outer) ? outer : null;
  const said: Said = { kind: "said", code, message: message === null ? null : clean(message), transaction };
  // 109 is from outside the document (apis 1.3).
  return ["104", "106", "109"].includes(code)
    ? { kind: "misconfigured", error: errorOf(said, "terminal_refused") }
    : said;
}

/** Which of its own names a transaction contradicts; null when none. */
function otherIn(transaction: object, { invoiceId, terminal, currency }: Ours): string | null {
  if (texts(transaction, "invoiceID", "orderID").some((told) => told !== invoiceId)) return "invoiceID";
  // `terminal` is another number of the same terminal.
  if (texts(transaction, "terminalID").some((told) => told.toLowerCase() !== terminal.toLowerCase()))
    return "terminalID";
  return texts(transaction, "currency").some((told) => told !== currency) ? "currency" : null;
}

/** Which name that must be there is not. */
function missingIn(transaction: object): string | null {
  if (texts(transaction, "invoiceID", "orderID").length === 0) return "invoiceID";
  return ["terminalID", "currency"].find((name) => texts(transaction, name).length === 0) ?? null;
}

/** The bank's word exactly as it is written: one with a space around it is none of the document's. */
function statusIn(transaction: object): string | null {
  const [name, ...more] = everyField(transaction, "statusName");
  return typeof name === "string" && more.every((other) => other === name) ? name : null;
}

function wordOf(transaction: object, { kind, minor: sale }: PaymentRow): Word | Unclear {
  const missing = missingIn(transaction);
  if (missing !== null) return malformed(missing);
  const raw = statusIn(transaction);
  if (raw === null || !Object.hasOwn(WORDS, raw)) return malformed("statusName", raw ?? "");
  const sums = sumsOf(transaction, raw);
  if (sums === null) return malformed("amount", raw);
  const word = wordFor(raw, kind);
  if (word === null) return malformed("statusName", raw);
  const plain = { kind: "word", word, raw, unsure: false } as const;
  const operationId = textIn(transaction, "id");
  const known = operationId === null ? {} : { operationId: operationId.slice(0, 64) };
  // Another sum is for a person where it was taken or is held; anywhere else it is no word about this payment.
  if (sums.total !== sale) {
    const named = WORDS[raw];
    return named === "paid" || named === "authorized"
      ? { ...plain, ...known, word: named, minor: sums.total, facts: factsOf(transaction) }
      : foreign("amount");
  }
  if (!MOVED.has(word)) return { ...plain, ...known, minor: null, ...whyOf(transaction, word, raw) };
  const cardId = textIn(transaction, "cardID");
  return {
    ...plain,
    ...known,
    minor: sale,
    facts: factsOf(transaction),
    ...(cardId !== null && isCardId(cardId) ? { cardId } : {}),
    ...(word === "paid" && sums.gone !== null ? { refunded: sums.gone } : {}),
  };
}

/** A card check takes nothing, whatever word the bank has for it; of anything else VERIFIED is no word. */
function wordFor(raw: string, kind: PaymentRow["kind"]): BankWord | null {
  const word = WORDS[raw] ?? null;
  if (kind !== "verification") return word === "verified" ? null : word;
  if (raw === "REFUND") return null;
  return word === "paid" || word === "authorized" ? "verified" : word;
}

interface Sums {
  /** What it was made for. */
  readonly total: Minor;
  /** What of it the shop does not have, or not any more; null where the figures do not explain each other. */
  readonly gone: Minor | null;
}

/**
 * The sample: orgAmount 22.22 is what it was made for, payoutAmount 10 has gone back, amount 12.22 is left. Which
 * of the last two is which stands nowhere, so a refund's figures are believed only as long as they add up.
 */
function sumsOf(transaction: object, raw: string): Sums | null {
  const [original, left, back, bonus] = ["orgAmount", "amount", "payoutAmount", "amountBonus"].map((name) =>
    sumIn(transaction, name),
  );
  if (original === null || left === null) return null;
  const refund = raw === "REFUND";
  const made = original ?? (refund ? sumOf(left, back) : left);
  if (made === undefined) return null;
  // A zero beside a sum: a field the bank does not fill in.
  const total = original === 0 && left !== undefined && left > 0 && !refund ? left : made;
  if (left === undefined || left > total || (left === 0 && total > 0 && !refund)) return { total, gone: null };
  if (refund) {
    // Less than all of it, where only a part of held money was taken; nothing back contradicts the word.
    const explained = back !== undefined && back !== null && back > 0 && left + back <= total;
    return { total, gone: explained ? toMinor(total - left) : null };
  }
  return { total, gone: sumOf(left, bonus) === total ? toMinor(0) : toMinor(total - left) };
}

const sumOf = (one: Minor | null | undefined, other: Minor | null | undefined): Minor | undefined =>
  typeof one === "number" && typeof other === "number" ? toMinor(one + other) : undefined;

/** undefined where there is none; null for one that cannot be read, or two that differ. */
function sumIn(transaction: object, name: string): Minor | null | undefined {
  const told = everyField(transaction, name).filter((value) => value !== null && value !== "");
  const [first, ...more] = told.map(amountOf);
  return more.some((sum) => sum !== first) ? null : first;
}

function whyOf(transaction: object, word: BankWord, raw: string): Pick<Word, "error" | "message"> {
  if (word === "unproven") return { error: appError("threeds_failed", { bankCode: raw }) };
  if (word !== "declined") return {};
  const reason = textIn(transaction, "reason");
  const code = textIn(transaction, "reasonCode")?.replace(/^0+(?=\d)/, "") ?? "0";
  const message = reason === null ? null : clean(reason);
  const named = /^\d{1,9}$/.test(code) && code !== "0";
  const error = appError(named ? meaningOf(code) : "declined_by_bank", {
    bankCode: named ? code : raw,
    bankMessage: message,
  });
  return message === null ? { error } : { error, message };
}

function factsOf(transaction: object): PaymentFacts {
  const mask = textIn(transaction, "cardMask");
  return {
    reference: textIn(transaction, "reference")?.slice(0, 64) ?? null,
    fee: null,
    bonus: sumIn(transaction, "amountBonus") ?? null,
    card: mask === null ? null : { mask: hidden(mask), type: textIn(transaction, "cardType")?.slice(0, 32) ?? "" },
    lines: [],
  };
}

/** Should the bank ever send a whole card number, it is kept nowhere. */
function hidden(mask: string): string {
  const plain = mask.replaceAll(/[\s-]/g, "");
  return /^\d{12,}$/.test(plain) ? maskCard(plain) : plain.replaceAll(/\d{11,}/g, "...").slice(0, 32);
}

/** Check-status about a sale that is to be refunded: it must be charged. What is left of it is `amount`. */
export function readPurchase(answer: HttpAnswer, profile: Profile, purchaseId: string): DetailsAnswer {
  const said = open(answer);
  if (said.kind === "misconfigured") return { kind: "refused", error: said.error };
  if (said.kind === "unclear") return said;
  const { code, transaction } = said;
  if (code === "102" && transaction === null) return { kind: "refused", error: errorOf(said, "purchase_not_found") };
  if (code === "101" || code === "107") return { kind: "refused", error: errorOf(said, "wrong_purchase_status") };
  if (code !== "100" || transaction === null) return malformed("resultCode", code);
  const ours: Ours = { invoiceId: purchaseId, terminal: terminalOf(profile, "payment"), currency: "KZT" };
  const other = otherIn(transaction, ours);
  if (other !== null) return foreign(other);
  const missing = missingIn(transaction);
  if (missing !== null) return malformed(missing);
  const raw = statusIn(transaction);
  if (raw === null || !Object.hasOwn(WORDS, raw)) return malformed("statusName", raw ?? "");
  if (raw !== "CHARGE" && raw !== "REFUND")
    return { kind: "refused", error: appError("wrong_purchase_status", { bankCode: raw }) };
  const sums = sumsOf(transaction, raw);
  const operationId = textIn(transaction, "id");
  if (sums === null) return malformed("amount", raw);
  if (operationId === null) return malformed("id");
  // Two figures that do not explain each other say nothing about what is left, and it is money that leaves on it.
  if (sums.gone === null && (raw === "REFUND" || sumIn(transaction, "amount") !== undefined))
    return malformed("amount", raw);
  const available = toMinor(sums.total - (sums.gone ?? 0));
  const at = dateOf(field(transaction, "createdDate"));
  return { kind: "details", purchaseId, total: sums.total, available, at, operationId };
}

/** Answer to a question about a payment that never is: client, terminal and address are right when it is answered at all. */
export function readAlive(answer: HttpAnswer): PingAnswer {
  const said = open(answer);
  if (said.kind === "said") return said.code === "103" ? malformed("resultCode", said.code) : { kind: "alive" };
  if (said.kind === "misconfigured") return { kind: "refused", error: said.error };
  return [403, 404].includes(answer.status) ? { kind: "refused", error: said.error } : said;
}
