import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDesk, PROFILE, profileOf, testSettings, type Desk } from "../support/desk.ts";
import { envelope, refusal } from "../support/scripted-bank.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

describe("a sale", () => {
  it("goes from the amount to paid, each step on the screen only after it is in the journal", async () => {
    const payment = await desk.charge("5000.00");
    expect(payment).toMatchObject({
      state: "awaiting_scan",
      number: "A1-000001",
      bankId: "9223372036854775807",
      amount: "5000.00",
    });
    expect(desk.snapshot().current).toMatchObject({
      state: "awaiting_scan",
      countdown: { kind: "scan", totalMs: 180_000 },
    });
    desk.bank.status("Wait");
    await desk.clock.advance(5 * SECOND);
    expect(desk.snapshot().current).toMatchObject({
      state: "awaiting_confirmation",
      qr: null,
      countdown: { kind: "confirm", totalMs: 65_000 },
    });
    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    expect(desk.snapshot().current).toMatchObject({ state: "paid", settled: true, late: false });
    const polls = desk.bank.calls("/payment/status");
    await desk.clock.advance(10 * MINUTE);
    expect(desk.bank.calls("/payment/status")).toBe(polls);
    await desk.call("payments.dismiss", { id: payment.id });
    expect(desk.snapshot().current).toBeNull();
  });

  it("a wall clock that jumps by twelve hours changes no decision (Q-24)", async () => {
    const payment = await desk.charge();
    desk.clock.jump(12 * 3_600_000);
    await desk.clock.advance(170 * SECOND);
    expect((await desk.get(payment.id)).state).toBe("awaiting_scan");
    await desk.clock.advance(10 * SECOND);
    expect((await desk.get(payment.id)).state).toBe("expired");
  });

  it("asks on the bank's grid and never more often than its interval", async () => {
    await desk.charge();
    await desk.clock.advance(5 * MINUTE);
    const times = desk.bank.requests
      .filter((request) => request.path.startsWith("/payment/status"))
      .map((request) => request.at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4_900);
    expect(times.length).toBeGreaterThan(30);
    expect(new Set(desk.bank.requests.map((request) => request.headers["X-Request-ID"])).size).toBe(
      desk.bank.requests.length,
    );
  });

  it("an answer that hangs skips the points of the grid that pass meanwhile; polls never overlap", async () => {
    await desk.charge();
    desk.bank.next("/payment/status", "hang");
    await desk.clock.advance(14 * SECOND);
    expect(desk.bank.calls("/payment/status")).toBe(1);
    await desk.clock.advance(6 * SECOND);
    expect(desk.bank.calls("/payment/status")).toBe(2);
  });
});

