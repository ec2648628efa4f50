import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { newGoods } from "../../main/core/goods.ts";
import { minor } from "../../contract/money.ts";
import type { Refund } from "../../contract/refund.ts";
import { openBillDesk, MINUTE, SECOND, TOTAL, type BillDesk, type Fate } from "./refund-bill-desk.ts";

const LOST: Fate = { fail: "closed", reach: "sent" };
const EATEN: Fate = { fail: "closed", reach: "sent", acts: true };
const unclear = appError("malformed_answer");

let desk: BillDesk;
beforeEach(async () => {
  desk = await openBillDesk();
});
afterEach(() => desk.close());

const sale = async (id = "p1"): Promise<string> => {
  const found = await desk.call("payments.get", { id });
  return found.ok ? found.value.refundedAmount : found.error.code;
};
const again = (amount = "1.00"): ReturnType<BillDesk["ask"]> => desk.ask({ paymentId: "p1", amount });

describe("a refund that the bank does in its own time (state machines 3.7)", () => {
  it("is sent once, watched by its own bill, and refunded by the bank's word about that", async () => {
    const from = desk.clock.mono();
    const refund = await desk.begin("1500.00");
    expect(refund).toMatchObject({
      state: "pending",
      settled: false,
      paymentId: "p1",
      bankId: "9007199254740993",
      available: "5000.00",
      availableIsOurs: true,
      evidence: { kind: "none", purchaseId: "77", before: "5000.00" },
    });
    expect(desk.snapshot().refund).toMatchObject({ state: "pending", availableIsOurs: true, countdown: null });
    expect(await sale()).toBe("0.00");
    expect(desk.bank.requests.slice(-2).map(({ path }) => path)).toEqual(["/purchase/77", "/refund"]);
    await desk.clock.advance(8 * SECOND);
    desk.bank.say("refunded");
    await desk.clock.advance(SECOND);
    expect(await desk.get(refund.id)).toMatchObject({ state: "refunded", settled: true, evidence: { kind: "answer" } });
    expect(await sale()).toBe("1500.00");
    await desk.clock.advance(30 * MINUTE);
    expect(desk.bank.asked("/bill").map((at) => at - from)).toEqual([3_000, 6_000, 9_000]);
    expect(desk.sendings()).toBe(1);
  });

  it("its intent is on disk before it leaves, its line is dangerous, and its end is told in one commit with the sale", async () => {
    desk.bank.next("/refund", "hang");
    void desk.ask({ paymentId: "p1", amount: "1500.00" });
    await desk.clock.advance(0);
    const [row] = await desk.journal.refunds({ limit: 1 });
    expect(row).toMatchObject({ state: "sending", a0: TOTAL, minor: 150_000, detail: { ours: true, sends: 1 } });
    expect(await desk.journal.refundCalls(row?.id ?? "")).toMatchObject([{ danger: "dangerous", outcome: null }]);
    await desk.clock.advance(30 * SECOND);
    expect((await desk.get(row?.id ?? "")).state).toBe("needs_review");

    await desk.sell({ bankId: "78" });
    desk.bank.purchase("78", TOTAL);
    const { id } = await desk.begin("", { paymentId: "p2", amount: "10.00" });
    const { head } = await desk.journal.info();
    desk.bank.say("refunded");
    await desk.clock.advance(3 * SECOND);
    const told = (await desk.journal.events(head, 9)).map(({ kind, body }) => [kind, JSON.parse(body) as Refund]);
    expect(told.map(([kind]) => kind)).toEqual(["payment", "refund"]);
    expect(told[0]?.[1]).toMatchObject({ id: "p2", refundedAmount: "10.00" });
    expect(told[1]?.[1]).toEqual(await desk.get(id));
    expect(told[1]?.[1]).toMatchObject({ state: "refunded", bankId: desk.bank.last() });
  });

  it("rejected by the bank: nothing went back, its words are shown, and it may be asked for anew", async () => {
    const { id } = await desk.begin("1500.00");
    await desk.call("refunds.dismiss", { id });
    expect(desk.snapshot().refund).toBeNull();
    desk.bank.say("rejected", "Карта закрыта");
    await desk.clock.advance(3 * SECOND);
    const error = { code: "refund_rejected", bankMessage: "Карта закрыта" };
    expect(await desk.get(id)).toMatchObject({ state: "failed", settled: true, error });
    // The clerk had put it away and may have told the customer that his money is on its way.
    expect(desk.snapshot().refund).toMatchObject({ id, state: "failed", error });
    expect(await sale()).toBe("0.00");
    expect(await desk.begin("5000.00")).toMatchObject({ state: "pending", available: "5000.00" });
  });

  it("another amount than was asked for: a person must compare, and nothing more goes back of the sale", async () => {
    const { id } = await desk.begin("1500.00");
    desk.bank.next("/bill", {
      answer: { kind: "word", word: "refunded", raw: "PAID", minor: minor(150_001), message: null },
    });
    await desk.clock.advance(3 * SECOND);
    const found = await desk.get(id);
    expect(found).toMatchObject({ state: "needs_review", settled: false, error: { code: "amount_mismatch" } });
    expect(Object.values(found.error?.params ?? {}).map((text) => text.replaceAll(/[^\d,]/g, ""))).toEqual([
      "1500",
      "1500,01",
    ]);
    expect(await sale()).toBe("0.00");
    expect(await again()).toMatchObject({ ok: false, error: { code: "refund_open" }, refund: { id } });
    await desk.clock.advance(30 * MINUTE);
    expect(desk.bank.asked("/bill")).toHaveLength(1);
  });

  it.each<[string, Fate]>([
    ["nothing readable", { answer: { kind: "unclear", error: unclear } }],
    ["no such bill yet", { answer: { kind: "notFound", error: appError("purchase_not_found") } }],
    ["'done' without its sum", { answer: { kind: "word", word: "refunded", raw: "PAID", minor: null, message: null } }],
    ["no answer", LOST],
    ["no connection", { fail: "refused", reach: "connect" }],
  ])("%s: it stays, is asked on, and the 20 minutes end with a person", async (_, fate) => {
    const from = desk.clock.mono();
    desk.bank.always("/bill", fate);
    const { id } = await desk.begin("1500.00");
    await desk.clock.advance(20 * MINUTE - SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "pending", settled: false, error: null });
    const asked = desk.bank.asked("/bill").map((at) => at - from);
    expect(asked.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_x, n) => (n + 1) * 3 * SECOND));
    expect(asked.slice(20, 22)).toEqual([70 * SECOND, 80 * SECOND]);
    await desk.clock.advance(MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", settled: false, error: { code: "refund_lost" } });
    expect(desk.bank.asked("/bill").at(-1)).toBe(from + 20 * MINUTE);
    expect(desk.snapshot()).toMatchObject({ refund: { state: "needs_review", countdown: null }, banners: [] });
    await desk.call("refunds.dismiss", { id });
    expect(desk.snapshot()).toMatchObject({ refund: null, banners: [{ id: "refund-in-doubt", refund: { id } }] });
    expect(await again()).toMatchObject({ ok: false, error: { code: "refund_open" } });
    expect(desk.sendings()).toBe(1);
  });

  it("under review a person has the bill asked once more: done, rejected, or still nothing", async () => {
    const { id } = await desk.begin("1500.00");
    await desk.clock.advance(21 * MINUTE);
    expect((await desk.call("refunds.refresh", { id })).ok).toBe(true);
    expect((await desk.get(id)).state).toBe("needs_review");
    await desk.clock.advance(5 * SECOND);
    desk.bank.say("refunded");
    expect(await desk.call("refunds.refresh", { id })).toMatchObject({ ok: true, value: { state: "refunded" } });
    expect(await sale()).toBe("1500.00");

    const second = await desk.begin("100.00");
    await desk.clock.advance(21 * MINUTE);
    desk.bank.say("rejected");
    expect(await desk.call("refunds.refresh", { id: second.id })).toMatchObject({
      value: { state: "failed", error: { code: "refund_rejected" } },
    });
    expect(await sale()).toBe("1500.00");
  });

  it("put away it goes on, holds no screen, and alarms nobody", async () => {
    const { id } = await desk.begin("1500.00");
    expect(await desk.call("refunds.cancel", { id })).toMatchObject({ ok: false, error: { code: "not_finished" } });
    expect(await desk.call("refunds.dismiss", { id })).toMatchObject({ ok: true, value: { state: "pending" } });
    expect(desk.snapshot()).toMatchObject({ refund: null, banners: [] });
    const open = await desk.call("history.list", { show: "open" });
    expect(open).toMatchObject({ ok: true, value: { items: [{ refunds: [{ id, state: "pending" }] }] } });
    desk.bank.say("refunded");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "refunded" });
    expect(desk.snapshot().refund).toBeNull();
  });

  it("on request it is asked at once, and no more often than politely", async () => {
    const { id } = await desk.begin("1500.00");
    desk.bank.say("refunded");
    await desk.clock.advance(SECOND);
    expect(await desk.call("refunds.refresh", { id })).toMatchObject({ ok: true, value: { state: "refunded" } });
    const second = await desk.begin("100.00");
    const before = desk.bank.asked("/bill").length;
    for (let n = 0; n < 3; n += 1) await desk.call("refunds.refresh", { id: second.id });
    expect(desk.bank.asked("/bill").length).toBe(before + 1);
  });
});

