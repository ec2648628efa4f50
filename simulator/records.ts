import type { Json } from "./json.ts";

/** 1: Api-Key; 2: client certificate; 3: client certificate, allow-list and OrganizationBin. */
export const schemes = [1, 2, 3] as const;
export type Scheme = (typeof schemes)[number];

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
  scheme: Scheme;
  /** Counted for each scheme's port by itself. */
  connection: number;
  client: { commonName: string; serial: string } | null;
  httpMethod: string;
  path: string;
  /** The method's name, such as "qr/create"; null for a path the bank does not know. */
  name: string | null;
  /** The purchase the call is about. */
  paymentId: string | null;
  headers: Record<string, string>;
  bodyText: string;
  body: Json | undefined;
  /** Departures from the document the bank lets pass, such as a missing X-Request-ID. */
  problems: string[];
  faults: string[];
  acted: boolean;
  actedAt: number | null;
  /** The StatusCode the bank itself decided on, before any fault changed the answer. */
  statusCode: string | null;
  answer: CallAnswer | null;
}

export interface ConnectionRecord {
  at: number;
  scheme: Scheme;
  event: "opened" | "reset" | "tls-refused";
  connection: number | null;
  protocol: string | null;
  reason: string | null;
}

/** RemotePaymentCreated is no word of appendix 4, but what the bank says of an invoice. */
export type PaymentState =
  | "QrTokenCreated"
  | "Wait"
  | "Processed"
  | "Error"
  | "RemotePaymentCreated"
  | "RemotePaymentCanceled";

export interface PaymentRecord {
  bank: "kaspi";
  /** Decimal digits: ids reach 2^63 - 1. */
  id: string;
  scheme: Scheme;
  /** The organisation the money is for. */
  bin: string;
  kind: "qr" | "link" | "invoice";
  /** What the customer scans or opens, exactly as it was answered; empty for an invoice. */
  token: string;
  amountMinor: bigint;
  externalId: string | null;
  deviceToken: string;
  deviceId: string;
  tradePointId: string;
  /** Who scanned it; an invoice's phone number. */
  customer: string | null;
  /** An invoice's comment. */
  comment: string | null;
  state: PaymentState;
  /** The customer's money was taken. */
  captured: boolean;
  refundedMinor: bigint;
  createdAt: number;
  /** When an unscanned token, or an unpaid invoice, dies. */
  scanDeadline: number;
  confirmDeadline: number | null;
  history: { at: number; state: PaymentState; cause: string }[];
}

/** Appendix 5. */
export type ReturnState = "QrTokenCreated" | "CustomerIdentityObtained" | "Error";

/** A refund QR: it moves no money, it only says who the customer is. */
export interface ReturnRecord {
  /** QrReturnId. */
  id: string;
  token: string;
  externalId: string | null;
  bin: string;
  deviceToken: string;
  tradePointId: string;
  customer: string | null;
  state: ReturnState;
  createdAt: number;
  scanDeadline: number;
  history: { at: number; state: ReturnState; cause: string }[];
}

/** Money that went back. */
export interface RefundRecord {
  bank: "kaspi";
  /** ReturnOperationId. */
  id: string;
  purchaseId: string;
  amountMinor: bigint;
  at: number;
  /** `till`: by payment/return; `elsewhere`: another till, a smart POS, the cashier's app (3.4.5). */
  by: "till" | "elsewhere";
  /** X-Request-ID of the call that made it. */
  requestId: string | null;
  /** The refund QR it was made with, in scheme 2. */
  returnId: string | null;
}

/** Something the bank forbids and a till did. */
export interface Complaint {
  at: number;
  /** The call's seq. */
  call: number;
  /** `lookups`: too many client-info calls in a minute; `invoice-polling`: 4.6 forbids it. */
  rule: "lookups" | "invoice-polling";
  text: string;
}

export interface Totals {
  payments: number;
  processed: number;
  processedMinor: bigint;
  /** Refunds of everybody, and the tiyn of them. */
  refunds: number;
  refundedMinor: bigint;
  /** Of them what a till's payment/return gave back. */
  refundedByTillMinor: bigint;
  refundedByPurchase: Record<string, bigint>;
  byExternalId: Record<string, { processed: number; processedMinor: bigint }>;
}
