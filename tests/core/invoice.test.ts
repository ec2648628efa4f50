import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { Payment } from "../../contract/payment.ts";
import { maskName, maskPhone } from "../../main/core/invoice.ts";
import { openDesk, profileOf, testSettings, type Desk } from "../support/desk.ts";
import { envelope, refusal, type Fate } from "../support/scripted-bank.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PHONE = "+7 707 123-45-67";
const SENT = "87071234567";
const LOST: Fate = { fail: "timeout", reach: "sent" };

const settings = testSettings(profileOf("3"));
let desk: Desk;
beforeEach(async () => {
  desk = await openDesk({ settings });
});
afterEach(() => desk.close());

type Request = Partial<CommandInput<"payments.create">["request"]>;
const invoice = (amount = "5000.00", more: Request = {}): Promise<Payment> =>
  desk.charge(amount, { method: "invoice", phone: PHONE, ...more });
const tryInvoice = (more: Request = {}) =>
  desk.call("payments.create", {
    key: randomUUID(),
    request: { amount: "5000.00", provider: "kaspi", method: "invoice", phone: PHONE, ...more },
  });
const refresh = (id: string) => desk.call("payments.refresh", { id });
const cancel = (id: string) => desk.call("payments.cancel", { id });
const lookUp = (phone = PHONE) => desk.call("payments.lookUp", { provider: "kaspi", phone });
const asked = (): number => desk.bank.calls("/payment/status");

