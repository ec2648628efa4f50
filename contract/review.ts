/** The place of what nobody knows: each item with what is known, how it is known, and how a person may close it. */
import { z } from "zod";
import type { PaymentView, RefundView } from "./snapshot.ts";
import { OUTCOMES, type Outcome } from "./states.ts";

export const resolveInput = z.strictObject({
  /** Of the payment or the refund. */
  id: z.string().min(1).max(64),
  outcome: z.enum(OUTCOMES),
  reason: z.string().trim().min(3).max(300),
  /** Of a senior, a technician or the owner. */
  pin: z.string().regex(/^\d{4,12}$/),
});

/**
 * Why it stands here. `no_answer`: a lost answer, the bank is still asked; `review`: the bank cannot say or says what cannot
 * be ours, a person decides; `operation`: taking or giving back held money was not confirmed; `money_at_bank`: it was called
 * failed, and the bank has the money after all; `contradicted`: the bank has said the opposite of what a person decided;
 * `goods`: nobody knows whether paid goods were given, or it was said both ways; `owed`: they were not, and the money does not
 * go back by itself.
 */
export type DoubtCause = "no_answer" | "review" | "operation" | "money_at_bank" | "contradicted" | "goods" | "owed";

/** One call to the bank that bears on an item. Times are ISO 8601. */
export interface DoubtCall {
  readonly at: string;
  /** The call's name in the bank's documents, as in the journal. */
  readonly name: string;
  readonly requestId: string;
  readonly answeredAt: string | null;
  /** How far it got: `connect`: nothing left; `sent`, `body`: it may have been carried out; null: died on the way. */
  readonly outcome: "answered" | "connect" | "sent" | "body" | null;
  readonly bankCode: string | null;
}

export interface DoubtItem {
  readonly of: "payment" | "refund";
  readonly id: string;
  readonly number: string;
  readonly cause: DoubtCause;
  readonly since: string;
  /** Exactly one of them. */
  readonly payment: PaymentView | null;
  readonly refund: RefundView | null;
  /** Newest last; what moves or may move money, and the last questions about it. */
  readonly calls: readonly DoubtCall[];
  /** Refund: the bank's figure before, and each reading after (whole tiyn). The bank has none: null and empty. */
  readonly availableBefore: { readonly at: string; readonly minor: number } | null;
  readonly availableAfter: readonly { readonly at: string; readonly minor: number }[];
  /** The bank is asked again by itself, at the latest then; null: only on request and at the next start. */
  readonly asksUntil: string | null;
  /** Whether "ask now" can teach anything. */
  readonly canAsk: boolean;
  /** What a person may decide now; empty while the till is still finding out by itself. */
  readonly outcomes: readonly Outcome[];
}
