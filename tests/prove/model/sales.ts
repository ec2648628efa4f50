/** What the till says of its payments, and what the three banks have of them, for the comparison of the books. */
import type { PaymentRow } from "../../../main/core/payment.ts";
import type { RefundRow } from "../../../main/core/refund.ts";
import type { Sale, Taken } from "../books.ts";
import type { Shop } from "./shop.ts";

/** Each attempt is an intent of its own: a second one was let begin, or a person wanted it. */
export function saleOf(row: PaymentRow, refunds: readonly RefundRow[], now: number): Sale {
  const own = refunds.filter(({ paymentId }) => paymentId === row.id);
  return {
    sale: row.id,
    minor: row.minor,
    says: saysOf(row, now),
    meantBack:
      own.reduce((sum, { minor, detail }) => sum + (detail.sends > 0 ? (minor ?? 0) : 0), 0) + row.detail.refundedMinor,
    openRefunds: own.filter(
      ({ state, settled, resolution }) => !settled && state !== "needs_review" && resolution === null,
    ).length,
  };
}

function saysOf({ state, settled, resolution, detail }: PaymentRow, now: number): Sale["says"] {
  if (state === "paid" || state === "verified") return "paid";
  if (resolution !== null || detail.claimed || state === "needs_review" || state === "in_doubt") return "doubt";
  // Held money waits for a person; it is not the shop's yet.
  if (state === "authorized") return "doubt";
  // Past the day in which the customer may pay it, a bank that never ends it leaves it to a person.
  if (state === "awaiting_payment" && (detail.payableUntil ?? 0) < now) return "doubt";
  return settled ? "not_paid" : "open";
}

export function takenOf({ banks }: Pick<Shop, "banks">, rows: readonly PaymentRow[]): Taken[] {
  const taken: Taken[] = [];
  // The banks' numbers are each bank's own: the same one may stand at two of them.
  const kaspi = rows.filter(({ provider }) => provider === "kaspi");
  for (const payment of banks.kaspi.ledger.payments.values()) {
    const row = kaspi.find(({ number, bankId }) => payment.externalId === number || bankId === payment.id);
    // An invoice has no number of ours; one whose answer was lost is known by its journaled creation alone.
    const lost =
      payment.kind === "invoice" && !row
        ? rows.find(
            ({ method, minor, bankId }) =>
              method === "invoice" && bankId === null && minor === Number(payment.amountMinor),
          )
        : undefined;
    taken.push({
      sale: (row ?? lost)?.id ?? `Kaspi's ${payment.id}`,
      minor: Number(payment.amountMinor),
      captured: payment.captured,
      backMinor: Number(
        banks.kaspi.ledger
          .refundsOf(payment.id)
          .reduce((sum, one) => sum + (one.by === "till" ? one.amountMinor : 0n), 0n),
      ),
    });
  }
  for (const bill of banks.halyk.ledger.payments()) {
    const row = rows.find(({ provider, detail }) => provider === "halykQr" && detail.invoiceId === bill.invoiceId);
    const back = banks.halyk.ledger
      .refundsOf(bill.billNumber)
      .filter(({ status, by }) => status === "PAID" && by === "till");
    taken.push({
      sale: row?.id ?? `Halyk's ${bill.billNumber}`,
      minor: Number(bill.amountMinor),
      captured: bill.captured,
      backMinor: Number(back.reduce((sum, one) => sum + one.amountMinor, 0n)),
    });
  }
  const { movements } = banks.epay.ledger;
  for (const one of banks.epay.ledger.transactions.values()) {
    const row = rows.find(
      ({ provider, detail, method }) =>
        provider === "epay" &&
        detail.invoiceId === one.invoice &&
        one.kind === (method === "transfer" ? "transfer" : method === "cardVerification" ? "verification" : "payment"),
    );
    const of = (kinds: readonly string[]): number =>
      Number(
        movements
          .filter(({ transactionId, kind, by }) => transactionId === one.id && kinds.includes(kind) && by === "till")
          .reduce((sum, { minor }) => sum + minor, 0n),
      );
    taken.push({
      sale: row?.id ?? `ePay's ${one.invoice}`,
      // Of held money a person may take a part.
      minor: Number(one.orgAmountMinor),
      captured: one.status === "VERIFIED" || of(["charge", "transfer"]) > 0,
      backMinor: of(["refund"]),
    });
  }
  return taken;
}
