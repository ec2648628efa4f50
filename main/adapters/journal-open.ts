/** What is done with the journal's file before anything is read from it: is it there, is it sound, is it the last one. */
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, statSync } from "node:fs";
import { openHead, sealHead, type ChainHead } from "./journal-chain.ts";
import { META_FROM } from "./journal-check.ts";
import { connect, type Connection } from "./journal-connection.ts";
import {
  JournalChanged,
  JournalDamaged,
  JournalForeign,
  JournalMissing,
  JournalUnavailable,
  openingError,
} from "./journal-errors.ts";
import { allRows, sealOf, sealRow, SQL, type SqlRow } from "./journal-rows.ts";
import {
  asWritten,
  FIX_PROFILES,
  inTransaction,
  migrate,
  MIGRATIONS,
  schemaOf,
  SEALED_TABLES,
  UNFIX_PROFILES,
} from "./journal-schema.ts";
import type { Mark } from "./journal-witness.ts";
import {
  countAll,
  putCensus,
  type Census,
  putCounter,
  putMeta,
  storedHead,
  storedCensus,
  writeBatch,
  type Writer,
} from "./journal-write.ts";

/** Left beside the journal by the maintenance command, for the next start: what was put in its place, and why. */
export interface RestoreNote {
  readonly what: "restored" | "new";
  /** Epoch milliseconds. `backupAt`: when the backup was taken; null: not known, or a new journal. */
  readonly at: number;
  readonly backupAt: number | null;
}

/** What this life of the journal was begun with, when not with the file that was written last. */
export interface Restored {
  /** `behind`: nobody has said why the file is an older one. */
  readonly why: RestoreNote["what"] | "behind";
  readonly at: number;
  readonly backupAt: number | null;
  /** Number of the last event that is here, and of the last one that is known to have been written. */
  readonly head: number;
  readonly known: number;
}

export interface Opening {
  /** What its structure said before its indexes were made anew; null: it was sound. */
  readonly repaired: string | null;
  /** Its tables or indexes do not read as this program writes them. */
  readonly altered: boolean;
  /** The file was behind what had been acknowledged, and nobody said why: events after `head` are lost. */
  readonly behind: Restored | null;
}

export interface Opened extends Opening {
  readonly connection: Connection;
  readonly epoch: string;
  readonly schema: number;
}

export interface OpenOptions {
  readonly file: string;
  readonly writer: Writer;
  readonly now: () => number;
  /** The newest head that is known from elsewhere. */
  readonly known: Mark | null;
  /** Takes the file over as it is although its keys are others. */
  readonly takeOver: boolean;
}

export const META_RESTORED = "restored";
export const noteFile = (file: string): string => `${file}-note`;

/** Beyond this size only what can be seen without comparing every index is looked at: 256 MiB take a second or two. */
const WHOLE_CHECK_BYTES = 256 * 1024 * 1024;
/** Receipts that a shop makes between a backup and the day it is needed, where nothing says how many. */
const UNKNOWN_RECEIPTS = 10_000;

/**
 * Throws JournalMissing when there is no file, or an empty one, where there was a journal. To be asked before anything makes or
 * opens it: SQLite deletes the log of an empty file.
 */
export function assertThere(file: string, known: ChainHead | null): void {
  if (sizeOf(file) > 0) return;
  const what = readNote(file)?.what;
  // Restoring was cut off between taking the old file away and putting the backup in its place.
  if (what === "restored" || ((known?.seq ?? 0) > 0 && what !== "new")) throw new JournalMissing(known?.seq ?? 0);
}

