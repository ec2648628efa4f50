import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import { isOpen, type PaymentState } from "../../contract/states.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { DAY, isAskedByTimer, reduce, type PaymentEvent } from "../../main/core/reduce.ts";
import { AT, created, invoiced, newRow, says } from "../support/rows.ts";

/** The contract's table: what each state may become. A state may always stay what it is. */
const MAY_BECOME: Record<PaymentState, readonly PaymentState[]> = {
  creating: ["awaiting_scan", "awaiting_payment", "cancelled", "failed", "in_doubt", "needs_review"],
  awaiting_scan: ["awaiting_confirmation", "paid", "declined", "expired", "cancelled", "in_doubt", "needs_review"],
  awaiting_confirmation: ["paid", "declined", "expired", "cancelled", "in_doubt", "needs_review"],
  awaiting_3ds: [],
  authorized: [],
  awaiting_payment: ["paid", "declined", "cancelled", "needs_review"],
  paid: [],
  verified: [],
  released: [],
  declined: ["paid", "needs_review"],
  expired: ["paid", "needs_review"],
  cancelled: ["paid", "needs_review"],
  failed: [],
  in_doubt: ["paid", "declined", "expired", "needs_review"],
  needs_review: ["paid", "declined"],
};

const words = fc.constantFrom("created", "scanned", "held", "paid", "declined" as const);
const event: fc.Arbitrary<PaymentEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<PaymentEvent>({ kind: "created", answer: created }) },
  { weight: 1, arbitrary: fc.constant<PaymentEvent>({ kind: "refused", error: appError("wrong_amount") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("unanswered" as const),
      danger: fc.constantFrom("safe", "harmless", "resolvable", "dangerous" as const),
      left: fc.boolean(),
      error: fc.constant(appError("answer_lost")),
    }),
  },
  { weight: 10, arbitrary: words.map((word): PaymentEvent => says(word)) },
  { weight: 1, arbitrary: fc.constant<PaymentEvent>(says("declined", { unsure: true, raw: "QrTokenDiscarded" })) },
  { weight: 1, arbitrary: fc.constant<PaymentEvent>(says("paid", { minor: minor(1) })) },
  { weight: 3, arbitrary: fc.constantFrom<PaymentEvent>({ kind: "silence" }, { kind: "notFound" }) },
  { weight: 3, arbitrary: fc.constantFrom<PaymentEvent>({ kind: "deadline" }, { kind: "dead" }) },
  { weight: 1, arbitrary: fc.constantFrom<PaymentEvent>({ kind: "watchEnd" }, { kind: "restart", danger: null }) },
  { weight: 2, arbitrary: fc.constantFrom<PaymentEvent>({ kind: "cancel" }, { kind: "dismiss" }) },
);

/** What can happen to an invoice: its creation is dangerous, and the bank may be asked to take it back. */
const invoiceEvent: fc.Arbitrary<PaymentEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<PaymentEvent>({ kind: "invoiced", answer: invoiced }) },
  { weight: 1, arbitrary: fc.constant<PaymentEvent>({ kind: "refused", error: appError("wrong_amount") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("unanswered" as const),
      danger: fc.constant("dangerous" as const),
      left: fc.boolean(),
      error: fc.constant(appError("answer_lost")),
    }),
  },
  { weight: 4, arbitrary: words.map((word): PaymentEvent => says(word)) },
  { weight: 1, arbitrary: fc.constant<PaymentEvent>(says("declined", { raw: "RemotePaymentCanceled" })) },
  { weight: 1, arbitrary: fc.constant<PaymentEvent>(says("declined", { unsure: true, raw: "RemotePaymentExpired" })) },
  { weight: 1, arbitrary: fc.constant<PaymentEvent>(says("paid", { minor: minor(1) })) },
  { weight: 2, arbitrary: fc.constantFrom<PaymentEvent>({ kind: "silence" }, { kind: "notFound" }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<PaymentEvent>(
      { kind: "takeBack" },
      { kind: "takeBackLost" },
      { kind: "takeBackRefused", error: appError("purchase_not_found") },
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom<PaymentEvent>({ kind: "deadline" }, { kind: "dead" }, { kind: "watchEnd" }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<PaymentEvent>(
      { kind: "cancel" },
      { kind: "dismiss" },
      { kind: "refunded", minor: 100 },
      { kind: "restart", danger: "dangerous" },
    ),
  },
);

const label = (e: PaymentEvent): string =>
  e.kind === "word" ? `${e.word.unsure ? "unsure-" : ""}${e.word.word}` : e.kind;

describe("any sequence of events", () => {
  const seen = new Set<string>();

  it("keeps the promises of the contract at every step", () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 40 }), (events) => {
        let row = newRow();
        events.forEach((e, index) => {
          const next = reduce(row, e, AT + index * 1000);
          seen.add(`${row.state} × ${label(e)}`);
          checkStep(row, e, next);
          row = next;
        });
      }),
      { numRuns: 5_000, seed: 20261122 },
    );
  });

  it("was tried with every event in every state of a Kaspi payment", () => {
    const states: PaymentState[] = [
      "creating",
      "awaiting_scan",
      "awaiting_confirmation",
      "paid",
      "declined",
      "expired",
      "cancelled",
      "failed",
      "in_doubt",
      "needs_review",
    ];
    const kinds = [
      "created",
      "refused",
      "unanswered",
      "scanned",
      "held",
      "paid",
      "declined",
      "unsure-declined",
      "silence",
      "notFound",
      "deadline",
      "dead",
      "watchEnd",
      "restart",
      "cancel",
      "dismiss",
    ];
    const missing = states
      .flatMap((state) => kinds.map((kind) => `${state} × ${kind}`))
      .filter((cell) => !seen.has(cell));
    expect(missing).toEqual([]);
  });
});

