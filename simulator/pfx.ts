import { createCipheriv, createHmac, pbkdf2Sync, randomBytes, X509Certificate, type KeyObject } from "node:crypto";
import forge from "node-forge";
import { fromDer, integer, octets, oid, sequence, tagged, toDer } from "./certificate.ts";

const { asn1 } = forge;
const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
const SHA1 = "1.3.14.3.2.26";
const SHA256 = "2.16.840.1.101.3.4.2.1";
const MAC_KEY = 3;

export interface PfxOptions {
  key: KeyObject;
  /** PEM, the client's own first. */
  certificates: string[];
  passphrase: string;
  /** RC2-40 and 3DES as OpenSSL wrote before version 3: Node refuses such a file. */
  legacy?: boolean;
}

const nothing = () => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.NULL, false, "");

/** A PKCS#12 container as `openssl pkcs12 -export` makes it, today's kind or the old one. */
export function makePfx(options: PfxOptions): Buffer {
  const { passphrase, legacy = false } = options;
  const safe = toDer(
    sequence([
      encryptedContent(toDer(certificateBags(options.certificates)), passphrase, legacy),
      content(DATA, octets(toDer(keyBag(options.key, passphrase, legacy)))),
    ]),
  );
  return toDer(sequence([integer(3), content(DATA, octets(safe)), macOf(safe, passphrase, legacy)]));
}

function content(type: string, value: forge.asn1.Asn1): forge.asn1.Asn1 {
  return sequence([oid(type), tagged(value)]);
}

function certificateBags(certificates: string[]): forge.asn1.Asn1 {
  return sequence(
    certificates.map((pem) => {
      const der = new X509Certificate(pem).raw;
      return content(CERTIFICATE_BAG, sequence([oid(X509_CERTIFICATE), tagged(octets(der))]));
    }),
  );
}

function keyBag(key: KeyObject, passphrase: string, legacy: boolean): forge.asn1.Asn1 {
  const shrouded = legacy
    ? forge.pki.encryptPrivateKeyInfo(fromDer(key.export({ type: "pkcs8", format: "der" })), passphrase, {
        algorithm: "3des",
      })
    : fromDer(key.export({ type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase }));
  return sequence([content(SHROUDED_KEY_BAG, shrouded)]);
}

function encryptedContent(plain: Buffer, passphrase: string, legacy: boolean): forge.asn1.Asn1 {
  const { algorithm, encrypted } = legacy ? rc2With40Bits(plain, passphrase) : aes256(plain, passphrase);
  const bytes = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, false, encrypted.toString("binary"));
  const info = sequence([oid(DATA), algorithm, bytes]);
  return content(ENCRYPTED_DATA, sequence([integer(0), info]));
}

function aes256(plain: Buffer, passphrase: string) {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
  const iterations = 2048;
  const cipher = createCipheriv("aes-256-cbc", pbkdf2Sync(passphrase, salt, iterations, 32, "sha256"), iv);
  const derivation = sequence([
    oid("1.2.840.113549.1.5.12"),
    sequence([octets(salt), integer(iterations), sequence([oid("1.2.840.113549.2.9"), nothing()])]),
  ]);
  const scheme = sequence([oid("2.16.840.1.101.3.4.1.42"), octets(iv)]);
  return {
    algorithm: sequence([oid("1.2.840.113549.1.5.13"), sequence([derivation, scheme])]),
    encrypted: Buffer.concat([cipher.update(plain), cipher.final()]),
  };
}

function rc2With40Bits(plain: Buffer, passphrase: string) {
  const salt = randomBytes(8);
  const iterations = 2048;
  const bytes = forge.util.createBuffer(salt.toString("binary"));
  const key = forge.pkcs12.generateKey(passphrase, bytes, 1, iterations, 5);
  const iv = forge.pkcs12.generateKey(passphrase, forge.util.createBuffer(salt.toString("binary")), 2, iterations, 8);
  const cipher = forge.rc2.createEncryptionCipher(key.getBytes(), 40);
  cipher.start(iv.getBytes());
  cipher.update(forge.util.createBuffer(plain.toString("binary")));
  cipher.finish();
  return {
    algorithm: sequence([oid("1.2.840.113549.1.12.1.6"), sequence([octets(salt), integer(iterations)])]),
    encrypted: Buffer.from(cipher.output.getBytes(), "binary"),
  };
}

function macOf(safe: Buffer, passphrase: string, legacy: boolean): forge.asn1.Asn1 {
  const salt = randomBytes(legacy ? 8 : 16);
  const iterations = 2048;
  const key = forge.pkcs12.generateKey(
    passphrase,
    forge.util.createBuffer(salt.toString("binary")),
    MAC_KEY,
    iterations,
    legacy ? 20 : 32,
    legacy ? forge.md.sha1.create() : forge.md.sha256.create(),
  );
  const hmac = createHmac(legacy ? "sha1" : "sha256", Buffer.from(key.getBytes(), "binary"));
  const digest = sequence([sequence([oid(legacy ? SHA1 : SHA256), nothing()]), octets(hmac.update(safe).digest())]);
  return sequence([digest, octets(salt), integer(iterations)]);
}
