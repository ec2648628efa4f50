/** A key and its PKCS#10 request, for the certificate worker alone: making an RSA key stops a thread for a while. */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import forge from "node-forge";
import { lockedKey } from "./certificates.ts";
import type { MadeRequest, RequestSubject } from "./certificates.ts";

const { asn1, pki } = forge;
const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";

// In node-forge, not in its types.
const { getCertificationRequestInfo } = pki as unknown as {
  getCertificationRequestInfo: (this: void, request: forge.pki.CertificateSigningRequest) => forge.asn1.Asn1;
};

/**
 * What the command of the Kaspi document makes (appendix 2): RSA 2048, SHA-256, four key usages and clientAuth, neither
 * critical, no challenge password, no OU. Key and signature are Node's: node-forge makes both slowly.
 */
export function requestFor(subject: RequestSubject): MadeRequest {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const request = pki.createCertificationRequest();
  request.publicKey = pki.publicKeyFromPem(publicKey.export({ type: "spki", format: "pem" }).toString());
  const text = (name: string, value: string, type: forge.asn1.Type) =>
    ({ name, value, valueTagClass: type }) as unknown as forge.pki.CertificateField;
  request.setSubject([
    text("countryName", "KZ", asn1.Type.PRINTABLESTRING),
    text("stateOrProvinceName", subject.region, asn1.Type.UTF8),
    text("localityName", subject.city, asn1.Type.UTF8),
    text("organizationName", subject.organization, asn1.Type.UTF8),
    text("commonName", subject.commonName, asn1.Type.UTF8),
    text("emailAddress", subject.email, asn1.Type.IA5STRING),
  ]);
  const extensions = [
    { name: "keyUsage", digitalSignature: true, nonRepudiation: true, keyEncipherment: true, dataEncipherment: true },
    { name: "extKeyUsage", clientAuth: true },
  ];
  request.setAttributes([{ name: "extensionRequest", extensions }]);
  request.signatureOid = SHA256_WITH_RSA;
  const signed = Buffer.from(asn1.toDer(getCertificationRequestInfo(request)).getBytes(), "binary");
  request.signature = sign("sha256", signed, privateKey).toString("binary");

  const keyPassphrase = randomBytes(24).toString("base64url");
  return {
    csr: pki.certificationRequestToPem(request).replaceAll("\r\n", "\n"),
    key: lockedKey(privateKey, keyPassphrase),
    keyPassphrase,
    keyPrint: createHash("sha256").update(spki).digest("hex"),
  };
}
