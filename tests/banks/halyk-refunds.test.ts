/** Money back at Halyk: a bill of its own at the bank, asked about until it is done; the document promises nothing else. */
import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import type { Refund } from "../../contract/refund.ts";
import type { RealDesk } from "../support/real-desk.ts";
import { halykHarness, startHalykSide, type HalykSide, type HalykSideOptions } from "./halyk-harness.ts";
import { accepted, becomes, refund, refused } from "./kaspi-shop.ts";
import { ask, refundsOf } from "./refund-books.ts";
import { scenes, SECOND, type Sale, type Scene } from "./scene.ts";

type Halyk = Scene<HalykSide>;

/** A refund asks about the purchase too: the sale's own questions end with the first that was answered PAID. */
async function start(options: HalykSideOptions): Promise<HalykSide> {
  const side = await startHalykSide(options);
  return {
    ...side,
    questions(bankId) {
      const { calls } = side.simulator.ledger;
      const paid = new Set<string | null>();
      return side.questions(bankId).filter(({ requestId, bankId: of }) => {
        if (paid.has(of)) return false;
        const asked = calls.find((call) => call.headers["x-request-id"] === requestId);
        if (asked?.answer?.bodyText.includes('"PAID"') === true) paid.add(of);
        return true;
      });
    },
  };
}

const { scene, sell } = scenes(start, halykHarness.windows.pollMs);

async function sold(s: Halyk, amount?: string): Promise<Sale> {
  const sale = await sell(s, amount);
  s.bank.confirm(sale.bankId);
  await s.desk.reaches(sale.id, "paid");
  await s.desk.call("payments.dismiss", { id: sale.id });
  return sale;
}

const wish = (till: RealDesk, request: object) =>
  ask<{ refund: Refund }>(till, "refunds.create", { key: randomUUID(), request });

async function asks({ desk }: Halyk, { id }: Sale, amount: string): Promise<string> {
  return accepted(await wish(desk, { paymentId: id, amount })).refund.id;
}

const orders = ({ bank }: Halyk) => bank.simulator.ledger.callsNamed("generate/refund");
const atBank = ({ bank }: Halyk, sale: Sale) => bank.simulator.refundsOf(sale.bankId);

/** What the till calls given back is what the bank gave back for this sale; never more than was paid. */
async function compare(s: Halyk, sale: Sale): Promise<void> {
  const done = (await refundsOf(s.desk)).filter(({ state }) => state === "refunded");
  const theirs = atBank(s, sale).filter(({ status, by }) => status === "PAID" && by === "till");
  expect(done.map(({ bankId }) => bankId).toSorted()).toEqual(theirs.map(({ billNumber }) => billNumber).toSorted());
  const total = theirs.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  expect(Number(total)).toBeLessThanOrEqual(sale.minor);
  expect((await s.desk.get(sale.id)).refundedAmount).toBe((Number(total) / 100).toFixed(2));
}

