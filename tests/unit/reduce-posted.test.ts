/** A payment that the till posts to the bank with the payer's card or token: state machines 3.8 to 3.10. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import { isOpen, POSTED_METHODS, type PaymentState } from "../../contract/states.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import {
  CONTRADICTION,
  DAY,
  deadlineOf,
  isAskedAtStart,
  isAskedByTimer,
  isParkable,
  owesRefusal,
  reduce,
  type PaymentEvent,
} from "../../main/core/reduce.ts";
import { LAG, SESSION } from "../../main/core/reduce-posted.ts";
import { AT, challenged, created, invoiced, newRow, posted, says } from "../support/rows.ts";

const MINUTE = 60_000;
const lostError = appError("bank_undecided", { incident: "abc" });
const noError = appError("insufficient_funds", { bankCode: "484" });
const settings = appError("terminal_refused", { bankCode: "104" });

/** The events by name; those of other payments mean nothing here. */
const EVENTS = {
  posted: { kind: "posted", answer: posted },
  challenged: { kind: "challenged", answer: challenged },
  no: { kind: "declined", error: noError },
  refused: { kind: "refused", error: appError("bad_request") },
  lost: { kind: "unanswered", danger: "resolvable", left: true, error: lostError },
  unsent: { kind: "unanswered", danger: "resolvable", left: false, error: appError("bank_unreachable") },
  confirming: { kind: "confirming" },
  confirmLost: { kind: "confirmLost", error: lostError },
  mismatch: { kind: "pageOver", end: "mismatch", error: appError("bank_page_failed") },
  deadline: { kind: "deadline" },
  cancel: { kind: "cancel" },
  restart: { kind: "restart", danger: "resolvable" },
  restartUnsent: { kind: "restart", danger: null },
  PAID: says("paid"),
  PAID_other: says("paid", { minor: minor(1) }),
  AUTH: says("authorized"),
  RELEASED: says("released"),
  VERIFIED: says("verified"),
  DECLINED: says("declined", { error: noError }),
  PENDING: says("pending"),
  UNPROVEN: says("unproven"),
  notFound: { kind: "notFound" },
  claimed: { kind: "claimed" },
  silence: { kind: "silence" },
  complaint: { kind: "misconfigured", error: settings },
  dead: { kind: "dead" },
  watchEnd: { kind: "watchEnd" },
  capture: { kind: "operating", operation: "capture" },
  captureNo: { kind: "operationRefused", error: appError("operation_refused") },
  captureLost: { kind: "operationLost", error: appError("capture_unconfirmed") },
} as const satisfies Record<string, PaymentEvent>;
type EventName = keyof typeof EVENTS;

const IGNORED: readonly PaymentEvent[] = [
  { kind: "created", answer: created },
  { kind: "invoiced", answer: invoiced },
  { kind: "lost", again: true, error: lostError, refused: false },
  { kind: "found", answer: { kind: "found", created, word: says("paid").word } },
  { kind: "unfound", error: lostError },
  { kind: "foreign", error: lostError },
  { kind: "again" },
  { kind: "refusing", waited: true },
  { kind: "refusalHeard" },
  { kind: "refusalUnheard" },
  { kind: "refusalUnsent" },
  { kind: "takeBack" },
  { kind: "takeBackRefused", error: lostError },
  { kind: "takeBackLost" },
];

const begun = (change: Partial<PaymentRow> = {}): PaymentRow =>
  newRow({ provider: "epay", method: "card", ...change }, { invoiceId: "000000000123456" });

function follow(row: PaymentRow, ...names: (EventName | PaymentEvent)[]): PaymentRow {
  return names.reduce(
    (now, name, index) => reduce(now, typeof name === "string" ? EVENTS[name] : name, AT + (index + 1) * 1000),
    row,
  );
}
const after = (...names: (EventName | PaymentEvent)[]): PaymentRow => follow(begun(), ...names);
const causes = (row: PaymentRow): string[] => row.detail.history.map(({ cause }) => cause);

