/**
 * What a technician does to the journal while the till stands still (docs/backup.md). It takes the till's own lock, changes
 * nothing that it has not proven before, and deletes nothing: what is replaced is kept aside.
 */
import { access, copyFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { privateFile, syncDirectory, writePrivately } from "./adapters/files.ts";
import { copyJournal, proveCopy, type JournalCopy } from "./adapters/journal-backup.ts";
import type { Mac } from "./adapters/journal-chain.ts";
import { noteFile, type RestoreNote } from "./adapters/journal-open.ts";
import { JournalTooNew, openJournal, type Restored } from "./adapters/journal.ts";
import { nodeKeySource } from "./adapters/key-order.ts";
import { LockHeld, takeLock } from "./adapters/lock.ts";
import { openCrypto, openVault, VaultUnreadable, type KeySource } from "./adapters/vault.ts";
import type { Vault } from "./core/ports.ts";
import { BACKUPS, readNote, takeBackup } from "./backups.ts";
import { putAnchor, readAnchor } from "./care.ts";
import { EXIT, type ExitCode } from "./failure.ts";

export const MAINTENANCE_USAGE = `journal COMMAND --data DIR
  verify            checks the journal's structure, its whole chain and every row
  backup            takes a backup into DIR/backups and proves it
  restore FILE      puts a backup in the journal's place; the file that was there is kept aside
  new               begins an empty journal; the one that was there is kept aside
  take-over         goes on with a journal that was written with another vault, unproven
Only while the till does not run on DIR (training: DIR/training).`;

const COMMANDS = ["verify", "backup", "restore", "new", "take-over"] as const;
type CommandName = (typeof COMMANDS)[number];

export interface MaintenanceParts {
  /** Lines for the technician: results, and what is wrong. No secret is in them. */
  say(line: string): void;
  /** Wall clock, epoch milliseconds. */
  now(): number;
  keySource(dir: string): KeySource;
}

/** A command that is not carried out: what to say and what to exit with. */
class Refused extends Error {
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, words: string, cause?: unknown) {
    super(words, { cause });
    this.name = "Refused";
    this.exitCode = exitCode;
  }
}

/** Carries out one command line. Never throws; the answer is the exit code (contract section 1). */
export async function runMaintenance(
  args: readonly string[],
  given: Partial<MaintenanceParts> = {},
): Promise<ExitCode> {
  const parts: MaintenanceParts = {
    say: (line) => void process.stdout.write(`${line}\n`),
    now: () => Date.now(),
    keySource: (dir) => nodeKeySource({ dataDir: dir }),
    ...given,
  };
  try {
    const { command, dir, backup } = read(args);
    await access(dir).catch((error: unknown) => {
      throw new Refused(EXIT.badInput, `--data: ${dir} is not there`, error);
    });
    const lock = await takeLock(join(dir, "lock")).catch((error: unknown) => {
      if (error instanceof LockHeld) throw new Refused(EXIT.locked, `the till runs on ${dir}: stop it first`, error);
      throw error;
    });
    try {
      await carryOut(command, { ...parts, dir, file: join(dir, "journal.db"), backup, keys: await keysOf(dir, parts) });
    } finally {
      lock.release();
    }
    return EXIT.stopped;
  } catch (error) {
    if (error instanceof JournalTooNew) {
      parts.say(`it was written by a newer version of this program (${error.message}): install that version`);
      return EXIT.journalTooNew;
    }
    parts.say(error instanceof Error ? error.message : String(error));
    return error instanceof Refused ? error.exitCode : EXIT.internal;
  }
}

// --- helpers ---

interface Keys {
  readonly vault: Vault;
  readonly mac: Mac;
}

interface Work extends MaintenanceParts {
  readonly dir: string;
  readonly file: string;
  readonly backup: string | null;
  /** null: this computer gives the key to the till alone (a window of Electron), or there is no vault. */
  readonly keys: Keys | null;
}