/** Opens and checks the file, brings it up to date, and begins a new epoch where it is not the one that was written last. */
export function openFile(options: OpenOptions): Opened {
  const { file, writer, takeOver } = options;
  let c: Connection | null = null;
  try {
    c = connect(file);
    const repaired = soundIndexes(c, sizeOf(file));
    const mode = c.db.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
    if (mode !== "wal")
      throw new JournalUnavailable("the journal's folder cannot hold a write-ahead log (a network drive?)");
    const own = c;
    // Before its rows are sealed with keys that are not its own.
    if (!takeOver && isForeign(c, writer)) throw new JournalForeign();
    const schema = migrate(c.db, undefined, () => sealAll(own, writer));
    const altered = !asWritten(c.db);
    // Better here than in the middle of a payment.
    if (altered) for (const text of Object.values(SQL)) c.sql(text);
    if (takeOver) sealAnew(c, writer);
    else if (c.sql(SQL.selectMeta).get("key") === undefined) putMeta(c, writer.mac, "key", writer.mac(KEY));
    if (c.sql(SQL.selectMeta).get("epoch") === undefined) putMeta(c, writer.mac, "epoch", randomUUID());
    counted(c);
    const behind = anew(c, options);
    return { connection: c, epoch: epochOf(c, writer), schema, repaired, altered, behind };
  } catch (error) {
    try {
      c?.close();
    } catch {
      // the failure that led here is the one to report
    }
    throw openingError(error);
  }
}

/** The epoch as it was written. Throws JournalDamaged when it was not. */
export function epochOf(c: Connection, { readers }: Pick<Writer, "readers">): string {
  const row = c.sql(SQL.selectMeta).get("epoch");
  if (row === undefined) throw changed("it has no epoch");
  return readers.meta(row);
}

// --- helpers ---

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Makes indexes anew that do not fit their tables: they hold nothing of their own. Returns what was wrong with them. */
function soundIndexes(c: Connection, bytes: number): string | null {
  const schema = schemaOf(c.db);
  if (bytes === 0) return null;
  const first = (pragma: string): string =>
    String(Object.values(c.db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]).replace(/\s+/g, " ");
  if (bytes > WHOLE_CHECK_BYTES) {
    const found = first("quick_check(1)");
    if (found !== "ok") throw damaged(found);
    return null;
  }
  const found = first("integrity_check(1)");
  if (found === "ok") return null;
  const known = schema === MIGRATIONS.length && asWritten(c.db);
  if (!known || first("quick_check(1)") !== "ok") throw damaged(found);
  c.db.exec("REINDEX");
  const after = first("integrity_check(1)");
  if (after !== "ok") throw damaged(after);
  return found;
}

const damaged = (what: string): JournalDamaged => new JournalDamaged(`the journal's file is damaged: ${what}`);
const changed = (what: string): JournalChanged => new JournalChanged(`the journal's file is damaged: ${what}`);

/** Throws where rows are missing: a page that an empty one was written over is sound in itself. */
function counted(c: Connection): void {
  const wanted = storedCensus(c);
  const there = countAll(c);
  const written = c.sql("SELECT 1 FROM events LIMIT 1").get() !== undefined;
  if (wanted === null && written) throw changed("its rows are not counted");
  for (const [name, count] of Object.entries(there))
    if (name !== "commits" && count < (wanted?.[name as keyof Census] ?? 0))
      throw changed(`${name} has ${count} of ${wanted?.[name as keyof Census]} rows`);
}

/** Seals every row as it stands, and counts them. */
function sealAll(c: Connection, { mac }: Writer): void {
  if (storedHead(c).seq > 0) putCensus(c, mac, countAll(c));
  for (const table of SEALED_TABLES) {
    let after = "";
    for (;;) {
      const page = c.big(allRows(table)).all(after, 500) as readonly SqlRow[];
      for (const row of page) {
        after = String(row["row_key"]);
        c.sql(sealRow(table)).run(sealOf(mac, table, row), after);
      }
      if (page.length < 500) break;
    }
  }
}

const KEY = "journal key";

/** Whether it is another vault's journal: its rows could not be told from changed ones with these keys. */
function isForeign(c: Connection, { mac }: Writer): boolean {
  if (schemaOf(c.db) === 0) return false;
  const value = (name: string) => c.sql("SELECT value FROM meta WHERE name = ?").get(name)?.["value"];
  const key = value("key");
  if (key !== undefined) return key !== mac(KEY);
  const head = value("head");
  return typeof head === "string" && openHead(mac, head) === null;
}

