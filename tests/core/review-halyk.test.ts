/** Seams of a bank with our own numbers, refusals and bills: what two of them do to the same payment at one moment. */
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { LIFE, WINDOWS } from "../support/code-bank.ts";
import { openCodeDesk, type CodeDesk } from "../support/code-desk.ts";
import { openBillDesk } from "./refund-bill-desk.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const CLERK = { kind: "person", name: "cashier" } as const;
const CLAIM = { kind: "claim", error: appError("malformed_answer") } as const;

let desk: { close(): Promise<void> } | null = null;
afterEach(() => desk?.close());

async function open(): Promise<CodeDesk> {
  const opened = await openCodeDesk();
  desk = opened;
  return opened;
}

describe("the next sale while the last one is still being written", () => {
  it("at every step of a refusal both are kept, and nobody is told that the journal is down", async () => {
    const till = await open();
    for (let steps = 0; steps < 40; steps += 1) {
      const { id } = await till.sell();
      const cancelled = till.core.call(CLERK, "payments.cancel", { id });
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      const request = { amount: "100.00", provider: "halykQr" };
      const sold = till.core.call(CLERK, "payments.create", { key: randomUUID(), request });
      await till.clock.advance(0);
      expect(await cancelled).toMatchObject({ ok: true });
      const next = await sold;
      // Before the cancellation the till is busy with the first; that is all that may be in the way.
      if (next.ok) await till.call("payments.cancel", { id: till.snapshot().current?.id ?? "" });
      else expect(next.error.code).toBe("till_busy");
      expect(till.codes.bills.find(({ invoiceId }) => invoiceId === till.codes.numbers().at(-1))?.refused).toBe(true);
      await till.clock.advance(4 * SECOND);
      expect(await till.row(id)).toMatchObject({
        state: "cancelled",
        settled: true,
        detail: { refusal: { tries: 1 } },
      });
    }
    expect(till.notes).toEqual([]);
  });
});

describe("two who ask about a sale that is in the journal alone", () => {
  it("ask the bank once, and both see that it is paid", async () => {
    const till = await open();
    const { id } = await till.sell();
    till.codes.bill("declined");
    await till.clock.advance(3 * SECOND);
    await till.call("payments.dismiss", { id });
    await till.clock.advance(MINUTE);
    till.codes.bill("paid");
    const before = till.codes.asked("/status").length;
    const both = [1, 2].map(() => till.core.call(CLERK, "payments.refresh", { id }));
    await till.clock.advance(0);
    for (const one of both) expect(await one).toMatchObject({ value: { state: "paid", late: true } });
    expect(till.codes.asked("/status")).toHaveLength(before + 1);
    expect(till.notes).toEqual([]);
  });
});

describe("a lost creation under whose number a payment is claimed without proof", () => {
  it("is adopted and never refused nor said to have failed: a clean answer makes it paid", async () => {
    const till = await open();
    till.codes.next("/create", { fail: "closed", reach: "sent", acts: true });
    till.codes.told = CLAIM as never;
    const id = await till.begin();
    await till.clock.advance(0);
    expect(await till.row(id)).toMatchObject({ state: "awaiting_scan", detail: { claimed: true } });
    await till.call("payments.cancel", { id });
    await till.clock.advance(MINUTE);
    expect(await till.row(id)).toMatchObject({ state: "cancelled", settled: false });
    expect(till.codes.asked("/refuse")).toEqual([]);
    till.codes.told = {};
    till.codes.bill("paid");
    await till.clock.advance(3 * SECOND);
    expect(await till.get(id)).toMatchObject({ state: "paid", late: true });
  });
});

describe("a bill that another payment of ours has already", () => {
  const first = async (): Promise<{ till: CodeDesk; id: string; bill: { bankId: string } }> => {
    const till = await open();
    const { id } = await till.sell();
    await till.call("payments.cancel", { id });
    await till.clock.advance(MINUTE);
    return { till, id, bill: till.codes.bill() };
  };
  const bought = { payload: "code", link: null, paymentMethods: [], windows: WINDOWS, expiresAt: null, lifeMs: LIFE };
  const created = (bankId: string) => ({ kind: "created", bankId, ...bought });

  it.each(["as the creation's answer", "as what is found after a loss"])("%s is nobody else's", async (how) => {
    const { till, id, bill } = await first();
    const word = { kind: "word", word: "created", raw: "NEW", unsure: false, minor: null };
    if (how.startsWith("as what")) {
      till.codes.next("/create", { fail: "closed", reach: "sent" });
      till.codes.next("/look-up", { answer: { kind: "found", created: created(bill.bankId), word } });
    } else till.codes.next("/create", { answer: created(bill.bankId) });
    const second = await till.sell();
    expect(second).toMatchObject({
      state: "needs_review",
      bankId: null,
      qr: null,
      error: { code: "foreign_answer", params: { what: "billNumber", number: "A1-000001" } },
    });
    // The money that comes under it is the first one's, once.
    till.codes.bill("paid");
    await till.call("payments.refresh", { id });
    expect(await till.get(id)).toMatchObject({ state: "paid", late: true });
    await till.clock.advance(MINUTE);
    expect(await till.get(second.id)).toMatchObject({ state: "needs_review" });
  });
});

describe("a refund by the number of the transaction", () => {
  it("that was copied with a space is of the sale that has it, with all that went back of it", async () => {
    const bills = await openBillDesk();
    desk = bills;
    const facts = { reference: "ONB111111223301", fee: null, bonus: null, card: null, lines: [] };
    await bills.sell({ bankId: "78" }, { facts });
    bills.bank.purchase("78", 500_000);
    await bills.begin("5000.00", { paymentId: "p2", amount: "5000.00" });
    bills.bank.say("refunded");
    await bills.clock.advance(4 * SECOND);
    const again = await bills.ask({ provider: "halykQr", rrn: " ONB111111223301 ", amount: "5000.00" });
    expect(again).toMatchObject({ value: { refund: { paymentId: "p2", error: { code: "already_refunded" } } } });
    expect(bills.sendings()).toBe(1);
    expect(await bills.ask({ provider: "halykQr", rrn: "  ", amount: "1.00" })).toMatchObject({
      error: { code: "bad_request", params: { field: "rrn" } },
    });
  });
});
