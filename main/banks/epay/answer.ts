/** What an answer of ePay is before its meaning is asked. */
import { appError, type AppError, type ErrorCode } from "../../../contract/errors.ts";
import type { Refused, Unclear } from "../../core/bank.ts";
import { everyField, field, textOf } from "../exact.ts";

/** An answer without what it must have; `what` names it for the log, `raw` is the bank's unexpected word. */
export const malformed = (what: string, raw = ""): Unclear => ({
  kind: "unclear",
  error: appError("malformed_answer", { params: { what, raw: clean(raw).slice(0, 60) } }),
});

/** An answer about something else than was asked about. */
export const foreign = (what: string): Unclear => ({
  kind: "unclear",
  error: appError("foreign_answer", { params: { what } }),
});

/** What an HTTP status without any word of the bank's means. */
export function errorOfStatus(status: number): ErrorCode {
  if (status === 401) return "login_refused";
  if (status === 403) return "address_not_allowed";
  if (status === 404) return "wrong_address";
  if (status === 429) return "rate_limited";
  return status === 408 || status >= 500 ? "bank_unavailable" : "malformed_answer";
}

export function statusError(status: number, code = errorOfStatus(status)): AppError {
  return appError(code, {
    bankCode: `HTTP ${status}`,
    ...(code === "malformed_answer" ? { params: { what: "HTTP", raw: String(status) } } : {}),
  });
}

/** A bare status on a call whose failure harms nobody: 401, 403, 404 and 429 are a no. */
export function refusedByStatus(status: number): Refused | Unclear {
  return { kind: [401, 403, 404, 429].includes(status) ? "refused" : "unclear", error: statusError(status) };
}

/** A bare status on a call that moves money proves nothing: a proxy on the way back says it too, after the bank has acted. */
export const unclearByStatus = (status: number): Unclear => ({ kind: "unclear", error: statusError(status) });

/** A whole number of a text of that form; null for anything else. */
export const numberOf = (text: string, form: RegExp): number | null => (form.test(text) ? Number(text) : null);

/**
 * All texts under a name, in whatever letter case it is written, each once and to the letter: a number or a terminal with
 * anything around it is not ours. Blank ones are none.
 */
export function texts(object: unknown, ...names: readonly string[]): string[] {
  const found = names.flatMap((name) => everyField(object, name)).map((value) => textOf(value) ?? "");
  return [...new Set(found.filter((text) => text.trim() !== ""))];
}

/** The one text under a name, without the space around it; null where there is none, or two that differ. */
export function textIn(object: unknown, ...names: readonly string[]): string | null {
  const found = [...new Set(texts(object, ...names).map((text) => text.trim()))];
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The bank's `code`, number or text, without leading zeros; null where there is none. */
export function codeOf(fields: object): string | null {
  const text = textIn(fields, "code");
  const match = text === null ? null : /^0*(\d{1,9})$/.exec(text);
  return match?.[1] ?? null;
}

/** The bank's words, without the space before them, and without anything that could be a card's number. */
export function messageOf(fields: object): string | null {
  for (const name of ["message", "error_description", "resultMessage", "reason"]) {
    const text = textOf(field(fields, name));
    if (text !== null && text.trim() !== "") return clean(text);
  }
  return null;
}

/** A text of the bank's for people. */
export function clean(text: string): string {
  return text
    .replaceAll(/\d(?:[ -]?\d){11,}/g, "…")
    .trim()
    .slice(0, 300);
}
