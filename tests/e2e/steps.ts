/** What a cashier and a customer do, in the words of the contract's test ids. */
import { expect, type Locator, type Page } from "playwright/test";
import type { Bank, BankPayment } from "./bank.ts";

export const id = (page: Page, name: string): Locator => page.getByTestId(name);

export async function onScreen(page: Page, name: string, within = 10_000): Promise<void> {
  await expect(id(page, "screen")).toHaveAttribute("data-screen", name, { timeout: within });
}

/** Types a sum on the keyboard and pays with Enter; comes back when the QR is painted. */
export async function charge(page: Page, digits = "500"): Promise<void> {
  await ready(page);
  await page.keyboard.type(digits);
  await expect(id(page, "pay-kaspi")).toBeEnabled();
  await page.keyboard.press("Enter");
  await onScreen(page, "qr");
}

export async function ready(page: Page): Promise<void> {
  await onScreen(page, "idle");
}

export async function result(page: Page, state: string, within = 10_000): Promise<void> {
  await onScreen(page, "result", within);
  await expect(id(page, "result")).toHaveAttribute("data-state", state);
}

/** The customer whose telephone reads the code on the screen. */
export async function customer(
  page: Page,
  bank: Bank,
): Promise<{ payment: BankPayment; does(what: Parameters<Bank["act"]>[1]): Promise<void> }> {
  const token = await id(page, "qr").getAttribute("data-payload");
  const payment = (await bank.payments()).find((candidate) => candidate.token === token);
  if (!payment) throw new Error("the code on the screen is not the bank's");
  return { payment, does: (what) => bank.act(payment.id, what) };
}