describe("the doubt about such a refund, which no figure will ever decide (Q-65)", () => {
  it.each<[string, Fate]>([
    ["its answer was lost", LOST],
    ["its answer was lost, and the bank did it", EATEN],
    ["an answer broke off", { fail: "closed", reach: "body" }],
    ["no answer in time", "hang"],
    ["an answer that says nothing", { answer: { kind: "unclear", error: unclear } }],
    ["the purchase's own number (Q-63)", { answer: { kind: "pending", bankId: "77" } }],
    ["the number of another sale (Q-63)", { answer: { kind: "pending", bankId: "78" } }],
  ])("%s: a person must look at once, the sum stays reserved, and nothing is asked or sent again", async (_, fate) => {
    await desk.sell({ bankId: "78" });
    desk.bank.next("/refund", fate);
    const made = desk.ask({ paymentId: "p1", amount: "1000.00" });
    await desk.clock.advance(30 * SECOND);
    const { id } = ((await made) as { ok: true; value: { refund: Refund } }).value.refund;
    expect(await desk.get(id)).toMatchObject({
      state: "needs_review",
      settled: false,
      bankId: null,
      error: { code: "refund_lost" },
    });
    expect(await again()).toMatchObject({ ok: false, error: { code: "refund_open" }, refund: { id } });
    expect(await desk.ask({ provider: "halykQr", bankId: "77", amount: "1.00" })).toMatchObject({
      error: { code: "refund_open" },
    });
    const recorded = { paymentId: "p1", amount: "1.00", recorded: true as const, reason: "в приложении" };
    expect(await desk.ask(recorded)).toMatchObject({ error: { code: "refund_open" } });
    expect(await desk.call("refunds.look", { paymentId: "p1" })).toMatchObject({
      value: { total: "5000.00", refunded: "1000.00", available: "4000.00", isOurs: true },
    });
    const asked = desk.bank.requests.length;
    await desk.call("refunds.refresh", { id });
    await desk.restart();
    await desk.clock.advance(60 * MINUTE);
    expect(desk.bank.requests.slice(asked).filter(({ path }) => path !== "/ping")).toEqual([]);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", settled: false });
    expect(await sale()).toBe("0.00");
  });

  it("a number that another refund of the sale has already is no number of its own (Q-63)", async () => {
    await desk.begin("100.00");
    const first = desk.bank.last();
    desk.bank.say("refunded");
    await desk.clock.advance(3 * SECOND);
    desk.bank.next("/refund", { answer: { kind: "pending", bankId: first } });
    expect(await desk.begin("100.00")).toMatchObject({ state: "needs_review", bankId: null });
    expect(await sale()).toBe("100.00");
  });

  it("a definite no is believed after the purchase was read again", async () => {
    desk.bank.next("/refund", { answer: { kind: "refused", error: appError("bank_refused", { bankMessage: "нет" }) } });
    const refund = await desk.begin("1000.00");
    expect(refund).toMatchObject({ state: "failed", error: { code: "bank_refused", bankMessage: "нет" } });
    expect(desk.bank.asked("/purchase")).toHaveLength(2);
    expect(await again("5000.00")).toMatchObject({ ok: true });
  });

  it("a definite no while the purchase cannot be read again is for a person, with the bank's words", async () => {
    desk.bank.next(
      "/purchase",
      { answer: { kind: "details", purchaseId: "77", total: minor(TOTAL), available: null, at: null } },
      LOST,
    );
    desk.bank.next("/refund", { answer: { kind: "refused", error: appError("bank_refused", { bankMessage: "нет" }) } });
    expect(await desk.begin("1000.00")).toMatchObject({
      state: "needs_review",
      error: { code: "refund_lost", bankMessage: "нет" },
    });
  });

  it("not one byte left: nothing can have happened, and it may be asked for anew", async () => {
    desk.bank.next("/refund", { fail: "refused", reach: "connect" });
    expect(await desk.begin("1000.00")).toMatchObject({ state: "failed", error: { code: "bank_unreachable" } });
    expect(desk.bank.asked("/purchase")).toHaveLength(1);
    expect(await desk.begin("5000.00")).toMatchObject({ state: "pending", available: "5000.00" });
  });
});

