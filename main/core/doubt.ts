/**
 * What nobody knows, and what a named person's decision makes of it. Pure. A decision closes an item and leaves its state:
 * the bank's later word still counts, and where it says the opposite the item stands open again (contract section 3, `resolution`).
 */
import type { DoubtCause } from "../../contract/review.ts";
import type { Outcome } from "../../contract/states.ts";
import type { PaymentRow } from "./payment.ts";
import type { RefundRow } from "./refund.ts";

export const PAYMENT_OUTCOMES = ["treatedAsPaid", "treatedAsUnpaid"] as const satisfies readonly Outcome[];
export const REFUND_OUTCOMES = ["treatedAsRefunded", "treatedAsNotRefunded"] as const satisfies readonly Outcome[];

/** In the history of what a person has decided. */
export const TREATED_AS: Readonly<Record<Outcome, string>> = {
  treatedAsPaid: "treated-as-paid",
  treatedAsUnpaid: "treated-as-unpaid",
  treatedAsRefunded: "treated-as-refunded",
  treatedAsNotRefunded: "treated-as-not-refunded",
  treatedAsGiven: "treated-as-given",
  treatedAsNotGiven: "treated-as-not-given",
};

/** Decided by a person, and nothing the bank has said since goes against it. */
export function isClosed({ resolution, detail: { disputedAt } }: PaymentRow | RefundRow): boolean {
  return resolution !== null && disputedAt === null;
}

/** Why nobody knows what became of a payment at `now` (epoch milliseconds); null where somebody does, or has decided. */
export function doubtOf(row: PaymentRow, now: number): DoubtCause | null {
  const { state, settled, error, detail } = row;
  if (detail.disputedAt !== null) return "contradicted";
  if (row.resolution !== null) return null;
  if (state === "in_doubt") return "no_answer";
  if (state === "needs_review") return "review";
  if (state === "authorized") return detail.operation !== null && error !== null ? "operation" : null;
  if (settled) return detail.claimed && error?.code === "money_at_bank" ? "money_at_bank" : null;
  return isPastItsLife(row, now) ? "review" : null;
}

/** An invoice that cannot be paid any more, and about which nobody has asked the bank: no timer may. */
export function isPastItsLife({ state, detail: { payableUntil } }: PaymentRow, now: number): boolean {
  return state === "awaiting_payment" && payableUntil !== null && payableUntil <= now;
}

/** The same of a refund. One that is being sent is only waited for while it stands `onScreen`. */
export function refundDoubtOf(row: RefundRow, onScreen: boolean): DoubtCause | null {
  if (row.detail.disputedAt !== null) return "contradicted";
  if (row.resolution !== null) return null;
  if (row.state === "in_doubt" || (row.state === "sending" && !onScreen)) return "no_answer";
  return row.state === "needs_review" ? "review" : null;
}

/** What a person decides about, as it stands: when it is another, his decision speaks of something that is no more. */
export function matterOf({ state, error, detail }: PaymentRow | RefundRow): string {
  const reading = "readings" in detail ? detail.readings.at(-1)?.minor : null;
  return JSON.stringify([state, error?.code, error?.params["named"], detail.disputedAt, reading]);
}

/** What went back, by the bank's word or by a person's. It counts until the bank's no has been decided about anew. */
export function isGone({ state, resolution }: RefundRow): boolean {
  return state === "refunded" || state === "recorded" || resolution?.outcome === "treatedAsRefunded";
}

/** It is treated as paid without the bank's word: another attempt of its sale would take the money twice. */
export function isTreatedAsPaid({ state, resolution }: PaymentRow): boolean {
  return resolution?.outcome === "treatedAsPaid" && state !== "paid";
}

/** Since when it stands where it does (epoch milliseconds). */
export function doubtSince(row: PaymentRow | RefundRow): number {
  const { disputedAt, history } = row.detail;
  if (disputedAt !== null) return disputedAt;
  if ("method" in row && row.state === "awaiting_payment") return row.detail.payableUntil ?? row.updatedAt;
  const first = history.findLastIndex(({ state }) => state !== row.state) + 1;
  const { at } = (row.settled || row.state === "authorized" ? history.at(-1) : history[first]) ?? { at: row.updatedAt };
  return at;
}
