import { testCard } from "../../simulator/index.ts";
import type { Page } from "playwright/test";
import { done, id, onScreen, ready, result } from "./steps.ts";
import { expect, ONCE, test } from "./till.ts";

const GOOGLE_TOKEN = {
  apiVersion: 2,
  apiVersionMinor: 0,
  paymentMethodData: {
    type: "CARD",
    description: "Visa •••• 1111",
    info: { cardNetwork: "VISA", cardDetails: "1111" },
    tokenizationData: {
      type: "PAYMENT_GATEWAY",
      token: '{"signature":"MEUCI","protocolVersion":"ECv2","signedMessage":"{}"}',
    },
  },
};

/** Fills the form in sight with the card of this outcome. */
async function typeCard(page: Page, outcome: string): Promise<void> {
  await expect(id(page, "card-number")).toBeFocused();
  await id(page, "card-number").fill(testCard(outcome));
  await id(page, "card-expiry").fill("11/39");
  await id(page, "card-cvc").fill("739");
  await id(page, "card-name").fill("AIGUL KIM");
}

async function checkCard(page: Page, outcome = "3ds"): Promise<void> {
  await id(page, "open-verification").click({ timeout: 10_000 });
  await typeCard(page, outcome);
  await id(page, "card-send").click();
}

/** It goes back to the till, which closes it as soon as it may. */
const leaves = (bankPage: Page): Promise<void> =>
  expect
    .poll(() =>
      bankPage
        .locator("#confirm")
        .count()
        .catch(() => 0),
    )
    .toBe(0);

async function chargeCard(page: Page, digits: string): Promise<void> {
  await ready(page);
  await page.keyboard.type(digits);
  await expect(page.locator('[aria-keyshortcuts="Enter"]')).toBeVisible({ timeout: 10_000 });
  await page.keyboard.press("Enter");
}

test("a card is checked and kept on the bank's own page, and pays without it the next time", async ({
  bank,
  launch,
}) => {
  const { epay } = bank;
  const till = await launch({ bank, epay: {} });
  const { page } = till;
  await id(page, "open-verification").click({ timeout: 10_000 });
  await typeCard(page, "3ds");
  await id(page, "card-save").check();
  await id(page, "card-account").fill("customer-17");
  await id(page, "card-send").click();
  await onScreen(page, "threeds");
  const bankPage = await till.bankPage();
  await bankPage.locator("#confirm").click();
  await result(page, "verified");
  await expect.poll(() => bankPage.isClosed()).toBe(true);
  expect(await epay.posts()).toEqual(["cryptopay", "confirm"]);
  expect(await epay.operations()).toMatchObject([{ kind: "verification", status: "VERIFIED", cardSave: true }]);
  await done(page);

  await chargeCard(page, "2500");
  await id(page, "saved-open").click();
  await page.locator('[data-testid^="card-saved-"]').click();
  await expect(id(page, "card-chosen")).toContainText(testCard("3ds").slice(-4));
  await id(page, "card-send").click();
  await result(page, "paid");
  expect((await epay.operations()).at(-1)).toMatchObject({ means: "savedCard", status: "CHARGE" });
  expect(await epay.posts()).toEqual(["cryptopay", "confirm", "cards/auth"]);
});

test(
  "a typed card without the bank's page: paid, refused, and one whose answer is lost is sent once",
  ONCE,
  async ({ bank, launch }) => {
    const { epay } = bank;
    const { page, api } = await launch({ bank, epay: {} });
    await chargeCard(page, "2500");
    await typeCard(page, "ok");
    await id(page, "card-send").click();
    await result(page, "paid");
    await done(page);

    await chargeCard(page, "700");
    await typeCard(page, "484");
    await id(page, "card-send").click();
    await result(page, "declined");
    await done(page);

    await epay.fault({ kind: "eat", method: "cryptopay" });
    await chargeCard(page, "900");
    await typeCard(page, "ok");
    await id(page, "card-send").click();
    await result(page, "paid");
    expect(await epay.posts()).toEqual(["cryptopay", "cryptopay", "cryptopay"]);
    const { items } = (await api("GET", "/payments")).body;
    expect(items.map(({ amount, state }: Record<string, string>) => [amount, state])).toEqual([
      ["900.00", "paid"],
      ["700.00", "declined"],
      ["2500.00", "paid"],
    ]);
  },
);

