/** The bank says no. */
export class Refusal extends Error {
  readonly httpStatus: number;
  readonly body: Record<string, string | number>;
  readonly headers: Record<string, string>;

  constructor(httpStatus: number, body: Record<string, string | number>, headers: Record<string, string> = {}) {
    super(Object.values(body).join(" "));
    this.httpStatus = httpStatus;
    this.body = body;
    this.headers = headers;
  }
}

/** The documents have no form for it; this is that of OAuth (RFC 6749 5.2). */
export function grantRefusal(httpStatus: 400 | 401, error: string, description: string): Refusal {
  return new Refusal(httpStatus, { error, error_description: description });
}

/** A token that is missing, unknown, expired or used up (RFC 6750 3.1). */
export function tokenRefusal(description: string): Refusal {
  const body = { error: "invalid_token", error_description: description };
  return new Refusal(401, body, { "WWW-Authenticate": 'Bearer error="invalid_token"' });
}

/** Whose refusal it is, as the samples of a refusal say it. */
export interface Refused {
  invoice: string;
  accountId: string;
}

/** "The result of a failed payment transaction": its message begins with a space. */
export function codeRefusal(httpStatus: number, code: number, message: string, of?: Refused): Refusal {
  const { invoice = "", accountId = "" } = of ?? {};
  return new Refusal(httpStatus, {
    code,
    message: ` ${message}`,
    invoiceId: invoice,
    id: "",
    reference: "",
    accountId,
  });
}
