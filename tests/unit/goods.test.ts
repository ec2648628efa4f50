import { describe, expect, it } from "vitest";
import { newGoods, reduceGoods, moneyBackOf, goodsDoubtOf, type GoodsEvent } from "../../main/core/goods.ts";
import type { Goods, PaymentRow } from "../../main/core/payment.ts";
import { reduce } from "../../main/core/reduce.ts";
import { AT, newRow, says } from "../support/rows.ts";

const PLAIN = newGoods({ fulfilSeconds: 60, dispenseSeconds: 90 });
const sale = (goods: Partial<Goods> = {}, row: Partial<PaymentRow> = {}): PaymentRow =>
  newRow({
    state: "paid",
    settled: true,
    bankId: "1",
    fulfilment: { ...PLAIN, at: AT, dueAt: AT + 60_000, ...goods },
    ...row,
  });
const stuck = { state: "not_given", stuck: "refund_elsewhere", dueAt: null } as const;

const EVENTS: Readonly<Record<string, GoodsEvent>> = {
  begun: { kind: "goodsBegun", by: "api:m" },
  yes: { kind: "goodsReported", ok: true, reason: null, by: "api:m" },
  no: { kind: "goodsReported", ok: false, reason: "motor", by: "api:m" },
  due: { kind: "goodsDue", dueAt: AT + 60_000 },
  early: { kind: "goodsDue", dueAt: AT + 59_999 },
  refund: { kind: "backBegun", refundId: "r1", refundNumber: "R1", way: "till" },
  sent: { kind: "backSent", refundId: "r1" },
  other: { kind: "backSent", refundId: "r2" },
  unsent: { kind: "backUnsent", refundId: "r1" },
  stuck: { kind: "backStuck", error: "bank_refused" },
};

/** What each state becomes, in words: "=" is the very same row. */
const TABLE: readonly (readonly [string, Partial<Goods>, Readonly<Record<string, string>>])[] = [
  [
    "waiting",
    {},
    {
      begun: "dispensing",
      yes: "given",
      no: "not_given",
      due: "not_given",
      early: "=",
      refund: "=",
      sent: "=",
      stuck: "=",
    },
  ],
  [
    "dispensing",
    { state: "dispensing" },
    { begun: "=", yes: "given", no: "not_given", due: "unknown", early: "=", refund: "=", sent: "=", stuck: "=" },
  ],
  [
    "unknown",
    { state: "unknown", dueAt: null },
    { begun: "=", yes: "given", no: "not_given", due: "=", refund: "=", sent: "=", stuck: "=" },
  ],
  [
    "given",
    { state: "given", dueAt: null, open: false },
    { begun: "=", yes: "=", no: "given disputed", due: "=", refund: "=", sent: "=", stuck: "=" },
  ],
  [
    "not given, nothing begun",
    { state: "not_given", dueAt: null },
    { begun: "=", yes: "given", no: "=", due: "=", refund: "not_given r1", sent: "=", stuck: "not_given stuck" },
  ],
  [
    "not given, a refund begun",
    { state: "not_given", dueAt: null, refundId: "r1", tries: 1, way: "till" },
    { begun: "=", yes: "given r1", no: "=", due: "=", sent: "not_given r1 sent", other: "=", unsent: "=" },
  ],
  [
    "not given, a refund sent",
    { state: "not_given", dueAt: null, refundId: "r1", tries: 1, way: "till", sent: true },
    { begun: "=", yes: "not_given r1 sent disputed", no: "=", sent: "=", other: "=", unsent: "not_given r1" },
  ],
  ["stuck", stuck, { begun: "=", yes: "given", no: "=", due: "=", refund: "=", sent: "=", stuck: "=" }],
  [
    "disputed",
    { state: "not_given", dueAt: null, refundId: "r1", sent: true, disputedAt: AT, against: true },
    { begun: "=", yes: "=", no: "=", refund: "=", sent: "=", stuck: "=" },
  ],
];

