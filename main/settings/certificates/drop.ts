/**
 * The folder certs/: a technician, or the owner's mail program, drops a file there. By itself the till takes only the
 * bank's answer to a request of its own, for the certificate in use; everything else waits for a person with a PIN.
 */
import { X509Certificate } from "node:crypto";
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import type { DroppedFileView } from "../../../contract/desk.ts";
import { CertificateProblem } from "../../adapters/certificates.ts";
import { privateDirectory } from "../../adapters/files.ts";
import type { Clock, Log } from "../../core/ports.ts";
import { sameOwner, viewOf } from "./facts.ts";
import type { CertificateFacts } from "./facts.ts";
import { filesIn, readFileIn, TAKEN } from "./folder.ts";
import { kindOf } from "./kind.ts";
import type { OpenedClient } from "./open.ts";
import type { Requests } from "./requests.ts";

/** The certificate that a file may replace. */
export interface InUse {
  readonly facts: CertificateFacts;
  /** The bank's CA certificates that are trusted now, PEM. */
  readonly authorities: readonly string[];
}

export interface DropOptions {
  /** Made when it is not there. */
  readonly dir: string;
  readonly requests: Requests;
  /** null where no certificate is in use: then nothing is taken without a person. */
  readonly current: () => InUse | null | Promise<InUse | null>;
  /** Tries the certificate at the bank and puts it in use; false (or a rejection) when the bank did not answer through it. */
  readonly take: (opened: OpenedClient) => Promise<boolean>;
  readonly clock: Pick<Clock, "now" | "mono" | "setTimeout" | "clearTimeout">;
  readonly log: Log;
}

export interface Drop {
  /** What lies in the folder, with what each file seems to be. A PFX is not opened. Empty when the folder cannot be read. */
  list(): Promise<readonly DroppedFileView[]>;
  /** The bytes of a file of the folder; null when `name` is not a plain file in it. Rejects with CertificateProblem `too_large`. */
  read(name: string): Promise<Uint8Array | null>;
  /** Looks now, every minute, and soon after a change. Resolves after the first look; never rejects. */
  start(): Promise<void>;
  /** Resolves when a look under way has ended. */
  stop(): Promise<void>;
}

const EVERY_MS = 60_000;
/** A change is often one of several, and a file that has just come may still be growing. */
const SOON_MS = 1000;
/** A certificate that the bank did not answer through is tried again after this, then after twice as long, up to an hour. */
const RETRY_MS = 60_000;
const RETRY_MAX_MS = 3_600_000;

