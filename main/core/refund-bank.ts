/** What the refund desk shares of the way to the bank. */
import { appError, type AppError } from "../../contract/errors.ts";
import type { Bank, BankCall, BankContext, Details } from "./bank.ts";
import { failureError } from "./failure.ts";
import { HttpFailure, type CallRow, type Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import type { RefundRow } from "./refund.ts";

/** Whatever went wrong on the way to the bank, as the adapter would have said it. */
export function asFailure(error: unknown): HttpFailure {
  return error instanceof HttpFailure ? error : new HttpFailure("sent", "other", String(error));
}

/** The bank of a refund, also one that is no longer in the settings. Throws where there is none. */
export function bankOf(providers: Pick<Providers, "bank">, row: Pick<RefundRow, "provider">): Bank {
  const bank = providers.bank(row.provider);
  if (!bank) throw new Error(`no bank ${row.provider}`);
  return bank;
}

/** The journal's line of a call to come. */
export function callLine(
  ports: Pick<Ports, "clock" | "crypto">,
  row: RefundRow,
  requestId: string,
  call: BankCall<unknown>,
): CallRow {
  return {
    requestId,
    paymentId: row.paymentId,
    refundId: row.id,
    name: call.name,
    danger: call.danger,
    mac: ports.crypto.mac("request", call.canonical),
    sentAt: ports.clock.now(),
    answeredAt: null,
    outcome: null,
    bankCode: null,
  };
}

/** The bank's own figures of a purchase, or why there are none. Safe: nothing changes. */
export async function readFigure(
  providers: Pick<Providers, "bank" | "send">,
  ctx: BankContext,
  purchaseId: string,
): Promise<Details | AppError> {
  const incident = ctx.requestId.slice(0, 8);
  const request = bankOf(providers, ctx.profile).details?.(ctx, purchaseId);
  if (!request) return appError("not_supported");
  try {
    const answer = await providers.send(ctx, request);
    if (answer.kind !== "details") return { ...answer.error, incident };
    return answer.purchaseId === purchaseId ? answer : appError("foreign_answer", { incident });
  } catch (error) {
    return { ...failureError(asFailure(error)), incident };
  }
}
