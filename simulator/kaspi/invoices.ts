import type { PaymentRecord } from "./records.ts";
import type { KaspiBank } from "./bank.ts";
import type { MethodRequest } from "./method.ts";
import type { Device } from "./organizations.ts";
import { Refusal } from "./refusal.ts";

const MINUTE = 60_000;
/** Two questions about an invoice closer than 5 s are no person's doing; half a second is left to the network. */
const SHORTEST_LOOK = 4_500;

/** Remote payment, scheme 3: the bill on a customer's phone (4.6). */
export class Invoices {
  #bank: KaspiBank;
  /** Look-ups let through in the last minute, by device. */
  #lookUps = new Map<string, number[]>();
  #asked = new Map<string, number>();

  constructor(bank: KaspiBank) {
    this.#bank = bank;
  }

  /** The full name of the phone's owner; at most so many questions a minute on one device (4.6.1). */
  lookUp(device: Device, phone: string, request: MethodRequest): string {
    const at = this.#bank.clock.now();
    const { clients, lookupsPerMinute } = this.#bank.config;
    const times = (this.#lookUps.get(device.token) ?? []).filter((time) => time > at - MINUTE);
    this.#lookUps.set(device.token, times);
    if (times.length >= lookupsPerMinute) {
      request.complain("lookups", `client-info more than ${lookupsPerMinute} times a minute on one device`);
      throw new Refusal("-999", "Слишком много запросов", 429);
    }
    times.push(at);
    const name = clients[phone];
    if (name === undefined) throw new Refusal("-1404");
    return name;
  }

  create(device: Device, amountMinor: bigint, phone: string, comment: string | null): PaymentRecord {
    const { clients, invoiceSeconds } = this.#bank.config;
    if (clients[phone] === undefined) throw new Refusal("-1404");
    return this.#bank.payments.open(device, amountMinor, {
      kind: "invoice",
      token: "",
      externalId: null,
      customer: phone,
      comment,
      state: "RemotePaymentCreated",
      scanDeadline: this.#bank.clock.now() + invoiceSeconds * 1000,
    });
  }

  /** A paid one stays paid: its own status is the answer then. */
  cancel(device: Device, id: string): PaymentRecord {
    const invoice = this.#bank.ledger.payments.get(id);
    if (invoice?.kind !== "invoice" || invoice.bin !== device.bin || invoice.tradePointId !== device.tradePointId) {
      throw new Refusal("-99000001");
    }
    if (invoice.state === "RemotePaymentCreated") {
      this.#bank.payments.move(invoice, this.#bank.clock.now(), "RemotePaymentCanceled", "cancelled");
    }
    return invoice;
  }

  /** The customer pays or rejects the bill. Throws when it is no open invoice. */
  act(id: string, what: "pay" | "reject"): PaymentRecord {
    const invoice = this.#bank.payments.find(id);
    const at = this.#bank.clock.now();
    if (invoice.state !== "RemotePaymentCreated") throw new Refusal("-1601", `Покупка в статусе ${invoice.state}`);
    if (at >= invoice.scanDeadline) throw new Refusal("-1601", "Срок оплаты счета истек");
    if (what === "pay") this.#bank.payments.move(invoice, at, "Processed", "paid");
    else this.#bank.payments.move(invoice, at, "Error", "rejected");
    return invoice;
  }

  /** 4.6 forbids asking about an invoice by a timer. */
  noteLook(payment: PaymentRecord, request: MethodRequest): void {
    if (payment.kind !== "invoice") return;
    const at = this.#bank.clock.now();
    const last = this.#asked.get(payment.id);
    if (last !== undefined && at - last < SHORTEST_LOOK) {
      request.complain("invoice-polling", `an invoice asked about again after ${at - last} ms`);
    }
    this.#asked.set(payment.id, at);
  }
}
