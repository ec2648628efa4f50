/** A payment that the till posts itself, before a scripted bank in simulated time: sent once, settled by the status. */
import { afterEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import type { JournalFile } from "../../main/adapters/journal.ts";
import type { Fate } from "../support/fates.ts";
import { CHECK, openPostedDesk, TYPED_CARD, type PostedDesk } from "../support/posted-desk.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const LOST: Fate = { fail: "closed", reach: "sent" };
const EATEN: Fate = { fail: "closed", reach: "sent", acts: true };
const late = (acts: number): Fate => ({ fail: "closed", reach: "sent", acts });
const NO_WAY: Fate = { fail: "refused", reach: "connect" };
const UNREADABLE: Fate = { answer: { kind: "unclear", error: appError("malformed_answer") }, acts: true };
const COMPLAINT: Fate = {
  answer: { kind: "misconfigured", error: appError("terminal_refused", { bankCode: "104" }) },
};
/** 101: a no, without anything by which it could be told whose. */
const UNSURE_NO: Fate = { answer: { kind: "word", word: "declined", raw: "101", unsure: true, minor: null } };
const UNAUTHORIZED: Fate = { answer: {}, status: 401 };

let desk: PostedDesk;
afterEach(() => desk.close());
const open = async (...options: Parameters<typeof openPostedDesk>): Promise<void> => {
  desk = await openPostedDesk(...options);
};
/** Times of the questions about a status, from the first one. */
const askedAt = (): number[] => {
  const asked = desk.posts.asked("/status");
  return asked.map((at) => at - (asked[0] ?? 0));
};
const posts = (): number => desk.posts.asked("/post").length;
const challenge = (): void => void (desk.posts.takes = "challenged");

describe("a post", () => {
  it("is sent once and asked about at once: every 2 s ten times, then every 5 s (state machines 3.8)", async () => {
    await open();
    const payment = await desk.post();
    expect(payment).toMatchObject({ state: "awaiting_confirmation", bankId: payment.invoiceId, qr: null });
    await desk.clock.advance(40 * SECOND);
    expect(askedAt()).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 25, 30, 35, 40].map((at) => at * SECOND));
    desk.posts.order("paid");
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "paid", settled: true, late: false });
    expect(desk.posts.order()).toMatchObject({ invoiceId: payment.invoiceId, posts: 1 });
    expect((await desk.journal.calls(payment.id)).map(({ name, outcome }) => [name, outcome])).toEqual([
      ["post", "answered"],
    ]);
    await desk.clock.advance(10 * MINUTE);
    expect(askedAt()).toHaveLength(16);
  });
  it("whatever its answer says, the status decides", async () => {
    await open();
    desk.posts.word = "declined";
    desk.posts.told = { error: appError("insufficient_funds", { bankCode: "484" }) };
    expect(await desk.post()).toMatchObject({
      state: "declined",
      settled: true,
      error: { code: "insufficient_funds", bankCode: "484" },
    });
  });
  it("the bank's definite no needs no question", async () => {
    await open();
    desk.posts.takes = "declined";
    expect(await desk.post()).toMatchObject({ state: "declined", settled: true, error: { bankCode: "484" } });
    expect(desk.posts.asked("/status")).toEqual([]);
  });
  it.each([
    ["operation_refused", 2],
    ["card_data_refused", 2],
    ["insufficient_funds", 1],
  ] as const)("of a typed card, %s: the bank's key has been fetched %i times for the next one", async (code, times) => {
    await open();
    const typed = { method: "card", card: TYPED_CARD } as const;
    desk.posts.next("/post", { answer: { kind: "declined", error: appError(code, { bankCode: "1" }) } });
    expect(await desk.post(typed)).toMatchObject({ state: "declined", error: { code } });
    await desk.post(typed);
    expect(desk.posts.asked("/key")).toHaveLength(times);
  });
  it("held money is asked about at the start and on request, and taken by the bank's word alone", async () => {
    await open();
    desk.posts.word = "authorized";
    const { id } = await desk.post();
    expect(await desk.get(id)).toMatchObject({ state: "authorized", settled: false, watching: false });
    await desk.clock.advance(30 * MINUTE);
    expect(askedAt()).toHaveLength(1);
    await desk.restart();
    await desk.clock.advance(MINUTE);
    expect(askedAt()).toHaveLength(2);
    const taken = await desk.call("payments.capture", { id });
    expect(taken).toMatchObject({ ok: true, value: { state: "paid", late: false } });
    expect(desk.posts.order().captures).toBe(1);
  });
});

