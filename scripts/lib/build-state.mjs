/** Whether dist/ was built from the sources that are here now. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./paths.mjs";

/** What the build makes, one bundle a line; the renderer is made by Vite. */
export const bundles = /** @type {const} */ ({
  "electron.cjs": "main/electron/main.ts",
  "preload.cjs": "preload/preload.ts",
  "customer-preload.cjs": "preload/customer.ts",
  "node.cjs": "main/node/main.ts",
  "maintenance.cjs": "main/maintenance-main.ts",
  "simulator.cjs": "simulator/main.ts",
  "certificate-worker.cjs": "main/adapters/certificate-worker.ts",
  "events-worker.cjs": "main/adapters/events-worker.ts",
});

/** Where the build writes down what it was made from; never packed. */
export const stampFile = join(root, "dist", ".built-from");

const inputs = [
  "package.json",
  "package-lock.json",
  "vite.config.ts",
  "scripts/build.mjs",
  "scripts/lib/build-state.mjs",
  "assets",
  "contract",
  "main",
  "preload",
  "renderer",
  "simulator",
];

/** A hash over names and contents of everything that goes into dist/. Some ten milliseconds. */
export function sourcesHash() {
  const hash = createHash("sha256");
  for (const input of inputs) {
    for (const file of filesUnder(join(root, input))) {
      hash.update(`${relative(root, file)}\0`);
      hash.update(readFileSync(file));
      hash.update("\0");
    }
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesUnder(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.name === "tsconfig.json" ? [] : filesUnder(join(path, entry.name))));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOTDIR") return [path];
    throw error;
  }
}

/**
 * Why dist/ has to be built, or null when it is up to date.
 * @returns {string | null}
 */
export function whyBuild() {
  const parts = [...Object.keys(bundles), "renderer/index.html", "renderer/customer.html"];
  if (parts.some((part) => !existsSync(join(root, "dist", part))) || !existsSync(stampFile))
    return "nothing is built yet";
  return readFileSync(stampFile, "utf8") === sourcesHash() ? null : "the sources have changed";
}
