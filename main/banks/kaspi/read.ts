/** Pure readers of Kaspi's answers. Nothing is guessed: what is not clearly there is `unclear`. */
import { appError, type AppError } from "../../../contract/errors.ts";
import type {
  CreateAnswer,
  Created,
  PingAnswer,
  Refused,
  RegisterAnswer,
  StatusAnswer,
  Unclear,
} from "../../core/bank.ts";
import type { BankWord } from "../../core/payment.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import { amountOf, dateOf, field, idText, parseExact, secondsOf, textOf } from "../exact.ts";
import { canonicalCode, meaningOf } from "./codes.ts";

type Envelope = { readonly kind: "data"; readonly data: unknown } | Refused | Unclear;

const malformed = (what: string, raw = ""): Unclear => ({
  kind: "unclear",
  error: appError("malformed_answer", { params: { what, raw: raw.slice(0, 60) } }),
});

/** The envelope of section 2: the body first, since the HTTP status of a business error is not documented. */
function envelope(answer: HttpAnswer): Envelope {
  let body: unknown;
  try {
    body = parseExact(answer.text);
  } catch {
    return withoutEnvelope(answer.status);
  }
  const raw = field(body, "StatusCode");
  if (raw === undefined) return withoutEnvelope(answer.status);
  const code = canonicalCode(raw);
  if (code === null) return malformed("StatusCode");
  if (code === "0") return { kind: "data", data: field(body, "Data") };
  const error: AppError = appError(meaningOf(code), { bankCode: textOf(raw), bankMessage: bankMessage(body) });
  return { kind: "refused", error };
}

function bankMessage(body: unknown): string | null {
  const message = textOf(field(body, "Message"));
  return message === null ? null : message.slice(0, 300);
}

function withoutEnvelope(status: number): Refused | Unclear {
  const bankCode = `HTTP ${status}`;
  if (status === 401 || status === 403)
    return { kind: "refused", error: appError("certificate_refused", { bankCode }) };
  if (status === 404) return { kind: "refused", error: appError("wrong_address", { bankCode }) };
  if (status === 429) return { kind: "refused", error: appError("rate_limited", { bankCode }) };
  if (status >= 500) return { kind: "unclear", error: appError("bank_unavailable", { bankCode }) };
  return { kind: "unclear", error: appError("malformed_answer", { bankCode }) };
}

/** Answer of qr/create (3.3.1); names of a link's answer are read as well. */
export function readCreated(answer: HttpAnswer): CreateAnswer {
  const read = envelope(answer);
  if (read.kind !== "data") return read;
  const { data } = read;
  const bankId = idText(field(data, "QrPaymentId")) ?? idText(field(data, "PaymentId"));
  const payload = textOf(field(data, "QrToken"));
  const link = textOf(field(data, "PaymentLink"));
  if (bankId === null) return malformed("QrPaymentId");
  if (payload === null && link === null) return malformed("QrToken");
  const options = field(data, "QrPaymentBehaviorOptions") ?? field(data, "PaymentBehaviorOptions");
  const methods = field(data, "PaymentMethods");
  const created: Created = {
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
  return created;
}

/** Appendix 4, and the one final word K15 adds. Anything else changes nothing, above all not to success. */
const WORDS: Readonly<Record<string, BankWord>> = {
  QrTokenCreated: "created",
  Wait: "scanned",
  Processed: "paid",
  Error: "declined",
  RemotePaymentCanceled: "declined",
};
const LIKELY_NO = /(Cancell?ed(By\w+)?|Rejected|Expired|Discarded)$/;

/** Answer of payment/status (3.3.3). */
export function readStatus(answer: HttpAnswer): StatusAnswer {
  const read = envelope(answer);
  if (read.kind === "refused") {
    return { kind: read.error.code === "purchase_not_found" ? "notFound" : "unclear", error: read.error };
  }
  if (read.kind === "unclear") return read;
  const raw = textOf(field(read.data, "Status"));
  if (raw === null) return malformed("Status");
  const named = field(read.data, "Amount");
  const minor = named === undefined || named === null ? null : amountOf(named);
  if (named !== undefined && named !== null && minor === null) return malformed("Amount");
  if (Object.hasOwn(WORDS, raw)) return { kind: "word", word: WORDS[raw] as BankWord, raw, unsure: false, minor };
  if (LIKELY_NO.test(raw)) return { kind: "word", word: "declined", raw, unsure: true, minor };
  return malformed("Status", raw);
}

/** Answer of device/register (3.2.3). The token is an opaque text. */
export function readRegistered(answer: HttpAnswer): RegisterAnswer {
  const read = envelope(answer);
  if (read.kind !== "data") return read;
  const deviceToken = textOf(field(read.data, "DeviceToken"));
  return deviceToken === null ? malformed("DeviceToken") : { kind: "registered", deviceToken };
}

/** Answer of health/ping (5.1) and of the emulation methods (5.2 to 5.5): an envelope without data. */
export function readAlive(answer: HttpAnswer): PingAnswer {
  const read = envelope(answer);
  return read.kind === "data" ? { kind: "alive" } : read;
}