describe("a post whose answer was lost (Q-80)", () => {
  it.each([
    ["the answer alone was lost", EATEN],
    ["the answer cannot be read", UNREADABLE],
    ["the bank does not accept the token any more (Q-70)", { ...UNAUTHORIZED, acts: true }],
  ] as const)("%s: in doubt, settled by the status, sent once", async (_, fate) => {
    await open();
    desk.posts.next("/post", fate);
    desk.posts.always("/status", LOST);
    const { id } = await desk.post();
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt", settled: false, watching: true });
    expect((await desk.get(id)).error?.remedy).toBe("checkBank");
    desk.posts.always("/status", null);
    desk.posts.order("paid");
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: false });
    expect([posts(), desk.posts.order().posts]).toEqual([1, 1]);
  });
  it("it is executed three minutes later: paid, and in time", async () => {
    await open();
    desk.posts.word = "paid";
    desk.posts.next("/post", late(180 * SECOND));
    const { id } = await desk.post();
    await desk.clock.advance(179 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt", settled: false });
    await desk.clock.advance(10 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: false });
    expect(posts()).toBe(1);
  });
  it("a no that names nothing of it is not believed before the post can no longer arrive (101)", async () => {
    await open();
    desk.posts.word = "paid";
    desk.posts.next("/post", late(180 * SECOND));
    desk.posts.always("/status", UNSURE_NO);
    const { id } = await desk.post();
    await desk.clock.advance(185 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt", settled: false });
    desk.posts.always("/status", null);
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: false });
  });
  it("after that it is, when the bank says it twice", async () => {
    await open();
    desk.posts.next("/post", LOST);
    desk.posts.always("/status", UNSURE_NO);
    const { id } = await desk.post();
    await desk.clock.advance(200 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
  });
  it("of a post that was answered it is believed at once, when the bank says it twice", async () => {
    await open();
    desk.posts.always("/status", UNSURE_NO);
    const { id } = await desk.post();
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
  });
  it("102 for 20 min calls a person; an hour after the post two more make it failed (Q-83)", async () => {
    await open();
    desk.posts.next("/post", LOST);
    const { id } = await desk.post();
    await desk.clock.advance(20 * MINUTE - SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt" });
    const asked = desk.posts.asked("/status").length;
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({
      state: "needs_review",
      settled: false,
      watching: true,
      error: { code: "bank_undecided" },
    });
    await desk.clock.advance(20 * MINUTE);
    const pauses = desk.posts
      .asked("/status")
      .slice(asked)
      .map((at, index, all) => (at - (all[index - 1] ?? at)) / SECOND);
    expect(pauses).toEqual([0, 30, 60, 300, 300, 300]);
    await desk.clock.advance(19 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", settled: false });
    await desk.clock.advance(6 * MINUTE);
    expect(await desk.get(id)).toMatchObject({
      state: "failed",
      settled: true,
      error: { code: "never_reached" },
    });
    expect(posts()).toBe(1);
  });
  it("the hour is not the wall clock's: one that jumps makes nothing failed", async () => {
    await open();
    desk.posts.next("/post", late(170 * SECOND));
    const { id } = await desk.post();
    desk.clock.jump(12 * 60 * MINUTE);
    await desk.restart();
    await desk.clock.advance(2 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", settled: false });
    desk.posts.word = "paid";
    await desk.clock.advance(5 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
  });
  it("a success after a person was called is a late one", async () => {
    await open();
    desk.posts.next("/post", LOST);
    const { id, invoiceId } = await desk.post();
    await desk.clock.advance(21 * MINUTE);
    await desk.call("payments.dismiss", { id });
    desk.posts.orders.push({
      invoiceId: invoiceId ?? "",
      minor: 500_000,
      word: "paid",
      posts: 1,
      confirms: 0,
      captures: 0,
    });
    await desk.clock.advance(MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true, settled: true });
    expect(desk.snapshot().banners).toContainEqual(expect.objectContaining({ kind: "late" }));
  });
  it("silence of the bank ends nothing: a person is called after 20 min, and asks when he likes", async () => {
    await open();
    desk.posts.next("/post", EATEN);
    desk.posts.always("/status", LOST);
    const { id } = await desk.post();
    await desk.clock.advance(21 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", watching: true });
    desk.posts.always("/status", null);
    desk.posts.order("declined");
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
  });
});

describe("a post that never left", () => {
  it.each([
    ["no way to the bank", "/post", NO_WAY, {}],
    ["no token to be had", "/token/operation", LOST, {}],
    [
      "the bank gives no token",
      "/token/operation",
      { answer: { kind: "refused", error: appError("key_refused") } },
      {},
    ],
    ["no key for the card", "/key", LOST, { method: "card", card: TYPED_CARD }],
  ] as const)("%s: failed at once, and nothing is asked", async (_, path, fate, more) => {
    await open();
    desk.posts.always(path, fate);
    expect(await desk.post(more)).toMatchObject({ state: "failed", settled: true, bankId: null });
    expect(desk.posts.asked("/status")).toEqual([]);
    expect(desk.posts.orders).toEqual([]);
    desk.posts.always(path, null);
    await desk.clock.advance(6 * SECOND);
    expect(await desk.post(more)).toMatchObject({ state: "awaiting_confirmation" });
    expect(desk.posts.orders).toHaveLength(1);
  });
  it.each(["key", "token/operation"])("given up while the %s is fetched: it does not go out any more", async (path) => {
    await open();
    desk.posts.next(`/${path}`, { slow: SECOND });
    const id = await desk.begin({ method: "card", card: TYPED_CARD });
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true });
    expect(posts()).toBe(0);
  });
});

describe("the bank's page", () => {
  it("is offered to the payer; what he brings back is sent on once, and the status says what came of it", async () => {
    await open();
    challenge();
    desk.posts.confirmed = "verified";
    const { id } = await desk.post(CHECK);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_3ds", settled: false });
    expect(desk.pages).toMatchObject([{ page: { action: "https://acs.test/page" }, ended: false }]);
    await desk.clock.advance(5 * MINUTE);
    expect(desk.posts.asked("/status")).toEqual([]);
    await desk.prove();
    expect(await desk.get(id)).toMatchObject({ state: "verified", settled: true });
    expect(desk.pages[0]?.ended).toBe(true);
    expect(desk.posts.order()).toMatchObject({ posts: 1, confirms: 1 });
    expect(await desk.causes(id)).toEqual(["created", "challenged", "page-returned", "bank-verified"]);
  });
  it.each([
    ["was lost with its answer", EATEN, "verified"],
    ["cannot be read", UNREADABLE, "verified"],
    ["never came", LOST, "needs_review"],
    ["never left", NO_WAY, "needs_review"],
  ] as const)("a confirmation that %s is not sent again: the status decides", async (_, fate, state) => {
    await open();
    challenge();
    desk.posts.confirmed = "verified";
    desk.posts.next("/confirm", fate);
    const { id } = await desk.post(CHECK);
    await desk.prove();
    await desk.prove();
    await desk.clock.advance(25 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state });
    expect([desk.posts.asked("/confirm").length, posts()]).toEqual([1, 1]);
  });
  it("the bank's no to the confirmation ends it", async () => {
    await open();
    challenge();
    desk.posts.next("/confirm", { answer: { kind: "declined", error: appError("threeds_failed") } });
    const { id } = await desk.post();
    await desk.prove();
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true, error: { code: "threeds_failed" } });
  });
  const ends = {
    "given up by a person": ["cancelled", null, async (id: string) => desk.call("payments.cancel", { id })],
    "out of time": ["expired", "threeds_unfinished", async () => desk.clock.advance(10 * MINUTE)],
    "gone with the process": ["expired", "threeds_unfinished", async () => desk.restart()],
    "back from another payment": [
      "declined",
      "bank_page_failed",
      async () => desk.pages[0]?.bring({ PaRes: "proof", MD: "foreign" }),
    ],
    "back without a proof": [
      "declined",
      "bank_page_failed",
      async () => desk.pages[0]?.bring({ MD: desk.pages[0].page.fields["MD"] ?? "" }),
    ],
  } as const;
  it.each(Object.entries(ends))("%s: nothing is sent on, the bank is asked, watched for an hour", async (_, way) => {
    const [state, error, end] = way;
    await open();
    challenge();
    const { id } = await desk.post();
    await end(id);
    await desk.clock.advance(0);
    expect(await desk.get(id)).toMatchObject({ state, settled: false, watching: true });
    expect((await desk.get(id)).error?.code ?? null).toBe(error);
    await desk.prove();
    expect(await desk.get(id)).toMatchObject({ state });
    await desk.clock.advance(70 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state, settled: true });
    expect(desk.posts.asked("/confirm")).toEqual([]);
    expect(askedAt().length).toBeLessThan(30);
  });
  it("it is taken away as soon as it is over, or the bank has decided", async () => {
    await open();
    challenge();
    const given = await desk.post();
    await desk.call("payments.cancel", { id: given.id });
    expect(desk.pages[0]?.ended).toBe(true);
    await desk.post();
    await desk.clock.advance(10 * MINUTE);
    expect(desk.pages[1]?.ended).toBe(true);
    const { id } = await desk.post();
    desk.posts.order("declined");
    expect(desk.pages[2]?.ended).toBe(false);
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "declined", settled: true });
    expect(desk.pages[2]?.ended).toBe(true);
  });
  it("paid in spite of all is believed, as a late success once it was called over", async () => {
    await open();
    challenge();
    const { id } = await desk.post();
    await desk.call("payments.cancel", { id });
    expect(await desk.get(id)).toMatchObject({ state: "cancelled" });
    desk.posts.order("paid");
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
  });
  it("the bank is silent after its end: in doubt, and put down when it speaks", async () => {
    await open();
    challenge();
    const { id } = await desk.post();
    desk.posts.always("/status", LOST);
    await desk.call("payments.cancel", { id });
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_3ds", settled: false });
    await desk.clock.advance(6 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt" });
    desk.posts.always("/status", null);
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", watching: true });
  });
});

