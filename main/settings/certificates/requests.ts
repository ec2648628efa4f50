/** Keys and certificate requests made on this till (Kaspi appendix 2): the key lies in the vault alone, the rest in the journal. */
import type { CertificateRequestView, CertificateSubject } from "../../../contract/desk.ts";
import { toLatin } from "../../../contract/latin.ts";
import { certificatesIn, CertificateProblem, isPfx, makeRequest } from "../../adapters/certificates.ts";
import type { RequestSubject } from "../../adapters/certificates.ts";
import type { Clock, Ids, Journal, Vault } from "../../core/ports.ts";
import { keyPrintOf, ownerOfSubject, sameOwner } from "./facts.ts";
import { openClient } from "./open.ts";
import type { OpenedClient } from "./open.ts";
import { SubjectProblem } from "./problems.ts";

/** Where a request is sent, from the mailbox named in the contract (appendix 1). */
const SEND_TO = "cert.request@kaspi.kz";

export interface RequestsOptions {
  readonly journal: Pick<Journal, "meta" | "commit">;
  readonly vault: Vault;
  readonly clock: Pick<Clock, "now">;
  readonly ids: Pick<Ids, "uuid">;
  /** The bundled certificate worker. */
  readonly workerFile: string;
}

export interface Requests {
  /**
   * Makes a key and the request for it, with the subject in Latin letters. Rejects with SubjectProblem when a part cannot
   * stand in a certificate, else as vault and journal do.
   */
  make(subject: CertificateSubject): Promise<CertificateRequestView>;
  /** Oldest first. */
  list(): Promise<readonly CertificateRequestView[]>;
  /** Deletes the request and its key; nothing when there is none. A certificate that comes later cannot be used any more. */
  forget(id: string): Promise<void>;
  /** The request for whose key one of the file's certificates is (PEM or DER); null when none is for a key of this till. */
  match(file: Uint8Array | string): Promise<string | null>;
  /**
   * Opens the bank's answer with the key of the request. Rejects with CertificateProblem: `no_key` when the request is
   * gone, `key_mismatch` when it is for another key, `other_owner` when it names another organisation than was asked for,
   * and all that `openClient` rejects with. The request stays until `forget`.
   */
  answer(id: string, certificate: Uint8Array): Promise<OpenedClient>;
}

/** `certificate.requests` of the journal's meta. */
interface Kept {
  readonly id: string;
  readonly createdAt: number;
  readonly subject: RequestSubject;
  readonly csr: string;
  /** SHA-256 of the public key. */
  readonly keyPrint: string;
}

interface Secret {
  readonly key: string;
  readonly keyPassphrase: string;
}

const META = "certificate.requests";
const secretName = (id: string): string => `csr/${id}`;

/** The till's own requests; several may be open, and they outlast a restart. */
export function createRequests({ journal, vault, clock, ids, workerFile }: RequestsOptions): Requests {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };
  const read = async (): Promise<readonly Kept[]> => JSON.parse((await journal.meta(META)) ?? "[]") as Kept[];
  const write = (all: readonly Kept[]): Promise<unknown> =>
    journal.commit({ at: clock.now(), meta: { [META]: all.length === 0 ? null : JSON.stringify(all) } });

  return {
    async make(subject) {
      const latin = latinSubject(subject);
      const { csr, key, keyPassphrase, keyPrint } = await makeRequest(latin, workerFile);
      return inTurn(async () => {
        const made: Kept = {
          id: ids.uuid().replaceAll("-", ""),
          createdAt: clock.now(),
          subject: latin,
          csr,
          keyPrint,
        };
        // A crash in between leaves a key without a request, which is nobody's loss; the other way round is.
        await vault.put({ [secretName(made.id)]: JSON.stringify({ key, keyPassphrase } satisfies Secret) });
        await write([...(await read()), made]);
        return viewOfRequest(made);
      });
    },
    list: async () => (await read()).map(viewOfRequest),
    forget: (id) =>
      inTurn(async () => {
        const all = await read();
        const rest = all.filter((one) => one.id !== id);
        if (rest.length === all.length) return;
        await write(rest);
        await vault.put({ [secretName(id)]: null });
      }),
    async match(file) {
      const prints = certificatesIn(Buffer.from(file)).map(keyPrintOf);
      return (await read()).find((one) => prints.includes(one.keyPrint))?.id ?? null;
    },
    async answer(id, certificate) {
      const kept = (await read()).find((one) => one.id === id);
      const text = await vault.get(secretName(id));
      if (kept === undefined || text === null) throw new CertificateProblem("privateKey", "no_key");
      // What brings a key of its own is no answer: the key has never left this till.
      if (isPfx(certificate)) throw new CertificateProblem("certificate", "key_mismatch");
      const { key, keyPassphrase } = JSON.parse(text) as Secret;
      const opened = await openClient(
        { certificate, privateKey: Buffer.from(key), passphrase: keyPassphrase },
        { workerFile, now: clock.now() },
      );
      const { organization } = opened.owner;
      if (organization !== null && !sameOwner({ bin: null, organization }, ownerOfSubject(kept.subject)))
        throw new CertificateProblem("certificate", "other_owner");
      return opened;
    },
  };
}

// --- helpers ---

function viewOfRequest({ id, createdAt, subject, csr }: Kept): CertificateRequestView {
  const { region, city, organization, commonName, email } = subject;
  return {
    id,
    createdAt: new Date(createdAt).toISOString(),
    subject: `C=KZ, ST=${region}, L=${city}, O=${organization}, CN=${commonName}, emailAddress=${email}`,
    csr,
    sendTo: SEND_TO,
  };
}

/** RFC 5280, appendix A.1: ub-state-name, ub-locality-name, ub-organization-name, ub-common-name, ub-emailaddress-length. */
const LONGEST = { region: 128, city: 128, organization: 64, commonName: 64, email: 255 } as const;

function latinSubject(subject: CertificateSubject): RequestSubject {
  const part = (field: keyof CertificateSubject): string => {
    // The characters of a PrintableString: no CA stumbles over them.
    const text = toLatin(subject[field])
      .replaceAll(/[^A-Za-z0-9 '()+,\-./:=?]+/g, " ")
      .replaceAll(/ {2,}/g, " ")
      .trim();
    if (!/[A-Za-z0-9]/.test(text) || text.length > LONGEST[field]) throw new SubjectProblem(field);
    return text;
  };
  const { email, commonName } = subject;
  if (!/^[\x21-\x7e]+$/.test(email) || email.length > LONGEST.email) throw new SubjectProblem("email");
  if (!/^[A-Za-z0-9.:-]+$/.test(commonName) || commonName.length > LONGEST.commonName)
    throw new SubjectProblem("commonName");
  return { region: part("region"), city: part("city"), organization: part("organization"), commonName, email };
}
