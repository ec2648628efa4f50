import type { RefundRecord } from "./records.ts";
import type { KaspiBank } from "./bank.ts";
import type { Device } from "./organizations.ts";
import { Refusal } from "./refusal.ts";

interface Order {
  purchaseId: string;
  amountMinor: bigint;
  requestId: string | null;
  /** The refund QR of scheme 2, or null. */
  returnId: string | null;
}

/** Money back. Each call is a refund of its own: the bank has no key by which it would know a repetition. */
export class Refunds {
  #bank: KaspiBank;

  constructor(bank: KaspiBank) {
    this.#bank = bank;
  }

  /** payment/return (3.4.5, 4.5), the device and the amount's spelling already checked. */
  byTill(device: Device, customer: string | null, order: Order): RefundRecord {
    const payment = this.#bank.ledger.payments.get(order.purchaseId);
    // Of another customer, the purchase is not among those the refund QR opened.
    if (!payment || (customer !== null && payment.customer !== customer)) throw new Refusal("-99000001");
    if (payment.bin !== device.bin || payment.tradePointId !== device.tradePointId) throw new Refusal("-99000003");
    return this.#execute("till", order);
  }

  /** Another till, a smart POS or the cashier's app. Throws where the bank would refuse. */
  elsewhere(purchaseId: string, amountMinor: bigint): RefundRecord {
    return this.#execute("elsewhere", { purchaseId, amountMinor, requestId: null, returnId: null });
  }

  #execute(by: RefundRecord["by"], order: Order): RefundRecord {
    const { clock, config, ledger } = this.#bank;
    const { purchaseId, amountMinor } = order;
    const payment = ledger.payments.get(purchaseId);
    if (!payment) throw new Refusal("-99000001");
    if (!payment.captured) throw new Refusal("-99000011");
    if (amountMinor > ledger.availableMinor(purchaseId)) throw new Refusal("-99000005");
    if (!config.partialRefunds && amountMinor !== payment.amountMinor) throw new Refusal("-99000020");
    const refund: RefundRecord = {
      bank: "kaspi",
      id: this.#bank.nextId("nextRefundId", (id) => ledger.refunds.some((known) => known.id === id)),
      ...order,
      at: clock.now(),
      by,
    };
    payment.refundedMinor += amountMinor;
    ledger.refunds.push(refund);
    this.#bank.changed();
    return refund;
  }
}
