import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor, type Minor } from "../../contract/money.ts";
import { REFUND_STATES, type Outcome, type RefundState } from "../../contract/states.ts";
import type { RefundWord } from "../../main/core/bank.ts";
import { isGone } from "../../main/core/doubt.ts";
import { isHeld, isTreated, reduceRefund, type Intent, type RefundEvent } from "../../main/core/refund-reduce.ts";
import type { RefundRow } from "../../main/core/refund.ts";
import { newRefund } from "../support/refund-rows.ts";
import { AT } from "../support/rows.ts";

/** The contract's words: what each state may become. A state may always stay what it is. */
const MAY_BECOME: Record<RefundState, readonly RefundState[]> = {
  creating: ["awaiting_scan", "sending", "failed", "cancelled"],
  awaiting_scan: ["choosing", "expired", "cancelled", "failed"],
  choosing: ["sending", "expired", "cancelled"],
  sending: ["refunded", "pending", "choosing", "failed", "in_doubt", "not_executed", "needs_review"],
  pending: ["refunded", "failed", "needs_review"],
  refunded: [],
  recorded: [],
  failed: [],
  expired: [],
  cancelled: [],
  in_doubt: ["refunded", "not_executed", "needs_review", "sending"],
  not_executed: ["in_doubt", "refunded", "needs_review"],
  needs_review: ["refunded", "not_executed", "failed"],
};
/** These say that no money went back. */
const NOTHING_WENT: readonly RefundState[] = ["failed", "expired", "cancelled", "choosing", "not_executed"];

const A0 = 500_000;
const X = 100_000;
const figure: fc.Arbitrary<Minor> = fc.constantFrom(A0, A0, A0, A0, A0 - X, A0 - 30_000, A0 - 2 * X).map(minor);
const error = appError("bank_refused");
const intent: Intent = {
  purchaseId: "77",
  purchaseKey: "kaspi|test|77",
  purchaseMinor: minor(A0),
  purchaseAt: AT,
  paymentId: null,
  saleNumber: null,
  minor: minor(X),
  by: null,
};
const other: Intent = { ...intent, minor: minor(X + 1) };
const word = (says: RefundWord["word"], amount: number | null): RefundEvent => ({
  kind: "bill",
  word: { kind: "word", word: says, raw: says, minor: amount === null ? null : minor(amount), message: null },
});
const code = {
  kind: "created",
  bankReturnId: "9",
  payload: "1",
  pollMs: 5_000,
  scanMs: 180_000,
  expiresAt: null,
} as const;

const sent = (a0: Minor | null, ours: boolean): RefundEvent => ({ kind: "send", intent, a0, ours });
const decision = (outcome: Outcome): RefundEvent => ({
  kind: "resolved",
  resolution: { outcome, by: "Болат", reason: "because", at: AT },
});
/** `ours`: the bank has no figure; it is one kind of bank or the other for a whole refund. */
const eventOf = (ours: boolean): fc.Arbitrary<RefundEvent> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom<RefundEvent>({ kind: "code", answer: code }, { kind: "identified" }) },
    { weight: 3, arbitrary: fc.constant<RefundEvent>({ kind: "purchases", purchases: [] }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<RefundEvent>(
        { kind: "refused", error },
        { kind: "codeLost", error },
        { kind: "over" },
        { kind: "deadline" },
        { kind: "cancel" },
        { kind: "dismiss" },
        { kind: "restart" },
        { kind: "stopped", error, a0: null },
        decision("treatedAsRefunded"),
        decision("treatedAsNotRefunded"),
      ),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("held" as const),
        intent: fc.constantFrom(intent, other),
        until: fc.constant(AT),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("send" as const),
        intent: fc.constantFrom(intent, intent, other),
        a0: fc.constantFrom(A0, A0, A0, A0 - X).map(minor),
        ours: fc.constant(ours),
      }),
    },
    {
      weight: ours ? 12 : 1,
      arbitrary: fc.constantFrom<RefundEvent>(
        { kind: "pending", bankId: "16", taken: false },
        { kind: "pending", bankId: "16", taken: false },
        { kind: "pending", bankId: "16", taken: true },
        { kind: "pending", bankId: "77", taken: false },
        word("pending", null),
        word("pending", X + 1),
        word("refunded", X),
        word("refunded", null),
        word("refunded", X + 1),
        word("rejected", X),
        word("rejected", null),
        word("rejected", X + 1),
        { kind: "deadline" },
      ),
    },
    { weight: 1, arbitrary: fc.constant<RefundEvent>({ kind: "done", bankId: "15" }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant("heard" as const),
        error: fc.constant(error),
        reading: fc.option(figure),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom<RefundEvent>({ kind: "unsent", error, operations: [] }, { kind: "giveUp" }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("doubt" as const),
        error: fc.constant(error),
        refused: fc.boolean(),
        reading: fc.option(figure),
      }),
    },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("reading" as const), minor: figure, last: fc.boolean() }) },
  );