const STATES = {
  creating: after(),
  givenUp: after("cancel"),
  asked: after("posted"),
  overdue: after("posted", "deadline"),
  page: after("challenged"),
  over: after("challenged", "deadline"),
  mismatched: after("challenged", "mismatch"),
  confirmed: after("challenged", "confirming"),
  doubt: after("lost"),
  overdueDoubt: after("lost", "deadline"),
  gone: after("challenged", "cancel", "UNPROVEN"),
  goneDead: after("challenged", "cancel", "UNPROVEN", "dead"),
  expired: after("challenged", "deadline", "PENDING"),
  noProof: after("challenged", "mismatch", "UNPROVEN"),
  givenUpAsked: after("cancel", "posted", "dead"),
  givenUpLost: after("cancel", "lost", "dead", "notFound"),
  review: after("posted", "deadline", "PENDING"),
  reviewLost: after("lost", "deadline", "notFound", "dead", "notFound"),
  reviewDead: after("posted", "deadline", "PENDING", "dead"),
  reviewConfirmed: after("challenged", "confirming", "deadline", "UNPROVEN", "dead"),
  reviewOther: after("posted", "PAID_other"),
  authorized: after("posted", "AUTH"),
  capturing: after("posted", "AUTH", "capture"),
  paid: after("posted", "PAID"),
  released: after("posted", "AUTH", "RELEASED"),
  declined: after("posted", "DECLINED"),
  closed: after("challenged", "cancel", "UNPROVEN", "DECLINED"),
  failed: after("unsent"),
  neverReached: after("lost", "deadline", "notFound", "dead", "notFound", "notFound"),
} satisfies Record<string, PaymentRow>;
type StateName = keyof typeof STATES;

// ---- every state with every event ----

const LETTERS = {
  creating: "K",
  awaiting_3ds: "S",
  awaiting_confirmation: "W",
  in_doubt: "D",
  needs_review: "R",
  authorized: "A",
  paid: "P",
  verified: "V",
  released: "Z",
  declined: "N",
  expired: "X",
  cancelled: "C",
  failed: "F",
  awaiting_scan: "?",
  awaiting_payment: "?",
} as const satisfies Record<PaymentState, string>;

/** A state's letter; `!` settled, `~` asked about further on, `+` a late success. */
function code({ state, settled, watching, late }: PaymentRow): string {
  return `${LETTERS[state]}${settled ? "!" : ""}${watching ? "~" : ""}${late ? "+" : ""}`;
}

/** What each state is, and what the events make of it; those that are not named leave it what it is. */
const TABLE: Record<StateName, readonly [is: string, becomes: string]> = {
  creating: [
    "K",
    "posted W, challenged S, no N!, refused F!, lost D~, unsent F!, cancel C~, restart D~, restartUnsent F!",
  ],
  givenUp: ["C~", "no C!, refused C!, unsent C!, restartUnsent C!, watchEnd R"],
  asked: ["W", "PAID P!, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!"],
  overdue: [
    "W",
    "PAID P!, PAID_other R, AUTH A, RELEASED Z!, VERIFIED R~, DECLINED N!, PENDING R~, UNPROVEN R~, notFound R~, complaint R~",
  ],
  page: ["S", "confirming W, PAID P!, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!"],
  over: [
    "S",
    "PAID P!, PAID_other R, AUTH A, RELEASED Z!, VERIFIED X~, DECLINED N!, PENDING X~, UNPROVEN X~, notFound X~, complaint D~",
  ],
  mismatched: [
    "S",
    "PAID P!, PAID_other R, AUTH A, RELEASED Z!, VERIFIED N~, DECLINED N!, PENDING N~, UNPROVEN N~, notFound N~, complaint D~",
  ],
  confirmed: ["W", "no N!, confirmLost D~, PAID P!, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!"],
  doubt: ["D~", "PAID P!, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!, watchEnd R"],
  overdueDoubt: [
    "D~",
    "PAID P!, PAID_other R, AUTH A, RELEASED Z!, VERIFIED R~, DECLINED N!, PENDING R~, UNPROVEN R~, notFound R~, complaint R~, watchEnd R",
  ],
  gone: ["C~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED C!, watchEnd R"],
  goneDead: [
    "C~",
    "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, VERIFIED C!, DECLINED C!, PENDING C!, UNPROVEN C!, notFound C!, watchEnd R",
  ],
  expired: ["X~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED X!, watchEnd R"],
  noProof: ["N~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!, watchEnd R"],
  givenUpAsked: ["C~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED C!, UNPROVEN C!, watchEnd R"],
  givenUpLost: ["C~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED C!, UNPROVEN C!, notFound C!, watchEnd R"],
  review: ["R~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!, watchEnd R"],
  reviewLost: ["R~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!, UNPROVEN N!, notFound F!, watchEnd R"],
  reviewDead: ["R~", "PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!, UNPROVEN N!, watchEnd R"],
  reviewConfirmed: ["R~", "no N!, PAID P!+, PAID_other R, AUTH A, RELEASED Z!, DECLINED N!, watchEnd R"],
  reviewOther: ["R", "PAID P!+, AUTH A, RELEASED Z!, DECLINED N!"],
  authorized: ["A", "PAID P!, PAID_other R, RELEASED Z!, DECLINED N!"],
  capturing: ["A", "PAID P!, PAID_other R, RELEASED Z!, DECLINED N!"],
  paid: ["P!", ""],
  released: ["Z!", ""],
  declined: ["N!", "PAID P!+, PAID_other R"],
  closed: ["C!", "PAID P!+, PAID_other R"],
  failed: ["F!", ""],
  neverReached: ["F!", ""],
};

