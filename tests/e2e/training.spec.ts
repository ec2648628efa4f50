import { expect, ONCE, test } from "./till.ts";
import { chargeHalyk, done, id, onScreen, ready, result } from "./steps.ts";

test("training: a sale with the telephone beside the screen, and each other ending, stamped", async ({ launch }) => {
  const { page } = await launch({ training: true, size: { width: 1280, height: 800 } });
  await ready(page);
  await expect(id(page, "training-stamp")).toBeVisible();
  const start = async (): Promise<void> => {
    await ready(page);
    await page.keyboard.type("500");
    await expect(id(page, "pay-kaspi")).toBeEnabled({ timeout: 10_000 });
    await page.keyboard.press("Enter");
    await onScreen(page, "qr");
  };
  await start();
  await id(page, "phone-scan").click();
  await onScreen(page, "confirming");
  await id(page, "phone-confirm").click();
  await result(page, "paid");
  await id(page, "done").click();

  await id(page, "open-refund").click();
  await id(page, "refund-scan").click();
  await onScreen(page, "refund-qr");
  await id(page, "phone-scan").click();
  await onScreen(page, "refund-choose");
  await page.locator('[data-testid^="operation-"]').first().click();
  await onScreen(page, "refund-amount");
  await id(page, "refund-all").click();
  await id(page, "refund-send").click();
  await expect(id(page, "result")).toHaveAttribute("data-state", "refunded");
  await id(page, "done").click();

  await start();
  await id(page, "phone-scan").click();
  await onScreen(page, "confirming");
  await id(page, "phone-decline").click();
  await result(page, "declined");
  await id(page, "done").click();

  await start();
  await id(page, "cancel").click();
  await result(page, "cancelled");
  await expect(id(page, "training-stamp")).toBeVisible();
});

test("training: Halyk's customer with the same telephone", ONCE, async ({ launch }) => {
  const { page } = await launch({ training: true, size: { width: 1280, height: 800 } });
  await chargeHalyk(page);
  await id(page, "phone-scan").click();
  await onScreen(page, "confirming");
  await id(page, "phone-confirm").click();
  await result(page, "paid");
  await done(page);
  await chargeHalyk(page);
  await id(page, "phone-scan").click();
  await onScreen(page, "confirming");
  await id(page, "phone-decline").click();
  await result(page, "declined");
  await expect(id(page, "training-stamp")).toBeVisible();
});

test("training: a card of the bank's own, with its page and without money", ONCE, async ({ launch }) => {
  const till = await launch({ training: true, size: { width: 1280, height: 800 } });
  const { page } = till;
  const check = async (card: string): Promise<void> => {
    await id(page, "open-verification").click();
    await expect(id(page, "card-number")).toBeFocused();
    await id(page, `training-card-${card}`).click();
    await id(page, "card-send").click();
  };
  await check("page");
  await onScreen(page, "threeds");
  await (await till.bankPage()).locator("#confirm").click();
  await result(page, "verified");
  await done(page);
  await check("empty");
  await result(page, "declined");
  await done(page);
  await check("plain");
  await result(page, "verified");
  await expect(id(page, "training-stamp")).toBeVisible();
});
