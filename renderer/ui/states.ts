import type { PaymentState } from "../../contract/states.ts";
import type { PlainKey } from "../messages/index.ts";

/** A payment's state in a word, for lists. */
export const STATE_WORD: Readonly<Record<PaymentState, PlainKey>> = {
  creating: "st.creating",
  awaiting_scan: "st.awaiting",
  awaiting_confirmation: "st.awaiting",
  awaiting_3ds: "st.awaiting",
  authorized: "st.awaiting",
  awaiting_payment: "st.invoice",
  paid: "st.paid",
  verified: "st.paid",
  released: "st.over",
  declined: "st.no",
  failed: "st.no",
  expired: "st.over",
  cancelled: "st.gone",
  in_doubt: "st.doubt",
  needs_review: "st.review",
};
