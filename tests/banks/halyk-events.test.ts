/** Halyk's event stream over a real broker, beside real HTTPS: it hurries the questions, and decides nothing. */
import { beforeAll, describe, expect, test, type TestContext } from "vitest";
import { createEvents, type EventsAdapter } from "../../main/adapters/events.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { startBroker, type Broker } from "../support/broker.ts";
import { openRealDesk, type RealDesk } from "../support/real-desk.ts";
import { scaledClock, type ScaledClock } from "../support/scaled-clock.ts";
import { startHalykSide, type HalykSide } from "./halyk-harness.ts";

const TOPIC = "ob-qr-service-status-events";
/** Slow enough for real milliseconds to mean something: a poll each second, a rare one each five. */
const SCALE = 5;
const INTERVAL = 5_000;

interface Shop {
  readonly clock: ScaledClock;
  readonly bank: HalykSide;
  readonly desk: RealDesk;
  readonly broker: Broker | null;
  /** Starts a sale and returns its row once the code is on the screen. */
  sell(): Promise<PaymentRow>;
  /** The bank does something; resolves to the real milliseconds until it is asked about that bill. */
  hurried(row: PaymentRow, act: () => unknown): Promise<number>;
  /** How often the bank was asked about a bill. */
  asked(row: PaymentRow): number;
  isUp(): boolean;
}

// Its authority is made once for all of them.
beforeAll(async () => {
  const clock = scaledClock(SCALE);
  const bank = await startHalykSide({ clock });
  await bank.stop();
  clock.stop();
});

async function open(context: TestContext, { events: wanted }: { readonly events: boolean }): Promise<Shop> {
  const undo: (() => unknown)[] = [];
  context.onTestFinished(async () => {
    for (const end of undo.toReversed()) await end();
  });
  const clock = scaledClock(SCALE);
  undo.push(() => clock.stop());
  const bank = await startHalykSide({ clock });
  undo.push(() => bank.stop());
  let broker: Broker | null = null;
  let events: EventsAdapter | null = null;
  if (wanted) {
    broker = await startBroker({ topic: TOPIC });
    const { address } = broker;
    undo.push(() => broker?.close());
    const settings = { brokers: [address], topic: TOPIC, groupId: "qabyl-T1-0a1b2c3d", tls: null, sasl: null };
    const log = { info() {}, warn() {}, error() {} };
    events = createEvents({ settings: async () => settings, log, waitMs: 30 });
    undo.push(() => events?.close());
    // While the broker is dead the bank's events are lost.
    bank.simulator.onEvent((text) => void broker?.produce(text).catch(() => undefined));
  }
  const desk = await openRealDesk({ clock, bank, ...(events && { events }) });
  undo.push(() => desk.close());
  const isUp = (): boolean => desk.core.bank.events("halykQr") === "up";
  if (wanted) await desk.until("the stream is up", isUp, 150_000);
  const asked = ({ bankId }: PaymentRow): number => bank.questions(bankId ?? "").length;
  return {
    clock,
    bank,
    desk,
    broker,
    isUp,
    asked,
    async sell() {
      const { id } = await desk.charge();
      const row = await desk.reaches(id, "awaiting_scan");
      // The event of the creation itself: NEW.
      if (wanted) await desk.until("it is asked about", () => asked(row) > 0);
      return row;
    },
    async hurried(row, act) {
      const before = asked(row);
      const begun = performance.now();
      await act();
      await desk.until("it is asked about", () => asked(row) > before);
      return performance.now() - begun;
    },
  };
}

/** What a sale came to, apart from its ids and times. */
function outcome({ desk, bank }: Shop, id: string): unknown {
  const { state, settled, late, error, detail, minor } = desk.row(id);
  const steps = detail.history.map(({ state: to, cause }) => `${to}: ${cause}`);
  const captured = bank.payments().filter((payment) => payment.captured);
  return { state, settled, late, error, minor, steps, creations: bank.creations().length, captured: captured.length };
}

const PAID = {
  state: "paid",
  settled: true,
  late: false,
  error: null,
  minor: 500_000,
  steps: ["creating: created", "awaiting_scan: token", "awaiting_confirmation: bank-scanned", "paid: bank-paid"],
  creations: 1,
  captured: 1,
};

