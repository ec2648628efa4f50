import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandInput, HistoryItem } from "../../contract/commands.ts";
import type { Payment } from "../../contract/payment.ts";
import { openDesk, profileOf, testSettings, type Desk } from "../support/desk.ts";
import { HOUR, refundDesk } from "./refund-helpers.ts";

let desk: Desk;
const clerk = refundDesk(() => desk);
beforeEach(async () => {
  desk = await openDesk({ settings: testSettings(profileOf("3")) });
});
afterEach(() => desk.close());

async function find(query: CommandInput<"history.list">): Promise<readonly HistoryItem[]> {
  const result = await desk.call("history.list", query);
  if (!result.ok) throw new Error(result.error.code);
  return result.value.items;
}
const numbers = async (text: string): Promise<string[]> => (await find({ text })).map(({ payment }) => payment.number);

describe("the shop's list of sales", () => {
  it("finds a sale by its number or the end of it, by our id, the bank's, and the amount as people write it", async () => {
    const first = await clerk.paid("5000.00");
    const second = await clerk.paid("1234.50");
    expect(await numbers("")).toEqual([second.number, first.number]);
    for (const text of [
      "000002",
      "2",
      second.number,
      second.id,
      second.bankId,
      "1 234,50",
      "1234.5",
      "1\u2009234,50 ₸",
    ])
      expect(await numbers(text), text).toEqual([second.number]);
    for (const text of ["5000", "5 000", "5\u00a0000,00", "5000.00 тг", "5 000 ₸"])
      expect(await numbers(text), text).toEqual([first.number]);
    expect(await numbers("A1-00000")).toEqual([]);
    expect(await numbers("nothing of ours")).toEqual([]);
  });

  it("shows what went back of each sale, newest first, and finds the sale by its refund's slip", async () => {
    const sale = await clerk.paid("5000.00");
    await clerk.paid("100.00");
    await clerk.begin({ paymentId: sale.id, amount: "1000.00" });
    const last = await clerk.begin({ paymentId: sale.id, amount: "500.00" });
    const [item] = await find({ text: last.number });
    expect(item).toMatchObject({
      payment: { id: sale.id, refundedAmount: "1500.00" },
      refunds: [
        { number: "A1-R000002", amount: "500.00" },
        { number: "A1-R000001", amount: "1000.00" },
      ],
    });
    expect((await find({ show: "refunded" })).map(({ payment }) => payment.id)).toEqual([sale.id]);
    expect((await find({ show: "paid" })).length).toBe(2);
  });

  it("an undecided refund makes its sale an open one", async () => {
    const sale = await clerk.paid("5000.00");
    expect(await find({ show: "open" })).toEqual([]);
    desk.bank.next("/payment/return", { fail: "closed", reach: "sent" });
    await clerk.begin({ paymentId: sale.id, amount: "1.00" });
    expect(await find({ show: "open" })).toMatchObject([
      { payment: { id: sale.id }, refunds: [{ state: "in_doubt" }] },
    ]);
  });

  it("counts days by the shop's own clock", async () => {
    const today = await clerk.paid();
    await desk.clock.advance(15 * HOUR); // 09:00 UTC is 14:00 in Almaty; 24:00 UTC is the next day's 05:00
    const tomorrow = await clerk.paid();
    const on = async (fromDay: string, toDay = fromDay): Promise<string[]> =>
      (await find({ fromDay, toDay })).map(({ payment }) => payment.id);
    expect(await on("2026-11-22")).toEqual([today.id]);
    expect(await on("2026-11-23")).toEqual([tomorrow.id]);
    expect(await on("2026-11-22", "2026-11-23")).toEqual([tomorrow.id, today.id]);
    expect(await on("2026-11-24")).toEqual([]);
  });

  it("goes by pages", async () => {
    const sales: Payment[] = [];
    for (let n = 0; n < 3; n += 1) sales.unshift(await clerk.paid());
    const first = await desk.call("history.list", { limit: 2 });
    if (!first.ok) throw new Error(first.error.code);
    expect(first.value.items.map(({ payment }) => payment.id)).toEqual(sales.slice(0, 2).map(({ id }) => id));
    const rest = await desk.call("history.list", { limit: 2, cursor: first.value.nextCursor ?? "" });
    expect(rest).toMatchObject({ ok: true, value: { items: [{ payment: { id: sales[2]?.id } }], nextCursor: null } });
    expect(await desk.call("history.list", { cursor: "-1" })).toMatchObject({ error: { code: "bad_request" } });
  });
});
