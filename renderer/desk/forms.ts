import { formatAmount, groupDigits, parseAmount } from "../../contract/money.ts";

/** What the contract takes, so that a mistake is named in its place before it is sent. */
export const BIN = /^\d{12}$/;
export const PHONE = /^[+0-9][0-9 ()-]{1,31}$/;
export const TILL_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,11}$/;
export const PLAIN_ID = /^[A-Za-z0-9_-]{1,32}$/;
export const PRODUCT_ID = /^[A-Za-z0-9_-]{1,16}$/;
export const PIN = /^\d{4,12}$/;
export const DEVICE_ID = /^[A-Za-z0-9_-]{1,64}$/;
export const HOST = /^[A-Za-z0-9.:-]{1,64}$/;
export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
/** Basic authentication ends the user name at the first colon. */
export const USERNAME = /^[\x21-\x39\x3b-\x7e]{1,128}$/;
export const SECRET = /^[\x21-\x7e]{1,256}$/;
export const TERMINAL = /^[A-Za-z0-9]{1,32}$/;
export const MPAN = /^\d{16}$/;
export const CHANNEL = /^[A-Z0-9_]{1,32}$/;
export const INVOICE = /^(0|[1-9]\d{0,6})$/;
/** ePay compares the last six digits of a number. */
export const INVOICE_SIX = /^(0|[1-9]\d{0,5})$/;
export const UUID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
export const BROKER = /^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,39}\]):\d{1,5}$/;
export const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
export const GROUP = /^[A-Za-z0-9._-]{1,128}$/;

/** The digits of a number that was typed, at most so many. */
export const digits = (text: string, most: number): string => text.replace(/\D/g, "").slice(0, most);

/** Empty means that there is none. */
export const orNull = (text: string): string | null => (text.trim() === "" ? null : text.trim());

/** An amount as a person types it ("50 000,5") as the contract wants it ("50000.50"); null when it is none. */
export function amountOf(text: string): string | null {
  const sum = parseAmount(text.replace(/[\s\u00a0\u2009]/g, "").replace(",", "."));
  return sum === null ? null : formatAmount(sum);
}

/** "50000.00" as a person types it. */
export function typedAmount(text: string): string {
  const sum = parseAmount(text);
  return sum === null ? text : groupDigits(sum).replaceAll("\u2009", " ");
}

/** A whole number between two others, as it was typed. */
export function between(text: string, least: number, most: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
}

/** A date of a certificate, as it is written in the country. */
export function dayOf(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${two(date.getUTCDate())}.${two(date.getUTCMonth() + 1)}.${date.getUTCFullYear()}`;
}

/** Latin letters without the ones that are taken for digits, for a name that nobody else has. */
const LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A proposal for the till's name at the bank: its id, and four signs so that no other shop has the same. */
export function deviceName(tillId: string): string {
  const random = crypto.getRandomValues(new Uint8Array(4));
  const tail = [...random].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  return `${tillId.replace(/[^A-Za-z0-9_-]/g, "") || "TILL"}-${tail}`;
}