const NAMES = Object.keys(EVENTS) as EventName[];
const CELLS = (Object.keys(STATES) as StateName[]).flatMap((state) => {
  const [is, becomes] = TABLE[state];
  const named = new Map(becomes === "" ? [] : becomes.split(", ").map((cell) => cell.split(" ") as [string, string]));
  return NAMES.map((event) => [state, event, named.get(event) ?? is] as const);
});

describe("each event in each state", () => {
  it.each(Object.keys(STATES) as StateName[])("%s is what the table says", (state) => {
    expect(code(STATES[state])).toBe(TABLE[state][0]);
  });
  it.each(CELLS)("%s × %s: %s", (state, event, becomes) => {
    const row = reduce(STATES[state], EVENTS[event], AT + MINUTE);
    expect(code(row)).toBe(becomes);
    // A second time it changes no more than what was counted.
    if (row.settled) expect(code(reduce(row, EVENTS[event], AT + 2 * MINUTE))).toBe(becomes);
  });
  it.each(Object.keys(STATES) as StateName[])("%s: what belongs to other payments means nothing", (state) => {
    for (const event of IGNORED) expect(reduce(STATES[state], event, AT + MINUTE)).toBe(STATES[state]);
    expect(owesRefusal(STATES[state], true)).toBe(false);
  });
  it.each(POSTED_METHODS)("%s lives this life, and no other method does", (method) => {
    expect(follow(begun({ method }), "posted").state).toBe("awaiting_confirmation");
    for (const other of ["qr", "link", "invoice"])
      for (const event of ["posted", "challenged", "no", "confirming", "mismatch", "complaint", "capture"] as const)
        expect(reduce(begun({ method: other }), EVENTS[event], AT)).toEqual(begun({ method: other }));
  });
});

describe("a post", () => {
  it("that the bank took is asked about by our own number, for as long as its session may last", () => {
    expect(STATES.asked).toMatchObject({
      bankId: "000000000123456",
      detail: {
        posted: "answered",
        postedAt: AT,
        confirmDeadline: AT + SESSION,
        deadAt: AT + 1000 + LAG,
        operationId: posted.operationId,
      },
    });
    expect(isAskedByTimer(STATES.asked)).toBe(true);
    expect(deadlineOf(STATES.asked)).toBe("confirm");
  });
  it("whose answer was lost is in doubt at once, and asked about by the same number (Q-80)", () => {
    expect(STATES.doubt).toMatchObject({
      state: "in_doubt",
      bankId: "000000000123456",
      error: lostError,
      detail: { posted: "lost", postedAt: AT, confirmDeadline: AT + SESSION, createTries: 1, lostAt: null },
    });
    expect([isAskedByTimer(STATES.doubt), deadlineOf(STATES.doubt)]).toEqual([true, "confirm"]);
  });
  it("that a dead process left behind is given two minutes at least", () => {
    const late = reduce(begun(), EVENTS.restart, AT + DAY);
    expect(late).toMatchObject({ state: "in_doubt", detail: { confirmDeadline: AT + DAY + 2 * MINUTE } });
    expect(late.detail.createTries).toBe(1);
  });
  it("with the bank's definite no is declined with its code", () => {
    expect(after("no")).toMatchObject({ state: "declined", settled: true, error: noError });
    expect(after("no")).toMatchObject({ bankId: "000000000123456" });
  });
  it("given up before the answer is watched as what it turns out to be", () => {
    expect(after("cancel", "posted")).toMatchObject({ state: "cancelled", bankId: posted.bankId, settled: false });
    expect(after("cancel", "posted", "dead", "PENDING")).toMatchObject({ settled: false });
    expect(after("cancel", "challenged")).toMatchObject({ state: "cancelled", detail: { pageEnd: "cancelled" } });
    expect(after("cancel", "challenged", "dead", "UNPROVEN")).toMatchObject({ state: "cancelled", settled: true });
    expect(isAskedByTimer(after("cancel", "posted"))).toBe(true);
    expect(isAskedByTimer(after("cancel"))).toBe(false);
  });
});

