import { z } from "zod";
import { checkLimits, limits } from "./limits.ts";
import type { AddProblem, Loose } from "../problem.ts";
import { fileName, hostOf, isLoopback, secretText } from "../problem.ts";

/** The document's test addresses, one a scheme (Kaspi QR v3.9, section 1). Production comes in the bank's letter. */
export const KASPI_TEST_URLS: Readonly<Record<1 | 2 | 3, string>> = {
  1: "https://mtokentest.kaspi.kz:8543/r1/v01",
  2: "https://mtokentest.kaspi.kz:8544/r2/v01",
  3: "https://mtokentest.kaspi.kz:8545/r3/v01",
};
const TEST_HOSTS: ReadonlySet<string> = new Set(Object.values(KASPI_TEST_URLS).map((url) => hostOf(url) ?? ""));

/** The app's own headers, and those that would change how a request is framed. */
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "content-type",
  "api-key",
  "x-request-id",
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
  "expect",
]);
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
const HEADER_VALUE = /^[\x20-\x7e\x80-\xff]{1,4096}$/;

const bin = z.string().regex(/^\d{12}$/, "must be 12 digits in quotes (leading zeros count)");
const deviceId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 Latin letters, digits, - or _");
/** An Int64 of the bank: a string, so that no digit is lost on the way. */
const tradePointId = z.string().regex(/^[1-9]\d{0,18}$/, "must be the number in quotes, digits only");

/** One legal entity behind a certificate that serves several (scheme 3). */
const organization = z.strictObject({
  bin,
  name: z.string().min(1).max(120),
  deviceId,
  tradePointId: tradePointId.nullable().default(null),
  deviceToken: secretText(256).nullable().default(null),
});

/** `providers.kaspi` of the provisioning file: contract section 2. What depends on the scheme is in `checkKaspi`. */
export const kaspiConfig = z.strictObject({
  environment: z.enum(["test", "production"], 'must be "test" or "production"'),
  scheme: z.literal([1, 2, 3], "must be 1, 2 or 3"),
  url: z.string().max(2048).optional(),
  apiKey: secretText(256).optional(),
  certificate: fileName.optional(),
  privateKey: fileName.optional(),
  passphrase: z.string().max(1024).optional(),
  ca: z.array(fileName).max(16).default([]),
  deviceId: deviceId.optional(),
  tradePointId: tradePointId.nullable().default(null),
  deviceToken: secretText(256).nullable().default(null),
  organizationBin: bin.optional(),
  organizations: z.array(organization).min(1).max(50).optional(),
  headers: z.record(z.string(), z.string()).default({}),
  limits,
});
export type KaspiConfig = z.infer<typeof kaspiConfig>;

/** The rules that join several fields. Takes the raw object, so that every wrong field is named in one go. */
export function checkKaspi(raw: Loose, add: AddProblem): void {
  const { scheme } = raw;
  checkUrl(raw, add);
  checkHeaders(raw.headers, add);
  checkLimits(raw.limits, add);
  if (scheme === 1) checkScheme1(raw, add);
  if (scheme === 2 || scheme === 3) checkCertificateKeys(raw, add);
  if (scheme === 1 || scheme === 2) refuse(raw, ["organizationBin", "organizations"], scheme, add);
  if (scheme === 3) checkScheme3(raw, add);
  if (raw.deviceId === undefined && raw.organizations === undefined)
    add("deviceId", "missing; the name this till has at the bank");
}

function checkScheme1(raw: Loose, add: AddProblem): void {
  if (raw.apiKey === undefined) add("apiKey", "missing; scheme 1 signs in with the key of the bank's letter");
  refuse(raw, ["certificate", "privateKey", "passphrase"], 1, add);
}

function checkCertificateKeys(raw: Loose, add: AddProblem): void {
  refuse(raw, ["apiKey"], raw.scheme as number, add);
  const headers = raw.headers;
  const gateway = typeof headers === "object" && headers !== null && Object.keys(headers).length > 0;
  if (raw.certificate === undefined && !gateway)
    add(
      "certificate",
      `missing; scheme ${String(raw.scheme)} needs the client certificate, unless headers carry a gateway's own proof`,
    );
  if (raw.certificate !== undefined) return;
  for (const key of ["privateKey", "passphrase"])
    if (raw[key] !== undefined) add(key, "belongs to a certificate, and none is given");
}

function checkScheme3(raw: Loose, add: AddProblem): void {
  if (raw.organizationBin === undefined && raw.organizations === undefined)
    add("organizationBin", "missing; scheme 3 needs organizationBin or organizations");
  if (raw.organizations === undefined) return;
  for (const key of ["organizationBin", "deviceId", "tradePointId", "deviceToken"])
    if (raw[key] !== undefined) add(key, "stands in each of organizations already; give one or the other");
  const seen = new Set<unknown>();
  const list: readonly unknown[] = Array.isArray(raw.organizations) ? raw.organizations : [];
  list.forEach((entry, index) => {
    const one = typeof entry === "object" && entry !== null ? (entry as Loose).bin : undefined;
    if (typeof one === "string" && seen.has(one)) add(`organizations[${index}].bin`, "is used twice");
    seen.add(one);
  });
}

function refuse(raw: Loose, keys: readonly string[], scheme: number, add: AddProblem): void {
  for (const key of keys) if (raw[key] !== undefined) add(key, `does not belong to scheme ${scheme}`);
}

function checkUrl(raw: Loose, add: AddProblem): void {
  const { url, environment, apiKey } = raw;
  if (url === undefined && environment === "production") {
    add("url", "missing; the production address comes in the bank's letter, there is no default");
    return;
  }
  const text = url === undefined ? KASPI_TEST_URLS[raw.scheme as 1 | 2 | 3] : url;
  if (typeof text !== "string") return;
  const host = hostOf(text);
  if (host === null) {
    add("url", "must be an address such as https://host:port/r2/v01, without user name, question mark or #");
    return;
  }
  if (text.startsWith("http:") && !isLoopback(host)) add("url", "must be https; http is for this machine only");
  // Goods handed out for test money, with no stamp on the slip, is what this line prevents.
  if (environment === "production" && TEST_HOSTS.has(host))
    add("url", "is the bank's test address; environment says production");
  if (typeof apiKey !== "string") return;
  if (apiKey.startsWith("prod_") && TEST_HOSTS.has(host))
    add("apiKey", "is a production key, and url is the bank's test address");
  if (apiKey.startsWith("test_") && !TEST_HOSTS.has(host) && (host === "kaspi.kz" || host.endsWith(".kaspi.kz")))
    add("apiKey", "is a test key, and url is not the bank's test address");
}

function checkHeaders(headers: unknown, add: AddProblem): void {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) return;
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const path = `headers.${name}`;
    const lower = name.toLowerCase();
    if (!HEADER_NAME.test(name)) add(path, "is no header name");
    else if (FORBIDDEN_HEADERS.has(lower)) add(path, "is a header the app sets itself");
    else if (seen.has(lower)) add(path, "is given twice (capitals do not count)");
    if (typeof value === "string" && !HEADER_VALUE.test(value)) add(path, "must be Latin text on one line, not empty");
    seen.add(lower);
  }
}
