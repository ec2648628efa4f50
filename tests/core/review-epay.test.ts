/** What a hostile reading of the posted payments found, each as it was found. */
import { afterEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Fate } from "../support/fates.ts";
import { CHECK, openPostedDesk, TOKEN, type PostedDesk } from "../support/posted-desk.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LOST = { fail: "closed", reach: "sent" } as const satisfies Fate;
const NO_WAY: Fate = { fail: "refused", reach: "connect" };
const COMPLAINT: Fate = {
  answer: { kind: "misconfigured", error: appError("terminal_refused", { bankCode: "104" }) },
};

let desk: PostedDesk;
afterEach(() => desk.close());
const open = async (): Promise<void> => {
  desk = await openPostedDesk();
};
const asked = (): number => desk.posts.asked("/status").length;
const banners = (): string[] =>
  desk.snapshot().banners.map(({ kind, payment }) => `${kind} ${payment?.number ?? ""} ${payment?.state ?? ""}`.trim());
/** Nobody has an answer to the post; an hour and two answers later the bank has never had it. */
async function neverReached(): Promise<string> {
  desk.posts.next("/post", LOST);
  const { id } = await desk.post();
  await desk.clock.advance(HOUR + 15 * MINUTE);
  expect(await desk.get(id)).toMatchObject({ state: "failed", settled: true, error: { code: "never_reached" } });
  return id;
}

describe("the bank's no to a post", () => {
  it("can be asked about: should money have been taken all the same, it is found", async () => {
    await open();
    desk.posts.takes = "declined";
    const { id } = await desk.post();
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
    desk.posts.order("paid");
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
  });
});

describe("a no whose meaning nobody knows", () => {
  it.each(["paid", "declined", "pending"] as const)("is looked at once more at the next start: %s", async (word) => {
    await open();
    desk.posts.next("/post", { answer: { kind: "declined", error: appError("operation_refused") }, acts: true });
    const { id } = await desk.post();
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
    await desk.call("payments.dismiss", { id });
    desk.posts.order(word);
    await desk.clock.advance(HOUR);
    expect(asked()).toBe(0);
    await desk.restart();
    await desk.clock.advance(HOUR);
    await desk.restart();
    await desk.clock.advance(HOUR);
    expect(asked()).toBe(1);
    expect(await desk.get(id)).toMatchObject({ state: word === "paid" ? "paid" : "declined" });
  });
});

describe("the outbox", () => {
  it("tells of a late success after a no, though the payment was over before", async () => {
    const told: string[] = [];
    desk = await openPostedDesk({
      wrap: (journal) => ({
        ...journal,
        commit(batch) {
          for (const { body } of batch.outbox ?? []) told.push((JSON.parse(body) as { state: string }).state);
          return journal.commit(batch);
        },
      }),
    });
    desk.posts.takes = "declined";
    const { id } = await desk.post();
    desk.posts.order("paid");
    await desk.call("payments.refresh", { id });
    await desk.call("payments.dismiss", { id });
    expect(told).toEqual(["declined", "paid"]);
  });
});

describe("one that never reached the bank", () => {
  it("is asked about once more at the next start, and no more after that", async () => {
    await open();
    const id = await neverReached();
    await desk.call("payments.dismiss", { id });
    const before = asked();
    await desk.restart();
    await desk.clock.advance(HOUR);
    expect(asked() - before).toBe(1);
    await desk.restart();
    await desk.clock.advance(HOUR);
    expect(asked() - before).toBe(1);
    expect(await desk.get(id)).toMatchObject({ state: "failed" });
  });

  it.each(["paid", "authorized"] as const)("if it is %s then, a person is told; it stays what it is", async (word) => {
    await open();
    const id = await neverReached();
    await desk.call("payments.dismiss", { id });
    const { number, invoiceId } = await desk.get(id);
    desk.posts.orders.push({
      invoiceId: invoiceId ?? "",
      minor: 500_000,
      word,
      posts: 1,
      confirms: 0,
      captures: 0,
    });
    await desk.restart();
    await desk.clock.advance(MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "failed", settled: true });
    expect((await desk.get(id)).error).toMatchObject({ code: "money_at_bank", remedy: "checkBank" });
    expect(await desk.causes(id)).toContain(`bank-contradicts:${word}`);
    const told = [`late ${number} failed`, `in-doubt ${number} failed`];
    expect(banners()).toEqual(told);
    await desk.restart();
    await desk.clock.advance(MINUTE);
    expect(banners()).toEqual(told);
  });
});

describe("held money that nobody waits for", () => {
  async function parkedDoubt(saleId?: string): Promise<string> {
    desk.posts.next("/post", { ...LOST, acts: true });
    const { id } = await desk.post(saleId === undefined ? {} : { saleId });
    await desk.call("payments.dismiss", { id });
    return id;
  }

  it("is told of, and once: what a person then takes is no news", async () => {
    await open();
    const id = await parkedDoubt();
    const { number } = await desk.get(id);
    desk.posts.order("authorized");
    await desk.clock.advance(30 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "authorized" });
    expect(banners()).toEqual([`late ${number} authorized`]);
    expect(await desk.call("payments.capture", { id })).toMatchObject({ ok: true, value: { state: "paid" } });
    expect(banners()).toEqual([`late ${number} paid`]);
  });

  it("is no news on the screen of its own sale", async () => {
    await open();
    desk.posts.word = "authorized";
    await desk.post();
    expect(banners()).toEqual([]);
  });

  it("of a sale that was paid by another attempt is money taken twice", async () => {
    await open();
    const first = await parkedDoubt("sale-1");
    const { number } = await desk.get(first);
    desk.posts.word = "paid";
    const held = desk.posts.order();
    const second = await desk.post({ saleId: "sale-1", replaces: first });
    expect(second.state).toBe("paid");
    expect(banners().filter((one) => one.startsWith("double"))).toEqual([]);
    held.word = "authorized";
    await desk.clock.advance(30 * SECOND);
    expect(banners()).toContain(`double-paid ${number} authorized`);
  });
});

