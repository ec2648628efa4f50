import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minor } from "../../contract/money.ts";
import { openDesk, PROFILE, profileOf, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { refusal, type Fate } from "../support/scripted-bank.ts";
import { HOUR, MINUTE, refundDesk, SECOND } from "./refund-helpers.ts";

const RETURN = "/payment/return";
const DETAILS = "/payment/details";
const LOST: Fate = { fail: "closed", reach: "sent" };
const EATEN: Fate = { fail: "closed", reach: "sent", acts: true };
const late = (acts: number): Fate => ({ fail: "closed", reach: "sent", acts });

let desk: Desk;
const clerk = refundDesk(() => desk);
afterEach(() => desk.close());

describe("a refund without the customer (scheme 3)", () => {
  beforeEach(async () => {
    desk = await openDesk({ settings: testSettings(profileOf("3")) });
  });

  it("reads the bank's figure, sends once, and is refunded by the bank's own number (Q-31, Q-41)", async () => {
    const sale = await clerk.paid("5000.00");
    const refund = await clerk.begin({ paymentId: sale.id, amount: "1500.00" });
    expect(refund).toMatchObject({
      state: "refunded",
      settled: true,
      number: "A1-R000001",
      paymentId: sale.id,
      amount: "1500.00",
      available: "5000.00",
      bankId: "700000000000001",
      evidence: { kind: "answer", purchaseId: sale.bankId, before: "5000.00" },
    });
    expect(refund.seq).toBeGreaterThan(sale.seq);
    expect(clerk.sendings()).toBe(1);
    expect(desk.bank.left(sale.bankId)).toBe(350_000);
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("1500.00");
    expect(clerk.shown()).toMatchObject({ state: "refunded", sale: { number: sale.number, minor: 500_000 } });
    await desk.call("refunds.dismiss", { id: refund.id });
    expect(desk.snapshot().refund).toBeNull();
  });

  it("the refund and what the sale knows of it are in one commit, each with its event, and the outbox is told", async () => {
    const sale = await clerk.paid();
    const { head } = await desk.journal.info();
    const refund = await clerk.begin({ paymentId: sale.id, amount: "5000.00" });
    const events = await desk.journal.events(head, 100);
    const states = events.map(({ kind, body }) => [kind, (JSON.parse(body) as { state: string }).state]);
    expect(states).toEqual([
      ["refund", "creating"],
      ["refund", "sending"],
      ["payment", "paid"],
      ["refund", "refunded"],
    ]);
    expect(JSON.parse(events[3]?.body ?? "")).toEqual(refund);
    expect(JSON.parse(events[0]?.body ?? "")).toMatchObject({ seq: events[0]?.seq });
    expect(JSON.parse(events[2]?.body ?? "")).toMatchObject({ refundedAmount: "5000.00" });
  });

  it("the intent with the figure before is on disk before the money-moving call leaves, and its call line is dangerous", async () => {
    const sale = await clerk.paid();
    desk.bank.next(RETURN, "hang");
    const pending = clerk.ask({ paymentId: sale.id, amount: "100.00" });
    await desk.clock.advance(0);
    const [row] = await desk.journal.refunds({ limit: 1 });
    expect(row).toMatchObject({ state: "sending", a0: 500_000, minor: 10_000, detail: { sends: 1 } });
    expect(await desk.journal.refundCalls(row?.id ?? "")).toMatchObject([
      { name: "payment/return", danger: "dangerous", outcome: null, paymentId: sale.id },
    ]);
    await desk.clock.advance(5 * SECOND);
    expect(await pending).toMatchObject({ ok: true, value: { refund: { state: "sending" } } });
  });

  it("the same key and words give the same refund, for ever; other words under it are refused", async () => {
    const sale = await clerk.paid();
    const first = await clerk.ask({ paymentId: sale.id, amount: "100" }, "key-a");
    const again = await clerk.ask({ paymentId: sale.id, amount: "100.00", pin: "1234" }, "key-a");
    expect(first).toMatchObject({ ok: true, value: { created: true } });
    expect(again).toMatchObject({ ok: true, value: { created: false, refund: { number: "A1-R000001" } } });
    expect(clerk.sendings()).toBe(1);
    const other = await clerk.ask({ paymentId: sale.id, amount: "101.00" }, "key-a");
    expect(other).toMatchObject({ ok: false, error: { code: "key_reused" }, refund: { number: "A1-R000001" } });
    await desk.call("payments.create", { key: "key-b", request: { amount: "10", provider: "kaspi" } });
    const taken = await clerk.ask({ paymentId: sale.id, amount: "100" }, "key-b");
    expect(taken).toMatchObject({ ok: false, error: { code: "key_reused" }, payment: { amount: "10.00" } });
  });

  it("what is not paid cannot go back, and what is not known either", async () => {
    const open = await desk.charge();
    const refused = await clerk.ask({ paymentId: open.id, amount: "1.00" });
    expect(refused).toMatchObject({ ok: false, error: { code: "not_paid" }, payment: { id: open.id } });
    expect(await clerk.ask({ paymentId: "nobody", amount: "1.00" })).toMatchObject({ error: { code: "not_found" } });
    expect(await clerk.ask({ paymentId: open.id, amount: "0" })).toMatchObject({ error: { code: "bad_amount" } });
    expect(await clerk.ask({ provider: "kaspi" })).toMatchObject({ error: { code: "not_supported" } });
    expect(await clerk.ask({ provider: "kaspi", rrn: "1", amount: "1" })).toMatchObject({
      error: { code: "not_supported" },
    });
    expect((await desk.journal.refunds({ limit: 9 })).length).toBe(0);
  });

  it("more than the bank has left fails with its figure and nothing is sent: our own sums are not asked (Q-41)", async () => {
    const sale = await clerk.paid("5000.00");
    desk.bank.available(sale.bankId, 200_000);
    const refund = await clerk.begin({ paymentId: sale.id, amount: "2000.01" });
    expect(refund).toMatchObject({ state: "failed", available: "2000.00", error: { code: "refund_too_large" } });
    expect(refund.error?.params["available"]).toMatch(/2.000/);
    desk.bank.available(sale.bankId, 0);
    const gone = await clerk.begin({ paymentId: sale.id, amount: "1.00" });
    expect(gone).toMatchObject({ state: "failed", settled: true, error: { code: "already_refunded" } });
    expect(clerk.sendings()).toBe(0);
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("0.00");
  });

  it("no figure, no sending: the refund fails and may be asked for anew", async () => {
    const sale = await clerk.paid();
    desk.bank.next(DETAILS, { fail: "refused", reach: "connect" });
    const refund = await clerk.begin({ paymentId: sale.id, amount: "1.00" });
    expect(refund).toMatchObject({ state: "failed", error: { code: "bank_unreachable" } });
    expect(clerk.sendings()).toBe(0);
    expect(await clerk.begin({ paymentId: sale.id, amount: "1.00" })).toMatchObject({ state: "refunded" });
  });

  it("a definite no is believed after one more look at the figure (Q-02)", async () => {
    const sale = await clerk.paid();
    const from = desk.clock.mono() - 1;
    desk.bank.next(RETURN, { answer: refusal("-990000020") });
    const refund = await clerk.begin({ paymentId: sale.id, amount: "1.00" });
    expect(refund).toMatchObject({ state: "failed", error: { code: "partial_refund_impossible" } });
    expect(clerk.readings(from)).toHaveLength(2);
  });

  it("a definite no while the figure moved by the amount is a doubt, decided by the readings", async () => {
    const sale = await clerk.paid();
    desk.bank.next(RETURN, { answer: refusal("-990000005"), acts: true });
    const refund = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    expect(refund).toMatchObject({ state: "in_doubt", settled: false });
    await desk.clock.advance(10 * SECOND);
    expect(await clerk.get(refund.id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
    expect(clerk.sendings()).toBe(1);
  });

  it("a purchase of another till goes back through the bank's id alone, and counts for our sale where it is one", async () => {
    desk.bank.available("77", 300_000);
    const other = await clerk.begin({ provider: "kaspi", bankId: "77", amount: "3000.00" });
    expect(other).toMatchObject({ state: "refunded", paymentId: null, evidence: { purchaseId: "77" } });
    const sale = await clerk.paid();
    const ours = await clerk.begin({ provider: "kaspi", bankId: sale.bankId, amount: "10.00" });
    expect(ours).toMatchObject({ state: "refunded", paymentId: sale.id });
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("10.00");
  });

  it("two clerks: one refund of a sale is sent, the other is shown it", async () => {
    const sale = await clerk.paid();
    desk.bank.next(DETAILS, { answer: refusal("-999"), after: SECOND });
    const first = clerk.ask({ paymentId: sale.id, amount: "5000.00" });
    const second = await clerk.askAsProgram({ paymentId: sale.id, amount: "5000.00" });
    expect(second).toMatchObject({ ok: false, error: { code: "refund_open" }, refund: { number: "A1-R000001" } });
    await desk.clock.advance(SECOND);
    expect(await first).toMatchObject({ ok: true, value: { refund: { state: "failed" } } });
    const both = [
      clerk.ask({ paymentId: sale.id, amount: "5000.00" }),
      clerk.askAsProgram({ provider: "kaspi", bankId: sale.bankId, amount: "5000.00" }),
    ];
    const results = await Promise.all(both);
    expect(results.map((result) => result.ok)).toEqual([true, false]);
    expect(clerk.sendings()).toBe(1);
  });

  it("the look at a purchase shows the bank's own sums, fresh (U26)", async () => {
    const sale = await clerk.paid("5000.00");
    desk.bank.available(sale.bankId, 123_400);
    expect(await desk.call("refunds.look", { paymentId: sale.id })).toMatchObject({
      ok: true,
      value: { purchaseId: sale.bankId, total: "5000.00", refunded: "3766.00", available: "1234.00" },
    });
    desk.bank.next(DETAILS, LOST);
    expect(await desk.call("refunds.look", { paymentId: sale.id })).toMatchObject({ ok: false });
    const open = await desk.charge();
    expect(await desk.call("refunds.look", { paymentId: open.id })).toMatchObject({ error: { code: "not_paid" } });
  });

  it("goes through the profile its sale was paid with, whatever the settings say now", async () => {
    const sale = await clerk.paid();
    await desk.restart(testSettings({ ...PROFILE, id: "profile-2", url: "https://elsewhere.test/r2/v01" }));
    const refund = await clerk.begin({ paymentId: sale.id, amount: "1.00" });
    expect(refund).toMatchObject({ state: "refunded" });
    expect(desk.identities.slice(-2)).toEqual([profileOf("3").id, profileOf("3").id]);
    expect((await clerk.row(refund.id)).profileId).toBe(profileOf("3").id);
  });

  it("by a program it leaves the screen alone, and is listed and told of like any other", async () => {
    const sale = await clerk.paid();
    const made = await clerk.askAsProgram({ paymentId: sale.id, amount: "1.00" });
    expect(made).toMatchObject({ ok: true, value: { refund: { state: "refunded", actor: "api:1c" } } });
    expect(desk.snapshot().refund).toBeNull();
    const page = await desk.call("refunds.list", { paymentId: sale.id, state: "refunded" });
    expect(page).toMatchObject({ ok: true, value: { items: [{ number: "A1-R000001" }], nextCursor: null } });
  });

  it("lists by pages, newest first", async () => {
    const sale = await clerk.paid();
    for (let n = 0; n < 3; n += 1) await clerk.begin({ paymentId: sale.id, amount: "1.00" });
    const first = await desk.call("refunds.list", { limit: 2 });
    if (!first.ok) throw new Error(first.error.code);
    expect(first.value.items.map(({ number }) => number)).toEqual(["A1-R000003", "A1-R000002"]);
    const rest = await desk.call("refunds.list", { limit: 2, cursor: first.value.nextCursor ?? "" });
    expect(rest).toMatchObject({ ok: true, value: { items: [{ number: "A1-R000001" }], nextCursor: null } });
    expect(await desk.call("refunds.list", { cursor: "x" })).toMatchObject({ error: { code: "bad_request" } });
  });
});

describe("a refund whose answer was lost (Q-31)", () => {
  beforeEach(async () => {
    desk = await openDesk({ settings: testSettings(profileOf("3")) });
  });

  /** A refund of 1000 of a sale of 5000 whose answer met this fate. */
  async function doubted(fate: Fate): Promise<{ id: string; purchase: string; sale: string; from: number }> {
    const sale = await clerk.paid("5000.00");
    desk.bank.next(RETURN, fate);
    const { id, state } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    expect(state).toBe("in_doubt");
    return { id, purchase: sale.bankId, sale: sale.id, from: desk.clock.mono() };
  }

  it.each<[string, Fate]>([
    ["the connection broke", LOST],
    ["an answer broke off", { fail: "closed", reach: "body" }],
    ["-999", { answer: refusal("-999") }],
    ["-99000006", { answer: refusal("-990000006") }],
    ["a code nobody knows (Q-02)", { answer: refusal("-424242") }],
    ["0 without a number of the refund", { answer: '{"StatusCode":0,"Message":"OK","Data":{}}' }],
    ["HTML 502", { answer: "<html>", status: 502 }],
  ])("is in doubt: %s", async (_, fate) => {
    const { id } = await doubted(fate);
    expect(await clerk.get(id)).toMatchObject({ settled: false, error: { code: "refund_unconfirmed" } });
    expect(clerk.shown()).toMatchObject({ state: "in_doubt", beforeMinor: 500_000, countdown: { kind: "check" } });
  });

  it("is read at 10, 30, 60 and 120 s, and an unmoved figure makes it not executed; the sale is free", async () => {
    const { id, from, sale } = await doubted(LOST);
    await desk.clock.advance(MINUTE);
    expect(clerk.shown().countdown).toEqual({ kind: "check", remainingMs: MINUTE, totalMs: 2 * MINUTE });
    await desk.clock.advance(MINUTE);
    expect(clerk.readings(from)).toEqual([10_000, 30_000, 60_000, 120_000]);
    const refund = await clerk.get(id);
    expect(refund).toMatchObject({ state: "not_executed", settled: true, evidence: { before: "5000.00" } });
    expect(refund.evidence.readings.map(({ available }) => available)).toEqual(Array(4).fill("5000.00"));
    expect(clerk.sendings()).toBe(1);
    expect((await clerk.payment(sale)).refundedAmount).toBe("0.00");
  });

  it("was executed: the first reading shows it, and the sale knows", async () => {
    const { id, from, sale } = await doubted(EATEN);
    await desk.clock.advance(10 * SECOND);
    expect(await clerk.get(id)).toMatchObject({
      state: "refunded",
      bankId: null,
      error: null,
      evidence: { kind: "balance", before: "5000.00", readings: [{ available: "4000.00" }] },
    });
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    await desk.clock.advance(HOUR);
    expect(clerk.readings(from)).toHaveLength(1);
  });

  it("is executed 45 s late: the next reading shows it", async () => {
    const { id } = await doubted(late(45 * SECOND));
    await desk.clock.advance(30 * SECOND);
    expect((await clerk.get(id)).state).toBe("in_doubt");
    await desk.clock.advance(30 * SECOND);
    expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
  });

  it("is executed 175 s late, after it was not executed: one more look at 190 s finds it", async () => {
    const { id, sale, from } = await doubted(late(175 * SECOND));
    await desk.clock.advance(130 * SECOND);
    expect((await clerk.get(id)).state).toBe("not_executed");
    await desk.clock.advance(60 * SECOND);
    expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    expect(clerk.readings(from).at(-1)).toBe(190_000);
  });

  it("beside a foreign refund of another sum: a person must look", async () => {
    const { id, purchase, sale } = await doubted(LOST);
    await desk.clock.advance(15 * SECOND);
    desk.bank.available(purchase, 430_000);
    await desk.clock.advance(2 * MINUTE);
    expect(await clerk.get(id)).toMatchObject({
      state: "needs_review",
      settled: false,
      error: { code: "refund_unconfirmed" },
    });
    expect((await clerk.payment(sale)).refundedAmount).toBe("0.00");
    const blocked = await clerk.ask({ paymentId: sale, amount: "1.00" });
    expect(blocked).toMatchObject({ ok: false, error: { code: "refund_open" }, refund: { id } });
    await desk.clock.advance(HOUR);
    expect((await clerk.get(id)).state).toBe("needs_review");
  });

  it("beside a foreign refund that comes to the same figure in two steps: not taken for ours", async () => {
    const { id, purchase } = await doubted(LOST);
    desk.bank.available(purchase, 470_000);
    await desk.clock.advance(10 * SECOND);
    desk.bank.available(purchase, 400_000);
    await desk.clock.advance(2 * MINUTE);
    expect((await clerk.get(id)).state).toBe("needs_review");
  });

  it("no figure either: read every 10 s, every 30 s after two minutes, and decided by the first that comes", async () => {
    const { id, from } = await doubted(LOST);
    desk.bank.always(DETAILS, { fail: "refused", reach: "connect" });
    await desk.clock.advance(3 * MINUTE);
    expect(clerk.readings(from)).toEqual([
      10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000, 100_000, 110_000, 120_000, 150_000,
      180_000,
    ]);
    expect(clerk.shown().silent).toBe(true);
    desk.bank.always(DETAILS, null);
    await desk.clock.advance(30 * SECOND);
    expect((await clerk.get(id)).state).toBe("not_executed");
  });

  it("no figure for a day: a person must look, and a later reading on request still decides", async () => {
    const { id } = await doubted(EATEN);
    desk.bank.always(DETAILS, { answer: refusal("-1601") });
    await desk.clock.advance(24 * HOUR + MINUTE);
    expect((await clerk.get(id)).state).toBe("needs_review");
    desk.bank.always(DETAILS, null);
    const asked = await desk.call("refunds.refresh", { id });
    expect(asked).toMatchObject({ ok: true, value: { state: "refunded", evidence: { kind: "balance" } } });
  });

  it("a person may have it read at once, not more often than every 5 s", async () => {
    const { id, from } = await doubted(EATEN);
    desk.bank.next(DETAILS, LOST);
    await desk.clock.advance(SECOND);
    await desk.call("refunds.refresh", { id });
    await desk.clock.advance(SECOND);
    await desk.call("refunds.refresh", { id });
    expect(clerk.readings(from)).toEqual([1_000]);
    await desk.clock.advance(4 * SECOND);
    expect(await desk.call("refunds.refresh", { id })).toMatchObject({ ok: true, value: { state: "refunded" } });
  });

  it("put away it stands in the strip until it is decided, and blocks its sale alone", async () => {
    const { id, sale } = await doubted(LOST);
    expect(await desk.call("refunds.cancel", { id })).toMatchObject({
      error: { code: "not_finished" },
      refund: { id },
    });
    await desk.call("refunds.dismiss", { id });
    expect(desk.snapshot().refund).toBeNull();
    expect(desk.snapshot().banners).toMatchObject([{ id: "refund-in-doubt", refund: { id } }]);
    expect(await clerk.ask({ paymentId: sale, amount: "1.00" })).toMatchObject({ error: { code: "refund_open" } });
    const other = await clerk.paid("10.00");
    expect(await clerk.begin({ paymentId: other.id, amount: "1.00" })).toMatchObject({ state: "refunded" });
    await desk.clock.advance(2 * MINUTE);
    expect(desk.snapshot().banners).toEqual([]);
  });

  it("network is back: a reading that got no answer is taken again at once", async () => {
    const { id } = await doubted(EATEN);
    desk.bank.always(DETAILS, { fail: "name_unknown", reach: "connect" });
    await desk.clock.advance(3 * MINUTE + 10 * SECOND);
    desk.bank.always(DETAILS, null);
    desk.core.wake("network");
    await desk.clock.advance(0);
    expect((await clerk.get(id)).state).toBe("refunded");
  });

  it("a wall clock that jumps by twelve hours changes no decision (Q-24)", async () => {
    const { id } = await doubted(LOST);
    desk.clock.jump(12 * HOUR);
    await desk.clock.advance(119 * SECOND);
    expect((await clerk.get(id)).state).toBe("in_doubt");
    await desk.clock.advance(SECOND);
    expect((await clerk.get(id)).state).toBe("not_executed");
  });

  describe("and is tried again by a person", () => {
    async function notExecuted(fate: Fate = LOST): ReturnType<typeof doubted> {
      const made = await doubted(fate);
      await desk.clock.advance(2 * MINUTE);
      expect((await clerk.get(made.id)).state).toBe("not_executed");
      return made;
    }

    it("is held until 190 s after the last sending, reads again, and is sent once more", async () => {
      const { id, purchase, from, sale } = await notExecuted();
      const accepted = await clerk.select(id, purchase, "1000.00");
      expect(accepted).toMatchObject({ ok: true, value: { state: "in_doubt", settled: false } });
      expect(clerk.shown().countdown).toMatchObject({ kind: "check", remainingMs: 70_000 });
      await desk.clock.advance(69 * SECOND);
      expect(clerk.sendings()).toBe(1);
      await desk.clock.advance(SECOND);
      expect(clerk.sendings()).toBe(2);
      expect(clerk.readings(from).at(-1)).toBe(190_000);
      expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "answer" } });
      expect((await clerk.row(id)).detail.sends).toBe(2);
      expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
      expect(desk.bank.left(purchase)).toBe(400_000);
    });

    it("at its second sending a wall clock that jumped does not shorten the hold (Q-24)", async () => {
      const { id, purchase } = await notExecuted();
      desk.clock.jump(12 * HOUR);
      await clerk.select(id, purchase, "1000.00");
      await desk.clock.advance(69 * SECOND);
      expect(clerk.sendings()).toBe(1);
    });

    it("the first one arrives during the hold: refunded by balance, nothing is sent", async () => {
      const { id, purchase } = await notExecuted(late(170 * SECOND));
      await clerk.select(id, purchase, "1000.00");
      await desk.clock.advance(HOUR);
      expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
      expect(clerk.sendings()).toBe(1);
      expect(desk.bank.left(purchase)).toBe(400_000);
    });

    it("the figure moved otherwise during the hold: a person must look, nothing is sent", async () => {
      const { id, purchase } = await notExecuted();
      await clerk.select(id, purchase, "1000.00");
      desk.bank.available(purchase, 499_900);
      await desk.clock.advance(HOUR);
      expect((await clerk.get(id)).state).toBe("needs_review");
      expect(clerk.sendings()).toBe(1);
    });

    it("only with the same purchase and amount, and only once at a time", async () => {
      const { id, purchase } = await notExecuted();
      expect(await clerk.select(id, purchase, "999.00")).toMatchObject({ ok: false, error: { code: "not_found" } });
      const two = await Promise.all([clerk.select(id, purchase, "1000.00"), clerk.select(id, purchase, "1000.00")]);
      expect(two.map(({ ok }) => ok)).toEqual([true, false]);
      expect(two[1]).toMatchObject({ refund: { id } });
      await desk.clock.advance(HOUR);
      expect(clerk.sendings()).toBe(2);
    });

    it("is refused: the first may have worked, so two minutes of readings and then a person", async () => {
      const { id, purchase, sale } = await notExecuted();
      await desk.clock.advance(MINUTE + 10 * SECOND);
      desk.bank.next(RETURN, { answer: refusal("-990000011") });
      const again = await clerk.select(id, purchase, "1000.00");
      expect(again).toMatchObject({ ok: true, value: { state: "in_doubt" } });
      await desk.clock.advance(2 * MINUTE);
      expect(await clerk.get(id)).toMatchObject({ state: "needs_review", error: { code: "refund_refused" } });
      expect((await clerk.payment(sale)).refundedAmount).toBe("0.00");
    });

    it("is refused, and the figure shows that the sum went back: refunded", async () => {
      const { id, purchase } = await notExecuted();
      await desk.clock.advance(MINUTE + 10 * SECOND);
      desk.bank.next(RETURN, { answer: refusal("-990000005"), acts: 20 * SECOND });
      await clerk.select(id, purchase, "1000.00");
      await desk.clock.advance(30 * SECOND);
      expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
    });

    it("its answer is lost again: doubted again, and decided by the figure", async () => {
      const { id, purchase, sale } = await notExecuted();
      await desk.clock.advance(MINUTE + 10 * SECOND);
      desk.bank.next(RETURN, EATEN);
      await clerk.select(id, purchase, "1000.00");
      await desk.clock.advance(10 * SECOND);
      expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
      expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    });

    it("there is no way to the bank: it stays not executed and says why", async () => {
      const { id, purchase } = await notExecuted();
      await desk.clock.advance(MINUTE + 10 * SECOND);
      desk.bank.next(DETAILS, { fail: "refused", reach: "connect" });
      const again = await clerk.select(id, purchase, "1000.00");
      expect(again).toMatchObject({
        ok: false,
        error: { code: "bank_unreachable" },
        refund: { state: "not_executed" },
      });
      expect(clerk.sendings()).toBe(1);
    });

    it("what a person has recorded since is not taken for the first one, and nothing is sent", async () => {
      const { id, purchase, sale } = await notExecuted();
      await clerk.begin({ paymentId: sale, amount: "1000.00", recorded: true, reason: "Kaspi Pay" });
      desk.bank.available(purchase, 400_000);
      await clerk.select(id, purchase, "1000.00");
      await desk.clock.advance(HOUR);
      expect(await clerk.get(id)).toMatchObject({ state: "not_executed", error: { code: "refund_moved" } });
      expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
      expect(clerk.sendings()).toBe(1);
    });

    it("no figure at the end of the hold: not executed for now, and the look that is still due finds the late one", async () => {
      const { id, purchase } = await notExecuted(late(170 * SECOND));
      await clerk.select(id, purchase, "1000.00");
      desk.bank.next(DETAILS, { fail: "refused", reach: "connect" }, LOST);
      await desk.clock.advance(71 * SECOND);
      expect(await clerk.get(id)).toMatchObject({ state: "not_executed", error: { code: "bank_unreachable" } });
      await desk.clock.advance(MINUTE);
      expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
      expect(clerk.sendings()).toBe(1);
    });

    it("a new refund of the sale waits and looks too; moved, the old one is settled by it and the new one fails", async () => {
      const { id, sale, purchase } = await notExecuted(late(170 * SECOND));
      const next = await clerk.askAsProgram({ paymentId: sale, amount: "4000.00" });
      expect(next).toMatchObject({ ok: true, value: { refund: { state: "creating" } } });
      await desk.clock.advance(70 * SECOND);
      const { refund } = (next as Extract<typeof next, { ok: true }>).value;
      expect(await clerk.get(refund.id)).toMatchObject({ state: "failed", error: { code: "refund_moved" } });
      expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
      expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
      expect(clerk.sendings()).toBe(1);
      expect(desk.bank.left(purchase)).toBe(400_000);
    });

    it("a new refund of the sale goes when nothing moved, and the old one can then not be tried again", async () => {
      const { id, sale, purchase } = await notExecuted();
      const next = await clerk.begin({ paymentId: sale, amount: "1000.00" });
      expect(next).toMatchObject({ state: "creating" });
      await desk.clock.advance(69 * SECOND);
      expect(clerk.sendings()).toBe(1);
      await desk.clock.advance(SECOND);
      expect((await clerk.get(next.id)).state).toBe("refunded");
      expect(clerk.sendings()).toBe(2);
      await desk.clock.advance(HOUR);
      const again = await clerk.select(id, purchase, "1000.00");
      expect(again).toMatchObject({ ok: false, error: { code: "refund_moved" } });
      expect(await clerk.get(id)).toMatchObject({ state: "not_executed" });
      expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
      expect(clerk.sendings()).toBe(2);
    });

    it("a new refund that waits can be given up, and the sale is free at once", async () => {
      const { sale } = await notExecuted();
      const { id } = await clerk.begin({ paymentId: sale, amount: "1.00" });
      expect(clerk.shown()).toMatchObject({ state: "creating", countdown: { kind: "check", remainingMs: 70_000 } });
      const cancelled = await desk.call("refunds.cancel", { id });
      expect(cancelled).toMatchObject({ ok: true, value: { state: "cancelled", settled: true } });
      expect(await clerk.askAsProgram({ paymentId: sale, amount: "1.00" })).toMatchObject({ ok: true });
    });
  });
});

