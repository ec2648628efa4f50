import type { Json } from "./json.ts";

export interface CallAnswer {
  status: number;
  bodyText: string;
  at: number;
  /** What left for the client; it may still not have arrived. */
  sent: "whole" | "part" | "nothing";
}

/** One request as it was received and what became of it. Times are the bank's virtual milliseconds. */
export interface CallRecord {
  seq: number;
  at: number;
  /** Kaspi's scheme; null at a bank that has none. */
  scheme: 1 | 2 | 3 | null;
  /** Counted for each scheme's port by itself. */
  connection: number;
  client: { commonName: string; serial: string } | null;
  httpMethod: string;
  path: string;
  /** The method's name, such as "qr/create"; null for a path the bank does not know. */
  name: string | null;
  /** The purchase the call is about: its id at the bank. */
  paymentId: string | null;
  headers: Record<string, string>;
  bodyText: string;
  body: Json | undefined;
  /** Departures from the document the bank lets pass, such as a missing X-Request-ID. */
  problems: string[];
  faults: string[];
  acted: boolean;
  actedAt: number | null;
  /** What the bank itself decided, before any fault changed the answer: Kaspi's StatusCode, elsewhere the HTTP status. */
  statusCode: string | null;
  answer: CallAnswer | null;
}

export interface ConnectionRecord {
  at: number;
  scheme: 1 | 2 | 3 | null;
  event: "opened" | "reset" | "tls-refused";
  connection: number | null;
  protocol: string | null;
  reason: string | null;
}

/** Something the bank forbids and a till did. */
export interface Complaint {
  at: number;
  /** The call's seq. */
  call: number;
  /**
   * `lookups`: too many client-info calls in a minute; `invoice-polling`: 4.6 forbids it; `status-posted`: a
   * point of sale may post REJECTED and nothing else; `token-reused`, `token-binding`: a token is for one order,
   * the one it was asked for; `posted-twice`: an order was posted again.
   */
  rule: "lookups" | "invoice-polling" | "status-posted" | "token-reused" | "token-binding" | "posted-twice";
  text: string;
}
