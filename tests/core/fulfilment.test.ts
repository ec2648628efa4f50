import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Journal } from "../../main/core/ports.ts";
import { openDesk, profileOf, testPeople, testSettings, type Desk, type DeskOptions } from "../support/desk.ts";
import { refusal, type Fate } from "../support/scripted-bank.ts";
import { HOUR, MINUTE, SECOND } from "./refund-helpers.ts";
import { machineAt, PINS, vending } from "./vending-desk.ts";

const RETURN = "/payment/return";
const DETAILS = "/payment/details";
const OFFLINE: Fate = { fail: "refused", reach: "connect" };

let desk: Desk;
const machine = machineAt(() => desk);
/** The screen is unlocked, so that the list can be read and decided about. */
const people = { ...testPeople(PINS), unlocked: () => true };
const open = async (options: DeskOptions = {}): Promise<void> => {
  desk = await openDesk({ settings: vending(), people, ...options });
};
afterEach(() => desk.close());

/** Whether the disk takes anything, and how many commits it took. */
function disk(): { full: boolean; commits: number; wrap: NonNullable<DeskOptions["wrap"]> } {
  const state = {
    full: false,
    commits: 0,
    wrap: (journal: Parameters<NonNullable<DeskOptions["wrap"]>>[0]) => ({
      ...journal,
      commit: (batch: Parameters<Journal["commit"]>[0]) => {
        if (state.full) return Promise.reject(new Error("the disk is full"));
        state.commits += 1;
        return journal.commit(batch);
      },
    }),
  };
  return state;
}

