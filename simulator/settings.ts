/** What may be set of any bank, and how settings that came as JSON are checked. */
import { isObject } from "./json.ts";

export type Check = (value: unknown) => boolean;

export const oneOf =
  (...words: readonly unknown[]): Check =>
  (value) =>
    words.includes(value);
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
export const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;
export const isNumberOrNull: Check = (value) => value === null || isNumber(value);
export const isBoolean: Check = (value) => typeof value === "boolean";
export const isString: Check = (value) => typeof value === "string";
export const isInt64: Check = (value) => typeof value === "string" && /^\d{1,19}$/.test(value);
export const isTexts: Check = (value) => isObject(value) && Object.values(value).every(isString);

/** The part of `value` that is settings. Throws on an unknown key or a wrong value. */
export function readSettings<Settings>(checks: Record<keyof Settings & string, Check>, value: unknown): Settings {
  if (!isObject(value)) throw new Error("configuration: an object is expected");
  for (const [key, member] of Object.entries(value)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof Settings & string] : undefined;
    if (!check) throw new Error(`configuration: unknown key ${key}`);
    if (!check(member)) throw new Error(`configuration: wrong value of ${key}`);
  }
  return value as Settings;
}

export const serverCertificates = ["good", "expired", "other-name", "other-ca"] as const;
export type ServerCertificate = (typeof serverCertificates)[number];

/** How a bank's port behaves before a request is read. */
export interface PortSettings {
  serverCertificate: ServerCertificate;
  minTls: "TLSv1.2" | "TLSv1.3";
  maxTls: "TLSv1.2" | "TLSv1.3";
  /** An idle connection is closed after so many real milliseconds. */
  keepAliveMs: number;
}

export const defaultPort: PortSettings = {
  serverCertificate: "good",
  minTls: "TLSv1.2",
  maxTls: "TLSv1.3",
  keepAliveMs: 65_000,
};

export const portChecks: Record<keyof PortSettings, Check> = {
  serverCertificate: oneOf(...serverCertificates),
  minTls: oneOf("TLSv1.2", "TLSv1.3"),
  maxTls: oneOf("TLSv1.2", "TLSv1.3"),
  keepAliveMs: isNumber,
};
