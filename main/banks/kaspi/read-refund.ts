/** Pure readers of Kaspi's answers about refunds. */
import type {
  DetailsAnswer,
  PurchasesAnswer,
  RefundAnswer,
  ReturnCreateAnswer,
  ReturnStatusAnswer,
  ReturnWord,
} from "../../core/bank.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import type { Purchase } from "../../core/refund.ts";
import { amountOf, dateOf, field, idText, secondsOf, textOf } from "../exact.ts";
import { envelope, malformed, moneyEnvelope } from "./envelope.ts";
import type { Scheme } from "./scheme.ts";

/** The most purchases the bank lists (3.4.3, Q-40). */
export const MOST_PURCHASES = 10;

/** Answer of return/create (3.4.1). Its interval has a name of its own, and there is no second window. */
export function readReturnCreated(answer: HttpAnswer, scheme: Scheme): ReturnCreateAnswer {
  const read = envelope(answer, scheme);
  if (read.kind !== "data") return read;
  const { data } = read;
  const bankReturnId = idText(field(data, "QrReturnId"));
  const payload = textOf(field(data, "QrToken"));
  if (bankReturnId === null) return malformed("QrReturnId");
  if (payload === null) return malformed("QrToken");
  const options = field(data, "QrReturnBehaviorOptions");
  return {
    kind: "created",
    bankReturnId,
    payload,
    pollMs: secondsOf(field(options, "QrCodeScanEventPollingInterval"), 5, 1, 60),
    scanMs: secondsOf(field(options, "QrCodeScanWaitTimeout"), 180, 10, 3600),
    expiresAt: dateOf(field(data, "ExpireDate")),
  };
}

/** Appendix 5, and the `Error` of 3.4.2. A scan ends only the stage of scanning. */
const WORDS: Readonly<Record<string, ReturnWord["word"]>> = {
  QrTokenCreated: "created",
  CustomerIdentityObtained: "identified",
  Error: "over",
};

/** Answer of return/status (3.4.2). A word outside the document changes nothing. */
export function readReturnStatus(answer: HttpAnswer, scheme: Scheme): ReturnStatusAnswer {
  const read = envelope(answer, scheme);
  if (read.kind === "refused") {
    return { kind: read.error.code === "purchase_not_found" ? "notFound" : "unclear", error: read.error };
  }
  if (read.kind === "unclear") return read;
  const raw = textOf(field(read.data, "Status"));
  if (raw === null) return malformed("Status");
  if (!Object.hasOwn(WORDS, raw)) return malformed("Status", raw);
  return { kind: "word", word: WORDS[raw] as ReturnWord["word"], raw };
}

/**
 * Answer of return/operations (3.4.3): a list, which may be empty, in no promised order. A purchase whose id or sum
 * cannot be read cannot be refunded and is left out; one whose date cannot be read stays.
 */
export function readPurchases(answer: HttpAnswer, scheme: Scheme): PurchasesAnswer {
  const read = envelope(answer, scheme);
  if (read.kind !== "data") return read;
  if (!Array.isArray(read.data)) return malformed("Data");
  const purchases = read.data.flatMap(purchaseOf);
  if (purchases.length === 0 && read.data.length > 0) return malformed("QrPaymentId");
  return { kind: "purchases", purchases: purchases.slice(0, MOST_PURCHASES) };
}

function purchaseOf(entry: unknown): Purchase[] {
  const id = idText(field(entry, "QrPaymentId"));
  const minor = amountOf(field(entry, "Amount"));
  return id === null || minor === null ? [] : [{ id, minor, at: dateOf(field(entry, "TransactionDate")) }];
}

/** Answer of payment/details (3.4.4, 4.4). Both sums are needed: a refund is decided by them. */
export function readDetails(answer: HttpAnswer, scheme: Scheme): DetailsAnswer {
  const read = envelope(answer, scheme);
  if (read.kind !== "data") return read;
  const { data } = read;
  const purchaseId = idText(field(data, "QrPaymentId"));
  const total = amountOf(field(data, "TotalAmount"));
  const available = amountOf(field(data, "AvailableReturnAmount"));
  if (purchaseId === null) return malformed("QrPaymentId");
  if (total === null) return malformed("TotalAmount");
  if (available === null) return malformed("AvailableReturnAmount");
  return { kind: "details", purchaseId, total, available, at: dateOf(field(data, "TransactionDate")) };
}

/** Answer of payment/return (3.4.5, 4.5): the bank's yes is 0 with its own number for the refund, nothing less. */
export function readRefunded(answer: HttpAnswer, scheme: Scheme): RefundAnswer {
  const read = moneyEnvelope(answer, scheme);
  if (read.kind !== "data") return read;
  const bankId = idText(field(read.data, "ReturnOperationId"));
  return bankId === null ? malformed("ReturnOperationId") : { kind: "refunded", bankId };
}
