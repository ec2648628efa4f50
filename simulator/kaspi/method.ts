import { NumberText, isObject, type Json, type Writable } from "../json.ts";
import type { KaspiBank } from "./bank.ts";

export interface MethodRequest {
  /** The path's last segment, where the method has one. */
  parameter: string | null;
  query: URLSearchParams;
  body: Json | undefined;
  /** Adds a departure from the document that is let pass. */
  note(problem: string): void;
}

/** An envelope whose keys are written in the order they stand here. */
export type Envelope = { [key: string]: Writable | undefined };

export interface MethodAnswer {
  envelope: Envelope;
  paymentId?: string;
}

export interface BankMethod {
  /** The path after the base, without its parameter. */
  name: string;
  httpMethod: "GET" | "POST";
  parameter?: string;
  /** The purchase the request is about, before anything is carried out. */
  paymentId?(request: MethodRequest): string | null;
  run(bank: KaspiBank, request: MethodRequest): MethodAnswer;
}

/** The request cannot be understood. No StatusCode is documented for it, so it is plain HTTP 400. */
export class BadRequest extends Error {}

export function ok(data?: Writable): Envelope {
  return { StatusCode: 0, Message: "OK", Data: data };
}

/** A member of the body; another spelling of its key is let pass and noted. */
export function member(request: MethodRequest, key: string): Json | undefined {
  if (!isObject(request.body)) throw new BadRequest("body");
  const { body } = request;
  if (Object.hasOwn(body, key)) return body[key];
  const other = Object.keys(body).find((name) => name.toLowerCase() === key.toLowerCase());
  if (other === undefined) return undefined;
  request.note(`key ${other} instead of ${key}`);
  return body[other];
}

/** A String member; null when absent, null or empty. */
export function text(request: MethodRequest, key: string): string | null {
  const value = member(request, key);
  if (value instanceof NumberText) {
    request.note(`${key} is a number`);
    return value.source;
  }
  return typeof value === "string" && value !== "" ? value : null;
}

/** An Int64 member as digits. The bank takes strings too. */
export function int64(request: MethodRequest, key: string, documented: "number" | "string" = "number"): string | null {
  const value = member(request, key);
  const source = value instanceof NumberText ? value.source : value;
  if (typeof source !== "string" || !/^-?\d{1,19}$/.test(source)) return null;
  if ((typeof value === "string") !== (documented === "string")) request.note(`${key} is no ${documented}`);
  return String(BigInt(source));
}

/** A decimal member's own text. */
export function decimal(request: MethodRequest, key: string): string | null {
  const value = member(request, key);
  if (value instanceof NumberText) return value.source;
  if (typeof value !== "string") return null;
  request.note(`${key} is a string`);
  return value;
}