describe("the bank's page", () => {
  it("is the payer's alone: nobody is asked by timer, and his time is the bank's", () => {
    expect(STATES.page).toMatchObject({ detail: { confirmDeadline: AT + 1000 + 600_000, pageEnd: null } });
    expect([isAskedByTimer(STATES.page), deadlineOf(STATES.page)]).toEqual([false, "confirm"]);
    expect(JSON.stringify(STATES.page)).not.toMatch(/acs\.test|PaReq|"mark"/);
  });
  it("is over once: closed, out of time, of another payment, or gone with the process; then the bank is asked", () => {
    const ends = { cancel: "cancelled", deadline: "timeout", mismatch: "mismatch", restart: "restart" } as const;
    for (const [event, pageEnd] of Object.entries(ends)) {
      const row = after("challenged", event as EventName);
      expect(row).toMatchObject({ state: "awaiting_3ds", settled: false, detail: { pageEnd, overdue: true } });
      expect([isAskedByTimer(row), deadlineOf(row)]).toEqual([true, null]);
      for (const late of ["confirming", "cancel", "deadline", "mismatch", "posted", "no", "confirmLost"] as const)
        expect(reduce(row, EVENTS[late], AT + MINUTE)).toBe(row);
    }
  });
  it.each([
    ["cancel", "cancelled", null],
    ["deadline", "expired", "threeds_unfinished"],
    ["restart", "expired", "threeds_unfinished"],
    ["mismatch", "declined", "bank_page_failed"],
  ] as const)("%s and nothing confirmed: %s, watched until the hour is over", (event, state, error) => {
    for (const word of ["PENDING", "UNPROVEN", "notFound"] as const) {
      const row = after("challenged", event, word);
      expect(row).toMatchObject({ state, settled: false, watching: true });
      expect(row.error?.code ?? null).toBe(error);
      expect(isAskedByTimer(row)).toBe(true);
      expect(isOpen(row)).toBe(false);
      expect(follow(row, word, "dead")).toMatchObject({ state, settled: false });
      const over = follow(row, "dead", word);
      expect(over).toMatchObject({ state, settled: true, watching: false });
      expect(over.error?.code ?? null).toBe(error);
    }
  });
  it("what was paid there all the same is believed", () => {
    expect(after("challenged", "cancel", "PAID")).toMatchObject({ state: "paid", late: false });
    expect(after("challenged", "cancel", "UNPROVEN", "PAID")).toMatchObject({ state: "paid", late: true });
    expect(after("challenged", "mismatch", "UNPROVEN", "dead", "UNPROVEN", "PAID")).toMatchObject({ late: true });
  });
  it("silence after its end makes a doubt, and what is heard then is its end all the same", () => {
    const silent = after("challenged", "mismatch", "silence", "silence", "silence");
    expect(silent).toMatchObject({ state: "in_doubt", error: { code: "bank_page_failed" } });
    expect(silent.detail.confirmDeadline).toBe(AT + SESSION);
    expect(follow(silent, "UNPROVEN")).toMatchObject({ state: "declined", settled: false, watching: true });
    const review = follow(silent, "deadline", "silence", "silence", "silence");
    expect(review).toMatchObject({ state: "needs_review", watching: true });
    expect(follow(review, "UNPROVEN")).toMatchObject({ state: "needs_review", watching: true });
    expect(follow(review, "dead", "notFound")).toMatchObject({
      state: "declined",
      settled: true,
      error: { code: "bank_page_failed" },
    });
    expect(follow(after("challenged", "cancel", "silence", "silence", "silence"), "PENDING")).toMatchObject({
      state: "cancelled",
      error: null,
    });
  });
  it("what came back is sent on once; from then on only the bank's word counts", () => {
    expect(STATES.confirmed.detail).toMatchObject({ confirmed: true, confirmDeadline: AT + SESSION });
    const late = reduce(STATES.page, EVENTS.confirming, AT + SESSION);
    expect(late.detail.confirmDeadline).toBe(AT + SESSION + 2 * MINUTE);
    expect(after("challenged", "confirming", "confirming")).toEqual(STATES.confirmed);
    for (const word of ["UNPROVEN", "PENDING", "notFound"] as const) {
      expect(follow(STATES.confirmed, "dead", word, word, word)).toMatchObject({ state: "awaiting_confirmation" });
      expect(follow(STATES.confirmed, "deadline", word, "dead", word, word)).toMatchObject({ state: "needs_review" });
    }
    expect(follow(STATES.confirmed, "confirmLost", "PAID")).toMatchObject({ state: "paid", late: false });
    const other: PaymentEvent = { kind: "posted", answer: { ...posted, operationId: "another" } };
    expect(follow(STATES.confirmed, other).detail.operationId).toBe("another");
  });
});

