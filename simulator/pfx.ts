import {
  createCipheriv,
  createHash,
  createHmac,
  pbkdf2Sync,
  randomBytes,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import forge from "node-forge";
import { integer, octets, oid, sequence, tagged, toDer } from "./certificate.ts";

const { asn1 } = forge;
const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const SHROUDED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
const LOCAL_KEY_ID = "1.2.840.113549.1.9.21";
const PBE_3DES = "1.2.840.113549.1.12.1.3";
const PBE_RC2_40 = "1.2.840.113549.1.12.1.6";
const MAC_HASHES = {
  sha1: { type: "1.3.14.3.2.26", size: 20 },
  sha256: { type: "2.16.840.1.101.3.4.2.1", size: 32 },
  sha512: { type: "2.16.840.1.101.3.4.2.3", size: 64 },
} as const;
/** What a key derived by PKCS#12 is for (RFC 7292, appendix B.3). */
const PURPOSE = { key: 1, iv: 2, mac: 3 } as const;

export type Protection = "aes-256" | "3des" | "rc2-40" | "none";

export interface PfxOptions {
  /** Left out: a container of certificates alone. */
  key?: KeyObject;
  /** PEM, the client's own first. */
  certificates: string[];
  passphrase: string;
  /** RC2-40, 3DES and SHA-1 as OpenSSL wrote before version 3: Node refuses such a file. */
  legacy?: boolean;
  /** What the certificates are under, where it is not what `legacy` says. */
  certificateProtection?: Protection;
  mac?: keyof typeof MAC_HASHES | "none";
  iterations?: number;
}

interface Lock {
  protection: Exclude<Protection, "none">;
  passphrase: string;
  iterations: number;
}

const nothing = () => asn1.create(asn1.Class.UNIVERSAL, asn1.Type.NULL, false, "");

/** A PKCS#12 container as `openssl pkcs12 -export` makes it, today's kind or the old one. */
export function makePfx(options: PfxOptions): Buffer {
  const { key, certificates, passphrase, legacy = false, iterations = 2048 } = options;
  const { certificateProtection = legacy ? "rc2-40" : "aes-256", mac = legacy ? "sha1" : "sha256" } = options;
  const bags = toDer(certificateBags(certificates, key !== undefined));
  const contents = [
    certificateProtection === "none"
      ? content(DATA, octets(bags))
      : encryptedContent(bags, { protection: certificateProtection, passphrase, iterations }),
  ];
  if (key !== undefined) {
    const lock: Lock = { protection: legacy ? "3des" : "aes-256", passphrase, iterations };
    contents.push(content(DATA, octets(toDer(keyBag(key, certificates[0], lock)))));
  }
  const safe = toDer(sequence(contents));
  const parts = [integer(3), content(DATA, octets(safe))];
  if (mac !== "none") parts.push(macOf(safe, mac, passphrase, iterations));
  return toDer(sequence(parts));
}

function content(type: string, value: forge.asn1.Asn1): forge.asn1.Asn1 {
  return sequence([oid(type), tagged(value)]);
}

function certificateBags(certificates: string[], withKey: boolean): forge.asn1.Asn1 {
  return sequence(
    certificates.map((pem, index) => {
      const der = new X509Certificate(pem).raw;
      const parts = [oid(CERTIFICATE_BAG), tagged(sequence([oid(X509_CERTIFICATE), tagged(octets(der))]))];
      return sequence(withKey && index === 0 ? [...parts, keyIdOf(pem)] : parts);
    }),
  );
}

function keyBag(key: KeyObject, certificate: string | undefined, lock: Lock): forge.asn1.Asn1 {
  const { algorithm, encrypted } = encrypt(key.export({ type: "pkcs8", format: "der" }), lock);
  const parts = [oid(SHROUDED_KEY_BAG), tagged(sequence([algorithm, octets(encrypted)]))];
  return sequence([sequence(certificate === undefined ? parts : [...parts, keyIdOf(certificate)])]);
}

/** The attribute by which a key and its certificate find each other. */
function keyIdOf(certificate: string): forge.asn1.Asn1 {
  const id = octets(createHash("sha1").update(new X509Certificate(certificate).raw).digest());
  return set([sequence([oid(LOCAL_KEY_ID), set([id])])]);
}

function set(values: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SET, true, values);
}

function encryptedContent(plain: Buffer, lock: Lock): forge.asn1.Asn1 {
  const { algorithm, encrypted } = encrypt(plain, lock);
  const bytes = asn1.create(asn1.Class.CONTEXT_SPECIFIC, 0, false, encrypted.toString("binary"));
  const info = sequence([oid(DATA), algorithm, bytes]);
  return content(ENCRYPTED_DATA, sequence([integer(0), info]));
}

function encrypt(plain: Buffer, { protection, passphrase, iterations }: Lock) {
  if (protection === "aes-256") return aes256(plain, passphrase, iterations);
  const salt = randomBytes(8);
  const parameters = sequence([octets(salt), integer(iterations)]);
  const derive = (purpose: number, size: number) => derived(passphrase, salt, purpose, iterations, size);
  const iv = derive(PURPOSE.iv, 8);
  if (protection === "3des") {
    const cipher = createCipheriv("des-ede3-cbc", derive(PURPOSE.key, 24), iv);
    return {
      algorithm: sequence([oid(PBE_3DES), parameters]),
      encrypted: Buffer.concat([cipher.update(plain), cipher.final()]),
    };
  }
  // Not by Node: its OpenSSL has RC2 only when it is started for old algorithms.
  const cipher = forge.rc2.createEncryptionCipher(derive(PURPOSE.key, 5).toString("binary"), 40);
  cipher.start(iv.toString("binary"));
  cipher.update(forge.util.createBuffer(plain.toString("binary")));
  cipher.finish();
  return {
    algorithm: sequence([oid(PBE_RC2_40), parameters]),
    encrypted: Buffer.from(cipher.output.getBytes(), "binary"),
  };
}

function aes256(plain: Buffer, passphrase: string, iterations: number) {
  const salt = randomBytes(16);
  const iv = randomBytes(16);
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

/** The key derivation of PKCS#12 itself, which takes the passphrase as a BMPString. */
function derived(
  passphrase: string,
  salt: Buffer,
  purpose: number,
  iterations: number,
  size: number,
  hash: keyof typeof MAC_HASHES = "sha1",
): Buffer {
  const bytes = forge.util.createBuffer(salt.toString("binary"));
  const key = forge.pkcs12.generateKey(passphrase, bytes, purpose, iterations, size, forge.md[hash].create());
  return Buffer.from(key.getBytes(), "binary");
}

function macOf(safe: Buffer, hash: keyof typeof MAC_HASHES, passphrase: string, iterations: number): forge.asn1.Asn1 {
  const salt = randomBytes(hash === "sha1" ? 8 : 16);
  const { type, size } = MAC_HASHES[hash];
  const hmac = createHmac(hash, derived(passphrase, salt, PURPOSE.mac, iterations, size, hash));
  const digest = sequence([sequence([oid(type), nothing()]), octets(hmac.update(safe).digest())]);
  return sequence([digest, octets(salt), integer(iterations)]);
}
