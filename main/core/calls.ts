/** The journal's line of a call to a bank: written before it is sent, completed with its end. */
import type { BankCall, BankContext } from "./bank.ts";
import type { CallRow, HttpFailure, Ports } from "./ports.ts";

/** The line for a call that is about to be sent, for a payment or a refund. */
export function lineOf(
  ports: Ports,
  { requestId }: BankContext,
  call: BankCall<unknown>,
  of: { readonly paymentId: string | null; readonly refundId: string | null },
): CallRow {
  return {
    requestId,
    paymentId: of.paymentId,
    refundId: of.refundId,
    name: call.name,
    danger: call.danger,
    mac: ports.crypto.mac("request", call.canonical),
    sentAt: ports.clock.now(),
    answeredAt: null,
    outcome: null,
    bankCode: null,
  };
}

/** An answer was received at `at` (epoch milliseconds). */
export function answered(line: CallRow, at: number, bankCode: string | null): CallRow {
  return { ...line, answeredAt: at, outcome: "answered", bankCode };
}

/** It failed at `at` (epoch milliseconds), having got so far. */
export function unanswered(line: CallRow, at: number, { reach }: HttpFailure): CallRow {
  return { ...line, answeredAt: at, outcome: reach };
}
