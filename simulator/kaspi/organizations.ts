import { randomInt, randomUUID } from "node:crypto";
import type { Organization, TradePoint } from "./config.ts";
import type { Scheme } from "./records.ts";
import type { KaspiBank } from "./bank.ts";
import { Refusal } from "./refusal.ts";

export interface Device {
  token: string;
  scheme: Scheme;
  bin: string;
  deviceId: string;
  tradePointId: string;
  active: boolean;
}

/** On whose behalf a call is made. */
export interface Caller {
  scheme: Scheme;
  /** The organisation it names, or the only one of schemes 1 and 2; null where scheme 3 names none (K6, K10, K13). */
  bin: string | null;
}

/** The partner's side of Kaspi Pay: organisations, their trade points and devices. */
export class Organizations {
  readonly devices = new Map<string, Device>();
  #bank: KaspiBank;

  constructor(bank: KaspiBank) {
    this.#bank = bank;
  }

  /** The one that schemes 1 and 2 speak for: key and certificate are bound to one BIN. */
  first(): Organization {
    const [first] = this.#bank.config.organizations;
    if (!first) throw new Error("the bank has no organisation");
    return first;
  }

  /** A BIN nobody has is answered as an organisation without trade points: 4.2.2 lists no other code. */
  tradePoints(bin: string): TradePoint[] {
    const points = this.#pointsOf(bin);
    if (points.length === 0) throw new Refusal("-14000002");
    return points;
  }

  /** Repeated with the same arguments it returns the same token (3.2.3). */
  register(scheme: Scheme, bin: string, deviceId: string, tradePointId: string): Device {
    const point = this.#pointsOf(bin).find((candidate) => candidate.id === tradePointId);
    if (!point) throw new Refusal("-99000002");
    const known = [...this.devices.values()].filter(
      (device) => device.deviceId === deviceId && device.bin === bin && device.scheme === scheme,
    );
    if (known.some((device) => device.active && device.tradePointId !== tradePointId)) {
      throw new Refusal("-1503");
    }
    if (point.acceptsQr === false) throw new Refusal("990000026");
    const same = known.find((device) => device.tradePointId === tradePointId);
    const device = same ?? { token: this.#newToken(), scheme, bin, deviceId, tradePointId, active: true };
    device.active = true;
    this.devices.set(device.token, device);
    this.#bank.changed();
    return device;
  }

  delete(caller: Caller, token: string): void {
    const device = this.deviceOf(caller, token);
    if (!device?.active) throw new Refusal("-1501");
    device.active = false;
    this.#bank.changed();
  }

  /** The device a call is made on, its trade point checked. `qr`: the trade point must accept QR too. */
  serving(caller: Caller, token: string, { qr }: { qr: boolean }): Device {
    const device = this.deviceOf(caller, token);
    if (!device) throw new Refusal("-1501");
    if (!device.active) throw new Refusal("-1502");
    const point = this.#pointsOf(device.bin).find((candidate) => candidate.id === device.tradePointId);
    if (!point) throw new Refusal("-99000002");
    if (point.enabled === false) throw new Refusal("990000018");
    if (qr && point.acceptsQr === false) throw new Refusal("990000026");
    return device;
  }

  /** The owner switches the device off (-1502), or takes it away altogether (-1501). Throws when there is none. */
  disable(token: string): void {
    const device = this.devices.get(token);
    if (!device) throw new Refusal("-1501");
    device.active = false;
    this.#bank.changed();
  }

  forget(token: string): void {
    if (!this.devices.delete(token)) throw new Refusal("-1501");
    this.#bank.changed();
  }

  /** The owner changes a trade point of whichever organisation. Throws when there is none. */
  changePoint(id: string, change: Partial<Omit<TradePoint, "id">>): TradePoint {
    const points = this.#bank.config.organizations.flatMap((organization) => organization.tradePoints);
    const point = points.find((candidate) => candidate.id === id);
    if (!point) throw new Refusal("-99000002");
    return Object.assign(point, change);
  }

  #pointsOf(bin: string): TradePoint[] {
    return this.#bank.config.organizations.find((organization) => organization.bin === bin)?.tradePoints ?? [];
  }

  /** A token belongs to its scheme and its organisation. */
  deviceOf(caller: Caller, token: string): Device | undefined {
    const device = this.devices.get(token);
    if (device?.scheme !== caller.scheme || (caller.bin !== null && device.bin !== caller.bin)) return undefined;
    return device;
  }

  #newToken(): string {
    if (this.#bank.config.deviceTokens === "guid") return randomUUID();
    let token = "";
    while (token === "" || this.devices.has(token)) token = String(randomInt(100, 1_000_000));
    return token;
  }
}
