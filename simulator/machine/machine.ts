/**
 * A vending machine by docs/machine.md: its firmware with a durable memory, and goods that really fall. It may lose its power at
 * every named point; what it then knows is what its memory and its hardware tell.
 */
import type { Kept, Memory, Stage } from "./memory.ts";
import { lineOf, read, type Said } from "./wire.ts";

/** Where its power may go. */
export const POINTS = [
  "before BEGIN",
  "between GO and motor",
  "motor turning",
  "goods fallen",
  "outcome written",
  "reported",
] as const;
export type Point = (typeof POINTS)[number];

/** What the hardware does. `unseen`: the sensor in the tray does not tell. */
export type Outcome = "falls" | "jams" | "falls unseen" | "jams unseen";

export interface Hardware {
  outcome(order: string, item: string): Outcome;
  /** The goods are in the tray now. */
  drop(order: string, item: string): void;
  /** Whether they fell, where the machine can still tell after a power cut; null: it cannot. */
  look(order: string): boolean | null;
  /** Whether it has such a shelf. */
  has(item: string): boolean;
}

export interface Timers {
  after(ms: number, run: () => void): { cancel(): void };
}

export interface MachineOptions {
  readonly id: string;
  readonly memory: Memory;
  readonly hardware: Hardware;
  readonly timers: Timers;
  /** Told at each point; the machine may be killed in it. */
  readonly at?: (point: Point, order: string) => void;
  readonly tell?: (words: string) => void;
  readonly version?: number;
}

const REPEAT = 2_000;
const PING_EVERY = 5_000;
const TURNS = 3_000;
/** No GO for so long after its BEGIN: nothing is handed out. */
const PATIENCE = 120_000;

export class Machine {
  readonly #options: MachineOptions;
  readonly #boot: number;
  #next: number;
  #orders: Map<string, Kept>;
  /** In RAM alone: how long a BEGIN has been said, and whether the motor turns right now. */
  readonly #begun = new Map<string, number>();
  readonly #turning = new Set<string>();
  #line: ((text: string) => void) | null = null;
  #greeted = false;
  #dead = false;
  #sincePing = 0;
  readonly #timers = new Set<{ cancel(): void }>();

  constructor(options: MachineOptions) {
    this.#options = options;
    const { boot, next, orders } = options.memory.read();
    this.#boot = boot + 1;
    this.#next = next;
    this.#orders = new Map(orders.map((kept) => [kept.order, kept]));
    for (const kept of orders)
      if (kept.stage === "turning") {
        // It was switched off in the middle: it looks, and where it cannot tell it says so. It never turns again.
        const fell = options.hardware.look(kept.order);
        const stage: Stage = fell === null ? "lost" : fell ? "given" : "failed";
        this.#orders.set(kept.order, { ...kept, stage, reason: "power_cut" });
      }
    this.#write();
    this.#after(REPEAT, () => this.#tick());
  }

  /** The line is there. `send` gets whole lines. */
  connected(send: (text: string) => void): void {
    this.#line = send;
    this.#greeted = false;
    this.#hello();
  }

  gone(): void {
    this.#line = null;
    this.#greeted = false;
  }

  /** The customer chose at the machine: asks the till for a payment. Returns the order's number. */
  sell(item: string, amount: string): string {
    const order = `${this.#boot}-${this.#next}`;
    this.#next += 1;
    // Before it is said: the number must not come again after a power cut.
    this.#set({ order, amount, item, stage: "asked", reason: "" });
    this.#repeat(order);
    return order;
  }

  cancel(order: string): void {
    this.#send("CANCEL", { order });
  }

