import { int64, ok, type BankMethod } from "./method.ts";
import type { CustomerAct } from "./payments.ts";

/** 5.2 to 5.5: camelCase key, id as a string, and `message` in lower case. */
function emulation(what: CustomerAct): BankMethod {
  return {
    name: `test/payment/${what}`,
    httpMethod: "POST",
    paymentId: (request) => int64({ ...request, note: () => {} }, "qrPaymentId", "string"),
    run: (bank, request) => {
      const payment = bank.payments.act(int64(request, "qrPaymentId", "string") ?? "", what);
      return { envelope: { StatusCode: 0, message: payment.state } };
    },
  };
}

export const pingMethod: BankMethod = {
  name: "health/ping",
  httpMethod: "GET",
  run: () => ({ envelope: ok() }),
};

export const emulationMethods: BankMethod[] = [
  emulation("scan"),
  emulation("confirm"),
  emulation("scanerror"),
  emulation("confirmerror"),
];
