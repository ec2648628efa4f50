/** PKCS#12 and encrypted PKCS#8 by node-forge, for the certificate worker alone: it changes node-forge for its thread. */
import { pbkdf2Sync } from "node:crypto";
import forge from "node-forge";

const { asn1, pki } = forge;

/** Rounds of key derivation in one file, all its parts together. OpenSSL and Windows write 2 000 to 10 000 in all. */
const ROUNDS_LIMIT = 1_000_000;

export class TooManyRounds extends Error {}
export class WrongPassphrase extends Error {}
export class Unsupported extends Error {}
/** Encrypted in a way of the nineties that nothing here knows any more: RC4, DES, RC2 with 128 bits. */
export class OldWay extends Error {}

export interface Opened {
  /** PKCS#8, DER. */
  readonly keys: readonly Buffer[];
  /** X.509, DER. */
  readonly certificates: readonly Buffer[];
}

/** Opens a PFX. Throws one of the errors above, or anything else when the file is damaged. */
export function openPfx(file: Uint8Array, passphrase: string): Opened {
  const tree = asn1.fromDer(forge.util.createBuffer(binary(file)));
  const guarded = Array.isArray(tree.value) && tree.value.length > 2;
  const open = (password: string | null): forge.pkcs12.Pkcs12Pfx =>
    // Parsing takes the content of the tree apart, hence a fresh one each time.
    patched(() => forge.pkcs12.pkcs12FromAsn1(asn1.fromDer(binary(file)), true, password as string));
  let pfx: forge.pkcs12.Pkcs12Pfx;
  try {
    pfx = open(passphrase);
  } catch (error) {
    const named = meaning(error, guarded);
    // "No passphrase" is written in two ways: as an empty text and as none.
    if (!(named instanceof WrongPassphrase) || passphrase !== "") throw named;
    try {
      pfx = open(null);
    } catch (again) {
      throw meaning(again, guarded);
    }
  }
  const bags = pfx.safeContents.flatMap((content) => content.safeBags);
  const of = (...types: (string | undefined)[]): Buffer[] =>
    bags.filter((bag) => types.includes(bag.type)).map((bag) => der(bag.asn1));
  return {
    keys: of(pki.oids["pkcs8ShroudedKeyBag"], pki.oids["keyBag"]),
    certificates: of(pki.oids["certBag"]),
  };
}

/** Opens an encrypted PKCS#8 key (DER) into a plain one. */
export function openKey(file: Uint8Array, passphrase: string): Buffer {
  try {
    const opened = patched(() =>
      pki.decryptPrivateKeyInfo(asn1.fromDer(binary(file)), passphrase),
    ) as forge.asn1.Asn1 | null;
    if (opened === null) throw new WrongPassphrase();
    return der(opened);
  } catch (error) {
    throw meaning(error, false);
  }
}

// --- helpers ---

const binary = (bytes: Uint8Array): string => Buffer.from(bytes).toString("binary");
const der = (tree: forge.asn1.Asn1): Buffer => Buffer.from(asn1.toDer(tree).getBytes(), "binary");

/** The parts of node-forge that are replaced; its types do not tell of them. */
interface Inside {
  pkcs5: { pbkdf2: unknown };
  pkcs12: { generateKey: Derive };
  pki: { certificateFromAsn1: unknown; privateKeyFromAsn1: unknown; pbe: { generatePkcs12Key: Derive } };
}
type Derive = (password: string | null, salt: unknown, id: number, rounds: number, ...more: unknown[]) => unknown;

let rounds = 0;
let ready = false;

function patched<T>(work: () => T): T {
  rounds = 0;
  if (!ready) patch(forge as unknown as Inside);
  ready = true;
  return work();
}

function spend(count: number): void {
  rounds += count;
  if (!(count > 0) || rounds > ROUNDS_LIMIT) throw new TooManyRounds();
}

function patch(inside: Inside): void {
  // Certificates and keys come back as they stand in the file; node-forge itself reads RSA only and writes them anew.
  const untouched = (): never => {
    throw new Error("not read");
  };
  inside.pki.certificateFromAsn1 = untouched;
  inside.pki.privateKeyFromAsn1 = untouched;

  // node-forge takes PBES2 passphrases as Latin-1, the standard means UTF-8 (RFC 8018); and its own PBKDF2 is slow.
  inside.pkcs5.pbkdf2 = (
    password: string | null,
    salt: string,
    count: number,
    size: number,
    md: { algorithm: string },
  ): string => {
    spend(count);
    const key = pbkdf2Sync(Buffer.from(password ?? "", "utf8"), Buffer.from(salt, "binary"), count, size, md.algorithm);
    return key.toString("binary");
  };
  const counted =
    (derive: Derive): Derive =>
    (password, salt, id, count, ...more) => {
      spend(count);
      return derive(password, salt, id, count, ...more);
    };
  inside.pkcs12.generateKey = counted(inside.pkcs12.generateKey);
  inside.pki.pbe.generatePkcs12Key = counted(inside.pki.pbe.generatePkcs12Key);
}

function meaning(error: unknown, guarded: boolean): unknown {
  if (error instanceof TooManyRounds || error instanceof WrongPassphrase) return error;
  if (isOldWay(error)) return new OldWay();
  const words = error instanceof Error ? error.message : "";
  if (/MAC could not be verified|wrong password|failed to decrypt/i.test(words)) return new WrongPassphrase();
  if (/unsupported|not supported|supported\.|unknown/i.test(words)) return new Unsupported(words);
  // Without a MAC a wrong passphrase shows only as nonsense inside.
  return guarded ? error : new WrongPassphrase();
}

/** PKCS#12 appendix C and PKCS#5 v1.5; node-forge opens two of them and names the others in its error. */
function isOldWay(error: unknown): boolean {
  const { oid } = error as { oid?: unknown };
  return typeof oid === "string" && /^1\.2\.840\.113549\.1\.(12\.1|5)\.(1|2|3|4|5|6|10|11)$/.test(oid);
}
