/** What must not lead to goods and money both, nor to neither: a clerk beside the till, a disk that refuses, a journal of yesterday. */
import { afterEach, describe, expect, it } from "vitest";
import { followPayment, newGoods } from "../../main/core/goods.ts";
import type { Journal } from "../../main/core/ports.ts";
import { openDesk, profileOf, testPeople, type Desk, type DeskOptions } from "../support/desk.ts";
import { envelope, refusal, type Fate } from "../support/scripted-bank.ts";
import { HOUR, MINUTE, SECOND } from "./refund-helpers.ts";
import { machineAt, PINS, vending } from "./vending-desk.ts";

const RETURN = "/payment/return";
const NO: Fate = { answer: refusal("-99000020") };

let desk: Desk;
const machine = machineAt(() => desk);
const people = { ...testPeople(PINS), unlocked: () => true };
const open = async (options: DeskOptions = {}): Promise<void> => {
  desk = await openDesk({ settings: vending(), people, ...options });
};
afterEach(() => desk.close());

/** A clerk's refund of the sale whose answer does not come. */
async function byHand(id: string, amount = "450.00"): Promise<void> {
  desk.bank.next(RETURN, "hang");
  void desk.core.call({ kind: "api", name: "office", scopes: ["refund"] }, "refunds.create", {
    key: `by-hand-${id}`,
    request: { paymentId: id, amount },
  });
  await desk.clock.advance(SECOND);
  expect((await machine.refunds(id)).at(-1)).toMatchObject({ actor: "api:office", state: "sending" });
}

/** The bank's figure of a sale of 450.00 takes its time. */
function slowFigure(bankId: string | null, after: number): void {
  const data = `"QrPaymentId":${bankId},"TotalAmount":450,"AvailableReturnAmount":450`;
  const answer = envelope(`{${data},"TransactionDate":"2026-11-22T11:35:48.1566667"}`);
  desk.bank.next("/payment/details", { answer, after });
}

describe("a refund by hand that is on its way", () => {
  it("of money that is owed: the goods cannot be said to be given any more", async () => {
    await open();
    const { id } = await machine.paid();
    desk.bank.next(RETURN, NO);
    await machine.failed(id);
    expect(await machine.stands(id)).toBe("not_given support");
    await byHand(id);
    expect(await machine.given(id)).toMatchObject({ ok: false, error: { code: "goods_decided" } });
    await desk.clock.advance(5 * MINUTE);
    expect((await machine.list()).map(({ id: which, cause }) => [which, cause])).toContainEqual([id, "goods"]);
  });

  it("of goods that nobody knows of: the same, and it outlives the money's being back", async () => {
    await open();
    const { id, bankId } = await machine.paid();
    await machine.dispense(id);
    await desk.clock.advance(2 * MINUTE);
    expect(await machine.stands(id)).toBe("unknown none");
    desk.bank.next(RETURN, { fail: "timeout", reach: "sent", acts: true });
    const office = { kind: "api", name: "office", scopes: ["refund"] } as const;
    const request = { paymentId: id, amount: "450.00" };
    void desk.core.call(office, "refunds.create", { key: "by-hand", request });
    await desk.clock.advance(0);
    expect(await machine.given(id)).toMatchObject({ ok: false, error: { code: "goods_decided" } });
    await machine.call("payments.dismiss", { id });
    await desk.clock.advance(5 * MINUTE);
    expect(desk.bank.left(bankId ?? "")).toBe(0);
    await desk.restart();
    expect((await machine.list()).map(({ id: which, cause }) => [which, cause])).toEqual([[id, "goods"]]);
    await machine.decide(id, "treatedAsNotGiven");
    expect([await machine.stands(id), await machine.list(), machine.sendings()]).toEqual(["not_given returned", [], 1]);
  });

  it("while the till waits to try anew: the same", async () => {
    await open();
    const { id } = await machine.paid();
    desk.bank.next("/payment/details", { fail: "timeout", reach: "sent" });
    await machine.failed(id);
    await desk.clock.advance(SECOND);
    expect([await machine.stands(id), (await machine.goods(id)).sent]).toEqual(["not_given going", false]);
    await byHand(id);
    expect(await machine.given(id)).toMatchObject({ ok: false, error: { code: "goods_decided" } });
    await desk.clock.advance(HOUR);
    expect((await machine.list()).map(({ id: which, cause }) => [which, cause])).toContainEqual([id, "goods"]);
    expect(machine.sendings()).toBe(1);
  });

  it.each([false, true])(
    "begun before the goods were said to be given is not sent after it (put away: %s)",
    async (away) => {
      await open();
      const { id, bankId } = await machine.paid();
      await machine.dispense(id);
      await desk.clock.advance(2 * MINUTE);
      // The machine speaks meanwhile.
      slowFigure(bankId, 4 * SECOND);
      const office = { kind: "api", name: "office", scopes: ["refund"] } as const;
      const request = { paymentId: id, amount: "450.00" };
      void desk.core.call(office, "refunds.create", { key: "by-hand", request });
      await desk.clock.advance(2 * SECOND);
      if (away) await machine.call("payments.dismiss", { id });
      expect(await machine.given(id)).toMatchObject({ ok: true });
      await desk.clock.advance(MINUTE);
      expect([await machine.stands(id), machine.sendings()]).toEqual(["given none", 0]);
      expect(await machine.refunds(id)).toMatchObject([{ state: "failed", error: { code: "not_finished" } }]);
      // What somebody wants now, he wants knowing that.
      expect(await machine.call("refunds.create", { key: "anew", request })).toMatchObject({ ok: true });
      expect(machine.sendings()).toBe(1);
    },
  );

  it("that the bank refuses leaves the rest as it was: a part of it is followed by the rest", async () => {
    await open();
    const { id, bankId } = await machine.paid();
    await machine.dispense(id);
    await desk.clock.advance(2 * MINUTE);
    const done = await machine.call("refunds.create", { key: "part", request: { paymentId: id, amount: "100.00" } });
    expect(done).toMatchObject({ ok: true, value: { refund: { state: "refunded" } } });
    const more = await machine.call("refunds.create", { key: "more", request: { paymentId: id, amount: "50.00" } });
    expect(more).toMatchObject({ ok: true, value: { refund: { state: "refunded" } } });
    await machine.failed(id);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["not_given returned", 3]);
    expect(desk.bank.left(bankId ?? "")).toBe(0);
  });

  it("stands in the list as that refund, and the money is not asked of a person beside it", async () => {
    await open();
    const { id } = await machine.paid();
    desk.bank.next(RETURN, NO);
    await machine.failed(id);
    await byHand(id);
    expect((await machine.list()).map(({ of }) => of)).toEqual(["refund"]);
  });
});

