import { charge, customer, id, onScreen, ready, refunded, result, type } from "./steps.ts";
import { expect, ONCE, test, type Till } from "./till.ts";
import type { Bank } from "./bank.ts";

const SCHEME_3 = { scheme: 3, organizationBin: "180340021791" };

async function sell({ page }: Till, bank: Bank, digits = "5000"): Promise<string> {
  await charge(page, digits);
  const buyer = await customer(page, bank);
  await buyer.does("scan");
  await buyer.does("confirm");
  await result(page, "paid");
  await id(page, "done").click();
  await ready(page);
  return buyer.payment.id;
}

test(
  "scheme 2: the customer scans, the purchase is picked, a part goes back, and the history says so",
  ONCE,
  async ({ bank, launch }) => {
    const till = await launch({ bank });
    const { page } = till;
    const purchase = await sell(till, bank);
    await id(page, "open-refund").click();
    await id(page, "refund-scan").click();
    await onScreen(page, "refund-qr");
    await bank.scanReturn((await id(page, "qr").getAttribute("data-payload")) ?? "");
    await onScreen(page, "refund-choose");
    await id(page, `operation-${purchase}`).click();
    await onScreen(page, "refund-amount");
    await type(page, "2000");
    await id(page, "refund-send").click();
    await refunded(page);
    expect(await bank.refunds()).toMatchObject([{ purchaseId: purchase, amountMinor: "200000", by: "till" }]);
    const { body } = await till.api("GET", "/payments");
    expect(body.items[0]).toMatchObject({ bankId: purchase, refundedAmount: "2000.00" });

    await id(page, "done").click();
    await id(page, "open-history").click();
    await onScreen(page, "history");
    await id(page, `sale-${body.items[0].id}`).click();
    await expect(id(page, "sale")).toContainText("2 000".replace(" ", " "));
  },
);

test(
  "scheme 3: from the history, without the customer; more than is left cannot be sent",
  ONCE,
  async ({ bank, launch }) => {
    const till = await launch({ bank, kaspi: { ...SCHEME_3, url: bank.urls["3"] } });
    const { page } = till;
    const purchase = await sell(till, bank);
    const sale = (await till.api("GET", "/payments")).body.items[0];
    const giveBack = async (digits: string): Promise<void> => {
      await id(page, "open-history").click();
      await id(page, `sale-${sale.id}`).click();
      await id(page, "sale-refund").click();
      await onScreen(page, "refund-amount");
      await type(page, digits);
    };
    await giveBack("3000");
    await id(page, "refund-send").click();
    await refunded(page);
    await id(page, "done").click();
    await giveBack("2001");
    await expect(id(page, "refund-send")).toHaveAttribute("aria-disabled", "true");
    await id(page, "key-clear").click();
    await type(page, "2000");
    await id(page, "refund-send").click();
    await refunded(page);
    expect((await bank.refunds()).map(({ purchaseId, amountMinor }) => [purchaseId, amountMinor])).toEqual([
      [purchase, "300000"],
      [purchase, "200000"],
    ]);
  },
);

test(
  "a refund whose answer is lost is checked, survives kill -9, is decided by the balance, and left once",
  ONCE,
  async ({ bank, launch }) => {
    let till = await launch({ bank, kaspi: { ...SCHEME_3, url: bank.urls["3"] } });
    await sell(till, bank);
    const sale = (await till.api("GET", "/payments")).body.items[0];
    await bank.fault({ kind: "eat", method: "payment/return" });
    await id(till.page, "open-history").click();
    await id(till.page, `sale-${sale.id}`).click();
    await id(till.page, "sale-refund").click();
    await onScreen(till.page, "refund-amount");
    await type(till.page, "1500");
    await id(till.page, "refund-send").click();
    await expect(id(till.page, "result")).toHaveAttribute("data-state", "in_doubt", { timeout: 15_000 });
    await expect(id(till.page, "before")).toContainText("5");
    till = await till.killAndRestart();
    await expect(id(till.page, "result")).toHaveAttribute("data-state", "in_doubt");
    await refunded(till.page, 20_000);
    expect(await bank.refunds()).toHaveLength(1);
    expect(await bank.calls("payment/return")).toHaveLength(1);
    const { body } = await till.api("GET", "/refunds");
    expect(body.items).toMatchObject([{ state: "refunded", evidence: { kind: "balance" }, amount: "1500.00" }]);
  },
);

test("an invoice goes to a telephone and is paid when a person asks", ONCE, async ({ bank, launch }) => {
  const till = await launch({ bank, kaspi: { ...SCHEME_3, url: bank.urls["3"] } });
  const { page } = till;
  await ready(page);
  await page.keyboard.type("700");
  await id(page, "pay-kaspi-invoice").click();
  await onScreen(page, "invoice");
  await type(page, "7077777777");
  await id(page, "invoice-send").click();
  await expect(id(page, "result")).toHaveAttribute("data-state", "awaiting_payment");
  const [made] = await bank.payments();
  expect(made).toMatchObject({ amountMinor: "70000" });
  await bank.act(made?.id ?? "", "pay");
  await id(page, "check-again").click();
  await result(page, "paid");
});
