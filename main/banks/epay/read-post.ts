/**
 * Pure readers of what the bank answers to a post or a confirmation. None of it is a result: at most the bank has
 * taken it, wants the payer on its page first, or says a definite no.
 */
import { appError, type AppError } from "../../../contract/errors.ts";
import { hostOf, isLoopback } from "../../../contract/problem.ts";
import type { Challenged, ConfirmAnswer, CreateAnswer, Declined, Posted, Unclear } from "../../core/bank.ts";
import type { PaymentRow, Windows } from "../../core/payment.ts";
import type { HttpAnswer, Profile } from "../../core/ports.ts";
import { amountOf, everyField, field, isObject, parseObject } from "../exact.ts";
import { codeOf, foreign, malformed, messageOf, textIn, texts, unclearByStatus } from "./answer.ts";
import { isKnown, isUndecided, meaningOf } from "./codes.ts";
import { purposeOf, terminalOf } from "./token.ts";

/** The document names no interval; the bank's own session is over after 20 minutes. */
const POSTED: Windows = { pollMs: 2_000, scanMs: 20 * 60_000, confirmMs: 20 * 60_000 };
/** For the payer on the bank's page: well within the life of any token seen (outside-facts 4.1, state machines 3.9). */
const CHALLENGED: Windows = { ...POSTED, confirmMs: 10 * 60_000 };

const LONGEST_ACTION = 2_048;
const LONGEST_REQUEST = 128 * 1024;
const LONGEST_MARK = 4_096;

export interface Asked {
  readonly payment: PaymentRow;
  readonly profile: Profile;
  readonly invoiceId: string;
}

/** Answer of cryptopay and of cards/auth. Told apart by the body's shape: a no may come with 200 or 400. */
export function readPosted(answer: HttpAnswer, asked: Asked): CreateAnswer {
  const read = open(answer, asked);
  if (read.kind !== "yes") return read;
  const challenge = challengeIn(read.fields);
  if (challenge === undefined) return takenOf(read.fields, asked);
  return isObject(challenge) ? challengedOf(challenge, read.fields, asked) : malformed("secure3D");
}

/**
 * Answer of the confirmation. A redirect counts as taken: it is what the bank is said to answer, and where it leads
 * says nothing that the status does not.
 */
export function readConfirmed(answer: HttpAnswer, asked: Asked, operationId: string): ConfirmAnswer {
  const taken: Posted = { kind: "posted", bankId: asked.invoiceId, windows: POSTED, operationId };
  if (answer.status === 302 || answer.status === 303) return taken;
  const read = open(answer, asked);
  // "Invalid", or a code nobody knows, may be said of a confirmation that came twice; the operation is there to be asked.
  if (read.kind === "declined" && read.error.code === "operation_refused")
    return { kind: "unclear", error: appError("bank_undecided", toldBy(read.error)) };
  if (read.kind !== "yes") return read;
  if (challengeIn(read.fields) !== undefined) return malformed("secure3D");
  const posted = takenOf(read.fields, asked);
  if (posted.kind !== "posted") return posted;
  return posted.operationId === operationId ? posted : foreign("id");
}

const toldBy = ({ bankCode, bankMessage }: AppError): Pick<AppError, "bankCode" | "bankMessage"> => ({
  bankCode,
  bankMessage,
});

function open(
  { status, text }: HttpAnswer,
  asked: Asked,
): { readonly kind: "yes"; readonly fields: object } | Declined | Unclear {
  // 401: whether the post was considered before its token was found wanting, nobody says.
  if (status < 200 || (status >= 300 && status < 400) || status >= 500 || [401, 408, 429].includes(status))
    return unclearByStatus(status);
  const fields = parseObject(text);
  if (fields === null) return status >= 400 ? unclearByStatus(status) : malformed("JSON");
  const other = otherIn(fields, asked);
  if (other !== null) return foreign(other);
  if (everyField(fields, "code").some((code) => code !== null)) {
    const code = codeOf(fields);
    if (code === null) return malformed("code");
    if (code !== "0") return noOf(fields, code, status);
  }
  return status < 300 ? { kind: "yes", fields } : unclearByStatus(status);
}

