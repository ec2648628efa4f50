/** The thread in which certificates and keys are opened and made. Its whole input is workerData, its whole output one message. */
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { parentPort, workerData } from "node:worker_threads";
import { requestFor } from "./certificate-request.ts";
import { firstInside, isPfx, lockedKey } from "./certificates.ts";
import type {
  CertificateCode,
  CertificateField,
  CertificateFiles,
  MadeRequest,
  OpenAnswer,
  WorkerTask,
} from "./certificates.ts";
import { openKey, openPfx, OldWay, TooManyRounds, Unsupported, WrongPassphrase } from "./pkcs12.ts";

const SEQUENCE = 0x30;
const INTEGER = 0x02;

class Refusal extends Error {
  readonly field: CertificateField;
  readonly code: CertificateCode;
  constructor(field: CertificateField, code: CertificateCode) {
    super(code);
    this.field = field;
    this.code = code;
  }
}

function answer(task: WorkerTask): OpenAnswer | MadeRequest {
  return task.kind === "open" ? openFiles(task.files) : requestFor(task.subject);
}

function openFiles(files: CertificateFiles): OpenAnswer {
  try {
    const { keys, certificates, separate } = open(files);
    if (certificates.length === 0) throw new Refusal("certificate", "corrupt");
    if (keys.length === 0) throw new Refusal(separate ? "privateKey" : "certificate", "no_key");
    for (const key of keys) {
      const leaf = certificates.find((one) => one.checkPrivateKey(key));
      if (leaf !== undefined) return packed(leaf, key, certificates);
    }
    throw new Refusal(separate ? "privateKey" : "certificate", "key_mismatch");
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, field: error.field, code: error.code };
    return { ok: false, field: "certificate", code: "corrupt" };
  }
}

interface Found {
  readonly keys: readonly KeyObject[];
  readonly certificates: readonly X509Certificate[];
  /** The key is looked for in a file of its own. */
  readonly separate: boolean;
}

function open({ certificate, privateKey, passphrase }: CertificateFiles): Found {
  const text = Buffer.from(certificate).toString("latin1");
  if (text.includes("-----BEGIN")) {
    const certificates = pemBlocks(text, /CERTIFICATE$/).map((block) => readCertificate(block.bytes));
    const own = pemBlocks(text, /PRIVATE KEY$/).length > 0;
    const source = privateKey ?? (own ? certificate : null);
    return { certificates, keys: source === null ? [] : [readKey(source, passphrase)], separate: true };
  }
  if (certificate[0] !== SEQUENCE) throw new Refusal("certificate", "corrupt");
  if (!isPfx(certificate)) {
    const keys = privateKey === null ? [] : [readKey(privateKey, passphrase)];
    return { certificates: [readCertificate(certificate)], keys, separate: true };
  }
  const opened = guard("certificate", () => openPfx(certificate, passphrase));
  return {
    certificates: opened.certificates.map(readCertificate),
    keys: opened.keys.map((der) => guard("certificate", () => plainKey(der))),
    separate: false,
  };
}

function packed(leaf: X509Certificate, key: KeyObject, all: readonly X509Certificate[]): OpenAnswer {
  const keyPassphrase = randomBytes(24).toString("base64url");
  const oneLine = (name: string): string => name.split("\n").join(", ");
  const value = {
    cert: leaf.toString(),
    chain: chainOf(leaf, all).map(String),
    key: lockedKey(key, keyPassphrase),
    keyPassphrase,
    notBefore: leaf.validFromDate.getTime(),
    notAfter: leaf.validToDate.getTime(),
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    fingerprint: leaf.fingerprint256,
  };
  // `keyUsage` is Node's name for the list of extended key usages; without the extension any use is allowed (RFC 5280).
  return { ok: true, value, purposes: leaf.keyUsage ?? null };
}

/** From the leaf's issuer upwards; the self-signed root is the other side's business. */
function chainOf(leaf: X509Certificate, all: readonly X509Certificate[]): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let last = leaf;
  while (chain.length < all.length) {
    const next = all.find(
      (one) => one !== last && !chain.includes(one) && last.checkIssued(one) && last.verify(one.publicKey),
    );
    if (next === undefined || next.checkIssued(next)) break;
    chain.push(next);
    last = next;
  }
  return chain;
}

function readCertificate(bytes: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch {
    throw new Refusal("certificate", "corrupt");
  }
}

function readKey(file: Uint8Array, passphrase: string): KeyObject {
  const text = Buffer.from(file).toString("latin1");
  const [block] = pemBlocks(text, /PRIVATE KEY$/);
  if (block === undefined) {
    if (text.includes("-----BEGIN")) throw new Refusal("privateKey", "no_key");
    return guard("privateKey", () =>
      firstInside(file) === SEQUENCE ? plainKey(openKey(file, passphrase), true) : plainKey(file),
    );
  }
  if (block.label === "ENCRYPTED PRIVATE KEY") return guard("privateKey", () => encryptedKey(block, passphrase));
  // The old way of encrypting a PEM (RFC 1421) says so in its head.
  if (/DEK-Info/.test(block.text)) return orWrong(() => createPrivateKey({ key: block.text, passphrase }));
  return guard("privateKey", () => createPrivateKey(block.text));
}

function encryptedKey(block: Block, passphrase: string): KeyObject {
  try {
    return plainKey(openKey(block.bytes, passphrase), true);
  } catch (error) {
    const open = (): KeyObject => createPrivateKey({ key: block.text, passphrase });
    if (error instanceof Unsupported) return orWrong(open); // scrypt, for one
    if (!(error instanceof OldWay)) throw error;
    try {
      return open(); // 3DES with two keys, where TLS comes from OpenSSL
    } catch {
      throw error;
    }
  }
}

function plainKey(der: Uint8Array, decrypted = false): KeyObject {
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return createPrivateKey({ key: Buffer.from(der), format: "der", type });
    } catch {
      // another form, or no key
    }
  }
  // Decryption has checked nothing but its padding: nonsense here is a wrong passphrase, unless it is a key of a foreign kind.
  if (decrypted && firstInside(der) !== INTEGER) throw new WrongPassphrase();
  throw new Unsupported("key");
}

function orWrong(work: () => KeyObject): KeyObject {
  try {
    return work();
  } catch {
    throw new Refusal("passphrase", "wrong_passphrase");
  }
}

function guard<T>(field: CertificateField, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof WrongPassphrase) throw new Refusal("passphrase", "wrong_passphrase");
    if (error instanceof OldWay) throw new Refusal(field, "old_format");
    if (error instanceof TooManyRounds) throw new Refusal(field, "too_many_iterations");
    throw new Refusal(field, error instanceof Unsupported ? "unsupported" : "corrupt");
  }
}

interface Block {
  readonly label: string;
  readonly text: string;
  readonly bytes: Buffer;
}

function pemBlocks(text: string, wanted: RegExp): Block[] {
  const found: Block[] = [];
  for (const match of text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]+?)-----END \1-----/g)) {
    const [block, label = "", body = ""] = match;
    if (wanted.test(label)) found.push({ label, text: block, bytes: Buffer.from(body, "base64") });
  }
  return found;
}

parentPort?.postMessage(answer(workerData as WorkerTask));
