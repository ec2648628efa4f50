import { decodeQr } from "../screens/support/qr.ts";
import { expect, ONCE, test } from "./till.ts";
import { charge, customer, id, onScreen, ready, result } from "./steps.ts";

test("500 ₸ in four strokes: amount, QR, scan, confirmation, paid, and back to the start", async ({ bank, launch }) => {
  const { page, api } = await launch({ bank });
  await charge(page, "500");
  await expect(id(page, "amount")).toContainText("500");
  const shopper = await customer(page, bank);
  expect(shopper.payment.amountMinor).toBe("50000");
  await shopper.does("scan");
  await onScreen(page, "confirming");
  await expect(id(page, "qr")).toHaveCount(0);
  await expect(id(page, "amount")).toContainText("500");
  await shopper.does("confirm");
  await result(page, "paid");
  await expect(id(page, "amount")).toContainText("500");
  const [payment] = (await api("GET", "/payments")).body.items;
  expect(payment).toMatchObject({
    amount: "500.00",
    state: "paid",
    bankId: shopper.payment.id,
    number: "A1-000001",
    late: false,
  });
  expect(BigInt(payment.bankId) > 2n ** 53n).toBe(true);
  await onScreen(page, "idle");
});

test("the QR on the screen, read by a camera, is the bank's token to the digit", ONCE, async ({ bank, launch }) => {
  const { page } = await launch({ bank });
  await charge(page, "2500");
  const token = await id(page, "qr").getAttribute("data-payload");
  expect((await decodeQr(page, id(page, "qr"))).code).toBe(token);
  expect(token).toMatch(/^\d{41}$/);
});

test("by touch", ONCE, async ({ bank, launch }) => {
  const { page } = await launch({ bank });
  await ready(page);
  for (const key of ["key-5", "key-00"]) await id(page, key).click();
  await id(page, "pay-kaspi").click();
  await onScreen(page, "qr");
  expect((await bank.latest()).amountMinor).toBe("50000");
});

test("the customer declines, before or after the scan", ONCE, async ({ bank, launch }) => {
  const { page } = await launch({ bank });
  await charge(page);
  await (await customer(page, bank)).does("scanerror");
  await result(page, "declined");
  await id(page, "done").click();
  await charge(page);
  const shopper = await customer(page, bank);
  await shopper.does("scan");
  await onScreen(page, "confirming");
  await shopper.does("confirmerror");
  await result(page, "declined");
});

test("a storm of Enter makes one payment", ONCE, async ({ bank, launch }) => {
  const { page } = await launch({ bank });
  await ready(page);
  await page.keyboard.type("700");
  for (let i = 0; i < 20; i += 1) await page.keyboard.press("Enter", { delay: 0 });
  await onScreen(page, "qr");
  expect((await bank.calls("qr/create")).length).toBe(1);
});

test("nobody scans: expired after the bank's word, watched; paid after all is late", ONCE, async ({ bank, launch }) => {
  await bank.configure({ scanSeconds: 10, confirmSeconds: 5, realScanSeconds: 300, realConfirmSeconds: 300 });
  const { page, api } = await launch({ bank });
  await charge(page);
  const shopper = await customer(page, bank);
  await result(page, "expired", 20_000);
  await shopper.does("pay");
  await result(page, "paid");
  expect((await api("GET", "/payments")).body.items[0]).toMatchObject({ state: "paid", late: true });
});

test(
  "cancelled before the scan, and paid all the same: late, as a strip on the next sale's screen",
  ONCE,
  async ({ bank, launch }) => {
    const { page, api } = await launch({ bank });
    await charge(page, "100");
    const first = await customer(page, bank);
    await id(page, "cancel").click();
    await result(page, "cancelled");
    await id(page, "done").click();
    await charge(page, "200");
    await first.does("pay");
    await expect(page.locator('[data-testid="banner"][data-kind="late"]')).toBeVisible({ timeout: 10_000 });
    await onScreen(page, "qr");
    await expect(id(page, "amount")).toContainText("200");
    const items = (await api("GET", "/payments")).body.items;
    expect(items.map((item: { state: string; late: boolean }) => [item.state, item.late])).toEqual([
      ["awaiting_scan", false],
      ["paid", true],
    ]);
  },
);

test("after the scan leaving takes two steps, and parking leaves the till free", ONCE, async ({ bank, launch }) => {
  const { page } = await launch({ bank });
  await charge(page, "100");
  const first = await customer(page, bank);
  await first.does("scan");
  await onScreen(page, "confirming");
  await id(page, "cancel").click();
  await expect(id(page, "cancel-confirm")).toBeVisible();
  await id(page, "park").first().click();
  await ready(page);
  await expect(id(page, "parked")).toHaveAttribute("data-id", /.+/);
  await charge(page, "200");
  await first.does("confirm");
  await expect(page.locator('[data-testid="banner"][data-kind="late"]')).toBeVisible({ timeout: 10_000 });
});

