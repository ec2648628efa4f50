import { accessSync, constants, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Scratch space of the tooling; ignored by git and safe to delete at any time. */
export const cacheDir = join(root, ".cache");

/** The command name of the running tool on the PATH differs on Windows only. */
export const windows = process.platform === "win32";

/**
 * Whether something can be written at this path, or where it would be made.
 * Asking the file system rather than the mode bits also notices a read-only mount.
 * @param {string} path
 * @returns {boolean}
 */
export function writable(path) {
  let place = path;
  while (!existsSync(place)) {
    const parent = dirname(place);
    if (parent === place) return false;
    place = parent;
  }
  try {
    accessSync(place, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
