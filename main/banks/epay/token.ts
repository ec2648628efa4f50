/** OAuth: a token for one operation, bound to what it is for, and the service token of a terminal. */
import { appError } from "../../../contract/errors.ts";
import type { BankCall, BankContext, GrantAnswer, GrantNeed } from "../../core/bank.ts";
import type { PaymentRow } from "../../core/payment.ts";
import type { HttpAnswer, Profile } from "../../core/ports.ts";
import { field, NumberText, parseObject, textOf } from "../exact.ts";
import { codeOf, errorOfStatus, malformed, messageOf, numberOf, refusedByStatus } from "./answer.ts";
import { amountText, formOf, optionOf } from "./request.ts";

/** Each has a client and a terminal of its own, since the bank binds a currency and a right to each. */
export type Purpose = "payment" | "verification" | "transfer";

/** As the documents write it, for payments and card checks and for every question about the status. */
const PAYMENT_SCOPE = "webapi usermanagement email_send verification statement statistics payment";
const TRANSFER_SCOPE = "transfer";

/** What a payment's method is for. */
export function purposeOf(method: string): Purpose {
  if (method === "cardVerification") return "verification";
  return method === "transfer" ? "transfer" : "payment";
}

/** The terminal's UUID. Throws where the profile has none. */
export function terminalOf(profile: Profile, purpose: Purpose): string {
  if (purpose !== "payment") return optionOf(profile, `${purpose}Terminal`);
  if (profile.device === null) throw new Error(`profile ${profile.id} has no terminal`);
  return profile.device;
}

/** The name under which the token of an operation is kept: its confirmation takes the same one. */
export const operationName = (invoiceId: string): string => `op:${invoiceId}`;

/** For one operation: number, amount, currency and terminal are part of it. Never used for another. */
export function boundGrant(context: BankContext, payment: PaymentRow, invoiceId: string): GrantNeed {
  const { options } = context.profile;
  const purpose = purposeOf(payment.method);
  const links = purpose === "transfer" ? ["postLink", "failurePostLink"] : [];
  const bound = {
    invoiceID: invoiceId,
    amount: amountText(payment.minor),
    currency: payment.currency,
    terminal: terminalOf(context.profile, purpose),
    ...Object.fromEntries(links.flatMap((name) => (options[name] ? [[name, options[name]]] : []))),
  };
  const scope = purpose === "transfer" ? TRANSFER_SCOPE : PAYMENT_SCOPE;
  return { keep: operationName(invoiceId), ask: tokenCall(context, purpose, scope, bound), with: bearer };
}

/**
 * For questions and for operations on what was paid. Without its terminal the status answers 104.
 * @param keep false: for this one call alone, so that what moves money never leaves with a token about to end
 */
export function serviceGrant(context: BankContext, purpose: Purpose, keep = true): GrantNeed {
  const terminal = terminalOf(context.profile, purpose);
  return {
    keep: keep ? `service:${terminal}` : null,
    ask: tokenCall(context, purpose, PAYMENT_SCOPE, { terminal }),
    with: bearer,
  };
}

const bearer = (token: string): { readonly headers: Readonly<Record<string, string>> } => ({
  headers: { Authorization: `Bearer ${token}` },
});

function tokenCall(
  { profile, secrets }: BankContext,
  purpose: Purpose,
  scope: string,
  bound: Readonly<Record<string, string>>,
): BankCall<GrantAnswer> {
  return {
    name: "oauth2/token",
    danger: "safe",
    method: "POST",
    url: optionOf(profile, "oauthUrl"),
    headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" },
    body: formOf({
      grant_type: "client_credentials",
      scope,
      client_id: secrets[`${purpose}Client`] ?? "",
      client_secret: secrets[`${purpose}Secret`] ?? "",
      ...bound,
    }),
    timeoutMs: 10_000,
    canonical: `POST oauth2/token ${JSON.stringify({ scope, ...bound })}`,
    read: (answer) => withoutSecret(readGrant(answer), secrets[`${purpose}Secret`] ?? ""),
  };
}

/** The bank's words go into the journal and the log: not where they repeat the secret. */
function withoutSecret(answer: GrantAnswer, secret: string): GrantAnswer {
  if (answer.kind === "grant" || secret === "") return answer;
  const { bankCode, bankMessage } = answer.error;
  const tells = [bankCode, bankMessage].some((told) => told?.includes(secret));
  return tells ? { ...answer, error: { ...answer.error, bankCode: null, bankMessage: null } } : answer;
}

const LONGEST_LIFE = 86_400;

/**
 * Answer of the token call. `expires_in` is a number or a text; `scope` and `refresh_token` are not looked at: the
 * one is mangled in a document's own sample, the other is never used. A no is a no: nothing has been done yet.
 */
export function readGrant(answer: HttpAnswer): GrantAnswer {
  const { status } = answer;
  const fields = parseObject(answer.text);
  if (status < 200 || status >= 300) {
    const spoken = fields !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
    if (!spoken) return refusedByStatus(status);
    const said = textOf(field(fields, "error")) ?? codeOf(fields);
    const login = status === 401 || said === "invalid_client" || said === "unauthorized_client";
    const bankCode = said?.slice(0, 40) ?? `HTTP ${status}`;
    const code = login ? "login_refused" : status === 403 || status === 404 ? errorOfStatus(status) : "bank_refused";
    return { kind: "refused", error: appError(code, { bankCode, bankMessage: messageOf(fields) }) };
  }
  if (fields === null) return malformed("JSON");
  const token = field(fields, "access_token");
  // It travels in a header and in an address.
  if (typeof token !== "string" || !/^[\x21-\x7e]{1,4096}$/.test(token)) return malformed("access_token");
  const type = field(fields, "token_type");
  if (type !== undefined && (typeof type !== "string" || type.trim().toLowerCase() !== "bearer"))
    return malformed("token_type");
  const seconds = lifeOf(field(fields, "expires_in"));
  if (seconds === null) return malformed("expires_in");
  return { kind: "grant", token, lifeMs: Math.min(seconds, LONGEST_LIFE) * 1000 };
}

function lifeOf(value: unknown): number | null {
  const text = value instanceof NumberText ? value.text : value;
  return typeof text === "string" ? numberOf(text, /^\d{1,9}$/) : null;
}
