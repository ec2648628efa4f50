/**
 * One instance per data folder, by a lock of the operating system that ends with its process, however that dies.
 *
 * SQLite takes it (fcntl on Linux and macOS, LockFileEx on Windows), so no native module is needed. Rejected: a file with
 * a process id (stale after SIGKILL, and the id may be another program's by then); proper-lockfile (a time stamp that
 * must be refreshed: wrong after sleep and while the machine is busy); listening on a port (a firewall's business, and
 * anybody's to take).
 *
 * Hazard: on POSIX systems a process loses its lock when it closes any descriptor of the same file. Nothing else in this
 * program may open the lock file.
 */
import { DatabaseSync } from "node:sqlite";
import { dirname } from "node:path";
import { privateDirectory, privateFile } from "./files.ts";

/** Another process holds the data folder (contract section 1: exit code 3). */
export class LockHeld extends Error {
  constructor(file: string) {
    super(`another instance holds ${file}`);
    this.name = "LockHeld";
  }
}

export interface Lock {
  release(): void;
}

const BUSY = 5;

/** Takes the lock at once or rejects with LockHeld. The file stays; only the lock on it counts. */
export async function takeLock(file: string): Promise<Lock> {
  await privateDirectory(dirname(file));
  await privateFile(file);
  const db = new DatabaseSync(file, { timeout: 0 });
  try {
    // Never committed and nothing written: the transaction is the lock.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    const code = (error as { errcode?: unknown }).errcode;
    if (typeof code === "number" && (code & 0xff) === BUSY) throw new LockHeld(file);
    throw error;
  }
  return {
    release() {
      if (db.isOpen) db.close();
    },
  };
}
