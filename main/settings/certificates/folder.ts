/** Reading a folder that others write into: plain files of its own, small ones, and nothing that leads elsewhere. */
import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { CertificateProblem, SIZE_LIMIT } from "../../adapters/certificates.ts";

/** More than this is no folder of certificates; the first ones by name are looked at. */
const FILES_LIMIT = 50;
/** A file that was taken over keeps its name and gets this after it. */
export const TAKEN = ".taken";

export interface FoundFile {
  readonly name: string;
  /** Changes while the file grows. */
  readonly mark: string;
}

/** The plain files in `dir` by name, without hidden and taken ones. Rejects as the disk does; no folder is an empty one. */
export async function filesIn(dir: string): Promise<readonly FoundFile[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const names = entries
    .filter((entry) => entry.isFile() && isPlainName(entry.name) && !entry.name.endsWith(TAKEN))
    .map((entry) => entry.name)
    .toSorted()
    .slice(0, FILES_LIMIT);
  const found: FoundFile[] = [];
  for (const name of names) {
    const facts = await lstat(join(dir, name)).catch(() => null);
    if (facts?.isFile()) found.push({ name, mark: `${facts.size} ${facts.mtimeMs} ${facts.ino}` });
  }
  return found;
}

/** The bytes of `name` in `dir`; null unless it is a plain file there. Rejects with CertificateProblem `too_large`. */
export async function readFileIn(dir: string, name: string): Promise<Buffer | null> {
  if (!isPlainName(name)) return null;
  const path = join(dir, name);
  try {
    const before = await lstat(path);
    if (!before.isFile()) return null;
    // Windows has neither flag: there the comparison below tells a link that was put in between.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      const { size, ino, dev } = await handle.stat();
      if (ino !== before.ino || dev !== before.dev) return null;
      if (size > SIZE_LIMIT) throw new CertificateProblem("certificate", "too_large");
      const bytes = Buffer.alloc(size);
      const { bytesRead } = await handle.read(bytes, 0, size, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof CertificateProblem) throw error;
    return null;
  }
}

// --- helpers ---

/** A name of one file: no way to another folder, no stream of another file (Windows), nothing hidden. */
function isPlainName(name: string): boolean {
  return name.length <= 255 && !name.startsWith(".") && !/[/\\:\p{Cc}]/u.test(name);
}
