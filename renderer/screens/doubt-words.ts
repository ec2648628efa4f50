/** The three lines of design U22 for a payment: what we know, what to tell the customer, what not to do. */
import { errorText } from "../../contract/messages/index.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView } from "../../contract/snapshot.ts";
import { isPostedMethod } from "../../contract/states.ts";
import type { Language } from "../../contract/states.ts";
import { APP_NAME } from "../banks.ts";
import type { Words } from "../messages/index.ts";

export type Sentences = readonly [known: string, tell: string, not: string];

/** What is said of a payment in doubt, with its sum and its bank's app. */
export function paymentSentences(payment: PaymentView, words: Words, language: Language): Sentences {
  const sum = formatMoney(minor(payment.minor), payment.currency);
  return isPostedMethod(payment.method)
    ? postedSentences(payment, sum, words, language)
    : codeSentences(payment, sum, words, language);
}

function codeSentences(payment: PaymentView, sum: string, words: Words, language: Language): Sentences {
  if (payment.method === "invoice")
    return [words("inv.lost.k", { sum }), words("inv.lost.t", { sum }), words("inv.lost.n")];
  const app = APP_NAME[payment.provider];
  if (payment.state !== "needs_review")
    return [words("doubt.k.t", { sum }), words("doubt.t.t", { sum, app }), words("doubt.n.t")];
  const { error } = payment;
  return [
    error ? errorText(language, error).title : words("doubt.k.t", { sum }),
    error?.code === "amount_mismatch" ? words("review.t.amount", { app }) : words("doubt.t.t", { sum, app }),
    words("review.n"),
  ];
}

/** What is known of a card whose bank may be any: there is no app of ours to look into. */
function postedSentences(payment: PaymentView, sum: string, words: Words, language: Language): Sentences {
  const { kind, error, state } = payment;
  const review = state === "needs_review";
  const named = error && (review || error.code === "terminal_refused" || error.code === "bank_undecided");
  const why = named ? errorText(language, error) : null;
  const known = (otherwise: string): string => (why ? `${why.title}. ${why.next}` : otherwise);
  if (kind === "verification") return [known(words("doubt.k.check")), words("doubt.t.check"), words("doubt.n.check")];
  const tell = error?.code === "amount_mismatch" ? words("review.t.card") : words("doubt.t.card", { sum });
  if (kind === "transfer") return [known(words("doubt.k.transfer", { sum })), tell, words("doubt.n.transfer")];
  return [known(words("doubt.k.t", { sum })), tell, words(review ? "review.n" : "doubt.n.t")];
}
