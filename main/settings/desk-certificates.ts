/** Certificate files at the desk: what was picked or dropped is opened into the draft. */
import type { CertificateRequestView, CertificateSubject } from "../../contract/desk.ts";
import {
  CertificateProblem,
  certificateProblemError,
  openClient,
  readRootFiles,
  SubjectProblem,
  type OpenedClient,
} from "./certificates/index.ts";
import type { Connection } from "./desk-connection.ts";
import { DeskRefusal, refused, type DeskParts } from "./desk-parts.ts";

export interface Certificates {
  open(files: { certificate: string; privateKey: string | null; passphrase: string }): Promise<void>;
  roots(files: readonly string[]): Promise<void>;
  request(subject: CertificateSubject): Promise<CertificateRequestView>;
  forget(id: string): Promise<void>;
  answer(letter: { id: string; certificate: string; roots: readonly string[]; url: string | null }): Promise<void>;
  dropped(name: string, passphrase: string): Promise<void>;
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, "base64");

export function createCertificates(parts: DeskParts, connection: Connection): Certificates {
  const { stores, requests, drop } = parts;

  const client = (certificate: Uint8Array, privateKey: Uint8Array | null, passphrase: string): Promise<OpenedClient> =>
    openClient(
      { certificate, privateKey, passphrase },
      { workerFile: stores.certificateWorker, now: stores.clock.now() },
    );

  const show = ({ cert, key, keyPassphrase }: OpenedClient, ca?: readonly string[]): Promise<void> =>
    connection.show({ cert, key, passphrase: keyPassphrase, ...(ca && ca.length > 0 ? { ca } : {}) });

  return {
    async open({ certificate, privateKey, passphrase }) {
      const key = privateKey === null ? null : bytesOf(privateKey);
      await show(await opened(() => client(bytesOf(certificate), key, passphrase)));
    },
    async roots(files) {
      const { pem } = await opened(() => readRootFiles(files.map(bytesOf)));
      await connection.show({ ca: pem });
    },
    request: (subject) => opened(() => requests.make(subject)),
    forget: (id) => requests.forget(id),
    async answer({ id, certificate, roots, url }) {
      const made = await opened(() => requests.answer(id, bytesOf(certificate)));
      const { pem } = await opened(() => readRootFiles(roots.map(bytesOf)));
      await show(made, pem);
      if (url !== null && url !== "") await connection.change({ url });
    },
    async dropped(name, passphrase) {
      const bytes = await opened(() => drop.read(name));
      const kind = (await drop.list()).find((one) => one.name === name)?.kind;
      if (bytes === null || kind === undefined) throw refused("not_found");
      if (kind === "roots") return connection.show({ ca: (await opened(() => readRootFiles([bytes]))).pem });
      const request = kind === "answer" ? await requests.match(bytes) : null;
      await show(await opened(() => (request ? requests.answer(request, bytes) : client(bytes, null, passphrase))));
    },
  };
}

/** What is wrong with a file or a subject, as a refusal. */
export async function opened<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CertificateProblem || error instanceof SubjectProblem)
      throw new DeskRefusal(certificateProblemError(error));
    throw error;
  }
}
