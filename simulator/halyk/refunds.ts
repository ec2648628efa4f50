import type { Scheduled } from "../clock.ts";
import type { HalykBank } from "./bank.ts";
import { newCard } from "./bills.ts";
import type { Bill } from "./records.ts";
import { Refusal } from "./refusal.ts";

/** Money back: each order is a bill of its own, and the bank knows no repetition. */
export class Refunds {
  #bank: HalykBank;
  #ends = new Map<string, Scheduled>();

  constructor(bank: HalykBank) {
    this.#bank = bank;
  }

  /** generate/refund: accepted at once, decided later. */
  byTill(purchase: Bill, amountMinor: bigint, channel: string, call: number): Bill {
    const refund = this.#open(purchase, amountMinor, { by: "till", channel, call });
    this.watch(refund);
    return refund;
  }

  /** Another till or the bank's own people, done at once. Throws where the bank would refuse. */
  elsewhere(billNumber: string, amountMinor: bigint): Bill {
    const purchase = this.#bank.bills.find(billNumber);
    const refund = this.#open(purchase, amountMinor, { by: "elsewhere", channel: purchase.channel, call: null });
    return this.finish(refund.billNumber);
  }

  /** The refund is done now. */
  finish(billNumber: string): Bill {
    const refund = this.#pending(billNumber);
    this.#done(refund, this.#bank.clock.now());
    return refund;
  }

  /** The refund fails now: its money is free again. */
  reject(billNumber: string, errDescription: string): Bill {
    const refund = this.#pending(billNumber);
    this.#ends.get(billNumber)?.cancel();
    refund.errDescription = errDescription;
    this.#bank.move(refund, this.#bank.clock.now(), "REJECTED", "refused");
    return refund;
  }

  watch(refund: Bill): void {
    const { clock, config } = this.#bank;
    if (config.refundSeconds === null || refund.status !== "NEW") return;
    const due = refund.createdAt + config.refundSeconds * 1000;
    this.#ends.set(
      refund.billNumber,
      clock.at(due, (at) => this.#done(refund, at)),
    );
  }

  #done(refund: Bill, at: number): void {
    this.#ends.get(refund.billNumber)?.cancel();
    const purchase = this.#bank.bills.find(refund.of ?? "");
    purchase.refundedMinor += refund.amountMinor;
    this.#bank.move(refund, at, "PAID", "given back");
  }

  #pending(billNumber: string): Bill {
    const refund = this.#bank.ledger.bills.get(billNumber);
    if (refund?.kind !== "refund") throw new Refusal(404, "the refund is not found");
    if (refund.status !== "NEW") throw new Refusal(409, `the refund is ${refund.status}`);
    return refund;
  }

  #open(purchase: Bill, amountMinor: bigint, made: Pick<Bill, "by" | "channel" | "call">): Bill {
    const { ledger, clock } = this.#bank;
    if (!purchase.captured) throw new Refusal(409, `a bill in status ${purchase.status} cannot be refunded`);
    if (amountMinor > ledger.availableMinor(purchase.billNumber)) {
      throw new Refusal(409, "the amount is more than what is left of the payment");
    }
    // Terminal, invoiceId and qrcode are the purchase's, as in the document's sample of a refund.
    const { terminal, invoiceId, pointOfSale, qrcode, isSkipFin, billNumber: of } = purchase;
    return this.#bank.add({
      billNumber: this.#bank.nextBillNumber(),
      kind: "refund",
      of,
      ...made,
      terminal,
      invoiceId,
      pointOfSale,
      isSkipFin,
      amountMinor,
      feeMinor: 0n,
      bonusMinor: 0n,
      qrcode,
      status: "NEW",
      errDescription: null,
      card: { ...newCard(), mask: purchase.card?.mask ?? "" },
      details: null,
      captured: false,
      refundedMinor: 0n,
      createdAt: clock.now(),
      history: [],
    });
  }
}
