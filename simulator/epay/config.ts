import {
  defaultPort,
  isBoolean,
  isNumber,
  isString,
  oneOf,
  portChecks,
  readSettings,
  type Check,
  type PortSettings,
} from "../settings.ts";
import { isObject } from "../json.ts";
import { readOutcome } from "./cards.ts";
import { purposes, type Purpose, type Terminal } from "./records.ts";

/** What the ACS does with the payer who presses a button. */
const acsWays = ["right", "wrong-md", "empty-pares", "never", "broken", "hostile"] as const;
type AcsWay = (typeof acsWays)[number];

/** What may be set at start and changed while the bank runs. */
export interface Config extends PortSettings {
  timeScale: number;
  /** False: the client's address is not among those the bank lets in. */
  allowed: boolean;
  /** A client and terminal for each purpose; one terminal may serve several. */
  terminals: Record<Purpose, Terminal>;
  /** "sms": CHARGE at once; "dms": AUTH, to be charged or cancelled. */
  scheme: "sms" | "dms";
  /** Life of a token, and whether `expires_in` is a number or a text. */
  tokenSeconds: number;
  expiresIn: "number" | "text";
  /** Form of `public.rsa`: the base64 of an SPKI in one line; the same under a PKCS#1 label; PEM of either kind. */
  keyForm: "spki-line" | "spki-as-pkcs1" | "pkcs1" | "spki";
  /** Another number makes another key. */
  rsaBits: number;
  /** What becomes of a token of Google Pay: "ok", "3ds", "484", "3ds-455", "459-charged", "454-open", … */
  nextOutcome: string;
  /** Invoice numbers must differ in their last six digits too. */
  lastSix: boolean;
  /** check-status says 102 for so long after the post. */
  statusLagMs: number;
  /** The operation is NEW for so long after it was posted or confirmed. */
  decideMs: number;
  /** What check-status says of an operation that is NEW: 100 with NEW, or 107. */
  undecided: "NEW" | "107";
  /** What it says of one that was refused: 100 with the operation, or 101 with none. */
  rejectedAs: "transaction" | "101";
  /** HTTP status of a refusal with a code. */
  errorStatus: 400 | 200;
  /** What an operation before the bank's page is told as. */
  challengeStatus: "3D" | "NEW" | "FINGERPRINT";
  /** An operation whose payer does not come back from the bank's page is FAILED after so many seconds. */
  challengeSeconds: number;
  /** Whether a saved card is sent to the bank's page as well. */
  saved3ds: boolean;
  confirmPath: string;
  /** Answer of the confirmation. */
  confirmAnswer: "json" | "redirect";
  /** Answer of charge, cancel and refund, whose body no page of the bank shows. */
  operationAnswer: "empty" | "json";
  /** Which address the bank's page is given out with: https of the same port, or plain http of a port of its own. */
  acs: "http" | "https";
  acsWay: AcsWay;
  /** Whole of `secure3D.action` in the place of the right one; null: the right one. */
  acsAction: string | null;
}

/** A change of the configuration. */
export type Settings = Partial<Config>;

const noTerminal: Terminal = { clientId: "", clientSecret: "", terminalId: "" };

export const defaultConfig: Config = {
  ...defaultPort,
  timeScale: 1,
  allowed: true,
  terminals: { payment: noTerminal, verification: noTerminal, transfer: noTerminal },
  scheme: "sms",
  tokenSeconds: 7_200,
  expiresIn: "number",
  keyForm: "spki-as-pkcs1",
  rsaBits: 4096,
  nextOutcome: "ok",
  lastSix: true,
  statusLagMs: 0,
  decideMs: 0,
  undecided: "NEW",
  rejectedAs: "transaction",
  errorStatus: 400,
  challengeStatus: "3D",
  challengeSeconds: 1_200,
  saved3ds: false,
  confirmPath: "/payments/confirm",
  confirmAnswer: "json",
  operationAnswer: "empty",
  acs: "https",
  acsWay: "right",
  acsAction: null,
};

const isTerminal = (value: unknown): boolean =>
  isObject(value) && ["clientId", "clientSecret", "terminalId"].every((key) => isString(value[key]));

const checks: Record<keyof Settings, Check> = {
  ...portChecks,
  timeScale: isNumber,
  allowed: isBoolean,
  terminals: (value) => isObject(value) && purposes.every((purpose) => isTerminal(value[purpose])),
  scheme: oneOf("sms", "dms"),
  tokenSeconds: isNumber,
  expiresIn: oneOf("number", "text"),
  keyForm: oneOf("spki-line", "spki-as-pkcs1", "pkcs1", "spki"),
  rsaBits: (value) => Number.isInteger(value) && Number(value) >= 1024 && Number(value) <= 8192,
  nextOutcome: (value) => isString(value) && readOutcome(value as string) !== null,
  lastSix: isBoolean,
  statusLagMs: isNumber,
  decideMs: isNumber,
  undecided: oneOf("NEW", "107"),
  rejectedAs: oneOf("transaction", "101"),
  errorStatus: oneOf(400, 200),
  challengeStatus: oneOf("3D", "NEW", "FINGERPRINT"),
  challengeSeconds: isNumber,
  saved3ds: isBoolean,
  confirmPath: (value) => isString(value) && (value as string).startsWith("/"),
  confirmAnswer: oneOf("json", "redirect"),
  operationAnswer: oneOf("empty", "json"),
  acs: oneOf("http", "https"),
  acsWay: oneOf(...acsWays),
  acsAction: (value) => value === null || isString(value),
};

/** The part of `value` that is configuration. Throws on an unknown key or a wrong value. */
export function readConfig(value: unknown): Settings {
  return readSettings<Settings>(checks, value);
}
