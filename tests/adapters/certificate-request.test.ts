/** The request of the Kaspi document's appendix 2, read back by others than those who made it. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { fileURLToPath } from "node:url";
import forge from "node-forge";
import { beforeAll, describe, expect, test } from "vitest";
import { makeRequest } from "../../main/adapters/certificates.ts";
import type { MadeRequest } from "../../main/adapters/certificates.ts";

const workerFile = fileURLToPath(new URL("../../main/adapters/certificate-worker.ts", import.meta.url));
const subject = {
  region: "Almaty Province",
  city: "Almaty",
  organization: "TOO Duken",
  commonName: "till.duken.example",
  email: "kassa@duken.example",
};
/** Not of this project: where it is missing, node-forge alone reads the request. */
const OPENSSL = "openssl";
const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const EMAIL = "1.2.840.113549.1.9.1";
const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

let made: MadeRequest;
beforeAll(async () => {
  made = await makeRequest(subject, workerFile);
});

describe("the request", () => {
  test("has the document's subject, in its order, without OU", () => {
    const csr = forge.pki.certificationRequestFromPem(made.csr);
    expect(csr.subject.attributes.map(({ shortName, type, value }) => [shortName ?? type, value])).toEqual([
      ["C", "KZ"],
      ["ST", subject.region],
      ["L", subject.city],
      ["O", subject.organization],
      ["CN", subject.commonName],
      ["E", subject.email],
    ]);
    const email = csr.subject.attributes.find(({ type }) => type === EMAIL);
    expect(email?.valueTagClass).toBe(forge.asn1.Type.IA5STRING);
  });

  test("asks for four key usages and for clientAuth, none critical, and has no challenge password", () => {
    const csr = forge.pki.certificationRequestFromPem(made.csr);
    expect(csr.attributes.map(({ type }) => type)).toEqual([EXTENSION_REQUEST]);
    const [asked] = csr.attributes as unknown as { extensions: Record<string, unknown>[] }[];
    const usages = (one: Record<string, unknown> | undefined): string[] =>
      Object.entries(one ?? {}).flatMap(([name, value]) => (value === true ? [name] : []));
    expect(asked?.extensions.map(({ name, critical }) => [name, critical])).toEqual([
      ["keyUsage", false],
      ["extKeyUsage", false],
    ]);
    expect(usages(asked?.extensions[0])).toEqual([
      "digitalSignature",
      "nonRepudiation",
      "keyEncipherment",
      "dataEncipherment",
    ]);
    expect(usages(asked?.extensions[1])).toEqual(["clientAuth"]);
  });

  test("is for an RSA key of 2048 bits, signed by it with SHA-256, and the key stays under its passphrase", () => {
    const csr = forge.pki.certificationRequestFromPem(made.csr);
    expect(csr.signatureOid).toBe(SHA256_WITH_RSA);
    expect(csr.verify()).toBe(true);
    expect(made.key).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(() => createPrivateKey(made.key)).toThrow();
    const key = createPrivateKey({ key: made.key, passphrase: made.keyPassphrase });
    expect(key.asymmetricKeyDetails).toMatchObject({ modulusLength: 2048, publicExponent: 65537n });
    const spki = createPublicKey(key).export({ type: "spki", format: "der" });
    expect(createHash("sha256").update(spki).digest("hex")).toBe(made.keyPrint);
    expect(forge.pki.publicKeyToPem(csr.publicKey as forge.pki.PublicKey).replaceAll("\r\n", "\n")).toBe(
      createPublicKey(key).export({ type: "spki", format: "pem" }),
    );
  });

  test("another one has another key", async () => {
    const other = await makeRequest(subject, workerFile);
    expect(other.keyPrint).not.toBe(made.keyPrint);
    expect(other.keyPassphrase).not.toBe(made.keyPassphrase);
  });

  test.runIf(spawnSync(OPENSSL, ["version"]).status === 0)("OpenSSL reads it as the command's own", () => {
    const text = execFileSync(OPENSSL, ["req", "-noout", "-verify", "-text", "-nameopt", "RFC2253,-esc_msb"], {
      input: made.csr,
      encoding: "utf8",
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(text).toContain(
      "Subject: emailAddress=kassa@duken.example,CN=till.duken.example,O=TOO Duken,L=Almaty,ST=Almaty Province,C=KZ",
    );
    expect(text).toMatch(/Public-Key: \(2048 bit\)/);
    expect(text).toMatch(
      /X509v3 Key Usage: ?\n\s+Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment\n/,
    );
    expect(text).toMatch(/X509v3 Extended Key Usage: ?\n\s+TLS Web Client Authentication\n/);
    expect(text).toMatch(/Signature Algorithm: sha256WithRSAEncryption/);
    expect(text).not.toMatch(/critical|challengePassword|OU ?=/);
  });
});
