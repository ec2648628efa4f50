/** How wrong tokens are counted, on a clock of the test; who is let stay; and that no program comes near a person's PIN. */
import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDoor } from "../../main/door.ts";
import { vouch } from "../../main/till/guard.ts";
import { createSlowDown } from "../../main/till/slow-down.ts";
import { testPeople } from "../support/desk.ts";
import { openTill } from "../support/till.ts";

class Line extends EventEmitter {
  destroyed = false;
  readonly remoteAddress: string;
  constructor(remoteAddress = "127.0.0.1") {
    super();
    this.remoteAddress = remoteAddress;
  }
  destroy(): void {
    this.destroyed = true;
    this.emit("close");
  }
}
const on = (line: Line): IncomingMessage => ({ socket: line }) as unknown as IncomingMessage;

describe("wrong tokens", () => {
  let now = 0;
  let noted: number[];
  const fresh = () =>
    createSlowDown(
      () => now,
      (wrong) => noted.push(wrong),
    );
  beforeEach(() => {
    now = 0;
    noted = [];
    vi.useFakeTimers();
  });
  afterEach(() => vi.useRealTimers());
  /** What each of so many is told. */
  async function tell(times: number, one: (n: number) => Promise<number>): Promise<number[]> {
    const said: number[] = [];
    for (let n = 0; n < times; n += 1) {
      const told = one(n);
      await vi.advanceTimersByTimeAsync(5_000);
      said.push(await told);
    }
    return said;
  }

  it("of one connection: five, then 1 s, and twice as long each time up to a minute", async () => {
    const slow = fresh();
    const line = new Line();
    expect(await tell(13, (n) => slow.wrong(on(line), `print ${n}`))).toEqual([
      0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60,
    ]);
  });
  it("the same one again and again, on ever new connections: the same", async () => {
    const slow = fresh();
    expect(await tell(7, () => slow.wrong(on(new Line()), "print"))).toEqual([0, 0, 0, 0, 0, 1, 2]);
  });
  it("ever new ones on ever new connections: twenty for an address, and another address has its own", async () => {
    const slow = fresh();
    const said = await tell(22, (n) => slow.wrong(on(new Line()), `print ${n}`));
    expect(said.slice(18)).toEqual([0, 0, 1, 2]);
    expect(await tell(1, () => slow.wrong(on(new Line("10.0.0.2")), "print"))).toEqual([0]);
  });
  it("are forgotten ten minutes after the last", async () => {
    const slow = fresh();
    const line = new Line();
    await tell(6, () => slow.wrong(on(line), "print"));
    now += 10 * 60_000 + 1;
    expect(await tell(1, () => slow.wrong(on(line), "print"))).toEqual([0]);
  });
  it("are held back, at most 32 at once, and not for whoever hangs up", async () => {
    const slow = fresh();
    let answered = 0;
    const wrong = (line: Line) => slow.wrong(on(line), "print").then(() => (answered += 1));
    for (let n = 0; n < 5; n += 1) await wrong(new Line());
    const lines = Array.from({ length: 40 }, () => new Line());
    for (const line of lines) void wrong(line);
    await vi.advanceTimersByTimeAsync(0);
    expect(answered).toBe(5 + 8);
    lines[0]?.destroy();
    await vi.advanceTimersByTimeAsync(0);
    expect(answered).toBe(5 + 9);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(answered).toBe(45);
  });
  it("are told to the log each time their number has doubled, not one by one", async () => {
    const slow = fresh();
    await tell(70, (n) => slow.wrong(on(new Line()), `print ${n}`));
    expect(noted).toEqual([32, 64]);
  });
  it("leave no more behind than of 512 sources", async () => {
    const slow = fresh();
    for (let n = 0; n < 2_000; n += 1) void slow.wrong(on(new Line(`10.0.${n >> 8}.${n & 255}`)), "");
    // The first has been forgotten for the others' sake.
    expect(await tell(1, () => slow.wrong(on(new Line("10.0.0.0")), ""))).toEqual([0]);
  });
});

describe("the door", () => {
  let now = 0;
  const admit = (door: ReturnType<typeof createDoor>, count: number): Line[] =>
    Array.from({ length: count }, () => {
      const line = new Line();
      door.admit(line as unknown as Socket);
      return line;
    });
  const left = (lines: readonly Line[]): number => lines.filter(({ destroyed }) => !destroyed).length;
  beforeEach(() => {
    now = 0;
  });

  it("lets 128 strangers stay, and turns the oldest out for a newcomer when they have had half a second", () => {
    const door = createDoor(() => now);
    const first = admit(door, 128);
    expect(left(first)).toBe(128);
    now = 500;
    const [next] = admit(door, 1);
    expect([first[0]?.destroyed, left(first), next?.destroyed]).toEqual([true, 127, false]);
  });
  it("in a crowd that comes all at once keeps 512, the newest", () => {
    const door = createDoor(() => now);
    const crowd = admit(door, 1_000);
    expect(left(crowd)).toBe(512);
    expect(left(crowd.slice(-512))).toBe(512);
  });
  it("never turns out one that has shown a right, however long it has been there", () => {
    const door = createDoor(() => now);
    const known = admit(door, 100);
    for (const line of known) vouch(on(line));
    for (let n = 0; n < 40; n += 1) {
      now += 600;
      admit(door, 100);
    }
    expect(left(known)).toBe(100);
  });
  it("with nobody but known ones turns the newcomer away", () => {
    const door = createDoor(() => now);
    const known = admit(door, 512);
    for (const line of known) vouch(on(line));
    const [next] = admit(door, 1);
    expect([left(known), next?.destroyed]).toEqual([512, true]);
    known[0]?.destroy();
    expect(left(admit(door, 1))).toBe(1);
  });
  it("knows a TLS connection by what was shown inside it", () => {
    const door = createDoor(() => now);
    const [bare] = admit(door, 1);
    const inside = Object.assign(new Line(), { remotePort: undefined });
    door.secured(inside as unknown as Socket);
    vouch(on(inside));
    now = 600;
    admit(door, 200);
    expect(bare?.destroyed).toBe(false);
  });
});

describe("a PIN", () => {
  it("is asked of nobody through the till API: a program can neither try one nor make the person at the screen wait", async () => {
    const tried: string[] = [];
    const people = testPeople({ "1111": { id: "s1", name: "Старший", role: "senior" } });
    const watched = { ...people, identify: (pin: string) => (tried.push(pin), people.identify(pin, ["senior"])) };
    const till = await openTill({ people: watched });
    try {
      const sale = (await till.pay({ amount: "5000.00", provider: "kaspi" })).json();
      const post = (path: string, body: object) =>
        till.call("POST", path, body, { "idempotency-key": `k${Math.random()}` });
      for (let n = 0; n < 8; n += 1) {
        await post("/refunds", { paymentId: sale.id, amount: "5000.00", pin: "0000" });
        await post("/refunds", {
          paymentId: sale.id,
          amount: "5000.00",
          recorded: true,
          reason: "in the app",
          by: "1c",
          pin: "0000",
        });
        await post("/refunds/some-id/select", { operationId: "1", amount: "5000.00", pin: "0000" });
        for (const path of ["/review", "/review/resolve", `/payments/${sale.id}/resolve`])
          expect((await post(path, { outcome: "treatedAsPaid", reason: "because", pin: "0000" })).status).toBe(404);
      }
      expect(tried).toEqual([]);
    } finally {
      await till.close();
    }
  });
});