describe("the bank complains of our settings (104, 106, 109)", () => {
  it("it is asked no more by itself; on request, and at a start, it is", async () => {
    await open();
    desk.posts.always("/status", COMPLAINT);
    const { id } = await desk.post();
    expect(await desk.get(id)).toMatchObject({
      state: "awaiting_confirmation",
      error: { code: "terminal_refused", remedy: "fixSettings" },
    });
    expect(desk.snapshot().current?.silent).toBe(false);
    await desk.clock.advance(10 * MINUTE);
    expect(askedAt()).toHaveLength(1);
    await desk.call("payments.refresh", { id });
    expect(askedAt()).toHaveLength(2);
    await desk.clock.advance(11 * MINUTE);
    expect(await desk.get(id)).toMatchObject({ state: "needs_review", error: { code: "terminal_refused" } });
    await desk.restart();
    await desk.clock.advance(MINUTE);
    expect(askedAt()).toHaveLength(3);
    desk.posts.always("/status", null);
    desk.posts.order("paid");
    await desk.call("payments.refresh", { id });
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true, error: null });
  });
  it("a refused right to ask is one as well, where it is the settings that the bank refuses", async () => {
    await open();
    const refused = (code: "terminal_refused" | "bank_unavailable"): Fate => ({
      answer: { kind: "refused", error: appError(code) },
    });
    desk.posts.next("/token/service", refused("bank_unavailable"), refused("terminal_refused"));
    const { id } = await desk.post();
    expect(await desk.get(id)).toMatchObject({ error: null });
    await desk.clock.advance(MINUTE);
    expect(await desk.get(id)).toMatchObject({ error: { code: "terminal_refused" } });
    expect(desk.posts.asked("/token/service")).toHaveLength(2);
    expect(askedAt()).toEqual([]);
  });
  it("a token that is refused twice is such a complaint; once it is only asked for again (Q-70)", async () => {
    await open();
    desk.posts.next("/status", UNAUTHORIZED);
    const { id } = await desk.post();
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation", error: null });
    expect(desk.posts.asked("/token/service")).toHaveLength(2);
    desk.posts.next("/status", UNAUTHORIZED, UNAUTHORIZED);
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ error: { code: "terminal_refused" } });
    const asked = askedAt().length;
    await desk.clock.advance(MINUTE);
    expect(askedAt()).toHaveLength(asked);
    expect(posts()).toBe(1);
  });
});