describe("any sequence of events of an invoice", () => {
  const seen = new Set<string>();

  it("keeps the promises of the contract at every step", () => {
    fc.assert(
      fc.property(fc.array(invoiceEvent, { minLength: 1, maxLength: 30 }), (events) => {
        let row = newRow({ method: "invoice" });
        events.forEach((e, index) => {
          const next = reduce(row, e, AT + index * 1000);
          seen.add(`${row.state} × ${label(e)}`);
          checkStep(row, e, next);
          checkInvoice(row, e, next);
          row = next;
        });
      }),
      { numRuns: 2_000, seed: 20261122 },
    );
  });

  it("was tried with every event in every state of an invoice", () => {
    const states: PaymentState[] = [
      "creating",
      "awaiting_payment",
      "paid",
      "declined",
      "cancelled",
      "failed",
      "needs_review",
    ];
    const kinds = [
      "invoiced",
      "refused",
      "unanswered",
      "created",
      "scanned",
      "held",
      "paid",
      "declined",
      "unsure-declined",
      "silence",
      "notFound",
      "takeBack",
      "takeBackLost",
      "takeBackRefused",
      "deadline",
      "dead",
      "watchEnd",
      "cancel",
      "dismiss",
      "refunded",
      "restart",
    ];
    const missing = states
      .flatMap((state) => kinds.map((kind) => `${state} × ${kind}`))
      .filter((cell) => !seen.has(cell));
    expect(missing).toEqual([]);
  });
});

function checkInvoice(before: PaymentRow, e: PaymentEvent, after: PaymentRow): void {
  const where = `${before.state} × ${label(e)} -> ${after.state}`;
  // Never by a timer, whatever happens.
  expect(isAskedByTimer(after), where).toBe(false);
  expect(after.watching, where).toBe(false);
  // Only the bank's word takes an invoice back, and only a person's question brings it.
  if (after.state === "cancelled" && before.state !== "cancelled") {
    expect(e.kind, where).toBe("word");
    expect(after.settled, where).toBe(true);
  }
  if (after.state === "awaiting_payment") {
    expect(after.settled, where).toBe(false);
    expect(after.bankId, where).not.toBeNull();
    expect(after.detail.payableUntil, where).toBe(AT + DAY);
  }
  if (before.state === "creating" && after.state === "needs_review")
    expect(after.error?.code, where).toBe("invoice_lost");
}

function checkStep(before: PaymentRow, e: PaymentEvent, after: PaymentRow): void {
  const where = `${before.state} × ${label(e)} -> ${after.state}`;
  if (after.state !== before.state) expect(MAY_BECOME[before.state], where).toContain(after.state);
  // Only the bank's word makes paid or declined.
  if (after.state !== before.state && (after.state === "paid" || after.state === "declined"))
    expect(e.kind, where).toBe("word");
  if (after.state === "paid" && before.state !== "paid") {
    const gone = before.parked || ["expired", "cancelled", "declined", "needs_review"].includes(before.state);
    expect(after.late, where).toBe(gone);
  }
  // Never failed once a token was shown: somebody may have paid it.
  if (before.bankId !== null) expect(after.state === "failed", where).toBe(before.state === "failed");
  expect(after.minor, where).toBe(before.minor);
  expect(after.id, where).toBe(before.id);
  if (before.bankId !== null) expect(after.bankId, where).toBe(before.bankId);
  if (after.settled) expect(after.watching, where).toBe(false);
  if (["paid", "declined", "failed"].includes(after.state)) expect(after.settled, where).toBe(true);
  if (["creating", "awaiting_scan", "awaiting_confirmation", "in_doubt", "needs_review"].includes(after.state))
    expect(after.settled, where).toBe(false);
  // Nothing unfinished that the bank knows is ever left unasked, unless it waits for a person.
  if (!after.settled && after.bankId !== null && after.state !== "needs_review" && after.method !== "invoice")
    expect(isAskedByTimer(after), where).toBe(true);
  if (isOpen(after)) expect(after.parked, where).toBe(false);
  expect(after.detail.history.length, where).toBeGreaterThanOrEqual(before.detail.history.length);
  if (after.state !== before.state) expect(after.detail.history.at(-1)?.state, where).toBe(after.state);
}
