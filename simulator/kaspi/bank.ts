import { randomUUID } from "node:crypto";
import type { VirtualClock } from "../clock.ts";
import type { Config, TradePoint } from "../config.ts";
import type { Ledger } from "../ledger.ts";
import { Payments } from "./payments.ts";
import { Refusal } from "./refusal.ts";

export interface Device {
  token: string;
  deviceId: string;
  tradePointId: string;
  active: boolean;
}

export interface BankState {
  devices: Device[];
  nextId: string;
}

/** The organisation's side of Kaspi Pay: its trade points and devices, and the payments made on them. */
export class KaspiBank {
  readonly config: Config;
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly payments: Payments;
  readonly devices = new Map<string, Device>();
  readonly changed: () => void;

  constructor(config: Config, clock: VirtualClock, ledger: Ledger, changed: () => void) {
    this.config = config;
    this.clock = clock;
    this.ledger = ledger;
    this.changed = changed;
    this.payments = new Payments(this);
  }

  tradePoints(): TradePoint[] {
    if (this.config.tradePoints.length === 0) throw new Refusal("-14000002");
    return this.config.tradePoints;
  }

  /** Repeated with the same arguments it returns the same token (3.2.3). */
  register(deviceId: string, tradePointId: string): Device {
    const point = this.config.tradePoints.find((candidate) => candidate.id === tradePointId);
    if (!point) throw new Refusal("-99000002");
    const known = [...this.devices.values()].filter((device) => device.deviceId === deviceId);
    if (known.some((device) => device.active && device.tradePointId !== tradePointId)) {
      throw new Refusal("-1503");
    }
    if (point.acceptsQr === false) throw new Refusal("990000026");
    const same = known.find((device) => device.tradePointId === tradePointId);
    const device = same ?? { token: randomUUID(), deviceId, tradePointId, active: true };
    device.active = true;
    this.devices.set(device.token, device);
    this.changed();
    return device;
  }

  delete(token: string): void {
    const device = this.devices.get(token);
    if (!device?.active) throw new Refusal("-1501");
    device.active = false;
    this.changed();
  }

  /** The device a payment is made on, its trade point checked. */
  payingDevice(token: string): Device {
    const device = this.devices.get(token);
    if (!device) throw new Refusal("-1501");
    if (!device.active) throw new Refusal("-1502");
    const point = this.config.tradePoints.find((candidate) => candidate.id === device.tradePointId);
    if (!point) throw new Refusal("-99000002");
    if (point.enabled === false) throw new Refusal("990000018");
    if (point.acceptsQr === false) throw new Refusal("990000026");
    return device;
  }

  state(): BankState {
    return { devices: [...this.devices.values()], nextId: this.config.nextId };
  }

  restore(state: BankState): void {
    for (const device of state.devices) this.devices.set(device.token, device);
    this.config.nextId = state.nextId;
  }
}
