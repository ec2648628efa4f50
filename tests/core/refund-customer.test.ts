import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minor } from "../../contract/money.ts";
import { openDesk, PROFILE, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { envelope, refusal, type Fate } from "../support/scripted-bank.ts";
import { HOUR, MINUTE, refundDesk, SECOND } from "./refund-helpers.ts";

const RETURN = "/payment/return";
const STATUS = "/return/status";
const OPERATIONS = "/return/operations";
const LOST: Fate = { fail: "closed", reach: "sent" };
const AT = "2026-11-22T11:35:48.1566667";

let desk: Desk;
const clerk = refundDesk(() => desk);
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

/** The customer scans the code on the screen, and the till has seen it. */
async function scan(): Promise<void> {
  desk.bank.returnStatus("CustomerIdentityObtained");
  await desk.clock.advance(5 * SECOND);
}

/** A refund at which the customer has shown his purchases. */
async function choosing(): Promise<string> {
  const { id } = await clerk.begin({ provider: "kaspi" });
  await scan();
  expect((await clerk.get(id)).state).toBe("choosing");
  return id;
}

describe("a refund with the customer (scheme 2)", () => {
  it("shows a code of its own, polls at the bank's interval, and a scan ends only the first stage (Q-13, Q-39)", async () => {
    const sale = await clerk.paid("5000.00");
    desk.bank.operations([
      { id: "123456789012345", minor: minor(70_000), at: AT },
      { id: sale.bankId, minor: minor(500_000), at: "not a date" },
    ]);
    const refund = await clerk.begin({ provider: "kaspi" });
    expect(refund).toMatchObject({
      state: "awaiting_scan",
      amount: null,
      bankReturnId: "900001",
      qr: { payload: expect.stringMatching(/^\d+$/) },
    });
    expect(clerk.shown()).toMatchObject({
      state: "awaiting_scan",
      countdown: { kind: "scan", remainingMs: 180_000, totalMs: 180_000 },
    });
    await desk.clock.advance(10 * SECOND);
    expect(desk.bank.calls(STATUS)).toBe(2);
    await scan();
    const polls = desk.bank.calls(STATUS);
    expect(await clerk.get(refund.id)).toMatchObject({
      state: "choosing",
      settled: false,
      qr: null,
      operations: [
        { id: "123456789012345", amount: "700.00", paymentId: null },
        { id: sale.bankId, amount: "5000.00", at: null, paymentId: sale.id },
      ],
    });
    expect(clerk.shown().operations[1]).toMatchObject({ number: sale.number });
    await desk.clock.advance(MINUTE);
    expect(desk.bank.calls(STATUS)).toBe(polls);
    const done = await clerk.select(refund.id, sale.bankId, "1000.00");
    expect(done).toMatchObject({
      ok: true,
      value: { state: "refunded", paymentId: sale.id, amount: "1000.00", available: "5000.00", operations: [] },
    });
    expect(JSON.parse(desk.bank.requests.findLast(({ path }) => path === RETURN)?.body ?? "")).toMatchObject({
      QrReturnId: 900_001,
      Amount: 1000,
    });
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("1000.00");
  });

  it("with a sale named beforehand selects it by itself after the scan, if it is the customer's (Q-40)", async () => {
    const sale = await clerk.paid("5000.00");
    const refund = await clerk.begin({ paymentId: sale.id, amount: "5000.00" });
    expect(refund).toMatchObject({ state: "awaiting_scan", paymentId: sale.id });
    await scan();
    expect(await clerk.get(refund.id)).toMatchObject({ state: "refunded", operations: [] });
    expect(clerk.sendings()).toBe(1);
  });

  it("not among the customer's ten: stays to be chosen from, and the sale named before can still be (Q-40)", async () => {
    const sale = await clerk.paid("5000.00");
    desk.bank.operations([{ id: "777", minor: minor(70_000), at: AT }]);
    desk.bank.available("777", 70_000);
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "5000.00" });
    await scan();
    expect(await clerk.get(id)).toMatchObject({ state: "choosing", operations: [{ id: "777" }] });
    expect(await clerk.select(id, "778", "700.00")).toMatchObject({ ok: false, error: { code: "not_found" } });
    const done = await clerk.select(id, sale.bankId, "5000.00");
    expect(done).toMatchObject({ ok: true, value: { state: "refunded", paymentId: sale.id } });
  });

  it("another purchase than the one named frees that one", async () => {
    const sale = await clerk.paid("5000.00");
    desk.bank.operations([{ id: "777", minor: minor(70_000), at: AT }]);
    desk.bank.available("777", 70_000);
    const { id } = await clerk.begin({ paymentId: sale.id, amount: "5000.00" });
    await scan();
    desk.bank.next(RETURN, LOST);
    expect(await clerk.select(id, "777", "700.00")).toMatchObject({ value: { state: "in_doubt", paymentId: null } });
    expect((await clerk.payment(sale.id)).refundedAmount).toBe("0.00");
    expect(await clerk.ask({ paymentId: sale.id, amount: "1.00" })).toMatchObject({ ok: true });
  });

  it("a purchase of another till: scan first, then selected by itself", async () => {
    desk.bank.available("777", 70_000);
    desk.bank.operations([{ id: "777", minor: minor(70_000), at: AT }]);
    const { id } = await clerk.begin({ provider: "kaspi", bankId: "777", amount: "700.00" });
    await scan();
    expect(await clerk.get(id)).toMatchObject({ state: "refunded", paymentId: null });
  });

  it("a sale of another environment is not marked as ours, though its number is the same", async () => {
    const sale = await clerk.paid("5000.00");
    await desk.restart(testSettings({ ...PROFILE, id: "profile-2", environment: "production" }));
    desk.bank.operations([{ id: sale.bankId, minor: minor(500_000), at: AT }]);
    const id = await choosing();
    expect((await clerk.get(id)).operations).toMatchObject([{ id: sale.bankId, paymentId: null }]);
    expect(clerk.shown().operations[0]?.number).toBeNull();
    await desk.call("refunds.cancel", { id });
    expect(await clerk.ask({ provider: "kaspi", bankId: sale.bankId, amount: "1.00" })).toMatchObject({
      ok: true,
      value: { refund: { paymentId: null } },
    });
  });

  it("no purchases: an empty list to choose from (Q-11)", async () => {
    desk.bank.operations([]);
    const id = await choosing();
    expect(await clerk.get(id)).toMatchObject({ state: "choosing", operations: [], error: null });
  });

  it("the purchases are asked for again while their answer is missing, and a bank's no ends it", async () => {
    const { id } = await clerk.begin({ provider: "kaspi" });
    desk.bank.next(OPERATIONS, LOST, { answer: refusal("-999") }, { answer: envelope("[]") });
    await scan();
    expect(clerk.shown()).toMatchObject({ state: "awaiting_scan", qr: null });
    await desk.clock.advance(10 * SECOND);
    expect((await clerk.get(id)).state).not.toBe("awaiting_scan");
  });

  it("an identified customer whose purchases never come: expired a minute later", async () => {
    const { id } = await clerk.begin({ provider: "kaspi" });
    desk.bank.always(OPERATIONS, LOST);
    await scan();
    await desk.clock.advance(MINUTE);
    expect(await clerk.get(id)).toMatchObject({ state: "expired", settled: true });
  });
});

