import { NumberText, isObject, type Json, type Writable } from "../json.ts";
import { toMinor } from "../money.ts";
import type { Complaint } from "../records.ts";
import type { KaspiBank } from "./bank.ts";
import type { Caller } from "./organizations.ts";
import type { Scheme } from "./records.ts";
import { Refusal } from "./refusal.ts";

export interface MethodRequest {
  scheme: Scheme;
  /** X-Request-ID. */
  requestId: string | null;
  /** The path's last segment, where the method has one. */
  parameter: string | null;
  query: URLSearchParams;
  body: Json | undefined;
  /** Adds a departure from the document that is let pass. */
  note(problem: string): void;
  /** Adds a breach of the bank's rules of use. */
  complain(rule: Complaint["rule"], text: string): void;
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

/** The organisation a call names: scheme 3's OrganizationBin, elsewhere the one of key or certificate (Q-19). */
export function namedCaller(bank: KaspiBank, request: MethodRequest): Caller & { bin: string } {
  const bin = text(request, "OrganizationBin");
  if (request.scheme !== 3) {
    if (bin !== null) request.note("OrganizationBin is scheme 3's");
    return { scheme: request.scheme, bin: bank.organizations.first().bin };
  }
  if (bin === null) throw new BadRequest("OrganizationBin");
  return { scheme: 3, bin };
}

/** The same where scheme 3 names no organisation: K6, K10 and K13. */
export function anyCaller(bank: KaspiBank, request: MethodRequest): Caller {
  return { scheme: request.scheme, bin: request.scheme === 3 ? null : bank.organizations.first().bin };
}

/** DeviceToken: a GUID as a string, though 4.6 calls it an Int64 and shows a number. */
export function deviceToken(request: MethodRequest): string {
  const value = member(request, "DeviceToken");
  const token = value instanceof NumberText ? value.source : value;
  if (typeof token !== "string" || token === "") throw new Refusal("-1501");
  return token;
}

/** Amount in tiyn. */
export function amount(request: MethodRequest): bigint {
  const minor = toMinor(decimal(request, "Amount") ?? "");
  if (minor === null || minor <= 0n) throw new Refusal("990000028");
  return minor;
}

/** A member of the query; another spelling of its key is let pass and noted. */
export function queryMember(request: MethodRequest, key: string): string | null {
  const exact = request.query.get(key);
  if (exact !== null) return exact;
  const other = [...request.query.keys()].find((name) => name.toLowerCase() === key.toLowerCase());
  if (other === undefined) return null;
  request.note(`query ${other} instead of ${key}`);
  return request.query.get(other);
}

/** An id of a path or a query. */
export function digits(value: string | null): string | null {
  return value !== null && /^\d{1,19}$/.test(value) ? String(BigInt(value)) : null;
}

/** The purchase of a body, before anything is carried out. */
export function purchaseOf(request: MethodRequest): string | null {
  return int64({ ...request, note: () => {} }, "QrPaymentId");
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
function decimal(request: MethodRequest, key: string): string | null {
  const value = member(request, key);
  if (value instanceof NumberText) return value.source;
  if (typeof value !== "string") return null;
  request.note(`${key} is a string`);
  return value;
}
