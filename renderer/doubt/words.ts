/** What is said of an item of the list: its name, its three lines, and what its outcomes are called. */
import { formatMoney, minor } from "../../contract/money.ts";
import { errorText } from "../../contract/messages/index.ts";
import type { DoubtItem } from "../../contract/review.ts";
import type { PaymentView, RefundView } from "../../contract/snapshot.ts";
import type { Language, Outcome } from "../../contract/states.ts";
import { APP_NAME } from "../banks.ts";
import type { BackWords } from "../messages/back.ts";
import type { DoubtWords, PlainDoubtKey } from "../messages/doubt.ts";
import type { Words } from "../messages/index.ts";
import { refundSentences } from "../refund/doubt-words.ts";
import { paymentSentences } from "../screens/doubt-words.ts";

export interface Speech {
  readonly words: Words;
  readonly back: BackWords;
  readonly doubt: DoubtWords;
  readonly language: Language;
}

/** What stands in question, and its sum in whole tiyn. A check of a card has none. */
export const subjectOf = ({ payment, refund }: DoubtItem): PaymentView | RefundView | null => payment ?? refund;

/** "2 500 ₸", or nothing where no money is in question. */
export function sumOf(item: DoubtItem): string {
  const of = subjectOf(item);
  if (!of || item.payment?.kind === "verification") return "";
  return formatMoney(minor(of.minor ?? 0), of.currency);
}

const OF_KIND = { sale: "of.payment", verification: "of.check", transfer: "of.transfer" } as const;

/** A payment, a refund, a transfer or a check of a card. */
export const kindWord = ({ payment }: DoubtItem): PlainDoubtKey => (payment ? OF_KIND[payment.kind] : "of.refund");

export interface Lines {
  readonly known: string;
  readonly tell: string;
  readonly not: string;
  /** Where the till cannot ask, whom a person asks. */
  readonly whom: string | null;
}

/** What we know, what to tell the customer, what not to do (design U22), for each reason to stand in the list. */
export function linesOf(item: DoubtItem, { words, back, doubt, language }: Speech): Lines {
  const { payment, refund, cause } = item;
  const sum = sumOf(item);
  const lines = refund
    ? refundSentences(refund, back, language)
    : payment
      ? named(paymentSentences(payment, words, language))
      : NOTHING;
  if (cause === "contradicted") {
    const { resolution, error } = payment ?? refund ?? { resolution: null, error: null };
    const opposed = resolution
      ? doubt("opp.k", { outcome: back(`res.${resolution.outcome}`), by: resolution.by })
      : doubt("opp.k.bank");
    const known = error ? `${opposed} ${errorText(language, error).title}.` : opposed;
    const app = APP_NAME[(payment ?? refund)?.provider ?? "kaspi"];
    const tell = refund ? back("back.review.t", { sum, app }) : lines.tell;
    return { ...lines, known, tell, not: doubt("opp.n") };
  }
  if (!payment) return lines;
  if (cause === "money_at_bank")
    return { known: doubt("at.k", { sum }), tell: doubt("at.t"), not: doubt("at.n"), whom: null };
  if (cause === "operation")
    return { known: doubt("op.k", { sum }), tell: doubt("op.t", { sum }), not: doubt("op.n"), whom: null };
  if (payment.state === "awaiting_payment")
    return {
      known: doubt("bill.k", { sum }),
      tell: doubt("bill.t", { sum, app: APP_NAME[payment.provider] }),
      not: doubt("bill.n"),
      whom: null,
    };
  // "While we are checking" is true only while somebody checks.
  if (cause === "no_answer" && payment.kind === "sale" && payment.method !== "invoice" && item.asksUntil === null)
    return { ...lines, not: words("review.n") };
  return lines;
}

const NOTHING: Lines = { known: "", tell: "", not: "", whom: null };

const named = ([known, tell, not]: readonly [string, string, string]): Lines => ({ known, tell, not, whom: null });

export interface Choice {
  readonly title: PlainDoubtKey;
  /** What it means for the customer's money; null: the title says it all. */
  readonly text: PlainDoubtKey | null;
  /** What usually stands behind such a decision. */
  readonly reasons: readonly PlainDoubtKey[];
}

const YES = ["why.bank.yes", "why.office.yes"] as const;
const NO = ["why.bank.no", "why.office.no"] as const;

/** How an outcome is called of this item. A hold is taken or released, a transfer made or not: neither is "paid". */
export function choiceOf({ payment, cause }: DoubtItem, outcome: Outcome): Choice {
  const kind = payment?.kind ?? "sale";
  switch (outcome) {
    case "treatedAsPaid":
      if (kind === "transfer") return { title: "out.sent", text: null, reasons: YES };
      if (kind === "verification") return { title: "out.checked", text: null, reasons: YES };
      if (cause === "operation") return { title: "out.taken", text: null, reasons: YES };
      return { title: "out.paid", text: "out.paid.t", reasons: ["why.paid", ...YES] };
    case "treatedAsUnpaid":
      if (kind === "transfer") return { title: "out.unsent", text: null, reasons: NO };
      if (kind === "verification") return { title: "out.unchecked", text: null, reasons: NO };
      if (cause === "operation") return { title: "out.released", text: null, reasons: NO };
      return { title: "out.unpaid", text: "out.unpaid.t", reasons: ["why.unpaid", ...NO] };
    case "treatedAsGiven":
      return { title: "out.given", text: "out.given.t", reasons: ["why.machine"] };
    case "treatedAsNotGiven":
      return { title: "out.notGiven", text: "out.notGiven.t", reasons: ["why.machine"] };
    case "treatedAsRefunded":
      return { title: "out.back", text: "out.back.t", reasons: ["why.back", ...YES] };
    case "treatedAsNotRefunded":
      return { title: "out.noback", text: "out.noback.t", reasons: ["why.noback", ...NO] };
  }
}