describe("undecided", () => {
  it("after the bank's own session a person is called, and the bank is asked further on", () => {
    expect(STATES.review).toMatchObject({ error: { code: "bank_undecided" } });
    expect(STATES.review.detail.watchUntil).toBe(AT + 3000 + DAY);
    expect([isAskedByTimer(STATES.review), isOpen(STATES.review)]).toEqual([true, false]);
    expect(follow(STATES.review, "watchEnd")).toMatchObject({ watching: false, error: { code: "watch_ended" } });
    expect(follow(STATES.overdue, "silence", "silence")).toMatchObject({ state: "awaiting_confirmation" });
    expect(follow(STATES.overdue, "silence", "silence", "silence")).toMatchObject({ state: "needs_review" });
    expect(after("lost", "silence", "silence", "silence", "silence")).toMatchObject({ state: "in_doubt" });
  });
  it("102 is lag, however often, until an hour is over (Q-83)", () => {
    const often = Array.from({ length: 99 }, () => "notFound" as const);
    expect(after("lost", ...often)).toMatchObject({ state: "in_doubt" });
    expect(after("lost", "deadline", ...often)).toMatchObject({ state: "needs_review", settled: false });
    expect(after("lost", "deadline", ...often, "dead", "notFound")).toMatchObject({ state: "needs_review" });
    expect(after("lost", "deadline", ...often, "dead", "notFound", "notFound")).toMatchObject({
      state: "failed",
      settled: true,
      error: { code: "never_reached" },
    });
  });
  it("3D is a no an hour after the post, unless something was sent on from the bank's page (state machines 3.8)", () => {
    const row = follow(STATES.review, "dead", "PENDING", "UNPROVEN");
    expect(row).toMatchObject({ state: "declined", settled: true, error: { code: "threeds_unfinished" } });
    expect(follow(row, "PAID")).toMatchObject({ state: "paid", late: true });
    expect(follow(STATES.reviewConfirmed, "UNPROVEN")).toMatchObject({ state: "needs_review", settled: false });
  });
  it("102 makes it failed only where the bank has never shown that it has it", () => {
    const two = ["deadline", "dead", "notFound", "notFound", "notFound"] as const;
    for (const known of ["PENDING", "UNPROVEN", "claimed"] as const)
      expect(after("lost", known, ...two)).toMatchObject({ state: "needs_review", settled: false });
    expect(after("posted", ...two)).toMatchObject({ state: "needs_review", settled: false });
    expect(after("lost", "dead", "notFound", "restart", "notFound")).toMatchObject({ state: "in_doubt" });
    expect(after("lost", "dead", "notFound", "PENDING", "notFound")).toMatchObject({ state: "in_doubt" });
  });
  it("a no outside the document is believed when it is said twice (101, Q-34)", () => {
    const unsure = says("declined", { unsure: true, raw: "101" });
    expect(after("lost", unsure)).toMatchObject({ state: "in_doubt" });
    expect(after("lost", unsure, "PENDING", unsure)).toMatchObject({ state: "in_doubt" });
    expect(after("lost", unsure, unsure)).toMatchObject({ state: "declined", settled: true });
  });
});