describe("the goods of a sale", () => {
  beforeEach(() => open());

  it("wait from the bank's word on, are begun, and given: the money stays", async () => {
    const made = await machine.call("payments.create", { key: "k1", request: { amount: "450.00", provider: "kaspi" } });
    if (!made.ok) throw new Error(made.error.code);
    const { id } = made.value.payment;
    expect(made.value.payment.fulfilment).toMatchObject({ state: "waiting", at: null, dueAt: null, moneyBack: "none" });
    expect(await machine.dispense(id)).toMatchObject({ ok: false, error: { code: "not_paid" } });
    expect(await machine.given(id)).toMatchObject({ ok: false, error: { code: "not_paid" } });

    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    expect(desk.snapshot().current?.fulfilment).toMatchObject({ state: "waiting", remainingMs: 60_000 });
    await desk.clock.advance(20 * SECOND);
    const begun = await machine.dispense(id);
    expect(begun).toMatchObject({ ok: true, value: { fulfilment: { state: "dispensing", by: "api:machine" } } });
    expect(desk.snapshot().current?.fulfilment).toMatchObject({ state: "dispensing", remainingMs: 90_000 });
    expect(await machine.dispense(id)).toEqual(begun);
    expect(await machine.given(id)).toMatchObject({ ok: true, value: { fulfilment: { state: "given", dueAt: null } } });
    expect(await machine.given(id)).toMatchObject({ ok: true, value: { fulfilment: { state: "given" } } });
    await desk.clock.advance(HOUR);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["given none", 0]);
    const { detail, fulfilment } = await machine.row(id);
    expect(detail.history.map(({ cause }) => cause).slice(-3)).toEqual([
      "bank-paid",
      "goods-dispensing",
      "goods-given",
    ]);
    expect(fulfilment?.open).toBe(false);
  });

  it("may be said to be given by one that does not say when it begins", async () => {
    const { id } = await machine.paid();
    expect(await machine.given(id)).toMatchObject({ ok: true, value: { fulfilment: { state: "given" } } });
  });

  it("are begun by one alone: a second controller is refused, and so is a second time", async () => {
    const { id } = await machine.paid();
    await machine.dispense(id, "left");
    expect(await machine.dispense(id, "right")).toMatchObject({
      ok: false,
      error: { code: "goods_decided" },
      payment: { fulfilment: { state: "dispensing", by: "api:left" } },
    });
    await machine.given(id);
    expect(await machine.dispense(id, "left")).toMatchObject({ ok: false, error: { code: "goods_decided" } });
  });

  it("not given: the decision is on the disk with its reason, and the money goes back once, by itself", async () => {
    const { id } = await machine.paid();
    await machine.dispense(id);
    const before = (await desk.journal.info()).head;
    const at = desk.clock.now();
    const reported = await machine.failed(id);
    expect(reported).toMatchObject({
      ok: true,
      value: { fulfilment: { state: "not_given", reason: "motor 24 jammed" } },
    });
    expect(desk.clock.now() - at).toBeLessThanOrEqual(100);
    const events = await desk.journal.events(before, 99);
    const first = JSON.parse(events[0]?.body ?? "{}");
    expect(first).toMatchObject({ id, fulfilment: { state: "not_given", moneyBack: "going", refundId: null } });
    // The refund and the sale that names it are one commit.
    const [begun, refund] = events.slice(1).map(({ kind, body }) => ({ kind, told: JSON.parse(body) }));
    expect([begun?.kind, refund?.kind, refund?.told.state]).toEqual(["payment", "refund", "creating"]);
    expect(begun?.told.fulfilment.refundId).toBe(refund?.told.id);

    const [row, ...others] = await machine.refunds(id);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ state: "refunded", actor: "till:goods", idemKey: `fulfil:${id}:1`, minor: 45_000 });
    expect(row?.detail).toMatchObject({ onScreen: false, way: "till" });
    expect(await machine.goods(id)).toMatchObject({ open: false, sent: true, tries: 1, refundNumber: row?.number });
    expect(await machine.failed(id, "again")).toMatchObject({
      ok: true,
      value: { fulfilment: { state: "not_given", moneyBack: "returned", reason: "motor 24 jammed" } },
    });
    expect(desk.snapshot().current?.fulfilment).toMatchObject({ moneyBack: "returned", refundNumber: row?.number });
    await desk.clock.advance(HOUR);
    expect([machine.sendings(), (await desk.get(id)).refundedAmount]).toEqual([1, "450.00"]);
    expect(desk.snapshot().inDoubt.count).toBe(0);
  });

  it("that nobody has begun are not given at the moment that was said, and not before", async () => {
    const { id, fulfilment } = await machine.paid();
    const due = Date.parse(fulfilment?.dueAt ?? "") - desk.clock.now();
    await desk.clock.advance(due - 1);
    expect(await machine.stands(id)).toBe("waiting none");
    await desk.clock.advance(1);
    expect(await machine.goods(id)).toMatchObject({ state: "not_given", reason: "no_report", by: null });
    expect(machine.sendings()).toBe(1);
    expect(await machine.dispense(id)).toMatchObject({ ok: false, error: { code: "goods_decided" } });
  });

  it("that were begun and never told of are unknown: no money by time alone, and a person is told", async () => {
    const { id } = await machine.paid();
    await machine.dispense(id);
    await desk.clock.advance(90 * SECOND - 1);
    expect(desk.snapshot().inDoubt.count).toBe(0);
    await desk.clock.advance(1);
    expect(await machine.stands(id)).toBe("unknown none");
    expect(await machine.dispense(id)).toMatchObject({ ok: false, error: { code: "goods_decided" } });
    await desk.clock.advance(48 * HOUR);
    expect([machine.sendings(), desk.snapshot().inDoubt.count]).toEqual([0, 1]);
    expect(await machine.list()).toMatchObject([
      { id, cause: "goods", outcomes: ["treatedAsGiven", "treatedAsNotGiven"], canAsk: false, asksUntil: null },
    ]);
  });

  it.each([
    ["given", "given none", 0],
    ["failed", "not_given returned", 1],
  ] as const)("unknown, and then the machine says %s after all: that counts", async (word, stands, sendings) => {
    const { id } = await machine.paid();
    await machine.dispense(id);
    await desk.clock.advance(2 * HOUR);
    expect(await machine[word](id)).toMatchObject({ ok: true });
    expect([await machine.stands(id), machine.sendings(), desk.snapshot().inDoubt.count]).toEqual([
      stands,
      sendings,
      0,
    ]);
  });

  it("two reports at once: the first is the one, the other is told so and stands in the list", async () => {
    const { id } = await machine.paid();
    await machine.dispense(id);
    const given = machine.given(id);
    const failed = machine.failed(id);
    expect(await given).toMatchObject({ ok: true });
    expect(await failed).toMatchObject({
      ok: false,
      error: { code: "goods_decided" },
      payment: { fulfilment: { state: "given" } },
    });
    expect(machine.sendings()).toBe(0);
    expect(await machine.list()).toMatchObject([{ id, cause: "goods" }]);
    await machine.failed(id);
    expect(await machine.list()).toHaveLength(1);
  });

  it.each([0, -1])(
    "a beginning and the end of the time at the same moment (%i ms): one of them, never both",
    async (early) => {
      const { id, fulfilment } = await machine.paid();
      await desk.clock.advance(Date.parse(fulfilment?.dueAt ?? "") - desk.clock.now() - 1);
      // Both are in the payment's queue before either is written.
      const late = desk.clock.advance(1);
      const begun = await machine.dispense(id);
      await late;
      void early;
      const goods = await machine.goods(id);
      expect([begun.ok, goods.state]).toEqual(begun.ok ? [true, "dispensing"] : [false, "not_given"]);
      expect(machine.sendings()).toBe(begun.ok ? 0 : 1);
    },
  );

  it("given while the refund is on its way: refused, and it stands in the list with both", async () => {
    const { id } = await machine.paid();
    desk.bank.next(RETURN, "hang");
    await machine.failed(id);
    expect(await machine.goods(id)).toMatchObject({ sent: true });
    expect(await machine.given(id)).toMatchObject({ ok: false, error: { code: "goods_decided" } });
    const both = (await machine.list()).map(({ of, cause }) => `${of} ${cause}`);
    expect(both).toEqual(["refund no_answer", "payment goods"]);
    await desk.clock.advance(5 * MINUTE);
    expect(machine.sendings()).toBe(1);
  });

  it("given between the decision and the sending: nothing is sent, and the refund is given up", async () => {
    const { id } = await machine.paid();
    desk.bank.next(DETAILS, { answer: "{}", after: 3 * SECOND });
    await machine.failed(id);
    expect(await machine.goods(id)).toMatchObject({ sent: false, tries: 1 });
    expect(await machine.given(id)).toMatchObject({ ok: true, value: { fulfilment: { state: "given" } } });
    await desk.clock.advance(HOUR);
    expect([machine.sendings(), (await machine.refunds(id))[0]?.state]).toEqual([0, "cancelled"]);
    expect([await machine.stands(id), desk.snapshot().inDoubt.count]).toEqual(["given none", 0]);
  });

  it("a refund whose figure is read while the goods are given is stopped at its very sending, in the journal's order", async () => {
    const { id } = await machine.paid();
    const sale = await desk.get(id);
    const figure = `{"StatusCode":0,"Message":"OK","Data":{"QrPaymentId":${sale.bankId},"TotalAmount":450.00,"AvailableReturnAmount":450.00,"TransactionDate":"2026-11-22T11:35:48.1566667"}}`;
    desk.bank.next(DETAILS, { answer: figure, after: 3 * SECOND });
    await machine.failed(id);
    const [refund] = await machine.refunds(id);
    const cancel = desk.core.call({ kind: "person", name: "cashier" }, "refunds.cancel", { id: refund?.id ?? "" });
    expect((await machine.given(id)).ok).toBe(true);
    await cancel;
    await desk.clock.advance(HOUR);
    expect(machine.sendings()).toBe(0);
  });

  it("hold the till until they are decided, and no longer", async () => {
    const { id, number } = await machine.paid();
    const another = { key: "k2", request: { amount: "450.00", provider: "kaspi" } } as const;
    const busy = { ok: false, error: { code: "till_busy", params: { number } }, payment: { id } };
    expect(await machine.call("payments.create", another)).toMatchObject(busy);
    expect(await machine.call("payments.dismiss", { id })).toMatchObject({
      ok: false,
      error: { code: "not_finished" },
    });
    expect(desk.core.bank.busy()).toBe(true);
    // Nor may anybody give the money back while the goods may be coming out.
    const back = { key: "k3", request: { paymentId: id, amount: "450.00" } };
    expect(await machine.call("refunds.create", back)).toMatchObject({ ok: false, error: { code: "not_finished" } });
    await machine.dispense(id);
    expect(await machine.call("payments.create", another)).toMatchObject(busy);
    await desk.clock.advance(90 * SECOND);
    expect(desk.core.bank.busy()).toBe(false);
    expect(await machine.call("payments.create", another)).toMatchObject({ ok: true });
  });

  it("of a sale that was given up and paid all the same wait too, and the money goes back", async () => {
    const made = await machine.call("payments.create", { key: "k1", request: { amount: "450.00", provider: "kaspi" } });
    if (!made.ok) throw new Error(made.error.code);
    const { id } = made.value.payment;
    await machine.call("payments.cancel", { id });
    desk.bank.status("Processed");
    await desk.clock.advance(MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true, fulfilment: { state: "waiting" } });
    await desk.clock.advance(MINUTE);
    expect(await machine.stands(id)).toBe("not_given returned");
  });

  it("are waited for no more where it was never paid", async () => {
    const made = await machine.call("payments.create", { key: "k1", request: { amount: "450.00", provider: "kaspi" } });
    if (!made.ok) throw new Error(made.error.code);
    desk.bank.status("Error");
    await desk.clock.advance(5 * SECOND);
    const { id } = made.value.payment;
    expect(await machine.row(id)).toMatchObject({ state: "declined", fulfilment: { open: false, at: null } });
    expect(await machine.failed(id)).toMatchObject({ ok: false, error: { code: "not_paid" } });
  });

  it("of a sale that a person had treated as paid are his to decide when the bank says so too", async () => {
    const made = await machine.call("payments.create", { key: "k1", request: { amount: "450.00", provider: "kaspi" } });
    if (!made.ok) throw new Error(made.error.code);
    const { id } = made.value.payment;
    desk.bank.always("/payment/status", { fail: "timeout", reach: "sent" });
    await desk.clock.advance(10 * MINUTE);
    expect((await desk.get(id)).state).toBe("in_doubt");
    expect(await machine.decide(id, "treatedAsPaid")).toEqual({ ok: true, value: null });
    desk.bank.always("/payment/status", null);
    desk.bank.status("Processed");
    await desk.clock.advance(2 * HOUR);
    expect([(await desk.get(id)).state, await machine.stands(id), machine.sendings()]).toEqual([
      "paid",
      "unknown none",
      0,
    ]);
  });

  it("are nothing in another mode, and go on being seen to when the mode has changed", async () => {
    const { id } = await machine.paid();
    await desk.restart(testSettings(profileOf("3"), { mode: "cashier" }));
    expect(await machine.dispense(id)).toMatchObject({ ok: true });
    expect(await machine.failed(id)).toMatchObject({ ok: true });
    expect(await machine.stands(id)).toBe("not_given returned");
    const plain = await machine.paid("500.00");
    expect(plain.fulfilment).toBeNull();
    expect(await machine.failed(plain.id)).toMatchObject({ ok: false, error: { code: "not_supported" } });
  });
});

