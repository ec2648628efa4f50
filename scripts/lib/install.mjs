/** Brings node_modules in line with package-lock.json, and only when it is not. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import { cacheDir, root, windows, writable } from "./paths.mjs";
import { run } from "./processes.mjs";
import { say, Trouble } from "./say.mjs";

/**
 * What is installed that the lockfile does not want, or the other way round; null when all is well.
 * npm leaves a copy of the lockfile in node_modules at the very end of an install, so a broken-off one has none.
 * @returns {string | null}
 */
export function whyInstall() {
  const installed = read(join(root, "node_modules", ".package-lock.json"));
  if (installed === null) return "nothing is installed yet";
  const wanted = read(join(root, "package-lock.json"));
  if (wanted === null) throw new Trouble("package-lock.json is missing or broken: restore it from git.");
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = installed[path];
    // Optional packages of other platforms are never there.
    if (found === undefined && entry.optional !== true) return `${path} is missing`;
    // Some platforms' packages stand in the lockfile without a checksum (docs/adr/0011).
    const other = entry.integrity !== undefined && found?.integrity !== entry.integrity;
    if (found !== undefined && (found.version !== entry.version || other)) return `${path} has another version`;
  }
  return null;
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | null}
 */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return null;
  }
}

/** Installs what is missing. */
export async function ensureInstalled() {
  if (whyInstall() === null) return;
  await withLock("install", async () => {
    const why = whyInstall();
    if (why === null) return;
    say(`Installing the packages of package-lock.json (${why}); this takes about half a minute ...`);
    const [command, args] = npm();
    // Said here, since the caller may have asked npm for silence, for production packages only, or for no extras.
    args.push(
      "ci",
      "--include=dev",
      "--include=optional",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      "--no-update-notifier",
    );
    const ended = await run(command, args, { cwd: root, env: npmEnvironment(), stdio: ["ignore", 2, 2] });
    const still = whyInstall();
    if (ended.code !== 0 || still !== null)
      throw new Trouble(
        [
          `npm ci failed (${ended.error?.message ?? ended.signal ?? `exit code ${ended.code}`}${still === null ? "" : `; ${still}`}).`,
          "Remedy: see npm's message above; it needs the package registry once. Then run the command again.",
        ].join("\n"),
      );
  });
}

/**
 * npm as a program and arguments, without a shell: on Windows npm itself is a script that only a shell could start.
 * @returns {[string, string[]]}
 */
export function npm() {
  const script = process.env["npm_execpath"];
  const node = process.env["npm_node_execpath"];
  // npm's own Node, since ours may lie in the very folder that npm ci deletes first.
  if (script !== undefined && node !== undefined && basename(script) === "npm-cli.js" && existsSync(node))
    return [node, [script]];
  const bin = dirname(process.execPath);
  const beside = windows ? join(bin, "node_modules") : join(dirname(bin), "lib", "node_modules");
  const besideNode = join(beside, "npm", "bin", "npm-cli.js");
  if (existsSync(besideNode)) return [process.execPath, [besideNode]];
  return [windows ? "npm.cmd" : "npm", []];
}

/** @returns {NodeJS.ProcessEnv} */
export function npmEnvironment() {
  const cache = process.env["npm_config_cache"] ?? join(homedir(), windows ? "AppData/Local/npm-cache" : ".npm");
  return writable(cache) ? process.env : { ...process.env, npm_config_cache: join(cacheDir, "npm") };
}
