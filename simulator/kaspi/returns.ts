import type { Scheduled } from "../clock.ts";
import type { PaymentRecord, ReturnRecord, ReturnState } from "./records.ts";
import type { KaspiBank } from "./bank.ts";
import type { Device } from "./organizations.ts";
import { Refusal } from "./refusal.ts";
import { newQrToken } from "./tokens.ts";

/** 3.4.3: the most purchases return/operations lists, and its default. */
export const MOST_OPERATIONS = 10;

/** The refund QRs of scheme 2: appendix 5 and the scan window of 3.4.1. */
export class Returns {
  #bank: KaspiBank;
  #deadlines = new Map<string, Scheduled>();

  constructor(bank: KaspiBank) {
    this.#bank = bank;
  }

  create(device: Device, externalId: string | null): ReturnRecord {
    const { clock, config, ledger } = this.#bank;
    const at = clock.now();
    const record: ReturnRecord = {
      id: this.#bank.nextId("nextReturnId", (id) => ledger.returns.has(id)),
      token: newQrToken(),
      externalId,
      bin: device.bin,
      deviceToken: device.token,
      tradePointId: device.tradePointId,
      customer: null,
      state: "QrTokenCreated",
      createdAt: at,
      scanDeadline: at + (config.realScanSeconds ?? config.scanSeconds) * 1000,
      history: [{ at, state: "QrTokenCreated", cause: "created" }],
    };
    ledger.returns.set(record.id, record);
    this.watch(record);
    this.#bank.changed();
    return record;
  }

  find(id: string): ReturnRecord {
    const record = this.#bank.ledger.returns.get(id);
    if (!record) throw new Refusal("-1601");
    return record;
  }

  /** The one whose customer is known; any other is no refund to work with yet, or any more. */
  scanned(id: string): ReturnRecord {
    const record = this.find(id);
    if (record.state !== "CustomerIdentityObtained") throw new Refusal("-1601");
    return record;
  }

  /** The customer scans; without one the scan fails. Throws in another state and after the window. */
  scan(id: string, customer: string | null): ReturnRecord {
    const record = this.find(id);
    const at = this.#bank.clock.now();
    if (record.state !== "QrTokenCreated") throw new Refusal("-1601", `Возврат в статусе ${record.state}`);
    if (at >= record.scanDeadline) throw new Refusal("-1601", "Срок действия QR-токена истек");
    record.customer = customer;
    if (customer === null) this.#move(record, at, "Error", "scan failed");
    else this.#move(record, at, "CustomerIdentityObtained", "scanned");
    return record;
  }

  /** The last purchases of the customer who scanned, refunded ones among them. */
  operations(record: ReturnRecord, most: number): PaymentRecord[] {
    const { config, ledger } = this.#bank;
    const own = [...ledger.payments.values()].filter(
      (payment) =>
        payment.captured &&
        payment.customer === record.customer &&
        payment.bin === record.bin &&
        (config.operationsScope === "organization" || payment.tradePointId === record.tradePointId),
    );
    const newest = own.toSorted((a, b) => paidAt(b) - paidAt(a)).slice(0, most);
    // Any order but the right one will do: the oldest first, and the rest turned by one.
    if (config.operationsOrder === "shuffled") newest.reverse().push(...newest.splice(0, 1));
    return newest;
  }

  /** Sets the end of the scan window. */
  watch(record: ReturnRecord): void {
    this.#deadlines.get(record.id)?.cancel();
    this.#deadlines.delete(record.id);
    if (record.state !== "QrTokenCreated") return;
    this.#deadlines.set(
      record.id,
      this.#bank.clock.at(record.scanDeadline, (at) => {
        if (this.#bank.config.unscanned === "error") this.#move(record, at, "Error", "scan window ended");
      }),
    );
  }

  #move(record: ReturnRecord, at: number, state: ReturnState, cause: string): void {
    record.state = state;
    record.history.push({ at, state, cause });
    this.watch(record);
    this.#bank.changed();
  }
}

/** When the purchase became Processed, in the bank's milliseconds. */
export function paidAt(payment: PaymentRecord): number {
  return payment.history.find((step) => step.state === "Processed")?.at ?? payment.createdAt;
}
