import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import { isOpen, type Outcome, type PaymentState } from "../../contract/states.ts";
import type { Created } from "../../main/core/bank.ts";
import { doubtOf, isClosed } from "../../main/core/doubt.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { CONTRADICTION, DAY, isAskedByTimer, reduce, type PaymentEvent } from "../../main/core/reduce.ts";
import { AT, created, invoiced, newRow, says } from "../support/rows.ts";

/** The contract's table: what each state may become. A state may always stay what it is. */
const MAY_BECOME: Record<PaymentState, readonly PaymentState[]> = {
  creating: [
    "awaiting_scan",
    "awaiting_confirmation",
    "awaiting_payment",
    "paid",
    "declined",
    "expired",
    "cancelled",
    "failed",
    "in_doubt",
    "needs_review",
  ],
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

const decision = (outcome: Outcome): PaymentEvent => ({
  kind: "resolved",
  resolution: { outcome, by: "Болат", reason: "because", at: AT },
});
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
  { weight: 1, arbitrary: fc.constantFrom(decision("treatedAsPaid"), decision("treatedAsUnpaid")) },
);

const error = appError("answer_lost");
const code: Created = { ...created, lifeMs: 21 * 60_000, warning: appError("qr_mismatch") };
/** What can happen beside that at a bank that takes a number of ours, can be told of a refusal, and promises no end. */
const codeEvent: fc.Arbitrary<PaymentEvent> = fc.oneof(
  { weight: 20, arbitrary: event },
  { weight: 4, arbitrary: fc.boolean().map((again): PaymentEvent => ({ kind: "lost", again, error, refused: false })) },
  {
    weight: 4,
    arbitrary: words.map((word): PaymentEvent => ({
      kind: "found",
      answer: { kind: "found", created: code, word: says(word).word },
    })),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<PaymentEvent>(
      { kind: "unfound", error },
      { kind: "foreign", error: appError("foreign_answer") },
      { kind: "again" },
      { kind: "claimed" },
    ),
  },
  {
    weight: 8,
    arbitrary: fc.constantFrom<PaymentEvent>(
      { kind: "refusing", waited: false },
      { kind: "refusing", waited: true },
      { kind: "refusalHeard" },
      { kind: "refusalUnheard" },
      { kind: "refusalUnsent" },
    ),
  },
);

