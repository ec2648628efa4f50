/** Refunds that nobody knows the end of: the list, a named person's decision, and the bank's word or figure after it. */
import { afterEach, describe, expect, it } from "vitest";
import type { DoubtItem } from "../../contract/review.ts";
import type { Outcome } from "../../contract/states.ts";
import { minor } from "../../contract/money.ts";
import { openDesk, profileOf, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { refusal, type Fate } from "../support/scripted-bank.ts";
import { openBillDesk, type BillDesk } from "./refund-bill-desk.ts";
import { HOUR, MINUTE, refundDesk, SECOND } from "./refund-helpers.ts";

const RETURN = "/payment/return";
const DETAILS = "/payment/details";
const LOST = { fail: "closed", reach: "sent" } as const;
const BLIND: Fate = { answer: refusal("-999") };
const late = (acts: number): Fate => ({ fail: "closed", reach: "sent", acts });
const PEOPLE = testPeople({ "2222": { id: "s", name: "Болат", role: "senior" } });

let desk: Pick<Desk, "call" | "snapshot" | "close">;
let kaspi: Desk;
let bills: BillDesk;
const clerk = refundDesk(() => kaspi);
afterEach(() => desk.close());

async function list(): Promise<readonly DoubtItem[]> {
  const result = await desk.call("review.list", {});
  if (!result.ok) throw new Error(result.error.code);
  expect(desk.snapshot().inDoubt.count).toBe(result.value.items.length);
  return result.value.items;
}
async function only(): Promise<DoubtItem> {
  const items = await list();
  expect(items).toHaveLength(1);
  return items[0] as DoubtItem;
}
const decide = (id: string, outcome: Outcome) =>
  desk.call("review.resolve", { id, outcome, reason: "Клиент показал выписку", pin: "2222" });
async function decided(id: string, outcome: Outcome): Promise<void> {
  expect(await decide(id, outcome)).toEqual({ ok: true, value: null });
}
const banners = (): string[] => desk.snapshot().banners.map(({ kind, refund }) => `${kind} ${refund?.state ?? ""}`);

describe("where the bank has a figure", () => {
  /** A refund of 1000 of a sale of 5000 whose answer was lost; the bank gives no figure for two minutes. */
  async function blind(fate: Fate = LOST): Promise<{ id: string; sale: string; purchase: string }> {
    kaspi = await openDesk({ settings: testSettings(profileOf("3")), people: PEOPLE });
    desk = kaspi;
    const sale = await clerk.paid("5000.00");
    kaspi.bank.next(RETURN, fate);
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    kaspi.bank.always(DETAILS, BLIND);
    await kaspi.clock.advance(2 * MINUTE + SECOND);
    return { id, sale: sale.id, purchase: sale.bankId };
  }
  const see = async (): Promise<void> => {
    kaspi.bank.always(DETAILS, null);
    await kaspi.clock.advance(MINUTE);
  };
  const look = (paymentId: string) => kaspi.call("refunds.look", { paymentId });

  it("is listed with both figures, and cannot be decided while the till reads them itself", async () => {
    kaspi = await openDesk({ settings: testSettings(profileOf("3")), people: PEOPLE });
    desk = kaspi;
    const sale = await clerk.paid("5000.00");
    kaspi.bank.next(RETURN, LOST);
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    await kaspi.clock.advance(15 * SECOND);
    kaspi.bank.available(sale.bankId, 430_000);
    await kaspi.clock.advance(30 * SECOND);
    const item = await only();
    expect(item).toMatchObject({
      of: "refund",
      id,
      number: "A1-R000001",
      cause: "no_answer",
      payment: null,
      outcomes: [],
    });
    expect(item.availableBefore).toMatchObject({ minor: 500_000 });
    expect(item.availableAfter.map((reading) => reading.minor)).toEqual([500_000, 430_000]);
    expect(item.calls).toMatchObject([{ outcome: "sent", bankCode: null }]);
    expect(item.asksUntil).not.toBeNull();
    expect(await decide(id, "treatedAsRefunded")).toMatchObject({ error: { code: "not_resolvable" } });
    await kaspi.clock.advance(2 * MINUTE);
    expect(await only()).toMatchObject({ cause: "review", canAsk: true, asksUntil: null, outcomes: { length: 2 } });
    expect(await decide(id, "treatedAsPaid")).toMatchObject({ error: { code: "not_resolvable" } });
    expect(banners()).toEqual([]);
    await kaspi.call("refunds.dismiss", { id });
    expect(banners()).toEqual(["in-doubt needs_review"]);
    await kaspi.restart();
    expect(kaspi.snapshot().inDoubt).toMatchObject({ count: 1, announce: true });
    expect(await clerk.ask({ paymentId: sale.id, amount: "10.00" })).toMatchObject({ error: { code: "refund_open" } });
    await decided(id, "treatedAsNotRefunded");
    expect(banners()).toEqual([]);
    expect(await clerk.get(id)).toMatchObject({
      state: "needs_review",
      settled: true,
      resolution: { outcome: "treatedAsNotRefunded", by: "Болат" },
    });
    const next = await clerk.begin({ paymentId: sale.id, amount: "10.00" });
    await kaspi.clock.advance(4 * MINUTE);
    expect(await clerk.get(next.id)).toMatchObject({ state: "refunded" });
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("10.00");
  });

  it("`treatedAsNotRefunded` frees the purchase, but nothing is sent while the first may still arrive", async () => {
    const { id, sale, purchase } = await blind(late(170 * SECOND));
    await decided(id, "treatedAsNotRefunded");
    kaspi.bank.always(DETAILS, null);
    const next = await clerk.begin({ paymentId: sale, amount: "1000.00" });
    expect(clerk.sendings()).toBe(1);
    await kaspi.clock.advance(5 * MINUTE);
    // It did arrive, and whoever decided is told before anything more goes.
    expect(clerk.sendings()).toBe(1);
    expect(kaspi.bank.left(purchase)).toBe(400_000);
    expect(await clerk.get(id)).toMatchObject({ state: "refunded", resolution: { outcome: "treatedAsNotRefunded" } });
    expect(await clerk.get(next.id)).toMatchObject({ state: "failed", error: { code: "refund_moved" } });
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    expect(banners()).toEqual(["in-doubt refunded", "contradiction refunded"]);
    expect(await only()).toMatchObject({ id, cause: "contradicted", outcomes: { length: 2 } });
    await kaspi.clock.advance(48 * HOUR);
    await kaspi.restart();
    expect(await only()).toMatchObject({ id, cause: "contradicted" });
    expect(kaspi.snapshot().refund).toBeNull();
    await decided(id, "treatedAsRefunded");
    expect(await list()).toEqual([]);
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
  });

  it.each<[string, Fate, string, string, number]>([
    ["did arrive", late(170 * SECOND), "refunded", "failed", 1],
    ["did not", LOST, "not_executed", "refunded", 2],
  ])(
    "the look before the next sending decides about the first, which %s, and the next one's figure is not read as its own",
    async (_, fate, first, second, sendings) => {
      const { id, sale, purchase } = await blind(fate);
      await decided(id, "treatedAsNotRefunded");
      const next = await clerk.begin({ paymentId: sale, amount: "1000.00" });
      await kaspi.clock.advance(65 * SECOND);
      // The first one's own next reading would come later than this.
      kaspi.bank.always(DETAILS, null);
      await kaspi.clock.advance(10 * SECOND);
      expect(await clerk.get(id)).toMatchObject({ state: first });
      expect(await clerk.get(next.id)).toMatchObject({ state: second });
      await kaspi.clock.advance(HOUR);
      expect((await clerk.get(id)).state).toBe(first);
      expect(clerk.sendings()).toBe(sendings);
      expect(kaspi.bank.left(purchase)).toBe(400_000);
      expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
      expect(await list()).toHaveLength(first === "refunded" ? 1 : 0);
    },
  );

  it("what was recorded and what was sent after it are not read together as its own", async () => {
    const { id, sale, purchase } = await blind();
    await decided(id, "treatedAsNotRefunded");
    await clerk.begin({ paymentId: sale, amount: "300.00", recorded: true, reason: "Kaspi Pay", pin: "2222" });
    kaspi.bank.available(purchase, 470_000);
    const next = await clerk.begin({ paymentId: sale, amount: "700.00" });
    await kaspi.clock.advance(65 * SECOND);
    kaspi.bank.always(DETAILS, null);
    await kaspi.clock.advance(HOUR);
    expect(await clerk.get(next.id)).toMatchObject({ state: "refunded" });
    expect(kaspi.bank.left(purchase)).toBe(400_000);
    expect((await clerk.get(id)).state).not.toBe("refunded");
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    expect(await list()).toEqual([]);
  });

  it("`treatedAsRefunded` counts, also against a larger figure of the bank's; the bank's no stands open again", async () => {
    const { id, sale, purchase } = await blind();
    await decided(id, "treatedAsRefunded");
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    kaspi.bank.next(DETAILS, {
      answer: `{"StatusCode":0,"Data":{"QrPaymentId":${purchase},"TotalAmount":5000.00,"AvailableReturnAmount":5000.00}}`,
    });
    expect(await look(sale)).toMatchObject({ value: { available: "4000.00", refunded: "1000.00", isOurs: false } });
    await see();
    // Read on after the decision: it did not move.
    expect(await clerk.get(id)).toMatchObject({ state: "not_executed", resolution: { outcome: "treatedAsRefunded" } });
    expect(await only()).toMatchObject({ id, cause: "contradicted" });
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    expect(await clerk.select(id, purchase, "1000.00")).toMatchObject({ error: { code: "already_final" } });
    const large = await clerk.begin({ paymentId: sale, amount: "4500.00" });
    await kaspi.clock.advance(5 * MINUTE);
    expect(await clerk.get(large.id)).toMatchObject({ state: "failed", error: { code: "refund_too_large" } });
    await kaspi.restart();
    expect(await only()).toMatchObject({ id, cause: "contradicted" });
    await decided(id, "treatedAsNotRefunded");
    expect((await clerk.payment(sale)).refundedAmount).toBe("0.00");
    // Now it may be tried again, and that is another act.
    await clerk.select(id, purchase, "1000.00");
    await kaspi.clock.advance(5 * MINUTE);
    expect(await clerk.get(id)).toMatchObject({ state: "refunded", resolution: null });
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    expect(kaspi.bank.left(purchase)).toBe(400_000);
    expect(clerk.sendings()).toBe(2);
  });

  it("the bank's figure bears a person out: counted once, and no news", async () => {
    const { id, sale } = await blind({ ...LOST, acts: true });
    await decided(id, "treatedAsRefunded");
    await kaspi.restart();
    await see();
    expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    expect(banners()).toEqual([]);
    expect(await list()).toEqual([]);
  });
});

describe("where the bank has none (a lost Halyk refund)", () => {
  /** A refund of 1500 of a sale of 5000 whose answer was lost. */
  async function lost(): Promise<string> {
    bills = await openBillDesk(PEOPLE);
    desk = bills;
    bills.bank.next("/refund", LOST);
    const { id } = await bills.begin("1500.00");
    expect(await only()).toMatchObject({
      id,
      cause: "review",
      canAsk: false,
      availableBefore: null,
      availableAfter: [],
    });
    expect(await bills.ask({ paymentId: "p1", amount: "1.00" })).toMatchObject({ error: { code: "refund_open" } });
    return id;
  }
  const refunded = async (): Promise<string> => {
    const sale = await bills.call("payments.get", { id: "p1" });
    return sale.ok ? sale.value.refundedAmount : "";
  };

  it("`treatedAsRefunded` is part of our own sum", async () => {
    const id = await lost();
    await decided(id, "treatedAsRefunded");
    expect(await refunded()).toBe("1500.00");
    await bills.restart();
    expect(await list()).toEqual([]);
    await bills.clock.advance(4 * MINUTE);
    const more = await bills.ask({ paymentId: "p1", amount: "3500.01" });
    expect(more).toMatchObject({ value: { refund: { state: "failed", error: { code: "refund_too_large" } } } });
    expect(await bills.begin("3500.00")).toMatchObject({ state: "pending", available: "3500.00" });
  });

  it.each([false, true])(
    "`treatedAsNotRefunded` is not; what was sent has its time to arrive (restart: %s)",
    async (restart) => {
      const id = await lost();
      await bills.clock.advance(10 * SECOND);
      await decided(id, "treatedAsNotRefunded");
      if (restart) await bills.restart();
      const next = await bills.begin("5000.00");
      expect(bills.sendings()).toBe(1);
      await bills.clock.advance(170 * SECOND);
      expect(bills.sendings()).toBe(1);
      await bills.clock.advance(30 * SECOND);
      expect(bills.sendings()).toBe(2);
      expect(await bills.get(next.id)).toMatchObject({ state: "pending", available: "5000.00" });
      expect(await refunded()).toBe("0.00");
    },
  );

  it("also where it was sent under the sale's other name", async () => {
    bills = await openBillDesk(PEOPLE);
    desk = bills;
    await bills.clock.advance(10 * MINUTE);
    bills.bank.next("/refund", LOST);
    const { id } = await bills.begin("", { provider: "halykQr", rrn: "123456789012", amount: "10.00" });
    await decided(id, "treatedAsNotRefunded");
    const facts = { reference: "123456789012", fee: null, bonus: null, card: null, lines: [] };
    await bills.sell({ bankId: "78" }, { facts });
    bills.bank.purchase("78", 500_000);
    await bills.begin("", { paymentId: "p2", amount: "10.00" });
    expect(bills.sendings()).toBe(1);
    await bills.clock.advance(4 * MINUTE);
    expect(bills.sendings()).toBe(2);
  });

  it("a bill under review that has left the memory is asked about on request, and its word counts", async () => {
    bills = await openBillDesk(PEOPLE);
    desk = bills;
    bills.bank.always("/bill", LOST);
    const { id } = await bills.begin("1500.00");
    await bills.clock.advance(21 * MINUTE);
    await decided(id, "treatedAsNotRefunded");
    await bills.restart();
    bills.bank.always("/bill", null);
    bills.bank.say("refunded");
    await bills.call("refunds.refresh", { id });
    expect(await bills.get(id)).toMatchObject({ state: "refunded", settled: true });
    expect(await refunded()).toBe("1500.00");
    expect(await only()).toMatchObject({ id, cause: "contradicted" });
  });

  it("another sum than was asked for, after a decision, stands open again", async () => {
    bills = await openBillDesk(PEOPLE);
    desk = bills;
    bills.bank.always("/bill", LOST);
    const { id } = await bills.begin("1500.00");
    await bills.clock.advance(21 * MINUTE);
    await decided(id, "treatedAsRefunded");
    bills.bank.always("/bill", {
      answer: { kind: "word", word: "refunded", raw: "PAID", minor: minor(10), message: null },
    });
    await bills.call("refunds.refresh", { id });
    expect(await bills.get(id)).toMatchObject({ state: "needs_review", error: { code: "amount_mismatch" } });
    expect(await only()).toMatchObject({ id, cause: "contradicted" });
    expect(await bills.ask({ paymentId: "p1", amount: "1.00" })).toMatchObject({ error: { code: "refund_open" } });
  });
});