describe("a person's word about goods", () => {
  beforeEach(() => open());

  const unknown = async (): Promise<string> => {
    const { id } = await machine.paid();
    await machine.dispense(id);
    await desk.clock.advance(2 * MINUTE);
    return id;
  };

  it("given: it stands, with his name and his reason", async () => {
    const id = await unknown();
    expect(await machine.decide(id, "treatedAsRefunded")).toMatchObject({
      ok: false,
      error: { code: "not_resolvable" },
    });
    expect(await machine.decide(id, "treatedAsGiven")).toEqual({ ok: true, value: null });
    expect(await machine.goods(id)).toMatchObject({
      state: "given",
      by: "person:Айгүл",
      reason: "looked into the tray",
      open: false,
    });
    expect(await machine.row(id)).toMatchObject({ state: "paid", resolution: null });
    expect(desk.snapshot().inDoubt.count).toBe(0);
    await desk.clock.advance(HOUR);
    expect(machine.sendings()).toBe(0);
  });

  it("not given: the money goes back by itself, once", async () => {
    const id = await unknown();
    await machine.decide(id, "treatedAsNotGiven");
    await desk.clock.advance(HOUR);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["not_given returned", 1]);
    // What the machine says now goes against him: told once, and not at each repetition.
    expect(await machine.given(id)).toMatchObject({ ok: false, error: { code: "goods_decided" } });
    expect(await machine.list()).toMatchObject([{ cause: "goods" }]);
    await machine.decide(id, "treatedAsNotGiven");
    await machine.given(id);
    expect([await machine.list(), machine.sendings()]).toEqual([[], 1]);
  });

  it("two people at once: the second one decides about what is no more", async () => {
    const id = await unknown();
    const first = machine.decide(id, "treatedAsGiven");
    const second = machine.decide(id, "treatedAsNotGiven");
    const done = [await first, await second].map(({ ok }) => ok);
    expect(done).toEqual([true, false]);
    await desk.clock.advance(HOUR);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["given none", 0]);
  });

  it("the machine speaks while he types: his decision speaks of something that is no more", async () => {
    const id = await unknown();
    const decided = desk.core.call({ kind: "person", name: "x" }, "review.resolve", {
      id,
      outcome: "treatedAsNotGiven",
      reason: "the tray is empty",
      pin: "2222",
    });
    const given = desk.core.call({ kind: "api", name: "machine", scopes: ["pay"] }, "payments.fulfil", {
      id,
      ok: true,
    });
    await desk.clock.advance(MINUTE);
    expect([(await given).ok, ((await decided) as { ok: boolean }).ok]).toEqual([true, false]);
    expect(machine.sendings()).toBe(0);
  });
});

