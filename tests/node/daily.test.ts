/** The daily restart: at the shop's hour, and never into a payment, whatever the clock does. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDaily, isTime, type Moment } from "../../main/daily.ts";
import { silentLog } from "../support/desk.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 04:30 in Almaty (UTC+5). */
const AT = Date.parse("2026-03-02T23:30:00Z");
const setup = (more: object = {}): any => ({
  mode: "kiosk",
  timezone: "Asia/Almaty",
  kiosk: { restartAt: "04:30" },
  ...more,
});
const night: Moment = { now: AT, up: 20 * HOUR, alone: 5 * MINUTE };
const idle: any = { current: null, refund: null, app: { locked: true } };
const due = (more: Partial<Moment> = {}, with_: object = {}, scene: any = idle, busy = false): boolean =>
  isTime(setup(with_), { ...night, ...more }, scene, busy);

describe("the time", () => {
  it.each([
    ["a minute before", -MINUTE, false],
    ["at it", 0, true],
    ["an hour and 59 minutes later: something was open till then", 119 * MINUTE, true],
    ["two hours later: not before the next day", 120 * MINUTE, false],
    ["at noon", 7.5 * HOUR, false],
  ])("%s", (_, after, expected) => expect(due({ now: AT + after })).toBe(expected));
  it("is the shop's, over midnight too", () => {
    expect(due({}, { timezone: "Europe/Berlin" })).toBe(false);
    expect(due({ now: Date.parse("2026-03-03T03:30:00Z") }, { timezone: "Europe/Berlin" })).toBe(true);
    const late = { kiosk: { restartAt: "23:30" } };
    expect(due({ now: Date.parse("2026-03-02T19:45:00Z") }, late)).toBe(true);
    expect(due({ now: Date.parse("2026-03-02T20:29:00Z") }, late)).toBe(true);
    expect(due({ now: Date.parse("2026-03-02T20:31:00Z") }, late)).toBe(false);
  });
  it("is never for a till with a cashier, and never where none is set", () => {
    expect([due({}, { mode: "cashier" }), due({}, { mode: "refund" }), due({}, { mode: "vending" })]).toEqual([
      false,
      false,
      true,
    ]);
    expect(due({}, { kiosk: { restartAt: null } })).toBe(false);
  });
  it("has been, for a till that was started less than three hours ago: a clock set back makes no loop", () => {
    expect([due({ up: 2 * HOUR }), due({ up: 3 * HOUR })]).toEqual([false, true]);
  });
});

describe("it waits", () => {
  it.each([
    ["for a payment or goods in hand", [{}, {}, idle, true]],
    ["for a result that somebody may be reading", [{}, {}, { ...idle, current: { state: "paid" } }]],
    ["for a refund code on the screen", [{}, {}, { ...idle, refund: {} }]],
    ["for a technician at work", [{}, {}, { ...idle, app: { locked: false } }]],
    ["for a customer who touched the screen a moment ago", [{ alone: MINUTE }]],
    ["until it knows what is on the screen", [{}, {}, null]],
  ] as const)("%s", (_, args) => expect((due as any)(...args)).toBe(false));
});

describe("the host's part", () => {
  let now: number;
  let begun: number;
  let busy: boolean;
  let free: boolean;
  let did: string[];
  let daily: ReturnType<typeof createDaily>;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearInterval", "performance"] });
    [begun, busy, free, did] = [performance.now() - 20 * HOUR, false, true, []];
    now = AT - 10 * MINUTE - performance.now();
    daily = createDaily({
      now: () => now + performance.now(),
      up: () => performance.now() - begun,
      again: () => did.push("again"),
    });
    daily.begin({
      core: {
        watch: (_: string, listener: (scene: unknown) => void) => {
          listener(idle);
          return () => undefined;
        },
        bank: { busy: () => busy },
      },
      log: silentLog,
      setup: () => setup(),
      async stopIfFree() {
        did.push("free?");
        return free;
      },
      async stop() {
        did.push("stop");
      },
    } as never);
  });
  afterEach(() => {
    daily.end();
    vi.useRealTimers();
  });
  const pass = (minutes: number): Promise<unknown> => vi.advanceTimersByTimeAsync(minutes * MINUTE);

  it("stops everything, then begins anew, once", async () => {
    await pass(9);
    expect(did).toEqual([]);
    await pass(3);
    expect(did).toEqual(["free?", "stop", "again"]);
    await pass(30);
    expect(did).toHaveLength(3);
  });
  it("looks again each minute while a payment is open at 04:30", async () => {
    busy = true;
    await pass(40);
    expect(did).toEqual([]);
    busy = false;
    await pass(1);
    expect(did.at(-1)).toBe("again");
  });
  it("does nothing when a payment has begun in the very moment, and tries again", async () => {
    free = false;
    await pass(12);
    expect(new Set(did)).toEqual(new Set(["free?"]));
    free = true;
    await pass(1);
    expect(did.slice(-2)).toEqual(["stop", "again"]);
  });
  it("counts each command of the screen as somebody who is there", async () => {
    const seen = daily.seen({ call: async () => ({ ok: true, value: null }) } as never);
    for (let minute = 0; minute < 14; minute += 1) {
      await seen.call({ kind: "person", name: "cashier" }, "health", {});
      await pass(1);
    }
    expect(did).toEqual([]);
    await pass(2);
    expect(did.at(-1)).toBe("again");
  });
  it("a clock that jumps to the hour and back does it once in three hours", async () => {
    now += 10 * MINUTE;
    await pass(2);
    expect(did.at(-1)).toBe("again");
    // The next process, at the same hour again because the clock was set back.
    begun = performance.now();
    now -= 5 * MINUTE;
    expect(
      isTime(setup(), { now: now + performance.now() + 6 * MINUTE, up: 6 * MINUTE, alone: HOUR }, idle, false),
    ).toBe(false);
  });
  it("begins anew although something does not end", async () => {
    daily.end();
    const other = createDaily({ now: () => AT, up: () => performance.now() - begun, again: () => did.push("again") });
    other.begin({
      core: { watch: (_: string, tell: (scene: unknown) => void) => tell(idle), bank: { busy: () => false } },
      log: silentLog,
      setup: () => setup(),
      stopIfFree: async () => true,
      stop: () => new Promise(() => undefined),
    } as never);
    await pass(3);
    await vi.advanceTimersByTimeAsync(3_000);
    other.end();
    expect(did).toEqual(["again"]);
  });
});