describe("deadlines", () => {
  it("expired needs an answer received after the deadline; then it is watched to the dead token and settled", async () => {
    const payment = await desk.charge();
    await desk.clock.advance(181 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "expired", settled: false, watching: true });
    await desk.clock.advance(95 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "expired", settled: true, watching: false });
    const polls = desk.bank.calls("/payment/status");
    await desk.clock.advance(25 * 3_600_000);
    expect(desk.bank.calls("/payment/status")).toBe(polls);
  });

  it("silence to the end is in doubt, not failed; the bank's later word decides", async () => {
    const payment = await desk.charge();
    desk.bank.always("/payment/status", { fail: "timeout", reach: "sent" });
    await desk.clock.advance(179 * SECOND);
    expect((await desk.get(payment.id)).state).toBe("awaiting_scan");
    await desk.clock.advance(15 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "in_doubt", settled: false, watching: true });
    desk.bank.always("/payment/status", null);
    desk.bank.status("Processed");
    await desk.clock.advance(10 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "paid", late: false });
  });

  it.each([
    ["-999", refusal("-999")],
    ["-1601", refusal("-1601")],
    ["an unknown word", envelope('{"Status":"Frobnicated"}')],
    ["no status", envelope("{}")],
    ["HTML", "<html>502</html>"],
    ["truncated", '{"StatusCode":0,"Data":{"Stat'],
    ["a missing StatusCode", '{"Data":{"Status":"Processed"}}'],
    ["a StatusCode that is no code", '{"StatusCode":null,"Data":{"Status":"Processed"}}'],
    ["success in another spelling", envelope('{"Status":"processed"}')],
  ])("%s never ends a sale and never makes it paid", async (_, answer) => {
    const payment = await desk.charge();
    desk.bank.always("/payment/status", { answer });
    await desk.clock.advance(175 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "awaiting_scan", settled: false });
    await desk.clock.advance(20 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "in_doubt", settled: false });
  });

  it("a word outside the document is noted once, as the bank wrote it (Q-34)", async () => {
    await desk.charge();
    desk.bank.always("/payment/status", { answer: envelope('{"Status":"QrTokenFrobnicated"}') });
    await desk.clock.advance(60 * SECOND);
    expect(desk.bank.calls("/payment/status")).toBeGreaterThan(10);
    expect(desk.notes.filter(({ event }) => event === "payment.answer.unclear")).toMatchObject([
      { fields: { what: "Status", raw: "QrTokenFrobnicated" } },
    ]);
  });

  it("late success is paid and late, on the screen of its own sale or as a notice on another's", async () => {
    const first = await desk.charge("100.00");
    await desk.clock.advance(181 * SECOND);
    await desk.call("payments.dismiss", { id: first.id });
    const second = await desk.charge("200.00");
    desk.bank.next("/payment/status/9223372036854775807", { answer: envelope('{"Status":"Processed"}') });
    await desk.clock.advance(6 * SECOND);
    expect(await desk.get(first.id)).toMatchObject({ state: "paid", late: true });
    expect(desk.snapshot().current).toMatchObject({ id: second.id, state: "awaiting_scan" });
    const [banner] = desk.snapshot().banners;
    expect(banner).toMatchObject({ kind: "late", payment: { id: first.id } });
    await desk.restart();
    expect(desk.snapshot().banners[0]).toMatchObject({ kind: "late", payment: { id: first.id } });
    await desk.call("notices.acknowledge", { id: desk.snapshot().banners[0]?.id ?? "" });
    expect(desk.snapshot().banners).toEqual([]);
  });

  it("watches with growing pauses and gives it to a person after 24 hours", async () => {
    const payment = await desk.charge();
    desk.bank.status("Wait");
    await desk.clock.advance(6 * SECOND);
    await desk.call("payments.cancel", { id: payment.id });
    await desk.clock.advance(10 * MINUTE);
    const before = desk.bank.calls("/payment/status");
    await desk.clock.advance(60 * MINUTE);
    const inAnHour = desk.bank.calls("/payment/status") - before;
    expect(inAnHour).toBeGreaterThanOrEqual(11);
    expect(inAnHour).toBeLessThanOrEqual(13);
    await desk.clock.advance(24 * 60 * MINUTE);
    expect(await desk.get(payment.id)).toMatchObject({ state: "needs_review", settled: false, watching: false });
  });
});