/** Ways into states that chance alone rarely finds; what follows is left to chance. */
const token: PaymentEvent = { kind: "created", answer: code };
const deadline: PaymentEvent = { kind: "deadline" };
const silence: PaymentEvent = { kind: "silence" };
const begin: fc.Arbitrary<PaymentEvent[]> = fc.constantFrom<PaymentEvent[]>(
  [],
  [token],
  [token, says("scanned")],
  [token, deadline],
  [token, deadline, says("created")],
  [token, deadline, silence, silence, silence],
  [token, { kind: "cancel" }],
  [token, { kind: "cancel" }, { kind: "watchEnd" }],
  [token, says("declined")],
  [{ kind: "cancel" }],
  [{ kind: "refused", error: appError("wrong_amount") }],
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
      decision("treatedAsUnpaid"),
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

describe("any sequence of events at a bank that takes a number of ours", () => {
  const seen = new Set<string>();

  it("keeps the promises of the contract at every step", () => {
    fc.assert(
      fc.property(begin, fc.array(codeEvent, { minLength: 1, maxLength: 16 }), fc.nat(20_000), (first, rest, step) => {
        let row = newRow({}, { invoiceId: "12345678000001" });
        [...first, ...rest].forEach((e, index) => {
          const next = reduce(row, e, AT + index * step);
          seen.add(`${row.state} × ${label(e)}`);
          checkStep(row, e, next);
          checkCode(row, e, next);
          row = next;
        });
      }),
      { numRuns: 1_500, seed: 20261122 },
    );
  });

  it("was tried with each of them in every state", () => {
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
      "lost",
      "found",
      "unfound",
      "foreign",
      "again",
      "claimed",
      "refusing",
      "refusalHeard",
      "refusalUnheard",
      "refusalUnsent",
      "scanned",
      "paid",
      "declined",
      "cancel",
      "dead",
      "watchEnd",
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

describe("any sequence of events after a person's decision", () => {
  const seen = new Set<string>();

  it("changes no state by itself, leaves the bank its later word, and tells of the opposite", () => {
    const doubt: PaymentEvent[] = [token, deadline, silence, silence, silence];
    const start = fc.constantFrom<PaymentEvent[]>(doubt, [...doubt, { kind: "watchEnd" }]);
    const outcome = fc.constantFrom<Outcome>("treatedAsPaid", "treatedAsUnpaid");
    const rest = fc.array(codeEvent, { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(start, outcome, rest, fc.boolean(), (first, decided, events, review) => {
        let row = first.reduce((so, e) => reduce(so, e, AT), newRow({}, { invoiceId: "12345678000001" }));
        if (review) row = { ...row, watching: false, state: "needs_review" };
        [decision(decided), ...events].forEach((e, index) => {
          const next = reduce(row, e, AT + index * 1000);
          checkStep(row, e, next);
          checkDecided(row, e, next);
          if (next.state !== row.state) seen.add(`${next.resolution?.outcome ?? ""}: ${next.state}`);
          row = next;
        });
      }),
      { numRuns: 1_000, seed: 20261122 },
    );
    const states = ["declined", "expired", "needs_review", "paid"];
    const all = ["treatedAsPaid", "treatedAsUnpaid"].flatMap((said) => states.map((state) => `${said}: ${state}`));
    expect([...seen].toSorted()).toEqual(all);
  });
});

function checkDecided(before: PaymentRow, e: PaymentEvent, after: PaymentRow): void {
  const said = after.resolution?.outcome;
  const where = `${said}: ${before.state} × ${label(e)} -> ${after.state}`;
  const [was, is] = [before.detail.disputedAt, after.detail.disputedAt];
  if (e.kind === "resolved") {
    expect(after !== before, where).toBe(doubtOf(before, after.updatedAt) !== null);
    expect(after.state, where).toBe(before.state);
    expect(isOpen(after), where).toBe(false);
    expect(is, where).toBeNull();
    return;
  }
  expect(after.resolution, where).toBe(before.resolution);
  // Another sum than was asked for, or the bank's no of what was treated as paid.
  const isMismatch = after.error?.code === "amount_mismatch" && before.error?.code !== "amount_mismatch";
  const isNo = said === "treatedAsPaid" && after.settled && !before.settled && after.state !== "paid" && is !== null;
  if (isMismatch || isNo) expect(is, where).toBe(after.updatedAt);
  if (said === "treatedAsPaid" && ["declined", "expired", "cancelled"].includes(after.state) && after.settled)
    expect(after.resolution !== null && (is !== null || before.settled), where).toBe(true);
  if (after.state === "paid") expect(is !== null && before.state !== "paid", where).toBe(false);
  // What is open again stays so until the bank's money or a person says otherwise.
  if (was !== null && is === null) expect(after.state, where).toBe("paid");
}

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
    expect(after.settled, where).toBe(isClosed(after));
    expect(after.bankId, where).not.toBeNull();
    expect(after.detail.payableUntil, where).toBe(AT + DAY);
  }
  if (before.state === "creating" && after.state === "needs_review")
    expect(after.error?.code, where).toBe("invoice_lost");
}

function checkCode(before: PaymentRow, e: PaymentEvent, after: PaymentRow): void {
  const where = `${before.state} × ${label(e)} -> ${after.state}`;
  const [was, is] = [before.detail, after.detail];
  const tries = is.refusal?.tries ?? 0;
  // Told five times at most, never twice once it was heard, and never of what is over, unknown, paid for or waited for.
  expect(tries, where).toBeLessThanOrEqual(5);
  if (tries > (was.refusal?.tries ?? 0)) {
    expect(e.kind, where).toBe("refusing");
    expect(before.settled || was.claimed || (was.refusal?.heard ?? false) || before.bankId === null, where).toBe(false);
    expect(["expired", "cancelled", "in_doubt", "awaiting_scan"], where).toContain(before.state);
    if (before.state === "awaiting_scan") expect(was.overdue, where).toBe(true);
  }
  if (was.claimed) expect(is.claimed, where).toBe(true);
  // Sent twice at most, and never again once there may be something to find or somebody has given it up.
  expect(is.createTries, where).toBeLessThanOrEqual(2);
  if (e.kind === "again" && is.createTries > was.createTries) {
    expect(before.state, where).toBe("creating");
    expect(was.lostAt, where).not.toBeNull();
  }
  expect(is.invoiceId, where).toBe(was.invoiceId);
  // Only a code that a customer may still have before him is shown.
  if (is.payload !== null && was.payload === null) {
    expect(before.state, where).toBe("creating");
    if (e.kind === "found") expect(after.updatedAt - after.createdAt, where).toBeLessThan(code.windows.scanMs);
  }
  if (is.undying)
    expect(
      is.history.map(({ cause }) => cause),
      where,
    ).not.toContain("dead-token");
  if (after.error?.code === "qr_mismatch") expect(after.state, where).toBe("awaiting_scan");
  if (after === before) return;
  const told = is.history.slice(was.history.length).find(({ cause }) => cause.startsWith(CONTRADICTION));
  if (told && before.resolution === null) {
    const { history: _h, disputedAt, ...rest } = is;
    const { history: _w, disputedAt: before_, ...kept } = was;
    // A person is told, unless the word comes of a reading that is behind.
    const isBehind = e.kind === "word" && ["created", "pending"].includes(e.word.word) && before.state !== "paid";
    expect(disputedAt, where).toBe(isBehind ? before_ : after.updatedAt);
    expect({ ...after, updatedAt: 0, detail: rest }, where).toEqual({ ...before, updatedAt: 0, detail: kept });
    expect(
      was.history.map(({ cause }) => cause),
      where,
    ).not.toContain(told.cause);
  }
}

function checkStep(before: PaymentRow, e: PaymentEvent, after: PaymentRow): void {
  const where = `${before.state} × ${label(e)} -> ${after.state}`;
  if (after.state !== before.state) expect(MAY_BECOME[before.state], where).toContain(after.state);
  // Only the bank's word makes paid or declined.
  if (after.state !== before.state && (after.state === "paid" || after.state === "declined"))
    expect(["word", "found"], where).toContain(e.kind);
  if (after.state === "paid" && before.state !== "paid") {
    const gone =
      before.parked ||
      ["expired", "cancelled", "declined", "needs_review"].includes(before.state) ||
      before.resolution !== null ||
      after.detail.history.at(-2)?.cause === "found-late";
    expect(after.late, where).toBe(gone);
  }
  // Never failed once a token was shown: somebody may have paid it.
  if (before.bankId !== null) expect(after.state === "failed", where).toBe(before.state === "failed");
  expect(after.minor, where).toBe(before.minor);
  expect(after.id, where).toBe(before.id);
  if (before.bankId !== null) expect(after.bankId, where).toBe(before.bankId);
  if (after.settled) expect(after.watching, where).toBe(false);
  if (["paid", "declined", "failed"].includes(after.state)) expect(after.settled, where).toBe(true);
  if (["creating", "awaiting_scan", "awaiting_confirmation", "in_doubt"].includes(after.state))
    expect(after.settled, where).toBe(false);
  if (after.state === "needs_review") expect(after.settled, where).toBe(isClosed(after));
  // Nothing unfinished that the bank knows is ever left unasked, unless it waits for a person.
  if (!after.settled && after.bankId !== null && after.state !== "needs_review" && after.method !== "invoice")
    expect(isAskedByTimer(after), where).toBe(true);
  if (isOpen(after)) expect(after.parked, where).toBe(false);
  expect(after.detail.history.length, where).toBeGreaterThanOrEqual(before.detail.history.length);
  if (after.state !== before.state) expect(after.detail.history.at(-1)?.state, where).toBe(after.state);
}
