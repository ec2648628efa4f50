/** Opens what a person picked: a client certificate with its key, and the bank's root certificates. */
import { CertificateProblem, importCertificate, readRoots } from "../../adapters/certificates.ts";
import { secureContext } from "../../adapters/tls-identity.ts";
import { factsOf } from "./facts.ts";
import type { CertificateFacts } from "./facts.ts";

export interface ClientFiles {
  /** PFX, PEM or DER: told apart by content. */
  readonly certificate: Uint8Array;
  /** PEM or DER; null when it is in the certificate's file. */
  readonly privateKey: Uint8Array | null;
  readonly passphrase: string;
}

export interface OpenWith {
  /** The bundled certificate worker. */
  readonly workerFile: string;
  /** Wall clock, epoch milliseconds. */
  readonly now: number;
}

export interface OpenedClient extends CertificateFacts {
  /** PEM: the client's own certificate, then its chain without the root. */
  readonly cert: string;
  /** Encrypted PKCS#8, PEM. */
  readonly key: string;
  /** Made here at random; what the technician typed is not needed again. */
  readonly keyPassphrase: string;
}

export interface Roots {
  readonly pem: readonly string[];
  readonly views: readonly CertificateFacts[];
}

/**
 * Opens a client certificate and its key and checks that TLS can use them now. Rejects with
 * CertificateProblem: wrong passphrase, old or foreign algorithm, damaged, no key or another one's, out of its time, made
 * for another use.
 */
export async function openClient(files: ClientFiles, { workerFile, now }: OpenWith): Promise<OpenedClient> {
  const { cert, chain, key, keyPassphrase } = await importCertificate({ ...files, workerFile, now });
  const whole = [cert, ...chain].join("");
  try {
    secureContext({ cert: whole, key, passphrase: keyPassphrase, ca: [] });
  } catch {
    throw new CertificateProblem("certificate", "unsupported"); // a key too short for today's TLS, for one
  }
  return { cert: whole, key, keyPassphrase, ...factsOf(cert) };
}

/** Reads the bank's root and intermediate certificates, PEM (one or many in a file) or DER. Throws CertificateProblem with its index. */
export function readRootFiles(files: readonly Uint8Array[]): Roots {
  const pem = readRoots(files);
  return { pem, views: pem.map(factsOf) };
}
