/** What a cashier and a customer do, in the words of the contract's test ids. */
import { expect, type Locator, type Page } from "playwright/test";
import type { Bank, BankPayment, Bill, Halyk } from "./bank.ts";

export const id = (page: Page, name: string): Locator => page.getByTestId(name);

export async function onScreen(page: Page, name: string, within = 10_000): Promise<void> {
  await expect(id(page, "screen")).toHaveAttribute("data-screen", name, { timeout: within });
}

/** Types a sum on the keyboard and pays with Enter, at the bank used last; comes back when the QR is painted. */
export async function charge(page: Page, digits = "500"): Promise<void> {
  await ready(page);
  await page.keyboard.type(digits);
  await expect(page.locator('[aria-keyshortcuts="Enter"]')).toBeVisible();
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

/** The same with one tap on Halyk's tile. */
export async function chargeHalyk(page: Page, digits = "500"): Promise<void> {
  await ready(page);
  await page.keyboard.type(digits);
  await expect(id(page, "pay-halykQr")).toBeEnabled({ timeout: 10_000 });
  await id(page, "pay-halykQr").click();
  await onScreen(page, "qr");
}

/** Puts the ending away. */
export async function done(page: Page): Promise<void> {
  await id(page, "done").click();
  await ready(page);
}

export async function type(page: Page, digits: string): Promise<void> {
  for (const digit of digits) await id(page, `key-${digit}`).click();
}

/** How the refund on the screen stands. */
export async function refundIs(page: Page, state: string, within = 10_000): Promise<void> {
  await onScreen(page, "refund-result", within);
  await expect(id(page, "result")).toHaveAttribute("data-state", state, { timeout: within });
}

export const refunded = (page: Page, within?: number): Promise<void> => refundIs(page, "refunded", within);

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

/** The same at Halyk. */
export async function halykCustomer(
  page: Page,
  halyk: Halyk,
): Promise<{
  bill: Bill;
  does(what: "scan" | "block" | "pay" | "reject", more?: Record<string, unknown>): Promise<void>;
}> {
  const code = await id(page, "qr").getAttribute("data-payload");
  const bill = (await halyk.bills("payment")).find((candidate) => candidate.qrcode === code);
  if (!bill) throw new Error("the code on the screen is not the bank's");
  return { bill, does: (what, more) => halyk.act(bill.billNumber, what, more) };
}