describe("what is left, where the bank has no such figure", () => {
  const finish = async (amount: string): Promise<void> => {
    await desk.begin(amount);
    desk.bank.say("refunded");
    await desk.clock.advance(3 * SECOND);
  };

  it("in parts up to the total, and not a tiyn more", async () => {
    await finish("1500.00");
    await finish("3499.99");
    expect(await desk.call("refunds.look", { paymentId: "p1" })).toMatchObject({
      value: { total: "5000.00", refunded: "4999.99", available: "0.01", isOurs: true },
    });
    expect(await desk.begin("0.02")).toMatchObject({
      state: "failed",
      available: "0.01",
      availableIsOurs: true,
      error: { code: "refund_too_large" },
    });
    await finish("0.01");
    expect(await sale()).toBe("5000.00");
    expect(await desk.begin("0.01")).toMatchObject({ state: "failed", error: { code: "already_refunded" } });
    expect(desk.sendings()).toBe(3);
  });

  it("what a person has recorded counts, and what the bank rejected does not", async () => {
    const recorded = { paymentId: "p1", amount: "2000.00", recorded: true as const, reason: "в приложении" };
    expect(await desk.ask(recorded)).toMatchObject({ ok: true });
    const { id } = await desk.begin("3000.00");
    desk.bank.say("rejected");
    await desk.clock.advance(3 * SECOND);
    expect((await desk.get(id)).state).toBe("failed");
    expect(await desk.begin("3000.01")).toMatchObject({ state: "failed", available: "3000.00" });
    expect(await desk.begin("3000.00")).toMatchObject({ state: "pending" });
  });

  it("a hundred and more small ones are all counted", async () => {
    await finish("100.00");
    const [row] = await desk.journal.refunds({ limit: 1 });
    const { bankId: _n, ...one } = row as NonNullable<typeof row>;
    const many = Array.from({ length: 120 }, (_x, n) => ({
      ...one,
      seq: 0,
      version: 1,
      id: `more-${n}`,
      number: `A1-R1${String(n).padStart(5, "0")}`,
      idemKey: `more-${n}`,
      bankId: null,
    }));
    await desk.journal.commit({
      at: desk.clock.now(),
      refunds: many.slice(0, 39).map((each) => ({ ...each, minor: minor(10_000) })),
    });
    await desk.journal.commit({
      at: desk.clock.now(),
      refunds: many.slice(39).map((each) => ({ ...each, minor: minor(100) })),
    });
    // 100 + 39 × 100 + 81 × 1 of 5 000
    expect(await desk.begin("919.01")).toMatchObject({ state: "failed", available: "919.00" });
    expect(await desk.begin("919.00")).toMatchObject({ state: "pending" });
  });

  it("a sale of ours is worth no more than was asked for it, whatever commission the bank adds", async () => {
    desk.bank.purchase("77", TOTAL + 5_000);
    expect(await desk.begin("5000.01")).toMatchObject({ state: "failed", available: "5000.00" });
  });

  it("a purchase of another till goes back by the bank's number: its own total, and only while it is paid", async () => {
    const other = { provider: "halykQr", bankId: "500", amount: "3000.00" } as const;
    desk.bank.purchase("500", 300_000, false);
    expect(await desk.begin("", other)).toMatchObject({ state: "failed", error: { code: "wrong_purchase_status" } });
    desk.bank.purchase("500", 300_000);
    const refund = await desk.begin("", other);
    expect(refund).toMatchObject({ state: "pending", paymentId: null, available: "3000.00" });
    desk.bank.say("refunded");
    await desk.clock.advance(3 * SECOND);
    expect((await desk.get(refund.id)).state).toBe("refunded");
    expect(await desk.begin("", { ...other, amount: "0.01" })).toMatchObject({ error: { code: "already_refunded" } });
  });

  it("no word about the purchase, no sending", async () => {
    desk.bank.next("/purchase", LOST);
    expect(await desk.begin("1.00")).toMatchObject({ state: "failed", error: { code: "bank_unreachable" } });
    expect(desk.sendings()).toBe(0);
  });

  it("two clerks: one refund of a sale is sent, the other is shown it, also while the bank takes its time", async () => {
    const both = await Promise.all([
      desk.ask({ paymentId: "p1", amount: "3000.00" }),
      desk.askAsProgram({ provider: "halykQr", bankId: "77", amount: "3000.00" }),
    ]);
    expect(both.map(({ ok }) => ok)).toEqual([true, false]);
    expect(await again()).toMatchObject({ error: { code: "refund_open" }, refund: { state: "pending" } });
    desk.bank.say("refunded");
    await desk.clock.advance(3 * SECOND);
    expect(await again("2000.01")).toMatchObject({ value: { refund: { error: { code: "refund_too_large" } } } });
    expect(desk.sendings()).toBe(1);
  });
});

