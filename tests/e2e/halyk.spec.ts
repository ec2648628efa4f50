import { decodeQr } from "../screens/support/qr.ts";
import {
  charge,
  chargeHalyk,
  customer,
  done,
  halykCustomer,
  id,
  onScreen,
  refunded,
  refundIs,
  result,
  type,
} from "./steps.ts";
import { expect, ONCE, test, type Till } from "./till.ts";

const LATE = '[data-testid="banner"][data-kind="late"]';

test(
  "two banks: one tap pays with Halyk, Enter with the bank used last, and Kaspi works beside it",
  ONCE,
  async ({ bank, launch }) => {
    const { halyk } = bank;
    // The document's own sample: Cyrillic names, another amount and no check sum.
    await halyk.configure({ qr: "document" });
    const { page, api } = await launch({ bank, halyk: {} });
    await expect(id(page, "pay-kaspi")).toContainText("Kaspi QR");
    await expect(id(page, "pay-halykQr")).toContainText("Halyk QR");
    await chargeHalyk(page, "2500");
    const shopper = await halykCustomer(page, halyk);
    expect(shopper.bill.qrcode).toContain("АЛМАТЫ");
    expect((await decodeQr(page, id(page, "qr"))).code, "drawn as received").toBe(shopper.bill.qrcode);
    await expect(id(page, "error")).toHaveAttribute("data-code", "qr_mismatch");
    await shopper.does("scan");
    await shopper.does("block");
    await onScreen(page, "confirming");
    await expect(id(page, "qr")).toHaveCount(0);
    const details = [{ label: "Loan terms", value: "2 month" }];
    await halyk.fault({ kind: "answer", method: "status", count: "all", extra: { details } });
    await shopper.does("pay", { bonusMinor: 10_000 });
    await result(page, "paid");
    await expect(id(page, "result")).toContainText(/Visa\W+3134/);
    await id(page, "details").click();
    await expect(id(page, "details-list")).toContainText("2 month");
    await expect(id(page, "details-list")).toContainText(shopper.bill.billNumber);
    await id(page, "details-close").click();
    await done(page);

    await halyk.configure({ qr: "right" });
    await charge(page, "700");
    const second = await halykCustomer(page, halyk);
    await expect(id(page, "error")).toHaveCount(0);
    await second.does("reject", { errDescription: "Карта заблокирована" });
    await result(page, "declined");
    await expect(id(page, "bank-message")).toContainText("Карта заблокирована");
    await done(page);

    await page.keyboard.type("900");
    await id(page, "pay-kaspi").click();
    await onScreen(page, "qr");
    await (await customer(page, bank)).does("pay");
    await result(page, "paid");
    expect(await halyk.calls("generate/code")).toHaveLength(2);
    expect(await bank.calls("qr/create")).toHaveLength(1);
    const { items } = (await api("GET", "/payments")).body;
    expect(items.map(({ provider, amount, state }: Record<string, string>) => [provider, amount, state])).toEqual([
      ["kaspi", "900.00", "paid"],
      ["halykQr", "700.00", "declined"],
      ["halykQr", "2500.00", "paid"],
    ]);
    expect(items[2]).toMatchObject({
      bankId: shopper.bill.billNumber,
      invoiceId: shopper.bill.invoiceId,
      card: { mask: "440563XXXXXX3134", type: "Visa" },
      details: { bonusAmount: "100.00", lines: details },
    });
  },
);

test(
  "cancelled, or nobody scans: the payment is refused at once and only once; paid all the same is late",
  ONCE,
  async ({ bank: { halyk }, bank, launch }) => {
    test.setTimeout(90_000);
    // The bank takes no REJECTED for a bill that nobody scanned: it can still be paid.
    await halyk.configure({ policy: "strict" });
    const { page, api } = await launch({ bank, halyk: {} });
    const refusals = async (): Promise<string[]> =>
      (await halyk.calls("status/change")).map(({ bodyText }) => bodyText);
    await chargeHalyk(page, "100");
    const first = await halykCustomer(page, halyk);
    await id(page, "cancel").click();
    await result(page, "cancelled");
    const refusal = (billNumber: string) => ({ billId: billNumber, status: "REJECTED" });
    await expect
      .poll(async () => (await refusals()).map((body) => JSON.parse(body)), { timeout: 1_500 })
      .toEqual([refusal(first.bill.billNumber)]);
    await done(page);

    await charge(page, "200");
    const second = await halykCustomer(page, halyk);
    await first.does("pay");
    await expect(page.locator(LATE)).toBeVisible({ timeout: 10_000 });
    await onScreen(page, "qr");
    await result(page, "expired", 35_000);
    const asked = (await halyk.calls("status")).length;
    await expect.poll(async () => (await halyk.calls("status")).length).toBeGreaterThan(asked);
    expect((await refusals()).map((body) => JSON.parse(body))).toEqual([
      refusal(first.bill.billNumber),
      refusal(second.bill.billNumber),
    ]);
    const { items } = (await api("GET", "/payments")).body;
    expect(items).toMatchObject([
      { state: "expired", watching: true, late: false },
      { state: "paid", late: true },
    ]);
  },
);

