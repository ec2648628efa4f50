import { NumberText, isObject, type Json } from "../json.ts";
import { toMinor } from "../money.ts";
import type { Detail } from "./records.ts";
import { Refusal } from "./refusal.ts";

/** One request; its path is taken apart. */
export interface MethodRequest {
  /** The ledger's seq. */
  call: number;
  parameters: readonly string[];
  query: URLSearchParams;
  body: Json | undefined;
  /** Adds a departure from the document that is let pass. */
  note(problem: string): void;
  /** Adds a breach of the bank's rules of use. */
  complain(text: string): void;
}

/** The body's members; those the document does not know are noted. Throws 400. */
export function members(request: MethodRequest, known: readonly string[]): Record<string, Json> {
  const { body } = request;
  if (!isObject(body)) throw new Refusal(400, "a JSON object is expected");
  for (const key of Object.keys(body)) if (!known.includes(key)) request.note(`unknown key ${key}`);
  return body;
}

/** A String; null when absent, null or empty. A number is let pass and noted. Throws 400 for anything else. */
export function text(request: MethodRequest, body: Record<string, Json>, key: string): string | null {
  const value = body[key] ?? "";
  if (value instanceof NumberText) {
    request.note(`${key} is a number`);
    return value.source;
  }
  if (typeof value !== "string") throw new Refusal(400, `${key} is no string`);
  return value === "" ? null : value;
}

/** The same where the table says "mandatory". Throws 400 without it. */
export function mandatory(request: MethodRequest, body: Record<string, Json>, key: string): string {
  const value = text(request, body, key);
  if (value === null) throw new Refusal(400, `${key} is missing`);
  return value;
}

/** `amount` in tiyn: Float64 by the table, a string in the samples. Throws 400. */
export function amount(body: Record<string, Json>): bigint {
  const value = body.amount instanceof NumberText ? body.amount.source : body.amount;
  const minor = typeof value === "string" ? toMinor(value) : null;
  if (minor === null || minor <= 0n) throw new Refusal(400, "amount is wrong");
  return minor;
}

/** An int64 of a body as digits: billId is a number in one place and a string in another. */
export function int64(value: Json | undefined): string | null {
  const source = value instanceof NumberText ? value.source : value;
  return typeof source === "string" ? digits(source) : null;
}

/** An int64 of a path as digits. */
export function digits(source: string): string | null {
  return /^\d{1,19}$/.test(source) ? String(BigInt(source)) : null;
}

/** `[{"label": string, "value": string}]`; null when absent. Throws 400. */
export function detailsOf(body: Record<string, Json>): Detail[] | null {
  const value = body.details ?? null;
  if (value === null) return null;
  const isDetail = (one: Json): boolean =>
    isObject(one) && typeof one.label === "string" && typeof one.value === "string";
  if (!Array.isArray(value) || !value.every(isDetail)) throw new Refusal(400, "details are wrong");
  return value as unknown as Detail[];
}
