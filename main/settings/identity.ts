/** Turns the certificate files that the document names into what TLS uses, and their faults into lines for a technician. */
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
import type { HalykQrRoots } from "./halyk-qr.ts";
import type { Identity } from "./kaspi.ts";
import type { ProvisionDocument } from "./read.ts";

const KASPI = "providers.kaspi";
const HALYK_QR = "providers.halykQr";
const EPAY = "providers.epay";
const WHAT = {
  passphrase: "passphrase",
  certificate: "certificate",
  privateKey: "private key",
  ca: "CA certificate",
} as const;

/** Root certificates in PEM, by bank. Kaspi's are part of its identity. */
interface Roots {
  readonly halykQr: HalykQrRoots;
  readonly epay: readonly string[];
}

/** Opens every file that the document names. Throws ProvisionFailure naming each wrong field and what is wrong with it. */
export async function importFiles(
  { clock, certificateWorker }: { readonly clock: Clock; readonly certificateWorker: string },
  { files, value }: Pick<ProvisionDocument, "files" | "value">,
): Promise<{ readonly identity: Identity; readonly roots: Roots }> {
  const problems: Problem[] = [];
  const ca = rootsAt(files, `${KASPI}.ca`, problems);
  const roots: Roots = {
    halykQr: {
      server: rootsAt(files, `${HALYK_QR}.ca`, problems),
      events: rootsAt(files, `${HALYK_QR}.kafka.tls.ca`, problems),
    },
    epay: rootsAt(files, `${EPAY}.ca`, problems),
  };
  const certificate = files.get(`${KASPI}.certificate`);
  const privateKey = files.get(`${KASPI}.privateKey`) ?? null;
  let imported: ImportedCertificate | null = null;
  if (certificate && privateKey && isPfx(certificate))
    problems.push({ path: `${KASPI}.privateKey`, words: "does not belong to a PFX, which holds its own key" });
  else if (certificate) {
    const options = {
      certificate,
      privateKey,
      passphrase: value.providers.kaspi?.passphrase ?? "",
      workerFile: certificateWorker,
      now: clock.now(),
    };
    imported = await importCertificate(options).catch((error: unknown) => note(problems, error));
  }
  if (problems.length > 0) throw new ProvisionFailure(problems);
  if (!imported) return { identity: { stored: { cert: null, key: null, passphrase: null, ca }, expires: null }, roots };
  const { cert, chain, key, keyPassphrase, notAfter } = imported;
  const stored = { cert: [cert, ...chain].join(""), key, passphrase: keyPassphrase, ca };
  return { identity: { stored, expires: notAfter }, roots };
}

/** PEM of the files that a list of the document names. */
function rootsAt(files: ProvisionDocument["files"], list: string, problems: Problem[]): readonly string[] {
  const contents: Uint8Array[] = [];
  for (let at = files.get(`${list}[0]`); at; at = files.get(`${list}[${contents.length}]`)) contents.push(at);
  try {
    return readRoots(contents);
  } catch (error) {
    note(problems, error, list);
    return [];
  }
}

function note(problems: Problem[], error: unknown, list = `${KASPI}.ca`): null {
  if (!(error instanceof CertificateProblem)) throw error;
  const { field, index, code } = error;
  const path = index === null ? `${KASPI}.${field}` : `${list}[${index}]`;
  // A key that is in no file at all is missed where it would be named.
  const at = code === "no_key" && field === "certificate" ? `${KASPI}.privateKey` : path;
  problems.push({
    path: at,
    words: field === "passphrase" ? error.message : `the ${WHAT[field]} cannot be used: ${error.message}`,
  });
  return null;
}