describe("the bank complains of our settings (104, 106, 109)", () => {
  it("the payment is asked about no more by timer, and any usable word lifts that", () => {
    const row = after("posted", "complaint");
    expect(row).toMatchObject({ state: "awaiting_confirmation", settled: false, error: settings });
    expect([isAskedByTimer(row), isAskedAtStart(row), deadlineOf(row)]).toEqual([false, true, "confirm"]);
    for (const word of ["PENDING", "notFound"] as const) {
      expect(follow(row, word)).toMatchObject({ error: null, detail: { paused: false } });
      expect(follow(after("lost", "complaint"), word)).toMatchObject({ error: { code: "bank_undecided" } });
    }
    expect(follow(row, "silence")).toMatchObject({ error: settings, detail: { paused: true } });
    expect(follow(row, "PAID")).toMatchObject({ state: "paid", error: null, detail: { paused: false } });
  });
  it("no open question is held by it: the deadline calls a person, the end of a page makes a doubt", () => {
    expect(after("posted", "complaint", "deadline")).toMatchObject({
      state: "needs_review",
      watching: true,
      error: settings,
    });
    expect(after("posted", "deadline", "complaint")).toMatchObject({ state: "needs_review", error: settings });
    const page = after("challenged", "cancel", "complaint");
    expect(page).toMatchObject({ state: "in_doubt", error: settings, detail: { paused: true } });
    expect(isParkable(page)).toBe(true);
    expect(follow(page, "UNPROVEN")).toMatchObject({ state: "cancelled", error: null });
  });
  it("on an open page it is forgotten as soon as the page is over", () => {
    const row = after("challenged", "complaint");
    expect(row).toMatchObject({ state: "awaiting_3ds", error: settings });
    expect(follow(row, "confirming")).toMatchObject({ error: null, detail: { paused: false } });
    expect(isAskedByTimer(follow(row, "cancel"))).toBe(true);
  });
  it("takes the place of no better reason", () => {
    expect(follow(STATES.noProof, "complaint").error?.code).toBe("bank_page_failed");
    expect(follow(STATES.reviewOther, "complaint").error?.code).toBe("amount_mismatch");
    expect(follow(STATES.capturing, "captureLost", "complaint", "AUTH").error?.code).toBe("capture_unconfirmed");
  });
});

describe("held money (DMS)", () => {
  it("is no end and no success: asked about at each start and on request", () => {
    expect(STATES.authorized).toMatchObject({ settled: false, watching: false, error: null });
    expect([isOpen(STATES.authorized), isAskedByTimer(STATES.authorized)]).toEqual([false, false]);
    expect([isAskedAtStart(STATES.authorized), deadlineOf(STATES.authorized)]).toEqual([true, null]);
    expect(after("posted", says("authorized", { minor: minor(1) }))).toMatchObject({ state: "needs_review" });
  });
  it("is taken or given back by the bank's word alone, and not asked for twice meanwhile", () => {
    expect(STATES.capturing.detail.operation).toBe("capture");
    expect(follow(STATES.capturing, "capture")).toBe(STATES.capturing);
    expect(follow(STATES.capturing, { kind: "operating", operation: "release" })).toBe(STATES.capturing);
    expect(follow(STATES.capturing, "PAID")).toMatchObject({ state: "paid", late: false, detail: { operation: null } });
    expect(follow(STATES.capturing, "captureNo")).toMatchObject({
      state: "authorized",
      error: { code: "operation_refused" },
      detail: { operation: null },
    });
    const lost = follow(STATES.capturing, "captureLost", "AUTH");
    expect(lost).toMatchObject({ error: { code: "capture_unconfirmed" }, detail: { operation: "capture" } });
  });
  it("an operation that a dead process left behind is unconfirmed", () => {
    expect(follow(STATES.capturing, "restartUnsent").error?.code).toBe("capture_unconfirmed");
    const releasing = follow(STATES.authorized, { kind: "operating", operation: "release" });
    expect(follow(releasing, "restart").error?.code).toBe("void_unconfirmed");
  });
  it("less than was held: exactly that, and what was not taken went back", () => {
    const part = follow(STATES.authorized, { kind: "operating", operation: "capture", minor: minor(300_000) });
    const paid = follow(part, says("paid", { minor: minor(300_000) }));
    expect(paid).toMatchObject({ state: "paid", detail: { refundedMinor: 200_000 } });
    expect(follow(part, says("paid", { minor: part.minor }))).toMatchObject({ detail: { refundedMinor: 200_000 } });
    expect(follow(part, says("paid", { minor: minor(300_001) }))).toMatchObject({ state: "needs_review" });
    expect(follow(part, "captureNo", says("paid", { minor: minor(300_000) }))).toMatchObject({ state: "needs_review" });
  });
});