function noOf(fields: object, code: string, status: number): Declined | Unclear {
  if (typeof field(fields, "message") !== "string") return malformed("message", code);
  if (challengeIn(fields) !== undefined) return malformed("secure3D", code);
  const told = { bankCode: code, bankMessage: messageOf(fields) };
  // The document shows a no with 400 only; with 200 it is believed of codes that are known.
  if (isUndecided(code) || (status < 300 && !isKnown(code)))
    return { kind: "unclear", error: appError("bank_undecided", told) };
  return { kind: "declined", error: appError(meaningOf(code), told) };
}

/** undefined: there is none, as "", null and false say too. */
function challengeIn(fields: object): unknown {
  const found = everyField(fields, "secure3D").filter((value) => value !== null && value !== "" && value !== false);
  return found.length > 1 ? "two" : found[0];
}

/**
 * The bank's page. Extra keys are tolerated (outside-facts 4.2, 3DS); an `action` that is empty, no https, or of another
 * scheme is nothing the payer may be sent to: it cannot be confirmed, and the status tells how it ends.
 */
function challengedOf(secure3D: object, fields: object, { profile, invoiceId }: Asked): Challenged | Unclear {
  const action = textIn(secure3D, "action");
  const request = whole(secure3D, "paReq", LONGEST_REQUEST);
  const mark = whole(secure3D, "md", LONGEST_MARK);
  const operationId = textIn(fields, "id");
  if (action === null || !isBankPage(action, profile)) return malformed("action");
  if (request === null) return malformed("paReq");
  if (mark === null) return malformed("md");
  if (operationId === null) return malformed("id");
  return {
    kind: "challenged",
    bankId: invoiceId,
    windows: CHALLENGED,
    operationId,
    page: { action, fields: { PaReq: request, MD: mark } },
    mark,
  };
}

/** A text as it came, with every space: it goes back like this. */
function whole(object: object, name: string, longest: number): string | null {
  const [value, ...more] = everyField(object, name);
  return more.length === 0 && typeof value === "string" && value.trim() !== "" && value.length <= longest
    ? value
    : null;
}

/** https, or plain http on this machine where no real money is (the simulator's own page). */
function isBankPage(action: string, { environment }: Profile): boolean {
  if (action.length > LONGEST_ACTION || !/^https?:\/\/[A-Za-z0-9[][!-~]*$/.test(action) || action.includes("\\"))
    return false;
  const host = hostOf(action.split(/[?#]/)[0] ?? "");
  if (host === null) return false;
  return action.startsWith("https:") || (environment !== "production" && isLoopback(host));
}

/** The shape of a success: its own number, our number, our amount and currency. Its `status` is not looked at. */
function takenOf(fields: object, { payment, invoiceId }: Asked): Posted | Unclear {
  const operationId = textIn(fields, "id");
  if (operationId === null) return malformed("id");
  for (const [name, missing] of [
    ["invoiceID", texts(fields, "invoiceID", "orderID").length === 0],
    ["amount", amountOf(field(fields, "amount")) !== payment.minor],
    ["currency", texts(fields, "currency").length === 0],
  ] as const)
    if (missing) return malformed(name);
  return { kind: "posted", bankId: invoiceId, windows: POSTED, operationId };
}

/** Which of its own names the answer contradicts; null when none. */
function otherIn(fields: object, { payment, profile, invoiceId }: Asked): string | null {
  const terminal = terminalOf(profile, purposeOf(payment.method));
  if (texts(fields, "invoiceID", "orderID").some((told) => told !== invoiceId)) return "invoiceID";
  if (texts(fields, "terminalID").some((told) => told.toLowerCase() !== terminal.toLowerCase())) return "terminalID";
  if (texts(fields, "currency").some((told) => told !== payment.currency)) return "currency";
  return everyField(fields, "amount").some((told) => amountOf(told) !== payment.minor) && codeIsZero(fields)
    ? "amount"
    : null;
}

/** The body of a no has none of the amounts, and what it has there says nothing. */
const codeIsZero = (fields: object): boolean => (codeOf(fields) ?? "0") === "0";
