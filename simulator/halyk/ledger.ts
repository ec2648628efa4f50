import { CallLedger } from "../ledger.ts";
import type { Bill, Totals } from "./records.ts";

/** Everything that happened at Halyk, in order. */
export class Ledger extends CallLedger {
  /** Payments and refunds by billNumber. */
  readonly bills = new Map<string, Bill>();

  payments(): Bill[] {
    return [...this.bills.values()].filter((bill) => bill.kind === "payment");
  }

  refundsOf(billNumber: string | bigint): Bill[] {
    return [...this.bills.values()].filter((bill) => bill.of === String(billNumber));
  }

  /** What may still be given back, in tiyn: without what is under way; 0 for a bill that was not paid. */
  availableMinor(billNumber: string | bigint): bigint {
    const bill = this.bills.get(String(billNumber));
    if (!bill?.captured) return 0n;
    const gone = this.refundsOf(billNumber).filter(({ status }) => status !== "REJECTED");
    return gone.reduce((left, refund) => left - refund.amountMinor, bill.amountMinor);
  }

  /** Added up from the bills themselves. */
  totals(): Totals {
    const totals: Totals = {
      payments: 0,
      captured: 0,
      capturedMinor: 0n,
      refunds: 0,
      refundedMinor: 0n,
      refundedByTillMinor: 0n,
      byInvoice: {},
    };
    for (const { kind, by, status, captured, amountMinor, terminal, invoiceId } of this.bills.values()) {
      if (kind === "payment") totals.payments++;
      else if (status === "PAID") {
        totals.refunds++;
        totals.refundedMinor += amountMinor;
        if (by === "till") totals.refundedByTillMinor += amountMinor;
      }
      if (!captured) continue;
      totals.captured++;
      totals.capturedMinor += amountMinor;
      const own = (totals.byInvoice[`${terminal}/${invoiceId}`] ??= { captured: 0, capturedMinor: 0n });
      own.captured++;
      own.capturedMinor += amountMinor;
    }
    return totals;
  }
}
