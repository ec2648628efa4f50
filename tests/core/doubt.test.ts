/** In doubt as a place: every way into it, a named person's way out, restarts between, and the bank's later word each way. */
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import type { DoubtItem } from "../../contract/review.ts";
import type { Outcome } from "../../contract/states.ts";
import { minor } from "../../contract/money.ts";
import { NO_FINDINGS } from "../../main/core/ports.ts";
import { openCodeDesk, type CodeDesk } from "../support/code-desk.ts";
import { openDesk, profileOf, testPeople, testSettings, type Desk } from "../support/desk.ts";
import { openPostedDesk, TOKEN, type PostedDesk } from "../support/posted-desk.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PHONE = "+7 707 123-45-67";
const LOST = { fail: "closed", reach: "sent" } as const;
const PEOPLE = testPeople({
  "1111": { id: "c", name: "Айна", role: "cashier" },
  "2222": { id: "s", name: "Болат", role: "senior" },
});

let desk: Desk;
afterEach(() => desk.close());

async function list(): Promise<readonly DoubtItem[]> {
  const result = await desk.call("review.list", {});
  if (!result.ok) throw new Error(result.error.code);
  const health = await desk.call("health", {});
  expect(desk.snapshot().inDoubt.count).toBe(result.value.items.length);
  expect(health.ok && health.value.inDoubt).toBe(result.value.items.length);
  return result.value.items;
}
async function only(): Promise<DoubtItem> {
  const [item, ...more] = await list();
  if (!item || more.length > 0) throw new Error(`there are ${more.length + (item ? 1 : 0)}`);
  return item;
}
const decide = (id: string, outcome: Outcome, pin = "2222", reason = "Клиент показал чек") =>
  desk.call("review.resolve", { id, outcome, reason, pin });
async function decided(id: string, outcome: Outcome): Promise<void> {
  expect(await decide(id, outcome)).toEqual({ ok: true, value: null });
}
const banners = (): string[] => desk.snapshot().banners.map(({ kind, payment }) => `${kind} ${payment?.state ?? ""}`);
const sell = (more: object = {}) =>
  desk.call("payments.create", { key: randomUUID(), request: { amount: "5000.00", provider: "kaspi", ...more } });

/** A sale whose deadline passed in silence; three questions after it have ended. */
async function silent(): Promise<string> {
  const { id } = await desk.charge();
  desk.bank.always("/payment/status", LOST);
  await desk.clock.advance(4 * MINUTE);
  expect((await desk.get(id)).state).toBe("in_doubt");
  return id;
}
const heard = async (word: string): Promise<void> => {
  desk.bank.always("/payment/status", null);
  desk.bank.status(word);
  await desk.clock.advance(10 * MINUTE);
};
const till = async (): Promise<void> => void (desk = await openDesk({ people: PEOPLE }));

