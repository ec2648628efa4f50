/** A small certificate maker for tests: keys by node:crypto (RSA and EC), certificates put together with node-forge. */
import { createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import forge from "node-forge";

const { asn1, pki } = forge;
const DAY = 86_400_000;

export interface Issued {
  readonly key: KeyObject;
  readonly cert: string;
  readonly der: Buffer;
  readonly keyPem: string;
}

export interface Wish {
  readonly name?: string;
  readonly organization?: string;
  readonly kind?: "ca" | "server" | "client" | "email" | "plain";
  readonly from?: number;
  readonly to?: number;
  readonly key?: KeyObject;
  /** Of a request: its private key is with who made it. `key` and `keyPem` are then another's. */
  readonly publicKey?: KeyObject;
  /** More of the subject, by object identifier. */
  readonly more?: Readonly<Record<string, string>>;
  readonly issuer?: Issued;
  readonly names?: readonly string[];
}

const sharedKeys = new Map<string, KeyObject>();

/** A key by name, made once: making RSA keys is what takes time here. */
export function keyOf(name: string, type: "rsa" | "ec" = "rsa"): KeyObject {
  const known = sharedKeys.get(`${type}/${name}`);
  if (known !== undefined) return known;
  const { privateKey } =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  sharedKeys.set(`${type}/${name}`, privateKey);
  return privateKey;
}

export function issue({
  name = "test",
  organization,
  kind = "plain",
  from,
  to,
  key,
  publicKey,
  more = {},
  issuer,
  names = ["localhost"],
}: Wish = {}): Issued {
  const own = key ?? keyOf(kind);
  const signer = issuer?.key ?? own;
  const cert = pki.createCertificate();
  cert.serialNumber = `01${randomBytes(8).toString("hex")}`;
  cert.validity.notBefore = new Date(from ?? Date.now() - DAY);
  cert.validity.notAfter = new Date(to ?? Date.now() + 30 * DAY);
  const subject: forge.pki.CertificateField[] = [{ name: "commonName", value: name }];
  if (organization !== undefined)
    subject.push({ name: "organizationName", value: organization, valueTagClass: asn1.Type.UTF8 as never });
  for (const [type, value] of Object.entries(more)) subject.push({ type, value });
  cert.setSubject(subject);
  cert.setIssuer(issuer === undefined ? cert.subject.attributes : subjectOf(issuer));
  cert.setExtensions(extensions(kind, names));
  cert.publicKey = pki.publicKeyFromPem(
    createPublicKey(keyOf("placeholder")).export({ type: "spki", format: "pem" }).toString(),
  );
  const algorithm = signer.asymmetricKeyType === "ec" ? "1.2.840.10045.4.3.2" : "1.2.840.113549.1.1.11";
  cert.siginfo.algorithmOid = algorithm;
  cert.signatureOid = algorithm;

  // node-forge knows RSA only: its key and signature are replaced, so that EC works too.
  const tbs = (pki as unknown as { getTBSCertificate(cert: forge.pki.Certificate): forge.asn1.Asn1 }).getTBSCertificate(
    cert,
  );
  const spki = (publicKey ?? createPublicKey(own)).export({ type: "spki", format: "der" });
  const parts = tbs.value as forge.asn1.Asn1[];
  parts[6] = asn1.fromDer(forge.util.createBuffer(spki.toString("binary")));
  if (algorithm.startsWith("1.2.840.10045")) parts[2] = algorithmOf(algorithm);
  const signature = sign("sha256", Buffer.from(asn1.toDer(tbs).getBytes(), "binary"), signer);
  const whole = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [
    tbs,
    parts[2] as forge.asn1.Asn1,
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature.toString("binary")}`),
  ]);
  const der = Buffer.from(asn1.toDer(whole).getBytes(), "binary");
  return {
    key: own,
    der,
    cert: new X509Certificate(der).toString(),
    keyPem: own.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** A PFX as node-forge writes it: the key under the algorithm, the certificates as named. RSA only. */
export function pfx(
  leaf: Issued,
  passphrase: string,
  more: { chain?: readonly Issued[]; algorithm?: "aes256" | "3des" } = {},
): Buffer {
  const certs = [leaf, ...(more.chain ?? [])].map((one) => pki.certificateFromPem(one.cert));
  const key = pki.privateKeyFromPem(leaf.keyPem);
  const p12 = forge.pkcs12.toPkcs12Asn1(key, certs, passphrase, { algorithm: more.algorithm ?? "aes256" });
  return Buffer.from(asn1.toDer(p12).getBytes(), "binary");
}

/** The key as encrypted PKCS#8 PEM. */
export function encryptedPem(key: KeyObject, passphrase: string): string {
  return key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
}

// --- helpers ---

function subjectOf(issuer: Issued): forge.pki.CertificateField[] {
  return [{ name: "commonName", value: new X509Certificate(issuer.cert).subject.replace("CN=", "") }];
}

function algorithmOf(oid: string): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, [
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(oid).getBytes()),
  ]);
}

function extensions(kind: NonNullable<Wish["kind"]>, names: readonly string[]): object[] {
  if (kind === "ca")
    return [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ];
  if (kind === "client") return [{ name: "extKeyUsage", clientAuth: true }];
  if (kind === "email") return [{ name: "extKeyUsage", emailProtection: true }];
  if (kind === "plain") return [];
  const altNames = [...names.map((value) => ({ type: 2, value })), { type: 7, ip: "127.0.0.1" }];
  return [
    { name: "extKeyUsage", serverAuth: true },
    { name: "subjectAltName", altNames },
  ];
}
