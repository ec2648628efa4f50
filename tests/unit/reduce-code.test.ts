/** A payment at a bank that takes a number of ours, can be told of a refusal, and promises no end of a code (Halyk QR). */
import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { PaymentState } from "../../contract/states.ts";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import type { Created, Word } from "../../main/core/bank.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { DAY, isSought, owesRefusal, reduce, type PaymentEvent } from "../../main/core/reduce.ts";
import { AT, created, newRow, says } from "../support/rows.ts";

const LIFE = 21 * 60_000;
const code: Created = { ...created, bankId: "77", lifeMs: LIFE };
const token: PaymentEvent = { kind: "created", answer: code };
const error = appError("answer_lost", { incident: "abc" });
const lost: PaymentEvent = { kind: "lost", again: true, error, refused: false };
const deadline: PaymentEvent = { kind: "deadline" };
const silence: PaymentEvent = { kind: "silence" };
const cancel: PaymentEvent = { kind: "cancel" };
const dead: PaymentEvent = { kind: "dead" };
const refusing: PaymentEvent = { kind: "refusing", waited: false };
const found = (word: Word = says("created").word): PaymentEvent => ({
  kind: "found",
  answer: { kind: "found", created: code, word },
});

const begun = (): PaymentRow => newRow({ provider: "halykQr" }, { invoiceId: "12345678000001" });
function after(...events: PaymentEvent[]): PaymentRow {
  return events.reduce((row, event, index) => reduce(row, event, AT + (index + 1) * 1000), begun());
}
const causes = (row: PaymentRow): string[] => row.detail.history.map(({ cause }) => cause);

// ---- state machines 3.6: what was read, in each state ----

const READ = ["NEW", "SCANNED", "BLOCKED", "AUTH", "PAID", "REJECTED", "unknown", "malformed"] as const;
type Read = (typeof READ)[number];

/** The bank's body as its own reader understands it, and what the runner makes of that. */
function read(row: PaymentRow, what: Read): PaymentEvent {
  const status = what === "unknown" ? "LOANED" : what;
  const amount = what === "PAID" || what === "REJECTED" ? '"5000.00"' : "null";
  const text = what === "malformed" ? '{"status"' : `{"status":"${status}","amount":${amount},"errDescription":null}`;
  const profile = {
    id: "halyk-1",
    provider: "halykQr",
    environment: "test",
    scheme: null,
    url: "https://bank.test",
    bin: null,
    tradePoint: null,
    device: "92059431",
    options: {},
  } as const;
  const answer = halykQr.status({ profile, secrets: {}, requestId: "r" }, row).read({ status: 200, headers: {}, text });
  return answer.kind === "word" ? { kind: "word", word: answer } : silence;
}

const STATES = {
  awaiting_scan: after(token),
  awaiting_confirmation: after(token, says("scanned")),
  paid: after(token, says("scanned"), says("paid")),
  declined: after(token, says("scanned"), says("declined", { raw: "REJECTED" })),
} satisfies Partial<Record<PaymentState, PaymentRow>>;

/** `alert`: the state stays, and the contradiction is recorded. */
const TABLE: Record<keyof typeof STATES, Record<Read, PaymentState | "stay" | "alert">> = {
  awaiting_scan: {
    NEW: "stay",
    SCANNED: "awaiting_confirmation",
    BLOCKED: "awaiting_confirmation",
    AUTH: "awaiting_confirmation",
    PAID: "paid",
    REJECTED: "declined",
    unknown: "stay",
    malformed: "stay",
  },
  awaiting_confirmation: {
    NEW: "stay",
    SCANNED: "stay",
    BLOCKED: "stay",
    AUTH: "stay",
    PAID: "paid",
    REJECTED: "declined",
    unknown: "stay",
    malformed: "stay",
  },
  paid: {
    NEW: "alert",
    SCANNED: "alert",
    BLOCKED: "alert",
    AUTH: "alert",
    PAID: "stay",
    REJECTED: "alert",
    unknown: "stay",
    malformed: "stay",
  },
  declined: {
    NEW: "alert",
    SCANNED: "alert",
    BLOCKED: "alert",
    AUTH: "alert",
    PAID: "paid",
    REJECTED: "stay",
    unknown: "stay",
    malformed: "stay",
  },
};

const CELLS = (Object.keys(STATES) as (keyof typeof STATES)[]).flatMap((state) =>
  READ.map((what) => [state, what, TABLE[state][what]] as const),
);

