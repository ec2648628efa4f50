import { CallLedger } from "../ledger.ts";
import type { PaymentRecord, RefundRecord, ReturnRecord, Totals } from "./records.ts";

/** Everything that happened at Kaspi, in order. */
export class Ledger extends CallLedger {
  /** Purchases: QR, link and invoice. */
  readonly payments = new Map<string, PaymentRecord>();
  readonly returns = new Map<string, ReturnRecord>();
  readonly refunds: RefundRecord[] = [];
  #requestIds = new Set<string>();

  /** True when this X-Request-ID was seen before. */
  isRepeated(requestId: string): boolean {
    if (this.#requestIds.has(requestId)) return true;
    this.#requestIds.add(requestId);
    return false;
  }

  payment(id: string | bigint): PaymentRecord | undefined {
    return this.payments.get(String(id));
  }

  paymentByToken(token: string): PaymentRecord | undefined {
    return token === "" ? undefined : [...this.payments.values()].find((payment) => payment.token === token);
  }

  invoices(): PaymentRecord[] {
    return [...this.payments.values()].filter((payment) => payment.kind === "invoice");
  }

  refundsOf(purchaseId: string | bigint): RefundRecord[] {
    return this.refunds.filter((refund) => refund.purchaseId === String(purchaseId));
  }

  /** What may still be given back, in tiyn; 0 for a purchase that was not paid. */
  availableMinor(purchaseId: string | bigint): bigint {
    const payment = this.payment(purchaseId);
    return payment?.captured ? payment.amountMinor - payment.refundedMinor : 0n;
  }

  totals(): Totals {
    const totals: Totals = {
      payments: this.payments.size,
      processed: 0,
      processedMinor: 0n,
      refunds: this.refunds.length,
      refundedMinor: 0n,
      refundedByTillMinor: 0n,
      refundedByPurchase: {},
      byExternalId: {},
    };
    for (const payment of this.payments.values()) {
      if (!payment.captured) continue;
      totals.processed++;
      totals.processedMinor += payment.amountMinor;
      const key = payment.externalId ?? "";
      const own = (totals.byExternalId[key] ??= { processed: 0, processedMinor: 0n });
      own.processed++;
      own.processedMinor += payment.amountMinor;
    }
    // Added up from the refunds themselves, not from the purchases' own sums: a check of one against the other.
    for (const { purchaseId, amountMinor, by } of this.refunds) {
      totals.refundedMinor += amountMinor;
      if (by === "till") totals.refundedByTillMinor += amountMinor;
      totals.refundedByPurchase[purchaseId] = (totals.refundedByPurchase[purchaseId] ?? 0n) + amountMinor;
    }
    return totals;
  }
}
