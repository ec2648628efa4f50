import type { PaymentRow } from "../../../main/core/payment.ts";
import type { RefundRow } from "../../../main/core/refund.ts";
import type { Shop } from "./shop.ts";

/** What the till says of each refund against what the bank did; sums are all different, so each is known by its own. */
export function refundsWrong(
  { banks }: Shop,
  payments: readonly PaymentRow[],
  refunds: readonly RefundRow[],
): { readonly lost: string[]; readonly made: string[] } {
  const lost: string[] = [];
  const made: string[] = [];
  for (const refund of refunds) {
    const { number, minor, state, resolution, detail, provider } = refund;
    if (minor === null || state === "recorded") continue;
    const same = refunds.filter((other) => other.minor === minor && other.detail.purchaseId === detail.purchaseId);
    if (same.length > 1) continue;
    const purchase = detail.purchaseId ?? "";
    const sale = payments.find((row) => row.id === refund.paymentId);
    const times =
      provider === "kaspi"
        ? banks.kaspi.ledger
            .refundsOf(purchase)
            .filter(({ by, amountMinor }) => by === "till" && Number(amountMinor) === minor).length
        : provider === "halykQr"
          ? banks.halyk.ledger
              .refundsOf(purchase)
              .filter(
                ({ by, amountMinor, status }) => by === "till" && status === "PAID" && Number(amountMinor) === minor,
              ).length
          : banks.epay.ledger.movements.filter(
              ({ kind, by, invoice, minor: one }) =>
                kind === "refund" &&
                by === "till" &&
                invoice === (sale?.detail.invoiceId ?? purchase) &&
                Number(one) === minor,
            ).length;
    // One that never left says "not" of itself alone: the same sum may be another till's.
    const saysNot =
      detail.sends > 0 && resolution === null && ["failed", "not_executed", "cancelled", "expired"].includes(state);
    if (times > 1) made.push(`refund ${number} was carried out ${times} times`);
    if (times > 0 && saysNot) lost.push(`refund ${number} is ${state}, and the bank gave it back`);
    if (times === 0 && state === "refunded") made.push(`refund ${number} is refunded, and the bank gave nothing back`);
  }
  return { lost, made };
}
