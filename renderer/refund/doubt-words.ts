/** What is said of a refund that nobody knows (design U28). */
import { errorText } from "../../contract/messages/index.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { RefundView } from "../../contract/snapshot.ts";
import type { Language } from "../../contract/states.ts";
import { canBeAsked } from "../actions.ts";
import { APP_NAME } from "../banks.ts";
import type { BackWords } from "../messages/back.ts";

export interface RefundSentences {
  readonly known: string;
  readonly tell: string;
  readonly not: string;
  /** Whom a person has to ask where the till cannot; null: the till asks. */
  readonly whom: string | null;
}

/** What is known, what to tell the customer and what not to do. */
export function refundSentences(refund: RefundView, back: BackWords, language: Language): RefundSentences {
  const sum = formatMoney(minor(refund.minor ?? 0), refund.currency);
  const review = refund.state === "needs_review";
  const lost = review && !canBeAsked(refund);
  if (!review) return { known: back("back.wait.k"), tell: back("back.wait.t"), not: back("back.wait.n"), whom: null };
  const tell = back("back.review.t", { sum, app: APP_NAME[refund.provider] });
  if (lost) {
    const purchase = refund.sale?.purchaseId ?? (refund.rrn === null ? null : `RRN ${refund.rrn}`);
    const whom = purchase === null ? back("back.do.any") : back("back.do.t", { id: purchase });
    return { known: back("back.lost.k", { sum }), tell, not: back("back.lost.n"), whom };
  }
  const unsure = back("back.review.k", { sum });
  const known = refund.error ? `${unsure} ${errorText(language, refund.error).title}.` : unsure;
  return { known, tell, not: back("back.review.n"), whom: null };
}