describe("creation", () => {
  it("a lost answer is created once more, silently, and both attempts are in the journal (Q-30)", async () => {
    desk.bank.next("/qr/create", { fail: "closed", reach: "sent" });
    const payment = await desk.charge();
    expect(payment.state).toBe("awaiting_scan");
    expect(desk.bank.calls("/qr/create")).toBe(2);
    const calls = await desk.journal.calls(payment.id);
    expect(calls.map(({ name, danger, outcome }) => ({ name, danger, outcome }))).toEqual([
      { name: "qr/create", danger: "harmless", outcome: "sent" },
      { name: "qr/create", danger: "harmless", outcome: "answered" },
    ]);
  });
  it("lost twice is failed", async () => {
    desk.bank.always("/qr/create", { fail: "closed", reach: "body" });
    const payment = await desk.charge();
    expect(payment).toMatchObject({ state: "failed", settled: true, error: { code: "answer_lost" } });
    expect(desk.bank.calls("/qr/create")).toBe(2);
  });
  it("what never left is failed at once, with the way to the bank named", async () => {
    desk.bank.always("/", { fail: "refused", reach: "connect" });
    const payment = await desk.charge();
    expect(payment).toMatchObject({ state: "failed", error: { code: "bank_unreachable" } });
    expect(desk.snapshot().offlineSince).not.toBeNull();
    const again = await desk.call("payments.create", {
      key: randomUUID(),
      request: { amount: "1.00", provider: "kaspi" },
    });
    expect(again).toMatchObject({ ok: false, error: { code: "not_ready", params: { reason: "offline" } } });
    desk.bank.always("/", null);
    await desk.clock.advance(6 * SECOND);
    expect(desk.snapshot().offlineSince).toBeNull();
  });
  it("a refusal carries the bank's code and our meaning", async () => {
    desk.bank.next("/qr/create", { answer: refusal("9900000018") });
    expect(await desk.charge()).toMatchObject({
      state: "failed",
      error: { code: "trade_point_disabled", bankCode: "9900000018", remedy: "callSupport" },
    });
  });
  it("cancelled while the bank is asked: the token that still comes is never shown, and watched", async () => {
    desk.bank.next("/qr/create", { answer: envelope('{"QrToken":"1","QrPaymentId":7}'), after: 3_000 });
    const key = randomUUID();
    const creating = desk.core.call({ kind: "person", name: "c" }, "payments.create", {
      key,
      request: { amount: "1.00", provider: "kaspi" },
    });
    await desk.clock.advance(1_000);
    const id = desk.snapshot().current?.id ?? "";
    expect(desk.snapshot().current?.state).toBe("creating");
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(3_000);
    await creating;
    expect(await desk.get(id)).toMatchObject({
      state: "cancelled",
      settled: false,
      watching: true,
      bankId: "7",
      qr: null,
    });
    await desk.clock.advance(5 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true });
  });
  it("an ExpireDate that is past already is a sign of a wrong clock, and decides nothing (Q-24)", async () => {
    const payment = await desk.charge();
    expect(desk.notes.map(({ event }) => event)).toContain("clock.skew");
    await desk.clock.advance(170 * SECOND);
    expect((await desk.get(payment.id)).state).toBe("awaiting_scan");
  });
  it("answers after five seconds with creating when the bank is slow", async () => {
    desk.bank.next("/qr/create", { answer: envelope('{"QrToken":"1","QrPaymentId":7}'), after: 20_000 });
    const creating = desk.core.call({ kind: "person", name: "c" }, "payments.create", {
      key: "slow",
      request: { amount: "1.00", provider: "kaspi" },
    });
    await desk.clock.advance(5_001);
    expect(await creating).toMatchObject({ ok: true, value: { created: true, payment: { state: "creating" } } });
  });
});

