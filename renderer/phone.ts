import type { PadKey } from "./entry.ts";

/** Digits of a Kazakh number after its +7. */
const LENGTH = 10;

/** The digits after a key; a country code or trunk 8 that was typed before the number goes as soon as it can be told. */
export function pressPhone(digits: string, key: PadKey): string {
  if (key === "clear") return "";
  if (key === "back") return digits.slice(0, -1);
  if (key === "dot") return digits;
  return normal(digits + key);
}

/** The number in a pasted text, without +7 or 8. */
export function normal(text: string): string {
  const digits = text.replace(/\D/g, "").replace(/^8/, "");
  // 77… may be a number's own start (770 to 778): only the eleventh digit shows that the first was the country code.
  return digits.length > LENGTH && digits.startsWith("7") ? digits.slice(1, LENGTH + 1) : digits.slice(0, LENGTH);
}

export const isWhole = (digits: string): boolean => digits.length === LENGTH && digits.startsWith("7");

/** "+7 707 123 45 67", as far as it is typed. */
export function formatPhone(digits: string): string {
  const parts = [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6, 8), digits.slice(8, 10)];
  return ["+7", ...parts.filter((part) => part !== "")].join("\u00a0");
}

/** What is sent to the till. */
export const phoneNumber = (digits: string): string => `+7${digits}`;
