/** What the storms have found, each as small as it gets. */
import { describe, expect, it } from "vitest";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import type { RefundStatusAnswer } from "../../main/core/bank.ts";
import { reduceRefund } from "../../main/core/refund-reduce.ts";
import { contextOf, json, REFUND_BILL, refundRow, statusBody } from "../unit/halyk-support.ts";

describe("an order answered with the number of another till's refund (Q-63)", () => {
  const row = { ...refundRow({ bankId: REFUND_BILL, state: "pending" }, { pendingAt: 1 }), settled: false };
  const said = (change: Readonly<Record<string, unknown>>): RefundStatusAnswer | undefined =>
    halykQr.refundStatus?.(contextOf(), row).read(json(statusBody({ status: "REJECTED", ...change })));

  it("is not called failed when that one is rejected: its own money may have gone back", () => {
    const word = said({ amount: "249" });
    expect(word).toMatchObject({ kind: "word", word: "rejected", minor: 24_900 });
    if (word?.kind !== "word") return;
    expect(reduceRefund(row, { kind: "bill", word }, 2)).toMatchObject({
      state: "needs_review",
      settled: false,
      error: { code: "amount_mismatch" },
    });
  });

  it.each(["250", 250, null, "0", undefined, "?"])("its own, with the sum %j, has failed", (amount) => {
    const word = said({ amount });
    if (word?.kind !== "word") throw new Error("no word");
    expect(reduceRefund(row, { kind: "bill", word }, 2)).toMatchObject({ state: "failed", settled: true });
  });
});
