/** The bank's available figure, by which refunds are allowed and doubts decided. */
import { appError, type AppError } from "../../contract/errors.ts";
import type { BankContext, Details } from "./bank.ts";
import { bankOf } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import type { Providers } from "./providers.ts";

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