describe("a sale of which nothing is heard", () => {
  it("is listed with its evidence, on the screen, parked, and after a restart", async () => {
    await till();
    expect(await list()).toEqual([]);
    expect(desk.snapshot().inDoubt).toEqual({ count: 0, since: null, announce: false });
    const id = await silent();
    const expected = { of: "payment", id, number: "A1-000001", cause: "no_answer", refund: null, canAsk: true };
    const item = await only();
    expect(item).toMatchObject({ ...expected, outcomes: ["treatedAsPaid", "treatedAsUnpaid"] });
    expect(item.payment).toMatchObject({ id, state: "in_doubt", resolution: null });
    expect(item.calls).toMatchObject([{ name: expect.stringContaining("create"), outcome: "answered", bankCode: "0" }]);
    expect(item.asksUntil).not.toBeNull();
    expect(desk.snapshot().inDoubt).toMatchObject({ count: 1, since: item.since, announce: false });
    await desk.call("payments.dismiss", { id });
    expect(await only()).toMatchObject(expected);
    await desk.restart();
    expect(desk.snapshot().inDoubt).toMatchObject({ count: 1, since: item.since, announce: true });
    await desk.call("review.seen", {});
    expect(desk.snapshot().inDoubt).toMatchObject({ count: 1, announce: false });
    await desk.restart();
    expect(desk.snapshot().inDoubt.announce).toBe(true);
    await heard("Processed");
    expect(desk.snapshot().inDoubt).toEqual({ count: 0, since: null, announce: false });
  });

  it("after a start waits for one question before a person may decide", async () => {
    await till();
    const id = await silent();
    desk.bank.always("/payment/status", "hang");
    await desk.restart();
    expect((await only()).outcomes).toEqual([]);
    expect(await decide(id, "treatedAsUnpaid")).toMatchObject({ ok: false, error: { code: "not_resolvable" } });
    const before = desk.snapshot().version;
    await desk.clock.advance(MINUTE);
    expect(Number(desk.snapshot().version)).toBeGreaterThan(Number(before));
    expect((await only()).outcomes).toHaveLength(2);
  });

  it("is not for everybody to decide: a cashier's PIN, a wrong one, a program, the wrong words", async () => {
    await till();
    const id = await silent();
    expect(await decide(id, "treatedAsPaid", "1111")).toMatchObject({ error: { code: "wrong_pin" } });
    expect(await decide(id, "treatedAsPaid", "9999")).toMatchObject({ error: { code: "wrong_pin" } });
    expect(await decide(id, "treatedAsRefunded")).toMatchObject({ error: { code: "not_resolvable" } });
    expect(await decide(id, "treatedAsPaid", "2222", "  x ")).toMatchObject({ error: { code: "bad_request" } });
    expect(await decide("nothing", "treatedAsPaid")).toMatchObject({ error: { code: "not_found" } });
    const program = { kind: "api", name: "1c", scopes: ["pay", "read", "refund", "cards", "support"] } as const;
    const input = { id, outcome: "treatedAsPaid", reason: "because", pin: "2222" };
    for (const name of ["review.resolve", "review.list", "review.seen"])
      expect(await desk.core.call(program, name, input)).toMatchObject({ error: { code: "forbidden" } });
    expect(await only()).toMatchObject({ id, payment: { resolution: null } });
    await desk.restart(testSettings());
    await heard("Processed");
    expect(await decide(id, "treatedAsUnpaid")).toMatchObject({ error: { code: "not_resolvable" } });
    expect(await desk.get(id)).toMatchObject({ state: "paid", resolution: null });
  });

  it("what the bank says while the PIN is looked at leaves nothing to decide", async () => {
    const typed = Promise.withResolvers<void>();
    const people = {
      ...PEOPLE,
      identify: (...asked: Parameters<typeof PEOPLE.identify>) => typed.promise.then(() => PEOPLE.identify(...asked)),
    };
    desk = await openDesk({ people });
    const id = await silent();
    const waits = desk.core.call({ kind: "person", name: "cashier" }, "review.resolve", {
      id,
      outcome: "treatedAsUnpaid",
      reason: "because",
      pin: "2222",
    });
    await heard("Processed");
    typed.resolve();
    expect(await waits).toMatchObject({ error: { code: "not_resolvable" } });
    expect(await desk.get(id)).toMatchObject({ state: "paid", resolution: null });
  });

  it("where nobody has a PIN, nobody can", async () => {
    desk = await openDesk();
    const id = await silent();
    expect(await decide(id, "treatedAsPaid")).toMatchObject({ error: { code: "pin_needed" } });
  });

  it("a decision frees the till and the sale, is in the history and the stream, and the bank is asked on", async () => {
    await till();
    const id = await silent();
    expect(await sell()).toMatchObject({ error: { code: "till_busy" } });
    await decided(id, "treatedAsUnpaid");
    expect(await list()).toEqual([]);
    expect(desk.snapshot()).toMatchObject({ current: null, parked: [], banners: [], watched: 1 });
    const at = desk.clock.now();
    expect((await desk.journal.payment(id))?.resolution).toEqual({
      outcome: "treatedAsUnpaid",
      by: "Болат",
      reason: "Клиент показал чек",
      at,
    });
    const payment = await desk.get(id);
    expect(payment).toMatchObject({ state: "in_doubt", settled: false, watching: true, parked: true, late: false });
    expect(payment.history.at(-1)).toMatchObject({ state: "in_doubt", cause: "treated-as-unpaid" });
    const events = await desk.journal.events(0, 500);
    expect(JSON.parse(events.at(-1)?.body ?? "")).toMatchObject({ id, resolution: { outcome: "treatedAsUnpaid" } });
    const asked = desk.bank.calls("/payment/status");
    await desk.clock.advance(MINUTE);
    expect(desk.bank.calls("/payment/status")).toBeGreaterThan(asked);
    // Decided once.
    expect(await decide(id, "treatedAsPaid")).toMatchObject({ error: { code: "not_resolvable" } });
    const listed = await desk.call("history.list", {});
    expect(listed).toMatchObject({ value: { items: [{ payment: { resolution: { by: "Болат" } } }] } });
    expect(await sell({ saleId: payment.saleId })).toMatchObject({ ok: true });
  });

  it("after `treatedAsPaid` another attempt of the sale has to name it, also when it has left the memory", async () => {
    await till();
    const id = await silent();
    const { saleId } = await desk.get(id);
    await decided(id, "treatedAsPaid");
    const open = { ok: false, error: { code: "previous_attempt_open" }, payment: { id } };
    expect(await sell({ saleId })).toMatchObject(open);
    await desk.clock.advance(25 * HOUR);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", settled: true, resolution: {} });
    expect(await list()).toEqual([]);
    expect(await sell({ saleId })).toMatchObject(open);
    expect(await sell({ saleId, replaces: id })).toMatchObject({ ok: true });
  });

  it.each([false, true])("paid after `treatedAsUnpaid` is a late success of its own (restart: %s)", async (restart) => {
    await till();
    const id = await silent();
    await decided(id, "treatedAsUnpaid");
    if (restart) await desk.restart();
    await desk.charge("100.00");
    await heard("Processed");
    expect(await desk.get(id)).toMatchObject({
      state: "paid",
      late: true,
      settled: true,
      resolution: { outcome: "treatedAsUnpaid" },
    });
    const late = desk.snapshot().banners.find(({ payment }) => payment?.id === id);
    expect(late).toMatchObject({ kind: "late", dismissible: true, payment: { resolution: { by: "Болат" } } });
    expect(await list()).toEqual([]);
  });

  it("paid after `treatedAsPaid` is no news", async () => {
    await till();
    const id = await silent();
    await decided(id, "treatedAsPaid");
    await heard("Processed");
    expect(await desk.get(id)).toMatchObject({ state: "paid", settled: true });
    expect(banners()).toEqual([]);
    expect(await list()).toEqual([]);
  });

  it.each<[string, string]>([
    ["Error", "declined"],
    ["QrTokenCreated", "expired"],
  ])("%s after `treatedAsPaid` stands open again until it is decided anew", async (word, state) => {
    await till();
    const id = await silent();
    await decided(id, "treatedAsPaid");
    await heard(word);
    for (const restart of [false, true]) {
      if (restart) {
        await desk.clock.advance(25 * HOUR);
        await desk.restart();
      }
      const item = await only();
      expect(item).toMatchObject({ id, cause: "contradicted", payment: { state, settled: true } });
      expect(item.payment?.resolution).toMatchObject({ outcome: "treatedAsPaid", by: "Болат" });
      expect(item.outcomes).toHaveLength(2);
      expect(banners()).toEqual([`in-doubt ${state}`, `contradiction ${state}`]);
      expect(desk.snapshot().banners[1]).toMatchObject({ id: `contradiction-${id}`, dismissible: false });
      expect(desk.snapshot()).toMatchObject({ current: null, inDoubt: { announce: restart } });
    }
    await decided(id, "treatedAsUnpaid");
    expect(banners()).toEqual([]);
    await desk.restart();
    expect(await list()).toEqual([]);
    expect(await desk.get(id)).toMatchObject({ state, resolution: { outcome: "treatedAsUnpaid" } });
  });

  it("the same words after `treatedAsUnpaid` are no news", async () => {
    await till();
    const id = await silent();
    await decided(id, "treatedAsUnpaid");
    await heard("Error");
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
    expect(banners()).toEqual([]);
    expect(await list()).toEqual([]);
  });
});