describe("one at a time", () => {
  it("an open one holds the till until it is put aside, and then finds its own way", async () => {
    await open();
    desk.posts.next("/post", EATEN);
    const first = await desk.post();
    await expect(desk.post()).rejects.toThrow("till_busy");
    await desk.call("payments.dismiss", { id: first.id });
    const second = await desk.post();
    expect(second.state).toBe("awaiting_confirmation");
    expect(second.invoiceId).not.toBe(first.invoiceId);
    desk.posts.orders.forEach((order) => (order.word = "paid"));
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(first.id)).toMatchObject({ state: "paid", late: true });
    expect(await desk.get(second.id)).toMatchObject({ state: "paid", late: false });
  });
  it("what the bank has, or may have, cannot be given up, only put aside", async () => {
    await open();
    desk.posts.next("/post", EATEN);
    desk.posts.always("/status", LOST);
    const doubt = await desk.post();
    expect(await desk.call("payments.cancel", { id: doubt.id })).toMatchObject({ error: { code: "use_dismiss" } });
    await desk.call("payments.dismiss", { id: doubt.id });
    desk.posts.always("/status", null);
    const { id } = await desk.post();
    expect(await desk.call("payments.cancel", { id })).toMatchObject({ ok: false, error: { code: "not_finished" } });
    desk.posts.order("paid");
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
  });
  it("given up while it is posted: watched, and a page that comes then is never shown", async () => {
    await open();
    challenge();
    desk.posts.next("/post", { slow: 2 * SECOND });
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: false });
    expect(desk.pages).toEqual([]);
    expect(askedAt().length).toBeGreaterThan(0);
    desk.posts.order("paid");
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
  });
});