/** Watches `dir`. Nothing happens before `start`, except `list` and `read`. */
export function createDrop({ dir, requests, current, take, clock, log }: DropOptions): Drop {
  /** Size and time of each file at the last look: it is left alone until two looks agree. */
  let marks = new Map<string, string>();
  const failed = new Map<string, { readonly until: number; readonly wait: number }>();
  const offered = new Set<string>();
  let running: Promise<void> | null = null;
  let timer: unknown = null;
  let watcher: FSWatcher | null = null;
  let live = false;
  let changed = false;
  let trouble: string | null = null;

  const lookIn = (ms: number): void => {
    if (!live) return;
    clock.clearTimeout(timer);
    timer = clock.setTimeout(() => void look(), ms);
  };
  const look = async (): Promise<void> => {
    if (running !== null) return running;
    changed = false;
    running = lookOnce()
      .catch((error: unknown) => {
        complain(nameOf(error));
        return false;
      })
      .then((unsteady) => {
        running = null;
        lookIn(unsteady || changed ? SOON_MS : EVERY_MS);
      });
    return running;
  };
  /** Once for each trouble, not once a minute. */
  const complain = (code: string): void => {
    if (code !== trouble) log.warn("certificates.folder", { code });
    trouble = code;
  };
  const lookOnce = async (): Promise<boolean> => {
    const before = marks;
    const files = await filesIn(dir);
    trouble = null;
    marks = new Map(files.map(({ name, mark }) => [name, mark]));
    for (const { name, mark } of files) if (live && before.get(name) === mark) await consider(name, mark);
    return files.some(({ name, mark }) => before.get(name) !== mark);
  };
  const consider = async (name: string, mark: string): Promise<void> => {
    const key = `${name} ${mark}`;
    const earlier = failed.get(key);
    if (earlier !== undefined && clock.mono() < earlier.until) return;
    try {
      const opened = await answerIn(name);
      if (opened === null) {
        // Neither name nor content: people write passphrases into names.
        if (!offered.has(key)) log.info("certificates.offered");
        offered.add(key);
        return;
      }
      if (!(await take(opened.client))) throw new NotAnswered();
      failed.delete(key);
      log.info("certificates.taken", { fingerprint: opened.client.fingerprint, serial: opened.client.serial });
      await putAway(name, opened.request);
    } catch (error) {
      const wait = Math.min(earlier === undefined ? RETRY_MS : earlier.wait * 2, RETRY_MAX_MS);
      failed.set(key, { until: clock.mono() + wait, wait });
      log.warn("certificates.not_taken", { code: nameOf(error) });
    }
  };

  /** It is in use whatever becomes of its file and its request: neither leads to it a second time. */
  const putAway = async (name: string, request: string): Promise<void> => {
    const left = (error: unknown): void => log.warn("certificates.left", { code: nameOf(error) });
    await requests.forget(request).catch(left);
    await rename(join(dir, name), join(dir, name + TAKEN)).catch(left);
  };

  /** The client certificate in the file, when it is one that may be taken without a person. */
  const answerIn = async (name: string): Promise<{ client: OpenedClient; request: string } | null> => {
    const bytes = await readFileIn(dir, name);
    const found = bytes === null ? null : kindOf(bytes);
    if (bytes === null || found?.kind !== "certificate") return null;
    const request = await requests.match(found.pem);
    const inUse = await current();
    if (request === null || inUse === null || !succeeds(found.facts, found.pem, inUse)) return null;
    return { client: await requests.answer(request, bytes), request };
  };

  return {
    async list() {
      const views: DroppedFileView[] = [];
      for (const { name } of await filesIn(dir).catch(() => [])) {
        const bytes = await readFileIn(dir, name).catch(() => null);
        const found = bytes === null ? null : kindOf(bytes);
        if (found?.kind === "certificate") {
          const own = (await requests.match(found.pem)) !== null;
          views.push({ name, kind: own ? "answer" : "certificate", certificate: viewOf(found.facts, clock.now()) });
        } else if (found?.kind === "roots")
          views.push({ name, kind: "roots", certificate: viewOf(found.facts, clock.now()) });
        else views.push({ name, kind: found?.kind ?? "unknown", certificate: null });
      }
      return views;
    },
    read: (name) => readFileIn(dir, name),
    async start() {
      live = true;
      try {
        await privateDirectory(dir);
        watcher = watch(dir, { persistent: false }, () => {
          if (!changed && running === null) lookIn(SOON_MS);
          changed = true;
        });
        watcher.on("error", () => watcher?.close()); // the look of each minute remains
      } catch (error) {
        complain(nameOf(error));
      }
      await look();
    },
    async stop() {
      live = false;
      watcher?.close();
      clock.clearTimeout(timer);
      await running;
    },
  };
}

// --- helpers ---

class NotAnswered extends Error {}

/** Whether it is the next certificate of the one in use: the same owner, the same issuer, a later end. */
function succeeds(next: CertificateFacts, pem: string, { facts, authorities }: InUse): boolean {
  if (!sameOwner(facts.owner, next.owner) || facts.issuer !== next.issuer || next.notAfter <= facts.notAfter)
    return false;
  // A name is soon written: where the issuer itself is known here, its signature must be under it.
  const certificate = new X509Certificate(pem);
  const named = authorities.map((one) => new X509Certificate(one)).filter((one) => one.subject === certificate.issuer);
  return named.length === 0 || named.some((one) => certificate.verify(one.publicKey));
}

/** For the log: never a message, which may quote a path. */
function nameOf(error: unknown): string {
  if (error instanceof CertificateProblem) return error.code;
  if (error instanceof NotAnswered) return "not_answered";
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? name;
}
