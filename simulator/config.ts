import { dateStyles, type DateStyle } from "./dates.ts";
import { isObject } from "./json.ts";

export interface TradePoint {
  /** Int64 as decimal digits. */
  id: string;
  name: string;
  enabled?: boolean;
  acceptsQr?: boolean;
}

export const serverCertificates = ["good", "expired", "other-name", "other-ca"] as const;
export type ServerCertificate = (typeof serverCertificates)[number];

/** What may be set at start and changed while the bank runs. */
export interface Config {
  /** Seconds told to the client. */
  pollSeconds: number;
  scanSeconds: number;
  confirmSeconds: number;
  /** Seconds the bank really applies; null: those it told. The bank's clocks are not the till's. */
  realScanSeconds: number | null;
  realConfirmSeconds: number | null;
  /** A token nobody scanned: becomes Error after the scan window, or keeps saying QrTokenCreated. */
  unscanned: "error" | "stays";
  timeScale: number;
  /** Id of the next payment, Int64 as decimal digits. */
  nextId: string;
  tradePoints: TradePoint[];
  paymentMethods: string[];
  expireDateStyle: DateStyle;
  transactionDateStyle: DateStyle;
  linkBase: string;
  /** Canonical StatusCode to the raw JSON text written instead of it, such as {"-1601": "\"- 1601\""}. */
  codes: Record<string, string>;
  /** Refuses a missing or repeated X-Request-ID and another Content-Type, which otherwise is only recorded. */
  strict: boolean;
  testMethods: boolean;
  /** Without a good client certificate: answer -10000 over HTTP instead of refusing the TLS connection. */
  softClientCert: boolean;
  serverCertificate: ServerCertificate;
  minTls: "TLSv1.2" | "TLSv1.3";
  maxTls: "TLSv1.2" | "TLSv1.3";
  /** An idle connection is closed after so many real milliseconds. */
  keepAliveMs: number;
}

/** The document's samples, where it has any: trade points 3.2.2 and 3.2.3, times 3.3.1. */
export const defaultConfig: Config = {
  pollSeconds: 5,
  scanSeconds: 180,
  confirmSeconds: 65,
  realScanSeconds: null,
  realConfirmSeconds: null,
  unscanned: "error",
  timeScale: 1,
  nextId: "9007199254740993",
  tradePoints: [
    { id: "1", name: "Магазин 1 (Ауэзова, 65)" },
    { id: "2", name: "Магазин 2 (Жарокова, 48)" },
    { id: "12", name: "Магазин 12" },
  ],
  paymentMethods: ["Gold", "Red", "Loan"],
  expireDateStyle: "short-offset",
  transactionDateStyle: "unpadded-day",
  linkBase: "https://pay.kaspi.kz/pay/",
  codes: {},
  strict: false,
  testMethods: true,
  softClientCert: false,
  serverCertificate: "good",
  minTls: "TLSv1.2",
  maxTls: "TLSv1.3",
  keepAliveMs: 65_000,
};

const oneOf =
  (...words: readonly string[]) =>
  (value: unknown) =>
    typeof value === "string" && words.includes(value);
const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isNumberOrNull = (value: unknown) => value === null || isNumber(value);
const isBoolean = (value: unknown) => typeof value === "boolean";
const isString = (value: unknown) => typeof value === "string";
const isInt64 = (value: unknown) => typeof value === "string" && /^\d{1,19}$/.test(value);

const checks: Record<keyof Config, (value: unknown) => boolean> = {
  pollSeconds: isNumber,
  scanSeconds: isNumber,
  confirmSeconds: isNumber,
  realScanSeconds: isNumberOrNull,
  realConfirmSeconds: isNumberOrNull,
  unscanned: oneOf("error", "stays"),
  timeScale: isNumber,
  nextId: isInt64,
  tradePoints: (value) =>
    Array.isArray(value) && value.every((point) => isObject(point) && isInt64(point.id) && isString(point.name)),
  paymentMethods: (value) => Array.isArray(value) && value.every(isString),
  expireDateStyle: oneOf(...dateStyles),
  transactionDateStyle: oneOf(...dateStyles),
  linkBase: isString,
  codes: (value) => isObject(value) && Object.values(value).every(isString),
  strict: isBoolean,
  testMethods: isBoolean,
  softClientCert: isBoolean,
  serverCertificate: oneOf(...serverCertificates),
  minTls: oneOf("TLSv1.2", "TLSv1.3"),
  maxTls: oneOf("TLSv1.2", "TLSv1.3"),
  keepAliveMs: isNumber,
};

/** The part of `value` that is configuration. Throws on an unknown key or a wrong value. */
export function readConfig(value: unknown): Partial<Config> {
  if (!isObject(value)) throw new Error("configuration: an object is expected");
  for (const [key, member] of Object.entries(value)) {
    const check = Object.hasOwn(checks, key) ? checks[key as keyof Config] : undefined;
    if (!check) throw new Error(`configuration: unknown key ${key}`);
    if (!check(member)) throw new Error(`configuration: wrong value of ${key}`);
  }
  return value;
}
