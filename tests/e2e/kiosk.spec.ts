/** A till without a cashier, from the attract screen and back to it: paid, and each bad ending. */
import { expect, ONCE, test, type Till } from "./till.ts";
import { customer, halykCustomer, id, onScreen, result } from "./steps.ts";

const PORTRAIT = { width: 1080, height: 1920 };
const KIOSK = {
  mode: "kiosk",
  adminPin: "482193",
  kiosk: {
    catalogue: [
      { id: "24", name: { kk: "Ауызсу", ru: "Вода", en: "Water" }, price: "450.00" },
      { id: "25", name: "Айран", price: "600.00" },
    ],
    elsewhere: { kk: "№ 2 касса", ru: "касса № 2", en: "till 2" },
  },
};
const VENDING = { ...KIOSK, mode: "vending", kiosk: { ...KIOSK.kiosk, catalogue: KIOSK.kiosk.catalogue.slice(0, 1) } };

/** Water, twice, in English. */
async function buy({ page }: Pick<Till, "page">, bank = "pay-kaspi"): Promise<void> {
  await onScreen(page, "attract");
  await id(page, "language-en").click();
  await id(page, "product-24").click();
  await id(page, "more").click();
  await id(page, bank).click();
  await onScreen(page, "qr");
}

const nothingLeft = async ({ page }: Pick<Till, "page">): Promise<void> => {
  await onScreen(page, "attract", 15_000);
  await expect(page.locator("html")).toHaveAttribute("lang", "ru");
  expect(await page.content()).not.toMatch(/A1-000001|Water|900\u00a0₸/);
};

test("attract, product, code, paid, thanks, and attract again with nothing of this customer left", async ({
  bank,
  launch,
}) => {
  const till = await launch({ bank, size: PORTRAIT, provision: KIOSK });
  const { page, api } = till;
  await buy(till);
  const shopper = await customer(page, bank);
  expect(shopper.payment.amountMinor).toBe("90000");
  await shopper.does("scan");
  await onScreen(page, "confirming");
  await shopper.does("confirm");
  await result(page, "paid");
  await expect(id(page, "amount")).toContainText("900");
  const [sale] = (await api("GET", "/payments")).body.items;
  expect(sale).toMatchObject({ amount: "900.00", state: "paid", items: [{ id: "24", price: "450.00", quantity: 2 }] });
  await nothingLeft(till);
});

test("declined, tried again, and left: no money, and the next customer begins anew", ONCE, async ({ bank, launch }) => {
  const till = await launch({ bank, size: PORTRAIT, provision: KIOSK });
  await buy(till);
  await (await customer(till.page, bank)).does("scanerror");
  await result(till.page, "declined");
  await id(till.page, "renew").click();
  await onScreen(till.page, "qr");
  await id(till.page, "cancel").click();
  await result(till.page, "cancelled");
  await id(till.page, "done").click();
  await nothingLeft(till);
});

test(
  "an answer that is lost: in doubt in the customer's words, then told when it is known",
  ONCE,
  async ({ bank, launch }) => {
    await bank.configure({ scanSeconds: 10, confirmSeconds: 5, realScanSeconds: 300, realConfirmSeconds: 300 });
    const till = await launch({ bank, size: PORTRAIT, provision: KIOSK });
    await buy(till);
    const shopper = await customer(till.page, bank);
    await bank.fault({ kind: "drop", method: "payment/status", count: "all" });
    await onScreen(till.page, "in-doubt", 25_000);
    await expect(id(till.page, "doubt-not")).toContainText("Do not pay again");
    await shopper.does("pay");
    await bank.heal();
    await id(till.page, "check-again").click();
    await result(till.page, "paid", 20_000);
    await nothingLeft(till);
  },
);

test("no way to the bank: out of service says where else, and comes back by itself", ONCE, async ({ bank, launch }) => {
  const till = await launch({ bank, size: PORTRAIT, provision: KIOSK });
  await onScreen(till.page, "attract");
  await bank.down();
  await id(till.page, "language-ru").click();
  await id(till.page, "product-24").click();
  await id(till.page, "pay-kaspi").click();
  await onScreen(till.page, "result", 30_000);
  await id(till.page, "done").click();
  await onScreen(till.page, "out-of-service", 60_000);
  await expect(till.page.getByText("касса № 2")).toBeVisible();
  await bank.up();
  await onScreen(till.page, "attract", 60_000);
});

test("the machine gives nothing: the money goes back by itself, and the screen says so", async ({ bank, launch }) => {
  const till = await launch({ bank, size: PORTRAIT, provision: VENDING, kaspi: {}, halyk: {} });
  const { page, api } = till;
  await onScreen(page, "attract");
  await id(page, "language-ru").click();
  await id(page, "pay-halykQr").click();
  await onScreen(page, "qr");
  const shopper = await halykCustomer(page, bank.halyk);
  await shopper.does("scan");
  await shopper.does("pay");
  await result(page, "paid", 20_000);
  await expect(id(page, "result")).toHaveAttribute("data-fulfilment", "waiting");
  const [sale] = (await api("GET", "/payments")).body.items;
  const reported = await api("POST", `/payments/${sale.id}/fulfil`, { ok: false, reason: "jam" });
  expect(reported.status).toBe(200);
  await expect(id(page, "result")).toHaveAttribute("data-fulfilment", "not_given");
  await expect(page.locator("[data-scene=money-going], [data-scene=money-back]").first()).toBeVisible();
  await expect.poll(async () => (await bank.halyk.bills("refund")).length, { timeout: 20_000 }).toBe(1);
  await bank.halyk.act((await bank.halyk.latest("refund")).billNumber, "finish");
  await expect(page.locator("main[data-scene=money-back]")).toBeVisible({ timeout: 30_000 });
  expect((await bank.halyk.bills("refund")).length).toBe(1);
});

test("the machine gives the goods: taken, thanks, and attract", ONCE, async ({ bank, launch }) => {
  const till = await launch({ bank, size: PORTRAIT, provision: VENDING });
  const { page, api } = till;
  await onScreen(page, "attract");
  await id(page, "language-ru").click();
  await id(page, "pay-kaspi").click();
  await onScreen(page, "qr");
  const shopper = await customer(page, bank);
  await shopper.does("scan");
  await shopper.does("confirm");
  await result(page, "paid");
  const [sale] = (await api("GET", "/payments")).body.items;
  expect((await api("POST", `/payments/${sale.id}/dispense`, {})).status).toBe(200);
  await expect(id(page, "result")).toHaveAttribute("data-fulfilment", "dispensing");
  expect((await api("POST", `/payments/${sale.id}/fulfil`, { ok: true })).status).toBe(200);
  await expect(id(page, "result")).toHaveAttribute("data-fulfilment", "given");
  await nothingLeft(till);
});

test(
  "five taps in the corner and the PIN: the technician's place, and locked again",
  ONCE,
  async ({ bank, launch }) => {
    const { page } = await launch({ bank, size: PORTRAIT, provision: KIOSK });
    await onScreen(page, "attract");
    for (let tap = 0; tap < 5; tap += 1) await page.mouse.click(1060, 20);
    await onScreen(page, "unlock");
    await id(page, "pin").fill("482193");
    await page.keyboard.press("Enter");
    await onScreen(page, "technician");
    await id(page, "open-history").click();
    await onScreen(page, "history");
    await id(page, "back").click();
    await id(page, "lock").click();
    await onScreen(page, "attract");
  },
);
