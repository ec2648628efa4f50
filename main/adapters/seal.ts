import { constants, createPublicKey, publicEncrypt, type KeyObject } from "node:crypto";

/** The bank's are 4096 bits; below this nothing is entrusted to a key. */
const LEAST_BITS = 2048;
/** A key of 16384 bits is shorter than this in any encoding. */
const KEY_LIMIT = 16 * 1024;

/**
 * Encrypts `text` (UTF-8) with an RSA key as a bank serves it: PKCS#1 v1.5, base64. The text may be up to 11 bytes shorter
 * than the key. Throws on a key or a text that does not fit; the message quotes neither (outside-facts 4.1).
 */
export function seal(publicKey: string, text: string): string {
  const key = readKey(publicKey);
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType !== "rsa" || modulusLength < LEAST_BITS)
    throw new Error("the bank's key is no RSA key of 2048 bits or more");
  try {
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(text, "utf8")).toString("base64");
  } catch {
    throw new Error("the text is too long for the bank's key");
  }
}

/** The bank serves a SubjectPublicKeyInfo under PKCS#1's label: the armour is not believed, the bytes are tried. */
function readKey(served: string): KeyObject {
  const base64 = served
    .slice(0, KEY_LIMIT)
    .replace(/^\uFEFF/, "")
    .replaceAll(/-----(BEGIN|END) [A-Z0-9 ]{1,40}-----/g, "")
    .replaceAll(/\s+/g, "");
  if (served.length > KEY_LIMIT || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw new Error("the bank's key is no base64");
  const der = Buffer.from(base64, "base64");
  for (const type of ["spki", "pkcs1"] as const) {
    try {
      return createPublicKey({ key: der, format: "der", type });
    } catch {
      // the other one
    }
  }
  throw new Error("the bank's key cannot be read");
}
