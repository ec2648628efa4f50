import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Bank, BankCall, OperationAnswer, Word } from "../../main/core/bank.ts";
import { createOperations } from "../../main/core/operations.ts";
import type { BankWord, PaymentDetail, PaymentRow } from "../../main/core/payment.ts";
import { HttpFailure, type CallRow } from "../../main/core/ports.ts";
import type { Providers } from "../../main/core/providers.ts";
import { reduce, type PaymentEvent } from "../../main/core/reduce.ts";
import type { Also, Live, Runner } from "../../main/core/runner.ts";
import { PROFILE } from "../support/desk.ts";
import { newRow } from "../support/rows.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

const HELD = newRow(
  { method: "card", provider: "epay", state: "authorized", bankId: "100000000000001", profileId: PROFILE.id },
  { invoiceId: "100000000000001", operationId: "op-1", posted: "answered" },
);
const HEARD: OperationAnswer = { kind: "heard" };

interface Options {
  readonly row?: PaymentRow;
  readonly on?: boolean;
  /** A bank that has no such thing at all. */
  readonly without?: boolean;
  /** What each question to the bank is told, in order; the last one holds on. null: nothing usable. */
  readonly words?: readonly (BankWord | Partial<Word> | null)[];
  readonly answer?: () => OperationAnswer | HttpFailure | Promise<OperationAnswer>;
}

function tillWith({
  row = HELD,
  on = true,
  without = false,
  words = ["authorized"],
  answer = () => HEARD,
}: Options = {}) {
  const clock = simulatedClock();
  const events: PaymentEvent[] = [];
  const lines: CallRow[] = [];
  const sent: string[] = [];
  let asked = 0;
  const live = { row, silent: false } as Live;
  const call = (name: string): BankCall<OperationAnswer> => ({
    name,
    danger: "dangerous",
    method: "POST",
    url: "https://bank.test",
    headers: {},
    body: null,
    timeoutMs: 60_000,
    canonical: name,
    read: () => HEARD,
  });
  const held: Partial<Bank> = {
    operations: () => on,
    capture: (_, __, sum) => call(`capture ${sum}`),
    release: () => call("release"),
  };
  const bank = { name: "epay", ...(without ? {} : held) } as unknown as Bank;

  async function apply(_: Live, event: PaymentEvent, more: Also = {}): Promise<boolean> {
    const before = live.row;
    events.push(event);
    live.row = reduce(before, event, clock.now());
    const isNew = live.row !== before;
    if (isNew || event.kind !== "operating") lines.push(...(more.calls ?? []));
    return isNew;
  }

  const runner: Partial<Runner> = {
    apply: async (...args) => void (await apply(...args)),
    applyIfNew: apply,
    async ask() {
      const word = words[Math.min(asked, words.length - 1)] ?? null;
      asked += 1;
      live.silent = word === null;
      if (word === null) return;
      const said = typeof word === "string" ? { word } : word;
      const whole = { kind: "word", raw: "", unsure: false, minor: null, word: "authorized", ...said } as Word;
      live.row = reduce(live.row, { kind: "word", word: whole }, clock.now());
    },
    async commit({ calls = [] }) {
      lines.push(...calls);
      return { head: 1, seqs: {} };
    },
  };
  const providers = {
    bank: () => bank,
    isOffline: () => false,
    context: async () => ({ profile: PROFILE, secrets: {}, requestId: "0123456789abcdef" }),
    async send(_: unknown, { name }: BankCall<unknown>) {
      sent.push(name);
      const told = await answer();
      if (told instanceof HttpFailure) throw told;
      return told as never;
    },
  } as unknown as Providers;
  const ports = { clock, crypto: { mac: (_: string, text: string) => text, seal: () => "" } };
  return {
    clock,
    live,
    events,
    lines,
    sent,
    asked: () => asked,
    operations: createOperations(ports, providers, runner as Runner),
    outcomes: () => lines.map(({ name, outcome }) => `${name}: ${outcome}`),
  };
}

