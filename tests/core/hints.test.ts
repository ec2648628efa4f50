/** Messages of a bank's event stream: which of them lead to a question, and how few. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Bank, Hint } from "../../main/core/bank.ts";
import { createHints, type Hints, type HintsOptions } from "../../main/core/hints.ts";
import type { PaymentDetail, PaymentRow } from "../../main/core/payment.ts";
import type { Events, PaymentFilter, Profile } from "../../main/core/ports.ts";
import type { Live } from "../../main/core/runner.ts";
import type { Settings } from "../../main/core/settings.ts";
import { newRow } from "../support/rows.ts";
import { simulatedClock, type SimulatedClock } from "../support/simulated-clock.ts";

const BILL = "9007199254740993";
const profile = { id: "halyk-1", provider: "halykQr", device: "92059431" } as Profile;
const bank = { name: "halykQr", hint: (_, text) => readHint(text) } as Partial<Bank> as Bank;
const deaf = { name: "kaspi" } as Partial<Bank> as Bank;

function readHint(text: string): Hint | null {
  try {
    return JSON.parse(text) as Hint | null;
  } catch {
    return null;
  }
}

let clock: SimulatedClock;
let streams: Map<string, Parameters<Events["listen"]>[1]>;
let lives: Map<string, Live>;
let rows: PaymentRow[];
let asked: string[];
let looked: PaymentFilter[];
let repaced: number;
let polite: string[];
let closed: number;
let broken: boolean;
let warned: number;
let hints: Hints;

const sale = (id: string, change: Partial<PaymentRow> = {}, detail: Partial<PaymentDetail> = {}): PaymentRow =>
  newRow(
    { id, provider: "halykQr", profileId: profile.id, state: "awaiting_scan", bankId: BILL, ...change },
    { invoiceId: "100000010000001", ...detail },
  );
const live = (row: PaymentRow): Live => {
  const made = { row } as Live;
  lives.set(row.id, made);
  return made;
};
const stream = () => streams.get(profile.id)!;
async function say(hint: Partial<Hint>, times = 1): Promise<void> {
  const text = JSON.stringify({ bankId: BILL, invoiceId: null, raw: "SCANNED", ...hint });
  for (let n = 0; n < times; n += 1) stream().message(text);
  await clock.advance(0);
}

beforeEach(() => {
  clock = simulatedClock();
  streams = new Map();
  lives = new Map();
  rows = [];
  asked = [];
  looked = [];
  polite = [];
  [repaced, closed, warned, broken] = [0, 0, 0, false];
  const options = {
    ports: {
      clock,
      events: {
        listen(id: string, on: Parameters<Events["listen"]>[1]) {
          streams.set(id, on);
          return { close: async () => void (closed += 1) };
        },
      },
      journal: {
        async payments(filter: PaymentFilter) {
          looked.push(filter);
          if (broken) throw new Error("the disk is gone");
          return rows.filter(
            (row) =>
              (filter.bankId ?? row.bankId) === row.bankId &&
              (filter.invoiceId ?? row.detail.invoiceId) === row.detail.invoiceId,
          );
        },
      },
      log: { info() {}, warn: () => void (warned += 1), error() {} },
    },
    settings: {
      providers: [
        { name: "halykQr", profile, events: true },
        { name: "kaspi", profile: { id: "kaspi-1", provider: "kaspi" }, events: true },
      ],
    } as unknown as Settings,
    providers: { bank: (name: string) => (name === "halykQr" ? bank : deaf) },
    runner: {
      all: () => lives.values(),
      live: (id: string) => lives.get(id),
      adoptOld: live,
      hurry: (one: Live, raw: string) => void asked.push(`${one.row.id} ${raw}`),
      repace: () => void (repaced += 1),
      ask: async (one: Live) => void polite.push(one.row.id),
    },
  } satisfies Record<keyof HintsOptions, unknown>;
  hints = createHints(options as unknown as HintsOptions);
  hints.start();
});

describe("a hint", () => {
  test("leads to one question for each status of a bill, however often and in whatever order it comes", async () => {
    live(sale("p1"));
    await say({ raw: "SCANNED" }, 3);
    await say({ raw: "PAID" }, 2);
    await say({ raw: "SCANNED" });
    expect(asked).toEqual(["p1 SCANNED", "p1 PAID"]);
    expect(looked).toEqual([]);
  });

  test("that was forged does not use up the true one: once the bank has said something new, it is asked again", async () => {
    const one = live(sale("p1"));
    await say({ raw: "PAID" }, 2);
    one.row = sale("p1", { state: "awaiting_confirmation", version: 2 });
    await say({ raw: "PAID" }, 2);
    expect(asked).toEqual(["p1 PAID", "p1 PAID"]);
  });

  test("is about a sale by the bank's number, of an earlier profile too, or by our own", async () => {
    live(sale("p1"));
    live(sale("old", { profileId: "halyk-0", bankId: "7" }, { invoiceId: "1" }));
    await say({ bankId: "7", invoiceId: "100000010000001", raw: "BLOCKED" });
    await say({ bankId: null, invoiceId: "100000010000001" });
    expect(asked).toEqual(["old BLOCKED", "p1 SCANNED"]);
  });

  test("about a sale that has no bill yet waits for nothing and uses nothing up", async () => {
    const one = live(sale("p1", { state: "creating", bankId: null }));
    await say({ invoiceId: "100000010000001" });
    expect([asked, looked]).toEqual([[], []]);
    one.row = sale("p1");
    await say({ invoiceId: "100000010000001" });
    expect(asked).toEqual(["p1 SCANNED"]);
  });

  test("with our number and another bill is not about our sale", async () => {
    live(sale("p1"));
    await say({ bankId: "1", invoiceId: "100000010000001" });
    expect(asked).toEqual([]);
  });

  test("about another bank's payment of the same number changes nothing", async () => {
    live(sale("p1", { provider: "kaspi" }));
    rows = [sale("p2", { provider: "kaspi" })];
    await say({ invoiceId: "100000010000001" });
    expect(asked).toEqual([]);
  });

  test("about a sale that is paid, or that the bank has never known, asks nobody", async () => {
    live(sale("p1", { state: "paid", settled: true }));
    live(sale("p2", { state: "failed", settled: true, bankId: "2" }));
    rows = [sale("p3", { state: "paid", settled: true, bankId: "3" })];
    await say({ raw: "REJECTED" });
    await say({ bankId: "2", raw: "PAID" });
    await say({ bankId: "3", raw: "REJECTED" });
    expect(asked).toEqual([]);
  });

  test("about a sale that is over and only in the journal has it asked about once", async () => {
    rows = [sale("p1", { state: "declined", settled: true }), sale("p2", { bankId: "2" }, { invoiceId: "2" })];
    await say({ raw: "PAID" }, 3);
    expect(asked).toEqual(["p1 PAID"]);
    lives.clear();
    await say({ raw: "PAID" });
    expect(asked).toEqual(["p1 PAID"]);
    await say({ bankId: null, invoiceId: "2" });
    expect(asked).toEqual(["p1 PAID", "p2 SCANNED"]);
  });

  test("that is no message at all, or speaks of nothing, costs nothing", async () => {
    live(sale("p1"));
    for (let n = 0; n < 1_000; n += 1) stream().message(`{"garbage": ${n}`);
    for (let n = 0; n < 1_000; n += 1) await say({ bankId: null, invoiceId: null, raw: `${n}` });
    expect([asked, looked]).toEqual([[], []]);
  });

  test("in floods is bounded: statuses of one bill, and numbers that are not ours", async () => {
    live(sale("p1"));
    for (let n = 0; n < 1_000; n += 1) await say({ raw: `STATUS ${n}` });
    expect(asked).toHaveLength(8);
    for (let n = 0; n < 1_000; n += 1) await say({ bankId: `${n}`, raw: "PAID" }, 2);
    expect(looked).toHaveLength(10);
    await clock.advance(4_000);
    for (let n = 1_000; n < 2_000; n += 1) await say({ bankId: `${n}`, raw: "PAID" });
    expect(looked).toHaveLength(12);
    await clock.advance(3_600_000);
    for (let n = 2_000; n < 3_000; n += 1) await say({ bankId: `${n}`, raw: "PAID" });
    expect(looked).toHaveLength(22);
  });

  test("about a number that is not ours is looked up once, whatever its status", async () => {
    for (const raw of ["NEW", "SCANNED", "BLOCKED", "PAID"]) await say({ bankId: "5", raw });
    expect(looked).toHaveLength(1);
  });

  test("while the disk refuses is a line in the log", async () => {
    broken = true;
    await say({ raw: "PAID" });
    expect([asked, warned]).toEqual([[], 1]);
  });
});

describe("the stream", () => {
  test("is off where the bank has none, and down until it is up", () => {
    expect([hints.state("kaspi"), hints.state("halykQr"), hints.state("epay" as never)]).toEqual([
      "off",
      "down",
      "off",
    ]);
    expect([...streams.keys()]).toEqual([profile.id]);
    stream().health(true);
    expect([hints.state("halykQr"), hints.isUp(profile.id), hints.isUp("kaspi-1")]).toEqual(["up", true, false]);
    stream().health(false);
    expect([hints.state("halykQr"), hints.isUp(profile.id)]).toEqual(["down", false]);
  });

  test("sets the pace anew with each change, and only then", () => {
    for (const healthy of [false, true, true, false, false]) stream().health(healthy);
    expect(repaced).toBe(2);
  });

  test("that comes up has every open sale of its profile asked about once more at the usual pace", () => {
    live(sale("p1"));
    live(sale("p2", { profileId: "halyk-0" }));
    live(sale("p3", { state: "paid", settled: true }));
    stream().health(true);
    expect(polite).toEqual(["p1"]);
    stream().health(false);
    expect(polite).toEqual(["p1"]);
  });

  test("ends with the till: nothing is asked afterwards", async () => {
    live(sale("p1"));
    stream().health(true);
    await hints.stop();
    expect([closed, hints.isUp(profile.id)]).toEqual([1, false]);
    await say({ raw: "PAID" });
    stream().health(false);
    expect([asked, repaced]).toEqual([[], 1]);
  });
});
