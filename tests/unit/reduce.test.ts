import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import { PAYMENT_STATES } from "../../contract/states.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { DAY, isAskedByTimer, reduce, type PaymentEvent } from "../../main/core/reduce.ts";
import { AT, created, invoiced, newRow, says } from "../support/rows.ts";

const token: PaymentEvent = { kind: "created", answer: created };
const lost = (danger: "harmless" | "resolvable" | "dangerous", left = true): PaymentEvent => ({
  kind: "unanswered",
  danger,
  left,
  error: appError("answer_lost"),
});
const deadline: PaymentEvent = { kind: "deadline" };
const dead: PaymentEvent = { kind: "dead" };
const silence: PaymentEvent = { kind: "silence" };
const cancel: PaymentEvent = { kind: "cancel" };
const dismiss: PaymentEvent = { kind: "dismiss" };

function after(...events: PaymentEvent[]): PaymentRow {
  return events.reduce((row, event, index) => reduce(row, event, AT + (index + 1) * 1000), newRow());
}
const facts = ({ state, settled, watching, late, parked }: PaymentRow) => ({ state, settled, watching, late, parked });

describe("creation", () => {
  it("shows the token and starts the bank's scan window", () => {
    const row = after(token);
    expect(facts(row)).toEqual({ state: "awaiting_scan", settled: false, watching: false, late: false, parked: false });
    expect(row.bankId).toBe("9223372036854775807");
    expect(row.detail.scanDeadline).toBe(AT + 1000 + 180_000);
    expect(row.detail.deadAt).toBe(AT + 1000 + 180_000 + 65_000 + 30_000);
  });
  it("a refusal is failed and settled, with the bank's reason", () => {
    const row = after({ kind: "refused", error: appError("device_not_found", { bankCode: "-1501" }) });
    expect(facts(row)).toMatchObject({ state: "failed", settled: true });
    expect(row.error?.bankCode).toBe("-1501");
  });
  it("what never left is failed, and not sent again by itself", () => {
    expect(facts(after(lost("harmless", false)))).toMatchObject({ state: "failed", settled: true });
  });
  it("a harmless loss is created once more, a second loss is failed (Q-30)", () => {
    expect(after(lost("harmless"))).toMatchObject({ state: "creating", detail: { createTries: 2 } });
    expect(facts(after(lost("harmless"), lost("harmless")))).toMatchObject({ state: "failed", settled: true });
    expect(facts(after(lost("harmless"), token))).toMatchObject({ state: "awaiting_scan" });
  });
  it("a resolvable loss is in doubt, a dangerous one waits for a person", () => {
    expect(facts(after(lost("resolvable")))).toMatchObject({ state: "in_doubt", settled: false, watching: true });
    expect(facts(after(lost("dangerous")))).toMatchObject({ state: "needs_review", settled: false, watching: false });
  });
  it("a token that comes after the cancellation is never shown, but watched", () => {
    const row = after(cancel, token);
    expect(facts(row)).toMatchObject({ state: "cancelled", settled: false, watching: true });
    expect(row.detail.payload).toBeNull();
    expect(row.bankId).toBe(created.bankId);
    expect(facts(after(cancel, lost("harmless")))).toMatchObject({ state: "cancelled", settled: true });
  });
});

