import type { VirtualClock } from "../clock.ts";
import { writeJson } from "../json.ts";
import { Bills } from "./bills.ts";
import type { Config } from "./config.ts";
import type { Ledger } from "./ledger.ts";
import type { Bill, Status } from "./records.ts";
import { Refunds } from "./refunds.ts";
import { eventBody } from "./status-body.ts";

const FIRST_NUMBER = 9_007_199_254_740_993n;
const LAST_NUMBER = 2n ** 63n - 1n;

/** Halyk's QR service: bills, and the money that goes by them to a shop and back. */
export class HalykBank {
  readonly config: Config;
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly bills: Bills;
  readonly refunds: Refunds;
  readonly listeners = new Set<(text: string) => void>();
  readonly #changed: () => void;

  constructor(config: Config, clock: VirtualClock, ledger: Ledger, changed: () => void) {
    this.config = config;
    this.clock = clock;
    this.ledger = ledger;
    this.#changed = changed;
    this.bills = new Bills(this);
    this.refunds = new Refunds(this);
  }

  /** Beyond Int64 the numbers begin again. */
  nextBillNumber(): string {
    const { config } = this;
    let next = BigInt(config.nextBillNumber);
    while (next > LAST_NUMBER || this.ledger.bills.has(String(next)))
      next = next >= LAST_NUMBER ? FIRST_NUMBER : next + 1n;
    config.nextBillNumber = String(next >= LAST_NUMBER ? FIRST_NUMBER : next + 1n);
    return String(next);
  }

  /** A new bill goes into the books, and its first event out. */
  add(bill: Bill): Bill {
    this.ledger.bills.set(bill.billNumber, bill);
    this.move(bill, bill.createdAt, bill.status, "created");
    if (bill.kind === "payment") this.bills.watch(bill);
    return bill;
  }

  /** Books the step and tells the event stream. */
  move(bill: Bill, at: number, status: Status, cause: string): void {
    bill.status = status;
    bill.history.push({ at, status, cause });
    this.#changed();
    const text = writeJson(eventBody(bill, this.config));
    for (const listener of this.listeners) listener(text);
  }
}
