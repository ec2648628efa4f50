import { randomInt } from "node:crypto";
import type { Scheduled } from "../clock.ts";
import type { PaymentRecord, PaymentState } from "../ledger.ts";
import type { Device, KaspiBank } from "./bank.ts";
import { Refusal } from "./refusal.ts";

const FIRST_ID = 9_007_199_254_740_993n;
const LAST_ID = 2n ** 63n - 1n;
const TOKEN_DIGITS = 41;

export type CustomerAct = "scan" | "confirm" | "scanerror" | "confirmerror";

function randomDigits(count: number): string {
  let digits = String(randomInt(1, 10));
  while (digits.length < count) digits += String(randomInt(10));
  return digits;
}

/** The life of a QR or link payment: appendix 4 and the two windows of 3.3. */
export class Payments {
  #bank: KaspiBank;
  #deadlines = new Map<string, Scheduled>();

  constructor(bank: KaspiBank) {
    this.#bank = bank;
  }

  create(kind: "qr" | "link", device: Device, amountMinor: bigint, externalId: string | null): PaymentRecord {
    const { clock, config, ledger } = this.#bank;
    if (config.paymentMethods.length === 0) throw new Refusal("990000033");
    const at = clock.now();
    const digits = randomDigits(TOKEN_DIGITS);
    const payment: PaymentRecord = {
      bank: "kaspi",
      id: this.#nextId(),
      kind,
      token: kind === "link" ? config.linkBase + digits : digits,
      amountMinor,
      externalId,
      deviceToken: device.token,
      deviceId: device.deviceId,
      tradePointId: device.tradePointId,
      state: "QrTokenCreated",
      captured: false,
      refundedMinor: 0n,
      createdAt: at,
      scanDeadline: at + (config.realScanSeconds ?? config.scanSeconds) * 1000,
      confirmDeadline: null,
      history: [{ at, state: "QrTokenCreated", cause: "created" }],
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
  act(id: string, what: CustomerAct): PaymentRecord {
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
      payment.confirmDeadline = at + (config.realConfirmSeconds ?? config.confirmSeconds) * 1000;
      this.#move(payment, at, "Wait", "scanned");
    } else if (what === "confirm") {
      payment.captured = true;
      this.#move(payment, at, "Processed", "confirmed");
    } else {
      this.#move(payment, at, "Error", what === "scanerror" ? "scan failed" : "not confirmed");
    }
    return payment;
  }

  /** Sets the deadline the payment's state calls for. */
  watch(payment: PaymentRecord): void {
    this.#deadlines.get(payment.id)?.cancel();
    this.#deadlines.delete(payment.id);
    const due =
      payment.state === "QrTokenCreated"
        ? payment.scanDeadline
        : payment.state === "Wait"
          ? payment.confirmDeadline
          : null;
    if (due === null) return;
    this.#deadlines.set(
      payment.id,
      this.#bank.clock.at(due, (at) => {
        if (payment.state === "Wait") this.#move(payment, at, "Error", "confirmation window ended");
        else if (this.#bank.config.unscanned === "error") this.#move(payment, at, "Error", "scan window ended");
      }),
    );
  }

  #move(payment: PaymentRecord, at: number, state: PaymentState, cause: string): void {
    payment.state = state;
    payment.history.push({ at, state, cause });
    this.watch(payment);
    this.#bank.changed();
  }

  #nextId(): string {
    const { config, ledger } = this.#bank;
    let id = BigInt(config.nextId);
    while (id > LAST_ID || ledger.payments.has(String(id))) id = id >= LAST_ID ? FIRST_ID : id + 1n;
    config.nextId = String(id >= LAST_ID ? FIRST_ID : id + 1n);
    return String(id);
  }
}