describe("an invoice", () => {
  it("is sent to the telephone, stands on the screen with the number masked, and leaves the till free", async () => {
    const payment = await invoice("5000.00", { comment: "Стол 4" });
    expect(payment).toMatchObject({ state: "awaiting_payment", settled: false, watching: false, qr: null, link: null });
    expect(desk.bank.requests.findLast(({ path }) => path === "/remote/create")?.body).toContain(
      `"PhoneNumber":"${SENT}"`,
    );
    expect(desk.snapshot().current).toMatchObject({
      id: payment.id,
      state: "awaiting_payment",
      phone: "+7 707 ••• 45 67",
      payableUntil: "2026-11-23T14:00:00.000+05:00",
      countdown: null,
    });
    expect((await desk.charge("100.00")).state).toBe("awaiting_scan");
  });

  it("is paid when a person asks and the bank says Processed, also the day after", async () => {
    const { id } = await invoice();
    await desk.clock.advance(30 * HOUR);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_payment" });
    desk.bank.status("Processed");
    expect(await refresh(id)).toMatchObject({ ok: true, value: { state: "paid", settled: true, late: false } });
    desk.bank.status("Error");
    expect(await refresh(id)).toMatchObject({ value: { state: "paid" } });
  });

  it("the bank's no after a question is declined", async () => {
    const { id } = await invoice();
    desk.bank.status("Error");
    expect(await refresh(id)).toMatchObject({ value: { state: "declined", settled: true } });
  });

  it("a likely no outside the document is believed when it is heard twice (Q-34)", async () => {
    const { id } = await invoice();
    desk.bank.status("RemotePaymentRejected");
    expect(await refresh(id)).toMatchObject({ value: { state: "awaiting_payment" } });
    await desk.clock.advance(6 * SECOND);
    expect(await refresh(id)).toMatchObject({ value: { state: "declined" } });
  });

  it("is never asked about by a timer, on start or on wake; only a person asks, not twice in 5 s (Q-33)", async () => {
    const { id } = await invoice();
    await desk.clock.advance(25 * HOUR);
    await desk.restart();
    desk.core.wake("resume");
    await desk.clock.advance(HOUR);
    expect(asked()).toBe(0);
    await refresh(id);
    await desk.clock.advance(4 * SECOND);
    await refresh(id);
    expect(asked()).toBe(1);
    await desk.clock.advance(2 * SECOND);
    await refresh(id);
    expect(asked()).toBe(2);
    expect(desk.snapshot().current?.askedAt).not.toBeNull();
  });

  it("one that is over and put away is not asked about twice in 5 s either (Q-33)", async () => {
    const { id } = await invoice();
    await cancel(id);
    await desk.call("payments.dismiss", { id });
    await refresh(id);
    await refresh(id);
    expect(asked()).toBe(1);
    await desk.clock.advance(5 * SECOND);
    await refresh(id);
    expect(asked()).toBe(2);
  });

  it("dismissed it stands in the strip; another sale goes on; it can still be paid (U15)", async () => {
    const { id } = await invoice();
    expect(await desk.call("payments.dismiss", { id })).toMatchObject({ value: { parked: true, watching: false } });
    expect(desk.snapshot()).toMatchObject({ current: null, parked: [{ id, phone: "+7 707 ••• 45 67" }], watched: 0 });
    await desk.charge("100.00");
    desk.bank.next("/payment/status/9223372036854775807", { answer: envelope('{"Status":"Processed"}') });
    await refresh(id);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
    expect(desk.snapshot().banners).toMatchObject([{ kind: "late", payment: { id } }]);
  });

  it("makes room on the screen for the next sale and stands in the strip", async () => {
    const { id } = await invoice();
    const next = await desk.charge("100.00");
    expect(desk.snapshot()).toMatchObject({ current: { id: next.id }, parked: [{ id }] });
    // What can no longer be paid waits in the history; the strip is for what may still come.
    await desk.clock.advance(25 * HOUR);
    await desk.call("language.set", { language: "kk" });
    expect(desk.snapshot().parked.map((one) => one.id)).not.toContain(id);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_payment", settled: false });
  });

  it("the bank's definite refusal is failed, and nothing waits for anybody", async () => {
    desk.bank.next("/remote/create", { answer: refusal("990000018") });
    expect(await invoice()).toMatchObject({
      state: "failed",
      settled: true,
      error: { code: "trade_point_disabled", bankCode: "990000018" },
    });
  });

  it.each<[string, Request, string]>([
    ["bad_phone", { phone: "+7 727 123 45 67" }, "a town's number"],
    ["bad_phone", { phone: "12345678901" }, "no number of the country"],
    ["bad_request", { method: "qr" }, "a telephone with a QR"],
  ])("%s for %o: %s (Q-20)", async (code, more) => {
    expect(await tryInvoice(more)).toMatchObject({ ok: false, error: { code } });
    expect((await desk.journal.payments({ limit: 1 })).length).toBe(0);
  });

  it("needs a contract of scheme 3", async () => {
    await desk.restart(testSettings());
    expect(await tryInvoice()).toMatchObject({ ok: false, error: { code: "not_supported" } });
    expect(await lookUp()).toMatchObject({ ok: false, error: { code: "not_supported" } });
    expect(desk.snapshot().providers[0]?.methods).toEqual(["qr", "link"]);
  });

  it("is not renewed: its telephone is kept nowhere", async () => {
    const { id } = await invoice();
    expect(await desk.call("payments.renew", { id, key: "r" })).toMatchObject({
      ok: false,
      error: { code: "not_supported" },
    });
  });

  it("the same key and body is the same invoice, another telephone under it is refused", async () => {
    const request = { amount: "1.00", provider: "kaspi" as const, method: "invoice" as const };
    const first = await desk.call("payments.create", { key: "k", request: { ...request, phone: PHONE } });
    const again = await desk.call("payments.create", { key: "k", request: { ...request, phone: "8(707)1234567" } });
    const other = await desk.call("payments.create", { key: "k", request: { ...request, phone: "87071234568" } });
    expect(first).toMatchObject({ ok: true, value: { created: true } });
    expect(again).toMatchObject({ ok: true, value: { created: false } });
    expect(other).toMatchObject({ ok: false, error: { code: "key_reused" } });
    expect(desk.bank.calls("/remote/create")).toBe(1);
  });

  it("leaves no trace of the number or the name in the journal and the log", async () => {
    await lookUp();
    desk.bank.next("/remote/create", LOST);
    const { id } = await invoice();
    const [row] = await desk.journal.payments({ limit: 1 });
    const kept = JSON.stringify([
      row,
      await desk.journal.events(0, 100),
      await desk.journal.calls(id),
      desk.notes,
      desk.snapshot(),
      await desk.journal.meta(`lookups:${profileOf("3").id}`),
    ]);
    expect(kept).toContain("+7 707 ••• 45 67");
    expect(kept).not.toMatch(/70712345|7071234|Сериковна/);
  });
});

