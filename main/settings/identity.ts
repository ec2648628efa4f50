/** Turns the certificate files of a bank's part into what TLS uses, and their faults into lines for a technician. */
import type { KaspiConfig } from "../../contract/banks/kaspi.ts";
import type { Problem } from "../../contract/problem.ts";
import {
  CertificateProblem,
  importCertificate,
  isPfx,
  readRoots,
  type ImportedCertificate,
} from "../adapters/certificates.ts";
import type { Clock } from "../core/ports.ts";
import { ProvisionFailure } from "./failure.ts";
import type { Identity } from "./kaspi.ts";
import type { ProvisionDocument } from "./read.ts";

const BASE = "providers.kaspi";
const WHAT = {
  passphrase: "passphrase",
  certificate: "certificate",
  privateKey: "private key",
  ca: "CA certificate",
} as const;

/** Opens certificate, key and roots. Throws ProvisionFailure naming the field and what is wrong with it. */
export async function importIdentity(
  { clock, certificateWorker }: { readonly clock: Clock; readonly certificateWorker: string },
  { files }: ProvisionDocument,
  kaspi: KaspiConfig,
): Promise<Identity> {
  const problems: Problem[] = [];
  const ca = attempt(problems, () =>
    readRoots(kaspi.ca.map((_, index) => files.get(`${BASE}.ca[${index}]`) ?? new Uint8Array())),
  );
  const certificate = files.get(`${BASE}.certificate`);
  const privateKey = files.get(`${BASE}.privateKey`) ?? null;
  let imported: ImportedCertificate | null = null;
  if (certificate && privateKey && isPfx(certificate))
    problems.push({ path: `${BASE}.privateKey`, words: "does not belong to a PFX, which holds its own key" });
  else if (certificate) {
    const options = {
      certificate,
      privateKey,
      passphrase: kaspi.passphrase ?? "",
      workerFile: certificateWorker,
      now: clock.now(),
    };
    imported = await importCertificate(options).catch((error: unknown) => note(problems, error));
  }
  if (problems.length > 0) throw new ProvisionFailure(problems);
  const roots = ca ?? [];
  if (!imported) return { stored: { cert: null, key: null, passphrase: null, ca: roots }, expires: null };
  const { cert, chain, key, keyPassphrase, notAfter } = imported;
  return { stored: { cert: [cert, ...chain].join(""), key, passphrase: keyPassphrase, ca: roots }, expires: notAfter };
}

function attempt<T>(problems: Problem[], work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    return note(problems, error);
  }
}

function note(problems: Problem[], error: unknown): null {
  if (!(error instanceof CertificateProblem)) throw error;
  const { field, index, code } = error;
  const path = index === null ? `${BASE}.${field}` : `${BASE}.ca[${index}]`;
  // A key that is in no file at all is missed where it would be named.
  const at = code === "no_key" && field === "certificate" ? `${BASE}.privateKey` : path;
  problems.push({
    path: at,
    words: field === "passphrase" ? error.message : `the ${WHAT[field]} cannot be used: ${error.message}`,
  });
  return null;
}