const detailOf = (change: Partial<PaymentDetail>): PaymentRow => ({ ...HELD, detail: { ...HELD.detail, ...change } });
const refusedWith = (code: string) => ({ ok: false, error: { code } });

describe("held money", () => {
  it("is taken: asked about before, journaled, sent once, and the bank's word is the end", async () => {
    const till = tillWith({ words: ["authorized", "paid"] });
    expect(await till.operations.capture(till.live, null)).toMatchObject({ ok: true, value: { state: "paid" } });
    expect(till.sent).toEqual(["capture 500000"]);
    expect(till.outcomes()).toEqual(["capture 500000: null", "capture 500000: answered"]);
    expect(till.asked()).toBe(2);
    expect(till.live.row).toMatchObject({ settled: true, error: null, detail: { refundedMinor: 0 } });
  });

  it("is given back", async () => {
    const till = tillWith({ words: ["authorized", "released"] });
    expect(await till.operations.release(till.live)).toMatchObject({ ok: true, value: { state: "released" } });
    expect(till.sent).toEqual(["release"]);
  });

  it("less of it is taken: what was left went back, whichever sum the bank names", async () => {
    for (const named of [minor(300_000), minor(500_000)]) {
      const till = tillWith({ words: ["authorized", { word: "paid", minor: named }] });
      expect(await till.operations.capture(till.live, minor(300_000))).toMatchObject({ ok: true });
      expect(till.sent).toEqual(["capture 300000"]);
      expect(till.live.row).toMatchObject({ state: "paid", minor: 500_000, detail: { refundedMinor: 200_000 } });
    }
  });

  it("more than is held is refused here", async () => {
    const till = tillWith();
    expect(await till.operations.capture(till.live, minor(500_001))).toMatchObject(refusedWith("amount_too_large"));
    expect([till.sent, till.asked()]).toEqual([[], 0]);
  });

  it("where that is done in the bank's office, the words say so; a bank without it has no office for it", async () => {
    const office = tillWith({ on: false });
    expect(await office.operations.capture(office.live, null)).toMatchObject({
      ok: false,
      error: { code: "not_supported", params: { where: "office" } },
    });
    const none = tillWith({ without: true });
    const refused = await none.operations.release(none.live);
    expect(refused).toEqual({ ok: false, error: appError("not_supported") });
  });

  it.each([
    ["paid", true, "capture", true],
    ["paid", true, "release", "already_final"],
    ["released", true, "release", true],
    ["declined", true, "capture", "already_final"],
    ["awaiting_confirmation", false, "capture", "not_finished"],
  ] as const)("a payment that is %s is not held", async (state, settled, operation, outcome) => {
    const till = tillWith({ row: { ...HELD, state, settled } });
    const told =
      operation === "capture" ? till.operations.capture(till.live, null) : till.operations.release(till.live);
    expect(await told).toMatchObject(outcome === true ? { ok: true, value: { state } } : refusedWith(outcome));
    expect(till.sent).toEqual([]);
  });

  it("what the question before finds is the end of it: nothing is sent", async () => {
    const taken = tillWith({ words: ["paid"] });
    expect(await taken.operations.capture(taken.live, null)).toMatchObject({ ok: true, value: { state: "paid" } });
    const gone = tillWith({ words: ["released"] });
    expect(await gone.operations.capture(gone.live, null)).toMatchObject(refusedWith("already_final"));
    expect([taken.sent, gone.sent]).toEqual([[], []]);
  });

  it("without an answer to that question nothing is sent", async () => {
    const till = tillWith({ words: [null] });
    expect(await till.operations.capture(till.live, null)).toMatchObject(refusedWith("bank_unavailable"));
    const paused = tillWith({
      row: { ...detailOf({ paused: true }), error: appError("terminal_refused") },
      words: [null],
    });
    expect(await paused.operations.capture(paused.live, null)).toMatchObject(refusedWith("terminal_refused"));
    expect([till.sent, paused.sent]).toEqual([[], []]);
  });

  it("an answer that says less than that it is held is none", async () => {
    for (const word of ["pending", "unproven", { word: "declined", unsure: true }] as const) {
      const till = tillWith({ row: detailOf({ lastWord: "authorized" }), words: [word] });
      expect(await till.operations.capture(till.live, null)).toMatchObject(refusedWith("bank_unavailable"));
      expect(till.sent).toEqual([]);
    }
  });

  it("the bank's clear no leaves it held, and it can be tried again", async () => {
    let no = true;
    const error = appError("operation_refused", { bankCode: "477" });
    const till = tillWith({
      words: ["authorized", "authorized", "authorized", "paid"],
      answer: () => (no ? { kind: "refused", error } : HEARD),
    });
    expect(await till.operations.capture(till.live, null)).toMatchObject({
      ok: false,
      error: { code: "operation_refused", bankCode: "477", incident: "01234567" },
    });
    expect(till.live.row).toMatchObject({
      state: "authorized",
      error: { code: "operation_refused" },
      detail: { operation: null },
    });
    no = false;
    expect(await till.operations.capture(till.live, null)).toMatchObject({ ok: true });
    expect(till.sent).toHaveLength(2);
  });

  it("what never left is no doubt", async () => {
    const till = tillWith({ answer: () => new HttpFailure("connect", "refused", "no way") });
    expect(await till.operations.release(till.live)).toMatchObject(refusedWith("bank_unreachable"));
    expect(till.live.row.detail.operation).toBeNull();
    expect(till.outcomes()).toEqual(["release: null", "release: connect"]);
  });

  it.each([
    ["lost", () => new HttpFailure("sent", "timeout", "no answer")],
    ["unreadable", () => ({ kind: "unclear", error: appError("malformed_answer") }) as const],
    ["a yes that the bank's word does not bear out", () => HEARD],
  ])("an answer that is %s: nobody knows, and nothing is sent again before 190 s", async (_, answer) => {
    const till = tillWith({ answer });
    expect(await till.operations.capture(till.live, null)).toMatchObject(refusedWith("capture_unconfirmed"));
    expect(till.live.row).toMatchObject({
      state: "authorized",
      error: { code: "capture_unconfirmed" },
      detail: { operation: "capture" },
    });
    await till.clock.advance(189_000);
    expect(await till.operations.release(till.live)).toMatchObject(refusedWith("capture_unconfirmed"));
    expect(till.sent).toHaveLength(1);
    await till.clock.advance(1_000);
    await till.operations.release(till.live);
    expect(till.sent).toEqual(["capture 500000", "release"]);
  });

  it("lost, but the bank's word bears it out", async () => {
    const till = tillWith({
      words: ["authorized", "paid"],
      answer: () => new HttpFailure("sent", "timeout", "no answer"),
    });
    expect(await till.operations.capture(till.live, null)).toMatchObject({ ok: true, value: { state: "paid" } });
    expect(till.live.row.error).toBeNull();
  });

  it("one that a dead process left behind is waited for from when it is met", async () => {
    const till = tillWith({ row: detailOf({ operation: "release" }) });
    till.clock.jump(24 * 3_600_000);
    expect(await till.operations.release(till.live)).toMatchObject(refusedWith("void_unconfirmed"));
    await till.clock.advance(190_000);
    await till.operations.release(till.live);
    expect(till.sent).toEqual(["release"]);
  });

  it("two at the same moment: one is sent", async () => {
    let tell: (answer: OperationAnswer) => void = () => undefined;
    const till = tillWith({
      words: ["authorized", "paid"],
      answer: () => new Promise<OperationAnswer>((resolve) => (tell = resolve)),
    });
    const first = till.operations.capture(till.live, null);
    expect(await till.operations.release(till.live)).toMatchObject(refusedWith("not_finished"));
    await till.clock.advance(0);
    tell(HEARD);
    expect(await first).toMatchObject({ ok: true });
    expect(till.sent).toEqual(["capture 500000"]);
  });
});