describe("the connection before an invoice", () => {
  const paths = (): string[] => desk.bank.requests.map(({ path }) => path);

  it("is tried with a ping when the bank has not answered in the last 5 s", async () => {
    await desk.clock.advance(10 * SECOND);
    const before = paths().length;
    await invoice();
    expect(paths().slice(before)).toEqual(["/health/ping", "/remote/create"]);
  });

  it("is warm after the look-up of the number", async () => {
    await desk.clock.advance(10 * SECOND);
    await lookUp();
    const before = paths().length;
    await invoice();
    expect(paths().slice(before)).toEqual(["/remote/create"]);
  });

  it.each(["connect", "sent"] as const)(
    "a ping that fails (%s) fails the payment, and the invoice is not sent",
    async (reach) => {
      await desk.clock.advance(10 * SECOND);
      desk.bank.next("/health/ping", { fail: "timeout", reach });
      expect(await invoice()).toMatchObject({ state: "failed", settled: true, error: { code: "bank_timeout" } });
      expect(desk.bank.calls("/remote/create")).toBe(0);
    },
  );

  it.each([
    ["-999", { answer: refusal("-999") }, "bank_unavailable"],
    ["a shut door", { answer: "<html>", status: 403 }, "address_not_allowed"],
  ])(
    "%s in place of a ping's answer fails it: what would follow could not be told from a loss",
    async (_, fate, code) => {
      await desk.clock.advance(10 * SECOND);
      desk.bank.always("/health/ping", fate);
      expect(await invoice()).toMatchObject({ state: "failed", settled: true, error: { code } });
      expect(desk.bank.calls("/remote/create")).toBe(0);
    },
  );

  it("one that breaks before the first byte of the invoice fails it", async () => {
    desk.bank.next("/remote/create", { fail: "refused", reach: "connect" });
    expect(await invoice()).toMatchObject({ state: "failed", settled: true });
  });
});

