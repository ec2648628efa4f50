/** The bank is told that a payment is not waited for any more (Halyk, "Refusal to accept payment"; ). */
import { afterEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import type { Payment } from "../../contract/payment.ts";
import type { CodeFate } from "../support/code-bank.ts";
import { openCodeDesk, type CodeDesk, type CodeDeskOptions } from "../support/code-desk.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const SCAN = 180 * SECOND;
const REFUSE = "/refuse";
const LOST: CodeFate = { fail: "closed", reach: "sent" };
const NO_WAY: CodeFate = { fail: "refused", reach: "connect" };
const UNREADABLE: CodeFate = { answer: { kind: "unclear", error: appError("malformed_answer") } };

let desk: CodeDesk;
let began = 0;
afterEach(() => desk.close());

async function sell(options: CodeDeskOptions = {}): Promise<Payment> {
  desk = await openCodeDesk(options);
  const payment = await desk.sell();
  began = desk.clock.mono();
  return payment;
}
const refusals = (): number[] => desk.codes.asked(REFUSE).map((at) => at - began);
const cancel = (id: string): Promise<unknown> => desk.call("payments.cancel", { id });
/** The requests about the bill from a moment on, by their method. */
const sent = (from: number): string[] =>
  desk.codes.requests
    .filter(({ at, path }) => at >= from && path !== "/ping")
    .map(({ path }) => path.split("/")[1] ?? "");

describe("on a cancellation", () => {
  it("the bank is told at once, after it is on disk; its status settles the payment", async () => {
    const { id } = await sell();
    desk.codes.next(REFUSE, { slow: SECOND });
    await desk.clock.advance(SECOND);
    await cancel(id);
    expect(refusals()).toEqual([SECOND]);
    expect(await desk.row(id)).toMatchObject({ state: "cancelled", detail: { refusal: { tries: 1, heard: false } } });
    const lines = await desk.journal.calls(id);
    expect(lines.at(-1)).toMatchObject({ name: "refuse", danger: "harmless", outcome: null });
    await desk.clock.advance(SECOND);
    expect(await desk.row(id)).toMatchObject({ settled: false, detail: { refusal: { tries: 1, heard: true } } });
    expect((await desk.journal.calls(id)).at(-1)).toMatchObject({ outcome: "answered" });
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true, watching: false });
    await desk.clock.advance(MINUTE);
    expect(refusals()).toHaveLength(1);
  });
  it("heard once, it is not said again, although the bill goes on as if nothing had been said", async () => {
    const { id } = await sell();
    desk.codes.refusals = "ignore";
    await cancel(id);
    await desk.clock.advance(10 * MINUTE);
    expect(refusals()).toHaveLength(1);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: false, watching: true });
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
  });
  it("a refusal that the bank will not have is an answer too", async () => {
    const { id } = await sell();
    desk.codes.always(REFUSE, {
      answer: { kind: "refused", error: appError("bank_refused", { bankCode: "HTTP 400" }) },
    });
    await cancel(id);
    await desk.clock.advance(MINUTE);
    expect(refusals()).toHaveLength(1);
    expect((await desk.journal.calls(id)).at(-1)).toMatchObject({ outcome: "answered", bankCode: "HTTP 400" });
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: false });
  });
  it.each([
    ["no answer", LOST],
    ["an answer that cannot be read", UNREADABLE],
  ])("%s: again ahead of each poll, five times at most, and the status decides", async (_, fate) => {
    const { id } = await sell();
    desk.codes.always(REFUSE, fate);
    await desk.clock.advance(SECOND);
    await cancel(id);
    await desk.clock.advance(5 * MINUTE);
    expect(refusals()).toEqual([1, 3, 6, 9, 12].map((seconds) => seconds * SECOND));
    expect(sent(began + 3 * SECOND).slice(0, 4)).toEqual(["refuse", "status", "refuse", "status"]);
    expect(await desk.row(id)).toMatchObject({ settled: false, detail: { refusal: { tries: 5, heard: false } } });
    desk.codes.bill("declined");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true });
  });
  it("one that hangs holds the question back no longer than one interval", async () => {
    const { id } = await sell();
    desk.codes.always(REFUSE, "hang");
    await cancel(id);
    await desk.clock.advance(20 * SECOND);
    // Each hangs for 10 s, and there are never two at a time.
    expect(refusals()).toEqual([0, 12 * SECOND]);
    expect(desk.codes.asked("/status").map((at) => (at - began) / SECOND)).toEqual([3, 6, 9, 15, 18]);
  });
  it("paid before it came: the bank's word counts, the refusal changes nothing", async () => {
    const { id } = await sell();
    desk.codes.bill("paid");
    await cancel(id);
    expect(refusals()).toHaveLength(1);
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true, settled: true });
  });
  it("while there is no way to the bank no try is used up; it is told when there is one", async () => {
    const { id } = await sell();
    desk.codes.always("/", NO_WAY);
    await cancel(id);
    expect((await desk.row(id)).detail.refusal?.tries).toBe(0);
    await desk.clock.advance(MINUTE);
    expect(refusals()).toHaveLength(1);
    desk.codes.always("/", null);
    await desk.clock.advance(8 * SECOND);
    expect(refusals()).toHaveLength(2);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true });
  });
  it("after a restart it goes on with the polls, and counts on", async () => {
    const { id } = await sell();
    desk.codes.always(REFUSE, "hang");
    await cancel(id);
    await desk.restart();
    expect(refusals()).toHaveLength(2);
    expect((await desk.row(id)).detail.refusal).toEqual({ tries: 2, heard: false });
    desk.codes.always(REFUSE, LOST);
    await desk.restart();
    await desk.clock.advance(MINUTE);
    expect(refusals()).toHaveLength(5);
    await desk.restart();
    await desk.clock.advance(MINUTE);
    expect(refusals()).toHaveLength(5);
  });
  it("nothing is sent that could not be journaled; it goes out with a later poll", async () => {
    let broken = false;
    const { id } = await sell({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) =>
          broken && batch.payments?.[0]?.detail.refusal
            ? Promise.reject(new Error("disk full"))
            : journal.commit(batch),
      }),
    });
    broken = true;
    await cancel(id);
    await desk.clock.advance(6 * SECOND);
    expect(refusals()).toEqual([]);
    expect(await desk.row(id)).toMatchObject({ state: "cancelled", detail: { refusal: null } });
    broken = false;
    await desk.clock.advance(3 * SECOND);
    expect(refusals()).toEqual([9 * SECOND]);
  });
  it("a payment whose refusal is still on its way is not let go of", async () => {
    const { id } = await sell();
    desk.codes.next(REFUSE, { slow: 8 * SECOND });
    await cancel(id);
    desk.codes.bill("declined");
    await desk.clock.advance(4 * SECOND);
    await desk.call("payments.dismiss", { id });
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: true });
    await desk.clock.advance(3 * SECOND);
    // Two of one payment in memory would be in each other's way in the journal.
    desk.codes.bill("scanned");
    await desk.call("payments.refresh", { id });
    await desk.clock.advance(10 * SECOND);
    expect(await desk.row(id)).toMatchObject({ detail: { refusal: { tries: 1, heard: true } } });
    expect(desk.notes.filter(({ event }) => event.includes("failed"))).toEqual([]);
  });
  it("a renewed code: the old one is refused, the new one is not", async () => {
    const first = await sell();
    const renewed = await desk.call("payments.renew", { id: first.id, key: "again" });
    if (!renewed.ok) throw new Error(renewed.error.code);
    expect(desk.codes.bills.map(({ refused }) => refused)).toEqual([true, false]);
    expect(renewed.value.payment.invoiceId).not.toBe(first.invoiceId);
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(first.id)).toMatchObject({ state: "cancelled", settled: true });
    expect(await desk.get(renewed.value.payment.id)).toMatchObject({ state: "awaiting_scan" });
  });
  it("a bank that knows no refusal is watched as before", async () => {
    const { id } = await sell({ without: ["refuse"] });
    await cancel(id);
    await desk.clock.advance(MINUTE);
    expect(refusals()).toEqual([]);
    expect((await desk.row(id)).detail.refusal).toBeNull();
  });
});