function read(args: readonly string[]): { command: CommandName; dir: string; backup: string | null } {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options: { data: { type: "string" } }, allowPositionals: true });
  } catch (error) {
    throw new Refused(EXIT.badInput, `${error instanceof Error ? error.message : ""}\n${MAINTENANCE_USAGE}`, error);
  }
  const [name, backup = null, ...more] = parsed.positionals;
  const command = COMMANDS.find((known) => known === name);
  const { data } = parsed.values;
  const wanted = command === "restore" ? backup !== null : backup === null;
  if (command === undefined || !data || !wanted || more.length > 0) throw new Refused(EXIT.badInput, MAINTENANCE_USAGE);
  return { command, dir: resolve(data), backup: backup === null ? null : resolve(backup) };
}

async function keysOf(dir: string, { keySource, say }: MaintenanceParts): Promise<Keys | null> {
  const file = join(dir, "vault");
  if (!(await exists(file))) {
    say(`there is no vault in ${dir}: chain and rows cannot be proven here`);
    return null;
  }
  try {
    const vault = await openVault({ file, keySource: keySource(dir) });
    const crypto = await openCrypto(vault);
    return { vault, mac: (text) => crypto.mac("chain", text) };
  } catch (error) {
    if (!(error instanceof VaultUnreadable)) throw error;
    say(`${error.message}: chain and rows cannot be proven here; the till does it at its next start`);
    return null;
  }
}

async function carryOut(command: CommandName, work: Work): Promise<void> {
  switch (command) {
    case "verify":
      return verify(work);
    case "backup":
      return backUp(work);
    case "restore":
      return restore(work, work.backup ?? "");
    case "new":
      return beginAnew(work);
    case "take-over":
      return takeOver(work);
  }
}

/** Looks at a copy: opening the journal itself would bring it up to date, and could begin a new epoch. */
async function verify({ dir, file, keys, say }: Work): Promise<void> {
  await mustExist(file);
  const copy = join(dir, "journal.verify");
  try {
    await copyJournal(file, copy);
    const found = await proveCopy(copy, keys?.mac ?? null);
    mustBeWhole(found, file);
    const anchor = keys === null ? null : await readAnchor(keys.vault);
    if (anchor !== null && anchor.seq > found.head.seq)
      throw new Refused(
        EXIT.internal,
        `${file} ends at event ${found.head.seq}, and the vault knows of ${anchor.seq}: an older file, or its end is lost`,
      );
    say(`${file}: sound; ${keys === null ? "its chain was not looked at" : "chain and rows are as they were written"}`);
    describe(found, say);
  } finally {
    await rm(copy, { force: true });
  }
}

async function backUp({ dir, file, keys, now, say }: Work): Promise<void> {
  await mustExist(file);
  const folder = join(dir, BACKUPS);
  const note = await takeBackup({
    folder,
    mac: keys?.mac ?? null,
    at: now(),
    seen: new Set(),
    copy: (to) => copyJournal(file, to),
  });
  say(`${join(folder, note.file)}: ${note.head.seq} events, ${note.bytes} bytes, SHA-256 ${note.sha256}`);
  if (note.broken !== null)
    say(`its chain is ${note.broken.problem} at event ${note.broken.seq}, as in the journal itself`);
}

async function restore(work: Work, backup: string): Promise<void> {
  const { dir, file, keys, now, say } = work;
  await mustExist(backup);
  const note = await readNote(backup);
  const found = await proveCopy(backup, keys?.mac ?? null);
  if (note !== null && note.sha256 !== found.sha256)
    throw new Refused(EXIT.internal, `${backup} is not what was backed up: its SHA-256 is another than in its note`);
  if (!(note?.broken != null && found.chain?.ok === false && note.broken.seq === found.chain.seq))
    mustBeWhole(found, backup);

  const part = join(dir, "journal.restoring");
  await rm(part, { force: true });
  await privateFile(part);
  await copyFile(backup, part);
  await flush(part);
  const takenAt = note === null ? null : Date.parse(note.takenAt);
  await announce(file, { what: "restored", at: now(), backupAt: takenAt });
  const aside = await putAside(work);
  await rename(part, file);
  await syncDirectory(dir);

  say(`${basename(backup)} stands in the journal's place${aside === null ? "" : `; what was there is in ${aside}`}`);
  describe(found, say);
  const life = keys === null ? null : await begin(work, keys);
  say(
    `NOT KNOWN: what was sold, cancelled or refunded after ${note?.takenAt ?? "the backup was taken"}. Compare it with the bank's own list, and look for payments of that time that were still open: this till does not ask about them any more.`,
  );
  if (life !== null && life.known > life.head)
    say(`Of ${life.known - life.head} events it is known that they were written and are not here.`);
  say(
    `The journal has a new epoch${life === null ? " from the next start on" : ""}: receipts and orders go on with higher numbers, and the screen tells of it until a technician has seen it.`,
  );
}

