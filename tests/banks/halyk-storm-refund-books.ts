/** After a refund storm: what the tills believe went back against what the bank gave back, wish by wish. */
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { RefundRow } from "../../main/core/refund.ts";
import type { Bill } from "../../simulator/halyk/records.ts";
import type { RealDesk } from "../support/real-desk.ts";
import { decimal, tried, type Storm } from "./halyk-storm.ts";
import { CLERK } from "./refund-books.ts";

export const rowsOf = (till: RealDesk): Promise<readonly RefundRow[]> => till.journal.refunds({ limit: 200 });

/** No wish gave money back twice, none is called done or not done that is not so, and the sales say the same. */
export async function compareRefunds({ bank, tills }: Storm): Promise<void> {
  const { simulator } = bank;
  const given = simulator.bills().filter(({ kind, by }) => kind === "refund" && by === "till");
  const known = new Map<string, number>();
  for (const till of tills) {
    expect(till.errors, `${till.tillId} logged errors`).toEqual([]);
    expect(await till.journal.verifyChain()).toMatchObject({ ok: true });
    const rows = await rowsOf(till);
    const orders = till.sent.filter(({ request }) => /\/generate\/refund/.test(request.url));
    const sums = orders.map(({ request }) => /"amount":([\d.]+)/.exec(request.body ?? "")?.[1] ?? "");
    for (const row of rows) {
      const sum = decimal(row.minor ?? 0);
      known.set(sum, (known.get(sum) ?? 0) + 1);
      expect(sums.filter((one) => one === sum).length, `${storyOf(row)}: sent`).toBeLessThanOrEqual(row.detail.sends);
      expect(row.detail.sends, `${storyOf(row)}: sent`).toBeLessThanOrEqual(1);
      compareRow(
        row,
        given.filter(({ amountMinor }) => decimal(amountMinor) === sum),
      );
    }
    for (const sum of sums)
      expect(
        rows.filter(({ minor }) => decimal(minor ?? 0) === sum),
        `${sum} was not asked for`,
      ).toHaveLength(1);
    compareOrder(rows);
    await compareSales(till, rows);
  }
  for (const [sum, count] of known) expect(count, `${sum} is kept more than once`).toBe(1);
  for (const { amountMinor } of given) expect(known.has(decimal(amountMinor)), "given back and not known").toBe(true);
  for (const { kind, billNumber, amountMinor, refundedMinor } of simulator.bills())
    if (kind === "payment")
      expect(refundedMinor <= amountMinor, `${billNumber}: more than was paid went back`).toBe(true);
  expect(bank.complaints(), "departures from the document").toEqual([]);
}

function compareRow(row: RefundRow, bills: readonly Bill[]): void {
  const name = storyOf(row);
  expect(bills.length, `${name}: bills`).toBeLessThanOrEqual(1);
  const [bill] = bills;
  if (row.state === "refunded") expect(bill, name).toMatchObject({ status: "PAID", billNumber: row.bankId });
  else if (row.settled) expect(bill?.status ?? "REJECTED", name).toBe("REJECTED");
  else expect(row, name).toMatchObject({ state: "needs_review", error: { code: expect.any(String) } });
}

/** Nothing was sent for a purchase while another refund of it was open: neither under way nor under review. */
function compareOrder(rows: readonly RefundRow[]): void {
  const sent = rows.filter(({ detail }) => detail.sentAt !== null);
  for (const later of sent)
    for (const earlier of sent) {
      const at = later.detail.sentAt ?? 0;
      if (earlier.purchaseKey !== later.purchaseKey || earlier.seq >= later.seq || (earlier.detail.sentAt ?? 0) > at)
        continue;
      const then = earlier.detail.history.findLast((entry) => entry.at <= at)?.state ?? "creating";
      expect(["refunded", "failed"], `${storyOf(later)} was sent during ${storyOf(earlier)}`).toContain(then);
    }
}

async function compareSales(till: RealDesk, rows: readonly RefundRow[]): Promise<void> {
  for (const sale of till.rows()) {
    const back = rows.filter(({ paymentId, state }) => paymentId === sale.id && state === "refunded");
    const sum = back.reduce((total, { minor }) => total + (minor ?? 0), 0);
    expect((await till.get(sale.id)).refundedAmount, `${sale.number}: given back`).toBe(decimal(sum));
  }
}

/** A purchase with a refund under review takes no other, and nothing is sent. */
export async function compareBlocked({ tills }: Storm): Promise<void> {
  for (const till of tills) {
    const sent = till.sent.length;
    for (const row of await rowsOf(till)) {
      if (row.settled) continue;
      const { paymentId, detail } = row;
      const named = detail.purchaseId === null ? { rrn: detail.rrn ?? "" } : { bankId: detail.purchaseId };
      const purchase = paymentId === null ? { provider: "halykQr" as const, ...named } : { paymentId };
      const request: CommandInput<"refunds.create">["request"] = { ...purchase, amount: "1.00" };
      const answer = await tried(till, "refunds.create", { key: randomUUID(), request }, CLERK);
      expect(answer, storyOf(row)).toMatchObject({ ok: false, error: { code: "refund_open" } });
    }
    expect(till.sent.slice(sent).filter(({ request }) => request.method === "POST")).toEqual([]);
  }
}

function storyOf({ number, minor, bankId, state, settled, detail, error }: RefundRow): string {
  const start = detail.history[0]?.at ?? 0;
  const steps = detail.history.map(
    ({ at, state: to, cause }) => `${((at - start) / 1000).toFixed(0)} s ${to} (${cause})`,
  );
  const what = `${number} of ${decimal(minor ?? 0)}, ${bankId ?? "without a bill"}`;
  return `${what}, ${state}${settled ? ", settled" : ""}: ${steps.join("; ")} ${error?.code ?? ""}`;
}
