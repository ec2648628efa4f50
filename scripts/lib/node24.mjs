/** The Node that runs everything but these scripts. */
import { readFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { root, windows } from "./paths.mjs";
import { Trouble } from "./say.mjs";

/**
 * Whether a version satisfies a range of the form ">=22.22 <23 || >=24.6".
 * @param {string} version
 * @param {string} range
 */
export function satisfies(version, range) {
  const numbers = parts(version);
  return range.split("||").some((all) =>
    all
      .trim()
      .split(/\s+/)
      .every((comparator) => {
        const found = /^(>=|<)(\d+(?:\.\d+)*)$/.exec(comparator);
        if (found === null) throw new Error(`cannot read the range ${comparator}`);
        const order = compare(numbers, parts(/** @type {string} */ (found[2])));
        return found[1] === "<" ? order < 0 : order >= 0;
      }),
  );
}

/** @param {string} version */
function parts(version) {
  return version.replace(/^v/, "").split(".").map(Number);
}

/**
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 */
function compare(a, b) {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The range that the project asks for. */
export function wantedRange() {
  return String(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node);
}

/**
 * The Node to use: the one that npm installed for this platform, else the running one if it is new enough.
 * @returns {string} path of the executable
 */
export function findNode() {
  const range = wantedRange();
  const folder = join(root, "node_modules", `node-${windows ? "win" : process.platform}-${process.arch}`);
  const ours = join(folder, "bin", windows ? "node.exe" : "node");
  // It is asked and not only looked for: the same binary does not run on every Linux (musl).
  const asked = spawnSync(ours, ["-p", "process.version"], { encoding: "utf8", timeout: 10_000 });
  if (asked.status === 0 && satisfies(asked.stdout.trim(), range)) return ours;
  if (satisfies(process.version, range)) return process.execPath;
  throw new Trouble(
    [
      `This needs Node ${range}; running is ${process.version}.`,
      `npm brings Node 24 along for Linux (x64, arm64) and Windows (x64), but not for ${process.platform}-${process.arch}, or it could not be started.`,
      "Remedy: install Node 24 (https://nodejs.org/) and run the command again.",
    ].join("\n"),
  );
}

/**
 * An environment in which `node` is this Node, also for what a child starts.
 * @param {string} node
 * @param {NodeJS.ProcessEnv} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function environment(node, extra = {}) {
  const env = { ...process.env, ...extra };
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  env[key] = `${dirname(node)}${delimiter}${env[key] ?? ""}`;
  return env;
}