describe("one at a time", () => {
  it("a second start while one is open is refused with the open one", async () => {
    const payment = await desk.charge();
    const second = await desk.call("payments.create", {
      key: randomUUID(),
      request: { amount: "1.00", provider: "kaspi" },
    });
    expect(second).toMatchObject({ ok: false, error: { code: "till_busy" }, payment: { id: payment.id } });
    expect(desk.bank.calls("/qr/create")).toBe(1);
  });
  it("a storm of taps makes one payment (U5)", async () => {
    const request = { amount: "5000.00", provider: "kaspi" as const };
    const taps = Array.from({ length: 50 }, (_, i) =>
      desk.core.call({ kind: "person", name: "c" }, "payments.create", { key: i % 2 ? "one" : `k${i}`, request }),
    );
    await desk.clock.advance(0);
    const results = await Promise.all(taps);
    expect(desk.bank.calls("/qr/create")).toBe(1);
    expect(results.filter((result) => result.ok).length).toBeGreaterThanOrEqual(1);
  });
  it("the same key and body is the same payment for ever, another body is refused", async () => {
    const first = await desk.call("payments.create", { key: "k", request: { amount: "5000", provider: "kaspi" } });
    const again = await desk.call("payments.create", { key: "k", request: { amount: "5000.00", provider: "kaspi" } });
    const other = await desk.call("payments.create", { key: "k", request: { amount: "5000.01", provider: "kaspi" } });
    expect(first).toMatchObject({ ok: true, value: { created: true } });
    expect(again).toMatchObject({ ok: true, value: { created: false } });
    if (!first.ok || !again.ok) throw new Error("unreachable");
    expect(again.value.payment.id).toBe(first.value.payment.id);
    expect(other).toMatchObject({ ok: false, error: { code: "key_reused" }, payment: { id: first.value.payment.id } });
    await desk.restart();
    expect(
      await desk.call("payments.create", { key: "k", request: { amount: "5000", provider: "kaspi" } }),
    ).toMatchObject({ ok: true, value: { created: false } });
  });
  it("a new attempt for a sale whose earlier one is unsettled must name it", async () => {
    const first = await desk.charge("100.00", { saleId: "S" });
    await desk.call("payments.cancel", { id: first.id });
    const blind = await desk.call("payments.create", {
      key: "b",
      request: { amount: "100.00", provider: "kaspi", saleId: "S" },
    });
    expect(blind).toMatchObject({ ok: false, error: { code: "previous_attempt_open" }, payment: { id: first.id } });
    const named = await desk.call("payments.create", {
      key: "c",
      request: { amount: "100.00", provider: "kaspi", saleId: "S", replaces: first.id },
    });
    expect(named).toMatchObject({ ok: true, value: { payment: { saleId: "S", replaces: first.id } } });
  });
  it("renewing closes the old attempt into watching; both paid raises an alert and refunds nothing (U10)", async () => {
    const first = await desk.charge("100.00");
    const renewed = await desk.call("payments.renew", { id: first.id, key: "renew" });
    if (!renewed.ok) throw new Error(renewed.error.code);
    expect(renewed.value.payment).toMatchObject({ saleId: first.saleId, replaces: first.id, state: "awaiting_scan" });
    expect(await desk.get(first.id)).toMatchObject({ state: "cancelled", watching: true, settled: false });
    desk.bank.status("Processed");
    await desk.clock.advance(11 * SECOND);
    expect(await desk.get(first.id)).toMatchObject({ state: "paid", late: true });
    expect(await desk.get(renewed.value.payment.id)).toMatchObject({ state: "paid", late: false });
    expect(desk.snapshot().banners.map((banner) => banner.kind)).toContain("double-paid");
  });
});

describe("a payment that meets a refund on the screen", () => {
  const program = { kind: "api", name: "1c", scopes: ["pay"] } as const;
  const charge = async () => {
    const result = desk.core.call(program, "payments.create", {
      key: randomUUID(),
      request: { amount: "1.00", provider: "kaspi" },
    });
    await desk.clock.advance(0);
    return result;
  };
  const refund = async () => {
    const result = await desk.call("refunds.create", { key: randomUUID(), request: { provider: "kaspi" } });
    if (!result.ok) throw new Error(result.error.code);
    return result.value.refund;
  };

  it("takes the screen from a code that waits for its scan, which is given up before the payment is journaled", async () => {
    const { id } = await refund();
    expect(desk.snapshot()).toMatchObject({ current: null, refund: { id, state: "awaiting_scan" } });
    expect(await charge()).toMatchObject({ ok: true, value: { payment: { state: "awaiting_scan" } } });
    expect(desk.snapshot()).toMatchObject({ current: { state: "awaiting_scan" }, refund: null });
    expect(await desk.call("refunds.get", { id })).toMatchObject({ value: { state: "cancelled", settled: true } });
    const kinds = (await desk.journal.events(0, 50)).map(({ kind, ref }) => (ref === id ? "refund" : kind));
    expect(kinds.lastIndexOf("refund")).toBeLessThan(kinds.indexOf("payment"));
  });

  it("waits while a purchase is being chosen, and is told which refund it meets", async () => {
    await desk.charge("100.00").then(({ id }) => desk.call("payments.cancel", { id }));
    const { id } = await refund();
    desk.bank.returnStatus("CustomerIdentityObtained");
    await desk.clock.advance(6 * SECOND);
    expect(desk.snapshot().refund).toMatchObject({ id, state: "choosing" });
    expect(desk.core.bank.busy()).toBe(true);
    const before = desk.bank.calls("/qr/create");
    expect(await charge()).toMatchObject({
      ok: false,
      error: { code: "till_busy" },
      refund: { id, state: "choosing" },
    });
    expect(desk.bank.calls("/qr/create")).toBe(before);
    await desk.call("refunds.cancel", { id });
    expect(await charge()).toMatchObject({ ok: true });
  });
});

