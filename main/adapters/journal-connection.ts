/** One connection to the journal's file, set up for durability, with its prepared statements. */
import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { JournalUnavailable } from "./journal-errors.ts";

/** Nobody else writes to this file (both hosts take the same lock); a virus scanner or a copy may hold it for a moment. */
const BUSY_MS = 1000;

export interface Connection {
  readonly db: DatabaseSync;
  /** The prepared statement for this text, made once. */
  sql(text: string): StatementSync;
  /** The same, reading integers as bigint: beyond 2^53 the default throws. */
  big(text: string): StatementSync;
  /** Throws when the path no longer leads to the file that is open: commits into a deleted file succeed and are lost. */
  assertInPlace(): void;
  close(): void;
}

/** Opens an existing file; never makes one (mode=rw), so that a vanished journal is not silently begun anew. */
export function connect(file: string): Connection {
  const address = pathToFileURL(file);
  address.searchParams.set("mode", "rw");
  const db = new DatabaseSync(address, { timeout: BUSY_MS, enableForeignKeyConstraints: true });
  try {
    // fullfsync: on macOS a plain fsync leaves the data in the drive's cache.
    db.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
    db.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA journal_size_limit = 8388608");
    const { ino } = statSync(file, { bigint: true });
    return connection(db, () => assertSame(file, ino));
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A database that is open already, with its prepared statements. */
export function connection(db: DatabaseSync, assertInPlace: () => void = () => undefined): Connection {
  const plain = new Map<string, StatementSync>();
  const bigs = new Map<string, StatementSync>();
  const prepared = (cache: Map<string, StatementSync>, text: string): StatementSync => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const made = db.prepare(text);
    if (cache === bigs) made.setReadBigInts(true);
    cache.set(text, made);
    return made;
  };
  return {
    db,
    sql: (text) => prepared(plain, text),
    big: (text) => prepared(bigs, text),
    assertInPlace,
    close: () => db.close(),
  };
}

// --- helpers ---

function assertSame(file: string, inode: bigint): void {
  let found: bigint | null = null;
  try {
    found = statSync(file, { bigint: true }).ino;
  } catch (error) {
    throw new JournalUnavailable("the journal's file cannot be reached", error);
  }
  if (found !== inode) throw new JournalUnavailable("the journal's file was replaced while it was open");
}
