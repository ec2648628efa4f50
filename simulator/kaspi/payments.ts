import type { Scheduled } from "../clock.ts";
import type { PaymentRecord, PaymentState } from "./records.ts";
import type { KaspiBank } from "./bank.ts";
import type { Device } from "./organizations.ts";
import { Refusal } from "./refusal.ts";
import { newQrToken } from "./tokens.ts";

export type CustomerAct = "scan" | "confirm" | "scanerror" | "confirmerror";

/** The life of a QR or link payment: appendix 4 and the two windows of 3.3. An invoice's steps are kept here too. */
export class Payments {
  #bank: KaspiBank;
  #deadlines = new Map<string, Scheduled>();

  constructor(bank: KaspiBank) {
    this.#bank = bank;
  }

  create(kind: "qr" | "link", device: Device, amountMinor: bigint, externalId: string | null): PaymentRecord {
    const { clock, config } = this.#bank;
    if (config.paymentMethods.length === 0) throw new Refusal("990000033");
    const digits = newQrToken();
    return this.open(device, amountMinor, {
      kind,
      token: kind === "link" ? config.linkBase + digits : digits,
      externalId,
      customer: null,
      comment: null,
      state: "QrTokenCreated",
      scanDeadline: clock.now() + (config.realScanSeconds ?? config.scanSeconds) * 1000,
    });
  }

  /** Puts a new purchase of the device into the books. */
  open(
    device: Device,
    amountMinor: bigint,
    own: Pick<PaymentRecord, "kind" | "token" | "externalId" | "customer" | "comment" | "state" | "scanDeadline">,
  ): PaymentRecord {
    const { clock, ledger } = this.#bank;
    const at = clock.now();
    const payment: PaymentRecord = {
      bank: "kaspi",
      id: this.#bank.nextId("nextId", (id) => ledger.payments.has(id)),
      scheme: device.scheme,
      bin: device.bin,
      ...own,
      amountMinor,
      deviceToken: device.token,
      deviceId: device.deviceId,
      tradePointId: device.tradePointId,
      captured: false,
      refundedMinor: 0n,
      createdAt: at,
      confirmDeadline: null,
      history: [{ at, state: own.state, cause: "created" }],
    };
    ledger.payments.set(payment.id, payment);
    this.watch(payment);
    this.#bank.changed();
    return payment;
  }

  find(id: string): PaymentRecord {
    const payment = this.#bank.ledger.payments.get(id);
    if (!payment) throw new Refusal("-1601");
    return payment;
  }

  /** What the customer does in his app (methods 5.2 to 5.5, or the control interface). */
  act(id: string, what: CustomerAct, customer = "c1"): PaymentRecord {
    const { clock, config } = this.#bank;
    const payment = this.find(id);
    const at = clock.now();
    const scanning = what === "scan" || what === "scanerror";
    const wanted: PaymentState = scanning ? "QrTokenCreated" : "Wait";
    // 5.2 to 5.5 list no code for a payment in another status; the nearest of appendix 3 is used.
    if (payment.state !== wanted) throw new Refusal("-1601", `Покупка в статусе ${payment.state}`);
    // 3.3.1: scanning an expired token is an error on the customer's side; the payment stays as it is.
    if (scanning && at >= payment.scanDeadline) throw new Refusal("-1601", "Срок действия QR-токена истек");
    if (what === "scan") {
      payment.customer = customer;
      payment.confirmDeadline = at + (config.realConfirmSeconds ?? config.confirmSeconds) * 1000;
      this.move(payment, at, "Wait", "scanned");
    } else if (what === "confirm") {
      this.move(payment, at, "Processed", "confirmed");
    } else {
      this.move(payment, at, "Error", what === "scanerror" ? "scan failed" : "not confirmed");
    }
    return payment;
  }

  /** The next step of a purchase; Processed takes the money. */
  move(payment: PaymentRecord, at: number, state: PaymentState, cause: string): void {
    if (state === "Processed") payment.captured = true;
    payment.state = state;
    payment.history.push({ at, state, cause });
    this.watch(payment);
    this.#bank.changed();
  }

  /** Sets the deadline the payment's state calls for. */
  watch(payment: PaymentRecord): void {
    this.#deadlines.get(payment.id)?.cancel();
    this.#deadlines.delete(payment.id);
    const due = deadlineOf(payment);
    if (due === null) return;
    this.#deadlines.set(
      payment.id,
      this.#bank.clock.at(due, (at) => {
        if (payment.state === "Wait") this.move(payment, at, "Error", "confirmation window ended");
        else if (this.#bank.config.unscanned === "error") this.move(payment, at, "Error", "scan window ended");
      }),
    );
  }
}

function deadlineOf(payment: PaymentRecord): number | null {
  switch (payment.state) {
    case "QrTokenCreated":
    case "RemotePaymentCreated":
      return payment.scanDeadline;
    case "Wait":
      return payment.confirmDeadline;
    default:
      return null;
  }
}
