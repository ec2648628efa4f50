import type { HistoryItem } from "../../contract/commands.ts";
import { parseAmount } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Refund } from "../../contract/refund.ts";
import type { PaymentState, RefundState } from "../../contract/states.ts";
import { wayName } from "../banks.ts";
import type { Words } from "../messages/index.ts";
import type { BackWords } from "../messages/back.ts";
import type { MarkName } from "../ui/Mark.tsx";
import { stateWord } from "../ui/states.ts";

interface Face {
  readonly mark: MarkName;
  readonly tone: "yesc" | "noc" | "overc" | "backc" | "";
  readonly word: string;
  /** Money of the shop moved: the sum is written bold. */
  readonly moved: boolean;
}

const DOUBT: ReadonlySet<PaymentState> = new Set(["in_doubt", "needs_review"]);
const REFUND_DOUBT: ReadonlySet<RefundState> = new Set(["in_doubt", "needs_review", "sending"]);

/** The refund of this sale that is not decided, if there is one; the bank may still be making it. */
export const openRefund = ({ refunds }: HistoryItem): Refund | undefined =>
  refunds.find(
    ({ state, settled, resolution }) =>
      !settled && resolution === null && (state === "pending" || REFUND_DOUBT.has(state)),
  );

/** Something about this sale is not known, and may need a person. */
export const openThings = (item: HistoryItem): boolean =>
  (DOUBT.has(item.payment.state) && !item.payment.settled && item.payment.resolution === null) ||
  REFUND_DOUBT.has(openRefund(item)?.state ?? "pending");

/** What went back of it, in tiyn: by the bank's word or by a person's. */
export const backTotal = ({ payment }: HistoryItem): number => parseAmount(payment.refundedAmount) ?? 0;

/** How a sale looks in one line. */
export function faceOf(item: HistoryItem, words: Words, back: BackWords): Face {
  const { state, late } = item.payment;
  const refund = openRefund(item);
  if (refund) return { mark: REFUND_MARK[refund.state], tone: "", word: back(REFUND_WORD[refund.state]), moved: true };
  // The bank has money of what was over here.
  if (item.payment.error?.code === "money_at_bank")
    return { mark: "doubt", tone: "", word: words("st.review"), moved: item.payment.kind === "sale" };
  const { resolution } = item.payment;
  if (resolution && DOUBT.has(state))
    return {
      mark: "file",
      tone: "overc",
      word: back(`res.${resolution.outcome}`),
      moved: resolution.outcome === "treatedAsPaid",
    };
  const word = words(stateWord(item.payment));
  if (item.payment.kind !== "sale" && (state === "paid" || state === "verified"))
    return { mark: state === "paid" ? "swap" : "proven", tone: "yesc", word, moved: false };
  switch (state) {
    case "paid":
    case "verified":
      if (backTotal(item) > 0 && backTotal(item) >= (parseAmount(item.payment.amount) ?? 0))
        return { mark: "back", tone: "backc", word: back("rs.refunded"), moved: true };
      return { mark: "yes", tone: "yesc", word: late ? back("hist.late") : word, moved: true };
    case "declined":
    case "failed":
      return { mark: "no", tone: "noc", word, moved: false };
    case "expired":
      return { mark: "over", tone: "overc", word, moved: false };
    case "cancelled":
    case "released":
      return { mark: "gone", tone: "overc", word, moved: false };
    case "in_doubt":
    case "needs_review":
      return { mark: "doubt", tone: "", word, moved: item.payment.kind === "sale" };
    case "authorized":
      return { mark: "held", tone: "overc", word, moved: false };
    case "creating":
    case "awaiting_scan":
    case "awaiting_confirmation":
    case "awaiting_3ds":
    case "awaiting_payment":
      return { mark: "watch", tone: "overc", word, moved: false };
  }
}

const WAY_WORD = {
  invoice: "hist.invoice",
  link: "hist.link",
  cardVerification: "hist.check.way",
  transfer: "hist.transfer",
} as const;

/** Kaspi QR, or what else it was paid by; and what was no sale at all. */
export function wayOf(payment: Payment, back: BackWords): string {
  const { method } = payment;
  const word = (WAY_WORD as Partial<Record<string, (typeof WAY_WORD)[keyof typeof WAY_WORD]>>)[method];
  return word === undefined ? wayName(payment) : back(word);
}

export const REFUND_WORD = {
  creating: "rs.creating",
  awaiting_scan: "rs.scan",
  choosing: "rs.scan",
  sending: "rs.sending",
  pending: "rs.pending",
  refunded: "rs.refunded",
  recorded: "rs.recorded",
  failed: "rs.failed",
  expired: "rs.void",
  cancelled: "rs.void",
  in_doubt: "rs.doubt",
  not_executed: "rs.not",
  needs_review: "rs.review",
} as const satisfies Readonly<Record<RefundState, string>>;

export const REFUND_MARK: Readonly<Record<RefundState, MarkName>> = {
  creating: "watch",
  awaiting_scan: "watch",
  choosing: "watch",
  sending: "watch",
  pending: "watch",
  refunded: "back",
  recorded: "file",
  failed: "no",
  expired: "over",
  cancelled: "gone",
  in_doubt: "doubt",
  not_executed: "gone",
  needs_review: "doubt",
};
