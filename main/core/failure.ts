import { appError, type AppError, type ErrorCode } from "../../contract/errors.ts";
import { HttpFailure, type HttpProblem } from "./ports.ts";

const CODES: Record<HttpProblem, ErrorCode> = {
  name_unknown: "bank_name_unknown",
  refused: "bank_unreachable",
  timeout: "bank_timeout",
  server_untrusted: "server_untrusted",
  server_name_mismatch: "server_name_mismatch",
  client_certificate_refused: "certificate_refused",
  client_certificate_missing: "certificate_missing",
  tls: "tls_failed",
  closed: "bank_unreachable",
  too_large: "malformed_answer",
  other: "bank_unreachable",
};

const NO_NETWORK: ReadonlySet<HttpProblem> = new Set(["name_unknown", "refused", "timeout", "closed", "other"]);

/** What a failed exchange means to a person. A creation whose answer was lost says so, whatever broke it. */
export function failureError(failure: HttpFailure): AppError {
  return appError(CODES[failure.problem]);
}

/** Whether the failure speaks of the network rather than of certificates or settings. */
export function isNetworkProblem(failure: HttpFailure): boolean {
  return NO_NETWORK.has(failure.problem);
}

/** Whatever went wrong on the way to the bank, as the adapter would have said it: unknown is "it may have been acted on". */
export function asFailure(error: unknown): HttpFailure {
  return error instanceof HttpFailure ? error : new HttpFailure("sent", "other", String(error));
}

/** The same of something that had to come before a call: whatever broke there, not one byte of the call has left. */
export function neverLeft(error: unknown): HttpFailure {
  const { problem, message } = asFailure(error);
  return new HttpFailure("connect", problem, message);
}
