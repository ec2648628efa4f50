/** A creation whose answer was lost, at a bank that can be asked by our own number (state machines 3.6, Q-65). */
import { afterEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { openCodeDesk, type CodeDesk, type CodeDeskOptions } from "../support/code-desk.ts";
import type { CodeFate } from "../support/code-bank.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const LOST: CodeFate = { fail: "closed", reach: "sent" };
const EATEN: CodeFate = { fail: "closed", reach: "sent", acts: true };
const late = (acts: number): CodeFate => ({ fail: "closed", reach: "sent", acts });
const NO_WAY: CodeFate = { fail: "refused", reach: "connect" };
const UNREADABLE = { answer: { kind: "unclear", error: appError("malformed_answer") } };

let desk: CodeDesk;
const open = async (options: CodeDeskOptions = {}): Promise<void> => void (desk = await openCodeDesk(options));
afterEach(() => desk.close());

const causes = async (id: string): Promise<string[]> => (await desk.get(id)).history.map(({ cause }) => cause);

describe("the number of ours", () => {
  it("is on disk, with its counter, before the creation leaves", async () => {
    await open();
    desk.codes.next("/create", "hang");
    const id = await desk.begin();
    const { detail } = await desk.row(id);
    expect(detail.invoiceId).toMatch(/^[1-9]\d{7}000001$/);
    expect(await desk.journal.counter("invoice|halykQr|92059431")).toBe(2n);
    expect(desk.codes.numbers()).toEqual([detail.invoiceId]);
    expect(await desk.get(id)).toMatchObject({ state: "creating", invoiceId: detail.invoiceId });
  });
  it("no number is taken for a bank that asks for none", async () => {
    await open();
    expect(await desk.charge()).toMatchObject({ state: "awaiting_scan", invoiceId: null });
  });
  it("every sale has another; a restart changes what stands before the count", async () => {
    await open();
    const first = await desk.sell();
    await desk.call("payments.cancel", { id: first.id });
    const second = await desk.sell();
    await desk.call("payments.cancel", { id: second.id });
    await desk.restart();
    const third = await desk.sell();
    const numbers = [first, second, third].map(({ invoiceId }) => invoiceId ?? "");
    expect(numbers.map((number) => number.slice(8))).toEqual(["000001", "000002", "000003"]);
    expect(new Set(numbers.map((number) => number.slice(0, 8))).size).toBe(2);
  });
});

describe("a lost answer", () => {
  it("what stands at the bank is adopted and shown, and nothing is created twice", async () => {
    await open();
    desk.codes.next("/create", EATEN);
    const payment = await desk.sell();
    const { bankId } = desk.codes.bill();
    expect(payment).toMatchObject({ state: "awaiting_scan", bankId, qr: { payload: `code ${bankId}` } });
    expect(desk.codes.numbers()).toHaveLength(1);
    expect((await desk.row(payment.id)).detail.lostAt).not.toBeNull();
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "paid", late: false });
  });
  it("an answer that cannot be read is a lost one", async () => {
    await open();
    desk.codes.next("/create", { ...UNREADABLE, acts: true });
    expect(await desk.sell()).toMatchObject({ state: "awaiting_scan" });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
  it("nothing stands there: created once more under the same number, in the same line of commits", async () => {
    await open();
    desk.codes.next("/create", LOST);
    const payment = await desk.sell();
    expect(payment).toMatchObject({ state: "awaiting_scan" });
    expect(desk.codes.numbers()).toEqual([payment.invoiceId, payment.invoiceId]);
    expect(desk.codes.bills).toHaveLength(1);
    const calls = (await desk.journal.calls(payment.id)).map(({ danger, outcome }) => [danger, outcome]);
    expect(calls).toEqual([
      ["resolvable", "sent"],
      ["resolvable", "answered"],
    ]);
    expect((await desk.row(payment.id)).detail.createTries).toBe(2);
  });
  it("a look-up that gets no answer is made again; nothing is created on a guess", async () => {
    await open();
    desk.codes.next("/create", EATEN);
    desk.codes.next("/look-up", LOST, UNREADABLE, NO_WAY);
    const id = await desk.begin();
    await desk.clock.advance(8 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "creating", settled: false });
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan" });
    expect(desk.codes.numbers()).toHaveLength(1);
    const asked = desk.codes.asked("/look-up");
    expect(asked.map((at) => at - (asked[0] ?? 0))).toEqual([0, 3_000, 6_000, 9_000]);
  });
  it("two losses, and the second is found", async () => {
    await open();
    desk.codes.next("/create", LOST, EATEN);
    expect(await desk.sell()).toMatchObject({ state: "awaiting_scan" });
    expect(desk.codes.numbers()).toHaveLength(2);
  });
  it("the first is executed after the look-up and refuses the second: looked up before that is believed", async () => {
    await open();
    desk.codes.next("/create", late(100), { answer: { kind: "refused", error: appError("bank_refused") }, after: 200 });
    const id = await desk.begin();
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan", bankId: desk.codes.bill().bankId });
    expect(desk.codes.bills).toHaveLength(1);
  });
  it("a second creation that is refused and is not there either has failed, with the bank's reason", async () => {
    await open();
    desk.codes.next("/create", LOST, {
      answer: { kind: "refused", error: appError("bank_refused", { bankMessage: "нет" }) },
    });
    expect(await desk.sell()).toMatchObject({
      state: "failed",
      settled: true,
      error: { code: "bank_refused", bankMessage: "нет" },
    });
    expect(desk.codes.numbers()).toHaveLength(2);
  });
  it("a second creation that never left is no reason to believe that the first never came", async () => {
    await open();
    desk.codes.next("/create", late(2 * SECOND), NO_WAY);
    const id = await desk.begin();
    await desk.clock.advance(4 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan" });
    expect(desk.codes.numbers()).toHaveLength(2);
  });
  it.each([
    ["the bank knows nothing", null],
    ["no answer at all", LOST],
    ["no way to the bank", NO_WAY],
  ])("%s for 30 s: failed, since nobody has seen a code, and the till is free", async (_, fate) => {
    await open();
    desk.codes.always("/create", LOST);
    desk.codes.always("/look-up", fate);
    const id = await desk.begin();
    await desk.clock.advance(29 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "creating", settled: false });
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "failed", settled: true, error: { code: "answer_lost" } });
    expect(desk.codes.numbers().length).toBe(fate === null ? 2 : 1);
    const looked = desk.codes.asked("/look-up").length;
    await desk.clock.advance(5 * MINUTE);
    expect(desk.codes.asked("/look-up")).toHaveLength(looked);
    desk.codes.always("/create", null);
    expect(await desk.sell()).toMatchObject({ state: "awaiting_scan" });
  });
  it("what stands there cannot be ours: it waits for a person and is asked about no more", async () => {
    await open();
    desk.codes.next("/create", LOST);
    desk.codes.next("/look-up", {
      answer: { kind: "foreign", error: appError("foreign_answer", { params: { what: "amount" } }) },
    });
    const { id } = await desk.sell();
    expect(await desk.get(id)).toMatchObject({
      state: "needs_review",
      settled: false,
      watching: false,
      bankId: null,
      error: { code: "foreign_answer", params: { what: "amount" } },
    });
    expect(desk.codes.numbers()).toHaveLength(1);
    const sent = desk.codes.requests.length;
    await desk.call("payments.refresh", { id });
    await desk.restart();
    await desk.clock.advance(20 * SECOND);
    expect(desk.codes.requests.slice(sent).map(({ path }) => path)).toEqual(["/ping"]);
  });
  it("a bank without a look-up: in doubt, as a lost call that only a person can settle", async () => {
    await open({ without: ["lookUp"] });
    desk.codes.next("/create", EATEN);
    const { id } = await desk.sell();
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt", error: { code: "answer_lost" } });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
  it("what never left has failed at once", async () => {
    await open();
    desk.codes.next("/create", NO_WAY);
    expect(await desk.sell()).toMatchObject({ state: "failed", settled: true });
    expect(desk.codes.asked("/look-up")).toEqual([]);
  });
});

