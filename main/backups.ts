/** Backups of the journal in a folder of their own: taken, proven, named by their day, and the last ones kept. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { privateDirectory, readIfThere, writePrivately } from "./adapters/files.ts";
import { proveCopy, type JournalCopy } from "./adapters/journal-backup.ts";
import type { Mac } from "./adapters/journal-chain.ts";

export const BACKUPS = "backups";
const KEPT = 14;

/** What is written beside each backup. */
export interface BackupNote extends Pick<JournalCopy, "schema" | "epoch" | "head" | "bytes" | "sha256"> {
  readonly purpose: "qabyl-journal-backup";
  readonly version: 1;
  readonly file: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  /** What stood in the way of a whole chain when it was taken; null: it was whole. */
  readonly broken: { readonly problem: "changed" | "cut"; readonly seq: number } | null;
}

/**
 * Takes a backup into `folder` and proves it; `copy` writes the copy, `at` is the wall clock's time. Without `mac` its chain is
 * not looked at. Older ones than the last fourteen are deleted. Rejects when the disk refuses or the copy is not sound; then
 * it is not left there.
 */
export async function takeBackup({
  folder,
  mac,
  at,
  seen,
  copy,
}: {
  readonly folder: string;
  readonly mac: Mac | null;
  readonly at: number;
  readonly seen: ReadonlySet<string>;
  copy(file: string): Promise<void>;
}): Promise<BackupNote> {
  await privateDirectory(folder);
  await sweep(folder);
  const taken = new Date(at);
  const name = await freeName(folder, taken);
  const file = join(folder, name);
  let note: BackupNote;
  try {
    await copy(file);
    const { schema, epoch, head, bytes, sha256, chain } = await proveCopy(file, mac, { seen });
    note = {
      purpose: "qabyl-journal-backup",
      version: 1,
      file: name,
      takenAt: taken.toISOString(),
      schema,
      epoch,
      head,
      bytes,
      sha256,
      broken: chain === null || chain.ok ? null : { problem: chain.problem, seq: chain.seq },
    };
    await writePrivately(noteOf(file), `${JSON.stringify(note, null, 2)}\n`);
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
  await prune(folder, name);
  return note;
}

/** The newest backup that was proven; one without its note was not. */
export async function newestBackup(folder: string): Promise<BackupNote | null> {
  let found: BackupNote | null = null;
  for (const name of await namesIn(folder)) {
    const note = await readNote(join(folder, name));
    if (note !== null && (found === null || note.takenAt > found.takenAt)) found = note;
  }
  return found;
}

/** The note beside a backup; null when there is none that can be read. */
export async function readNote(file: string): Promise<BackupNote | null> {
  try {
    const text = await readIfThere(noteOf(file));
    const note = text === null ? null : (JSON.parse(text.toString("utf8")) as BackupNote);
    return note?.purpose === "qabyl-journal-backup" ? note : null;
  } catch {
    return null;
  }
}

// --- helpers ---

const noteOf = (file: string): string => file.replace(/\.db$/, ".json");
const BACKUP = /^journal-(\d{4}-\d{2}-\d{2})(-\d{4,6})?\.db$/;

const two = (n: number): string => String(n).padStart(2, "0");
/** By the machine's own zone: the name is for people. */
export const dayOf = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => BACKUP.test(name)).toSorted();
}

async function freeName(folder: string, at: Date): Promise<string> {
  const names = new Set(await namesIn(folder));
  const time = `${two(at.getHours())}${two(at.getMinutes())}`;
  const wanted = ["", `-${time}`, `-${time}${two(at.getSeconds())}`].map((tail) => `journal-${dayOf(at)}${tail}.db`);
  const free = wanted.find((name) => !names.has(name));
  if (free === undefined) throw new Error("a backup was taken a second ago");
  return free;
}

/** What a copy that was cut off has left. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (/\.db\.part/.test(name)) await rm(join(folder, name), { force: true });
}

async function prune(folder: string, fresh: string): Promise<void> {
  for (const name of (await namesIn(folder)).slice(0, -KEPT)) {
    if (name === fresh) continue;
    await rm(join(folder, name), { force: true });
    await rm(noteOf(join(folder, name)), { force: true });
  }
}
