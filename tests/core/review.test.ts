/** Seams between the parts: what two of them do to the same money at the same moment. */
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { CommandOutput } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Refund } from "../../contract/refund.ts";
import { openDesk, profileOf, PROFILE, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { refusal, type Fate } from "../support/scripted-bank.ts";
import { secretsName } from "../../main/core/settings.ts";
import { HOUR, MINUTE, refundDesk, SECOND } from "./refund-helpers.ts";

const RETURN = "/payment/return";
const DETAILS = "/payment/details";
const LOST: Fate = { fail: "closed", reach: "sent" };
const late = (acts: number): Fate => ({ fail: "closed", reach: "sent", acts });

let desk: Desk;
const clerk = refundDesk(() => desk);
afterEach(() => desk.close());

const scheme3 = async (): Promise<void> => {
  desk = await openDesk({ settings: testSettings(profileOf("3")) });
};

/** A refund of 1000 of a sale of 5000 of which there is no sign after two minutes. */
async function notExecuted(fate: Fate = LOST): Promise<{ id: string; sale: string; purchase: string }> {
  const sale = await clerk.paid("5000.00");
  desk.bank.next(RETURN, fate);
  const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
  await desk.clock.advance(2 * MINUTE);
  expect((await clerk.get(id)).state).toBe("not_executed");
  return { id, sale: sale.id, purchase: sale.bankId };
}

describe("the hold before a second sending", () => {
  it("is not cut short when the refund that waits is put away from the screen", async () => {
    await scheme3();
    const { id, purchase } = await notExecuted(late(170 * SECOND));
    await clerk.select(id, purchase, "1000.00");
    await desk.call("refunds.dismiss", { id });
    await desk.clock.advance(HOUR);
    expect(clerk.sendings()).toBe(1);
    expect(desk.bank.left(purchase)).toBe(400_000);
    expect(await clerk.get(id)).toMatchObject({ state: "refunded", evidence: { kind: "balance" } });
  });

  it("is not lifted by a record of what was done elsewhere", async () => {
    await scheme3();
    const { sale } = await notExecuted(late(170 * SECOND));
    await clerk.begin({ paymentId: sale, amount: "0.01", recorded: true, reason: "Kaspi Pay" });
    await clerk.askAsProgram({ paymentId: sale, amount: "1000.00" });
    await desk.clock.advance(69 * SECOND);
    expect(clerk.sendings()).toBe(1);
  });

  it("is not shortened by a wall clock that was put right while the till was off (Q-24)", async () => {
    await scheme3();
    const sale = await clerk.paid("5000.00");
    desk.bank.next(RETURN, late(175 * SECOND));
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    await desk.clock.advance(SECOND);
    desk.clock.jump(12 * HOUR);
    await desk.restart();
    await desk.clock.advance(2 * MINUTE);
    expect((await clerk.get(id)).state).toBe("not_executed");
    await clerk.select(id, sale.bankId, "1000.00");
    await desk.clock.advance(HOUR);
    expect(clerk.sendings()).toBe(1);
    expect(desk.bank.left(sale.bankId)).toBe(400_000);
  });
});

describe("the last look at a refund that was not executed", () => {
  it("counts for nothing when its answer comes after another refund of the purchase went", async () => {
    await scheme3();
    const { id, sale, purchase } = await notExecuted();
    const next = await clerk.begin({ paymentId: sale, amount: "1000.00" });
    // Both read at 190 s; the first of them is answered when the other refund is through.
    const left = (sum: string): string =>
      `{"StatusCode":0,"Data":{"QrPaymentId":${purchase},"TotalAmount":5000.00,"AvailableReturnAmount":${sum}}}`;
    desk.bank.next(DETAILS, { answer: left("4000.00"), after: 5 * SECOND }, { answer: left("5000.00") });
    await desk.clock.advance(HOUR);
    expect((await clerk.get(next.id)).state).toBe("refunded");
    expect((await clerk.get(id)).state).toBe("not_executed");
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
  });

  it("does not take what a person recorded meanwhile for the lost one", async () => {
    await scheme3();
    const { id, sale, purchase } = await notExecuted();
    await clerk.begin({ paymentId: sale, amount: "1000.00", recorded: true, reason: "Kaspi Pay" });
    desk.bank.available(purchase, 400_000);
    await desk.clock.advance(HOUR);
    expect((await clerk.payment(sale)).refundedAmount).toBe("1000.00");
    expect((await clerk.get(id)).state).toBe("not_executed");
  });
});

describe("one space of keys", () => {
  it("a payment under a refund's key is refused as such, and nothing else is touched", async () => {
    desk = await openDesk();
    const code = await clerk.ask({ provider: "kaspi" }, "key-r");
    expect(code).toMatchObject({ ok: true, value: { refund: { state: "awaiting_scan" } } });
    const refused = await desk.call("payments.create", {
      key: "key-r",
      request: { amount: "10.00", provider: "kaspi" },
    });
    expect(refused).toMatchObject({ ok: false, error: { code: "key_reused" }, refund: { number: "A1-R000001" } });
    expect(clerk.shown().state).toBe("awaiting_scan");
    expect(desk.snapshot().banners).toEqual([]);
  });
});

describe("a sale that left memory without being put away", () => {
  it("does not come back to the screen with its refund", async () => {
    await scheme3();
    const sale = await desk.charge("5000.00");
    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    await desk.clock.advance(25 * HOUR);
    await desk.restart();
    expect(desk.snapshot().current).toBeNull();
    const refund = await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    expect(refund.state).toBe("refunded");
    expect(desk.snapshot().current).toBeNull();
    expect(clerk.shown()).toMatchObject({ id: refund.id, state: "refunded" });
  });
});

describe("a record of what was done elsewhere", () => {
  it("is measured by what is left when it is written, not when the PIN was begun", async () => {
    const cashier = { id: "c", name: "Айна", role: "cashier" } as const;
    const typing = Promise.withResolvers<void>();
    const people = testPeople({ "1111": cashier });
    desk = await openDesk({
      settings: testSettings(profileOf("3")),
      people: { ...people, identify: (pin, roles) => typing.promise.then(() => people.identify(pin, roles)) },
    });
    const sale = await clerk.paid("5000.00");
    // The customer's own till gives all of it back meanwhile.
    const recorded = clerk.ask({
      paymentId: sale.id,
      amount: "5000.00",
      recorded: true,
      reason: "Kaspi Pay",
      pin: "1111",
    });
    await desk.clock.advance(0);
    const [row] = await desk.journal.payments({ limit: 1 });
    if (!row) throw new Error("no payment");
    const detail = { ...row.detail, refundedMinor: 500_000 };
    const live = { ...row, version: row.version + 1, detail };
    await desk.journal.commit({ at: desk.clock.now(), payments: [live] });
    typing.resolve();
    expect(await recorded).toMatchObject({ ok: false, error: { code: "already_refunded" } });
  });
});

describe("the change to another core", () => {
  it("waits for a refund that a program is sending, not only for one on the screen", async () => {
    await scheme3();
    const sale = await clerk.paid();
    desk.bank.next(RETURN, {
      answer: '{"StatusCode":0,"Data":{"ReturnOperationId":15}}',
      after: 20 * SECOND,
      acts: true,
    });
    const actor = { kind: "api", name: "1c", scopes: ["refund"] } as const;
    const input = { key: randomUUID(), request: { paymentId: sale.id, amount: "1.00" } };
    void desk.core.call(actor, "refunds.create", input);
    await desk.clock.advance(6 * SECOND);
    expect(desk.core.bank.busy()).toBe(true);
    await desk.clock.advance(20 * SECOND);
    expect(desk.core.bank.busy()).toBe(false);
  });

  it("leaves nothing that the old one could still write", async () => {
    let slow: Promise<void> | null = null;
    desk = await openDesk({
      wrap: (journal) => ({
        ...journal,
        history: async (filter) => {
          await slow;
          return journal.history(filter);
        },
      }),
    });
    await clerk.paid();
    const { id } = await clerk.begin({ provider: "kaspi" });
    const { promise, resolve } = Promise.withResolvers<void>();
    slow = promise;
    desk.bank.returnStatus("CustomerIdentityObtained");
    await desk.clock.advance(5 * SECOND);
    await desk.core.stop();
    const before = await clerk.row(id);
    resolve();
    await desk.clock.advance(SECOND);
    expect(await desk.journal.refund(id)).toEqual(before);
  });

  it("keeps the new secrets when a registration of the old core is answered late", async () => {
    const answer = '{"StatusCode":0,"Data":{"DeviceToken":"t-1"}}';
    desk = await openDesk({
      registered: false,
      prepare: (bank) => bank.next("/device/register", { answer, after: 5 * SECOND }),
    });
    await desk.core.stop();
    const name = secretsName(PROFILE.id);
    await desk.vault.put({ [name]: JSON.stringify({ headers: '{"X-New":"1"}' }) });
    await desk.clock.advance(MINUTE);
    expect(await desk.vault.get(name)).toBe(JSON.stringify({ headers: '{"X-New":"1"}' }));
  });
});

describe("what the journal keeps for ever", () => {
  it.each(["87071234567", "+77071234567", "7071234567", "8 (707) 123-45-67"])(
    "holds no whole telephone number, also when the bank quotes it as %s",
    async (quoted) => {
      await scheme3();
      const words = refusal("-1404", `Клиент ${quoted} не найден`);
      desk.bank.next("/remote/create", { answer: words });
      desk.bank.next("/remote/client-info", { answer: words });
      const invoice = await desk.charge("10.00", { method: "invoice", phone: "87071234567" });
      expect(invoice).toMatchObject({ state: "failed", error: { bankMessage: "Клиент +7 707 ••• 45 67 не найден" } });
      const looked = await desk.call("payments.lookUp", { provider: "kaspi", phone: "87071234567" });
      const rows = await desk.journal.payments({ limit: 9 });
      const kept = JSON.stringify([await desk.journal.events(0, 99), rows, desk.snapshot(), desk.notes, looked]);
      expect(kept.replaceAll(/[^\d"]/g, "")).not.toContain("7071234567");
    },
  );

  it("holds none of the other purchases of the customer who scanned (U29)", async () => {
    desk = await openDesk();
    const sale = await clerk.paid("5000.00");
    desk.bank.operations([
      { id: "4444444444", minor: minor(70_000), at: "2026-11-22T11:35:48" },
      { id: sale.bankId, minor: minor(500_000), at: "2026-11-22T11:35:48" },
    ]);
    const { id } = await clerk.begin({ provider: "kaspi" });
    desk.bank.returnStatus("CustomerIdentityObtained");
    await desk.clock.advance(5 * SECOND);
    expect((await clerk.get(id)).operations).toHaveLength(2);
    // A program that follows the events is told of them all the same: an empty list would say that there are none.
    const told = async (): Promise<unknown[]> => {
      const actor = { kind: "api", name: "1c", scopes: ["read"] } as const;
      const result = await desk.core.call(actor, "events.after", { seq: 0, limit: 500 });
      const { events } = (result as Extract<Result<CommandOutput["events.after"]>, { ok: true }>).value;
      const refunds = events.filter(({ kind }) => kind === "refund").map(({ body }) => JSON.parse(body) as Refund);
      return refunds.filter(({ state }) => state === "choosing").flatMap(({ operations }) => operations);
    };
    expect(await told()).toHaveLength(2);
    await desk.call("refunds.cancel", { id });
    expect(await told()).toEqual([]);
    const kept = JSON.stringify([await desk.journal.events(0, 500), await clerk.row(id)]);
    expect(kept).not.toContain("4444444444");
  });
});