describe("state machines 3.6: each status in each state; AUTH and BLOCKED are no success (Q-62)", () => {
  it.each(CELLS)("%s × %s: %s", (state, what, becomes) => {
    const before = STATES[state];
    const event = read(before, what);
    const row = reduce(before, event, AT + 60_000);
    const known = causes(before).length;
    if (becomes === "stay") {
      expect(row).toMatchObject({ state, settled: before.settled, late: before.late });
      expect(causes(row)).toHaveLength(known);
      return;
    }
    if (becomes === "alert") {
      expect(row).toMatchObject({ state, settled: true, late: before.late, error: before.error });
      expect(causes(row).slice(known)).toEqual([`bank-contradicts:${what}`]);
      expect(reduce(row, event, AT + 120_000)).toBe(row);
      return;
    }
    expect(row).toMatchObject({
      state: becomes,
      settled: becomes !== "awaiting_confirmation",
      late: state === "declined",
    });
  });
  it("money held, however often it is said, is never a success (Q-62)", () => {
    const held = Array.from({ length: 50 }, () => says("held"));
    expect(after(token, ...held)).toMatchObject({ state: "awaiting_confirmation", settled: false });
    expect(after(token, ...held, says("declined"))).toMatchObject({ state: "declined" });
  });
});

describe("a creation whose answer was lost (Q-65)", () => {
  it("is looked for, and stays what it was until something is known", () => {
    const row = after(lost);
    expect(row).toMatchObject({
      state: "creating",
      settled: false,
      error: null,
      detail: { lostAt: AT + 1000, createTries: 1 },
    });
    expect(isSought(row)).toBe(true);
    expect(isSought(after(token))).toBe(false);
    expect(after(lost, lost).detail.lostAt).toBe(AT + 1000);
  });
  it("found: shown, then what the bank says of it", () => {
    expect(after(lost, found())).toMatchObject({
      state: "awaiting_scan",
      bankId: "77",
      detail: { payload: code.payload },
    });
    expect(after(lost, found(says("scanned").word))).toMatchObject({ state: "awaiting_confirmation" });
    expect(after(lost, found(says("declined").word))).toMatchObject({ state: "declined", settled: true });
    expect(after(lost, found(says("paid").word))).toMatchObject({ state: "paid", late: false });
  });
  it("found after a code would no longer be shown: over, watched, and the bank is to be told", () => {
    const late = reduce(after(lost), found(), AT + code.windows.scanMs);
    expect(late).toMatchObject({ state: "expired", watching: true, settled: false, detail: { payload: null } });
    expect(owesRefusal(late, false)).toBe(true);
    expect(reduce(after(lost), found(says("paid").word), AT + DAY)).toMatchObject({ state: "paid", late: true });
  });
  it("may be sent once more, unless it was given up or was left by a dead process", () => {
    const again: PaymentEvent = { kind: "again" };
    expect(after(lost, again).detail.createTries).toBe(2);
    for (const row of [after(lost, again), after(lost, cancel), after({ ...lost, again: false }), begun()])
      expect(reduce(row, again, AT)).toBe(row);
  });
  it("nothing found: failed, or settled if it was given up; what is foreign waits for a person", () => {
    const unfound: PaymentEvent = { kind: "unfound", error };
    expect(after(lost, unfound)).toMatchObject({ state: "failed", settled: true, error });
    expect(after(lost, cancel, unfound)).toMatchObject({ state: "cancelled", settled: true });
    const foreign: PaymentEvent = { kind: "foreign", error: appError("foreign_answer") };
    for (const row of [after(lost, foreign), after(lost, cancel, foreign)])
      expect(row).toMatchObject({ state: "needs_review", settled: false, watching: false, bankId: null });
    for (const event of [unfound, foreign, lost, found()])
      expect(reduce(after(token), event, AT)).toEqual(after(token));
  });
});