describe("a capture of which nobody knows", () => {
  it("is asked about by itself, ever more rarely, until the bank tells", async () => {
    await open();
    desk.posts.word = "authorized";
    const { id } = await desk.post();
    desk.posts.next("/capture", { fail: "closed", reach: "sent", acts: 25 * SECOND });
    expect(await desk.call("payments.capture", { id })).toMatchObject({
      ok: false,
      error: { code: "capture_unconfirmed" },
    });
    await desk.clock.advance(MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: false });
    expect(desk.posts.order().captures).toBe(1);
  });

  it("is asked about more rarely where the bank never has it", async () => {
    await open();
    desk.posts.word = "authorized";
    const { id } = await desk.post();
    desk.posts.next("/capture", LOST);
    await desk.call("payments.capture", { id });
    await desk.clock.advance(10 * MINUTE);
    const before = asked();
    await desk.clock.advance(HOUR);
    expect(asked() - before).toBeLessThanOrEqual(13);
    expect(await desk.get(id)).toMatchObject({ state: "authorized", error: { code: "capture_unconfirmed" } });
  });

  it("held money is asked about on request, a moment after the question before too, and politely", async () => {
    await open();
    desk.posts.word = "authorized";
    const { id } = await desk.post();
    expect(asked()).toBe(1);
    desk.posts.order("paid");
    const told = [1, 2].map(() => desk.call("payments.refresh", { id }));
    await desk.clock.advance(SECOND);
    expect(asked()).toBe(1);
    await desk.clock.advance(SECOND);
    expect(await Promise.all(told)).toMatchObject([1, 2].map(() => ({ ok: true, value: { state: "paid" } })));
    await desk.clock.advance(MINUTE);
    expect(asked()).toBe(2);
  });
  it("held money that nobody touched is still not asked about by timer", async () => {
    await open();
    desk.posts.word = "authorized";
    await desk.post();
    const before = asked();
    await desk.clock.advance(3 * HOUR);
    expect(asked()).toBe(before);
  });
});

describe("a complaint about our settings", () => {
  it("is over with a new start even when the first question after it is lost", async () => {
    await open();
    const { id } = await desk.post();
    desk.posts.next("/status", COMPLAINT);
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ error: { code: "terminal_refused" } });
    desk.posts.next("/status", NO_WAY);
    desk.posts.order("paid");
    await desk.restart();
    await desk.clock.advance(MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
  });
});

describe("a saved card that was removed", () => {
  it("does not come back with the next question about held money", async () => {
    await open();
    desk.posts.word = "authorized";
    desk.posts.told = { cardId: "CARD-1" };
    const { id } = await desk.post({ saveCard: true, payer: { accountId: "7" } });
    const card = (await desk.get(id)).card?.id;
    expect(card).toMatch(/^card_/);
    expect(await desk.call("cards.remove", { id: card ?? "" })).toMatchObject({ ok: true });
    await desk.restart();
    const told = desk.call("payments.refresh", { id });
    await desk.clock.advance(5 * SECOND);
    await told;
    expect(asked()).toBe(3);
    expect(await desk.call("cards.list", {})).toMatchObject({ ok: true, value: { items: [] } });
  });
});

describe("a part of held money", () => {
  it("the bank says that all of it was taken: nothing went back", async () => {
    await open();
    desk.posts.word = "authorized";
    const { id } = await desk.post();
    desk.posts.told = { minor: minor(500_000), refunded: minor(0) };
    await desk.call("payments.capture", { id, amount: "3000.00" });
    expect(await desk.get(id)).toMatchObject({ state: "paid", amount: "5000.00", refundedAmount: "0.00" });
  });
});

describe("the same request under the same key", () => {
  it("is the same in whatever order its keys came", async () => {
    await open();
    const ask = (data: Readonly<Record<string, unknown>>) =>
      desk.call("payments.create", {
        key: "k-1",
        request: { amount: "5000", provider: "epay", method: "googlePay", token: TOKEN, data },
      });
    const first = await ask({ order: 7, more: { a: 1, b: 2 } });
    const second = await ask({ more: { b: 2, a: 1 }, order: 7 });
    expect([first, second]).toMatchObject([
      { ok: true, value: { created: true } },
      { ok: true, value: { created: false } },
    ]);
    expect(await ask({ order: 8 })).toMatchObject({ ok: false, error: { code: "key_reused" } });
    expect(desk.posts.asked("/post")).toHaveLength(1);
  });
});

describe("a card check for which the bank took money", () => {
  it("is for a person at once", async () => {
    await open();
    desk.posts.word = "paid";
    desk.posts.told = { minor: minor(100) };
    expect(await desk.post(CHECK)).toMatchObject({
      kind: "verification",
      state: "needs_review",
      error: { code: "amount_mismatch" },
    });
  });
});

describe("a check that was given up", () => {
  it("leaves no page behind", async () => {
    await open();
    desk.posts.takes = "challenged";
    const id = await desk.begin(CHECK);
    await desk.call("payments.cancel", { id });
    await desk.prove();
    expect(desk.posts.asked("/confirm")).toEqual([]);
  });
});