test("silence to the end is in doubt, not failed; the bank's later word decides", ONCE, async ({ bank, launch }) => {
  await bank.configure({ scanSeconds: 10, confirmSeconds: 5, realScanSeconds: 300, realConfirmSeconds: 300 });
  const { page, api } = await launch({ bank });
  await charge(page);
  const shopper = await customer(page, bank);
  await bank.fault({ kind: "drop", method: "payment/status", count: "all" });
  await onScreen(page, "in-doubt", 25_000);
  expect((await api("GET", "/payments")).body.items[0]).toMatchObject({ state: "in_doubt", settled: false });
  expect(await page.getByRole("button", { name: /^(Отмена|Отменить)$/ }).count()).toBe(0);
  await shopper.does("pay");
  await bank.heal();
  await id(page, "check-again").click();
  await result(page, "paid");
});

test("kill -9 while a QR is on the screen, start again: the sale is there, asked about at once, finished", async ({
  bank,
  launch,
}) => {
  const till = await launch({ bank });
  await charge(till.page, "500");
  const shopper = await customer(till.page, bank);
  await shopper.does("scan");
  const asked = (await bank.calls("payment/status")).length;
  const again = await till.killAndRestart();
  await onScreen(again.page, "confirming");
  expect((await bank.calls("payment/status")).length).toBeGreaterThan(asked);
  await shopper.does("confirm");
  await result(again.page, "paid");
  await expect(id(again.page, "amount")).toContainText("500");
  expect((await bank.calls("qr/create")).length).toBe(1);
});

test(
  "no way to the bank: the banner says so, nothing can be started, and it comes back by itself",
  ONCE,
  async ({ bank, launch }) => {
    const { page } = await launch({ bank });
    await ready(page);
    await bank.down();
    await page.keyboard.type("500");
    await page.keyboard.press("Enter");
    await expect(page.locator('[data-testid="banner"][data-kind="offline"]')).toBeVisible({ timeout: 10_000 });
    await bank.up();
    await expect(page.locator('[data-testid="banner"][data-kind="offline"]')).toHaveCount(0, { timeout: 15_000 });
  },
);

test("the language changes on any screen and the sale goes on", async ({ bank, launch }) => {
  const { page } = await launch({ bank });
  await charge(page, "500");
  for (const language of ["kk", "en", "ru"]) {
    await id(page, `language-${language}`).click();
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await onScreen(page, "qr");
  }
  await (await customer(page, bank)).does("pay");
  await result(page, "paid");
});

test("a page that is loaded anew shows the same screen in every state", async ({ bank, launch }) => {
  const till = await launch({ bank });
  await charge(till.page, "500");
  const shopper = await customer(till.page, bank);
  let page = await till.reopen();
  await onScreen(page, "qr");
  expect(await id(page, "qr").getAttribute("data-payload")).toBe(shopper.payment.token);
  await shopper.does("scan");
  await onScreen(page, "confirming");
  page = await till.reopen();
  await onScreen(page, "confirming");
  await shopper.does("confirm");
  await result(page, "paid");
  expect((await bank.calls("qr/create")).length).toBe(1);
});

test("ids of 2^63-1 survive to the digit, and the amount leaves as an exact number", ONCE, async ({ bank, launch }) => {
  await bank.configure({ nextId: "9223372036854775807" });
  const { page, api } = await launch({ bank });
  await charge(page, "19,99");
  const [create] = await bank.calls("qr/create");
  expect(create?.bodyText).toContain('"Amount":19.99,');
  await (await customer(page, bank)).does("pay");
  await result(page, "paid");
  expect((await api("GET", "/payments")).body.items[0]).toMatchObject({
    bankId: "9223372036854775807",
    amount: "19.99",
  });
});

test("a payment of the till API takes the screen; its answer carries the QR", ONCE, async ({ bank, launch }) => {
  const { page, api } = await launch({ bank });
  await ready(page);
  await page.keyboard.type("77");
  const made = await api(
    "POST",
    "/payments",
    { amount: "1250.50", provider: "kaspi", externalId: "order-7" },
    { "idempotency-key": "order-7-1" },
  );
  expect(made.status).toBe(201);
  await onScreen(page, "qr");
  expect(await id(page, "qr").getAttribute("data-payload")).toBe(made.body.qr.payload);
  const busy = await api("POST", "/payments", { amount: "1", provider: "kaspi" }, { "idempotency-key": "other" });
  expect(busy).toMatchObject({ status: 409, body: { error: { code: "till_busy" }, payment: { id: made.body.id } } });
  const cancelled = await api("POST", `/payments/${made.body.id}/cancel`);
  expect(cancelled.body).toMatchObject({ state: "cancelled", watching: true, settled: false });
  await result(page, "cancelled");
});
