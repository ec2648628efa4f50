/** The document's status words. AUTH is missing from the list of a posted change, NEW to REJECTED from the policy. */
export const statuses = ["NEW", "SCANNED", "BLOCKED", "AUTH", "PAID", "REJECTED"] as const;
export type Status = (typeof statuses)[number];

export interface Detail {
  label: string;
  value: string;
}

/** What the card system knows of a payment; told once it is authorised, paid or rejected. */
export interface Card {
  reference: string;
  cardId: string;
  openwayId: string;
  mask: string;
}

/** A QR of the bank: a payment, or a refund with a number of its own. Times are the bank's virtual milliseconds. */
export interface Bill {
  /** Int64 as decimal digits. */
  billNumber: string;
  kind: "payment" | "refund";
  /** The bill a refund gives back. */
  of: string | null;
  /** A refund of a till, or of another one, a smart POS, the bank's own people. */
  by: "till" | "elsewhere";
  /** The ledger's seq of the call that made it; null for a refund made elsewhere. */
  call: number | null;
  terminal: string;
  invoiceId: string;
  pointOfSale: string;
  channel: string;
  isSkipFin: "Y" | "N";
  amountMinor: bigint;
  feeMinor: bigint;
  bonusMinor: bigint;
  qrcode: string;
  status: Status;
  errDescription: string | null;
  card: Card | null;
  details: Detail[] | null;
  /** The customer's money was taken: the customer paid, whatever anybody posted. */
  captured: boolean;
  /** Given back and heard of as PAID; what is under way is not in it. */
  refundedMinor: bigint;
  createdAt: number;
  history: { at: number; status: Status; cause: string }[];
}

export interface Totals {
  payments: number;
  captured: number;
  capturedMinor: bigint;
  refunds: number;
  refundedMinor: bigint;
  /** Of them what tills gave back. */
  refundedByTillMinor: bigint;
  /** By terminal and invoice number, as `92059431/100001`. */
  byInvoice: Record<string, { captured: number; capturedMinor: bigint }>;
}
