/** A refund as the journal keeps it: contract section 3, "A refund", plus what recovery needs. Times are epoch milliseconds. */
import type { AppError } from "../../contract/errors.ts";
import type { Currency, Minor } from "../../contract/money.ts";
import type { Environment, Provider, RefundState } from "../../contract/states.ts";
import type { Resolution } from "./payment.ts";

export interface RefundHistoryEntry {
  readonly at: number;
  readonly state: RefundState;
  readonly cause: string;
}

/** A purchase of the customer who scanned, as the bank lists it. `at` is null when its date cannot be read. */
export interface Purchase {
  readonly id: string;
  readonly minor: Minor;
  readonly at: number | null;
}

/** With what we know of it: our own sale, where the bank's id and the environment are those of one. */
export interface KnownPurchase extends Purchase {
  readonly paymentId: string | null;
  readonly number: string | null;
}

export interface Reading {
  readonly at: number;
  readonly minor: Minor;
}

export interface RefundDetail {
  /** The till alone, after a scan, or only recorded. */
  readonly way: "customer" | "till" | "recorded";
  /** Started at this till's screen, where its result stands until it is put away. */
  readonly onScreen: boolean;
  readonly dismissed: boolean;
  readonly createTries: number;
  readonly payload: string | null;
  readonly pollMs: number | null;
  readonly scanMs: number | null;
  readonly tokenAt: number | null;
  readonly scanDeadline: number | null;
  /** Of the customer who stands here: kept only while one of them is chosen (design U29). */
  readonly operations: readonly KnownPurchase[];
  /** What goes back: the bank's id of the purchase; its own sum and time, as far as they are known. */
  readonly purchaseId: string | null;
  readonly purchaseMinor: Minor | null;
  readonly purchaseAt: number | null;
  /** The bank's number of the transaction, where the purchase is known by that alone (Halyk rrn). */
  readonly rrn: string | null;
  /** The bank's number of the operation that is given back, where a refund is asked for by that (ePay). */
  readonly operationId: string | null;
  /** The figure before was our own sum: the bank has none, so no later figure proves anything. */
  readonly ours: boolean;
  /** From when the refund's own bill is watched at the bank. */
  readonly pendingAt: number | null;
  /** Our own receipt number of that sale. */
  readonly saleNumber: string | null;
  /** A sending waits until then: an earlier one, of which there is no sign, may still be on its way. */
  readonly heldUntil: number | null;
  /** When the money-moving call left; it is sent once, and again only by a person. */
  readonly sentAt: number | null;
  /** How often it was sent: once for each time a person asked for it. */
  readonly sends: number;
  /** From when the doubt is counted; of the one before it, while it is tried again. */
  readonly doubtAt: number | null;
  /** The bank refused a second sending: the first may have worked. */
  readonly retryRefused: AppError | null;
  readonly readings: readonly Reading[];
  readonly evidence: "none" | "answer" | "balance" | "person";
  readonly by: string | null;
  readonly reason: string | null;
  /** When the bank said the opposite of a person's decision; null once a person has decided about that. */
  readonly disputedAt: number | null;
  readonly history: readonly RefundHistoryEntry[];
}

export const NEW_REFUND_DETAIL: RefundDetail = {
  way: "till",
  onScreen: false,
  dismissed: false,
  createTries: 1,
  payload: null,
  pollMs: null,
  scanMs: null,
  tokenAt: null,
  scanDeadline: null,
  operations: [],
  purchaseId: null,
  purchaseMinor: null,
  purchaseAt: null,
  rrn: null,
  operationId: null,
  ours: false,
  pendingAt: null,
  saleNumber: null,
  heldUntil: null,
  sentAt: null,
  sends: 0,
  doubtAt: null,
  retryRefused: null,
  readings: [],
  evidence: "none",
  by: null,
  reason: null,
  disputedAt: null,
  history: [],
};

export interface RefundRow {
  readonly seq: number;
  readonly id: string;
  /** Rises by one with each commit of this row. */
  readonly version: number;
  readonly number: string;
  readonly tillId: string;
  readonly paymentId: string | null;
  /** Names the purchase across tills and profiles (provider, environment and the bank's id): one unsettled refund each. */
  readonly purchaseKey: string | null;
  readonly profileId: string;
  readonly provider: Provider;
  readonly environment: Environment;
  readonly minor: Minor | null;
  readonly currency: Currency;
  readonly state: RefundState;
  readonly settled: boolean;
  readonly watching: boolean;
  /** The bank's available figure read just before the sending, and when. */
  readonly a0: Minor | null;
  readonly a0At: number | null;
  readonly bankId: string | null;
  readonly bankReturnId: string | null;
  readonly idemKey: string;
  readonly idemMac: string;
  readonly actor: string;
  readonly businessDay: string;
  readonly shiftId: string | null;
  readonly resolution: Resolution | null;
  readonly error: AppError | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly detail: RefundDetail;
}
