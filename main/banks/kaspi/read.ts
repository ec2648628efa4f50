/** Pure readers of Kaspi's answers about payments and devices. Nothing is guessed: what is not clearly there is `unclear`. */
import { appError } from "../../../contract/errors.ts";
import type {
  CancelAnswer,
  ClientAnswer,
  CreateAnswer,
  Created,
  PingAnswer,
  Refused,
  RegisterAnswer,
  StatusAnswer,
  TradePointsAnswer,
  Unclear,
  Word,
} from "../../core/bank.ts";
import type { BankWord } from "../../core/payment.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import { amountOf, dateOf, field, idText, secondsOf, textOf } from "../exact.ts";
import { envelope, malformed, moneyEnvelope, withoutPhone } from "./envelope.ts";
import type { Scheme } from "./scheme.ts";

/** An invoice can be paid for 24 hours (4.6); the answer itself names no time. */
const INVOICE_LIFE = 24 * 3_600_000;

/** Answer of qr/create (x.3.1) or qr/create-link (x.3.2): one model, either's names. */
export function readCreated(answer: HttpAnswer, scheme: Scheme = "2"): Created | Refused | Unclear {
  const read = envelope(answer, scheme);
  if (read.kind !== "data") return read;
  const { data } = read;
  const bankId = idText(field(data, "QrPaymentId")) ?? idText(field(data, "PaymentId"));
  const payload = textOf(field(data, "QrToken"));
  const link = textOf(field(data, "PaymentLink"));
  if (bankId === null) return malformed("QrPaymentId");
  if (payload === null && link === null) return malformed("QrToken");
  const options = field(data, "QrPaymentBehaviorOptions") ?? field(data, "PaymentBehaviorOptions");
  const methods = field(data, "PaymentMethods");
  return {
    kind: "created",
    bankId,
    payload,
    link,
    paymentMethods: Array.isArray(methods) ? methods.filter((method) => typeof method === "string") : [],
    windows: {
      pollMs: secondsOf(field(options, "StatusPollingInterval"), 5, 1, 60),
      scanMs: secondsOf(
        field(options, "QrCodeScanWaitTimeout") ?? field(options, "LinkActivationWaitTimeout"),
        180,
        10,
        3600,
      ),
      confirmMs: secondsOf(field(options, "PaymentConfirmationTimeout"), 65, 5, 600),
    },
    expiresAt: dateOf(field(data, "ExpireDate")),
  };
}

/** Answer of qr/create, for a code on the screen: a link alone cannot be shown as one. */
export function readQr(answer: HttpAnswer, scheme: Scheme): CreateAnswer {
  const read = readCreated(answer, scheme);
  return read.kind === "created" && read.payload === null ? malformed("QrToken") : read;
}

/** Answer of qr/create-link. */
export function readLink(answer: HttpAnswer, scheme: Scheme): CreateAnswer {
  const read = readCreated(answer, scheme);
  return read.kind === "created" && read.link === null ? malformed("PaymentLink") : read;
}

/** Answer of remote/create (4.6.2): an id and nothing else. Without it the invoice may be there all the same. */
export function readInvoiced(answer: HttpAnswer, scheme: Scheme): CreateAnswer {
  const read = withoutPhone(moneyEnvelope(answer, scheme));
  if (read.kind !== "data") return read;
  const bankId = idText(field(read.data, "QrPaymentId"));
  return bankId === null ? malformed("QrPaymentId") : { kind: "invoiced", bankId, lifeMs: INVOICE_LIFE };
}

/**
 * Appendix 4, and what an invoice adds: one final word that the document names in 4.6.3 alone, and one that it
 * leaves out. Anything else changes nothing, above all not to success.
 */
const WORDS: Readonly<Record<string, BankWord>> = {
  QrTokenCreated: "created",
  RemotePaymentCreated: "pending",
  Wait: "scanned",
  Processed: "paid",
  Error: "declined",
  RemotePaymentCanceled: "declined",
};
const LIKELY_NO = /(Cancell?ed(By\w+)?|Rejected|Expired|Discarded)$/;

/** Answer of payment/status (x.3.3). */
export function readStatus(answer: HttpAnswer, scheme: Scheme = "2"): StatusAnswer {
  const read = envelope(answer, scheme);
  if (read.kind === "refused") {
    return { kind: read.error.code === "purchase_not_found" ? "notFound" : "unclear", error: read.error };
  }
  return read.kind === "unclear" ? read : wordOf(read.data);
}

/** Answer of remote/cancel (4.6.3): a status like any other, which alone says whether the invoice is gone. */
export function readCancelled(answer: HttpAnswer, scheme: Scheme): CancelAnswer {
  const read = withoutPhone(moneyEnvelope(answer, scheme));
  return read.kind === "data" ? wordOf(read.data) : read;
}

function wordOf(data: unknown): Word | Unclear {
  const raw = textOf(field(data, "Status"));
  if (raw === null) return malformed("Status");
  const named = field(data, "Amount");
  const minor = named === undefined || named === null ? null : amountOf(named);
  if (named !== undefined && named !== null && minor === null) return malformed("Amount");
  if (Object.hasOwn(WORDS, raw)) return { kind: "word", word: WORDS[raw] as BankWord, raw, unsure: false, minor };
  if (LIKELY_NO.test(raw)) return { kind: "word", word: "declined", raw, unsure: true, minor };
  return malformed("Status", raw);
}

/** Answer of remote/client-info (4.6.1): a customer's full name, to be masked before anybody sees it. */
export function readClient(answer: HttpAnswer, scheme: Scheme): ClientAnswer {
  const read = withoutPhone(envelope(answer, scheme));
  if (read.kind !== "data") return read;
  const name = textOf(field(read.data, "ClientName"))?.trim() ?? "";
  return name === "" ? malformed("ClientName") : { kind: "client", name };
}

/** Answer of device/register (x.2.3). The token is an opaque text. */
export function readRegistered(answer: HttpAnswer, scheme: Scheme = "2"): RegisterAnswer {
  const read = envelope(answer, scheme);
  if (read.kind !== "data") return read;
  const deviceToken = textOf(field(read.data, "DeviceToken"));
  return deviceToken === null ? malformed("DeviceToken") : { kind: "registered", deviceToken };
}

/**
 * Answer of partner/tradepoints (x.2.2): a list. An empty one means what -14000002 says: there is no point to pick.
 * A point without a readable id cannot be picked and is left out.
 */
export function readTradePoints(answer: HttpAnswer, scheme: Scheme): TradePointsAnswer {
  const read = envelope(answer, scheme);
  if (read.kind !== "data") return read;
  if (!Array.isArray(read.data)) return malformed("Data");
  if (read.data.length === 0) return { kind: "refused", error: appError("no_trade_points") };
  const points = read.data.flatMap((entry: unknown) => {
    const id = idText(field(entry, "TradePointId"));
    return id === null ? [] : [{ id, name: textOf(field(entry, "TradePointName")) ?? id }];
  });
  return points.length === 0 ? malformed("TradePointId") : { kind: "tradePoints", points };
}

/** Answer of health/ping (5.1), device/delete (x.2.4) and the emulation methods (5.2 to 5.5): an envelope without data. */
export function readAlive(answer: HttpAnswer, scheme: Scheme = "2"): PingAnswer {
  const read = envelope(answer, scheme);
  return read.kind === "data" ? { kind: "alive" } : read;
}