describe("a refusal", () => {
  const tries = (row: PaymentRow): number => row.detail.refusal?.tries ?? 0;
  const over = (row: PaymentRow, waited = false): boolean => owesRefusal(row, waited);

  it("is owed once nobody waits any more, and not before", () => {
    expect(over(after(token))).toBe(false);
    expect(over(after(token, says("scanned")))).toBe(false);
    expect(over(after(token, cancel))).toBe(true);
    expect(over(after(token, says("held"), cancel))).toBe(true);
    expect(over(after(cancel))).toBe(false);
    expect(over(after(cancel, token))).toBe(true);
    expect(over(after(token, deadline, says("created")))).toBe(true);
    expect(over(after(token, says("scanned"), deadline, says("scanned")))).toBe(true);
  });
  it("waits for the question about the deadline, but not for an answer that does not come", () => {
    expect(over(after(token, deadline))).toBe(false);
    expect(over(after(token, deadline), true)).toBe(true);
    expect(over(after(token, deadline, silence))).toBe(true);
    expect(over(after(token, deadline, says("scanned")), true)).toBe(false);
    expect(over(after(token, says("scanned"), deadline, silence), true)).toBe(false);
    expect(over(after(token, deadline, silence, silence, silence))).toBe(true);
  });
  it("is told five times at most, and not again once it was heard; what never left does not count", () => {
    expect(tries(after(token, cancel, ...Array.from({ length: 9 }, () => refusing)))).toBe(5);
    expect(tries(after(token, cancel, refusing, { kind: "refusalHeard" }, refusing))).toBe(1);
    expect(tries(after(token, cancel, refusing, { kind: "refusalUnheard" }, refusing))).toBe(2);
    expect(tries(after(token, cancel, refusing, { kind: "refusalUnsent" }, refusing))).toBe(1);
  });
  it("not when the bank has said paid in any way, nor when it is over", () => {
    expect(tries(after(token, { kind: "claimed" }, cancel, refusing))).toBe(0);
    expect(tries(after(token, cancel, says("declined"), refusing))).toBe(0);
    expect(tries(after(token, cancel, says("paid"), refusing))).toBe(0);
    expect(tries(after(token, cancel, { kind: "watchEnd" }, refusing))).toBe(0);
  });
  it("changes no state, whatever it comes to", () => {
    for (const end of ["refusalHeard", "refusalUnheard", "refusalUnsent"] as const)
      expect(after(token, cancel, refusing, { kind: end })).toMatchObject({
        state: "cancelled",
        settled: false,
        watching: true,
      });
  });
});

describe("what cannot be believed", () => {
  it("a claim is silence: three after the deadline make a doubt, and none makes a success (Q-53)", () => {
    const claimed: PaymentEvent = { kind: "claimed" };
    expect(after(token, claimed)).toMatchObject({ state: "awaiting_scan", detail: { claimed: true } });
    expect(after(token, deadline, claimed, claimed)).toMatchObject({ state: "awaiting_scan" });
    expect(after(token, deadline, claimed, claimed, claimed)).toMatchObject({ state: "in_doubt" });
    expect(after(token, claimed, says("paid"))).toMatchObject({ state: "paid" });
  });
  it("another sum: both are named (Q-55)", () => {
    const row = after(token, says("paid", { minor: minor(500_001) }));
    expect(row).toMatchObject({ state: "needs_review", settled: false, error: { code: "amount_mismatch" } });
    const digits = Object.entries(row.error?.params ?? {}).map(([name, text]) => [
      name,
      text.replaceAll(/[^\d,]/g, ""),
    ]);
    expect(Object.fromEntries(digits)).toEqual({ asked: "5000", named: "5000,01" });
  });
});

describe("a code whose end the bank does not promise (Q-60)", () => {
  it("lives as long as the bank lets it, and is not called dead afterwards", () => {
    expect(after(token).detail).toMatchObject({ deadAt: AT + 1000 + LIFE, undying: true });
    expect(after({ kind: "created", answer: created }).detail).toMatchObject({ undying: false });
    expect(after(token, cancel, dead, says("created"))).toMatchObject({
      state: "cancelled",
      settled: false,
      watching: true,
    });
    expect(after(token, cancel, dead, says("created"), { kind: "watchEnd" })).toMatchObject({ state: "needs_review" });
    expect(after(token, cancel, dead, says("declined"))).toMatchObject({ state: "cancelled", settled: true });
  });
});

describe("the bank's words beside its word", () => {
  const facts = { reference: "R", fee: 1, bonus: null, card: null, lines: [] };
  it("the reason of a no, and the facts of a success alone", () => {
    expect(after(token, says("declined", { message: "Нет денег" })).error?.bankMessage).toBe("Нет денег");
    expect(after(token, says("declined")).error?.bankMessage).toBeNull();
    expect(after(token, says("paid", { facts })).detail.facts).toEqual(facts);
    expect(after(token, says("declined", { facts })).detail.facts).toBeNull();
    expect(after(token, says("paid", { facts, minor: minor(1) })).detail.facts).toBeNull();
  });
  it("a warning stands as long as the code is shown (Q-58)", () => {
    const warned: PaymentEvent = { kind: "created", answer: { ...code, warning: appError("qr_mismatch") } };
    expect(after(warned).error?.code).toBe("qr_mismatch");
    expect(after(warned, deadline).error?.code).toBe("qr_mismatch");
    expect(after(cancel, warned).error).toBeNull();
    for (const events of [
      [says("scanned")],
      [cancel],
      [deadline, says("created")],
      [says("paid")],
      [deadline, silence, silence, silence],
    ])
      expect(after(warned, ...events).error).toBeNull();
  });
});
