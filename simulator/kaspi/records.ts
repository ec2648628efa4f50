/** 1: Api-Key; 2: client certificate; 3: client certificate, allow-list and OrganizationBin. */
export const schemes = [1, 2, 3] as const;
export type Scheme = (typeof schemes)[number];

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