describe.concurrent("the same sale", { timeout: 60_000 }, () => {
  test("with the broker: asked within 150 ms of each event, few polls; forged, doubled and foreign events change nothing", async (context) => {
    const shop = await open(context, { events: true });
    const { desk, bank, broker } = shop;
    const sale = await shop.sell();
    const bill = sale.bankId ?? "";
    const times = [await shop.hurried(sale, () => bank.scan(bill))];
    await desk.reaches(sale.id, "awaiting_confirmation");

    // PAID, which the bank itself knows nothing of, from whoever can write into the topic.
    const event = { billId: bill, terminal: bank.simulator.terminal, amount: "5000.00", status: "PAID" };
    times.push(await shop.hurried(sale, () => broker?.produce(JSON.stringify(event))));
    const questions = shop.asked(sale);
    await broker?.produce([
      ...Array.from({ length: 20 }, () => JSON.stringify(event)),
      JSON.stringify({ ...event, terminal: "11111111", status: "REJECTED" }),
      JSON.stringify({ ...event, billId: "1", status: "REJECTED" }),
      '{"billId": ',
      "[]",
    ]);
    await new Promise((later) => setTimeout(later, 300));
    expect(shop.asked(sale)).toBe(questions);
    expect(desk.row(sale.id).state).toBe("awaiting_confirmation");

    times.push(await shop.hurried(sale, () => bank.simulator.block(bill)));
    times.push(await shop.hurried(sale, () => bank.confirm(bill)));
    await desk.reaches(sale.id, "paid", true);
    expect(outcome(shop, sale.id)).toEqual(PAID);
    // On a machine that is busy with other things one of them may be late.
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(150);
    expect(Math.max(...times)).toBeLessThan(500);
    expect(desk.errors).toEqual([]);
  });

  test("without one: the polls alone bring the same result", async (context) => {
    const shop = await open(context, { events: false });
    const sale = await shop.sell();
    shop.bank.scan(sale.bankId ?? "");
    await shop.desk.reaches(sale.id, "awaiting_confirmation", false, 2 * INTERVAL);
    shop.bank.confirm(sale.bankId ?? "");
    await shop.desk.reaches(sale.id, "paid", true, 2 * INTERVAL);
    expect(outcome(shop, sale.id)).toEqual(PAID);
  });

  test("with a broker that dies in the middle and comes back: the polls take over within one interval", async (context) => {
    const shop = await open(context, { events: true });
    const { clock, desk, bank, broker } = shop;
    const sale = await shop.sell();
    const bill = sale.bankId ?? "";
    await shop.hurried(sale, () => bank.scan(bill));
    await desk.reaches(sale.id, "awaiting_confirmation");
    const calm = shop.asked(sale);
    await clock.sleep(2 * INTERVAL);
    expect(shop.asked(sale)).toBe(calm);

    await broker?.kill();
    await desk.until("the death is noticed", () => !shop.isUp(), 2 * INTERVAL);
    const died = clock.mono();
    await desk.until("a poll", () => shop.asked(sale) > calm, INTERVAL + 1_000);
    expect(clock.mono() - died).toBeLessThan(INTERVAL + 1_000);
    // Nobody hears this event.
    bank.simulator.block(bill);

    await broker?.start();
    await desk.until("it is back", shop.isUp, 80_000);
    expect(desk.row(sale.id).state).toBe("awaiting_confirmation");
    await shop.hurried(sale, () => bank.confirm(bill));
    await desk.reaches(sale.id, "paid", true);
    expect(outcome(shop, sale.id)).toEqual(PAID);
    expect(desk.errors).toEqual([]);
  });

  test("paid while the broker is dead: the next poll says so", async (context) => {
    const shop = await open(context, { events: true });
    const { desk, bank, broker } = shop;
    const sale = await shop.sell();
    await shop.hurried(sale, () => bank.scan(sale.bankId ?? ""));
    await desk.reaches(sale.id, "awaiting_confirmation");
    await broker?.kill();
    bank.confirm(sale.bankId ?? "");
    await desk.reaches(sale.id, "paid", true, 2 * INTERVAL);
    expect(outcome(shop, sale.id)).toEqual(PAID);
  });
});