describe("what waits for a person", () => {
  it("a sale whose watch has ended: listed, decided, asked once more at the next start, and then gone from memory", async () => {
    await till();
    const id = await silent();
    desk.bank.always("/payment/status", null);
    desk.bank.status("Wait");
    await desk.clock.advance(25 * HOUR);
    expect(await only()).toMatchObject({ id, cause: "review", asksUntil: null, canAsk: true, outcomes: { length: 2 } });
    await decided(id, "treatedAsUnpaid");
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", settled: true, watching: false });
    const asked = desk.bank.calls("/payment/status");
    await desk.clock.advance(HOUR);
    expect(desk.bank.calls("/payment/status")).toBe(asked);
    for (const extra of [1, 1]) {
      await desk.restart();
      await desk.clock.advance(HOUR);
      expect(desk.bank.calls("/payment/status")).toBe(asked + extra);
    }
    expect(await desk.journal.unfinished()).toEqual([]);
    // The bank's later word still counts.
    desk.bank.status("Processed");
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
    expect(banners()).toEqual(["late paid"]);
  });

  it.each<[Outcome, string[]]>([
    ["treatedAsPaid", ["in-doubt declined", "contradiction declined"]],
    ["treatedAsUnpaid", []],
  ])("the bank's no after %s", async (outcome, told) => {
    await till();
    const id = await silent();
    desk.bank.always("/payment/status", null);
    desk.bank.status("Wait");
    await desk.clock.advance(25 * HOUR);
    await decided(id, outcome);
    desk.bank.status("Error");
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
    expect(banners()).toEqual(told);
  });

  it("an invoice that was lost: no question, a decision; the guard against a second one stays for its day (Q-32)", async () => {
    desk = await openDesk({ settings: testSettings(profileOf("3")), people: PEOPLE });
    desk.bank.next("/remote/create", { fail: "timeout", reach: "sent" });
    const { id } = await desk.charge("5000.00", { method: "invoice", phone: PHONE });
    expect(await only()).toMatchObject({ id, cause: "review", canAsk: false, outcomes: { length: 2 } });
    await decided(id, "treatedAsUnpaid");
    expect(await list()).toEqual([]);
    const again = { method: "invoice", phone: PHONE };
    expect(await sell(again)).toMatchObject({ error: { code: "possible_duplicate" }, payment: { id } });
    await desk.restart();
    expect(await sell(again)).toMatchObject({ error: { code: "possible_duplicate" }, payment: { id } });
    expect(await sell({ ...again, confirmDuplicateOf: id })).toMatchObject({ ok: true });
  });

  it("an invoice past its life: told when it ends, asked by nobody but a person, then decided (Q-33)", async () => {
    desk = await openDesk({ settings: testSettings(profileOf("3")), people: PEOPLE });
    const { id } = await desk.charge("5000.00", { method: "invoice", phone: PHONE });
    await desk.call("payments.dismiss", { id });
    await desk.clock.advance(24 * HOUR - MINUTE);
    expect(desk.snapshot().inDoubt.count).toBe(0);
    await desk.clock.advance(MINUTE);
    expect(banners()).toEqual(["in-doubt awaiting_payment"]);
    expect(await only()).toMatchObject({ id, cause: "review", canAsk: true, outcomes: [], asksUntil: null });
    expect(await decide(id, "treatedAsUnpaid")).toMatchObject({ error: { code: "not_resolvable" } });
    await desk.restart();
    await desk.clock.advance(HOUR);
    expect(desk.bank.calls("/payment/status")).toBe(0);
    expect(await only()).toMatchObject({ outcomes: [] });
    desk.bank.status("RemotePaymentCreated");
    await desk.call("payments.refresh", { id });
    expect(await only()).toMatchObject({ outcomes: { length: 2 } });
    await decided(id, "treatedAsUnpaid");
    expect(await list()).toEqual([]);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_payment", settled: true });
    await desk.restart();
    await desk.clock.advance(HOUR);
    expect(desk.bank.calls("/payment/status")).toBe(1);
    desk.bank.status("Processed");
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
    expect(banners()).toEqual(["late paid"]);
  });
});

