/** Private directories, private files, and replacing a file so that a power cut leaves the old one or the new one. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes a directory that only this user may enter. One of this user's that exists already is closed to others. */
export async function privateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (process.platform === "win32") return; // the user's profile folder carries the access list
  const { mode, uid } = await stat(path);
  const shared = (mode & 0o1000) !== 0; // /tmp and its like: not ours to close
  if ((mode & 0o077) !== 0 && uid === process.getuid?.() && !shared) await chmod(path, 0o700);
}

/** Makes an empty file with mode 0600 unless it exists. Says whether it made one. */
export async function privateFile(path: string): Promise<boolean> {
  try {
    const handle = await open(path, "wx", 0o600);
    await handle.close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  await syncDirectory(dirname(path));
  return true;
}

/** Replaces `path` whole and durably: temporary file 0600, fsync, rename, fsync of the directory. */
export async function writePrivately(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const handle = await open(temporary, "wx", 0o600);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** The file's bytes, or null when there is none. */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Whether group or world may read or write the file. Windows answers no: its rights are not in the mode. */
export async function readableByOthers(path: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  return ((await stat(path)).mode & 0o077) !== 0;
}

/** Makes a rename or a new name in the directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return; // a directory cannot be opened there; NTFS journals the rename itself
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