  /** The power goes. Nothing is done or said afterwards. */
  kill(): void {
    this.#dead = true;
    this.#line = null;
    for (const timer of this.#timers) timer.cancel();
  }

  get open(): readonly Kept[] {
    return [...this.#orders.values()];
  }

  heard(line: string): void {
    const said = this.#dead ? null : read(line.replace(/\r$/, ""));
    if (said !== null) this.#obey(said);
  }

  #obey({ word, fields }: Said): void {
    const order = fields["order"] ?? "";
    const kept = this.#orders.get(order);
    switch (word) {
      case "WHO":
        return this.#hello();
      case "HELLO":
        this.#greeted = true;
        for (const one of this.#orders.keys()) this.#repeat(one);
        return;
      case "STATE":
        return this.#stands(order, fields["state"] ?? "", fields["why"] ?? "");
      case "SELECT":
        return this.#select(order, fields["item"] ?? "");
      case "GO":
        return this.#go(order);
      case "STOP":
        if (kept?.stage !== "asked") return;
        if (fields["why"] === "unknown") return this.#forget(order);
        return this.#end(kept, "failed", "stopped");
      case "DONE":
        if (kept && kept.stage !== "asked" && kept.stage !== "turning") this.#forget(order);
        return;
      case "ASK":
        if (!kept) this.#send("NONE", { order });
        else if (kept.stage === "turning") this.#send("TURNING", { order });
        else if (kept.stage === "asked") this.#begin(order);
        else this.#repeat(order);
        return;
      case "NAK":
        if (fields["why"] === "not_paid") this.#begun.delete(order);
        this.#options.tell?.(`the till: ${fields["why"] ?? ""} ${order}`);
        return;
      default:
    }
  }

  #stands(order: string, state: string, why: string): void {
    const kept = this.#orders.get(order);
    if (kept?.stage !== "asked") return;
    this.#options.tell?.(`order ${order}: ${state} ${why}`);
    if (state === "paid" || state === "go" || state === "unknown") this.#begin(order);
    // Nothing was turned, and nothing will be.
    else if (state !== "wait" && state !== "doubt") this.#forget(order);
  }

  #select(order: string, item: string): void {
    const known = this.#orders.get(order);
    if (known) return known.stage === "asked" ? this.#begin(order) : undefined;
    const kept: Kept = { order, amount: null, item, stage: "asked", reason: "" };
    this.#set(kept);
    if (item.split(",").every((one) => this.#options.hardware.has(one))) this.#begin(order);
    else this.#end(kept, "failed", "no_shelf");
  }

  #begin(order: string): void {
    if (this.#begun.has(order)) return;
    if (this.#at("before BEGIN", order)) return;
    this.#begun.set(order, 0);
    this.#send("BEGIN", { order });
  }

  #go(order: string): void {
    const kept = this.#orders.get(order);
    // An old GO, or one for what was given up: the memory decides, not the line.
    if (kept?.stage !== "asked" || !this.#begun.has(order)) return;
    if (this.#at("between GO and motor", order)) return;
    this.#begun.delete(order);
    this.#set({ ...kept, stage: "turning" });
    this.#turning.add(order);
    const outcome = this.#options.hardware.outcome(order, kept.item);
    this.#after(TURNS / 2, () => {
      if (this.#at("motor turning", order)) return;
      this.#after(TURNS / 2, () => this.#turned(kept, outcome));
    });
  }

  #turned(kept: Kept, outcome: Outcome): void {
    const { order, item } = kept;
    this.#turning.delete(order);
    if (outcome.startsWith("falls")) this.#options.hardware.drop(order, item);
    if (this.#at("goods fallen", order)) return;
    const stage = outcome === "falls" ? "given" : outcome === "jams" ? "failed" : "lost";
    this.#end(kept, stage, "jam");
  }

  /** Written first, said then. */
  #end(kept: Kept, stage: Stage, reason: string): void {
    this.#set({ ...kept, stage, reason });
    this.#options.tell?.(`order ${kept.order}: ${stage} ${stage === "failed" ? reason : ""}`);
    if (this.#at("outcome written", kept.order)) return;
    this.#repeat(kept.order);
    this.#at("reported", kept.order);
  }

  #tick(): void {
    this.#after(REPEAT, () => this.#tick());
    this.#sincePing += REPEAT;
    if (!this.#greeted) return this.#hello();
    if (this.#sincePing >= PING_EVERY) {
      this.#sincePing = 0;
      this.#send("PING");
    }
    for (const [order, waited] of this.#begun) {
      const kept = this.#orders.get(order);
      if (kept && waited >= PATIENCE) {
        this.#begun.delete(order);
        this.#end(kept, "failed", "no_go");
      } else this.#begun.set(order, waited + REPEAT);
    }
    for (const order of this.#orders.keys()) this.#repeat(order);
  }

  /** Says again how an order stands; the till answers each time. */
  #repeat(order: string): void {
    const kept = this.#orders.get(order);
    if (!kept || !this.#greeted) return;
    const { stage, amount, item, reason } = kept;
    if (stage === "given") this.#send("GIVEN", { order });
    else if (stage === "failed") this.#send("FAILED", { order, reason });
    else if (stage === "lost") this.#send("LOST", { order });
    else if (stage === "asked" && this.#begun.has(order)) this.#send("BEGIN", { order });
    else if (stage === "asked" && amount !== null) this.#send("VEND", { order, amount, item });
  }

  #hello(): void {
    this.#send("HELLO", { v: this.#options.version ?? 1, id: this.#options.id, boot: this.#boot });
  }

  /** True when the power went. */
  #at(point: Point, order: string): boolean {
    this.#options.at?.(point, order);
    return this.#dead;
  }

  #set(kept: Kept): void {
    this.#orders.set(kept.order, kept);
    this.#write();
  }

  #forget(order: string): void {
    this.#orders.delete(order);
    this.#begun.delete(order);
    this.#write();
  }

  #write(): void {
    this.#options.memory.write({ boot: this.#boot, next: this.#next, orders: [...this.#orders.values()] });
  }

  #send(word: string, fields: Readonly<Record<string, string | number>> = {}): void {
    if (!this.#dead) this.#line?.(lineOf(word, fields));
  }

  #after(ms: number, run: () => void): void {
    const timer = this.#options.timers.after(ms, () => {
      this.#timers.delete(timer);
      if (!this.#dead) run();
    });
    this.#timers.add(timer);
  }
}
