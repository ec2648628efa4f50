import { isCardNumber } from "../../contract/card-number.ts";
import { EMPTY, entryDigits, press } from "../entry.ts";
import type { Entry, PadKey } from "../entry.ts";

export type FieldName = "number" | "expiry" | "cvc" | "name" | "account" | "email" | "phone" | "receiver" | "amount";

const digitsOf = (text: string): string => text.replace(/\D/g, "");

/** As it is printed on the card, as far as it is typed. */
const FORMATS: Partial<Record<FieldName, (text: string) => string>> = {
  number: groupsOfFour,
  receiver: groupsOfFour,
  expiry: (text) => {
    const digits = digitsOf(text).replace(/^([2-9])/, "0$1");
    return digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2, 4)}` : digits;
  },
  cvc: (text) => digitsOf(text).slice(0, 4),
  name: (text) => text.toUpperCase().replace(/[^A-Z .'-]/g, ""),
  account: (text) => text.replace(/[^A-Za-z0-9_.@:-]/g, ""),
  phone: (text) => text.replace(/[^\d+ ()-]/g, ""),
};

function groupsOfFour(text: string): string {
  return digitsOf(text)
    .slice(0, 19)
    .replace(/(\d{4})(?=\d)/g, "$1 ");
}

/** The text of a field in its form; what does not belong there goes. */
export const formatField = (name: FieldName, text: string): string => FORMATS[name]?.(text) ?? text;

const isRight: Readonly<Record<FieldName, (text: string) => boolean>> = {
  number: (text) => isCardNumber(digitsOf(text)),
  receiver: (text) => isCardNumber(digitsOf(text)),
  expiry: (text) => /^(0[1-9]|1[0-2])\/\d{2}$/.test(text),
  cvc: (text) => /^\d{3,4}$/.test(text),
  name: (text) => /^[A-Z][A-Z .'-]{1,59}$/.test(text.trim()),
  account: (text) => text !== "",
  email: (text) => text === "" || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text),
  phone: (text) => text === "" || /^\+?\d[\d ()-]{8,22}$/.test(text),
  amount: (text) => text !== "",
};

/** Whether what stands in the field can be sent. */
export const isGood = (name: FieldName, text: string): boolean => isRight[name](text);

/** Whether nothing more is to be typed there, and the next field can be gone to. */
export function isFull(name: FieldName, text: string): boolean {
  if (name === "expiry") return isGood(name, text);
  return name === "number" && digitsOf(text).length === 16 && isGood(name, text);
}

/** The sum in a text that is being typed. */
export function entryFrom(text: string, digits: number): Entry {
  return text.split("").reduce<Entry>((entry, char) => {
    if (/\d/.test(char)) return press(entry, char as PadKey, digits);
    return /[.,]/.test(char) ? press(entry, "dot", digits) : entry;
  }, EMPTY);
}

/** Nothing stands in the field of an empty sum. */
export const entryText = (entry: Entry): string =>
  entry.minor === 0 && entry.decimals === null ? "" : entryDigits(entry);