describe("a refund by the bank's number of the transaction (Q-64)", () => {
  const rrn = (amount: string, text = "OBLQR123502391607") => ({ provider: "halykQr", rrn: text, amount }) as const;

  it("of a purchase nobody here knows: no figure, a ready connection, and the bank decides", async () => {
    await desk.clock.advance(10 * SECOND);
    const refund = await desk.begin("", rrn("250.00"));
    expect(refund).toMatchObject({
      state: "pending",
      available: null,
      availableIsOurs: true,
      evidence: { purchaseId: null, before: null },
    });
    expect(desk.bank.requests.slice(-2).map(({ path }) => path)).toEqual(["/ping", "/refund"]);
    expect(desk.bank.bills.get(desk.bank.last())).toMatchObject({ of: "OBLQR123502391607", minor: 25_000 });
    expect(await desk.ask(rrn("1.00"))).toMatchObject({ error: { code: "refund_open" }, refund: { id: refund.id } });
    expect(await desk.begin("", rrn("1.00", "OTHER"))).toMatchObject({ state: "pending" });
    for (const bill of desk.bank.bills.values()) bill.word = "refunded";
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(refund.id)).toMatchObject({ state: "refunded", paymentId: null });
  });

  it("not sent while the bank cannot be reached; a definite no is all there is; its doubt is for a person", async () => {
    await desk.clock.advance(10 * SECOND);
    desk.bank.always("/ping", { fail: "refused", reach: "connect" });
    expect(await desk.begin("", rrn("1.00"))).toMatchObject({ state: "failed", error: { code: "bank_unreachable" } });
    expect(desk.sendings()).toBe(0);
    desk.bank.always("/ping", null);
    desk.bank.next("/refund", { answer: { kind: "refused", error: appError("purchase_not_found") } }, LOST);
    expect(await desk.begin("", rrn("1.00"))).toMatchObject({ state: "failed", error: { code: "purchase_not_found" } });
    expect(await desk.begin("", rrn("1.00"))).toMatchObject({ state: "needs_review", error: { code: "refund_lost" } });
    expect(await desk.ask(rrn("1.00"))).toMatchObject({ error: { code: "refund_open" } });
  });

  it("of a sale of ours it is that sale: by its own number, with its sum, and blocked with it", async () => {
    const facts = { reference: "ONB111111223301", fee: null, bonus: null, card: null, lines: [] };
    await desk.sell({ bankId: "78" }, { facts });
    await desk.sell({ bankId: "79", state: "declined" }, { facts: { ...facts, reference: "ONB2" } });
    desk.bank.purchase("78", TOTAL);
    const refund = await desk.begin("", rrn("5000.00", "ONB111111223301"));
    expect(refund).toMatchObject({ state: "pending", paymentId: "p2", available: "5000.00" });
    expect(desk.bank.bills.get(desk.bank.last())).toMatchObject({ of: "78" });
    expect(await desk.ask({ paymentId: "p2", amount: "1.00" })).toMatchObject({ error: { code: "refund_open" } });
    expect(await desk.ask(rrn("1.00", "ONB2"))).toMatchObject({ error: { code: "not_paid" }, payment: { id: "p3" } });
  });

  it("what went back by it before the sale was known to be ours counts, and blocks while it is undecided", async () => {
    const { id } = await desk.begin("", rrn("4000.00", "ONB3"));
    await desk.sell({ bankId: "78" }, { facts: { reference: "ONB3", fee: null, bonus: null, card: null, lines: [] } });
    desk.bank.purchase("78", TOTAL);
    expect(await desk.ask({ paymentId: "p2", amount: "1.00" })).toMatchObject({
      error: { code: "refund_open" },
      refund: { id },
    });
    desk.bank.say("refunded");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.begin("", { paymentId: "p2", amount: "1000.01" })).toMatchObject({
      state: "failed",
      available: "1000.00",
    });
  });
});

