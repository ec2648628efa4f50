import { z } from "zod";
import { checkLimits, limits } from "./limits.ts";
import type { AddProblem, Loose } from "../problem.ts";
import { fileName, hostOf, isLoopback, secretText } from "../problem.ts";

/** The document's test address ("Test service settings"). Production comes from the bank. */
export const HALYK_QR_TEST_URL = "https://testapi.onlinebank.kz/internal/qr-service/internal";
export const HALYK_QR_TOPIC = "ob-qr-service-status-events";
const TEST_HOST = hostOf(HALYK_QR_TEST_URL);

/** Basic authentication ends the user name at the first colon. */
const username = secretText(128).regex(/^[^:]+$/, "must hold no colon");
const terminal = z.string().regex(/^[A-Za-z0-9]{1,32}$/, "must be 1 to 32 Latin letters and digits, in quotes");
const mpan = z.string().regex(/^\d{16}$/, "must be 16 digits in quotes");
const channel = z.string().regex(/^[A-Z0-9_]{1,32}$/, "must be capital Latin letters, digits and _");
/** At most seven digits: with the eight before them an invoice number stays within fifteen (core/invoice-number.ts). */
const invoice = z.string().regex(/^(0|[1-9]\d{0,6})$/, "must be a number of at most 7 digits, in quotes");
const broker = z
  .string()
  .regex(/^(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:]{2,39}\]):[1-9]\d{0,4}$/, "must be host:port in quotes")
  .refine((text) => Number(text.slice(text.lastIndexOf(":") + 1)) <= 65_535, "has no such port");

/** The bank's event stream: only a hint, so everything works without it. */
const kafka = z.strictObject({
  brokers: z.array(broker).min(1, "must name at least one broker").max(16),
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/, "must be a topic's name")
    .default(HALYK_QR_TOPIC),
  /** null: this till's own. Tills that share a group each see a part of the events. */
  groupId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,128}$/, "must be a group's name")
    .nullable()
    .default(null),
  tls: z
    .strictObject({ ca: z.array(fileName).max(16).default([]) })
    .nullable()
    .default(null),
  sasl: z
    .strictObject({
      mechanism: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], "must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
      username: z.string().min(1).max(256),
      password: z.string().min(1).max(256),
    })
    .nullable()
    .default(null),
});
export type KafkaConfig = z.infer<typeof kafka>;

/** `providers.halykQr` of the provisioning file: contract section 2. */
export const halykQrConfig = z.strictObject({
  environment: z.enum(["test", "production"], 'must be "test" or "production"'),
  url: z.string().max(2048).optional(),
  ca: z.array(fileName).max(16).default([]),
  username,
  password: secretText(256),
  terminal,
  mpan: mpan.nullable().default(null),
  /** In any script: it is transliterated and cut at 25 letters. Absent: the shop's name. */
  pointOfSale: z.string().trim().min(1, "must not be empty").max(120).optional(),
  channel: channel.default("SMART_POS"),
  scanSeconds: z.int("must be a whole number of seconds").min(30).max(1140).default(180),
  pollSeconds: z.int("must be a whole number of seconds").min(2).max(30).default(3),
  /** What a code that does not fit its payment leads to. Absent: warn in test, block in production. */
  emvMismatch: z.enum(["warn", "block"], 'must be "warn" or "block"').optional(),
  /** The shop makes the bank's financial document itself; without it such a payment is never completed. */
  makesFinDocument: z.boolean().default(false),
  /** The document's samples send the amount in quotes, its table says number. */
  amountAsString: z.boolean().default(false),
  invoiceRange: z
    .strictObject({ from: invoice.default("1"), to: invoice.default("999999") })
    .default({ from: "1", to: "999999" }),
  limits,
  kafka: kafka.nullable().default(null),
});
export type HalykQrConfig = z.infer<typeof halykQrConfig>;

/** The rules that join several fields. Takes the raw object, so that every wrong field is named in one go. */
export function checkHalykQr(raw: Loose, add: AddProblem): void {
  checkUrl(raw, add);
  checkRange(raw.invoiceRange, add);
  checkLimits(raw.limits, add);
}

function checkUrl({ url, environment }: Loose, add: AddProblem): void {
  if (url === undefined) {
    if (environment === "production")
      add("url", "missing; the production address comes from the bank, there is no default");
    return;
  }
  if (typeof url !== "string") return;
  const host = hostOf(url);
  if (host === null) {
    add("url", "must be an address such as https://host/path, without user name, question mark or #");
    return;
  }
  if (url.startsWith("http:") && !isLoopback(host)) add("url", "must be https; http is for this machine only");
  // Goods handed out for test money, with no stamp on the slip, is what this line prevents.
  if (environment === "production" && host === TEST_HOST)
    add("url", "is the bank's test address; environment says production");
}

function checkRange(range: unknown, add: AddProblem): void {
  if (typeof range !== "object" || range === null) return;
  const { from = "1", to = "999999" } = range as Loose;
  if (typeof from === "string" && typeof to === "string" && Number(from) > Number(to))
    add("invoiceRange.to", "must not be less than invoiceRange.from");
}
