/** What an answer is before its meaning is asked: a body, or the HTTP status alone, since no error is documented. */
import { appError, type AppError, type ErrorCode } from "../../../contract/errors.ts";
import type { Refused, Unclear } from "../../core/bank.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import { field, textOf } from "../exact.ts";
import { readBody, type Body } from "./json.ts";

export interface Failed {
  readonly kind: "failed";
  readonly status: number;
  readonly error: AppError;
  /** It says that nothing was done; else it says nothing. */
  readonly definite: boolean;
  /** It came with a whole JSON object: from the bank's service, not from a proxy on the way. */
  readonly spoken: boolean;
}

/** An answer without what it must have; `what` names it for the log, `raw` is the bank's unexpected word. */
export const malformed = (what: string, raw = ""): Unclear => ({
  kind: "unclear",
  error: appError("malformed_answer", { params: { what, raw: raw.slice(0, 60) } }),
});

/** An answer about something else than was asked about. */
export const foreign = (what: string): AppError => appError("foreign_answer", { params: { what } });

/**
 * The body of a 2xx, or what any other status means.
 * @param missing what a 404 means for this method
 */
export function openAnswer(
  answer: HttpAnswer,
  missing: ErrorCode = "purchase_not_found",
): ({ readonly kind: "body" } & Body) | Failed {
  const { status } = answer;
  const body = readBody(answer.text);
  if (status >= 200 && status < 300 && body !== null) return { kind: "body", ...body };
  const spoken = body !== null && !body.repaired;
  const { code, definite } = meaningOf(status, spoken, missing);
  const error = appError(code, {
    bankCode: (spoken ? textOf(field(body.fields, "code"))?.slice(0, 40) : undefined) ?? `HTTP ${status}`,
    bankMessage: spoken ? messageOf(body.fields) : null,
  });
  return { kind: "failed", status, error, definite, spoken };
}

/** For a method whose repetition harms nobody. */
export function refusedOr({ error, definite }: Failed): Refused | Unclear {
  return { kind: definite ? "refused" : "unclear", error };
}

/**
 * For a method that moves money: a no is believed only from the service itself. A bare HTTP status proves nothing there, a
 * proxy on the way back says it too, after the bank has acted.
 */
export function moneyRefusedOr({ error, definite, spoken }: Failed): Refused | Unclear {
  return { kind: definite && spoken ? "refused" : "unclear", error };
}

function meaningOf(status: number, spoken: boolean, missing: ErrorCode): { code: ErrorCode; definite: boolean } {
  if (status === 401) return { code: "login_refused", definite: true };
  if (status === 403) return { code: "address_not_allowed", definite: true };
  if (status === 404) return { code: missing, definite: true };
  if (status === 429) return { code: "rate_limited", definite: true };
  // 408 is a clock somewhere on the way, and says as little as 504.
  if (status === 408 || status >= 500) return { code: "bank_unavailable", definite: false };
  return status >= 400 && spoken
    ? { code: "bank_refused", definite: true }
    : { code: "malformed_answer", definite: false };
}

function messageOf(fields: object): string | null {
  for (const name of ["message", "error", "errDescription", "description"]) {
    const text = textOf(field(fields, name));
    if (text !== null) return text.slice(0, 300);
  }
  return null;
}
