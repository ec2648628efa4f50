/** Electron's binary: the npm package of Electron 42 and later brings none along and fetches it on demand. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { environment } from "./node24.mjs";
import { cacheDir, root, windows, writable } from "./paths.mjs";
import { run } from "./processes.mjs";

const folder = join(root, "node_modules", "electron");
const names = /** @type {Record<string, string>} */ ({
  darwin: "Electron.app/Contents/MacOS/Electron",
  win32: "electron.exe",
});

/**
 * Looks where Electron's own package looks. `require("electron")` is not used, because it would start a download.
 * @returns {string | null} path of the executable
 */
export function findElectron() {
  const name = names[process.platform] ?? "electron";
  const override = process.env["ELECTRON_OVERRIDE_DIST_PATH"];
  if (override) return existsSync(join(override, name)) ? join(override, name) : null;
  try {
    const path = join(folder, "dist", readFileSync(join(folder, "path.txt"), "utf8"));
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

/**
 * Fetches the binary by Electron's own installer, which checks it against the checksums of the package.
 * @param {string} node
 * @param {number} timeoutMs
 * @returns {Promise<string | null>} why it could not be had, in words; null when it is there
 */
export async function fetchElectron(node, timeoutMs) {
  const cache = join(homedir(), ".cache");
  const env = environment(
    node,
    writable(cache) || windows ? {} : { electron_config_cache: join(cacheDir, "electron") },
  );
  const ended = await run(node, [join(folder, "install.js")], { cwd: root, env, timeoutMs });
  if (findElectron() !== null) return null;
  if (ended.timedOut) return `its binary could not be fetched within ${timeoutMs / 1000} seconds`;
  const message = /(?:Error|Exception): (.*)/.exec(ended.output)?.[1] ?? ended.error?.message ?? "unknown error";
  return `its binary could not be fetched (${message === "fetch failed" ? "the download site cannot be reached" : message})`;
}