interface Step {
  readonly before: RefundRow;
  readonly event: RefundEvent;
  readonly after: RefundRow;
}

const run = (way: "till" | "customer", events: readonly RefundEvent[]): Step[] => {
  let row = newRefund(way === "till" ? {} : { minor: null, purchaseKey: null }, { way });
  return events.map((given, index) => {
    const before = row;
    row = reduceRefund(before, given, AT + index);
    return { before, event: given, after: row };
  });
};
const ways = fc.constantFrom("till", "customer" as const);
const histories = fc
  .constantFrom(true, false, false)
  .chain((ours) =>
    fc.tuple(ours ? fc.constant("till" as const) : ways, fc.array(eventOf(ours), { minLength: 20, maxLength: 60 })),
  );
const always = (check: (step: Step) => void, numRuns = 400): void =>
  fc.assert(
    fc.property(histories, ([way, events]) => run(way, events).forEach(check)),
    { numRuns, seed: 7 },
  );

describe("any history of a refund", () => {
  it("changes its state only as the contract says, and writes down each change", () => {
    const reached = new Set<string>();
    always(({ before, event: given, after }) => {
      if (before.state === after.state) return;
      reached.add(`${before.state} > ${after.state}`);
      expect(MAY_BECOME[before.state], `${before.state} > ${after.state} by ${given.kind}`).toContain(after.state);
      expect(after.detail.history.at(-1)?.state).toBe(after.state);
      expect(after.detail.history.length).toBe(before.detail.history.length + 1);
    }, 1_500);
    const legal = REFUND_STATES.flatMap((from) => MAY_BECOME[from].map((to) => `${from} > ${to}`));
    expect([...reached].toSorted()).toEqual(legal.toSorted());
  });

  it("never says that nothing went back of what was sent without the bank's figure or its no with an unmoved figure", () => {
    always(({ before, event: given, after }) => {
      const sent = ["sending", "pending", "in_doubt", "needs_review"].includes(before.state);
      if (!sent || after.state === before.state || !NOTHING_WENT.includes(after.state)) return;
      if (given.kind === "unsent") return;
      if (given.kind === "bill") return expect([before.minor, null]).toContain(given.word.minor);
      // Held: it had been not executed already, and was not sent again.
      if (given.kind === "stopped") return expect(before.detail.heldUntil).not.toBeNull();
      expect(given).toMatchObject({ kind: "reading", minor: before.a0, last: true });
      expect(after.detail.readings.every((reading) => reading.minor === before.a0)).toBe(true);
      expect(after.detail.retryRefused).toBeNull();
    });
  });

  it("without a figure of the bank is never in doubt and never not executed: its own bill decides, or a person (Q-65)", () => {
    always(({ before, event: given, after }) => {
      if (!after.detail.ours) return;
      expect(["in_doubt", "not_executed"]).not.toContain(after.state);
      if (before.detail.ours && before.state === "needs_review" && after.state !== before.state) {
        expect(given.kind).toBe("bill");
        expect(before.bankId).toBe("16");
      }
      if (after.state === "pending") expect(after.bankId).toBe("16");
    });
  });

  it("is refunded only by the bank's answer, its word about the refund's own bill with that very amount, or by its figure fallen by exactly the amount", () => {
    always(({ before, event: given, after }) => {
      if (after.state !== "refunded" || before.state === "refunded") return;
      if (given.kind === "done") {
        expect(before.state).toBe("sending");
        expect(after).toMatchObject({ bankId: "15", detail: { evidence: "answer" } });
        return;
      }
      if (given.kind === "bill") {
        expect(given.word).toMatchObject({ word: "refunded", minor: before.minor });
        expect(after).toMatchObject({ bankId: "16", detail: { evidence: "answer" } });
        return;
      }
      const gone = (before.a0 ?? 0) - (before.minor ?? 0);
      expect(given).toMatchObject(given.kind === "heard" ? { reading: gone } : { kind: "reading", minor: gone });
      expect(after.detail.evidence).toBe("balance");
      const figures: number[] = [before.a0 ?? 0, (before.a0 ?? 0) - (before.minor ?? 0)];
      expect(after.detail.readings.every((reading) => figures.includes(reading.minor))).toBe(true);
    });
  });

  it("is sent once, and once more for each time a person asked for it", () => {
    fc.assert(
      fc.property(histories, ([way, events]) => {
        const steps = run(way, events);
        const asked = steps.filter(
          ({ before, event: given, after }) =>
            before !== after &&
            ((given.kind === "held" && before.state === "not_executed") ||
              (given.kind === "unsent" && after.state === "choosing")),
        ).length;
        const last = steps.at(-1)?.after;
        expect(last?.detail.sends).toBeLessThanOrEqual(1 + asked);
        const left = steps.filter(({ before, after }) => after.detail.sends > before.detail.sends);
        expect(left.every(({ after }) => after.state === "sending")).toBe(true);
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  it("what it was sent with never changes: amount, purchase and the figure before", () => {
    always(({ before, after }) => {
      if (["creating", "awaiting_scan", "choosing"].includes(before.state)) return;
      expect([after.minor, after.purchaseKey, after.paymentId, after.a0]).toEqual([
        before.minor,
        before.purchaseKey,
        before.paymentId,
        before.a0,
      ]);
      expect(after.detail.purchaseId).toBe(before.detail.purchaseId);
    });
  });

  it("settled it is over, but for a later figure and a person who tries again", () => {
    always(({ before, event: given, after }) => {
      if (!before.settled || before.state === after.state) return;
      if (isTreated(before)) return expect(["reading", "bill", "giveUp"]).toContain(given.kind);
      expect(before.state).toBe("not_executed");
      expect(["reading", "held"]).toContain(given.kind);
    });
  });

  it("settled and undecided are told apart, and a code is on show only while it can be scanned", () => {
    const settled: readonly RefundState[] = ["refunded", "failed", "expired", "cancelled", "not_executed"];
    always(({ after }) => {
      const isClosed = isTreated(after) && after.detail.disputedAt === null;
      expect(after.settled).toBe(settled.includes(after.state) || isClosed);
      if (after.state !== "awaiting_scan") expect(after.detail.payload).toBeNull();
      if (after.state !== "choosing") expect(after.detail.operations).toEqual([]);
      if (after.detail.heldUntil !== null) expect(["creating", "choosing", "in_doubt"]).toContain(after.state);
    });
  });

  it("a person decides only what nobody knows, changes no state by it, and is told of the opposite", () => {
    const seen = new Set<string>();
    const check = ({ before, event: given, after }: Step): void => {
      if (given.kind === "resolved") {
        const isOpen = before.detail.disputedAt !== null || (before.resolution === null && isUnknown(before));
        expect(after !== before).toBe(isOpen && !isHeld(before));
        expect(after.state).toBe(before.state);
        if (after !== before) expect(after).toMatchObject({ settled: true, resolution: { by: "Болат" } });
        return;
      }
      // Only a person who tries it again takes his decision back.
      if (before.resolution !== null && after.resolution === null) return expect(given.kind).toBe("held");
      expect(after.resolution).toBe(before.resolution);
      const outcome = after.resolution?.outcome;
      if (outcome === undefined) return expect(after.detail.disputedAt).toBeNull();
      if (after.state !== before.state && after.state !== "needs_review") {
        const opposite = (after.state === "refunded") !== (outcome === "treatedAsRefunded");
        expect(after.detail.disputedAt !== null, `${outcome}: ${after.state}`).toBe(opposite);
        seen.add(`${outcome}: ${after.state}`);
      }
      // What a person says went back is never sent once more.
      if (isGone(before)) expect(after.detail.sends).toBe(before.detail.sends);
    };
    const undecided = fc
      .constantFrom(true, false)
      .chain((ours) =>
        fc.tuple(
          fc.constant<RefundEvent[]>(
            ours
              ? [sent(null, ours), { kind: "pending", bankId: "16", taken: false }, { kind: "deadline" }]
              : [sent(minor(A0), ours), { kind: "doubt", error, refused: false, reading: null }],
          ),
          fc.constantFrom(decision("treatedAsRefunded"), decision("treatedAsNotRefunded")),
          fc.array(eventOf(ours), { minLength: 5, maxLength: 30 }),
        ),
      );
    fc.assert(
      fc.property(undecided, ([first, decided, rest]) => run("till", [...first, decided, ...rest]).forEach(check)),
      { numRuns: 500, seed: 7 },
    );
    expect([...seen].toSorted()).toEqual([
      "treatedAsNotRefunded: failed",
      "treatedAsNotRefunded: not_executed",
      "treatedAsNotRefunded: refunded",
      "treatedAsRefunded: failed",
      "treatedAsRefunded: not_executed",
      "treatedAsRefunded: refunded",
    ]);
  });
});

const isUnknown = ({ state }: RefundRow): boolean => state === "in_doubt" || state === "needs_review";
