/** A call to a bank: whose it is, and its line in the journal, written before it is sent, completed with its end. */
import type { Provider } from "../../contract/states.ts";
import type { Bank, BankCall, BankContext } from "./bank.ts";
import type { CallRow, HttpFailure, Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";

/** The bank of a payment or refund, also one that is no longer in the settings. Throws where there is none. */
export function bankOf(providers: Pick<Providers, "bank">, { provider }: { readonly provider: Provider }): Bank {
  const bank = providers.bank(provider);
  if (!bank) throw new Error(`no bank ${provider}`);
  return bank;
}

/** The line for a call that is about to be sent, for a payment or a refund. */
export function lineOf(
  ports: Pick<Ports, "clock" | "crypto">,
  { requestId }: Pick<BankContext, "requestId">,
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
