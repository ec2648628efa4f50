/** The documents' status words, and two of the bank that they do not list: VERIFIED is in an answer, FINGERPRINT nowhere. */
export const statuses = [
  "NEW", "3D", "FINGERPRINT", "AUTH", "CHARGE", "VERIFIED", "REJECT", "FAILED", "CANCEL", "CANCEL_OLD", "REFUND",
] as const; // prettier-ignore
export type Status = (typeof statuses)[number];

export const purposes = ["payment", "verification", "transfer"] as const;
export type Purpose = (typeof purposes)[number];

/** A client and its terminal. */
export interface Terminal {
  clientId: string;
  clientSecret: string;
  /** UUID. */
  terminalId: string;
}

export interface Token {
  token: string;
  clientId: string;
  scope: string;
  /** null: none was named, which check-status answers with 104. */
  terminalId: string | null;
  /** What a payment's token is bound to; null: a service token. */
  bound: { invoice: string; amountMinor: bigint; currency: string } | null;
  expiresAt: number;
  /** The invoice number that was ordered with it. */
  usedFor: string | null;
  /** Its confirmation was posted with it, too. */
  confirmed: boolean;
}

/** What becomes of a card or a token of Google Pay. */
export interface Outcome {
  /** The bank's page comes first. */
  threeDs: boolean;
  /** 0: taken. Else the post, or the confirmation, is answered with this code. */
  code: number;
  /** How the operation ends behind a code. */
  ends: "declined" | "charged" | "open";
}

/** The payer's proof of himself on the bank's page. */
export interface Challenge {
  id: string;
  md: string;
  paReq: string;
  /** What the page's two buttons bring back. */
  paRes: { confirm: string; decline: string };
  /** It can still be proved. */
  open: boolean;
}

/** One operation at the bank. Amounts are tiyn (or cents), times the bank's virtual milliseconds. */
export interface Transaction {
  /** UUID. */
  id: string;
  kind: Purpose;
  means: "googlePay" | "card" | "savedCard";
  invoice: string;
  /** UUID. */
  terminalId: string;
  /** The ledger's seq of the call that posted it. */
  call: number;
  /** What it was ordered with. */
  token: string;
  status: Status;
  /** Code of the refusal, 0 without one. */
  code: number;
  outcome: Outcome;
  /** What happens by itself, and when. */
  due: { at: number; act: "decide" | "give-up" } | null;
  /** As ordered: `orgAmount`. */
  orgAmountMinor: bigint;
  /** What is left of it: `amount`. */
  amountMinor: bigint;
  /** What went back: `payoutAmount`. */
  payoutAmountMinor: bigint;
  currency: string;
  accountId: string;
  description: string;
  email: string;
  phone: string;
  name: string;
  data: string;
  cardSave: boolean;
  cardMask: string;
  cardType: string;
  /** Of a saved card. */
  cardId: string;
  receiver: { mask: string; type: string; cardId: string; transferType: string } | null;
  senderTransferType: string;
  reference: string;
  intReference: string;
  approvalCode: string;
  /** The payer is, or was, sent to the bank's page. */
  challenge: Challenge | null;
  createdAt: number;
  history: { at: number; status: Status; cause: string }[];
}

/** One movement of money, or of its being held. */
export interface Movement {
  at: number;
  kind: "hold" | "charge" | "release" | "refund" | "transfer";
  transactionId: string;
  invoice: string;
  minor: bigint;
  currency: string;
  by: "till" | "elsewhere";
  /** The ledger's seq of the call; null for what was done elsewhere. */
  call: number | null;
  /** Of a refund, where the till gave one. */
  externalId: string | null;
}

export interface SavedCard {
  /** UUID. */
  id: string;
  accountId: string;
  mask: string;
  type: string;
  outcome: Outcome;
}

/** A call that may move money, as it came. */
export interface Post {
  /** The ledger's seq. */
  call: number;
  at: number;
  name: string;
  invoice: string | null;
  bodyText: string;
  /** Whether the bank carried it out. */
  acted: boolean;
  /** The HTTP status the bank decided on, before any fault. */
  decided: string | null;
  /** The token it came with. */
  token: string | null;
}

export interface Totals {
  transactions: number;
  charged: number;
  chargedMinor: bigint;
  held: number;
  heldMinor: bigint;
  verified: number;
  transferred: number;
  transferredMinor: bigint;
  refunds: number;
  refundedMinor: bigint;
  /** Of them what tills gave back. */
  refundedByTillMinor: bigint;
  /** By terminal and invoice number, `<uuid>/<invoice>`: how often its money was taken, and how much. */
  byInvoice: Record<string, { charged: number; chargedMinor: bigint }>;
}