describe("words that fit nothing", () => {
  let codes: CodeDesk;
  async function open(): Promise<void> {
    codes = await openCodeDesk({ people: PEOPLE });
    desk = codes;
  }

  it("another amount: in the list; decided; and another amount after a decision stands open again", async () => {
    await open();
    const { id } = await codes.sell();
    codes.codes.told = { minor: minor(500_001) };
    codes.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    expect(await only()).toMatchObject({ id, cause: "review", payment: { error: { code: "amount_mismatch" } } });
    await decided(id, "treatedAsPaid");
    expect(await list()).toEqual([]);
    await desk.clock.advance(6 * SECOND);
    await desk.call("payments.refresh", { id });
    expect(await list()).toEqual([]);

    const other = await codes.sell();
    codes.codes.told = {};
    codes.codes.always("/status", { fail: "refused", reach: "connect" });
    await desk.clock.advance(4 * MINUTE);
    await decided(other.id, "treatedAsUnpaid");
    codes.codes.told = { minor: minor(400_000) };
    codes.codes.always("/status", null);
    codes.codes.bill("paid");
    await desk.clock.advance(MINUTE);
    expect(await only()).toMatchObject({ id: other.id, cause: "contradicted", payment: { state: "needs_review" } });
    await desk.restart();
    expect(await only()).toMatchObject({ id: other.id, cause: "contradicted" });
    expect(await codes.sell({ saleId: other.saleId }).catch(String)).toContain("previous_attempt_open");
  });

  it("a declined sale that is held after all is told of, until the bank or a person sets it right", async () => {
    await open();
    const { id } = await codes.sell();
    codes.codes.bill("declined");
    await desk.clock.advance(3 * SECOND);
    await desk.call("payments.dismiss", { id });
    for (const word of ["held", "declined", "scanned"] as const) {
      codes.codes.bill(word);
      await desk.clock.advance(6 * SECOND);
      await desk.call("payments.refresh", { id });
      expect(await list()).toHaveLength(word === "declined" ? 0 : 1);
    }
    expect(banners()).toEqual(["in-doubt declined", "contradiction declined"]);
    await desk.restart();
    await decided(id, "treatedAsUnpaid");
    expect(await list()).toEqual([]);
  });

  it("is not told to the bank as refused while goods are given on a person's word", async () => {
    await open();
    codes.codes.refusals = "ignore";
    const { id } = await codes.sell();
    codes.codes.always("/status", { fail: "refused", reach: "connect" });
    codes.codes.always("/refuse", { fail: "refused", reach: "connect" });
    await desk.clock.advance(4 * MINUTE);
    await decided(id, "treatedAsPaid");
    codes.codes.always("/refuse", null);
    const told = codes.codes.asked("/refuse").length;
    await desk.clock.advance(10 * MINUTE);
    expect(codes.codes.asked("/refuse")).toHaveLength(told);
  });
});

