/** A bank's event stream beside the polls: what the runner does with hints, and without them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Events } from "../../main/core/ports.ts";
import { openCodeDesk, type CodeDesk } from "../support/code-desk.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

let desk: CodeDesk;
let stream: Parameters<Events["listen"]>[1];
let began = 0;
beforeEach(async () => {
  desk = await openCodeDesk({
    events: {
      listen(_, on) {
        stream = on;
        return { close: () => Promise.resolve() };
      },
    },
  });
});
afterEach(() => desk.close());

async function up(healthy: boolean): Promise<void> {
  stream.health(healthy);
  await desk.clock.advance(0);
}
async function hint(raw: string, { bankId = desk.codes.bill().bankId } = {}): Promise<void> {
  stream.message(JSON.stringify({ bankId, invoiceId: null, raw }));
  await desk.clock.advance(0);
}
async function sell(): Promise<string> {
  const { id } = await desk.sell();
  began = desk.clock.mono();
  return id;
}
const polls = (): number[] => desk.codes.asked("/status").map((at) => (at - began) / SECOND);
const eventsOf = async (): Promise<unknown> => {
  const health = await desk.call("health", {});
  return health.ok && Object.fromEntries(Object.entries(health.value.providers).map(([name, at]) => [name, at.events]));
};

describe("polls beside an event stream", () => {
  it("its state is told: off where there is none, down until it is up", async () => {
    expect(await eventsOf()).toEqual({ kaspi: "off", halykQr: "down" });
    await up(true);
    expect(await eventsOf()).toEqual({ kaspi: "off", halykQr: "up" });
    expect(desk.core.bank.events("halykQr")).toBe("up");
    expect(desk.core.bank.events("kaspi")).toBe("off");
  });
  it("down they keep the bank's interval; up they are five times as rare", async () => {
    await sell();
    await desk.clock.advance(6 * SECOND);
    await up(true);
    await desk.clock.advance(40 * SECOND);
    // Once more at the usual pace, since what happened before the stream came up is in no message.
    expect(polls()).toEqual([3, 6, 9, 24, 39]);
  });
  it("of a bank without a stream they stay what they are", async () => {
    await up(true);
    await desk.charge();
    await desk.clock.advance(20 * SECOND);
    expect(desk.bank.calls("/payment/status")).toBe(4);
  });
  it("within one interval after it went down they have taken over", async () => {
    await up(true);
    const id = await sell();
    await desk.clock.advance(17 * SECOND);
    desk.codes.bill("paid");
    await up(false);
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
    expect(polls()).toEqual([15, 18]);
  });
  it("a deadline is asked about at once, and a refusal is pursued at the bank's interval", async () => {
    desk.codes.refusals = "ignore";
    desk.codes.always("/refuse", { fail: "closed", reach: "sent" });
    await up(true);
    await sell();
    await desk.clock.advance(179 * SECOND);
    const before = polls().length;
    await desk.clock.advance(21 * SECOND);
    expect(polls().slice(before).slice(0, 5)).toEqual([180, 183, 186, 189, 192]);
    expect(desk.codes.asked("/refuse")).toHaveLength(5);
    await desk.clock.advance(MINUTE);
    expect(polls().at(-1)).toBe(252);
  });
});

describe("a hint", () => {
  beforeEach(() => up(true));

  it("is asked about at once, and the answer alone counts", async () => {
    const id = await sell();
    await desk.clock.advance(SECOND);
    desk.codes.bill("scanned");
    await hint("SCANNED");
    expect(polls()).toEqual([1]);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation" });
    await hint("PAID");
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation" });
    expect(polls()).toEqual([1, 1]);
  });
  it("that the bank's answer does not confirm yet keeps the polls at its interval until it does", async () => {
    const id = await sell();
    await hint("SCANNED");
    await desk.clock.advance(7 * SECOND);
    expect(polls()).toEqual([0, 3, 6]);
    desk.codes.bill("scanned");
    await desk.clock.advance(22 * SECOND);
    expect(polls()).toEqual([0, 3, 6, 9, 24]);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation" });
  });
  it("that the bank's answer is only on its way to keeps them there too", async () => {
    const id = await sell();
    desk.codes.bill("scanned");
    await hint("PAID");
    await hint("BLOCKED");
    await desk.clock.advance(4 * SECOND);
    desk.codes.bill("held");
    await desk.clock.advance(3 * SECOND);
    desk.codes.bill("paid");
    await desk.clock.advance(3 * SECOND);
    expect(polls()).toEqual([0, 0, 3, 6, 9]);
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
  });
  it("of what the bank has said already asks nothing", async () => {
    await sell();
    await desk.clock.advance(15 * SECOND);
    await hint("NEW");
    expect(polls()).toEqual([15]);
  });
  it("while a question is on its way: asked once more after it, never two at a time", async () => {
    const id = await sell();
    desk.codes.next("/status", { slow: 2 * SECOND });
    await desk.clock.advance(16 * SECOND);
    desk.codes.bill("paid");
    await hint("PAID");
    expect(polls()).toEqual([15]);
    await desk.clock.advance(SECOND);
    expect(polls()).toEqual([15, 17]);
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
  });
  it("of a payment that was declined and put away brings a late success", async () => {
    const id = await sell();
    desk.codes.bill("declined");
    await hint("REJECTED");
    await desk.call("payments.dismiss", { id });
    desk.codes.bill("paid");
    await desk.clock.advance(MINUTE);
    await hint("PAID");
    await desk.clock.advance(SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid", late: true });
  });
  it("after the core has stopped nothing is asked", async () => {
    await sell();
    await desk.core.stop();
    const sent = desk.codes.requests.length;
    await hint("PAID");
    await up(false);
    await desk.clock.advance(MINUTE);
    expect(desk.codes.requests).toHaveLength(sent);
  });
});