/** Believes all rows as they stand, and says from where on they can be proven again. */
function sealAnew(c: Connection, writer: Writer): void {
  const { mac } = writer;
  inTransaction(c.db, () => {
    c.db.exec(UNFIX_PROFILES);
    const last = c.sql("SELECT seq, mac FROM events ORDER BY seq DESC LIMIT 1").get() as unknown as
      | ChainHead
      | undefined;
    const kept = storedHead(c);
    const at = last !== undefined && last.seq > kept.seq ? { seq: last.seq, mac: last.mac } : kept;
    putMeta(c, mac, "key", mac(KEY));
    putMeta(c, mac, "head", sealHead(mac, at));
    putMeta(c, mac, META_FROM, sealHead(mac, at));
    sealAll(c, writer);
    c.db.exec(FIX_PROFILES);
  });
}

/**
 * A new epoch, where the file is an older one or another: numbers that were given out and are not known here must not come
 * again. Returns what is lost when nobody had said that it would be.
 */
function anew(c: Connection, { file, writer, now, known }: OpenOptions): Restored | null {
  const note = readNote(file);
  const newest = Number(c.sql("SELECT coalesce(max(seq), 0) AS seq FROM events").get()?.["seq"]);
  const head = Math.max(storedHead(c).seq, newest);
  const lost = Math.max(0, (known?.seq ?? 0) - head);
  const fewer = (known?.commits ?? 0) > (storedCensus(c)?.commits ?? 0);
  if (note === null && lost === 0 && !fewer) return null;
  // All of it lay in a log that is gone: there is nothing to go on with.
  if (note === null && head === 0 && lost > 0) throw new JournalMissing(lost);
  const restored: Restored = {
    why: note?.what ?? "behind",
    at: note?.at ?? now(),
    backupAt: note?.backupAt ?? null,
    head,
    known: Math.max(head, known?.seq ?? 0),
  };
  inTransaction(c.db, () => {
    const { mac, readers } = writer;
    putMeta(c, mac, "epoch", randomUUID());
    putMeta(c, mac, "floor", String(restored.known));
    putMeta(c, mac, META_RESTORED, JSON.stringify(restored));
    // A receipt is at least one event: so many were made at most.
    const jump = BigInt(lost > 0 ? lost : note === null ? 0 : UNKNOWN_RECEIPTS);
    for (const name of ["receipt", "refund"]) {
      const row = c.big(SQL.selectCounter).get(name);
      putCounter(c, name, (row === undefined ? 1n : readers.counter(row)) + jump, mac);
    }
    // They never count back: the mark beside the journal is not flushed, and an old one may come up after a power cut.
    const census = storedCensus(c) ?? countAll(c);
    putCensus(c, mac, { ...census, commits: Math.max(census.commits, known?.commits ?? 0) });
    // A head that is not ours is evidence: an event would seal it anew.
    const sealed = c.sql("SELECT value FROM meta WHERE name = 'head'").get()?.["value"];
    if (typeof sealed === "string" && openHead(mac, sealed) === null) return;
    const body = JSON.stringify(restored);
    writeBatch(c, { at: now(), events: [{ kind: "restored", ref: "journal", version: 0, body }] }, writer);
  });
  rmSync(noteFile(file), { force: true });
  return note === null ? restored : null;
}

function readNote(file: string): RestoreNote | null {
  let text: string;
  try {
    text = readFileSync(noteFile(file), "utf8");
  } catch {
    return null;
  }
  try {
    const { what, at, backupAt } = JSON.parse(text) as Partial<RestoreNote>;
    if (what === "new" && typeof at === "number") return { what, at, backupAt: null };
    if (what === "restored" && typeof at === "number")
      return { what, at, backupAt: typeof backupAt === "number" ? backupAt : null };
  } catch {
    // said below
  }
  // Somebody has put something in the journal's place: a new epoch is the safe reading.
  return { what: "restored", at: statSync(noteFile(file)).mtimeMs, backupAt: null };
}
