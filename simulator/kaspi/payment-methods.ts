import { writeDate } from "../dates.ts";
import { RawJson } from "../json.ts";
import type { PaymentRecord } from "../ledger.ts";
import { fromMinor, toMinor } from "../money.ts";
import type { KaspiBank } from "./bank.ts";
import { decimal, ok, text, type BankMethod, type MethodRequest } from "./method.ts";
import { Refusal } from "./refusal.ts";

function create(bank: KaspiBank, request: MethodRequest, kind: "qr" | "link"): PaymentRecord {
  const token = text(request, "DeviceToken");
  if (token === null) throw new Refusal("-1501");
  const device = bank.payingDevice(token);
  const amount = toMinor(decimal(request, "Amount") ?? "");
  if (amount === null || amount <= 0n) throw new Refusal("990000028");
  return bank.payments.create(kind, device, amount, text(request, "ExternalId"));
}

/** The told deadline, whatever the bank really applies. */
function expireDate(bank: KaspiBank, payment: PaymentRecord): string | null {
  return writeDate(payment.createdAt + bank.config.scanSeconds * 1000, bank.config.expireDateStyle);
}

function queryMember(request: MethodRequest, key: string): string | null {
  const exact = request.query.get(key);
  if (exact !== null) return exact;
  const other = [...request.query.keys()].find((name) => name.toLowerCase() === key.toLowerCase());
  if (other === undefined) return null;
  request.note(`query ${other} instead of ${key}`);
  return request.query.get(other);
}

function digits(value: string | null): string | null {
  return value !== null && /^\d{1,19}$/.test(value) ? String(BigInt(value)) : null;
}

/** 3.3.1 to 3.3.3 and 3.4.4. */
export const paymentMethods: BankMethod[] = [
  {
    name: "qr/create",
    httpMethod: "POST",
    run: (bank, request) => {
      const payment = create(bank, request, "qr");
      return {
        paymentId: payment.id,
        envelope: ok({
          QrToken: payment.token,
          ExpireDate: expireDate(bank, payment),
          QrPaymentId: new RawJson(payment.id),
          PaymentMethods: bank.config.paymentMethods,
          QrPaymentBehaviorOptions: {
            StatusPollingInterval: bank.config.pollSeconds,
            QrCodeScanWaitTimeout: bank.config.scanSeconds,
            PaymentConfirmationTimeout: bank.config.confirmSeconds,
          },
        }),
      };
    },
  },
  {
    name: "qr/create-link",
    httpMethod: "POST",
    run: (bank, request) => {
      const payment = create(bank, request, "link");
      return {
        paymentId: payment.id,
        envelope: ok({
          PaymentLink: payment.token,
          ExpireDate: expireDate(bank, payment),
          PaymentId: new RawJson(payment.id),
          PaymentMethods: bank.config.paymentMethods,
          PaymentBehaviorOptions: {
            StatusPollingInterval: bank.config.pollSeconds,
            LinkActivationWaitTimeout: bank.config.scanSeconds,
            PaymentConfirmationTimeout: bank.config.confirmSeconds,
          },
        }),
      };
    },
  },
  {
    name: "payment/status",
    httpMethod: "GET",
    parameter: "QrPaymentId",
    paymentId: (request) => digits(request.parameter),
    run: (bank, request) => ({
      envelope: ok({ Status: bank.payments.find(digits(request.parameter) ?? "").state }),
    }),
  },
  {
    name: "payment/details",
    httpMethod: "GET",
    paymentId: (request) => digits(queryMember(request, "QrPaymentId")),
    run: (bank, request) => {
      const token = queryMember(request, "DeviceToken");
      if (token === null || token === "") throw new Refusal("-1501");
      const device = bank.devices.get(token);
      const payment = bank.payments.find(digits(queryMember(request, "QrPaymentId")) ?? "");
      // 3.4.4 lists no device codes: a purchase that is not this trade point's is "not found".
      if (!payment.captured || device?.tradePointId !== payment.tradePointId) throw new Refusal("-1601");
      const processedAt = payment.history.find((step) => step.state === "Processed")?.at ?? payment.createdAt;
      // The sample has Data first and no Message.
      return {
        envelope: {
          Data: {
            QrPaymentId: new RawJson(payment.id),
            TotalAmount: new RawJson(fromMinor(payment.amountMinor)),
            AvailableReturnAmount: new RawJson(fromMinor(payment.amountMinor - payment.refundedMinor)),
            TransactionDate: writeDate(processedAt, bank.config.transactionDateStyle),
          },
          StatusCode: 0,
        },
      };
    },
  },
];