describe("a restart in the middle of such a refund", () => {
  it("between the commit and the bank's answer: nobody knows, so nothing is sent and a person must look", async () => {
    desk.bank.next("/refund", "hang");
    void desk.ask({ paymentId: "p1", amount: "1000.00" });
    await desk.clock.advance(SECOND);
    await desk.restart();
    await desk.clock.advance(60 * MINUTE);
    const [row] = await desk.journal.refunds({ limit: 1 });
    expect(row).toMatchObject({ state: "needs_review", settled: false, bankId: null, error: { code: "refund_lost" } });
    expect(desk.sendings()).toBe(1);
  });

  it("before the sending: nothing has left", async () => {
    desk.bank.next("/purchase", "hang");
    void desk.ask({ paymentId: "p1", amount: "1000.00" });
    await desk.clock.advance(SECOND);
    await desk.restart();
    const [row] = await desk.journal.refunds({ limit: 1 });
    expect(row).toMatchObject({ state: "failed", settled: true });
    expect(desk.sendings()).toBe(0);
  });

  it("while the bank takes its time: asked at once, then as before, and the 20 minutes go on", async () => {
    const { id } = await desk.begin("1000.00");
    const from = desk.clock.mono();
    await desk.clock.advance(5 * MINUTE);
    const before = desk.bank.asked("/bill").length;
    await desk.restart();
    await desk.clock.advance(20 * SECOND);
    expect(
      desk.bank
        .asked("/bill")
        .slice(before)
        .map((at) => at - from - 5 * MINUTE),
    ).toEqual([0, 10_000, 20_000]);
    await desk.clock.advance(14 * MINUTE + 39 * SECOND);
    expect((await desk.get(id)).state).toBe("pending");
    await desk.clock.advance(2 * SECOND);
    expect((await desk.get(id)).state).toBe("needs_review");
    expect(desk.sendings()).toBe(1);
  });

  it("its 20 minutes ended during the night: the start asks before it calls for a person", async () => {
    const { id } = await desk.begin("1000.00");
    desk.bank.say("refunded");
    desk.clock.jump(12 * 60 * MINUTE);
    await desk.restart();
    expect(await desk.get(id)).toMatchObject({ state: "refunded" });
    expect(await sale()).toBe("1000.00");
  });

  it("its 20 minutes ended during the night without a network: a person is called, and the first answer still decides", async () => {
    const { id } = await desk.begin("1000.00");
    desk.bank.say("refunded");
    desk.bank.always("/bill", { fail: "name_unknown", reach: "connect" });
    desk.clock.jump(12 * 60 * MINUTE);
    await desk.restart();
    await desk.clock.advance(10 * SECOND);
    expect((await desk.get(id)).state).toBe("needs_review");
    desk.bank.always("/bill", null);
    desk.core.wake("network");
    await desk.clock.advance(0);
    expect(await desk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "answer" } });
  });

  it("the disk refuses: nothing is sent without the intent, and the bank's word is kept until it is written", async () => {
    desk.bank.next("/purchase", {
      answer: { kind: "details", purchaseId: "77", total: minor(TOTAL), available: null, at: null },
      after: SECOND,
    });
    const first = desk.ask({ paymentId: "p1", amount: "1000.00" });
    await desk.clock.advance(0);
    desk.disk(true);
    await desk.clock.advance(2 * SECOND);
    expect(desk.sendings()).toBe(0);
    desk.disk(false);
    await desk.clock.advance(5 * SECOND);
    expect(await first).toMatchObject({ ok: true });
    expect((await desk.journal.refunds({ limit: 1 }))[0]).toMatchObject({ state: "failed" });

    desk.bank.next("/refund", { answer: { kind: "pending", bankId: "9" }, after: SECOND });
    void desk.ask({ paymentId: "p1", amount: "1000.00" });
    await desk.clock.advance(0);
    desk.disk(true);
    await desk.clock.advance(10 * SECOND);
    expect((await desk.journal.refunds({ limit: 1 }))[0]).toMatchObject({ state: "sending" });
    desk.disk(false);
    await desk.clock.advance(2 * SECOND);
    expect((await desk.journal.refunds({ limit: 1 }))[0]).toMatchObject({ state: "pending", bankId: "9" });
    desk.bank.next("/bill", {
      answer: { kind: "word", word: "refunded", raw: "PAID", minor: minor(100_000), message: null },
    });
    desk.disk(true);
    await desk.clock.advance(4 * SECOND);
    desk.disk(false);
    desk.bank.always("/bill", {
      answer: { kind: "word", word: "refunded", raw: "PAID", minor: minor(100_000), message: null },
    });
    await desk.clock.advance(4 * SECOND);
    expect((await desk.journal.refunds({ limit: 1 }))[0]).toMatchObject({ state: "refunded" });
    expect(await sale()).toBe("1000.00");
    expect(desk.sendings()).toBe(1);
  });

  it("stopped in order it asks nothing more", async () => {
    await desk.begin("1000.00");
    await desk.core.stop();
    const asked = desk.bank.requests.length;
    await desk.clock.advance(30 * MINUTE);
    expect(desk.bank.requests.length).toBe(asked);
  });
});

