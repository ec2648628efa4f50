/** Taking over what a bank or a technician gives: client certificates with their keys, and CA certificates. */
import { X509Certificate } from "node:crypto";
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
  | "unsupported";

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

/** What the worker answers. */
export type WorkerAnswer =
  | { readonly ok: true; readonly value: ImportedCertificate; readonly purposes: readonly string[] | null }
  | { readonly ok: false; readonly field: CertificateField; readonly code: CertificateCode };

/** A PFX with its chain has some 10 kB. */
const SIZE_LIMIT = 256 * 1024;
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

  const answer = await inWorker(workerFile, { certificate, privateKey, passphrase });
  if (!answer.ok) throw new CertificateProblem(answer.field, answer.code);
  const { value, purposes } = answer;
  if (now > value.notAfter) throw new CertificateProblem("certificate", "expired");
  if (now < value.notBefore) throw new CertificateProblem("certificate", "not_yet_valid");
  if (purposes !== null && !purposes.includes(CLIENT) && !purposes.includes(ANY)) {
    throw new CertificateProblem("certificate", "wrong_purpose");
  }
  return value;
}

/** Reads CA files, PEM (one or many in a file) or DER, into a list of PEM texts. Throws CertificateProblem with its index. */
export function readRoots(files: readonly Uint8Array[]): string[] {
  const roots = new Map<string, string>();
  for (const [index, file] of files.entries()) {
    if (file.length > SIZE_LIMIT) throw new CertificateProblem("ca", "too_large", index);
    for (const root of certificatesIn(file, index)) {
      // A till's own certificate given as CA is the usual mix-up. Old roots say nothing about themselves but sign themselves.
      if (!root.ca && !root.checkIssued(root)) throw new CertificateProblem("ca", "wrong_purpose", index);
      roots.set(root.fingerprint256, root.toString());
    }
  }
  return [...roots.values()];
}

// --- helpers ---

function certificatesIn(file: Uint8Array, index: number): X509Certificate[] {
  const text = Buffer.from(file).toString("latin1");
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g);
  if (blocks === null && text.includes("-----BEGIN")) throw new CertificateProblem("ca", "corrupt", index);
  try {
    return (blocks ?? [file]).map((one) => new X509Certificate(one));
  } catch {
    throw new CertificateProblem("ca", "corrupt", index);
  }
}

function inWorker(file: string, files: CertificateFiles): Promise<WorkerAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(file, { workerData: files, env: {}, resourceLimits: { maxOldGenerationSizeMb: 256 } });
    const timer = setTimeout(() => {
      resolve({ ok: false, field: "certificate", code: "too_many_iterations" });
      void worker.terminate();
    }, TIME_LIMIT_MS);
    worker.once("message", (answer: WorkerAnswer) => resolve(answer));
    worker.once("error", reject);
    worker.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the certificate worker ended with ${code}`));
    });
  });
}