describe("a refund code", () => {
  it("whose answer was lost is made once more, silently, and both are journaled (Q-30)", async () => {
    desk.bank.next("/return/create", LOST);
    const refund = await clerk.begin({ provider: "kaspi" });
    expect(refund.state).toBe("awaiting_scan");
    expect(await desk.journal.refundCalls(refund.id)).toMatchObject([
      { name: "return/create", danger: "harmless", outcome: "sent" },
      { name: "return/create", outcome: "answered", bankCode: "0" },
    ]);
  });

  it("lost twice, refused, or never left: failed", async () => {
    desk.bank.next("/return/create", LOST, LOST);
    expect(await clerk.begin({ provider: "kaspi" })).toMatchObject({ state: "failed", error: { code: "answer_lost" } });
    desk.bank.next("/return/create", { answer: refusal("990000018") });
    expect(await clerk.begin({ provider: "kaspi" })).toMatchObject({
      state: "failed",
      error: { code: "trade_point_disabled", bankCode: "990000018" },
    });
    desk.bank.next("/return/create", { fail: "refused", reach: "connect" });
    expect(await clerk.begin({ provider: "kaspi" })).toMatchObject({
      state: "failed",
      error: { code: "bank_unreachable" },
    });
    expect(desk.bank.calls("/return/create")).toBe(4);
  });

  it("expires when nobody scans, with one more question at the end", async () => {
    const { id } = await clerk.begin({ provider: "kaspi" });
    await desk.clock.advance(179 * SECOND);
    expect((await clerk.get(id)).state).toBe("awaiting_scan");
    await desk.clock.advance(SECOND);
    expect(await clerk.get(id)).toMatchObject({ state: "expired", settled: true, qr: null });
    await desk.clock.advance(HOUR);
    expect(desk.bank.calls(STATUS)).toBe(36);
  });

  it("scanned in its last second is taken", async () => {
    const { id } = await clerk.begin({ provider: "kaspi" });
    await desk.clock.advance(179 * SECOND);
    desk.bank.returnStatus("CustomerIdentityObtained");
    await desk.clock.advance(SECOND);
    expect((await clerk.get(id)).state).toBe("choosing");
  });

  it("ends by the bank's word, and a word outside the document changes nothing", async () => {
    const { id } = await clerk.begin({ provider: "kaspi" });
    desk.bank.returnStatus("SomethingNew");
    await desk.clock.advance(5 * SECOND);
    expect((await clerk.get(id)).state).toBe("awaiting_scan");
    desk.bank.next(STATUS, { answer: refusal("-1601") });
    await desk.clock.advance(5 * SECOND);
    expect((await clerk.get(id)).state).toBe("awaiting_scan");
    desk.bank.returnStatus("Error");
    await desk.clock.advance(5 * SECOND);
    expect(await clerk.get(id)).toMatchObject({ state: "expired", settled: true });
  });

  it("given up by a person, also while it is being made: what comes late is never shown", async () => {
    desk.bank.next("/return/create", { answer: code, after: 10 * SECOND });
    const pending = clerk.ask({ provider: "kaspi" });
    await desk.clock.advance(5 * SECOND);
    expect(await pending).toMatchObject({ ok: true, value: { refund: { state: "creating" } } });
    const { id } = clerk.shown();
    expect(await desk.call("refunds.cancel", { id })).toMatchObject({ ok: true, value: { state: "cancelled" } });
    await desk.clock.advance(HOUR);
    expect(await clerk.get(id)).toMatchObject({ state: "cancelled", qr: null });
    expect(desk.bank.calls(STATUS)).toBe(0);
    expect(await desk.call("refunds.cancel", { id })).toMatchObject({ ok: true });
    const other = await clerk.begin({ provider: "kaspi" });
    expect(await desk.call("refunds.cancel", { id: other.id })).toMatchObject({ value: { state: "cancelled" } });
  });

  it("needs the screen: not beside an open payment, nor beside another customer's; a payment pushes it away", async () => {
    const payment = await desk.charge();
    const busy = await clerk.askAsProgram({ provider: "kaspi" });
    expect(busy).toMatchObject({ ok: false, error: { code: "till_busy", params: { number: payment.number } } });
    await desk.call("payments.cancel", { id: payment.id });
    await desk.call("payments.dismiss", { id: payment.id });
    const first = await clerk.askAsProgram({ provider: "kaspi" });
    expect(first).toMatchObject({ ok: true });
    expect(clerk.shown().state).toBe("awaiting_scan");
    const second = await clerk.ask({ provider: "kaspi" });
    expect(second).toMatchObject({ ok: false, error: { code: "refund_open" }, refund: { id: clerk.shown().id } });
    const { id } = clerk.shown();
    await desk.charge();
    expect(desk.snapshot()).toMatchObject({ refund: null, current: { state: "awaiting_scan" } });
    expect(await clerk.get(id)).toMatchObject({ state: "cancelled" });
  });

  it("takes the screen from a result that nobody has put away", async () => {
    const { id } = await desk.charge();
    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    expect(desk.snapshot().current).toMatchObject({ id, state: "paid" });
    await clerk.askAsProgram({ provider: "kaspi" });
    expect(desk.snapshot()).toMatchObject({ current: null, refund: { state: "awaiting_scan" } });
  });

  const code = envelope(
    '{"QrToken":"1","QrReturnId":5,"QrReturnBehaviorOptions":{"QrCodeScanEventPollingInterval":5,"QrCodeScanWaitTimeout":180}}',
  );
});

