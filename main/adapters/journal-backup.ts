/** A copy of the journal that can be taken while it is written to, and the proof that it is one. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { privateFile, syncDirectory } from "./files.ts";
import type { ChainHead, ChainReport, Mac } from "./journal-chain.ts";
import { checkChain, checkRows, type CheckOptions } from "./journal-check.ts";
import { connection, type Connection } from "./journal-connection.ts";
import { JournalDamaged, journalError, JournalUnavailable } from "./journal-errors.ts";
import { schemaOf } from "./journal-schema.ts";
import { storedHead } from "./journal-write.ts";

/** All pages at one go, in a thread of their own: in several, each commit between two of them would begin the copy anew. */
const ALL_PAGES = 2 ** 31 - 1;

/** What a copy of the journal holds. */
export interface JournalCopy {
  readonly schema: number;
  readonly epoch: string;
  readonly head: ChainHead;
  readonly bytes: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  /** null: the key was not at hand. */
  readonly chain: ChainReport | null;
}

/** Since then every row has a seal. */
const SEALED_SINCE = 4;

/**
 * Copies the journal `file` as it stands into the new file `toFile` (0600), durably. Rejects with JournalUnavailable when the
 * disk refuses; then no new file is left.
 */
export async function copyJournal(file: string, toFile: string): Promise<void> {
  const part = `${toFile}.part`;
  try {
    await rm(part, { force: true });
    await privateFile(part);
    const source = new DatabaseSync(address(file, "ro"), { readOnly: true, timeout: 1000 });
    try {
      await backup(source, part, { rate: ALL_PAGES });
    } finally {
      source.close();
    }
    const copy = new DatabaseSync(part);
    try {
      copy.exec("PRAGMA journal_mode = DELETE"); // one file, that needs no others beside it
    } finally {
      copy.close();
    }
    const handle = await open(part, "r+");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, toFile);
    await syncDirectory(dirname(toFile));
  } catch (error) {
    for (const suffix of ["", "-journal", "-wal", "-shm"])
      await rm(`${part}${suffix}`, { force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    throw code?.startsWith("E") && !code.startsWith("ERR_")
      ? new JournalUnavailable(`the copy cannot be written (${code})`, error)
      : journalError(error);
  }
}

/**
 * Reads a copy that nobody else has open: its structure, indexes included, and where the key is there (`mac`) its whole chain
 * and its rows' seals. Rejects with JournalDamaged when its structure is not sound; what the chain tells is in the answer.
 */
export async function proveCopy(
  file: string,
  mac: Mac | null,
  options: Pick<CheckOptions, "seen"> = {},
): Promise<JournalCopy> {
  const { bytes, sha256 } = await sumOf(file);
  let db: DatabaseSync | null = null;
  try {
    // immutable: a copy may lie on a disk that cannot be written, and has no log.
    const where = address(file, "ro");
    where.searchParams.set("immutable", "1");
    db = new DatabaseSync(where, { readOnly: true });
    const check = Object.values(db.prepare("PRAGMA integrity_check(1)").get() ?? {})[0];
    if (check !== "ok") throw new JournalDamaged(`the copy is damaged: ${String(check)}`);
    const schema = schemaOf(db);
    if (schema === 0) throw new JournalDamaged("the copy is empty");
    const c = connection(db);
    const read = async <T>(work: (own: Connection) => T): Promise<T> => work(c);
    let chain = mac === null ? null : await checkChain(read, mac, options);
    if (mac !== null && chain?.ok === true && schema >= SEALED_SINCE)
      chain = (await checkRows(read, mac, options)) ?? chain;
    const epoch = String(c.sql("SELECT value FROM meta WHERE name = 'epoch'").get()?.["value"]);
    return { schema, epoch, head: storedHead(c), bytes, sha256, chain };
  } catch (error) {
    throw journalError(error);
  } finally {
    db?.close();
  }
}

/** SHA-256 and size of a file that is no open journal: closing its descriptor here would free SQLite's locks on it. */
export async function sumOf(file: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}

// --- helpers ---

function address(file: string, mode: "ro"): URL {
  const url = pathToFileURL(file);
  url.searchParams.set("mode", mode);
  return url;
}
