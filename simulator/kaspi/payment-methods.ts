import { writeDate } from "../dates.ts";
import { RawJson } from "../json.ts";
import { fromMinor } from "../money.ts";
import type { PaymentRecord } from "./records.ts";
import type { KaspiBank } from "./bank.ts";
import {
  amount,
  anyCaller,
  deviceToken,
  digits,
  namedCaller,
  ok,
  queryMember,
  text,
  type BankMethod,
  type MethodRequest,
} from "./method.ts";
import { Refusal } from "./refusal.ts";
import { paidAt } from "./returns.ts";

function create(bank: KaspiBank, request: MethodRequest, kind: "qr" | "link"): PaymentRecord {
  const device = bank.organizations.serving(namedCaller(bank, request), deviceToken(request), { qr: true });
  return bank.payments.create(kind, device, amount(request), text(request, "ExternalId"));
}

/** The told deadline, whatever the bank really applies. */
export function expireDate(bank: KaspiBank, { createdAt }: { createdAt: number }): string | null {
  return writeDate(createdAt + bank.config.scanSeconds * 1000, bank.config.expireDateStyle);
}

/** 2.3.1 to 2.3.3 and the same of chapters 3 and 4. */
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
    run: (bank, request) => {
      const payment = bank.payments.find(digits(request.parameter) ?? "");
      bank.invoices.noteLook(payment, request);
      return { envelope: ok({ Status: payment.state }) };
    },
  },
];

/** 3.4.4 and 4.4; scheme 1 has no details. */
export const detailsMethod: BankMethod = {
  name: "payment/details",
  httpMethod: "GET",
  paymentId: (request) => digits(queryMember(request, "QrPaymentId")),
  run: (bank, request) => {
    const token = queryMember(request, "DeviceToken");
    if (token === null || token === "") throw new Refusal("-1501");
    const device = bank.organizations.deviceOf(anyCaller(bank, request), token);
    const payment = bank.payments.find(digits(queryMember(request, "QrPaymentId")) ?? "");
    // 3.4.4 lists no device codes: a purchase that is not this trade point's is "not found".
    if (!payment.captured || device?.bin !== payment.bin || device.tradePointId !== payment.tradePointId) {
      throw new Refusal("-1601");
    }
    // The sample has Data first and no Message.
    return {
      envelope: {
        Data: {
          QrPaymentId: new RawJson(payment.id),
          TotalAmount: new RawJson(fromMinor(payment.amountMinor)),
          AvailableReturnAmount: new RawJson(fromMinor(bank.ledger.availableMinor(payment.id))),
          TransactionDate: writeDate(paidAt(payment), bank.config.transactionDateStyle),
        },
        StatusCode: 0,
      },
    };
  },
};