describe("held money", () => {
  let posts: PostedDesk;
  async function held(): Promise<string> {
    posts = await openPostedDesk({ people: PEOPLE });
    desk = posts;
    posts.posts.word = "authorized";
    const { id } = await posts.post();
    await desk.call("payments.dismiss", { id });
    expect(await list()).toEqual([]);
    return id;
  }
  async function unconfirmed(operation: "capture" | "void"): Promise<string> {
    const id = await held();
    posts.posts.next(operation === "capture" ? "/capture" : "/release", LOST);
    const result = await desk.call(`payments.${operation}`, { id });
    expect(result).toMatchObject({ ok: false, error: { code: `${operation}_unconfirmed` } });
    return id;
  }

  it.each(["capture", "void"] as const)("an unconfirmed %s is in the strip, the list and health", async (operation) => {
    const id = await unconfirmed(operation);
    expect(banners()).toEqual(["in-doubt authorized"]);
    expect(await only()).toMatchObject({ id, cause: "operation", outcomes: [] });
    await desk.clock.advance(30 * SECOND);
    const calls = (await only()).calls.map(({ name, outcome }) => `${name} ${outcome}`);
    expect(calls.at(-1)).toMatch(/ sent$/);
    await desk.restart();
    expect(desk.snapshot().inDoubt.announce).toBe(true);
    await desk.clock.advance(MINUTE);
    expect(await only()).toMatchObject({ id, cause: "operation", outcomes: { length: 2 } });
    await decided(id, operation === "capture" ? "treatedAsPaid" : "treatedAsUnpaid");
    expect(banners()).toEqual([]);
    posts.posts.order(operation === "capture" ? "paid" : "released");
    await desk.clock.advance(10 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: operation === "capture" ? "paid" : "released" });
    expect(banners()).toEqual([]);
  });

  it.each<[Outcome, "paid" | "released", string[]]>([
    ["treatedAsUnpaid", "paid", ["late paid"]],
    ["treatedAsPaid", "released", ["in-doubt released", "contradiction released"]],
  ])("%s, and the bank says %s", async (outcome, word, told) => {
    const id = await unconfirmed("capture");
    await desk.clock.advance(MINUTE);
    await decided(id, outcome);
    posts.posts.order(word);
    await desk.clock.advance(10 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: word, settled: true });
    expect(banners()).toEqual(told);
  });

  it("a second try that is lost is in doubt again: it is another act than the one decided about", async () => {
    const id = await unconfirmed("capture");
    await desk.clock.advance(4 * MINUTE);
    await decided(id, "treatedAsUnpaid");
    posts.posts.next("/capture", LOST);
    expect(await desk.call("payments.capture", { id })).toMatchObject({ error: { code: "capture_unconfirmed" } });
    expect(await only()).toMatchObject({ id, cause: "operation", payment: { resolution: null } });
  });

  it.each<Outcome>(["treatedAsPaid", "treatedAsUnpaid"])(
    "that comes after %s has yet to be taken: told, and in the way of another attempt",
    async (outcome) => {
      posts = await openPostedDesk({ people: PEOPLE });
      desk = posts;
      posts.posts.next("/post", { ...LOST, acts: true });
      const { id, saleId } = await posts.post();
      await desk.clock.advance(10 * SECOND);
      await decided(id, outcome);
      posts.posts.order("authorized");
      await desk.clock.advance(MINUTE);
      expect(await desk.get(id)).toMatchObject({ state: "authorized", settled: false, resolution: { outcome } });
      expect(banners()).toEqual(["late authorized"]);
      const again = { provider: "epay", method: "googlePay", token: TOKEN, saleId };
      expect(await sell(again)).toMatchObject({ error: { code: "previous_attempt_open" }, payment: { id } });
    },
  );

  it("money at the bank of one that was called failed: listed for as long as nobody decides, and once it is decided no more", async () => {
    posts = await openPostedDesk({ people: PEOPLE });
    desk = posts;
    posts.posts.next("/post", LOST);
    const { id } = await posts.post();
    await desk.clock.advance(2 * HOUR);
    expect(await desk.get(id)).toMatchObject({ state: "failed" });
    const { invoiceId, saleId } = await desk.get(id);
    const order = { invoiceId: invoiceId ?? "", minor: 500_000, posts: 1, confirms: 0, captures: 0 };
    posts.posts.orders.push({ ...order, word: "paid" });
    await desk.restart();
    await desk.clock.advance(MINUTE);
    const notice = desk.snapshot().banners.find(({ kind }) => kind === "late");
    await desk.call("notices.acknowledge", { id: notice?.id ?? "" });
    await desk.clock.advance(48 * HOUR);
    await desk.restart();
    expect(desk.snapshot().current).toBeNull();
    expect(banners()).toEqual(["in-doubt failed"]);
    expect(await only()).toMatchObject({ id, cause: "money_at_bank", canAsk: true, outcomes: { length: 2 } });
    const again = { provider: "epay", method: "googlePay", token: TOKEN, saleId };
    expect(await sell(again)).toMatchObject({ error: { code: "previous_attempt_open" }, payment: { id } });
    await decided(id, "treatedAsPaid");
    expect(banners()).toEqual([]);
    await desk.restart();
    expect(await list()).toEqual([]);
    expect(await desk.get(id)).toMatchObject({ state: "failed", resolution: { outcome: "treatedAsPaid" } });
    expect(await sell(again)).toMatchObject({ error: { code: "previous_attempt_open" }, payment: { id } });
  });
});

describe("what is watched from outside", () => {
  it("a broken chain makes the health degraded, and stops nothing", async () => {
    const chain = { id: "chain", kind: "chain", since: 0, params: {}, dismissible: true } as const;
    desk = await openDesk({ findings: { ...NO_FINDINGS, all: () => [chain] } });
    expect(await desk.call("health", {})).toMatchObject({ value: { status: "degraded" } });
    expect(await desk.charge()).toMatchObject({ state: "awaiting_scan" });
  });
});
