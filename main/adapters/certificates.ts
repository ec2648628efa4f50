/**
 * Taking over what a bank or a technician gives: client certificates with their keys, and CA certificates; and making
 * what the bank is asked for, a key with its request.
 */
import { X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { Worker } from "node:worker_threads";

export type CertificateField = "passphrase" | "certificate" | "privateKey" | "ca";
export type CertificateCode =
  | "wrong_passphrase"
  | "old_format"
  | "corrupt"
  | "no_key"
  | "key_mismatch"
  | "expired"
  | "not_yet_valid"
  | "wrong_purpose"
  | "too_large"
  | "too_many_iterations"
  | "unsupported"
  | "other_owner";

/** A certificate that cannot be used. `index` counts within a list of CA files. */
export class CertificateProblem extends Error {
  readonly field: CertificateField;
  readonly code: CertificateCode;
  readonly index: number | null;
  constructor(field: CertificateField, code: CertificateCode, index: number | null = null) {
    super(WORDS[code]);
    this.name = "CertificateProblem";
    this.field = field;
    this.code = code;
    this.index = index;
  }
}

const WORDS: Record<CertificateCode, string> = {
  wrong_passphrase: "the passphrase does not open it (or the file was damaged on the way)",
  old_format: "it is protected in an old way that cannot be opened here; export it anew",
  corrupt: "it is not a certificate file, or it is damaged",
  no_key: "there is no private key in it, and none beside it",
  key_mismatch: "the private key belongs to another certificate",
  expired: "it is no longer valid; ask the bank for a new one",
  not_yet_valid: "it is not valid yet; check this computer's date",
  wrong_purpose: "it was not issued for this use",
  too_large: "the file is far larger than any certificate",
  too_many_iterations: "it would take far too long to open; export it with fewer iterations",
  unsupported: "it uses an algorithm that TLS here cannot use (GOST, for example)",
  other_owner: "it was issued to another organisation",
};

export interface CertificateFiles {
  /** PFX, PEM or DER: told apart by content. PEM may hold intermediate certificates and the key too. */
  readonly certificate: Uint8Array;
  /** PEM or DER, plain or encrypted; null when it is in the certificate's file. */
  readonly privateKey: Uint8Array | null;
  readonly passphrase: string;
}

export interface ImportOptions extends CertificateFiles {
  /** The bundled certificate worker. */
  readonly workerFile: string;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

export interface ImportedCertificate {
  /** The client's own certificate, PEM. */
  readonly cert: string;
  /** Intermediates that lead from it towards the root, PEM, without the root: to be sent after `cert`, never to be trusted. */
  readonly chain: readonly string[];
  /** Encrypted PKCS#8, PEM. */
  readonly key: string;
  /** Made here at random; the technician's passphrase is not needed again. */
  readonly keyPassphrase: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly subject: string;
  readonly issuer: string;
  /** SHA-256, as certificate viewers show it. */
  readonly fingerprint: string;
}

/** Subject of a request, in the characters of a PrintableString; the country is KZ (Kaspi appendix 2). */
export interface RequestSubject {
  readonly region: string;
  readonly city: string;
  readonly organization: string;
  readonly commonName: string;
  readonly email: string;
}

export interface MadeRequest {
  /** PKCS#10, PEM. */
  readonly csr: string;
  /** Encrypted PKCS#8, PEM. */
  readonly key: string;
  readonly keyPassphrase: string;
  /** SHA-256 of the public key (SPKI), hexadecimal. */
  readonly keyPrint: string;
}

/** What the worker is asked. */
export type WorkerTask =
  | { readonly kind: "open"; readonly files: CertificateFiles }
  | { readonly kind: "request"; readonly subject: RequestSubject };

export type OpenAnswer =
  | { readonly ok: true; readonly value: ImportedCertificate; readonly purposes: readonly string[] | null }
  | { readonly ok: false; readonly field: CertificateField; readonly code: CertificateCode };

/** A PFX with its chain has some 10 kB. */
export const SIZE_LIMIT = 256 * 1024;
const TIME_LIMIT_MS = 30_000;
const CLIENT = "1.3.6.1.5.5.7.3.2";
const ANY = "2.5.29.37.0";

/**
 * Opens certificate and key in a worker (their key derivation may take seconds) and checks that they can be used.
 * Rejects with CertificateProblem. A PFX is never given to TLS itself: OpenSSL 3 refuses the old ones, and Node would
 * trust the CA certificates inside it for the server.
 */
export async function importCertificate(options: ImportOptions): Promise<ImportedCertificate> {
  const { certificate, privateKey, passphrase, workerFile, now } = options;
  if (certificate.length > SIZE_LIMIT) throw new CertificateProblem("certificate", "too_large");
  if ((privateKey?.length ?? 0) > SIZE_LIMIT) throw new CertificateProblem("privateKey", "too_large");

  const task: WorkerTask = { kind: "open", files: { certificate, privateKey, passphrase } };
  const answer = await inWorker<OpenAnswer>(
    workerFile,
    task,
    new CertificateProblem("certificate", "too_many_iterations"),
  );
  if (!answer.ok) throw new CertificateProblem(answer.field, answer.code);
  const { value, purposes } = answer;
  if (now > value.notAfter) throw new CertificateProblem("certificate", "expired");
  if (now < value.notBefore) throw new CertificateProblem("certificate", "not_yet_valid");
  if (purposes !== null && !purposes.includes(CLIENT) && !purposes.includes(ANY)) {
    throw new CertificateProblem("certificate", "wrong_purpose");
  }
  return value;
}

/** Makes a key (RSA 2048) and the request for it, in a worker: appendix 2 of the Kaspi document. */
export async function makeRequest(subject: RequestSubject, workerFile: string): Promise<MadeRequest> {
  return inWorker<MadeRequest>(workerFile, { kind: "request", subject }, new Error("making a key took too long"));
}

/** Reads CA files, PEM (one or many in a file) or DER, into a list of PEM texts. Throws CertificateProblem with its index. */
export function readRoots(files: readonly Uint8Array[]): string[] {
  const roots = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    if (file.length > SIZE_LIMIT) throw new CertificateProblem("ca", "too_large", index);
    const found = certificatesIn(file);
    if (found.length === 0) throw new CertificateProblem("ca", "corrupt", index);
    for (const root of found) {
      // A till's own certificate given as CA is the usual mix-up. Old roots say nothing about themselves but sign themselves.
      if (!root.ca && !root.checkIssued(root)) throw new CertificateProblem("ca", "wrong_purpose", index);
      roots.set(root.fingerprint256, root.toString());
    }
  }
  return [...roots.values()];
}

/** The certificates of a PEM or DER file; none when it is anything else, or when one of them is damaged. */
export function certificatesIn(file: Uint8Array): X509Certificate[] {
  const text = Buffer.from(file).toString("latin1");
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (blocks === null && text.includes("-----BEGIN")) return [];
  try {
    return (blocks ?? [file]).map((one) => new X509Certificate(one));
  } catch {
    return [];
  }
}

/** DER whose first part is a version number: a certificate begins with a sequence, PEM with a dash. */
export function isPfx(file: Uint8Array): boolean {
  return file[0] === 0x30 && firstInside(file) === 0x02;
}

/** The tag of the first thing inside a DER sequence. */
export function firstInside(bytes: Uint8Array): number | undefined {
  const length = bytes[1] ?? 0;
  return bytes[length > 0x80 ? 2 + (length & 0x7f) : 2];
}

/** The form in which a key is kept and given to TLS: encrypted PKCS#8, PEM. */
export function lockedKey(key: KeyObject, passphrase: string): string {
  return key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }).toString();
}

// --- helpers ---

function inWorker<T>(file: string, task: WorkerTask, tooSlow: Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: task, env: {}, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    const timer = setTimeout(() => {
      reject(tooSlow);
      void worker.terminate();
    }, TIME_LIMIT_MS);
    worker.once("message", (answer: T) => resolve(answer));
    worker.once("error", reject);
    worker.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the certificate worker ended with ${code}`));
    });
  });
}