describe("goods that were not given", () => {
  const failed = async (): Promise<void> => {
    const goods = { ...newGoods({ fulfilSeconds: 60, dispenseSeconds: 90 }), at: desk.clock.now() };
    await desk.sell({ bankId: "78", fulfilment: goods });
    desk.bank.purchase("78", 500_000);
    const actor = { kind: "api", name: "machine", scopes: ["pay"] } as const;
    const done = desk.core.call(actor, "payments.fulfil", { id: "p2", ok: false, reason: "motor 24" });
    await desk.clock.advance(0);
    expect(await done).toMatchObject({ ok: true, value: { fulfilment: { state: "not_given" } } });
  };
  const stands = async (): Promise<string | undefined> => {
    const found = await desk.call("payments.get", { id: "p2" });
    return found.ok ? found.value.fulfilment?.moneyBack : found.error.code;
  };

  it("go back under a bill of the bank's own: on their way until the bank says that it is done, also over a restart", async () => {
    await failed();
    expect([await stands(), desk.sendings()]).toEqual(["going", 1]);
    await desk.restart();
    desk.bank.say("refunded");
    await desk.clock.advance(60_000);
    expect([await stands(), desk.sendings()]).toEqual(["returned", 1]);
    expect((await desk.journal.unfinished()).map(({ id }) => id)).toEqual([]);
  });

  it("and what the bank will not give back is a person's: nothing is asked for again by itself", async () => {
    await failed();
    desk.bank.say("rejected", "no");
    await desk.clock.advance(24 * 3_600_000);
    expect([await stands(), desk.sendings()]).toEqual(["support", 1]);
    const list = await desk.call("review.list", {});
    expect(list).toMatchObject({ ok: true, value: { items: [{ id: "p2", cause: "owed" }] } });
  });
});
