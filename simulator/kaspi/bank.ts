import type { VirtualClock } from "../clock.ts";
import type { Config } from "./config.ts";
import type { Ledger } from "./ledger.ts";
import type { RefundRecord } from "./records.ts";
import { Invoices } from "./invoices.ts";
import { Organizations, type Device } from "./organizations.ts";
import { Payments } from "./payments.ts";
import { Refunds } from "./refunds.ts";
import { Returns } from "./returns.ts";

const FIRST_ID = 9_007_199_254_740_993n;
const LAST_ID = 2n ** 63n - 1n;

export interface BankState {
  devices: Device[];
  apiKey: string;
  nextId: string;
  nextReturnId: string;
  nextRefundId: string;
}

/** Kaspi Pay: organisations with their devices, and the money that goes to them and back. */
export class KaspiBank {
  readonly config: Config;
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly organizations: Organizations;
  readonly payments: Payments;
  readonly invoices: Invoices;
  readonly returns: Returns;
  readonly refunds: Refunds;
  readonly changed: () => void;

  constructor(config: Config, clock: VirtualClock, ledger: Ledger, changed: () => void) {
    this.config = config;
    this.clock = clock;
    this.ledger = ledger;
    this.changed = changed;
    this.organizations = new Organizations(this);
    this.payments = new Payments(this);
    this.invoices = new Invoices(this);
    this.returns = new Returns(this);
    this.refunds = new Refunds(this);
  }

  /** The next id of a sequence; beyond Int64 it begins again. */
  nextId(sequence: "nextId" | "nextReturnId" | "nextRefundId", isTaken: (id: string) => boolean): string {
    const { config } = this;
    let id = BigInt(config[sequence]);
    while (id > LAST_ID || isTaken(String(id))) id = id >= LAST_ID ? FIRST_ID : id + 1n;
    config[sequence] = String(id >= LAST_ID ? FIRST_ID : id + 1n);
    return String(id);
  }

  state(): BankState {
    const { apiKey, nextId, nextReturnId, nextRefundId } = this.config;
    return { devices: [...this.organizations.devices.values()], apiKey, nextId, nextReturnId, nextRefundId };
  }

  restore(state: BankState, refunds: RefundRecord[]): void {
    const { apiKey, nextId, nextReturnId, nextRefundId } = state;
    for (const device of state.devices) this.organizations.devices.set(device.token, device);
    Object.assign(this.config, { apiKey, nextId, nextReturnId, nextRefundId });
    this.ledger.refunds.push(...refunds);
  }
}
