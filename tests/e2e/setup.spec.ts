import type { Page } from "playwright/test";
import type { Bank } from "./bank.ts";
import { charge, customer, halykCustomer, id, onScreen, ready, result } from "./steps.ts";
import { expect, ONCE, test } from "./till.ts";

const PIN = "730155";

async function pick(page: Page, name: string, files: string | string[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await id(page, name).click();
  await (await chooser).setFiles(files);
}

/** The first questions of an empty till, to the bank that is set up first. */
async function begin(page: Page, first: "kaspi" | "halykQr" = "kaspi"): Promise<void> {
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
  await id(page, `choose-${first}`).click();
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

test("from an empty data folder to a paid test sale, through the wizard alone", ONCE, async ({ bank, launch }) => {
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

test("what the wizard has set up is there after kill -9, behind the PIN", ONCE, async ({ bank, launch }) => {
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

test(
  "Halyk alone, through the wizard: a wrong password is named, the right one takes a test sale and a sale",
  ONCE,
  async ({ bank: { halyk }, launch }) => {
    const { page } = await launch();
    const step = (name: string) => expect(id(page, `at-${name}`)).toBeVisible();
    const next = () => id(page, "next").click();
    await begin(page, "halykQr");
    await step("where");
    await id(page, "halyk-url").fill(halyk.url);
    await next();
    await id(page, "halyk-username").fill(halyk.username);
    await id(page, "halyk-password").fill(`${halyk.password}?`);
    await id(page, "halyk-terminal").fill(halyk.terminal);
    await next();
    await step("shop");
    await expect(id(page, "halyk-latin")).toHaveText("Bereke");
    await next();
    await pick(page, "halykQr-roots-files", [...halyk.ca]);
    await expect(id(page, "halykQr-roots")).toBeVisible();
    await next();
    await step("limits");
    await id(page, "halyk-pollSeconds").fill("2");
    for (const name of ["document", "events", "check"]) {
      await next();
      await step(name);
    }
    await expect(id(page, "layer-tls")).toHaveAttribute("data-state", "ok");
    await expect(id(page, "layer-key")).toHaveAttribute("data-state", "failed");
    await expect(id(page, "layer-key")).toContainText("имя пользователя или пароль");
    await id(page, "remedy-go").click();
    await step("login");
    await id(page, "halyk-password").fill(halyk.password);
    await next();
    await step("shop");
    await id(page, "step-check").click();
    await expect(id(page, "layer-key")).toHaveAttribute("data-state", "ok");
    await next();
    await step("apply");
    await next();
    await id(page, "trial-start").click();
    await expect(id(page, "trial")).toHaveAttribute("data-state", "awaiting_scan");
    await (await halykCustomer(page, halyk)).does("pay");
    await expect(id(page, "trial")).toHaveAttribute("data-state", "paid");
    await id(page, "finish").click();
    await charge(page);
    await (await halykCustomer(page, halyk)).does("pay");
    await result(page, "paid");
    expect(await halyk.bills("payment")).toMatchObject([
      { amountMinor: "1000", captured: true },
      { amountMinor: "50000", captured: true },
    ]);
  },
);