describe("the bank's words beside its word", () => {
  it("a card check is passed only where one was asked for; elsewhere that word is none", () => {
    const check = begun({ method: "cardVerification", kind: "verification", minor: minor(0), currency: "USD" });
    expect(follow(check, "posted", "VERIFIED")).toMatchObject({ state: "verified", settled: true, late: false });
    expect(follow(check, "challenged", "cancel", "VERIFIED")).toMatchObject({ state: "verified" });
    expect(causes(follow(check, "posted", "VERIFIED", "PAID")).at(-1)).toBe("bank-contradicts:paid");
  });
  it("our handle of a kept card, with what may be shown of it", () => {
    const kept: PaymentEvent = { ...says("paid"), cardId: "card_1" };
    const card = { id: null, mask: "440043******1234", type: "VISA" };
    const row = newRow({ method: "card" }, { invoiceId: "1", card });
    expect(follow(row, "posted", kept).detail.card).toEqual({ ...card, id: "card_1" });
    const facts = { reference: null, fee: null, bonus: null, card: { mask: "5169…", type: "MC" }, lines: [] };
    const told: PaymentEvent = { ...says("paid", { facts, operationId: "op" }), cardId: "card_1" };
    expect(follow(row, "posted", told).detail).toMatchObject({
      card: { id: "card_1", mask: "5169…", type: "MC" },
      facts,
      operationId: "op",
    });
  });
  it("what went back of it grows, and never shrinks", () => {
    const half = says("paid", { refunded: minor(250_000) });
    expect(after("posted", half).detail.refundedMinor).toBe(250_000);
    expect(follow(STATES.paid, half, "PAID").detail.refundedMinor).toBe(250_000);
    const own = follow(STATES.paid, { kind: "refunded", minor: 400_000 }, half);
    expect(own).toMatchObject({ state: "paid", detail: { refundedMinor: 400_000 } });
  });
  it("the reason of a no is the code's, or the bank's own words", () => {
    expect(after("posted", "DECLINED").error).toEqual(noError);
    expect(after("posted", says("declined", { message: "Нет" })).error).toMatchObject({
      code: "declined_by_bank",
      bankMessage: "Нет",
    });
  });
  it.each(["AUTH", "RELEASED", "VERIFIED", "DECLINED", "PENDING", "UNPROVEN"] as const)(
    "%s after a final word is recorded as a contradiction, once",
    (word) => {
      const row = follow(STATES.paid, word, word);
      expect(row).toMatchObject({ state: "paid", settled: true, error: null });
      expect(causes(row).filter((cause) => cause.startsWith(CONTRADICTION))).toHaveLength(1);
    },
  );
});

// ---- random histories ----

const anyEvent = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<EventName>("posted", "challenged", "lost", "confirming", "confirmLost") },
  { weight: 1, arbitrary: fc.constantFrom<EventName>("no", "refused", "unsent", "cancel", "mismatch", "restart") },
  { weight: 4, arbitrary: fc.constantFrom<EventName>("PENDING", "UNPROVEN", "notFound", "silence") },
  { weight: 3, arbitrary: fc.constantFrom<EventName>("deadline", "dead", "complaint", "claimed") },
  { weight: 1, arbitrary: fc.constantFrom<EventName>("capture", "captureNo", "captureLost", "restartUnsent") },
  { weight: 1, arbitrary: fc.constantFrom<EventName>("PAID", "PAID_other", "AUTH", "RELEASED", "VERIFIED") },
  { weight: 1, arbitrary: fc.constantFrom<EventName>("DECLINED", "watchEnd") },
);
const begin = fc.constantFrom<EventName[]>(
  [],
  ["posted"],
  ["lost"],
  ["lost", "deadline", "dead"],
  ["challenged"],
  ["challenged", "confirming"],
  ["challenged", "cancel"],
  ["posted", "AUTH"],
);
const histories = fc.tuple(
  fc.boolean(),
  begin,
  fc.array(fc.oneof({ weight: 12, arbitrary: anyEvent }, { weight: 1, arbitrary: fc.constant("dismiss" as const) }), {
    maxLength: 30,
  }),
);
type Step = EventName | "dismiss";
const eventOf = (step: Step): PaymentEvent => (step === "dismiss" ? { kind: "dismiss" } : EVENTS[step]);