describe("money that does not go back at once", () => {
  beforeEach(() => open());

  it("is tried again by itself when it never left the till: 30 s, 1, 5, 15 minutes", async () => {
    const { id } = await machine.paid();
    desk.bank.always(DETAILS, { fail: "timeout", reach: "sent" });
    await machine.failed(id);
    const tries: number[] = [];
    for (let minute = 0; minute < 60; minute += 0.5) {
      const { length } = await machine.refunds(id);
      if (length !== tries.length) tries.push(minute);
      await desk.clock.advance(30 * SECOND);
    }
    expect(tries.slice(0, 5)).toEqual([0, 0.5, 1.5, 6.5, 21.5]);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([0, "not_given going"]);
    desk.bank.always(DETAILS, null);
    await desk.clock.advance(15 * MINUTE);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([1, "not_given returned"]);
  });

  it("waits for the network, and goes when it is there: no heap of refunds meanwhile", async () => {
    const { id } = await machine.paid();
    desk.bank.always("/", OFFLINE);
    await machine.failed(id);
    await desk.clock.advance(3 * HOUR);
    expect(await machine.refunds(id)).toHaveLength(1);
    desk.bank.always("/", null);
    await desk.clock.advance(10 * SECOND);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([1, "not_given returned"]);
  });

  it("given while it waits: the money stays, and nothing is sent any more", async () => {
    const { id } = await machine.paid();
    desk.bank.always("/", OFFLINE);
    await machine.failed(id);
    expect(await machine.given(id)).toMatchObject({ ok: true });
    desk.bank.always("/", null);
    await desk.clock.advance(25 * HOUR);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([0, "given none"]);
  });

  it("whose connection broke before a byte had left is sent again, and the goods may still be given before that", async () => {
    const { id } = await machine.paid();
    desk.bank.next(RETURN, OFFLINE);
    await machine.failed(id);
    expect(await machine.refunds(id)).toMatchObject([{ state: "failed", detail: { sends: 1 } }]);
    expect(await machine.goods(id)).toMatchObject({ sent: false });
    await desk.clock.advance(31 * SECOND);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([2, "not_given returned"]);
    expect(desk.bank.left((await desk.get(id)).bankId ?? "")).toBe(0);
  });

  it("for a day and no longer: then a person is told, and may say that it went back elsewhere", async () => {
    const { id } = await machine.paid();
    desk.bank.always("/", OFFLINE);
    await machine.failed(id);
    await desk.clock.advance(23 * HOUR);
    expect(await machine.list()).toEqual([]);
    await desk.clock.advance(2 * HOUR);
    expect(await machine.list()).toMatchObject([
      {
        cause: "owed",
        payment: { error: { code: "bank_unreachable" } },
        outcomes: ["treatedAsRefunded", "treatedAsGiven"],
      },
    ]);
    await machine.decide(id, "treatedAsRefunded", "in cash");
    expect([await machine.stands(id), await machine.list()]).toEqual(["not_given returned", []]);
    expect(await machine.goods(id)).toMatchObject({ by: "person:Айгүл", reason: "in cash", open: false });
    desk.bank.always("/", null);
    await desk.clock.advance(25 * HOUR);
    expect(machine.sendings()).toBe(0);
  });

  it("the bank's definite no is a person's, at once", async () => {
    const { id } = await machine.paid();
    desk.bank.next(RETURN, { answer: refusal("-99000020") });
    await machine.failed(id);
    await desk.clock.advance(HOUR);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([1, "not_given support"]);
    expect(await machine.list()).toMatchObject([{ id, cause: "owed" }]);
    expect((await machine.list())[0]?.calls.map(({ name }) => name)).toEqual(["payment/return"]);
    // A clerk gives it back after all.
    const back = await machine.call("refunds.create", { key: "own", request: { paymentId: id, amount: "450.00" } });
    expect(back).toMatchObject({ ok: true });
    expect([await machine.stands(id), await machine.list()]).toEqual(["not_given returned", []]);
  });

  it("a lost answer is never sent again: it stands as the refund that nobody knows the end of, and once", async () => {
    const { id } = await machine.paid();
    desk.bank.next(RETURN, { fail: "closed", reach: "sent", acts: true });
    desk.bank.always(DETAILS, null);
    await machine.failed(id);
    await desk.clock.advance(5 * MINUTE);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([1, "not_given returned"]);

    const other = await machine.paid("600.00");
    desk.bank.next(RETURN, { fail: "closed", reach: "sent" });
    await machine.failed(other.id);
    await desk.clock.advance(SECOND);
    expect((await machine.list()).map(({ of, cause }) => [of, cause])).toEqual([["refund", "no_answer"]]);
    await desk.clock.advance(HOUR);
    // It has not happened, as the bank's figure says two minutes later; a second sending is a person's.
    expect((await machine.refunds(other.id)).map(({ state }) => state)).toEqual(["not_executed"]);
    expect([machine.sendings(), await machine.stands(other.id)]).toEqual([2, "not_given support"]);
    expect(await machine.list()).toMatchObject([{ of: "payment", cause: "owed", id: other.id }]);
  });

  it("what the bank has not got any more, and what somebody else is giving back, is a person's or waits", async () => {
    const { id, bankId } = await machine.paid();
    desk.bank.available(bankId ?? "", 0);
    await machine.failed(id);
    expect(await machine.stands(id)).toBe("not_given support");
    expect((await machine.goods(id)).stuck).toBe("already_refunded");
  });

  it("a disk that refuses: nothing is answered as done, and all of it is done when it takes it", async () => {
    await desk.close();
    const plate = disk();
    await open({ wrap: plate.wrap });
    const { id } = await machine.paid();
    plate.full = true;
    expect(await machine.failed(id)).toMatchObject({ ok: false, error: { code: "journal_unavailable" } });
    expect(await machine.dispense(id)).toMatchObject({ ok: false, error: { code: "journal_unavailable" } });
    await desk.clock.advance(2 * MINUTE);
    expect(machine.sendings()).toBe(0);
    plate.full = false;
    await desk.clock.advance(10 * SECOND);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([1, "not_given returned"]);
  });
});

