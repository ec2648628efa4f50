/**
 * Money is a whole number of minor units (tiyn) with a currency. A `number` holds every amount the till API accepts
 * (12 digits of tenge, two of tiyn) exactly: 10^14 < 2^53. No float ever stands for money.
 */
export type Minor = number & { readonly __minor: unique symbol };

export type Currency = "KZT" | "USD";

export interface Money {
  readonly minor: Minor;
  readonly currency: Currency;
}

/** What the till API and the provisioning file accept as an amount, in major units. */
export const AMOUNT = /^(0|[1-9]\d{0,11})(\.\d{1,2})?$/;

/** Takes whole minor units; throws RangeError on anything but a safe, non-negative integer. */
export function minor(value: number): Minor {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not an amount in minor units: ${value}`);
  return value as Minor;
}

/** Reads a decimal string in major units ("5000", "5000.5", "5000.00"); null when it is not one. */
export function parseAmount(text: string): Minor | null {
  if (!AMOUNT.test(text)) return null;
  const [major = "0", fraction = ""] = text.split(".");
  return minor(Number(major) * 100 + Number(fraction.padEnd(2, "0")));
}

/** Writes minor units as major units with exactly two decimals: 500000 -> "5000.00". */
export function formatAmount(amount: Minor): string {
  const text = String(amount).padStart(3, "0");
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
}

const THIN = "\u2009";
const NO_BREAK = "\u00a0";
const SIGNS: Record<Currency, string> = { KZT: "₸", USD: "$" };

/** The digits a person reads: thousands apart by a thin space, tiyn after a comma and only when there are any. */
export function groupDigits(amount: Minor): string {
  const [major = "0", fraction = "00"] = formatAmount(amount).split(".");
  const grouped = major.replace(/\B(?=(\d{3})+$)/g, THIN);
  return fraction === "00" ? grouped : `${grouped},${fraction}`;
}

/** A sum for a person: "2 500 ₸", sign last after a no-break space (design U2). */
export function formatMoney(amount: Minor, currency: Currency = "KZT"): string {
  return `${groupDigits(amount)}${NO_BREAK}${SIGNS[currency]}`;
}
