/** Pure readers of the answers about payments. Nothing is guessed: what is not clearly there is `unclear`. */
import { appError } from "../../../contract/errors.ts";
import { formatMoney, type Minor } from "../../../contract/money.ts";
import type {
  Claim,
  CreateAnswer,
  Created,
  LookUpAnswer,
  PingAnswer,
  RefuseAnswer,
  Refused,
  StatusAnswer,
  Unclear,
  Word,
} from "../../core/bank.ts";
import type { BankWord, PaymentFacts, PaymentRow } from "../../core/payment.ts";
import type { HttpAnswer, Profile } from "../../core/ports.ts";
import { amountOf, dateOf, field, idText, textOf } from "../exact.ts";
import { foreign, malformed, moneyRefusedOr, openAnswer, refusedOr } from "./answer.ts";
import { utf8 } from "./bytes.ts";
import { misfits, readEmv, TENGE } from "./emv.ts";
import type { Body } from "./json.ts";
import { optionOf } from "./request.ts";

/** "QR status change policy". AUTH and BLOCKED are no success: both may still be followed by REJECTED. */
export const WORDS: Readonly<Record<string, BankWord>> = {
  NEW: "created",
  SCANNED: "scanned",
  BLOCKED: "held",
  AUTH: "held",
  PAID: "paid",
  REJECTED: "declined",
};

/** The bank ends a bill that is not paid after 20 minutes; said of another of its services, so a minute is added. */
const LIFE_MS = 21 * 60_000;
/** How far `createdDate` may lie from our own time: clocks are wrong, and a lost answer may be looked up late. */
const BEFORE_MS = 15 * 60_000;
const AFTER_MS = 30 * 60_000;

/** What the largest QR holds in bytes at the level that is drawn (ISO/IEC 18004, 40-M). */
const QR_BYTES = 2_331;

interface Asked {
  readonly payment: PaymentRow;
  readonly profile: Profile;
}

/** Answer of generate/code. Anything but a new bill with its number and its code is looked up by our own number. */
export function readCreated(answer: HttpAnswer, asked: Asked): CreateAnswer {
  const read = openAnswer(answer, "wrong_address");
  if (read.kind === "failed") return refusedOr(read);
  if (read.repaired) return malformed("JSON");
  const { fields } = read;
  const bankId = idText(field(fields, "billNumber"));
  if (bankId === null) return malformed("billNumber");
  // An old bill under a number that was used before would look just like ours.
  const status = textOf(field(fields, "status"));
  if (status !== null && status !== "NEW") return malformed("status", status);
  return createdOf(fields, bankId, asked);
}

function createdOf(fields: object, bankId: string, { payment, profile }: Asked): Created | Refused | Unclear {
  const payload = field(fields, "qrcode");
  if (typeof payload !== "string" || payload === "" || !canBeDrawn(payload)) return malformed("qrcode");
  const wrong = misfits(payload, { minor: payment.minor, bill: bankId });
  const warning =
    wrong[0] &&
    appError("qr_mismatch", {
      params: {
        what: wrong.map(({ what }) => what).join(", "),
        asked: formatMoney(payment.minor),
        named: wrong[0].named,
      },
    });
  if (warning && optionOf(profile, "emvMismatch") === "block") return { kind: "refused", error: warning };
  const scanMs = Number(optionOf(profile, "scanSeconds")) * 1000;
  return {
    kind: "created",
    bankId,
    payload,
    link: linkOf(field(fields, "homebankLink")) ?? linkOf(field(fields, "onlinebankLink")),
    paymentMethods: [],
    windows: { pollMs: Number(optionOf(profile, "pollSeconds")) * 1000, scanMs, confirmMs: scanMs },
    expiresAt: null,
    lifeMs: LIFE_MS,
    ...(warning ? { warning } : {}),
  };
}