describe("a disk that refuses", () => {
  it("is not written to without a pause for money that is owed", async () => {
    let tries = 0;
    let full = false;
    await open({
      wrap: (journal) => ({
        ...journal,
        commit(batch: Parameters<Journal["commit"]>[0]) {
          if (!full || !batch.refunds) return journal.commit(batch);
          tries += 1;
          return tries > 40 ? new Promise(() => undefined) : Promise.reject(new Error("the disk is full"));
        },
      }),
    });
    const { id } = await machine.paid();
    full = true;
    await machine.failed(id);
    await desk.clock.advance(30 * SECOND);
    expect(tries).toBeLessThan(10);
    full = false;
    await desk.clock.advance(10 * SECOND);
    expect([machine.sendings(), await machine.stands(id)]).toEqual([1, "not_given returned"]);
  });

  it("and what fails for a day for a reason of ours is told as owed, not tried for ever", async () => {
    await open({
      wrap: (journal) => ({
        ...journal,
        refundByKey: (key) =>
          key.startsWith("fulfil:") ? Promise.reject(new Error("cannot be read")) : journal.refundByKey(key),
      }),
    });
    const { id } = await machine.paid();
    await machine.failed(id);
    await desk.clock.advance(MINUTE);
    expect(await machine.stands(id)).toBe("not_given going");
    desk.clock.jump(24 * HOUR);
    await desk.clock.advance(MINUTE);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["not_given support", 0]);
    expect((await machine.list()).map(({ id: which, cause }) => [which, cause])).toEqual([[id, "owed"]]);
  });

  it("nor does a refund that was stopped at its sending hold the sale for good", async () => {
    let full = false;
    await open({
      wrap: (journal) => ({
        ...journal,
        commit: (batch: Parameters<Journal["commit"]>[0]) =>
          full && batch.refunds?.some(({ state }) => state === "cancelled")
            ? Promise.reject(new Error("the disk is full"))
            : journal.commit(batch),
      }),
    });
    const { id, bankId } = await machine.paid();
    slowFigure(bankId, 2 * SECOND);
    void machine.failed(id);
    await desk.clock.advance(SECOND);
    full = true;
    expect(await machine.given(id)).toMatchObject({ ok: true });
    full = false;
    await desk.clock.advance(MINUTE);
    const back = await machine.call("refunds.create", { key: "own", request: { paymentId: id, amount: "450.00" } });
    expect(back).toMatchObject({ ok: true });
  });
});