describe("a refund and a restart", () => {
  beforeEach(async () => {
    desk = await openDesk({ settings: testSettings(profileOf("3")) });
  });

  it("before anything was sent: failed, nothing is sent by itself", async () => {
    const sale = await clerk.paid();
    desk.bank.next(DETAILS, "hang");
    void clerk.ask({ paymentId: sale.id, amount: "1.00" });
    await desk.clock.advance(0);
    await desk.restart();
    await desk.clock.advance(HOUR);
    expect(clerk.sendings()).toBe(0);
    const [row] = await desk.journal.refunds({ limit: 1 });
    expect(row).toMatchObject({ state: "failed", settled: true });
    expect(await clerk.begin({ paymentId: sale.id, amount: "1.00" })).toMatchObject({ state: "refunded" });
  });

  it.each<[string, Fate, string, number]>([
    ["executed", { answer: "{}", acts: true, after: MINUTE }, "refunded", 400_000],
    ["not executed", { answer: "{}", after: MINUTE }, "not_executed", 500_000],
  ])("while it was being sent: doubted anew from the restart, never sent again: %s", async (_, fate, state, left) => {
    const sale = await clerk.paid();
    desk.bank.next(RETURN, fate);
    void clerk.ask({ paymentId: sale.id, amount: "1000.00" });
    await desk.clock.advance(0);
    await desk.restart();
    const { id } = clerk.shown();
    expect(await clerk.get(id)).toMatchObject({ state: "in_doubt", error: { code: "refund_unconfirmed" } });
    expect(await clerk.ask({ paymentId: sale.id, amount: "1.00" })).toMatchObject({ error: { code: "refund_open" } });
    await desk.clock.advance(5 * MINUTE);
    expect((await clerk.get(id)).state).toBe(state);
    expect(clerk.sendings()).toBe(1);
    expect(desk.bank.left(sale.bankId)).toBe(left);
  });

  it("in doubt: the two minutes are counted anew, and the sale stays taken", async () => {
    const sale = await clerk.paid();
    desk.bank.next(RETURN, LOST);
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    await desk.clock.advance(100 * SECOND);
    await desk.restart();
    await desk.clock.advance(100 * SECOND);
    expect((await clerk.get(id)).state).toBe("in_doubt");
    const second = await clerk.ask({ paymentId: sale.id, amount: "1.00" });
    expect(second).toMatchObject({ ok: false, error: { code: "refund_open" }, refund: { id } });
    await desk.clock.advance(20 * SECOND);
    expect((await clerk.get(id)).state).toBe("not_executed");
  });

  it("while trying again was held: it is not sent, and decided by the figure", async () => {
    const sale = await clerk.paid();
    desk.bank.next(RETURN, LOST);
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    await desk.clock.advance(2 * MINUTE);
    await clerk.select(id, sale.bankId, "1000.00");
    await desk.restart();
    await desk.clock.advance(HOUR);
    expect(await clerk.get(id)).toMatchObject({ state: "not_executed", settled: true });
    expect(clerk.sendings()).toBe(1);
  });

  it("not executed: the hold is counted anew, since the wall clock proves nothing (Q-24), and a person may try again", async () => {
    const sale = await clerk.paid();
    desk.bank.next(RETURN, LOST);
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    await desk.clock.advance(130 * SECOND);
    await desk.restart();
    await clerk.select(id, sale.bankId, "1000.00");
    await desk.clock.advance(189 * SECOND);
    expect(clerk.sendings()).toBe(1);
    await desk.clock.advance(SECOND);
    expect(clerk.sendings()).toBe(2);
    expect((await clerk.get(id)).state).toBe("refunded");
  });

  it("refunded: the result is still on the screen, and the key still gives it", async () => {
    const sale = await clerk.paid();
    const refund = await clerk.ask({ paymentId: sale.id, amount: "1000.00" }, "key-r");
    await desk.restart();
    expect(clerk.shown()).toMatchObject({ state: "refunded" });
    const again = await clerk.ask({ paymentId: sale.id, amount: "1000.00" }, "key-r");
    expect(again).toMatchObject({
      ok: true,
      value: { created: false, refund: { id: refund.ok ? refund.value.refund.id : "" } },
    });
    expect(clerk.sendings()).toBe(1);
  });
});

