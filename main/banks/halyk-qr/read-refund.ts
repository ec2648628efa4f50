/**
 * Pure readers of the answers about refunds. A refund is a bill of its own, with the same words. A repaired body says
 * nothing here, REJECTED neither: money would leave on it, or the sum that is reserved be free to leave again.
 */
import { appError } from "../../../contract/errors.ts";
import type { DetailsAnswer, RefundAnswer, RefundStatusAnswer, RefundWord } from "../../core/bank.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import type { RefundRow } from "../../core/refund.ts";
import { amountOf, dateOf, field, idText, textOf } from "../exact.ts";
import { foreign, malformed, moneyRefusedOr, openAnswer, refusedOr } from "./answer.ts";
import { isExplained, isOfTime, WORDS } from "./read.ts";

/** Answer of status about a purchase that is to be refunded: it must be paid. The bank has no figure of what is left. */
export function readPurchase(answer: HttpAnswer, purchaseId: string): DetailsAnswer {
  const read = openAnswer(answer);
  if (read.kind === "failed") return refusedOr(read);
  if (read.repaired) return malformed("JSON");
  const { fields } = read;
  if (isOther(fields, purchaseId)) return { kind: "unclear", error: foreign("billNumber") };
  const raw = textOf(field(fields, "status"));
  if (raw === null || !Object.hasOwn(WORDS, raw)) return malformed("status", raw ?? "");
  if (raw !== "PAID") return { kind: "refused", error: appError("wrong_purchase_status", { bankCode: raw }) };
  const total = amountOf(field(fields, "amount"));
  if (total === null) return malformed("amount");
  const at = dateOf(field(fields, "paymentDate")) ?? dateOf(field(fields, "createdDate"));
  return { kind: "details", purchaseId, total, available: null, at };
}

/**
 * Answer of generate/refund: never more than "pending", whatever status it names, since its own bill says what came of
 * it. With the purchase's own number the two could not be told apart, as in the document's sample.
 */
export function readRefundTaken(answer: HttpAnswer, { detail }: RefundRow): RefundAnswer {
  const read = openAnswer(answer);
  if (read.kind === "failed") return moneyRefusedOr(read);
  if (read.repaired) return malformed("JSON");
  const bankId = idText(field(read.fields, "billNumber"));
  if (bankId === null) return malformed("billNumber");
  return bankId === detail.purchaseId ? malformed("billNumber", bankId) : { kind: "pending", bankId };
}

const REFUND_WORDS: Readonly<Record<string, RefundWord["word"]>> = {
  NEW: "pending",
  SCANNED: "pending",
  BLOCKED: "pending",
  AUTH: "pending",
  PAID: "refunded",
  REJECTED: "rejected",
};

/**
 * Answer of status about a refund's own bill. "Refunded" without a readable amount is named without one; null is not 0.
 * "Rejected" names the sum too, where the bank does: a number may be told that is another refund's.
 */
export function readRefundWord(answer: HttpAnswer, row: RefundRow): RefundStatusAnswer {
  const { bankId, minor: asked } = row;
  const read = openAnswer(answer);
  if (read.kind === "failed") return { kind: read.status === 404 ? "notFound" : "unclear", error: read.error };
  if (read.repaired) return malformed("JSON");
  const { fields } = read;
  if (bankId !== null && isOther(fields, bankId)) return { kind: "unclear", error: foreign("billNumber") };
  const purchase = purchaseIn(fields, row);
  if (purchase !== null) return { kind: "unclear", error: foreign(purchase) };
  const raw = textOf(field(fields, "status"));
  if (raw === null || !Object.hasOwn(REFUND_WORDS, raw)) return malformed("status", raw ?? "");
  const word = REFUND_WORDS[raw] as RefundWord["word"];
  const message = word === "rejected" ? (textOf(field(fields, "errDescription"))?.slice(0, 300) ?? null) : null;
  if (word === "pending") return { kind: "word", word, raw, minor: null, message };
  const told = field(fields, "amount");
  const named = amountOf(told);
  if (word === "refunded" && named === null && told !== undefined && told !== null) return malformed("amount", raw);
  const minor = named !== null && asked !== null && isExplained(fields, named, asked) ? asked : named;
  // A rejected bill may well name no sum, or 0. One that names another was never this refund's, whose money may have left.
  return { kind: "word", word, raw, minor: word === "rejected" && named === 0 ? null : minor, message };
}

/**
 * What shows that the bill is the purchase's; null when nothing does. Where the purchase is known by its rrn alone, its
 * number is not, and the document's own sample answers such a refund with just that: its PAID is the sale's.
 */
function purchaseIn(fields: object, { detail: { purchaseId, rrn, sentAt } }: RefundRow): string | null {
  if (purchaseId !== null || rrn === null) return null;
  if (textOf(field(fields, "reference"))?.trim() === rrn.trim()) return "reference";
  return sentAt === null || isOfTime(field(fields, "createdDate"), sentAt) ? null : "createdDate";
}

function isOther(fields: object, bill: string): boolean {
  return ["billNumber", "billId"].some((name) => {
    const told = textOf(field(fields, name));
    return told !== null && told.trim() !== bill;
  });
}
