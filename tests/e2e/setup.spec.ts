import type { Page } from "playwright/test";
import type { Bank } from "./bank.ts";
import { charge, customer, id, onScreen, ready, result } from "./steps.ts";
import { expect, test } from "./till.ts";

const PIN = "730155";

async function pick(page: Page, name: string, files: string | string[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await id(page, name).click();
  await (await chooser).setFiles(files);
}

/** The first questions of an empty till. */
async function begin(page: Page): Promise<void> {
  await onScreen(page, "setup");
  await id(page, "next").click();
  await id(page, "shop-name").fill("Береке");
  await id(page, "shop-bin").fill("180340021791");
  await id(page, "next").click();
  await id(page, "till-name").fill("Касса 1");
  await id(page, "next").click();
  await id(page, "person-name").fill("Ержан");
  await id(page, "new-pin").fill(PIN);
  await id(page, "new-pin-again").fill(PIN);
  await id(page, "next").click();
}

/** From the kind of contract to a till that the bank knows. */
async function connect(page: Page, bank: Bank): Promise<void> {
  await id(page, "scheme-2").click();
  await id(page, "next").click();
  await id(page, "url").fill(bank.url);
  await id(page, "next").click();
  await id(page, "cert-way-pem").click();
  await pick(page, "cert-file", bank.certificate);
  await pick(page, "cert-key", bank.privateKey);
  await id(page, "cert-passphrase").fill(bank.passphrase);
  await id(page, "cert-open").click();
  await expect(id(page, "draft-certificate")).toBeVisible();
  await id(page, "next").click();
  await pick(page, "roots-files", [...bank.ca]);
  await expect(id(page, "roots")).toBeVisible();
  await id(page, "next").click();
  await expect(id(page, "at-device")).toBeVisible();
  await id(page, "next").click();
  await expect(id(page, "at-check")).toBeVisible();
  await id(page, "next").click();
  await id(page, "point-12").click();
  await id(page, "next").click();
  await expect(id(page, "at-apply")).toBeVisible();
  await id(page, "next").click();
}

test("from an empty data folder to a paid test sale, through the wizard alone", async ({ bank, launch }) => {
  const till = await launch();
  const { page } = till;
  await begin(page);
  await connect(page, bank);
  await id(page, "trial-start").click();
  await expect(id(page, "trial")).toHaveAttribute("data-state", "awaiting_scan");
  await id(page, "phone-scan").click();
  await expect(id(page, "trial")).toHaveAttribute("data-state", "awaiting_confirmation");
  await id(page, "phone-confirm").click();
  await expect(id(page, "trial")).toHaveAttribute("data-state", "paid");
  expect(await bank.payments()).toMatchObject([{ amountMinor: "1000", captured: true }]);
  await id(page, "finish").click();
  await charge(page);
  const buyer = await customer(page, bank);
  await buyer.does("scan");
  await buyer.does("confirm");
  await result(page, "paid");
});

test("what the wizard has set up is there after kill -9, behind the PIN", async ({ bank, launch }) => {
  let till = await launch();
  await begin(till.page);
  await connect(till.page, bank);
  await expect(id(till.page, "trial-start")).toBeVisible();
  till = await till.killAndRestart();
  const { page } = till;
  await ready(page);
  await id(page, "open-settings").click();
  await onScreen(page, "unlock");
  await id(page, "pin").fill("000000");
  await page.keyboard.press("Enter");
  await expect(id(page, "error")).toBeVisible();
  await id(page, "pin").fill(PIN);
  await page.keyboard.press("Enter");
  await onScreen(page, "settings");
  await id(page, "tab-kaspi").click();
  await expect(id(page, "screen")).toContainText("Магазин 12".slice(-2));
});