describe("given up meanwhile", () => {
  it("found: never shown, but told to the bank as refused, and watched to its end", async () => {
    await open();
    desk.codes.next("/create", late(2 * SECOND));
    desk.codes.next("/look-up", LOST);
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", bankId: desk.codes.bill().bankId, qr: null });
    expect(desk.codes.bill()).toMatchObject({ refused: true });
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true, watching: false });
    expect(desk.codes.numbers()).toHaveLength(1);
    expect((await desk.row(id)).detail.payload).toBeNull();
  });
  it("nothing there: settled, and not created again", async () => {
    await open();
    desk.codes.next("/create", { fail: "closed", reach: "sent", after: SECOND });
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true });
    expect(await causes(id)).toEqual(["created", "cancelled", "never-shown"]);
    expect(desk.codes.numbers()).toHaveLength(1);
  });
  it("while a look-up is on its way that finds nothing: nothing is created any more", async () => {
    await open();
    desk.codes.next("/create", LOST);
    desk.codes.next("/look-up", { slow: SECOND });
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(10 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
  it("while the second creation is on its way: the code that comes is not shown, and refused", async () => {
    await open();
    desk.codes.next("/create", LOST, { slow: SECOND });
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: false, qr: null });
    expect(desk.codes.bill()).toMatchObject({ refused: true });
  });
  it("a payment found there in spite of all is a late success", async () => {
    await open();
    desk.codes.next("/create", late(SECOND));
    desk.codes.next("/look-up", LOST);
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    await desk.clock.advance(2 * SECOND);
    desk.codes.bill("paid");
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
    expect(desk.codes.asked("/refuse")).toEqual([]);
  });
});

