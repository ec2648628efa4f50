import { z } from "zod";
import { checkLimits, limits } from "./limits.ts";
import type { AddProblem, Loose } from "../problem.ts";
import { fileName, hostOf, isLoopback, secretText } from "../problem.ts";

/** The documents' test addresses ("TEST URL"). Other pages of the bank name other hosts, so all of them are settings (Q-94). */
export const EPAY_TEST_OAUTH_URL = "https://testoauth.homebank.kz/epay2/oauth2/token";
export const EPAY_TEST_API_URL = "https://testepay.homebank.kz/api";
/** The documents' own addresses for production ("PROD URL"). */
export const EPAY_OAUTH_URL = "https://epay-oauth.homebank.kz/oauth2/token";
export const EPAY_API_URL = "https://epay-api.homebank.kz";
export const EPAY_CONFIRM_PATH = "/payments/confirm";

const hostsOf = (urls: readonly string[]): ReadonlySet<string> => new Set(urls.map((url) => hostOf(url) ?? ""));
const TEST_HOSTS = hostsOf([
  EPAY_TEST_OAUTH_URL,
  EPAY_TEST_API_URL,
  "https://test-epay.homebank.kz",
  "https://test-epay-oauth.epayment.kz",
]);
const REAL_HOSTS = hostsOf([EPAY_OAUTH_URL, EPAY_API_URL]);

const url = z.string().max(2048);
/** A client and its terminal: one for each purpose, since the bank binds a currency and a right to each. */
const terminal = z.strictObject({
  clientId: z.string().trim().min(1, "must not be empty").max(128),
  clientSecret: secretText(256),
  terminalId: z
    .string()
    .regex(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, "must be the terminal's UUID, in quotes"),
});
export type EpayTerminal = z.infer<typeof terminal>;

const link = url.nullable().default(null);
/** The bank wants the last six digits of a number to be unique too. */
const invoice = z.string().regex(/^(0|[1-9]\d{0,5})$/, "must be a number of at most 6 digits, in quotes");

const RANGE = { from: "100000", to: "999999" } as const;

/** `providers.epay` of the provisioning file: contract section 2. */
export const epayConfig = z.strictObject({
  environment: z.enum(["test", "production"], 'must be "test" or "production"'),
  oauthUrl: url.optional(),
  apiUrl: url.optional(),
  ca: z.array(fileName).max(16).default([]),
  terminals: z.strictObject({
    payment: terminal,
    /** null: those of `payment`. */
    verification: terminal.nullable().default(null),
    transfer: terminal.nullable().default(null),
  }),
  /** The shop's own server, which the bank tells of results; a till behind a router cannot be told. */
  postLink: link,
  failurePostLink: link,
  backLink: link,
  failureBackLink: link,
  /** null: `public.rsa` below `apiUrl`. */
  publicKeyUrl: link,
  /** The documents and the bank's own library name different ones. */
  confirmPath: z
    .string()
    .regex(/^\/[A-Za-z0-9/_.-]{1,200}$/, "must be a path such as /payments/confirm")
    .default(EPAY_CONFIRM_PATH),
  /** The key's name in the request, as the bank's own library writes it: with a Cyrillic first letter. */
  cyrillicCryptogram: z.boolean().default(false),
  invoiceRange: z.strictObject({ from: invoice.default(RANGE.from), to: invoice.default(RANGE.to) }).default(RANGE),
  limits,
  /** A card number is typed on this till: it puts the till within the scope of PCI DSS (docs/security.md). */
  cards: z.boolean().default(false),
  /** Transfers from card to card. */
  transfers: z.boolean().default(false),
  /** Charge, cancel and refund, which stand outside the documents. */
  operations: z.boolean().default(false),
});
export type EpayConfig = z.infer<typeof epayConfig>;

/** The rules that join several fields. Takes the raw object, so that every wrong field is named in one go. */
export function checkEpay(raw: Loose, add: AddProblem): void {
  for (const [path, own] of [
    ["oauthUrl", false],
    ["apiUrl", false],
    ["publicKeyUrl", false],
    ["postLink", true],
    ["failurePostLink", true],
    ["backLink", true],
    ["failureBackLink", true],
  ] as const)
    checkUrl(raw, path, own, add);
  checkRange(raw.invoiceRange, add);
  checkLimits(raw.limits, add);
}

/** `own`: an address of the shop's, where http is its own affair. */
function checkUrl({ environment, ...raw }: Loose, path: string, own: boolean, add: AddProblem): void {
  const text = raw[path];
  if (typeof text !== "string") return;
  const host = hostOf(text);
  if (host === null) {
    add(path, "must be an address such as https://host/path, without user name, question mark or #");
    return;
  }
  if (text.startsWith("http:") && !own && !isLoopback(host)) add(path, "must be https; http is for this machine only");
  if (environment === "production" && TEST_HOSTS.has(host))
    add(path, "is the bank's test address; environment says production");
  // Real money taken under the stamp "test" is what this line prevents.
  if (environment === "test" && REAL_HOSTS.has(host))
    add(path, "is the bank's address for real money; environment says test");
}

function checkRange(range: unknown, add: AddProblem): void {
  if (typeof range !== "object" || range === null) return;
  const { from = RANGE.from, to = RANGE.to } = range as Loose;
  if (typeof from === "string" && typeof to === "string" && Number(from) > Number(to))
    add("invoiceRange.to", "must not be less than invoiceRange.from");
}
