/** What a certificate says of itself, and whose it is. */
import { createHash, X509Certificate } from "node:crypto";
import type { CertificateView } from "../../../contract/desk.ts";
import { toLatin } from "../../../contract/latin.ts";

export interface Owner {
  /** 12 digits, where the certificate names them. */
  readonly bin: string | null;
  readonly organization: string | null;
}

export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** SHA-256, as certificate viewers show it. */
  readonly fingerprint: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly owner: Owner;
}

const DAY_MS = 86_400_000;

/** The facts of the first certificate in `pem`. Throws what Node throws when there is none. */
export function factsOf(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    fingerprint: certificate.fingerprint256,
    serial: certificate.serialNumber,
    owner: ownerOf(certificate),
  };
}

/** The facts as the technician's screens show them; `now` in epoch milliseconds. A day that has begun counts; over is 0. */
export function viewOf(facts: CertificateFacts, now: number): CertificateView {
  const { subject, issuer, notBefore, notAfter, fingerprint } = facts;
  return {
    subject,
    issuer,
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
    daysLeft: Math.max(0, Math.ceil((notAfter - now) / DAY_MS)),
    fingerprint,
  };
}

/**
 * Whether two certificates are one owner's: by BIN where both name it (the bank binds a certificate to it, appendix 1),
 * else by the organisation's name, in any script and without its legal form. Nameless ones are nobody's.
 */
export function sameOwner(a: Owner, b: Owner): boolean {
  if (a.bin !== null && b.bin !== null) return a.bin === b.bin;
  const [one, other] = [nameOf(a), nameOf(b)];
  return one !== "" && one === other;
}

/** The owner that a request asks for. It names no BIN: the bank binds it to the one of the contract. */
export function ownerOfSubject({ organization }: { readonly organization: string }): Owner {
  return { bin: null, organization };
}

/** SHA-256 of a certificate's public key. */
export function keyPrintOf({ publicKey }: X509Certificate): string {
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

// --- helpers ---

/** The same kind of company has a name in each language, and a bank may write another one than the request did. */
const LEGAL_FORMS = new Set(
  "too llp llc ltd ooo zhshs ao aq jsc ip sp ie individual entrepreneur limited liability partnership".split(" "),
);

function nameOf({ organization }: Owner): string {
  const words = toLatin(organization ?? "")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const own = words.filter((word) => !LEGAL_FORMS.has(word));
  return (own.length > 0 ? own : words).join(" ");
}

function ownerOf(certificate: X509Certificate): Owner {
  const parts = certificate.toLegacyObject().subject as unknown as Readonly<
    Record<string, string | string[] | undefined>
  >;
  const all = (name: string): string[] => [parts[name] ?? []].flat();
  const organization = all("O")[0] ?? null;
  // Kazakhstan's CAs write BIN and IIN before the digits; a company's certificate may name the IIN of its director too.
  const named = [...all("serialNumber"), ...all("OU"), ...all("organizationIdentifier"), ...all("UID"), ...all("O")];
  const bin = first(named, /\bBIN[\s:-]*(\d{12})(?!\d)/i) ?? first(named, /^(?:IIN)?[\s:-]*(\d{12})$/i);
  return { bin, organization };
}

function first(texts: readonly string[], pattern: RegExp): string | null {
  for (const text of texts) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

function oneLine(name: string): string {
  return name.split("\n").join(", ");
}