describe("the process dies meanwhile", () => {
  it("found again: shown, if a code may still be shown", async () => {
    await open();
    desk.codes.next("/create", "hang");
    const id = await desk.begin();
    const [row] = await desk.journal.payments({ limit: 1 });
    expect(row).toMatchObject({ id, state: "creating" });
    desk.codes.bills.push({
      bankId: "77",
      invoiceId: row?.detail.invoiceId ?? "",
      minor: 500_000,
      word: "created",
      refused: false,
    });
    await desk.restart();
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan", bankId: "77", qr: { payload: "code 77" } });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
  it("found after the customer must have gone: never shown, refused and watched", async () => {
    await open();
    desk.codes.next("/create", EATEN);
    desk.codes.always("/look-up", "hang");
    const id = await desk.begin();
    desk.clock.jump(3 * MINUTE);
    desk.codes.always("/look-up", null);
    await desk.restart();
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: false, watching: true, qr: null });
    expect(await causes(id)).toEqual(["created", "found-late"]);
    expect(desk.codes.bill().refused).toBe(true);
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: true });
  });
  it("nothing there: not created again; failed 30 s after the start, not after the loss", async () => {
    await open();
    desk.codes.next("/create", LOST);
    desk.codes.next("/look-up", "hang");
    const id = await desk.begin();
    desk.clock.jump(12 * 3_600_000);
    await desk.restart();
    await desk.clock.advance(29 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "creating" });
    await desk.clock.advance(2 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "failed", settled: true, error: { code: "answer_lost" } });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
  it("given up before: found, not shown, refused", async () => {
    await open();
    desk.codes.next("/create", EATEN);
    desk.codes.always("/look-up", "hang");
    const id = await desk.begin();
    await desk.call("payments.cancel", { id });
    desk.codes.always("/look-up", null);
    await desk.restart();
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", qr: null });
    expect(desk.codes.bill().refused).toBe(true);
  });
  it("between the second line in the journal and its sending: looked up all the same", async () => {
    let cut = false;
    await open({
      wrap: (journal) => ({
        ...journal,
        async commit(batch) {
          const done = await journal.commit(batch);
          // The second creation is in the journal, and no byte of it ever leaves.
          return cut && batch.payments?.[0]?.detail.createTries === 2 ? new Promise(() => undefined) : done;
        },
      }),
    });
    cut = true;
    desk.codes.next("/create", LOST);
    const id = await desk.begin();
    expect(await desk.row(id)).toMatchObject({ state: "creating", detail: { createTries: 2 } });
    cut = false;
    await desk.restart();
    await desk.clock.advance(31 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "failed", settled: true });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
});

describe("the journal refuses meanwhile", () => {
  let broken: (batch: {
    readonly calls?: unknown;
    readonly payments?: readonly { readonly bankId: string | null }[];
  }) => boolean;
  const openBroken = (): Promise<void> => {
    broken = () => false;
    return open({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (broken(batch) ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
  };

  it("the bank's answer is not shown before it is kept: found again when the disk is back", async () => {
    await openBroken();
    desk.codes.next("/create", { slow: SECOND });
    const id = await desk.begin();
    broken = () => true;
    await desk.clock.advance(5 * SECOND);
    expect(desk.snapshot().current).toMatchObject({ state: "creating", qr: null });
    broken = () => false;
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan" });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
  it("what was found is not shown before it is kept, and asked for politely until then", async () => {
    await openBroken();
    desk.codes.next("/create", EATEN);
    broken = ({ payments }) => typeof payments?.[0]?.bankId === "string";
    const id = await desk.begin();
    await desk.clock.advance(MINUTE);
    expect(desk.snapshot().current).toMatchObject({ state: "creating", qr: null });
    expect(desk.codes.asked("/look-up").length).toBeLessThan(25);
    broken = () => false;
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan" });
  });
  it("a second creation that cannot be journaled is not sent", async () => {
    await openBroken();
    desk.codes.next("/create", LOST);
    let again = 0;
    broken = ({ payments, calls }) => payments !== undefined && Array.isArray(calls) && (again += 1) === 3;
    const id = await desk.begin();
    broken = () => true;
    await desk.clock.advance(2 * SECOND);
    broken = () => false;
    expect(desk.codes.numbers()).toHaveLength(1);
    await desk.clock.advance(35 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "failed", settled: true });
    expect(desk.codes.numbers()).toHaveLength(1);
  });
});

describe("stopped meanwhile", () => {
  it("nothing is asked or sent afterwards", async () => {
    await open();
    desk.codes.next("/create", LOST);
    desk.codes.next("/look-up", { slow: SECOND });
    const id = await desk.begin();
    await desk.core.stop();
    const sent = desk.codes.requests.length;
    await desk.clock.advance(MINUTE);
    expect(desk.codes.requests).toHaveLength(sent);
    expect(await desk.row(id)).toMatchObject({ state: "creating" });
  });
});