describe("an invoice whose answer was lost (Q-32)", () => {
  it.each<[string, Fate]>([
    ["silence", LOST],
    ["a connection closed in the answer", { fail: "closed", reach: "body" }],
    ["-999", { answer: refusal("-999") }],
    ["a code nobody knows", { answer: refusal("-4711") }],
    ["success without an id", { answer: envelope("{}") }],
    ["HTML", { answer: "<html>502</html>", status: 502 }],
  ])("%s: waits for a person at once, is not sent again and not asked about", async (_, fate) => {
    desk.bank.next("/remote/create", fate);
    const payment = await invoice();
    expect(payment).toMatchObject({
      state: "needs_review",
      settled: false,
      watching: false,
      bankId: null,
      error: { code: "invoice_lost", params: { sum: "5\u2009000\u00a0₸" } },
    });
    expect(desk.snapshot().current).toMatchObject({ id: payment.id, state: "needs_review" });
    await desk.restart();
    await desk.clock.advance(25 * HOUR);
    await refresh(payment.id);
    expect(desk.bank.calls("/remote/create")).toBe(1);
    expect(asked()).toBe(0);
    expect((await desk.journal.calls(payment.id)).map(({ name, danger }) => ({ name, danger }))).toEqual([
      { name: "remote/create", danger: "dangerous" },
    ]);
  });

  it("a process that died while it was being sent finds it in need of a person", async () => {
    desk.bank.next("/remote/create", "hang");
    void tryInvoice();
    await desk.clock.advance(SECOND);
    await desk.restart();
    expect(desk.snapshot().current).toMatchObject({
      state: "needs_review",
      error: { code: "invoice_lost", params: { sum: "5\u2009000\u00a0₸" } },
    });
    expect(desk.bank.calls("/remote/create")).toBe(1);
  });

  it("a second one for the same telephone and amount needs the first to be named, also after a restart", async () => {
    desk.bank.next("/remote/create", LOST);
    const lost = await invoice();
    await desk.call("payments.dismiss", { id: lost.id });
    await desk.restart();
    expect(await tryInvoice({ phone: "8 (707) 123 45 67" })).toMatchObject({
      ok: false,
      error: { code: "possible_duplicate", params: { number: lost.number } },
      payment: { id: lost.id, state: "needs_review" },
    });
    expect(await tryInvoice({ confirmDuplicateOf: "another" })).toMatchObject({ ok: false });
    expect(desk.bank.calls("/remote/create")).toBe(1);
    expect(await tryInvoice({ amount: "5000.01" })).toMatchObject({ ok: true });
    expect(await tryInvoice({ phone: "87071234568" })).toMatchObject({ ok: true });
    expect(await tryInvoice({ confirmDuplicateOf: lost.id })).toMatchObject({ ok: true });
    expect(desk.bank.calls("/remote/create")).toBe(4);
  });

  it("after 24 hours the lost one can no longer be paid, and another is free", async () => {
    desk.bank.next("/remote/create", LOST);
    await invoice();
    await desk.clock.advance(23 * HOUR);
    expect(await tryInvoice()).toMatchObject({ ok: false, error: { code: "possible_duplicate" } });
    await desk.clock.advance(HOUR + SECOND);
    expect(await tryInvoice()).toMatchObject({ ok: true });
  });

  it("an answer that the disk would not take is not lost: it waits for the disk", async () => {
    await desk.close();
    let broken = false;
    desk = await openDesk({
      settings,
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (broken ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
    desk.bank.next("/remote/create", { answer: envelope('{"QrPaymentId":15}'), after: SECOND });
    const creating = tryInvoice();
    await desk.clock.advance(500);
    broken = true;
    await desk.clock.advance(3 * SECOND);
    expect(desk.snapshot().current?.state).toBe("creating");
    broken = false;
    await desk.clock.advance(2 * SECOND);
    await creating;
    expect(desk.snapshot().current).toMatchObject({ state: "awaiting_payment", bankId: "15" });
    expect(desk.bank.calls("/remote/create")).toBe(1);
  });
});

describe("taking an invoice back", () => {
  it("is the bank's to say: RemotePaymentCanceled is cancelled and settled (Q-34)", async () => {
    const { id } = await invoice();
    expect(await cancel(id)).toMatchObject({ ok: true, value: { state: "cancelled", settled: true, error: null } });
    expect(asked()).toBe(0);
    expect((await desk.journal.calls(id)).map(({ name, danger, outcome }) => [name, danger, outcome])).toEqual([
      ["remote/create", "dangerous", "answered"],
      ["remote/cancel", "resolvable", "answered"],
    ]);
    expect(await cancel(id)).toMatchObject({ ok: false, error: { code: "already_final" } });
  });

  it("Processed wins: in the answer itself, in the question after it, and later still", async () => {
    const first = await invoice();
    desk.bank.next("/remote/cancel", { answer: envelope('{"Status":"Processed"}') });
    expect(await cancel(first.id)).toMatchObject({ value: { state: "paid", settled: true, late: false } });
    const second = await invoice();
    desk.bank.next("/remote/cancel", { answer: refusal("-999") });
    desk.bank.status("Processed");
    expect(await cancel(second.id)).toMatchObject({ value: { state: "paid", late: false } });
    expect(asked()).toBe(1);
    const third = await invoice();
    await cancel(third.id);
    desk.bank.status("Processed");
    expect(await refresh(third.id)).toMatchObject({ value: { state: "paid", late: true } });
  });

  it.each<[string, Fate]>([
    ["another status", { answer: envelope('{"Status":"RemotePaymentCreated"}') }],
    ["-999", { answer: refusal("-999") }],
    ["no envelope", { answer: "<html>" }],
  ])("%s: one question decides; while that says unpaid it is not confirmed", async (_, fate) => {
    const { id } = await invoice();
    await refresh(id);
    desk.bank.next("/remote/cancel", fate);
    expect(await cancel(id)).toMatchObject({
      value: { state: "awaiting_payment", settled: false, error: { code: "cancel_unconfirmed" } },
    });
    expect(asked()).toBe(2);
    await desk.clock.advance(HOUR);
    expect(asked()).toBe(2);
    desk.bank.status("RemotePaymentCanceled");
    expect(await refresh(id)).toMatchObject({ value: { state: "cancelled", settled: true, error: null } });
  });

  it("a lost answer stays as it is until a person asks; the bank's word then decides", async () => {
    const { id } = await invoice();
    desk.bank.next("/remote/cancel", LOST);
    expect(await cancel(id)).toMatchObject({
      value: { state: "awaiting_payment", error: { code: "cancel_unconfirmed" } },
    });
    expect(asked()).toBe(0);
    expect(await refresh(id)).toMatchObject({ value: { state: "awaiting_payment", error: null } });
    expect(desk.bank.calls("/remote/cancel")).toBe(1);
    expect(await cancel(id)).toMatchObject({ value: { state: "cancelled" } });
  });

  it("a no, and a question that never left, leave the invoice as it was and say why", async () => {
    const { id } = await invoice();
    desk.bank.next("/remote/cancel", { answer: refusal("-99000001") }, { fail: "refused", reach: "connect" });
    expect(await cancel(id)).toMatchObject({
      value: { state: "awaiting_payment", error: { code: "purchase_not_found", bankCode: "-99000001" } },
    });
    expect(await cancel(id)).toMatchObject({
      value: { state: "awaiting_payment", error: { code: "bank_unreachable" } },
    });
    expect(asked()).toBe(0);
  });

  it("two taps ask once, and one while it is being sent waits for it", async () => {
    desk.bank.next("/remote/create", { answer: envelope('{"QrPaymentId":15}'), after: 3 * SECOND });
    const creating = tryInvoice();
    await desk.clock.advance(SECOND);
    const id = desk.snapshot().current?.id ?? "";
    const taps = [cancel(id), cancel(id)];
    await desk.clock.advance(3 * SECOND);
    await creating;
    for (const tap of taps) expect(await tap).toMatchObject({ ok: true, value: { state: "cancelled" } });
    expect(desk.bank.calls("/remote/cancel")).toBe(1);
  });

  it("one whose sending takes longer is not finished, and a lost one cannot be taken back", async () => {
    desk.bank.next("/remote/create", "hang");
    const creating = tryInvoice();
    await desk.clock.advance(SECOND);
    const id = desk.snapshot().current?.id ?? "";
    const tap = cancel(id);
    await desk.clock.advance(11 * SECOND);
    expect(await tap).toMatchObject({ ok: false, error: { code: "not_finished" }, payment: { state: "creating" } });
    await desk.clock.advance(30 * SECOND);
    await creating;
    expect(await cancel(id)).toMatchObject({ ok: false, error: { code: "use_dismiss" } });
    expect(desk.bank.calls("/remote/cancel")).toBe(0);
  });

  it("a process that died meanwhile asks nothing by itself and says that it is not confirmed", async () => {
    const { id } = await invoice();
    desk.bank.next("/remote/cancel", "hang");
    void cancel(id);
    await desk.clock.advance(SECOND);
    await desk.restart();
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_payment", error: { code: "cancel_unconfirmed" } });
    expect(desk.bank.calls("/remote/cancel")).toBe(1);
    expect(asked()).toBe(0);
  });
});

describe("whose number it is", () => {
  it("shows the name and the number masked only, and how often it may still be asked", async () => {
    expect(await lookUp()).toEqual({
      ok: true,
      value: { name: "Айгуль С. К.", phone: "+7 707 ••• 45 67", left: 49 },
    });
    expect(desk.bank.requests.at(-1)?.query).toContain(`phoneNumber=${SENT}`);
  });

  it.each([
    ["Айгуль Сериковна", "Айгуль С."],
    ["  Әсел\u00a0Қ.  ", "Әсел Қ."],
    ["Ерлан", "Ерлан"],
    ["Dana\u0000\u202eevil ob", "Dana E. O."],
  ])("%j is shown as %j", (whole, masked) => {
    expect(maskName(whole)).toBe(masked);
  });
  it("masks a number in any form a bank may have", () => {
    expect(maskPhone("87077777777")).toBe("+7 707 ••• 77 77");
    expect(maskPhone("+7 (707) 123-45-67")).toBe("+7 707 ••• 45 67");
  });

  it("at most 50 in any minute, over it nothing is sent and nothing is queued, also after a restart (Q-43)", async () => {
    for (let i = 0; i < 25; i += 1) await lookUp();
    await desk.clock.advance(30 * SECOND);
    for (let i = 0; i < 25; i += 1) await lookUp();
    const limit = { ok: false, error: { code: "lookup_limit", params: { seconds: "30" } } };
    expect(await lookUp()).toMatchObject(limit);
    await desk.restart();
    expect(await lookUp()).toMatchObject(limit);
    desk.clock.jump(-12 * HOUR);
    await desk.restart();
    expect(await lookUp()).toMatchObject({ ok: false, error: { code: "lookup_limit" } });
    desk.clock.jump(12 * HOUR);
    expect(desk.bank.calls("/remote/client-info")).toBe(50);
    await desk.clock.advance(61 * SECOND);
    expect(await lookUp()).toMatchObject({ ok: true, value: { left: 49 } });
  });

  it("many at once are counted before they are sent (Q-43)", async () => {
    const all = Array.from({ length: 60 }, () =>
      desk.core.call({ kind: "person", name: "c" }, "payments.lookUp", { provider: "kaspi", phone: PHONE }),
    );
    await desk.clock.advance(0);
    const answers = await Promise.all(all);
    expect(answers.filter(({ ok }) => ok).length).toBe(50);
    expect(desk.bank.calls("/remote/client-info")).toBe(50);
  });

  it("says what the bank says, and what is no number is not sent (Q-20)", async () => {
    desk.bank.next("/remote/client-info", { answer: refusal("990000031") }, { fail: "timeout", reach: "sent" });
    expect(await lookUp()).toMatchObject({ ok: false, error: { code: "bank_refused", bankCode: "990000031" } });
    expect(await lookUp()).toMatchObject({ ok: false, error: { code: "bank_timeout" } });
    const before = desk.bank.calls("/remote/client-info");
    expect(await lookUp("87271234567")).toMatchObject({ ok: false, error: { code: "bad_phone" } });
    expect(desk.bank.calls("/remote/client-info")).toBe(before);
  });

  it("what cannot be counted on disk is not sent", async () => {
    await desk.close();
    let broken = false;
    desk = await openDesk({
      settings,
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (broken ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
    broken = true;
    expect(await lookUp()).toMatchObject({ ok: false, error: { code: "journal_unavailable" } });
    expect(desk.bank.calls("/remote/client-info")).toBe(0);
  });
});