describe("choosing", () => {
  it("more than is left is refused with the bank's figure, and the choice stays (Q-41)", async () => {
    const sale = await clerk.paid("5000.00");
    const id = await choosing();
    desk.bank.available(sale.bankId, 400_000);
    const refused = await clerk.select(id, sale.bankId, "4000.01");
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "refund_too_large" },
      refund: { state: "choosing", available: "4000.00", operations: [{ id: sale.bankId }] },
    });
    desk.bank.available(sale.bankId, 0);
    expect(await clerk.select(id, sale.bankId, "1.00")).toMatchObject({
      error: { code: "already_refunded" },
      refund: { state: "choosing" },
    });
    expect(clerk.sendings()).toBe(0);
  });

  it("a definite no with an unmoved figure brings the customer back to his purchases, the error shown", async () => {
    const sale = await clerk.paid("5000.00");
    const id = await choosing();
    desk.bank.next(RETURN, { answer: refusal("-990000020") });
    const refused = await clerk.select(id, sale.bankId, "1000.00");
    expect(refused).toMatchObject({
      ok: true,
      value: {
        state: "choosing",
        error: { code: "partial_refund_impossible" },
        operations: [{ id: sale.bankId }],
      },
    });
    expect(await clerk.select(id, sale.bankId, "5000.00")).toMatchObject({ ok: true, value: { state: "refunded" } });
    expect(clerk.sendings()).toBe(2);
  });

  it("a figure that cannot be read leaves the choice open and sends nothing", async () => {
    const sale = await clerk.paid("5000.00");
    const id = await choosing();
    desk.bank.next("/payment/details", LOST);
    expect(await clerk.select(id, sale.bankId, "1.00")).toMatchObject({ ok: false, refund: { state: "choosing" } });
    expect(clerk.sendings()).toBe(0);
  });

  it("a double tap sends once", async () => {
    const sale = await clerk.paid("5000.00");
    const id = await choosing();
    desk.bank.next(RETURN, { answer: refusal("-990000020"), after: SECOND });
    const taps = [clerk.select(id, sale.bankId, "1000.00"), clerk.select(id, sale.bankId, "1000.00")];
    await desk.clock.advance(2 * SECOND);
    const results = await Promise.all(taps);
    expect(results.map(({ ok }) => ok)).toEqual([true, false]);
    expect(clerk.sendings()).toBe(1);
  });

  it("a purchase that another refund is undecided about is refused with that one, though it was chosen after a scan", async () => {
    const sale = await clerk.paid("5000.00");
    const first = await choosing();
    desk.bank.next(RETURN, LOST);
    await clerk.select(first, sale.bankId, "1000.00");
    await desk.call("refunds.dismiss", { id: first });
    const second = await choosing();
    const refused = await clerk.select(second, sale.bankId, "1000.00");
    expect(refused).toMatchObject({ ok: false, error: { code: "refund_open" }, refund: { id: first } });
    expect(await clerk.get(second)).toMatchObject({ state: "choosing" });
    expect(clerk.sendings()).toBe(1);
  });

  it("in doubt is tried again on the same scanned code, never on a new one (Q-31)", async () => {
    const sale = await clerk.paid("5000.00");
    const id = await choosing();
    desk.bank.next(RETURN, LOST);
    await clerk.select(id, sale.bankId, "1000.00");
    await desk.clock.advance(200 * SECOND);
    expect((await clerk.get(id)).state).toBe("not_executed");
    const codes = desk.bank.calls("/return/create");
    expect(await clerk.select(id, sale.bankId, "1000.00")).toMatchObject({ ok: true, value: { state: "refunded" } });
    expect(desk.bank.calls("/return/create")).toBe(codes);
    const bodies = desk.bank.requests.filter(({ path }) => path === RETURN).map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
  });

  it("a new refund of a sale that has one not executed waits in the choice, and can be given up there", async () => {
    const sale = await clerk.paid("5000.00");
    const first = await choosing();
    desk.bank.next(RETURN, LOST);
    await clerk.select(first, sale.bankId, "1000.00");
    await desk.clock.advance(2 * MINUTE);
    await desk.call("refunds.dismiss", { id: first });
    const second = await choosing();
    const held = await clerk.select(second, sale.bankId, "500.00");
    expect(held).toMatchObject({ ok: true, value: { state: "choosing", amount: "500.00" } });
    expect(clerk.shown().countdown).toMatchObject({ kind: "check" });
    expect(await clerk.select(second, sale.bankId, "500.00")).toMatchObject({ error: { code: "refund_open" } });
    await desk.call("refunds.cancel", { id: second });
    await desk.clock.advance(HOUR);
    expect(clerk.sendings()).toBe(1);
    const third = await choosing();
    expect(await clerk.select(third, sale.bankId, "500.00")).toMatchObject({ ok: true, value: { state: "refunded" } });
  });

  it("above the limit it needs a senior's PIN", async () => {
    await desk.close();
    desk = await openDesk({
      settings: testSettings(PROFILE, { refundPinAbove: minor(100_000) }),
      people: testPeople({ "2222": { id: "s", name: "Сара", role: "senior" } }),
    });
    const sale = await clerk.paid("5000.00");
    const id = await choosing();
    expect(await clerk.select(id, sale.bankId, "1000.01")).toMatchObject({
      error: { code: "pin_needed" },
      refund: { state: "choosing" },
    });
    expect(await clerk.select(id, sale.bankId, "1000.01", "1234")).toMatchObject({ error: { code: "wrong_pin" } });
    expect(await clerk.select(id, sale.bankId, "1000.01", "2222")).toMatchObject({
      ok: true,
      value: { state: "refunded", evidence: { by: "Сара" } },
    });
  });

  it("other people's purchases are looked at there alone, and go when nobody touches them for ten minutes (U29)", async () => {
    const sale = await clerk.paid("5000.00");
    const id = await choosing();
    await desk.clock.advance(9 * MINUTE);
    const look = await desk.call("refunds.look", { refundId: id, operationId: sale.bankId });
    expect(look).toMatchObject({ ok: true, value: { available: "5000.00", paymentId: sale.id } });
    expect(await desk.call("refunds.look", { refundId: id, operationId: "1" })).toMatchObject({
      error: { code: "not_found" },
    });
    await desk.clock.advance(9 * MINUTE);
    expect((await clerk.get(id)).state).toBe("choosing");
    await desk.clock.advance(MINUTE);
    expect(await clerk.get(id)).toMatchObject({ state: "expired", operations: [] });
    expect(desk.snapshot().refund?.operations).toEqual([]);
    expect((await clerk.row(id)).detail.operations).toEqual([]);
  });

  it("nothing of the purchases stays with a refund that was sent, cancelled, or met a restart (U29)", async () => {
    const sale = await clerk.paid("5000.00");
    const sent = await choosing();
    desk.bank.next(RETURN, LOST);
    await clerk.select(sent, sale.bankId, "1.00");
    expect((await clerk.row(sent)).detail.operations).toEqual([]);
    const cancelled = await choosing();
    await desk.call("refunds.cancel", { id: cancelled });
    expect((await clerk.row(cancelled)).detail.operations).toEqual([]);
    const restarted = await choosing();
    await desk.restart();
    expect(await clerk.get(restarted)).toMatchObject({ state: "cancelled", operations: [] });
    expect((await clerk.row(restarted)).detail.operations).toEqual([]);
  });

  it("a payment does not push it away, and is told of it", async () => {
    await clerk.paid("5000.00");
    const id = await choosing();
    const refused = await desk.call("payments.create", {
      key: randomUUID(),
      request: { amount: "1.00", provider: "kaspi" },
    });
    expect(refused).toMatchObject({ ok: false, refund: { id } });
    expect(await desk.call("refunds.dismiss", { id })).toMatchObject({ error: { code: "not_finished" } });
  });
});