describe("health", () => {
  it("counts what is undecided, refunds too", async () => {
    await desk.restart(testSettings(profileOf("3")));
    const { id } = await desk.charge("100.00");
    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    await desk.call("payments.dismiss", { id });
    desk.bank.next("/payment/return", { fail: "timeout", reach: "sent" });
    await desk.call("refunds.create", { key: randomUUID(), request: { paymentId: id, amount: "40.00" } });
    desk.bank.next("/remote/create", { fail: "timeout", reach: "sent" });
    await desk.charge("100.00", { method: "invoice", phone: "87077777777" });
    expect(await desk.call("health", {})).toMatchObject({ ok: true, value: { inDoubt: 2 } });
  });
});

describe("what the till refuses", () => {
  it.each([
    ["payments.create", { key: "k", request: { amount: 5000, provider: "kaspi" } }, "bad_amount"],
    ["payments.create", { key: "k", request: { amount: "0", provider: "kaspi" } }, "bad_amount"],
    ["payments.create", { key: "k", request: { amount: "0.99", provider: "kaspi" } }, "amount_too_small"],
    ["payments.create", { key: "k", request: { amount: "1000000.01", provider: "kaspi" } }, "amount_too_large"],
    ["payments.create", { key: "k", request: { amount: "5", provider: "epay" } }, "not_configured"],
    ["payments.create", { key: "k", request: { amount: "5", provider: "kaspi", method: "invoice" } }, "not_supported"],
    ["payments.create", { key: "bad key", request: { amount: "5", provider: "kaspi" } }, "bad_request"],
    ["payments.create", { key: "k", request: { amount: "5", provider: "kaspi", extra: 1 } }, "bad_request"],
    ["payments.get", { id: "nobody" }, "not_found"],
    ["payments.get", { id: "x".repeat(100_000) }, "bad_request"],
    ["payments.get", null, "bad_request"],
    ["toString", {}, "unknown_command"],
    ["no.such", {}, "unknown_command"],
    ["events.after", { seq: 0, limit: 1 }, "forbidden"],
    ["training.phone", { id: "x", action: "scan" }, "not_supported"],
  ])("%s %o -> %s", async (name, input, code) => {
    const before = await desk.journal.info();
    const result = desk.core.call({ kind: "person", name: "c" }, name, input);
    await desk.clock.advance(0);
    expect(await result).toMatchObject({ ok: false, error: { code } });
    expect((await desk.journal.info()).head).toBe(before.head);
    expect(desk.bank.calls("/qr/create")).toBe(0);
  });
  it("a program has only the rights of its token", async () => {
    const reader = { kind: "api", name: "1c", scopes: ["read"] } as const;
    expect(
      await desk.core.call(reader, "payments.create", { key: "k", request: { amount: "5", provider: "kaspi" } }),
    ).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await desk.core.call(reader, "language.set", { language: "kk" })).toMatchObject({
      ok: false,
      error: { code: "forbidden" },
    });
    expect(await desk.core.call(reader, "payments.list", {})).toMatchObject({ ok: true });
  });
  it("cancel and dismiss refuse what they cannot do, with the payment", async () => {
    const payment = await desk.charge();
    expect(await desk.call("payments.dismiss", { id: payment.id })).toMatchObject({
      ok: false,
      error: { code: "not_finished" },
    });
    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    expect(await desk.call("payments.cancel", { id: payment.id })).toMatchObject({
      ok: false,
      error: { code: "already_final" },
      payment: { state: "paid" },
    });
  });
});

