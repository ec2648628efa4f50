/** Lock, log, vault and journal of one data folder, opened in the only order that is safe. */
import { join } from "node:path";
import { systemClock } from "./adapters/clock.ts";
import { privateDirectory } from "./adapters/files.ts";
import { createIds } from "./adapters/ids.ts";
import {
  JournalChanged,
  JournalDamaged,
  JournalForeign,
  JournalMissing,
  JournalTooNew,
  JournalUnavailable,
  openJournal,
  type ChainHead,
  type JournalFile,
} from "./adapters/journal.ts";
import { LockHeld, takeLock } from "./adapters/lock.ts";
import { openLog } from "./adapters/log.ts";
import { openCrypto, openVault, VaultUnreadable, type KeySource } from "./adapters/vault.ts";
import type { Clock, Crypto, Ids, Journal, Log, Vault } from "./core/ports.ts";
import { BACKUPS } from "./backups.ts";
import { createCare, readAnchor, type Care } from "./care.ts";
import { EXIT, StartFailure } from "./failure.ts";

export type { KeySource } from "./adapters/vault.ts";

export type SettingsJournal = Pick<Journal, "commit" | "meta" | "profile" | "profiles">;

export interface OpenStores {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly crypto: Crypto;
  readonly log: Log;
  readonly vault: Vault;
  readonly care: Care;
  /** For settings: always the one that is open, whatever the till's id is. */
  readonly journal: SettingsJournal;
  /** The journal for the core; the one before is closed. */
  openJournal(tillId: string): Promise<Journal>;
}

/** Opens all stores of `dir`; what has been opened is put on `undo`. Throws StartFailure. */
export async function openStores(dir: string, source: KeySource, undo: (() => unknown)[]): Promise<OpenStores> {
  await prepare(dir);
  const lock = await takeLock(join(dir, "lock")).catch((error: unknown) => {
    if (error instanceof LockHeld) throw new StartFailure(EXIT.locked, [`another instance runs on ${dir}`], error);
    throw error;
  });
  undo.push(() => lock.release());
  const log = await openLog({ dir });
  undo.push(() => log.close());
  const vault = await openVault({ file: join(dir, "vault"), keySource: source }).catch((error: unknown) => {
    if (error instanceof VaultUnreadable) throw new StartFailure(EXIT.internal, [error.message], error);
    throw error;
  });
  const crypto = await openCrypto(vault);
  const clock = systemClock();

  const mac = (text: string): string => crypto.mac("chain", text);
  const open = (tillId: string, anchor: ChainHead | null): Promise<JournalFile> =>
    openJournal({ file: join(dir, "journal.db"), tillId, mac, now: clock.now, anchor }).catch((error: unknown) => {
      throw journalFailure(error, dir);
    });
  // The till's id stands in every event, and is not known yet.
  let current = await open("", await readAnchor(vault));
  undo.push(() => current.close());
  const care = createCare({ dir, journal: () => current, vault, source, mac, clock, log });
  undo.push(() => care.stop());
  await care.begin();
  const journal: SettingsJournal = {
    commit: (batch) => current.commit(batch),
    meta: (name) => current.meta(name),
    profile: (id) => current.profile(id),
    profiles: () => current.profiles(),
  };
  return {
    clock,
    ids: createIds(),
    crypto,
    log,
    vault,
    care,
    journal,
    async openJournal(tillId) {
      const before = current;
      // The one before stays open until then: where the disk refuses, the till goes on with it.
      current = await open(tillId, await before.head());
      await before.close();
      return current;
    },
  };
}

async function prepare(dir: string): Promise<void> {
  try {
    await privateDirectory(dir);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartFailure(EXIT.badInput, [`--data: ${dir} cannot be made or entered (${code ?? "unknown"})`], error);
  }
}

/** What a person who starts the till on `dir` is told of its journal; any other error as it is. */
export function journalFailure(error: unknown, dir: string): unknown {
  const restore = `put it back, or restore one of ${join(dir, BACKUPS)} (docs/backup.md)`;
  if (error instanceof JournalTooNew) {
    const words = `the journal was written by a newer version of this program (schema ${error.found}, this one knows ${error.known}): install that version`;
    return new StartFailure(EXIT.journalTooNew, [words], error);
  }
  if (error instanceof JournalMissing) {
    const words = `${join(dir, "journal.db")} is missing or empty, and the one that was here had ${error.events} events: ${restore}. Nothing is taken until then, for what was paid is not known`;
    return new StartFailure(EXIT.internal, [words], error);
  }
  if (error instanceof JournalForeign) {
    const words = `${join(dir, "journal.db")} was written with another vault than ${join(dir, "vault")}: put that vault back, with its key, or take the journal over unproven (docs/backup.md)`;
    return new StartFailure(EXIT.internal, [words], error);
  }
  if (error instanceof JournalUnavailable) {
    const words = `${join(dir, "journal.db")} cannot be written (${error.message}): nothing is taken while nothing can be kept; look at the disk and at who may write to ${dir}`;
    return new StartFailure(EXIT.internal, [words], error);
  }
  if (error instanceof JournalChanged) {
    const words = `${error.message}. ${join(dir, "journal.db")}: ${restore}; or, where no copy is new enough, take it over unproven, as its rows stand (docs/backup.md)`;
    return new StartFailure(EXIT.internal, [words], error);
  }
  if (error instanceof JournalDamaged)
    return new StartFailure(EXIT.internal, [`${error.message}. ${join(dir, "journal.db")}: ${restore}`], error);
  return error;
}