describe("a saved card", () => {
  it("is kept under our handle with the word that says so", async () => {
    await open();
    desk.posts.word = "verified";
    desk.posts.told = { cardId: "bank-card-1" };
    const { card, id } = await desk.post(CHECK);
    expect(card).toMatchObject({ id: expect.stringMatching(/^card_/), mask: "411111...1111" });
    expect(await desk.call("cards.list", {})).toMatchObject({ ok: true, value: { items: [{ id: card?.id }] } });
    expect(JSON.stringify(await desk.row(id))).not.toContain("bank-card-1");
  });
  it("that the vault does not take is no reason to withhold the bank's word", async () => {
    await open();
    desk.posts.word = "verified";
    desk.posts.told = { cardId: "bank-card-1" };
    desk.vault.put = () => Promise.reject(new Error("vault"));
    expect(await desk.post(CHECK)).toMatchObject({ state: "verified", card: { id: null } });
    expect(desk.notes.map(({ event }) => event)).toContain("card.keep.failed");
  });
});

describe("the journal refuses meanwhile", () => {
  let broken = false;
  const openBroken = (): Promise<void> => {
    broken = false;
    return open({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (broken ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
  };
  it("the page waits for the disk: it could not be had again", async () => {
    await openBroken();
    challenge();
    desk.posts.next("/post", { slow: SECOND });
    const id = await desk.begin();
    broken = true;
    await desk.clock.advance(10 * SECOND);
    expect(desk.pages).toEqual([]);
    expect(desk.snapshot().current?.state).toBe("creating");
    broken = false;
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_3ds" });
    expect([desk.pages.length, posts()]).toEqual([1, 1]);
  });
  it("nothing is sent on from the page before that is kept", async () => {
    await openBroken();
    challenge();
    const { id } = await desk.post();
    broken = true;
    await desk.prove();
    expect(desk.posts.asked("/confirm")).toEqual([]);
    broken = false;
    await desk.clock.advance(5 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
    expect(desk.posts.order()).toMatchObject({ confirms: 1 });
  });
});

describe("the process dies", () => {
  type Cut = "before" | "after";
  /** The life of a checked card; it ends with the `count`-th write to the journal, before or after that is on disk. */
  async function lifeUntil(cut: Cut, count: number): Promise<boolean> {
    let writes = 0;
    let dead = false;
    const never = <T>(): Promise<T> => new Promise(() => undefined);
    const wrap = (journal: JournalFile): JournalFile => ({
      ...journal,
      async commit(batch) {
        if (dead) return never();
        const isLast = armed && (writes += 1) === count;
        dead ||= isLast;
        if (isLast && cut === "before") return never();
        const done = await journal.commit(batch);
        return isLast ? never() : done;
      },
    });
    let armed = false;
    await open({ wrap });
    challenge();
    armed = true;
    const request = { ...CHECK, amount: "0", provider: "epay" };
    void desk.core.call({ kind: "person", name: "cashier" }, "payments.create", { key: "k", request });
    await desk.clock.advance(0);
    await desk.clock.advance(0);
    if (desk.pages.length > 0) await desk.prove();
    await desk.clock.advance(0);
    const died = dead;
    dead = false;
    armed = false;
    await desk.restart();
    return died;
  }

  const ENDS = {
    before: ["nothing nothing", "declined! unproven", "expired! unproven", "paid! paid", "paid! paid"],
    after: ["failed! nothing", "expired! unproven", "needs_review unproven", "paid! paid", "paid! paid"],
  };
  it.each(["before", "after"] as const)("%s each write: posted once, confirmed once, nothing lost", async (cut) => {
    const ends: string[] = [];
    for (let count = 1; await lifeUntil(cut, count); count += 1) {
      await desk.clock.advance(75 * MINUTE);
      const [row] = await desk.journal.payments({ limit: 1 });
      const order = desk.posts.orders[0];
      expect(order?.posts ?? 0).toBeLessThanOrEqual(1);
      expect(order?.confirms ?? 0).toBeLessThanOrEqual(1);
      // What the bank has is known, and what is called failed the bank never had.
      if (order?.word === "paid") expect(row).toMatchObject({ state: "paid", settled: true });
      if (row?.state === "failed") expect(order).toBeUndefined();
      ends.push(`${row?.state ?? "nothing"}${row?.settled ? "!" : ""} ${order?.word ?? "nothing"}`);
      await desk.close();
    }
    expect(ends).toEqual(ENDS[cut]);
  });
});