describe("parking", () => {
  it("a parked payment leaves the till free and is still watched in the strip (U15)", async () => {
    const first = await desk.charge("100.00");
    desk.bank.status("Wait");
    await desk.clock.advance(5 * SECOND);
    expect(await desk.call("payments.dismiss", { id: first.id })).toMatchObject({
      ok: true,
      value: { parked: true, state: "awaiting_confirmation" },
    });
    expect(desk.snapshot()).toMatchObject({ current: null, parked: [{ id: first.id }] });
    const second = await desk.charge("200.00");
    expect(second.state).toBe("awaiting_scan");
    desk.bank.next("/payment/status/9223372036854775807", { answer: envelope('{"Status":"Processed"}') });
    await desk.clock.advance(6 * SECOND);
    expect(await desk.get(first.id)).toMatchObject({ state: "paid", late: true });
  });
});

describe("refresh", () => {
  it("asks now, unless asked within the interval", async () => {
    const payment = await desk.charge();
    await desk.clock.advance(5 * SECOND + 500);
    const polls = desk.bank.calls("/payment/status");
    await desk.call("payments.refresh", { id: payment.id });
    expect(desk.bank.calls("/payment/status")).toBe(polls);
    desk.bank.next("/payment/status", "hang");
    await desk.clock.advance(9 * SECOND);
    expect(desk.bank.calls("/payment/status")).toBe(polls + 1);
  });
});

describe("restart", () => {
  it("with a QR on the screen: the sale is there, asked about at once, finished", async () => {
    const payment = await desk.charge();
    await desk.clock.advance(7 * SECOND);
    const polls = desk.bank.calls("/payment/status");
    await desk.restart();
    expect(desk.snapshot().current).toMatchObject({ id: payment.id, state: "awaiting_scan" });
    expect(desk.bank.calls("/payment/status")).toBe(polls + 1);
    expect(desk.snapshot().current?.countdown?.remainingMs).toBeLessThanOrEqual(173 * SECOND);
    desk.bank.status("Processed");
    await desk.clock.advance(5 * SECOND);
    expect(desk.snapshot().current).toMatchObject({ id: payment.id, state: "paid", late: false });
  });
  it("after the deadline passed while it was down: the answer decides", async () => {
    const payment = await desk.charge();
    await desk.clock.advance(1 * SECOND);
    desk.clock.jump(10 * MINUTE);
    await desk.restart();
    await desk.clock.advance(6 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "expired" });
  });
  it("a clock set back does not make the QR live longer than its window", async () => {
    await desk.charge();
    desk.clock.jump(-12 * 3_600_000);
    await desk.restart();
    expect(desk.snapshot().current?.countdown?.remainingMs).toBe(180_000);
  });
  it("while the bank was being asked: not created again by itself", async () => {
    desk.bank.next("/qr/create", "hang");
    void desk.core.call({ kind: "person", name: "c" }, "payments.create", {
      key: "k",
      request: { amount: "1.00", provider: "kaspi" },
    });
    await desk.clock.advance(1_000);
    await desk.restart();
    expect(desk.snapshot().current).toMatchObject({ state: "failed", settled: true, error: { code: "answer_lost" } });
    expect(desk.bank.calls("/qr/create")).toBe(1);
  });
  it("a settled dead token is asked once more at the next start, and a success then is late", async () => {
    const payment = await desk.charge();
    await desk.clock.advance(5 * MINUTE);
    expect(await desk.get(payment.id)).toMatchObject({ state: "expired", settled: true });
    await desk.call("payments.dismiss", { id: payment.id });
    desk.bank.status("Processed");
    await desk.restart();
    await desk.clock.advance(1 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "paid", late: true });
  });
  it("a payment keeps its profile when settings change meanwhile", async () => {
    const payment = await desk.charge();
    const other = { ...PROFILE, id: "profile-2", url: "https://elsewhere.test/r2/v01" };
    await desk.restart(testSettings(other));
    expect(desk.bank.requests.at(-1)?.path).toContain("/payment/status");
    desk.bank.status("Processed");
    await desk.clock.advance(6 * SECOND);
    expect((await desk.get(payment.id)).state).toBe("paid");
  });
  it("receipt numbers go on and are never used twice", async () => {
    const first = await desk.charge();
    await desk.call("payments.cancel", { id: first.id });
    await desk.restart();
    expect((await desk.charge()).number).toBe("A1-000002");
  });
});