it("a key of the till's own form that a program has used first is no way to keep the money", async () => {
  await open();
  const { id } = await machine.paid();
  await machine.dispense(id);
  await desk.clock.advance(2 * MINUTE);
  for (const n of [1, 2]) {
    const key = `fulfil:${id}:${n}`;
    expect(await machine.call("refunds.create", { key, request: { paymentId: id, amount: "1.00" } })).toMatchObject({
      ok: true,
    });
  }
  await machine.failed(id);
  expect([await machine.stands(id), machine.sendings()]).toEqual(["not_given returned", 3]);
});

it("a code for money is not shown for the first time long after", async () => {
  let cut = false;
  await open({
    settings: vending(profileOf("2")),
    wrap: (journal) => ({
      ...journal,
      commit: (batch: Parameters<Journal["commit"]>[0]) =>
        cut && batch.refunds ? new Promise<never>(() => undefined) : journal.commit(batch),
    }),
  });
  const { id } = await machine.paid();
  cut = true;
  await machine.failed(id);
  expect(await machine.stands(id)).toBe("not_given going");
  await desk.clock.advance(3 * HOUR);
  cut = false;
  await desk.restart();
  await desk.clock.advance(SECOND);
  expect(desk.snapshot().refund).toBeNull();
  expect(await machine.list()).toMatchObject([{ id, cause: "owed" }]);
});

describe("a backup that was put back", () => {
  /** The same journal, under a new epoch from now on, as opening a restored one makes it. */
  async function restored(work: () => Promise<string>): Promise<string> {
    let epoch: string | null = null;
    await open({
      wrap: (journal) => ({
        ...journal,
        info: async () => ({ ...(await journal.info()), ...(epoch === null ? {} : { epoch }) }),
      }),
    });
    const id = await work();
    epoch = "another";
    await desk.restart();
    return id;
  }

  it.each(["waiting", "dispensing"])(
    "goods that were %s are a person's, and no money goes back by silence",
    async (state) => {
      const id = await restored(async () => {
        const { id: sold } = await machine.paid();
        if (state === "dispensing") await machine.dispense(sold);
        return sold;
      });
      await desk.clock.advance(HOUR);
      expect([await machine.stands(id), machine.sendings()]).toEqual(["unknown none", 0]);
      expect(await machine.list()).toMatchObject([{ id, cause: "goods" }]);
      // The machine may still have it in its own journal.
      expect(await machine.failed(id)).toMatchObject({ ok: true });
      expect([await machine.stands(id), machine.sendings()]).toEqual(["not_given returned", 1]);
      // Once: what is sold from now on is seen to as ever.
      const next = await machine.paid();
      await desk.restart();
      await desk.clock.advance(2 * MINUTE);
      expect(await machine.stands(next.id)).toBe("not_given returned");
    },
  );

  it("and those of a sale that was not paid yet", async () => {
    const id = await restored(async () => {
      const made = await machine.call("payments.create", {
        key: "k1",
        request: { amount: "450.00", provider: "kaspi" },
      });
      if (!made.ok) throw new Error(made.error.code);
      return made.value.payment.id;
    });
    desk.bank.status("Processed");
    await desk.clock.advance(HOUR);
    expect([await machine.stands(id), machine.sendings()]).toEqual(["unknown none", 0]);
  });

  it("a start without one changes nothing", async () => {
    await open();
    const { id } = await machine.paid();
    await desk.restart();
    expect(await machine.stands(id)).toBe("waiting none");
  });
});

it("goods of a sale whose money the bank had given back before it said that it was paid are not waited for", async () => {
  await open();
  const { id } = await machine.paid();
  const sold = await machine.row(id);
  const at = desk.clock.now();
  const fulfilment = newGoods({ fulfilSeconds: 60, dispenseSeconds: 90 });
  const paid = { ...sold, fulfilment, detail: { ...sold.detail, refundedMinor: sold.minor } };
  expect(followPayment(paid, at).fulfilment).toMatchObject({ state: "not_given", reason: "refunded", open: false });
  expect(followPayment({ ...paid, detail: sold.detail }, at).fulfilment).toMatchObject({
    state: "waiting",
    open: true,
  });
});