/** A code that no QR can hold would take the screen down that is to draw it. */
function canBeDrawn(payload: string): boolean {
  return payload.length <= QR_BYTES && payload.isWellFormed() && utf8(payload).length <= QR_BYTES;
}

/** "-" and null stand for no link; any other scheme is nothing a till may hand to anybody. */
function linkOf(value: unknown): string | null {
  return typeof value === "string" && /^(https?:\/\/|homebank:)\S{1,2000}$/i.test(value) ? value : null;
}

/** Answer of both GETs of status. */
export function readStatus(answer: HttpAnswer, asked: Asked): StatusAnswer {
  const read = openAnswer(answer);
  if (read.kind === "failed") return { kind: read.status === 404 ? "notFound" : "unclear", error: read.error };
  const other = otherThan(read.fields, asked);
  return other === null ? wordOf(read, asked.payment.minor) : { kind: "unclear", error: foreign(other) };
}

/** retCode and paymentDate say nothing: "0" and a date stand in the samples of NEW and REJECTED too. */
function wordOf(body: Body, sale: Minor): Word | Claim | Unclear {
  const raw = textOf(field(body.fields, "status"));
  if (raw === null) return malformed("status");
  if (!Object.hasOwn(WORDS, raw)) return malformed("status", raw);
  const word = WORDS[raw] as BankWord;
  if (word === "paid") return paidOf(body, raw, sale);
  // An amount before PAID means nothing: null in most samples, and later it includes what the sale does not.
  const plain: Word = { kind: "word", word, raw, unsure: false, minor: null };
  const message = word === "declined" ? textOf(field(body.fields, "errDescription")) : null;
  return message === null ? plain : { ...plain, message: message.slice(0, 300) };
}

function paidOf({ fields, repaired }: Body, raw: string, sale: Minor): Word | Claim {
  if (repaired) return { kind: "claim", error: malformed("JSON", raw).error };
  const named = amountOf(field(fields, "amount"));
  if (named === null) return { kind: "claim", error: malformed("amount", raw).error };
  const currency = textOf(field(fields, "currency"));
  if (currency !== null && currency !== TENGE && currency !== "KZT")
    return { kind: "claim", error: malformed("currency", currency).error };
  const minor = isExplained(fields, named, sale) ? sale : named;
  return { kind: "word", word: "paid", raw, unsure: false, minor, facts: factsOf(fields) };
}

/** "Payment amount including commission and bonuses": the sum itself, or with the fee on top. */
export function isExplained(fields: object, named: Minor, sale: Minor): boolean {
  return named === sale || named - (amountOf(field(fields, "fee")) ?? 0) === sale;
}

const MOST_LINES = 20;

function factsOf(fields: object): PaymentFacts {
  const mask = textOf(field(fields, "cardMask"));
  const details = field(fields, "details");
  return {
    reference: textOf(field(fields, "reference"))?.slice(0, 64) ?? null,
    fee: amountOf(field(fields, "fee")),
    bonus: amountOf(field(fields, "bonusAmount")),
    card: mask === null ? null : { mask: hidden(mask), type: textOf(field(fields, "cardType"))?.slice(0, 32) ?? "" },
    lines: Array.isArray(details) ? details.slice(0, MOST_LINES).flatMap(lineOf) : [],
  };
}

/** Should the bank ever send a whole card number, it is kept nowhere. */
function hidden(mask: string): string {
  return mask
    .slice(0, 32)
    .replaceAll(/[\s-]/g, "")
    .replaceAll(/(?<=\d{6})\d(?=\d{4})/g, "X");
}

/** "Transaction details to display on invoice": the bank's own words, with neither end missing. */
function lineOf(entry: unknown): PaymentFacts["lines"] {
  const [label, value] = [textOf(field(entry, "label")), textOf(field(entry, "value"))];
  return label === null || value === null ? [] : [{ label: label.slice(0, 100), value: value.slice(0, 200) }];
}

/**
 * Answer of status by our own number, after a creation whose answer was lost: ours only when what stands there was made
 * for this sum and at this time. The answer has no bill number: it is in the code.
 */