describe("a refund while the journal's disk refuses", () => {
  let full = false;
  beforeEach(async () => {
    full = false;
    desk = await openDesk({
      settings: testSettings(profileOf("3")),
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (full ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
  });

  it("nothing is asked of the bank when the intent cannot be kept", async () => {
    const sale = await clerk.paid();
    full = true;
    const refused = await clerk.ask({ paymentId: sale.id, amount: "1.00" });
    expect(refused).toMatchObject({ ok: false, error: { code: "journal_unavailable" } });
    expect(desk.bank.calls(DETAILS)).toBe(0);
  });

  it("nothing is sent when the sending cannot be kept, and the refund ends when the disk is back", async () => {
    const sale = await clerk.paid();
    desk.bank.next(DETAILS, { answer: details(sale.bankId), after: SECOND });
    const asked = clerk.ask({ paymentId: sale.id, amount: "1.00" });
    await desk.clock.advance(0);
    full = true;
    await desk.clock.advance(5 * SECOND);
    expect(await asked).toMatchObject({ ok: true, value: { refund: { state: "creating" } } });
    full = false;
    await desk.clock.advance(SECOND);
    const [row] = await desk.journal.refunds({ limit: 1 });
    expect(row).toMatchObject({ state: "failed", error: { code: "journal_unavailable" } });
    expect(clerk.sendings()).toBe(0);
  });

  it("the bank's yes is not shown before it is kept, and is kept as soon as the disk takes it", async () => {
    const sale = await clerk.paid();
    desk.bank.next(RETURN, {
      answer: '{"StatusCode":0,"Data":{"ReturnOperationId":15}}',
      after: SECOND,
      acts: true,
    });
    void clerk.ask({ paymentId: sale.id, amount: "1.00" });
    await desk.clock.advance(0);
    full = true;
    await desk.clock.advance(10 * SECOND);
    expect(clerk.shown()).toMatchObject({ state: "sending" });
    full = false;
    await desk.clock.advance(SECOND);
    expect(clerk.shown()).toMatchObject({ state: "refunded", bankId: "15" });
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("1.00");
  });

  const details = (id: string): string =>
    `{"StatusCode":0,"Data":{"QrPaymentId":${id},"TotalAmount":5000.00,"AvailableReturnAmount":5000.00,"TransactionDate":"2021-11-3T11:55:14.166+06:00"}}`;
});

describe("who may give money back", () => {
  const people = testPeople({
    "1111": { id: "c", name: "Айна", role: "cashier" },
    "2222": { id: "s", name: "Сара", role: "senior" },
  });

  it("above the limit the screen needs a senior's PIN, and the refund carries the name; a program needs none", async () => {
    desk = await openDesk({
      people,
      settings: testSettings(profileOf("3"), { refundPinAbove: minor(100_000) }),
    });
    const sale = await clerk.paid();
    const bare = await clerk.ask({ paymentId: sale.id, amount: "1000.01" });
    expect(bare).toMatchObject({ ok: false, error: { code: "pin_needed" } });
    const junior = await clerk.ask({ paymentId: sale.id, amount: "1000.01", pin: "1111" });
    expect(junior).toMatchObject({ ok: false, error: { code: "wrong_pin" } });
    expect((await desk.journal.refunds({ limit: 9 })).length).toBe(0);
    const senior = await clerk.begin({ paymentId: sale.id, amount: "1000.01", pin: "2222" });
    expect(senior).toMatchObject({ state: "refunded", evidence: { by: "Сара" } });
    expect(await clerk.begin({ paymentId: sale.id, amount: "1000.00" })).toMatchObject({ evidence: { by: null } });
    const program = await clerk.askAsProgram({ paymentId: sale.id, amount: "2000.00" });
    expect(program).toMatchObject({ ok: true, value: { refund: { state: "refunded" } } });
  });

  it("a shop under scheme 1 is told to use Kaspi Pay, and records what was done there (Q-42)", async () => {
    desk = await openDesk({ settings: testSettings(profileOf("1")) });
    const sale = await clerk.paid("5000.00");
    const before = desk.bank.requests.length;
    const refused = await clerk.ask({ paymentId: sale.id, amount: "1.00" });
    expect(refused).toMatchObject({ ok: false, error: { code: "refund_elsewhere" }, payment: { id: sale.id } });
    expect(await clerk.ask({ provider: "kaspi" })).toMatchObject({ error: { code: "refund_elsewhere" } });
    expect(await desk.call("refunds.look", { paymentId: sale.id })).toMatchObject({
      error: { code: "refund_elsewhere" },
    });
    const made = await clerk.begin({ paymentId: sale.id, amount: "3000.00", recorded: true, reason: "Kaspi Pay" });
    expect(made).toMatchObject({
      state: "recorded",
      settled: true,
      evidence: { kind: "person", by: "cashier", reason: "Kaspi Pay" },
    });
    expect(made.seq).toBeGreaterThan(sale.seq);
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("3000.00");
    const tooMuch = await clerk.ask({ paymentId: sale.id, amount: "2000.01", recorded: true, reason: "Kaspi Pay" });
    expect(tooMuch).toMatchObject({ ok: false, error: { code: "refund_too_large" } });
    await clerk.begin({ paymentId: sale.id, amount: "2000.00", recorded: true, reason: "Kaspi Pay" });
    const all = await clerk.ask({ paymentId: sale.id, amount: "0.01", recorded: true, reason: "Kaspi Pay" });
    expect(all).toMatchObject({ ok: false, error: { code: "already_refunded" } });
    expect(desk.bank.requests.length).toBe(before);
  });

  it("where people have PINs a record needs one and carries that name; a program gives its own", async () => {
    desk = await openDesk({ people, settings: testSettings(profileOf("1")) });
    const sale = await clerk.paid("5000.00");
    const words = { paymentId: sale.id, amount: "1.00", recorded: true, reason: "Kaspi Pay" } as const;
    expect(await clerk.ask(words)).toMatchObject({ ok: false, error: { code: "pin_needed" } });
    expect(await clerk.ask({ ...words, pin: "9999" })).toMatchObject({ ok: false, error: { code: "wrong_pin" } });
    expect(await clerk.begin({ ...words, pin: "1111" })).toMatchObject({ evidence: { by: "Айна" } });
    const program = await clerk.askAsProgram({ ...words, by: "Бота" }, randomUUID());
    expect(program).toMatchObject({ ok: true, value: { refund: { evidence: { by: "Бота" } } } });
    expect(await clerk.askAsProgram(words)).toMatchObject({ value: { refund: { evidence: { by: "1c" } } } });
  });
});
