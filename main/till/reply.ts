import type { ServerResponse } from "node:http";
import { appError, type AppError } from "../../contract/errors.ts";
import { statusOf } from "../../contract/till.ts";

const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Answers with JSON. A request whose body was not read to its end loses its connection: what follows is unknown. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(value);
  const close: Record<string, string> = response.req.complete ? {} : { connection: "close" };
  response.writeHead(status, { ...HEADERS, "content-length": String(Buffer.byteLength(text)), ...close, ...headers });
  response.end(text);
}

/** Done, and there is nothing to say of it. */
export function sendNothing(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  const { "content-type": _type, ...headers } = HEADERS;
  response.writeHead(204, headers).end();
}

export interface Refusal {
  readonly error: AppError;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What stands in the way. */
  readonly payment?: unknown;
  readonly refund?: unknown;
}

/** A refusal by its code; `status` only where HTTP has a finer one. */
export function refusal(
  code: AppError["code"],
  params: Readonly<Record<string, string>> = {},
  status = statusOf(code),
): Refusal {
  return { error: appError(code, { params }), status };
}