async function beginAnew(work: Work): Promise<void> {
  const { file, keys, now, say } = work;
  await announce(file, { what: "new", at: now(), backupAt: null });
  const aside = await putAside(work);
  if (keys !== null) await begin(work, keys);
  say(`an empty journal begins${aside === null ? "" : `; what was there is in ${aside}`}`);
  say(
    "NOT KNOWN: everything before. The till has no settings, no people and no payments; what was still open at the bank is not asked about.",
  );
}

async function takeOver({ dir, file, keys, now, say }: Work): Promise<void> {
  await mustExist(file);
  if (keys === null)
    throw new Refused(EXIT.internal, "the key of the vault that is to be used from now on is needed here");
  await announce(file, { what: "restored", at: now(), backupAt: null });
  const journal = await openJournal({ file, tillId: "", mac: keys.mac, now, takeOver: true });
  try {
    await keepAnchor(keys, journal);
    say(`${file} goes on under the vault of ${dir}`);
    say("NOT KNOWN: whether something in it was changed before. Its rows were believed as they stand.");
  } finally {
    await journal.close();
  }
}

/** Opens what is in the journal's place, as the till would, so that the new life begins now. */
async function begin({ file, now }: Work, keys: Keys): Promise<Restored | null> {
  const journal = await openJournal({ file, tillId: "", mac: keys.mac, now, anchor: await readAnchor(keys.vault) });
  try {
    await keepAnchor(keys, journal);
    return await journal.restored();
  } finally {
    await journal.close();
  }
}

async function keepAnchor(keys: Keys, journal: Awaited<ReturnType<typeof openJournal>>): Promise<void> {
  const { head: seq, mac, epoch } = await journal.info();
  await putAnchor(keys.vault, { seq, mac, epoch });
}

/** Before anything is moved: a start after a power cut in between must not take the file for the one that was written last. */
async function announce(file: string, note: RestoreNote): Promise<void> {
  await writePrivately(noteFile(file), `${JSON.stringify(note)}\n`);
}

/** Moves the journal's files into a folder of their own. What names the last event (`-head`) stays: the next start needs it. */
async function putAside({ dir, file, now }: Work): Promise<string | null> {
  const there = [];
  for (const suffix of ["", "-wal", "-shm", "-journal"])
    if (await exists(`${file}${suffix}`)) there.push(`${file}${suffix}`);
  if (there.length === 0) return null;
  const aside = join(dir, `replaced-${new Date(now()).toISOString().slice(0, 19).replaceAll(/[T:]/g, "-")}`);
  await mkdir(aside, { mode: 0o700 });
  for (const path of there) await rename(path, join(aside, basename(path)));
  await syncDirectory(aside);
  await syncDirectory(dir);
  return aside;
}

function mustBeWhole({ chain }: JournalCopy, file: string): void {
  if (chain !== null && !chain.ok)
    throw new Refused(
      EXIT.internal,
      `${file}: the chain is ${chain.problem} at event ${chain.seq}: it was changed since it was written, or written with another vault`,
    );
}

function describe({ schema, epoch, head, sha256 }: JournalCopy, say: (line: string) => void): void {
  say(`  schema ${schema}, epoch ${epoch}, ${head.seq} events, head ${head.mac}, SHA-256 ${sha256}`);
}

async function flush(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

async function mustExist(file: string): Promise<void> {
  if (!(await exists(file))) throw new Refused(EXIT.badInput, `${file} is not there`);
}