/** `failed`, from the history alone: it never left, was refused, or the bank did not know it twice after the hour. */
function mayHaveFailed(history: readonly Step[]): boolean {
  const first = history.find((step) => ANSWERS.has(step));
  if (first === "refused" || first === "unsent" || first === "restartUnsent") return true;
  if (first !== "lost" && first !== "restart") return false;
  const dead = history.indexOf("dead", history.indexOf(first));
  const known = history.slice(dead).filter((step) => step === "notFound");
  const spoke = history.some((step) => step === step.toUpperCase() || step === "PAID_other" || step === "claimed");
  return dead >= 0 && !spoke && known.length >= 2;
}
const ANSWERS: ReadonlySet<Step> = new Set<Step>([
  "posted",
  "challenged",
  "no",
  "refused",
  "lost",
  "unsent",
  "restart",
  "restartUnsent",
]);

describe("any history", () => {
  it("keeps the promises at every step", () => {
    fc.assert(
      fc.property(histories, ([verification, way, steps]) => {
        let row = begun(verification ? { kind: "verification", method: "cardVerification" } : {});
        const history: Step[] = [];
        for (const [index, step] of [...way, ...steps].entries()) {
          const next = reduce(row, eventOf(step), AT + (index + 1) * 1000);
          history.push(step);
          check(row, step, next, history);
          row = next;
        }
        endsSomewhere(row);
      }),
      { numRuns: 2_000, seed: 20261122 },
    );
  });
});

function check(row: PaymentRow, step: Step, next: PaymentRow, history: readonly Step[]): void {
  const moved = `${row.state} × ${step} → ${next.state}`;
  // It is sent once: nothing brings it back to where it is posted, and its number is ours for ever.
  if (row.state !== "creating") expect(next.state, moved).not.toBe("creating");
  expect(next.detail.createTries).toBe(1);
  if (next.bankId !== null) expect(next.bankId).toBe(row.detail.invoiceId);
  if (row.detail.confirmed) expect(next.detail.confirmed).toBe(true);
  expect(next.detail.refundedMinor).toBeGreaterThanOrEqual(row.detail.refundedMinor);
  // Final words stay.
  if (["paid", "verified", "released", "failed"].includes(row.state)) expect(next.state, moved).toBe(row.state);
  if (row.state === "declined" && row.settled && row.detail.lastWord === "declined")
    expect(["declined", "paid", "needs_review"], moved).toContain(next.state);
  if (next.state === "failed" && row.state !== "failed") expect(mayHaveFailed(history), history.join(" ")).toBe(true);
  if (next.state !== row.state && ["paid", "authorized", "released", "verified"].includes(next.state))
    expect(["PAID", "AUTH", "RELEASED", "VERIFIED"], moved).toContain(step);
  // Success is never said with a question left open.
  if (next.late) expect(next.state).toBe("paid");
  if (next.settled) expect([next.watching, isAskedByTimer(next)], moved).toEqual([false, false]);
  if (next.state === "paid") expect(next).toMatchObject({ settled: true, error: null });
  // Somebody or something goes on: the call on its way, the payer, a timer, or a person.
  if (isOpen(next) && next.state !== "creating")
    expect(isAskedByTimer(next) || deadlineOf(next) !== null, moved).toBe(true);
}

/** With nobody answering it lets go of the till; with the bank answering it comes to its end. */
function endsSomewhere(row: PaymentRow): void {
  const dead = follow(row, "restart", "deadline", "silence", "silence", "silence");
  const deaf = follow(dead, "deadline", "silence", "silence", "silence");
  expect(isOpen(deaf), deaf.state).toBe(false);
  const unconfirmed = row.bankId !== null && !row.settled && row.state !== "authorized";
  if (unconfirmed) expect(follow(row, "DECLINED").settled, row.state).toBe(true);
  const watched = follow(deaf, "watchEnd");
  expect(watched.watching).toBe(false);
}