describe("the bank's words", () => {
  it("scanned, then paid", () => {
    const scanned = after(token, says("scanned"));
    expect(facts(scanned)).toMatchObject({ state: "awaiting_confirmation", settled: false });
    expect(scanned.detail.confirmDeadline).toBe(AT + 2000 + 65_000);
    expect(facts(after(token, says("scanned"), says("paid")))).toMatchObject({
      state: "paid",
      settled: true,
      late: false,
    });
  });
  it("scanned may be skipped (Q-35)", () => {
    expect(facts(after(token, says("paid")))).toMatchObject({ state: "paid", late: false });
    expect(facts(after(token, says("declined")))).toMatchObject({ state: "declined", settled: true });
  });
  it("a regression is ignored (Q-35)", () => {
    expect(facts(after(token, says("scanned"), says("created")))).toMatchObject({ state: "awaiting_confirmation" });
  });
  it("held money is the customer being busy, not a success", () => {
    expect(facts(after(token, says("held")))).toMatchObject({ state: "awaiting_confirmation" });
  });
  it("a no outside the document counts when it is heard twice (Q-34)", () => {
    const no = says("declined", { unsure: true, raw: "QrTokenDiscarded" });
    expect(facts(after(token, no))).toMatchObject({ state: "awaiting_scan" });
    expect(facts(after(token, no, no))).toMatchObject({ state: "declined" });
    expect(facts(after(token, no, says("created"), no))).toMatchObject({ state: "awaiting_scan" });
  });
  it("another amount than asked is never paid", () => {
    const row = after(token, says("paid", { minor: minor(500_001) }));
    expect(facts(row)).toMatchObject({ state: "needs_review", settled: false });
    expect(row.error?.code).toBe("amount_mismatch");
    expect(facts(after(token, says("paid", { minor: minor(500_000) })))).toMatchObject({ state: "paid" });
  });
  it("a success is never taken back (rule 5)", () => {
    for (const word of ["created", "scanned", "held", "declined", "paid"] as const) {
      expect(facts(after(token, says("paid"), says(word)))).toMatchObject({ state: "paid", settled: true });
    }
  });
  it("no poll that fails or finds nothing ends a sale", () => {
    const row = after(
      token,
      ...Array.from({ length: 50 }, () => silence),
      ...Array.from({ length: 50 }, (): PaymentEvent => ({ kind: "notFound" })),
    );
    expect(facts(row)).toMatchObject({ state: "awaiting_scan", settled: false });
  });
});

describe("deadlines", () => {
  it("an answer after the deadline that says not paid makes expired, still watched", () => {
    expect(facts(after(token, deadline))).toMatchObject({ state: "awaiting_scan" });
    expect(facts(after(token, deadline, says("created")))).toMatchObject({
      state: "expired",
      settled: false,
      watching: true,
    });
    expect(facts(after(token, says("scanned"), deadline, says("scanned")))).toMatchObject({
      state: "expired",
      watching: true,
    });
    expect(facts(after(token, says("scanned"), deadline, says("created")))).toMatchObject({
      state: "expired",
      watching: true,
    });
  });
  it("scanned just in time goes on to the confirmation", () => {
    const row = after(token, deadline, says("scanned"));
    expect(facts(row)).toMatchObject({ state: "awaiting_confirmation" });
    expect(row.detail.overdue).toBe(false);
  });
  it("paid just in time is paid, and not late", () => {
    expect(facts(after(token, deadline, says("paid")))).toMatchObject({ state: "paid", late: false });
  });
  it("silence: one extra poll and the next two, then in doubt, never failed", () => {
    expect(facts(after(token, deadline, silence, silence))).toMatchObject({ state: "awaiting_scan" });
    expect(facts(after(token, deadline, silence, silence, silence))).toMatchObject({
      state: "in_doubt",
      settled: false,
      watching: true,
    });
    expect(facts(after(token, deadline, { kind: "notFound" }, silence, silence))).toMatchObject({ state: "in_doubt" });
  });
  it("in doubt may become paid, declined or expired by the bank's word", () => {
    const doubt: PaymentEvent[] = [token, deadline, silence, silence, silence];
    expect(facts(after(...doubt, says("paid")))).toMatchObject({ state: "paid", late: false });
    expect(facts(after(...doubt, says("declined")))).toMatchObject({ state: "declined", settled: true });
    expect(facts(after(...doubt, says("created")))).toMatchObject({ state: "expired", watching: true });
    expect(facts(after(...doubt, says("scanned")))).toMatchObject({ state: "expired", watching: true });
  });
  it("success after expiry or cancel is paid and late (Q-27)", () => {
    expect(facts(after(token, deadline, says("created"), says("paid")))).toMatchObject({
      state: "paid",
      late: true,
      settled: true,
    });
    expect(facts(after(token, cancel, says("paid")))).toMatchObject({ state: "paid", late: true });
    expect(facts(after(token, says("declined"), says("paid")))).toMatchObject({ state: "paid", late: true });
  });
  it("the bank's no after expiry or cancel settles and leaves the state", () => {
    expect(facts(after(token, deadline, says("created"), says("declined")))).toMatchObject({
      state: "expired",
      settled: true,
      watching: false,
    });
    expect(facts(after(token, cancel, says("declined")))).toMatchObject({
      state: "cancelled",
      settled: true,
      watching: false,
    });
  });
  it("a dead token settles: an answer received after the dead moment still says created", () => {
    const expired = [token, deadline, says("created")];
    expect(facts(after(...expired, dead))).toMatchObject({ state: "expired", settled: false, watching: true });
    const settled = after(...expired, dead, says("created"));
    expect(facts(settled)).toMatchObject({ state: "expired", settled: true, watching: false });
    expect(settled.detail.askAtStart).toBe(true);
    expect(facts(after(token, cancel, dead, says("created")))).toMatchObject({ state: "cancelled", settled: true });
  });
  it("a token that was scanned is not dead by a regression", () => {
    expect(facts(after(token, says("scanned"), cancel, dead, says("created")))).toMatchObject({
      state: "cancelled",
      settled: false,
      watching: true,
    });
  });
  it("24 hours of watching without a final word wait for a person", () => {
    const row = after(token, says("scanned"), cancel, { kind: "watchEnd" });
    expect(facts(row)).toMatchObject({ state: "needs_review", settled: false, watching: false });
    expect(row.detail.watchUntil).toBe(AT + 3000 + DAY);
    expect(facts(reduce(row, says("paid"), AT))).toMatchObject({ state: "paid", late: true });
    expect(facts(reduce(row, says("declined"), AT))).toMatchObject({ state: "declined", settled: true });
  });
});

