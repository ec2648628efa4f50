import { createHash, randomBytes, sign, type KeyObject } from "node:crypto";
import forge from "node-forge";

const { asn1 } = forge;
// Exported by forge, missing from its types.
const { getTBSCertificate } = forge.pki as unknown as {
  getTBSCertificate: (this: void, certificate: forge.pki.Certificate) => forge.asn1.Asn1;
};
const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const DAY = 86_400_000;

export interface CertificateRequest {
  commonName: string;
  publicKey: KeyObject;
  issuer: { commonName: string; publicKey: KeyObject; privateKey: KeyObject };
  notBefore: Date;
  days: number;
  extensions: Record<string, unknown>[];
}

/** forge's ASN.1 value of DER bytes. */
export function fromDer(der: Buffer): forge.asn1.Asn1 {
  return asn1.fromDer(forge.util.createBuffer(der.toString("binary")));
}

export function toDer(value: forge.asn1.Asn1): Buffer {
  return Buffer.from(asn1.toDer(value).getBytes(), "binary");
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

// Subject lines of the bank's letter (appendix 2, lines 15 to 21 of the dialogue).
function subject(commonName: string): forge.pki.CertificateField[] {
  return [
    { name: "countryName", value: "KZ" },
    { shortName: "ST", value: "Almaty Province" },
    { name: "localityName", value: "Almaty" },
    { name: "organizationName", value: "Bank simulator" },
    { name: "commonName", value: commonName },
  ];
}

/**
 * A signed certificate as PEM.
 * Rejected: forge's own certificate.sign(). It wants forge's keys, which are RSA only and slow, so
 * the body is forge's while keys and signature are Node's.
 */
export function makeCertificate(request: CertificateRequest): string {
  const certificate = forge.pki.createCertificate();
  const serial = randomBytes(16);
  serial[0] = (serial.readUInt8(0) & 0x3f) | 0x40;
  certificate.serialNumber = serial.toString("hex");
  certificate.validity.notBefore = request.notBefore;
  certificate.validity.notAfter = new Date(request.notBefore.getTime() + request.days * DAY);
  certificate.setSubject(subject(request.commonName));
  certificate.setIssuer(subject(request.issuer.commonName));
  certificate.publicKey = forge.pki.publicKeyFromPem(
    request.issuer.publicKey.export({ type: "spki", format: "pem" }) as string,
  );
  certificate.setExtensions([...request.extensions, ...keyIdentifiers(request)]);
  certificate.siginfo.algorithmOid = SHA256_WITH_RSA;

  const body = getTBSCertificate(certificate);
  const fields = body.value as forge.asn1.Asn1[];
  const PUBLIC_KEY = 6;
  fields[PUBLIC_KEY] = fromDer(spki(request.publicKey));

  const signature = sign("sha256", toDer(body), request.issuer.privateKey);
  const der = toDer(
    sequence([
      body,
      sequence([oid(SHA256_WITH_RSA), asn1.create(asn1.Class.UNIVERSAL, asn1.Type.NULL, false, "")]),
      asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature.toString("binary")}`),
    ]),
  );
  return toPem("CERTIFICATE", der);
}

function keyIdentifiers(request: CertificateRequest): Record<string, unknown>[] {
  const identifier = (key: KeyObject) => createHash("sha1").update(spki(key)).digest("binary");
  const subjectKey = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, identifier(request.publicKey));
  const issuerKey = sequence([
    asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, false, identifier(request.issuer.publicKey)),
  ]);
  return [
    { id: "2.5.29.14", value: asn1.toDer(subjectKey).getBytes() },
    { id: "2.5.29.35", value: asn1.toDer(issuerKey).getBytes() },
  ];
}

export function sequence(values: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, values);
}

export function oid(dotted: string): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, asn1.oidToDer(dotted).getBytes());
}

export function octets(bytes: Buffer): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, bytes.toString("binary"));
}

export function integer(value: number): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.INTEGER, false, asn1.integerToDer(value).getBytes());
}

/** An explicit [0] tag around a value. */
export function tagged(value: forge.asn1.Asn1): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, true, [value]);
}

export function toPem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
