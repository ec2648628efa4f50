import { writeDate } from "../dates.ts";
import { RawJson } from "../json.ts";
import { fromMinor } from "../money.ts";
import type { RefundRecord } from "./records.ts";
import {
  BadRequest,
  amount,
  deviceToken,
  digits,
  int64,
  member,
  namedCaller,
  ok,
  purchaseOf,
  text,
  type BankMethod,
  type MethodAnswer,
  type MethodRequest,
} from "./method.ts";
import { expireDate } from "./payment-methods.ts";
import { Refusal } from "./refusal.ts";
import { MOST_OPERATIONS, paidAt } from "./returns.ts";

/** The refund's amount. 3.4.5 lists no code for one that is none, 0 or negative, so it is plain HTTP 400. */
function refundAmount(request: MethodRequest): bigint {
  try {
    return amount(request);
  } catch (error) {
    throw error instanceof Refusal ? new BadRequest("Amount") : error;
  }
}

function refundAnswer(refund: RefundRecord): MethodAnswer {
  return { envelope: ok({ ReturnOperationId: new RawJson(refund.id) }) };
}

function mostOperations(request: MethodRequest): number {
  const most = int64(request, "MaxResult");
  if (most === null) return MOST_OPERATIONS;
  if (BigInt(most) > MOST_OPERATIONS) request.note(`MaxResult over ${MOST_OPERATIONS}`);
  return Math.min(Math.max(Number(most), 1), MOST_OPERATIONS);
}

/** 3.4.1 to 3.4.3 and 3.4.5: scheme 2, with the customer. */
export const returnMethods: BankMethod[] = [
  {
    name: "return/create",
    httpMethod: "POST",
    run: (bank, request) => {
      const device = bank.organizations.serving(namedCaller(bank, request), deviceToken(request), { qr: false });
      const record = bank.returns.create(device, text(request, "ExternalId"));
      return {
        envelope: ok({
          QrToken: record.token,
          ExpireDate: expireDate(bank, record),
          QrReturnId: new RawJson(record.id),
          QrReturnBehaviorOptions: {
            QrCodeScanEventPollingInterval: bank.config.pollSeconds,
            QrCodeScanWaitTimeout: bank.config.scanSeconds,
          },
        }),
      };
    },
  },
  {
    name: "return/status",
    httpMethod: "GET",
    parameter: "QrReturnId",
    run: (bank, request) => ({
      envelope: ok({ Status: bank.returns.find(digits(request.parameter) ?? "").state }),
    }),
  },
  {
    name: "return/operations",
    httpMethod: "POST",
    run: (bank, request) => {
      // 3.4.3 lists no device codes; a refund of another device's trade point is "not found".
      const device = bank.organizations.deviceOf(namedCaller(bank, request), deviceToken(request));
      const record = bank.returns.scanned(int64(request, "QrReturnId") ?? "");
      if (device?.tradePointId !== record.tradePointId) throw new Refusal("-1601");
      const operations = bank.returns.operations(record, mostOperations(request));
      return {
        envelope: ok(
          operations.map((payment) => ({
            QrPaymentId: new RawJson(payment.id),
            TransactionDate: writeDate(paidAt(payment), bank.config.operationDateStyle),
            Amount: new RawJson(fromMinor(payment.amountMinor)),
          })),
        ),
      };
    },
  },
  {
    name: "payment/return",
    httpMethod: "POST",
    paymentId: purchaseOf,
    run: (bank, request) => {
      const device = bank.organizations.serving(namedCaller(bank, request), deviceToken(request), { qr: false });
      const record = bank.returns.scanned(int64(request, "QrReturnId") ?? "");
      if (record.tradePointId !== device.tradePointId) throw new Refusal("-1601");
      return refundAnswer(
        bank.refunds.byTill(device, record.customer, {
          purchaseId: int64(request, "QrPaymentId") ?? "",
          amountMinor: refundAmount(request),
          requestId: request.requestId,
          returnId: record.id,
        }),
      );
    },
  },
];

/** 4.5: scheme 3, without the customer. */
export const plainReturnMethod: BankMethod = {
  name: "payment/return",
  httpMethod: "POST",
  paymentId: purchaseOf,
  run: (bank, request) => {
    const device = bank.organizations.serving(namedCaller(bank, request), deviceToken(request), { qr: false });
    if (member(request, "QrReturnId") !== undefined) request.note("QrReturnId is scheme 2's");
    return refundAnswer(
      bank.refunds.byTill(device, null, {
        purchaseId: int64(request, "QrPaymentId") ?? "",
        amountMinor: refundAmount(request),
        requestId: request.requestId,
        returnId: null,
      }),
    );
  },
};
