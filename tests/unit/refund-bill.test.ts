import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { RefundWord } from "../../main/core/bank.ts";
import { BILL_WATCH, billMs, hasOpenBill } from "../../main/core/refund-bill.ts";
import { reduceRefund, type RefundEvent } from "../../main/core/refund-reduce.ts";
import type { RefundRow } from "../../main/core/refund.ts";
import { newRefund } from "../support/refund-rows.ts";
import { AT } from "../support/rows.ts";

const X = 100_000;
const LATER = AT + 5_000;
const error = appError("malformed_answer", { bankMessage: "нет", incident: "K7" });
const sending = newRefund(
  { state: "sending", a0: minor(500_000), watching: true },
  { ours: true, sends: 1, sentAt: AT },
);
const pending: RefundRow = reduceRefund(sending, { kind: "pending", bankId: "16", taken: false }, AT);
const lost = reduceRefund(sending, { kind: "doubt", error, refused: false, reading: null }, AT);
const overdue = reduceRefund(pending, { kind: "deadline" }, AT);

const word = (says: RefundWord["word"], amount: number | null = null, message: string | null = null): RefundEvent => ({
  kind: "bill",
  word: { kind: "word", word: says, raw: says, minor: amount === null ? null : minor(amount), message },
});
const after = (row: RefundRow, event: RefundEvent): RefundRow => reduceRefund(row, event, LATER);

/** What the bank answered, and what becomes of it: state, the error's code, and the refund's own number at the bank. */
type Cell = readonly [answer: string, event: RefundEvent, state: string, code: string | null, bankId: string | null];

describe("state machines 3.7, sending: the answer to generate/refund", () => {
  it.each<Cell>([
    ["a number of its own", { kind: "pending", bankId: "16", taken: false }, "pending", null, "16"],
    [
      "the purchase's own number (Q-63)",
      { kind: "pending", bankId: "77", taken: false },
      "needs_review",
      "refund_lost",
      null,
    ],
    [
      "a number that is another's (Q-63)",
      { kind: "pending", bankId: "16", taken: true },
      "needs_review",
      "refund_lost",
      null,
    ],
    [
      "lost, or unclear (Q-65)",
      { kind: "doubt", error, refused: false, reading: null },
      "needs_review",
      "refund_lost",
      null,
    ],
    [
      "a no that cannot be borne out",
      { kind: "doubt", error, refused: true, reading: null },
      "needs_review",
      "refund_lost",
      null,
    ],
    ["a definite no", { kind: "unsent", error, operations: [] }, "failed", "malformed_answer", null],
    ["none: the program was started anew (Q-65)", { kind: "restart" }, "needs_review", "refund_lost", null],
  ])("%s", (_, event, state, code, bankId) => {
    const row = after(sending, event);
    expect([row.state, row.error?.code ?? null, row.bankId]).toEqual([state, code, bankId]);
    expect(row.settled).toBe(state === "failed");
    expect(row.detail.history.at(-1)).toMatchObject({ at: LATER, state });
  });

  it("what the bank said with its doubt is kept for the person", () => {
    expect(lost.error).toMatchObject({ bankMessage: "нет", incident: "K7" });
  });
});