test(
  "kill -9 with a Halyk code on the screen, and with the answer to its creation on the way: one bill each",
  ONCE,
  async ({ bank: { halyk }, bank, launch }) => {
    let till = await launch({ bank, halyk: {} });
    await chargeHalyk(till.page);
    const shopper = await halykCustomer(till.page, halyk);
    const asked = (await halyk.calls("status")).length;
    till = await till.killAndRestart();
    await onScreen(till.page, "qr");
    await expect(id(till.page, "qr")).toHaveAttribute("data-payload", shopper.bill.qrcode);
    expect((await halyk.calls("status")).length).toBeGreaterThan(asked);
    expect(await halyk.calls("generate/code")).toHaveLength(1);
    await shopper.does("pay");
    await result(till.page, "paid");
    await done(till.page);

    await halyk.fault({ kind: "delay", method: "generate/code", ms: 5_000 });
    await till.page.keyboard.type("600");
    await till.page.keyboard.press("Enter");
    await expect.poll(async () => (await halyk.bills("payment")).length).toBe(2);
    till = await till.killAndRestart();
    await onScreen(till.page, "qr");
    const adopted = await halykCustomer(till.page, halyk);
    expect(adopted.bill).toMatchObject({ amountMinor: "60000" });
    expect(await halyk.calls("status/invoice"), "asked for by our own number").not.toHaveLength(0);
    await adopted.does("pay");
    await result(till.page, "paid");
    expect(await halyk.calls("generate/code")).toHaveLength(2);
    expect(await halyk.bills("payment")).toMatchObject([{ captured: true }, { captured: true }]);
  },
);

test(
  "refunds of a Halyk sale: made in the bank's own time, rejected by it, and lost, which no second one may follow",
  ONCE,
  async ({ bank: { halyk }, bank, launch }) => {
    await halyk.configure({ refundSeconds: null });
    let till = await launch({ bank, halyk: {} });
    await chargeHalyk(till.page, "5000");
    await (await halykCustomer(till.page, halyk)).does("pay");
    await result(till.page, "paid");
    await done(till.page);
    const [sale] = (await till.api("GET", "/payments")).body.items;

    await giveBack(till, sale.id, "2000");
    await refundIs(till.page, "pending");
    till = await till.killAndRestart();
    const { page } = till;
    await refundIs(page, "pending");
    await halyk.act((await halyk.latest("refund")).billNumber, "finish");
    await refunded(page);
    await done(page);

    await giveBack(till, sale.id, "1000");
    await refundIs(page, "pending");
    await halyk.act((await halyk.latest("refund")).billNumber, "fail", { errDescription: "Карта закрыта" });
    await refundIs(page, "failed");
    await expect(id(page, "bank-message")).toContainText("Карта закрыта");
    await done(page);

    await halyk.fault({ kind: "eat", method: "generate/refund" });
    await giveBack(till, sale.id, "1500");
    await refundIs(page, "needs_review", 20_000);
    await expect(id(page, "check-again")).toHaveCount(0);
    await done(page);
    await id(page, "open-history").click();
    await id(page, `sale-${sale.id}`).click();
    await expect(id(page, "sale-refund")).toHaveAttribute("aria-disabled", "true");
    const again = await till.api(
      "POST",
      "/refunds",
      { paymentId: sale.id, amount: "100" },
      { "idempotency-key": "again" },
    );
    expect(again).toMatchObject({ status: 409, body: { error: { code: "refund_open" } } });
    expect(await halyk.calls("generate/refund")).toHaveLength(3);
    expect((await halyk.bills("refund")).map(({ amountMinor, status }) => [amountMinor, status])).toEqual([
      ["200000", "PAID"],
      ["100000", "REJECTED"],
      ["150000", "NEW"],
    ]);
  },
);

/** From the history; comes back when it is sent. */
async function giveBack({ page }: Till, sale: string, digits: string): Promise<void> {
  await id(page, "open-history").click();
  await id(page, `sale-${sale}`).click();
  await id(page, "sale-refund").click();
  await onScreen(page, "refund-amount");
  await type(page, digits);
  await id(page, "refund-send").click();
}
