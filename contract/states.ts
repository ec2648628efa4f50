/** States of a payment: contract section 3, "A payment". */
export const PAYMENT_STATES = [
  "creating",
  "awaiting_scan",
  "awaiting_confirmation",
  "awaiting_3ds",
  "authorized",
  "awaiting_payment",
  "paid",
  "verified",
  "released",
  "declined",
  "expired",
  "cancelled",
  "failed",
  "in_doubt",
  "needs_review",
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** Posted to the bank by this till with the payer's card or token; there is no code, and the bank is asked by our own number. */
export const POSTED_METHODS = ["googlePay", "card", "cardVerification", "transfer"] as const;

/** Whether a payment of this method is posted rather than shown as a code. */
export function isPostedMethod(method: string): boolean {
  return POSTED_METHODS.some((posted) => posted === method);
}

const OPEN: ReadonlySet<PaymentState> = new Set([
  "creating",
  "awaiting_scan",
  "awaiting_confirmation",
  "awaiting_3ds",
  "in_doubt",
]);

/** One open payment at a time on a till; a parked one does not hold it (contract, "One at a time"). */
export function isOpen(payment: { state: PaymentState; parked: boolean }): boolean {
  return OPEN.has(payment.state) && !payment.parked;
}

export type Remedy = "retry" | "checkBank" | "callSupport" | "fixSettings";
export type Provider = "kaspi" | "halykQr" | "epay";
export type Environment = "test" | "production" | "training";
export type Language = "kk" | "ru" | "en";
export type Role = "cashier" | "senior" | "technician" | "owner";
export type Scope = "pay" | "refund" | "read" | "cards" | "support";

export const LANGUAGES = ["kk", "ru", "en"] as const satisfies readonly Language[];

/**
 * A named person's decision. `treatedAs…Refunded` is of a refund, or of money that is owed for goods; `…Given` of goods; the
 * others of a payment. The bank's later word still counts.
 */
export const OUTCOMES = [
  "treatedAsPaid",
  "treatedAsUnpaid",
  "treatedAsRefunded",
  "treatedAsNotRefunded",
  "treatedAsGiven",
  "treatedAsNotGiven",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** States of a refund: contract section 3, "A refund". */
export const REFUND_STATES = [
  "creating",
  "awaiting_scan",
  "choosing",
  "sending",
  "pending",
  "refunded",
  "recorded",
  "failed",
  "expired",
  "cancelled",
  "in_doubt",
  "not_executed",
  "needs_review",
] as const;
export type RefundState = (typeof REFUND_STATES)[number];

/** How a refund can be made with a bank's contract: not at all here, after the customer's scan, or by the till alone. */
export type RefundWay = "elsewhere" | "customer" | "till";