describe("the goods of a sale", () => {
  it.each(
    TABLE.flatMap(([name, goods, becomes]) =>
      Object.entries(becomes).map(([event, next]) => [name, event, next, goods] as const),
    ),
  )("%s, %s: %s", (_, event, next, goods) => {
    const before = sale(goods);
    const after = reduceGoods(before, EVENTS[event] as GoodsEvent, AT + 5);
    const { state, refundId, sent, stuck: why, disputedAt } = after.fulfilment as Goods;
    const told = [state, refundId, sent && "sent", why && "stuck", disputedAt !== null && "disputed"];
    expect(after === before ? "=" : told.filter((part) => part !== null && part !== false).join(" ")).toBe(next);
    // What is not decided, or owed, is taken up after a restart.
    const isOver = state === "given" && disputedAt === null;
    expect(after.fulfilment?.open).toBe(!isOver);
  });

  it.each(Object.keys(EVENTS))("that are not paid for are moved by nothing (%s)", (event) => {
    const before = newRow({ state: "awaiting_scan", fulfilment: PLAIN });
    expect(reduceGoods(before, EVENTS[event] as GoodsEvent, AT)).toBe(before);
    const none = newRow({ state: "paid", settled: true });
    expect(reduceGoods(none, EVENTS[event] as GoodsEvent, AT)).toBe(none);
  });

  it("wait from the bank's word on, and no word of it afterwards begins them anew", () => {
    const unpaid = newRow({ state: "awaiting_scan", bankId: "1", fulfilment: PLAIN });
    const paid = reduce(unpaid, says("paid"), AT);
    expect(paid.fulfilment).toMatchObject({ state: "waiting", at: AT, dueAt: AT + 60_000, open: true });
    expect(reduce(paid, says("paid"), AT + 9).fulfilment).toBe(paid.fulfilment);
    const declined = reduce(unpaid, says("declined"), AT);
    expect(declined.fulfilment).toMatchObject({ at: null, open: false });
    expect(reduce(declined, says("paid"), AT).fulfilment).toMatchObject({ at: AT, open: true });
  });

  it.each([
    ["all of it", {}, 500_000, "not_given returned"],
    ["a part", {}, 499_999, "not_given going"],
    ["all, while stuck", stuck, 500_000, "not_given returned"],
  ] as const)("money that went back (%s) is owed no more", (_, goods, minor, told) => {
    const after = reduce(sale({ state: "not_given", dueAt: null, ...goods }), { kind: "refunded", minor }, AT);
    expect(`${after.fulfilment?.state} ${moneyBackOf(after)}`).toBe(told);
    expect(after.fulfilment?.open).toBe(minor !== 500_000);
    // A person takes back that it did.
    const again = reduce(after, { kind: "refunded", minor: -minor }, AT);
    expect([moneyBackOf(again) === "returned", again.fulfilment?.open]).toEqual([false, true]);
  });

  it("a person's refund of goods that nobody knows of decides them; of given ones it does not", () => {
    const back = { kind: "refunded", minor: 500_000 } as const;
    expect(reduce(sale({ state: "unknown" }), back, AT).fulfilment).toMatchObject({ state: "not_given", open: false });
    expect(reduce(sale({ state: "given", open: false }), back, AT).fulfilment?.state).toBe("given");
    expect(reduce(sale({ state: "dispensing" }), back, AT).fulfilment?.state).toBe("dispensing");
  });

  it("a person decides only what stands in the list, as it stands, and as it can be", () => {
    const row = sale(stuck);
    expect(goodsDoubtOf(row)).toBe("owed");
    const resolution = { by: "Болат", reason: "in cash", at: AT };
    const decide = (outcome: "treatedAsRefunded" | "treatedAsNotGiven", matter: string): PaymentRow =>
      reduceGoods(row, { kind: "goodsResolved", resolution: { ...resolution, outcome }, matter }, AT);
    const matter = JSON.stringify(["not_given", null, "refund_elsewhere", null, 0]);
    expect(decide("treatedAsRefunded", "another")).toBe(row);
    expect(decide("treatedAsNotGiven", matter)).toBe(row);
    const done = decide("treatedAsRefunded", matter);
    expect([moneyBackOf(done), goodsDoubtOf(done), done.fulfilment?.by]).toEqual(["returned", null, "person:Болат"]);
    expect(done.detail.history.at(-1)).toMatchObject({ state: "paid", cause: "treated-as-refunded" });
    // What was given back past the bank stays given back, whatever is counted afterwards.
    expect(reduce(done, { kind: "refunded", minor: 0 }, AT).fulfilment?.open).toBe(false);
  });
});
