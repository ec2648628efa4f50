import type { PaymentState } from "../../contract/states.ts";
import { isPostedMethod } from "../../contract/states.ts";
import type { Kind } from "../kinds.ts";
import type { PlainKey } from "../messages/index.ts";

const STATE_WORD: Readonly<Record<PaymentState, PlainKey>> = {
  creating: "st.creating",
  awaiting_scan: "st.awaiting",
  awaiting_confirmation: "st.awaiting",
  awaiting_3ds: "st.awaiting",
  authorized: "st.held",
  awaiting_payment: "st.invoice",
  paid: "st.paid",
  verified: "paid.verified",
  released: "paid.released",
  declined: "st.no",
  failed: "st.no",
  expired: "st.over",
  cancelled: "st.gone",
  in_doubt: "st.doubt",
  needs_review: "st.review",
};

/** What is said otherwise of a check and of a transfer: neither of them pays for anything. */
const KIND_WORD: Readonly<Record<Kind, Partial<Record<PaymentState, PlainKey>>>> = {
  sale: {},
  verification: { declined: "no.check", failed: "no.check" },
  transfer: { paid: "st.sent", declined: "st.unsent", failed: "st.unsent" },
};

interface Told {
  readonly state: PaymentState;
  readonly kind: Kind;
  readonly method: string;
}

/** A payment's state in a word, for lists. */
export function stateWord({ state, kind, method }: Told): PlainKey {
  if (state === "awaiting_confirmation" && isPostedMethod(method)) return "st.bank";
  return KIND_WORD[kind][state] ?? STATE_WORD[state];
}

/** The bank said no, or was never asked. */
export const NOT_DONE: Readonly<Record<Kind, PlainKey>> = {
  sale: "no.title",
  verification: "no.check",
  transfer: "no.transfer",
};
