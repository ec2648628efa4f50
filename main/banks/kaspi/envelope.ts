/** The envelope of every answer (document, sections 2.1, 3.1 and 4.1): a code, words, and data where the method has some. */
import { appError, type ErrorCode } from "../../../contract/errors.ts";
import type { Refused, Unclear } from "../../core/bank.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import { field, parseExact, textOf } from "../exact.ts";
import { canonicalCode, isDefiniteNo, meaningOf } from "./codes.ts";
import { maskPhones } from "./phone.ts";
import type { Scheme } from "./scheme.ts";

export type Envelope = { readonly kind: "data"; readonly data: unknown } | Refused | Unclear;

/** An answer without what it must have; `what` names it for the log, `raw` is the bank's unexpected word. */
export const malformed = (what: string, raw = ""): Unclear => ({
  kind: "unclear",
  error: appError("malformed_answer", { params: { what, raw: raw.slice(0, 60) } }),
});

/**
 * Opens the envelope. The body first, since the HTTP status of a business error is not documented.
 * @returns the data of StatusCode 0 and nothing else; a code as `refused`; what is no envelope by its HTTP status.
 */
export function envelope(answer: HttpAnswer, scheme: Scheme): Envelope {
  let body: unknown;
  try {
    body = parseExact(answer.text);
  } catch {
    return withoutEnvelope(answer.status, scheme);
  }
  const raw = field(body, "StatusCode");
  if (raw === undefined) return withoutEnvelope(answer.status, scheme);
  const code = canonicalCode(raw);
  if (code === null) return malformed("StatusCode");
  if (code === "0") return { kind: "data", data: field(body, "Data") };
  return {
    kind: "refused",
    error: appError(meaningOf(code), { bankCode: textOf(raw), bankMessage: bankMessage(body) }),
  };
}

/**
 * The same for a call that moves money (payment/return, remote/create, remote/cancel): `refused` only for a code that
 * means a definite no. A bare HTTP status proves nothing there, 401, 403 and 404 included: a proxy on the way back
 * says them too, after the bank has acted.
 */
export function moneyEnvelope(answer: HttpAnswer, scheme: Scheme): Envelope {
  const read = envelope(answer, scheme);
  if (read.kind !== "refused") return read;
  const code = canonicalCode(read.error.bankCode);
  return code !== null && isDefiniteNo(code) ? read : { kind: "unclear", error: read.error };
}

/** For the calls that carry a customer's telephone: the bank may quote it. */
export function withoutPhone(read: Envelope): Envelope {
  if (read.kind === "data" || read.error.bankMessage === null) return read;
  return { ...read, error: { ...read.error, bankMessage: maskPhones(read.error.bankMessage) } };
}

function bankMessage(body: unknown): string | null {
  const message = textOf(field(body, "Message"));
  return message === null ? null : message.slice(0, 300);
}

/** What shuts the door, by scheme: the key; the certificate; in scheme 3 the list of addresses besides (section 1.3). */
const SHUT: Readonly<Record<Scheme, ErrorCode>> = {
  "1": "key_refused",
  "2": "certificate_refused",
  "3": "address_not_allowed",
};

function withoutEnvelope(status: number, scheme: Scheme): Refused | Unclear {
  const bankCode = `HTTP ${status}`;
  if (status === 401 || status === 403) return { kind: "refused", error: appError(SHUT[scheme], { bankCode }) };
  if (status === 404) return { kind: "refused", error: appError("wrong_address", { bankCode }) };
  if (status === 429) return { kind: "refused", error: appError("rate_limited", { bankCode }) };
  if (status >= 500) return { kind: "unclear", error: appError("bank_unavailable", { bankCode }) };
  return { kind: "unclear", error: appError("malformed_answer", { bankCode }) };
}