describe("the customer's code (scheme 2)", () => {
  beforeEach(() => open({ settings: vending(profileOf("2")) }));

  it("stands on the screen at once for this sale, and its scan gives the money back", async () => {
    const { id, bankId } = await machine.paid();
    await machine.failed(id);
    const shown = desk.snapshot();
    expect(shown.current).toBeNull();
    expect(shown.refund).toMatchObject({ paymentId: id, actor: "till:goods", state: "awaiting_scan", minor: 45_000 });
    expect(await machine.stands(id)).toBe("not_given customer");
    desk.bank.operations([{ id: bankId ?? "", minor: 45_000 as never, at: "2026-11-22T11:35:48.1566667" }]);
    desk.bank.returnStatus("CustomerIdentityObtained");
    await desk.clock.advance(10 * SECOND);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([1, "not_given returned"]);
  });

  it("that nobody scans is a person's", async () => {
    const { id } = await machine.paid();
    await machine.failed(id);
    await desk.clock.advance(4 * MINUTE);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["not_given support", 0]);
    expect(await machine.list()).toMatchObject([{ cause: "owed" }]);
  });

  it("scanned by somebody else is given up, and nothing of him stays", async () => {
    const { id } = await machine.paid();
    await machine.failed(id);
    desk.bank.operations([{ id: "999", minor: 45_000 as never, at: "2026-11-22T11:35:48.1566667" }]);
    desk.bank.returnStatus("CustomerIdentityObtained");
    await desk.clock.advance(10 * SECOND);
    expect(await machine.refunds(id)).toMatchObject([{ state: "cancelled", detail: { operations: [] } }]);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["not_given support", 0]);
  });

  it("that the bank cannot make is tried again while the customer stands there, and no longer", async () => {
    const { id } = await machine.paid();
    desk.bank.always("/return/create", OFFLINE);
    await machine.failed(id);
    desk.bank.always("/return/create", null);
    await desk.clock.advance(31 * SECOND);
    expect(desk.snapshot().refund).toMatchObject({ paymentId: id, state: "awaiting_scan" });

    // It is made once, so that the next sale waits for it.
    const next = { key: "k7", request: { amount: "600.00", provider: "kaspi" } } as const;
    expect(await machine.call("payments.create", next)).toMatchObject({
      ok: false,
      error: { code: "till_busy" },
      refund: { paymentId: id },
    });
    await desk.call("refunds.cancel", { id: desk.snapshot().refund?.id ?? "" });
    const late = await machine.paid("700.00");
    desk.bank.always("/return/create", OFFLINE);
    await machine.failed(late.id);
    await desk.clock.advance(HOUR);
    desk.bank.always("/return/create", null);
    await desk.clock.advance(HOUR);
    expect([desk.snapshot().refund?.qr, await machine.stands(late.id)]).toEqual([null, "not_given support"]);
  });

  it("comes down when the goods were given after all", async () => {
    const { id } = await machine.paid();
    await machine.failed(id);
    expect(await machine.given(id)).toMatchObject({ ok: true });
    expect((await machine.refunds(id)).map(({ state }) => state)).toEqual(["cancelled"]);
  });

  it("waits for the screen, and not for ever", async () => {
    const { id } = await machine.paid();
    await machine.dispense(id);
    await desk.clock.advance(2 * MINUTE);
    const other = await machine.call("payments.create", {
      key: "k9",
      request: { amount: "600.00", provider: "kaspi" },
    });
    expect(other.ok).toBe(true);
    await machine.failed(id);
    expect([desk.snapshot().refund, await machine.stands(id)]).toEqual([null, "not_given going"]);
    if (other.ok) await machine.call("payments.cancel", { id: other.value.payment.id });
    await desk.clock.advance(10 * SECOND);
    expect(await machine.stands(id)).toBe("not_given customer");
  });
});