describe("state machines 3.7, pending: the status of the refund's own bill", () => {
  it.each<readonly [string, RefundEvent, string, string | null]>([
    ["NEW", word("pending"), "pending", null],
    ["NEW that names any amount", word("pending", X + 1), "pending", null],
    ["PAID with its amount", word("refunded", X), "refunded", null],
    ["PAID without an amount", word("refunded"), "pending", null],
    ["PAID with another amount", word("refunded", X - 1), "needs_review", "amount_mismatch"],
    ["REJECTED", word("rejected", null, "Карта закрыта"), "failed", "refund_rejected"],
    ["REJECTED with its amount", word("rejected", X), "failed", "refund_rejected"],
    ["REJECTED with another amount", word("rejected", X + 1), "needs_review", "amount_mismatch"],
    ["t_end", { kind: "deadline" }, "needs_review", "refund_lost"],
    ["a restart", { kind: "restart" }, "pending", null],
    ["a figure of somebody's", { kind: "reading", minor: minor(400_000), last: true }, "pending", null],
    ["a cancellation", { kind: "cancel" }, "pending", null],
    ["a second answer", { kind: "pending", bankId: "17", taken: false }, "pending", null],
    ["a late doubt", { kind: "doubt", error, refused: false, reading: null }, "pending", null],
  ])("%s", (_, event, state, code) => {
    const row = after(pending, event);
    expect([row.state, row.error?.code ?? null, row.bankId]).toEqual([state, code, "16"]);
    expect(row.settled).toBe(state === "refunded" || state === "failed");
    if (state === "pending") expect(row).toBe(pending);
    else expect(row.watching).toBe(false);
  });

  it("the words of the bank, and both amounts, are told", () => {
    expect(after(pending, word("rejected", null, "Карта закрыта")).error?.bankMessage).toBe("Карта закрыта");
    expect(after(pending, word("refunded", X - 1)).error?.params).toEqual({
      asked: formatMoney(minor(X)),
      named: formatMoney(minor(X - 1)),
    });
    expect(after(pending, word("refunded", X)).detail.evidence).toBe("answer");
  });

  it("put away it stays put away, unless the bank rejects it", () => {
    const away = after(pending, { kind: "dismiss" });
    expect([away.state, away.detail.dismissed]).toEqual(["pending", true]);
    expect(after(away, word("refunded", X)).detail.dismissed).toBe(true);
    expect(after(away, word("rejected")).detail.dismissed).toBe(false);
  });
});

describe("state machines 3.7, needs_review: the same bill, asked once more", () => {
  const other = after(pending, word("refunded", X - 1));
  it.each<readonly [string, RefundRow, RefundEvent, string, string | null]>([
    ["overdue, then NEW", overdue, word("pending"), "needs_review", "refund_lost"],
    ["overdue, then PAID", overdue, word("refunded", X), "refunded", null],
    ["overdue, then REJECTED", overdue, word("rejected"), "failed", "refund_rejected"],
    ["overdue, then another amount", overdue, word("refunded", X - 1), "needs_review", "amount_mismatch"],
    ["another amount, then the same again", other, word("refunded", X - 1), "needs_review", "amount_mismatch"],
    ["another amount, then the right one", other, word("refunded", X), "refunded", null],
    [
      "no number of its own (Q-63, Q-65): no word is about it",
      lost,
      word("refunded", X),
      "needs_review",
      "refund_lost",
    ],
    [
      "a figure proves nothing (Q-65)",
      lost,
      { kind: "reading", minor: minor(400_000), last: true },
      "needs_review",
      "refund_lost",
    ],
    ["a restart", lost, { kind: "restart" }, "needs_review", "refund_lost"],
  ])("%s", (_, row, event, state, code) => {
    const next = after(row, event);
    expect([next.state, next.error?.code ?? null]).toEqual([state, code]);
  });

  it("the same word twice is written down once", () => {
    expect(after(other, word("refunded", X - 1))).toBe(other);
  });

  it("can be asked about only under its own number", () => {
    expect([pending, overdue, other, lost, sending].map(hasOpenBill)).toEqual([true, true, true, false, false]);
    expect(hasOpenBill(after(pending, word("refunded", X)))).toBe(false);
  });
});

describe("state machines 3.7: how often", () => {
  it("every 3 s in the first minute, then every 10 s", () => {
    const over = BILL_WATCH;
    expect([0, 59_999, 60_000, 60_001, 1_200_000].map((mono) => billMs(over, mono))).toEqual([
      3_000, 3_000, 3_000, 10_000, 10_000,
    ]);
  });
});