describe("a refund code and a restart", () => {
  it("while it was being made: failed, nobody has seen it", async () => {
    desk.bank.next("/return/create", "hang");
    void clerk.ask({ provider: "kaspi" });
    await desk.clock.advance(0);
    await desk.restart();
    expect(clerk.shown()).toMatchObject({ state: "failed", settled: true });
    expect(desk.bank.calls("/return/create")).toBe(1);
  });

  it("on the screen: it stays there for the time it has left, and the scan is found", async () => {
    const { id } = await clerk.begin({ provider: "kaspi" });
    await desk.clock.advance(MINUTE);
    await desk.restart();
    expect(clerk.shown()).toMatchObject({ id, state: "awaiting_scan", countdown: { remainingMs: 2 * MINUTE } });
    await scan();
    expect((await clerk.get(id)).state).toBe("choosing");
  });

  it("scanned, the purchases not known yet: they are asked for, not the code", async () => {
    const { id } = await clerk.begin({ provider: "kaspi" });
    desk.bank.always(OPERATIONS, LOST);
    await scan();
    await desk.restart();
    desk.bank.always(OPERATIONS, null);
    const polls = desk.bank.calls(STATUS);
    await desk.clock.advance(5 * SECOND);
    expect((await clerk.get(id)).state).toBe("choosing");
    expect(desk.bank.calls(STATUS)).toBe(polls);
  });
});