describe("parking and dismissing", () => {
  it("parks what is still watched; a success then is late", () => {
    const parked = after(token, says("scanned"), dismiss);
    expect(facts(parked)).toMatchObject({ state: "awaiting_confirmation", parked: true, watching: true });
    expect(facts(reduce(parked, says("paid"), AT))).toMatchObject({ state: "paid", late: true });
    expect(facts(after(token, deadline, silence, silence, silence, dismiss))).toMatchObject({
      state: "in_doubt",
      parked: true,
    });
    expect(facts(after(token, cancel, dismiss))).toMatchObject({ state: "cancelled", parked: true });
  });
  it("puts a result away, and is the same the second time", () => {
    const away = after(token, says("paid"), dismiss);
    expect(away).toMatchObject({ parked: false, detail: { dismissed: true } });
    expect(reduce(away, dismiss, AT)).toBe(away);
  });
});

describe("an invoice", () => {
  const sent: PaymentEvent = { kind: "invoiced", answer: invoiced };
  const takeBack: PaymentEvent = { kind: "takeBack" };
  const canceled = says("declined", { raw: "RemotePaymentCanceled" });
  const invoice = (...events: PaymentEvent[]): PaymentRow =>
    events.reduce(
      (row, event, index) => reduce(row, event, AT + (index + 1) * 1000),
      newRow({ method: "invoice", createdAt: AT }),
    );

  it("waits for its payment without a deadline of ours; it can be paid for 24 h from its creation", () => {
    const row = invoice(sent);
    expect(facts(row)).toEqual({
      state: "awaiting_payment",
      settled: false,
      watching: false,
      late: false,
      parked: false,
    });
    expect(row.detail).toMatchObject({ payableUntil: AT + DAY, watchUntil: null, deadAt: null });
    expect(facts(invoice(sent, { kind: "watchEnd" }, deadline, dead))).toMatchObject({ state: "awaiting_payment" });
  });
  it("is not asked about by a timer in any state at all (Q-33)", () => {
    for (const state of PAYMENT_STATES) {
      const row = newRow({ method: "invoice", state, bankId: "15", watching: true });
      expect(isAskedByTimer(row), state).toBe(false);
    }
  });
  it("a lost creation names the sum for the question to the customer (Q-32)", () => {
    expect(invoice(lost("dangerous")).error).toMatchObject({
      code: "invoice_lost",
      remedy: "checkBank",
      params: { sum: "5\u2009000\u00a0₸" },
    });
  });
  it("giving it up here does nothing: only the bank takes it back", () => {
    expect(invoice(cancel)).toMatchObject({ state: "creating" });
    expect(invoice(sent, cancel)).toMatchObject({ state: "awaiting_payment" });
    expect(facts(invoice(sent, takeBack))).toMatchObject({ state: "awaiting_payment", settled: false });
    expect(facts(invoice(sent, takeBack, canceled))).toMatchObject({ state: "cancelled", settled: true });
  });
  it("taken back elsewhere is cancelled too; any other no is declined unless we had asked", () => {
    expect(facts(invoice(sent, canceled))).toMatchObject({ state: "cancelled", settled: true });
    expect(facts(invoice(sent, says("declined", { raw: "Error" })))).toMatchObject({ state: "declined" });
    expect(facts(invoice(sent, takeBack, says("declined", { raw: "Error" })))).toMatchObject({ state: "cancelled" });
  });
  it("Processed always wins", () => {
    expect(facts(invoice(sent, takeBack, says("paid")))).toMatchObject({ state: "paid", late: false });
    expect(facts(invoice(sent, takeBack, canceled, says("paid")))).toMatchObject({ state: "paid", late: true });
    expect(facts(invoice(sent, says("paid"), canceled))).toMatchObject({ state: "paid", settled: true });
  });
  it("what a lost answer came to is known with the next word", () => {
    const unsure = invoice(sent, takeBack, { kind: "takeBackLost" });
    expect(unsure).toMatchObject({ error: { code: "cancel_unconfirmed" }, detail: { cancelAsked: true } });
    expect(reduce(unsure, says("created"), AT)).toMatchObject({ error: null, detail: { cancelAsked: false } });
    expect(reduce(unsure, { kind: "restart", danger: null }, AT)).toBe(unsure);
    expect(invoice(sent, takeBack, { kind: "restart", danger: null }).error?.code).toBe("cancel_unconfirmed");
  });
  it("put away it stands in the strip and is still not watched", () => {
    expect(facts(invoice(sent, dismiss))).toMatchObject({ state: "awaiting_payment", parked: true, watching: false });
  });
});

describe("what went back", () => {
  it("adds up, and changes nothing else of a sale", () => {
    const paid = after(token, says("paid"));
    const twice = [100, 250].reduce((row, minor) => reduce(row, { kind: "refunded", minor }, AT), paid);
    expect(facts(twice)).toEqual(facts(paid));
    expect(twice.detail.refundedMinor).toBe(350);
  });
});

describe("restart", () => {
  it("a creation that was on its way is not sent again: nobody saw its token", () => {
    expect(facts(reduce(newRow(), { kind: "restart", danger: "harmless" }, AT))).toMatchObject({
      state: "failed",
      settled: true,
    });
    expect(facts(reduce(newRow(), { kind: "restart", danger: "dangerous" }, AT))).toMatchObject({
      state: "needs_review",
    });
    expect(facts(reduce(newRow(), { kind: "restart", danger: "resolvable" }, AT))).toMatchObject({ state: "in_doubt" });
  });
  it("everything else stays as it was", () => {
    for (const row of [after(token), after(token, says("scanned")), after(token, cancel), after(token, says("paid"))]) {
      expect(reduce(row, { kind: "restart", danger: null }, AT)).toBe(row);
    }
  });
});