test("on the bank's page: declined, brought back with another mark, and closed", ONCE, async ({ bank, launch }) => {
  const { epay } = bank;
  const till = await launch({ bank, epay: {} });
  const { page } = till;
  await checkCard(page);
  await onScreen(page, "threeds");
  await (await till.bankPage()).locator("#decline").click();
  await result(page, "declined");
  await done(page);

  await epay.configure({ acsWay: "wrong-md" });
  await checkCard(page);
  await onScreen(page, "threeds");
  await (await till.bankPage()).locator("#confirm").click();
  await result(page, "declined");
  await done(page);
  expect(await epay.posts(), "the second is not confirmed").toEqual(["cryptopay", "confirm", "cryptopay"]);

  await epay.configure({ acsWay: "right" });
  await checkCard(page);
  await onScreen(page, "threeds");
  const bankPage = await till.bankPage();
  await expect(bankPage.locator("#confirm")).toBeVisible();
  await bankPage.close();
  await expect(id(page, "page-closed")).toBeVisible();
  const again = await till.bankPage();
  await expect(again.locator("#confirm")).toBeVisible();
  await id(page, "cancel").click();
  await id(page, "cancel-confirm").click();
  await result(page, "cancelled");
  // Who still has the bank's page before him proves nothing any more.
  await again.locator("#confirm").click();
  await leaves(again);
  expect(await epay.posts()).toHaveLength(4);
  expect((await epay.operations()).map(({ status }) => status)).not.toContain("VERIFIED");
});

test(
  "nobody comes back from the bank's page: over after ten minutes, and nothing is confirmed",
  ONCE,
  async ({ bank, launch }) => {
    const till = await launch({ bank, epay: {}, faster: 120 });
    const { page } = till;
    await checkCard(page);
    await onScreen(page, "threeds");
    const bankPage = await till.bankPage();
    await expect(bankPage.locator("#confirm")).toBeVisible();
    await result(page, "expired", 20_000);
    await bankPage.locator("#confirm").click();
    await leaves(bankPage);
    expect(await bank.epay.posts()).toEqual(["cryptopay"]);
  },
);

test(
  "a Google Pay payment of the till API takes the screen, with the bank's page and without",
  ONCE,
  async ({ bank, launch }) => {
    const { epay } = bank;
    const till = await launch({ bank, epay: {} });
    const { page, api } = till;
    await ready(page);
    const body = { provider: "epay", method: "googlePay", token: GOOGLE_TOKEN, payer: { name: "AIGUL KIM" } };
    const made = await api("POST", "/payments", { ...body, amount: "1250.50" }, { "idempotency-key": "order-7" });
    expect(made.status).toBe(201);
    expect(made.body).not.toHaveProperty("token");
    await result(page, "paid");
    expect(await epay.operations()).toMatchObject([{ means: "googlePay", status: "CHARGE", orgAmountMinor: "125050" }]);
    const repeated = await api("POST", "/payments", { ...body, amount: "1250.50" }, { "idempotency-key": "order-7" });
    expect(repeated.body).toMatchObject({ id: made.body.id, state: "paid" });
    await done(page);

    await epay.configure({ nextOutcome: "3ds" });
    await api("POST", "/payments", { ...body, amount: "90" }, { "idempotency-key": "order-8" });
    await onScreen(page, "threeds");
    await (await till.bankPage()).locator("#confirm").click();
    await result(page, "paid");
    expect(await epay.posts()).toEqual(["cryptopay", "cryptopay", "confirm"]);
  },
);