it("a contract that knows refunds in the bank's app alone (scheme 1) says so at once", async () => {
  await open({ settings: vending(profileOf("1")) });
  const { id } = await machine.paid();
  await machine.failed(id);
  expect(await machine.stands(id)).toBe("not_given support");
  expect(await machine.list()).toMatchObject([{ cause: "owed", payment: { error: { code: "refund_elsewhere" } } }]);
  expect(await machine.given(id)).toMatchObject({ ok: true });
  expect(await machine.list()).toEqual([]);
});

describe("the power goes", () => {
  it.each(["waiting", "dispensing", "unknown", "not_given"] as const)("while the goods are %s", async (state) => {
    await open();
    const { id } = await machine.paid();
    if (state !== "waiting") await machine.dispense(id);
    if (state === "unknown") await desk.clock.advance(2 * MINUTE);
    if (state === "not_given") {
      desk.bank.next(DETAILS, "hang");
      await machine.failed(id);
    }
    await desk.restart();
    const kept = await machine.goods(id);
    expect(kept.state).toBe(state);
    await desk.clock.advance(3 * HOUR);
    const ends = { waiting: "not_given returned", dispensing: "unknown none", unknown: "unknown none" };
    expect(await machine.stands(id)).toBe(state === "not_given" ? "not_given returned" : ends[state]);
    expect(machine.sendings()).toBe(state === "waiting" || state === "not_given" ? 1 : 0);
  });

  it("and comes back long after: the machine has a moment to say what it did, then the time counts", async () => {
    await open();
    const { id } = await machine.paid();
    desk.clock.jump(3 * HOUR);
    await desk.restart();
    await desk.clock.advance(9 * SECOND);
    expect(await machine.stands(id)).toBe("waiting none");
    await desk.clock.advance(SECOND);
    expect(await machine.stands(id)).toBe("not_given returned");
  });

  it("with time left: no more than was left, and a wall clock that jumped cannot add any", async () => {
    await open();
    const { id } = await machine.paid();
    await desk.clock.advance(20 * SECOND);
    await desk.restart();
    await desk.clock.advance(40 * SECOND - 1);
    expect(await machine.stands(id)).toBe("waiting none");
    desk.clock.jump(-12 * HOUR);
    await desk.clock.advance(1);
    expect(await machine.stands(id)).toBe("not_given returned");
  });

  // What a sale with goods that were not given writes, commit by commit: the machine says its report again after each start.
  it.each(Array.from({ length: 12 }, (_, n) => n))(
    "after commit %i of them: exactly one refund or exactly one of goods",
    async (n) => {
      let left = Number.POSITIVE_INFINITY;
      await open({
        wrap: (journal) => ({
          ...journal,
          commit(batch) {
            if (left <= 0) return new Promise(() => undefined);
            left -= 1;
            return journal.commit(batch);
          },
        }),
      });
      const made = await machine.call("payments.create", {
        key: "k1",
        request: { amount: "450.00", provider: "kaspi" },
      });
      if (!made.ok) throw new Error(made.error.code);
      const { id, bankId } = made.value.payment;
      left = n;
      desk.bank.status("Processed");
      await desk.clock.advance(5 * SECOND);
      const actor = { kind: "api", name: "machine", scopes: ["pay"] } as const;
      void desk.core.call(actor, "payments.dispense", { id });
      await desk.clock.advance(0);
      void desk.core.call(actor, "payments.fulfil", { id, ok: false, reason: "motor" });
      await desk.clock.advance(0);
      left = Number.POSITIVE_INFINITY;
      await desk.restart();
      await desk.clock.advance(20 * SECOND);
      await machine.failed(id);
      await desk.clock.advance(3 * HOUR);
      expect(await machine.stands(id)).toBe("not_given returned");
      expect(machine.sendings()).toBe(1);
      expect(desk.bank.left(bankId ?? "")).toBe(0);
    },
  );
});

it("what is open of goods stays in memory when it has left the screen, and comes back from the journal days later", async () => {
  await open();
  const { id } = await machine.paid();
  await machine.dispense(id);
  await desk.clock.advance(2 * MINUTE);
  await machine.call("payments.dismiss", { id });
  expect(desk.snapshot().current).toBeNull();
  expect((await machine.list()).map((item) => item.id)).toEqual([id]);
  await desk.clock.advance(72 * HOUR);
  await desk.restart();
  expect(desk.snapshot().current).toBeNull();
  expect((await desk.journal.unfinished()).map((row) => row.id)).toEqual([id]);
  expect((await machine.list()).map((item) => item.id)).toEqual([id]);
  const { value } = (await machine.call("events.after", { seq: 99_999, limit: 1 })) as never as {
    value: { reset: boolean; open: { id: string }[] };
  };
  expect([value.reset, value.open.map((payment) => payment.id)]).toEqual([true, [id]]);
  await machine.decide(id, "treatedAsGiven");
  expect((await desk.journal.unfinished()).map((row) => row.id)).toEqual([]);
});