describe.concurrent("a refund", () => {
  scene("is sent once, waited for, and done when the bank says so of its own bill", async (s) => {
    const sale = await sold(s);
    await s.bank.simulator.configure({ refundSeconds: 12 });
    const id = await asks(s, sale, "1500.50");
    const pending = await becomes(s.desk, id, ["pending"]);
    const [bill] = atBank(s, sale);
    expect(pending).toMatchObject({ settled: false, bankId: bill?.billNumber });
    expect(await becomes(s.desk, id, ["refunded"])).toMatchObject({
      settled: true,
      amount: "1500.50",
      evidence: { kind: "answer", purchaseId: sale.bankId },
    });
    expect(orders(s).map(({ bodyText }) => bodyText)).toEqual([`{"amount":1500.50,"billId":${sale.bankId}}`]);
    await compare(s, sale);
    const rest = await asks(s, sale, "3499.50");
    await becomes(s.desk, rest, ["refunded"]);
    const more = await becomes(s.desk, await asks(s, sale, "0.01"), ["failed", "cancelled"]);
    expect(more).toMatchObject({ state: "failed", error: { code: "already_refunded" } });
    expect(orders(s)).toHaveLength(2);
    await compare(s, sale);
  });

  scene("that the bank rejects has failed, with its own words, and may be asked for again", async (s) => {
    const sale = await sold(s);
    await s.bank.simulator.configure({ refundSeconds: null });
    const id = await asks(s, sale, "5000.00");
    await becomes(s.desk, id, ["pending"]);
    s.bank.simulator.rejectRefund(atBank(s, sale)[0]?.billNumber ?? "", "Карта закрыта");
    expect(await becomes(s.desk, id, ["failed"])).toMatchObject({
      settled: true,
      error: { code: "refund_rejected", bankMessage: "Карта закрыта" },
    });
    await s.bank.simulator.configure({ refundSeconds: 2 });
    await becomes(s.desk, await asks(s, sale, "5000.00"), ["refunded"]);
    await compare(s, sale);
  });

  for (const kind of ["eat", "drop", "garbage", "truncate"] as const)
    scene(`whose answer is lost (${kind}) is never sent again: a person must look (Q-65)`, async (s) => {
      const sale = await sold(s);
      s.bank.simulator.faults.add({ kind, method: "generate/refund" });
      const id = await asks(s, sale, "100.00");
      expect(await becomes(s.desk, id, ["needs_review"])).toMatchObject({
        settled: false,
        error: { code: "refund_lost" },
      });
      await s.desk.restart();
      await s.desk.clock.sleep(30 * SECOND);
      expect(orders(s)).toHaveLength(1);
      expect((await refund(s.desk, id)).state).toBe("needs_review");
      expect(refused(await wish(s.desk, { paymentId: sale.id, amount: "1.00" })).error.code).toBe("refund_open");
    });

  scene(
    "answered with the purchase’s own number cannot be told from the sale: a person must look (Q-63)",
    async (s) => {
      const sale = await sold(s);
      const id = await asks(s, sale, "100.00");
      expect(await becomes(s.desk, id, ["needs_review"])).toMatchObject({ error: { code: "refund_lost" } });
      await s.desk.clock.sleep(20 * SECOND);
      expect(orders(s)).toHaveLength(1);
      expect((await refund(s.desk, id)).state).toBe("needs_review");
    },
    { side: { simulator: { refundNumber: "purchase" } } },
  );

  scene("of what another till has given back already is refused by the bank, and has failed", async (s) => {
    const sale = await sold(s);
    s.bank.simulator.faults.add({ kind: "foreign", method: "generate/refund", minor: 450_000 });
    const id = await asks(s, sale, "1000.00");
    expect(await becomes(s.desk, id, ["failed"])).toMatchObject({ settled: true, error: { code: "bank_refused" } });
    expect(orders(s)).toHaveLength(1);
    await compare(s, sale);
  });

  scene("goes on being asked about in the next life of the process", async (s) => {
    const sale = await sold(s);
    await s.bank.simulator.configure({ refundSeconds: null });
    const id = await asks(s, sale, "100.00");
    await becomes(s.desk, id, ["pending"]);
    await s.desk.restart();
    expect((await refund(s.desk, id)).state).toBe("pending");
    s.bank.simulator.finishRefund(atBank(s, sale)[0]?.billNumber ?? "");
    await becomes(s.desk, id, ["refunded"]);
    expect(orders(s)).toHaveLength(1);
    await compare(s, sale);
  });

  scene("is no success while its own bill is told in broken JSON, or as another amount", async (s) => {
    const sale = await sold(s);
    await s.bank.simulator.configure({ malformed: true });
    const unread = await becomes(s.desk, await asks(s, sale, "100.00"), ["failed"]);
    expect(unread).toMatchObject({ error: { code: "malformed_answer" } });
    expect(orders(s), "nothing is sent on the word of a purchase that cannot be read").toEqual([]);
    await s.bank.simulator.configure({ malformed: false, refundSeconds: null });
    const sent = await asks(s, sale, "100.00");
    await becomes(s.desk, sent, ["pending"]);
    await s.bank.simulator.configure({ malformed: true });
    const bill = atBank(s, sale)[0]?.billNumber ?? "";
    s.bank.simulator.finishRefund(bill);
    await s.desk.clock.sleep(15 * SECOND);
    expect((await refund(s.desk, sent)).state).toBe("pending");
    s.bank.simulator.faults.add({ kind: "answer", method: "status", paymentId: bill, extra: { amount: "99.99" } });
    await s.bank.simulator.configure({ malformed: false });
    expect(await becomes(s.desk, sent, ["needs_review"])).toMatchObject({ error: { code: "amount_mismatch" } });
    await s.desk.clock.sleep(15 * SECOND);
    expect((await refund(s.desk, sent)).state, "no timer asks about it any more").toBe("needs_review");
    await ask(s.desk, "refunds.refresh", { id: sent });
    await becomes(s.desk, sent, ["refunded"]);
    await compare(s, sale);
  });

  scene("of a purchase that only its reference names goes by rrn (Q-64)", async (s) => {
    const sale = await sold(s);
    const reference = s.bank.simulator.bill(sale.bankId)?.card?.reference ?? "";
    const made = accepted(await wish(s.desk, { provider: "halykQr", rrn: reference, amount: "10.00" })).refund;
    await becomes(s.desk, made.id, ["refunded"]);
    await compare(s, sale);
  });
});
