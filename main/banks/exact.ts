/** Reading a bank's answer without losing a digit: every number stays the text the bank wrote. */
import { minor, type Minor } from "../../contract/money.ts";

/** A number of a JSON text, as written there. */
export class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Parses JSON with each number as its source text. Throws SyntaxError on anything that is not JSON. */
export function parseExact(text: string): unknown {
  const reviver = (_key: string, value: unknown, context: { source?: string }): unknown =>
    typeof value === "number" && context.source !== undefined ? new NumberText(context.source) : value;
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

/** A JSON object, read exactly; null for anything else. Never throws. */
export function parseObject(text: string): object | null {
  try {
    const value = parseExact(text);
    return isObject(value) ? value : null;
  } catch {
    // RangeError too: a body nested a hundred thousand deep overflows the parser's stack.
    return null;
  }
}

/** Of what `parseExact` gives: neither a list nor a number. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof NumberText);
}

/** A JSON number token written exactly as given; `text` must be a JSON number. */
export function numberToken(text: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(text);
}

/** A field by name, whatever its letter case; undefined where there is none. */
export function field(object: unknown, name: string): unknown {
  if (!isObject(object)) return undefined;
  if (Object.hasOwn(object, name)) return object[name];
  return everyField(object, name)[0];
}

/** All fields of that name, whatever their letter case: more than one where the bank writes it in two ways. */
export function everyField(object: unknown, name: string): unknown[] {
  const wanted = name.toLowerCase();
  return isObject(object)
    ? Object.keys(object)
        .filter((key) => key.toLowerCase() === wanted)
        .map((key) => object[key])
    : [];
}

/** An Int64 id as decimal digits, from a number or a numeric string; null when it is neither. */
export function idText(value: unknown): string | null {
  const text = value instanceof NumberText ? value.text : value;
  return typeof text === "string" && /^[1-9]\d{0,18}$/.test(text) ? text : null;
}

/** A non-empty text, or the source text of a number. */
export function textOf(value: unknown): string | null {
  if (value instanceof NumberText) return value.text;
  return typeof value === "string" && value !== "" ? value : null;
}

/** A decimal amount in major units, number or string, as whole minor units; null when it is not exactly that. */
export function amountOf(value: unknown): Minor | null {
  const text = value instanceof NumberText ? value.text : value;
  const match = typeof text === "string" ? /^(\d{1,13})(?:\.(\d{1,2})0*)?$/.exec(text) : null;
  if (!match) return null;
  return minor(Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")));
}

/**
 * Seconds as whole milliseconds. Only a positive JSON number counts; anything else is the usual value, and what is out
 * of all reason is brought to the nearest bound: a zero would hammer the bank.
 */
export function secondsOf(value: unknown, usual: number, least: number, most: number): number {
  const seconds = value instanceof NumberText ? Number(value.text) : Number.NaN;
  if (!Number.isFinite(seconds) || seconds <= 0) return usual * 1000;
  return Math.round(Math.min(most, Math.max(least, seconds)) * 1000);
}

const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Any date the banks' documents show (Q-23), as epoch milliseconds; null for what is no date, never an exception.
 * Without a zone it is Kazakhstan's time of that date: +06 before 2024-03-01, +05 since, by the zone's own history.
 */
export function dateOf(value: unknown): number | null {
  const match = typeof value === "string" ? DATE.exec(value) : null;
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const milliseconds = Math.trunc(Number(`0${fraction ?? ""}`) * 1000);
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    milliseconds,
  );
  const check = new Date(utc);
  if (
    check.getUTCMonth() !== Number(month) - 1 ||
    check.getUTCDate() !== Number(day) ||
    Number(hour) > 23 ||
    Number(minute) > 59
  )
    return null;
  if (zone === undefined) return utc - almatyOffset(utc);
  if (zone === "Z") return utc;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const offset = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return zone.startsWith("-") ? utc + offset : utc - offset;
}

function almatyOffset(localAsUtc: number): number {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Almaty", timeZoneName: "longOffset" });
  const name =
    format.formatToParts(localAsUtc - 6 * 3_600_000).find((part) => part.type === "timeZoneName")?.value ?? "GMT+05:00";
  const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? ["", "+", "05", "00"];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
