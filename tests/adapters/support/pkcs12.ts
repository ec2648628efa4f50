/** Certificate files of every kind a bank or a shop may hold, made anew for each run. */
import { createCipheriv, randomBytes, scryptSync, type KeyObject } from "node:crypto";
import forge from "node-forge";
import { fromDer, integer, octets, oid, sequence, toDer, toPem } from "../../../simulator/certificate.ts";
import { makePfx, type PfxOptions } from "../../../simulator/pfx.ts";
import { encryptedPem, issue, keyOf } from "./certificates.ts";

export const PASSPHRASE = "sesame";
export const KAZAKH = "құпия";

/** Rounds in each of the three parts of many-rounds.pfx. */
export const MANY_ROUNDS = 40_000;

/** One RSA and one EC certificate under the same intermediate; the names say how each file is protected. */
export function makeFiles(): ReadonlyMap<string, Buffer> {
  const root = issue({ kind: "ca", name: "Test Root", key: keyOf("root") });
  const intermediate = issue({ kind: "ca", name: "Test Intermediate", key: keyOf("intermediate"), issuer: root });
  const own = { kind: "client", issuer: intermediate } as const;
  const rsa = issue({ ...own, name: "till-rsa", organization: "Дүкен", key: keyOf("till") });
  const ec = issue({ ...own, name: "till-ec", key: keyOf("till", "ec") });

  const chain = [intermediate.cert, root.cert];
  const pfx = (more: Partial<PfxOptions> = {}): Buffer =>
    makePfx({ key: rsa.key, certificates: [rsa.cert, ...chain], passphrase: PASSPHRASE, ...more });
  const ecOnes = { key: ec.key, certificates: [ec.cert, ...chain] };

  return new Map([
    ["root.crt", Buffer.from(root.cert)],
    ["intermediate.crt", Buffer.from(intermediate.cert)],
    ["rsa.crt", Buffer.from(rsa.cert)],
    ["rsa.cer", rsa.der],
    ["ec.crt", Buffer.from(ec.cert)],

    ["modern.pfx", pfx()],
    ["rc2-40.pfx", pfx({ legacy: true })],
    ["3des.pfx", pfx({ legacy: true, certificateProtection: "3des" })],
    ["modern-kazakh.pfx", pfx({ passphrase: KAZAKH })],
    ["rc2-40-kazakh.pfx", pfx({ passphrase: KAZAKH, legacy: true })],
    ["empty.pfx", pfx({ passphrase: "" })],
    ["no-mac.pfx", pfx({ certificateProtection: "none", mac: "none" })],
    ["no-mac-3des.pfx", pfx({ legacy: true, certificateProtection: "none", mac: "none" })],
    ["many-rounds.pfx", pfx({ iterations: MANY_ROUNDS, mac: "sha512" })],
    ["no-key.pfx", makePfx({ certificates: [rsa.cert], passphrase: PASSPHRASE })],
    ["ec.pfx", pfx(ecOnes)],
    ["ec-rc2-40.pfx", pfx({ ...ecOnes, legacy: true })],

    ["rsa-pbes1.key", pem(pbes1(rsa.key))],
    ["rsa-pbes2.key", Buffer.from(encryptedPem(rsa.key, PASSPHRASE))],
    ["rsa-scrypt.key", pem(scrypt(rsa.key))],
    ["rsa-dek.key", Buffer.from(dek(rsa.key))],
    ["rsa-plain.der", rsa.key.export({ type: "pkcs8", format: "der" })],
    [
      "rsa-encrypted.der",
      rsa.key.export({ type: "pkcs8", format: "der", cipher: "aes-256-cbc", passphrase: PASSPHRASE }),
    ],
  ]);
}

// --- helpers ---

const pem = (der: Buffer): Buffer => Buffer.from(toPem("ENCRYPTED PRIVATE KEY", der));
const plain = (key: KeyObject): Buffer => key.export({ type: "pkcs8", format: "der" });

/** The old protection of PKCS#8, SHA-1 and 3DES, which Node reads and does not write. */
function pbes1(key: KeyObject): Buffer {
  return toDer(forge.pki.encryptPrivateKeyInfo(fromDer(plain(key)), PASSPHRASE, { algorithm: "3des", count: 2048 }));
}

/** PBES2 with scrypt (RFC 7914) as `openssl pkcs8 -topk8 -scrypt` has it; neither Node nor node-forge writes it. */
function scrypt(key: KeyObject): Buffer {
  const salt = randomBytes(8);
  const iv = randomBytes(16);
  const [N, r, p] = [16_384, 8, 1];
  const cipher = createCipheriv("aes-256-cbc", scryptSync(PASSPHRASE, salt, 32, { N, r, p }), iv);
  const encrypted = Buffer.concat([cipher.update(plain(key)), cipher.final()]);
  const derivation = sequence([
    oid("1.3.6.1.4.1.11591.4.11"),
    sequence([octets(salt), integer(N), integer(r), integer(p)]),
  ]);
  const scheme = sequence([oid("2.16.840.1.101.3.4.1.42"), octets(iv)]);
  return toDer(sequence([sequence([oid("1.2.840.113549.1.5.13"), sequence([derivation, scheme])]), octets(encrypted)]));
}

/** The encryption of PEM itself (RFC 1421), with a DEK-Info line in its head. */
function dek(key: KeyObject): string {
  return key.export({ type: "pkcs1", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE }).toString();
}