export function readFound(answer: HttpAnswer, asked: Asked): LookUpAnswer {
  const read = openAnswer(answer);
  if (read.kind === "failed") return { kind: read.status === 404 ? "notFound" : "unclear", error: read.error };
  if (read.repaired) return malformed("JSON");
  const { fields } = read;
  const { minor, createdAt } = asked.payment;
  const other = otherThan(fields, asked);
  if (other !== null) return { kind: "foreign", error: foreign(other) };
  const payload = field(fields, "qrcode");
  const emv = typeof payload === "string" ? readEmv(payload) : null;
  const [inCode, named] = [amountOf(emv?.amount), amountOf(field(fields, "amount"))];
  if (inCode === null && named === null) return malformed("qrcode");
  if ((inCode ?? minor) !== minor || (named !== null && !isExplained(fields, named, minor)))
    return { kind: "foreign", error: foreign("amount") };
  if (!isOfTime(field(fields, "createdDate"), createdAt)) return { kind: "foreign", error: foreign("createdDate") };
  const bankId = idText(field(fields, "billNumber")) ?? emv?.bill ?? null;
  if (bankId === null) return malformed("billNumber");
  const word = wordOf(read, minor);
  if (word.kind === "unclear") return word;
  const created = createdOf(fields, bankId, asked);
  return created.kind === "created" ? { kind: "found", created, word } : { kind: "unclear", error: created.error };
}

/**
 * Whether a bill's date can be that of what was made at `createdAt` (epoch milliseconds). Without a zone it may be
 * Kazakhstan's time or UTC, which the document does not say: one of them must fit. A date that is missing or unreadable
 * contradicts nothing (Q-66: mandatory fields are missing).
 */
export function isOfTime(value: unknown, createdAt: number): boolean {
  const times = [dateOf(value), typeof value === "string" ? dateOf(`${value}Z`) : null].filter((at) => at !== null);
  return times.length === 0 || times.some((at) => at >= createdAt - BEFORE_MS && at <= createdAt + AFTER_MS);
}

/** Which of its own names the answer contradicts; null when none. One that it does not tell contradicts nothing. */
function otherThan(fields: object, { payment, profile }: Asked): string | null {
  const ours = {
    terminal: profile.device,
    invoiceId: payment.detail.invoiceId,
    billNumber: payment.bankId,
    billId: payment.bankId,
  };
  for (const [name, own] of Object.entries(ours)) {
    const told = textOf(field(fields, name));
    if (told !== null && own !== null && bare(told) !== bare(own)) return name;
  }
  return null;
}

/** A number that went through a database as a number has lost its leading zeros. */
const bare = (id: string): string => id.trim().replace(/^0+(?=.)/, "");

/**
 * Answer of POST status: heard, if it is well-formed; what came of it the status says. The status in it is not
 * used: it is no question.
 */
export function readHeard(answer: HttpAnswer, asked: Asked): RefuseAnswer {
  const read = openAnswer(answer);
  // Shut out, or slowed down: nobody has considered it, so it is not heard and may be said again.
  if (read.kind === "failed")
    return [401, 403, 429].includes(read.status) ? { kind: "unclear", error: read.error } : moneyRefusedOr(read);
  const other = otherThan(read.fields, asked);
  if (other !== null) return { kind: "unclear", error: foreign(other) };
  return read.repaired || textOf(field(read.fields, "status")) === null ? malformed("status") : { kind: "heard" };
}

/** Answer to a question about a bill that is not there: that it is not there is as good an answer as any. */
export function readAlive(answer: HttpAnswer): PingAnswer {
  if (answer.status === 400 || answer.status === 404 || (answer.status >= 200 && answer.status < 300))
    return { kind: "alive" };
  const read = openAnswer(answer);
  return read.kind === "failed" ? refusedOr(read) : { kind: "alive" };
}