describe("the journal that refuses", () => {
  it("nothing is sent when nothing can be journaled", async () => {
    await desk.close();
    let broken = false;
    desk = await openDesk({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (broken ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
    broken = true;
    const refused = await desk.call("payments.create", { key: "k", request: { amount: "1.00", provider: "kaspi" } });
    expect(refused).toMatchObject({ ok: false, error: { code: "journal_unavailable" } });
    expect(desk.bank.calls("/qr/create")).toBe(0);
    expect(desk.snapshot().banners.map((banner) => banner.kind)).toContain("journal");
    broken = false;
    const payment = await desk.charge();
    expect(desk.snapshot().banners.map((banner) => banner.kind)).not.toContain("journal");
    broken = true;
    desk.bank.status("Processed");
    await desk.clock.advance(6 * SECOND);
    expect(desk.snapshot().current?.state).toBe("awaiting_scan");
    broken = false;
    await desk.clock.advance(6 * SECOND);
    expect((await desk.get(payment.id)).state).toBe("paid");
  });
});

describe("the device", () => {
  it("without a token the till registers before the first sale; until then the button says why", async () => {
    await desk.close();
    desk = await openDesk({ registered: false });
    expect(desk.bank.requests[0]).toMatchObject({
      path: "/device/register",
      body: '{"DeviceId":"GFC-456397","TradePointId":12}',
    });
    expect(desk.snapshot().providers[0]).toMatchObject({ ready: true });
    await desk.charge();
    expect(desk.bank.requests.findLast((request) => request.path === "/qr/create")?.body).toBe(
      '{"DeviceToken":"9f2c1d64-0000-4000-8000-aaaaaaaaaaaa","Amount":5000.00,"ExternalId":"A1-000001"}',
    );
  });
  it("a refused registration stands, however well the bank answers pings; no sale is started without a device", async () => {
    await desk.close();
    desk = await openDesk({
      registered: false,
      prepare: (bank) => bank.always("/device/register", { answer: refusal("-1503") }),
    });
    await desk.clock.advance(5 * MINUTE);
    expect(desk.bank.calls("/health/ping")).toBeGreaterThan(0);
    expect(desk.snapshot().providers[0]).toMatchObject({
      ready: false,
      reason: { code: "device_elsewhere", bankCode: "-1503" },
    });
    const refused = await desk.call("payments.create", { key: "k", request: { amount: "1.00", provider: "kaspi" } });
    expect(refused).toMatchObject({ ok: false, error: { code: "not_ready", params: { reason: "device_elsewhere" } } });
    expect(desk.bank.calls("/qr/create")).toBe(0);
  });
  it("a registration that does not get through is tried again until it does", async () => {
    await desk.close();
    desk = await openDesk({
      registered: false,
      prepare: (bank) => bank.next("/device/register", { fail: "timeout", reach: "sent" }, { answer: refusal("-999") }),
    });
    expect(desk.snapshot().providers[0]).toMatchObject({ ready: false });
    await desk.clock.advance(MINUTE);
    expect(desk.snapshot().providers[0]).toMatchObject({ ready: true });
  });
});
