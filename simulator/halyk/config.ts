import {
  defaultPort,
  isBoolean,
  isInt64,
  isNumber,
  isNumberOrNull,
  isString,
  listOf,
  oneOf,
  portChecks,
  readSettings,
  type Check,
  type PortSettings,
} from "../settings.ts";

/** What may be set at start and changed while the bank runs. */
export interface Config extends PortSettings {
  timeScale: number;
  username: string;
  password: string;
  /** False: the client's address is not among those the bank lets in. */
  allowed: boolean;
  terminals: string[];
  /** Int64 as decimal digits; refunds are numbered in the same row. */
  nextBillNumber: string;
  /** The bank ends an unfinished payment after so many seconds; null: never. */
  rejectSeconds: number | null;
  /** A refund becomes PAID by itself after so many seconds; null: it stays NEW. */
  refundSeconds: number | null;
  /** A number this terminal has used: refused, answered with the bill it belongs to, or given another bill. */
  usedInvoice: "refuse" | "same" | "second";
  /** The policy knows no NEW to REJECTED, and the chapter on refusal asks for it: accepted or refused. */
  policy: "loose" | "strict";
  /** Whether a payment with isSkipFin "Y" gets its financial document; without one it is never completed. */
  finDocuments: boolean;
  amounts: "string" | "number";
  /** Status bodies and events carry the samples' broken `"Loan terms""` (Q-53). */
  malformed: boolean;
  qr: "right" | "document";
  /** What the dates without a zone are written in. */
  dates: "almaty" | "utc";
  /** The number in a refund's answer: of the refund, or as in the document's sample of the purchase. */
  refundNumber: "own" | "purchase";
  /** Refuses calls whose headers are not the document's, which otherwise is only recorded. */
  strict: boolean;
}

/** A change of the configuration. */
export type Settings = Partial<Config>;

/** The document's sample, where it has any; its user name and password are not here. */
export const defaultConfig: Config = {
  ...defaultPort,
  timeScale: 1,
  username: "",
  password: "",
  allowed: true,
  terminals: ["92059431"],
  // Odd and beyond 2^53: a double shows at once.
  nextBillNumber: "9007199254740993",
  rejectSeconds: 1_200,
  refundSeconds: 2,
  usedInvoice: "refuse",
  policy: "loose",
  finDocuments: false,
  amounts: "string",
  malformed: false,
  qr: "right",
  dates: "almaty",
  refundNumber: "own",
  strict: false,
};

const checks: Record<keyof Settings, Check> = {
  ...portChecks,
  timeScale: isNumber,
  username: isString,
  password: isString,
  allowed: isBoolean,
  terminals: listOf(isString),
  nextBillNumber: isInt64,
  rejectSeconds: isNumberOrNull,
  refundSeconds: isNumberOrNull,
  usedInvoice: oneOf("refuse", "same", "second"),
  policy: oneOf("loose", "strict"),
  finDocuments: isBoolean,
  amounts: oneOf("string", "number"),
  malformed: isBoolean,
  qr: oneOf("right", "document"),
  dates: oneOf("almaty", "utc"),
  refundNumber: oneOf("own", "purchase"),
  strict: isBoolean,
};

/** The part of `value` that is configuration. Throws on an unknown key or a wrong value. */
export function readConfig(value: unknown): Settings {
  return readSettings<Settings>(checks, value);
}
