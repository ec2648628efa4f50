import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import { reduceRefund, verdict, type RefundEvent } from "../../main/core/refund-reduce.ts";
import type { RefundRow } from "../../main/core/refund.ts";
import { newRefund } from "../support/refund-rows.ts";
import { AT } from "../support/rows.ts";

const A0 = minor(500_000);
const doubt = newRefund({ state: "in_doubt", a0: A0, watching: true }, { sends: 1, sentAt: AT, doubtAt: AT });
const read = (amount: number, last = false): RefundEvent => ({ kind: "reading", minor: minor(amount), last });
const after = (row: RefundRow, ...events: RefundEvent[]): RefundRow =>
  events.reduce((was, event, index) => reduceRefund(was, event, AT + index), row);

describe("a refund in doubt", () => {
  it.each<[string, RefundEvent[], string]>([
    ["fell by the amount", [read(400_000)], "refunded"],
    ["fell by it at the last", [read(500_000), read(500_000), read(400_000, true)], "refunded"],
    ["never moved", [read(500_000), read(500_000, true)], "not_executed"],
    ["not moved yet", [read(500_000), read(500_000)], "in_doubt"],
    ["fell by another sum", [read(450_000), read(450_000, true)], "needs_review"],
    ["fell by another sum first, then to where ours would be", [read(450_000), read(400_000, true)], "needs_review"],
    ["fell twice as far", [read(300_000, true)], "needs_review"],
    ["rose", [read(500_001, true)], "needs_review"],
    ["no reading for a day", [{ kind: "giveUp" }], "needs_review"],
  ])("%s", (_, events, state) => {
    expect(after(doubt, ...events).state).toBe(state);
  });

  it("after a refused second sending an unmoved figure proves nothing", () => {
    const sending = newRefund({ state: "sending", a0: A0 }, { sends: 2, sentAt: AT, doubtAt: AT });
    const error = appError("bank_refused", { bankCode: "-99000011" });
    const refused = after(sending, { kind: "doubt", error, refused: true, reading: null }, read(500_000, true));
    expect(refused).toMatchObject({ state: "needs_review", error: { code: "refund_refused", bankCode: "-99000011" } });
    const lost = after(sending, { kind: "doubt", error, refused: false, reading: null }, read(500_000, true));
    expect(lost.state).toBe("not_executed");
  });

  it("under review a figure decides what silence had left open, and never what somebody else's refund has blurred", () => {
    const silent = after(doubt, { kind: "giveUp" });
    expect(after(silent, read(400_000, true)).state).toBe("refunded");
    expect(after(silent, read(500_000, true)).state).toBe("not_executed");
    const blurred = after(doubt, read(450_000), read(450_000, true));
    expect(after(blurred, read(400_000, true)).state).toBe("needs_review");
    expect(after(blurred, read(500_000, true)).state).toBe("needs_review");
  });
});

describe("what the figures say", () => {
  it("nothing, without a figure or without the one before", () => {
    expect(verdict(doubt, [])).toBe("spoilt");
    expect(verdict(newRefund(), [{ at: AT, minor: A0 }])).toBe("spoilt");
  });

  it("a figure that went back up is no proof that it is gone", () => {
    const readings = [400_000, 500_000].map((amount) => ({ at: AT, minor: minor(amount) }));
    expect(verdict(doubt, readings)).toBe("spoilt");
  });
});
