/** Test cards of this bank: the number says what becomes of it. None of them is anybody's. */
import type { Outcome } from "./records.ts";

const PREFIX = "440000";
const ends = ["declined", "charged", "open"] as const;

/** An outcome's text: "ok", "3ds", "484", "3ds-484", "459-charged", "3ds-454-open". null: it is none. */
export function readOutcome(text: string): Outcome | null {
  const match = /^(?:ok|(3ds)|(3ds-)?([1-9]\d{0,4})(?:-(charged|open))?)$/.exec(text);
  if (!match) return null;
  const [, alone, before, code = "0", end] = match;
  const threeDs = (alone ?? before) !== undefined;
  return { threeDs, code: Number(code), ends: ends.find((one) => one === end) ?? "declined" };
}

/** The last digit of a card number (ISO/IEC 7812, Luhn). */
function checkDigit(digits: string): number {
  const sum = Array.from(digits)
    .toReversed()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return (10 - (sum % 10)) % 10;
}

export function passesLuhn(number: string): boolean {
  return /^\d{12,19}$/.test(number) && checkDigit(number.slice(0, -1)) === Number(number.at(-1));
}

/** The number of the card with this outcome. Throws for a text that is none. */
export function testCard(outcome: string): string {
  const wanted = readOutcome(outcome);
  if (!wanted) throw new Error(`no such outcome: ${outcome}`);
  const digits = [
    PREFIX,
    wanted.threeDs ? "3" : "0",
    String(ends.indexOf(wanted.ends)),
    "00",
    String(wanted.code).padStart(5, "0"),
  ].join("");
  return `${digits}${checkDigit(digits)}`;
}

/** What becomes of a card; one that is no test card is taken without the bank's page. */
export function outcomeOf(number: string): Outcome {
  const [, threeDs, end, code = "0"] = new RegExp(`^${PREFIX}([03])([0-2])00(\\d{5})\\d$`).exec(number) ?? [];
  return { threeDs: threeDs === "3", code: Number(code), ends: ends[Number(end ?? 0)] ?? "declined" };
}

/** As in the documents: "440563...5096". */
export function maskOf(number: string): string {
  return `${number.slice(0, 6)}...${number.slice(-4)}`;
}

export function typeOf(number: string): string {
  if (number.startsWith("3")) return "AMEX";
  return number.startsWith("4") ? "VISA" : "MASTERCARD";
}