describe("on the deadline", () => {
  it("one question first, then the refusal at once", async () => {
    const { id } = await sell();
    await desk.clock.advance(SCAN - 1);
    expect(refusals()).toEqual([]);
    await desk.clock.advance(1);
    expect(sent(began + SCAN)).toEqual(["status", "refuse"]);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: false });
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: true });
  });
  it("who scanned in the last second is served", async () => {
    const { id } = await sell();
    await desk.clock.advance(SCAN - 500);
    desk.codes.bill("scanned");
    await desk.clock.advance(500);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation" });
    await desk.clock.advance(MINUTE);
    expect(refusals()).toEqual([]);
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: false });
  });
  it("an answer that was on its way when the deadline came says nothing of the last second: asked once more", async () => {
    const { id } = await sell();
    await desk.clock.advance(SCAN - 4 * SECOND);
    desk.codes.next("/status", { slow: 4 * SECOND });
    await desk.clock.advance(3 * SECOND);
    desk.codes.bill("scanned");
    await desk.clock.advance(3 * SECOND + 999);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan" });
    await desk.clock.advance(1);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation" });
    expect(
      desk.codes
        .asked("/status")
        .slice(-2)
        .map((at) => at - began - SCAN),
    ).toEqual([-3 * SECOND, 3 * SECOND]);
    expect(refusals()).toEqual([]);
  });
  it("a question that fails holds it back no further", async () => {
    const { id } = await sell();
    await desk.clock.advance(SCAN - SECOND);
    desk.codes.next("/status", LOST);
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan" });
    expect(refusals()).toEqual([SCAN]);
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ settled: true });
  });
  it("a question that hangs holds it back no longer than one interval", async () => {
    await sell();
    await desk.clock.advance(SCAN - SECOND);
    desk.codes.next("/status", "hang");
    await desk.clock.advance(3 * SECOND + 999);
    expect(refusals()).toEqual([]);
    await desk.clock.advance(1);
    expect(refusals()).toEqual([SCAN + 3 * SECOND]);
  });
  it("silence throughout: in doubt, and still told", async () => {
    const { id } = await sell();
    await desk.clock.advance(SCAN - SECOND);
    desk.codes.always("/status", LOST);
    desk.codes.always(REFUSE, LOST);
    await desk.clock.advance(30 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "in_doubt", settled: false });
    expect(refusals()).toHaveLength(5);
    desk.codes.always("/status", null);
    await desk.clock.advance(3 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: false });
    expect(refusals()).toHaveLength(5);
  });
  it("the end of the confirmation: the same", async () => {
    const { id } = await sell();
    desk.codes.bill("held");
    await desk.clock.advance(3 * SECOND + SCAN);
    expect(await desk.get(id)).toMatchObject({ state: "expired" });
    expect(refusals()).toEqual([3 * SECOND + SCAN]);
  });
  it("not after the bank has said paid, however badly", async () => {
    const { id } = await sell();
    desk.codes.next("/status", { answer: { kind: "claim", error: appError("malformed_answer") } });
    await desk.clock.advance(3 * SECOND);
    await cancel(id);
    await desk.clock.advance(5 * MINUTE);
    expect(refusals()).toEqual([]);
    expect(await desk.get(id)).toMatchObject({ state: "cancelled", settled: false, watching: true });
  });
});
