/** What the product is made of: npm's own list from the lockfile, with what is shipped told from what only builds and tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sourceFiles } from "./fences.mjs";
import { npm, npmEnvironment } from "./install.mjs";
import { root } from "./paths.mjs";
import { run } from "./processes.mjs";
import { Trouble } from "./say.mjs";

/** @typedef {{ version?: string, dependencies?: Record<string, string>, peerDependencies?: Record<string, string>, peerDependenciesMeta?: Record<string, { optional?: boolean }> }} Locked */
/** @typedef {Record<string, Locked>} Packages by their folder, as in package-lock.json */
/** @typedef {{ name: string, version: string, scope?: string, hashes?: object[], licenses?: object[] }} Component */
/** @typedef {{ bomFormat: string, metadata: { component: Record<string, unknown> }, components: Component[] }} Sbom */

/** Nobody asks for it by name: `debug` takes it if it is there, and the bundler puts it in. */
const TAKEN_ALONG = ["supports-color"];

/**
 * Packages that the product's own sources import. All are named as tools in package.json, because they are built in.
 * @returns {string[]}
 */
export function importedPackages() {
  const found = new Set(TAKEN_ALONG);
  for (const file of sourceFiles().filter((name) => !name.startsWith("simulator/"))) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, name = ""] of text.matchAll(
      /(?:\bfrom|\bimport)\s*\(?\s*"((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:\/[^"]*)?"/g,
    ))
      found.add(name);
  }
  return [...found];
}

/**
 * The folders of the given packages and of everything they need, as `npm ci` lays them.
 * @param {Packages} packages
 * @param {readonly string[]} names
 * @returns {Set<string>}
 */
export function closureOf(packages, names) {
  /** @type {Set<string>} */
  const found = new Set();
  /** @param {string} name @param {string} from */
  const visit = (name, from) => {
    const folder = folderOf(packages, name, from);
    if (folder === null || found.has(folder)) return;
    found.add(folder);
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = packages[folder] ?? {};
    const peers = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
    for (const needed of [...Object.keys(dependencies), ...peers]) visit(needed, folder);
  };
  for (const name of names) visit(name, "");
  return found;
}

/**
 * Node's own way: the nearest node_modules upwards.
 * @param {Packages} packages @param {string} name @param {string} from
 */
function folderOf(packages, name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
    const folder = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, folder)) return folder;
    if (at === "") return null;
  }
}

/** @returns {Packages} */
export function lockedPackages() {
  return JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
}

/**
 * CycloneDX. What is shipped is `required`; the rest is `excluded`, the format's word for what the product runs without.
 * @returns {Promise<Sbom>}
 */
export async function makeSbom() {
  const raw = await askNpm("sbom", "--sbom-format", "cyclonedx", "--package-lock-only");
  /** @type {Sbom} */
  const sbom = JSON.parse(raw);
  const packages = lockedPackages();
  const shipped = new Set(
    [...closureOf(packages, importedPackages())].map(
      (folder) => `${folder.slice(folder.lastIndexOf("node_modules/") + 13)}@${packages[folder]?.version}`,
    ),
  );
  for (const component of sbom.components)
    component.scope = shipped.has(`${component.name}@${component.version}`) ? "required" : "excluded";
  const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // npm takes the name of the folder.
  Object.assign(sbom.metadata.component, {
    name,
    version,
    "bom-ref": `${name}@${version}`,
    purl: `pkg:npm/${name}@${version}`,
    licenses: [{ license: { id: license } }],
  });
  return sbom;
}

/**
 * What npm prints on stdout, also where it ends with an error of its own.
 * @param {...string} args
 * @returns {Promise<string>}
 */
export async function askNpm(...args) {
  const [command, before] = npm();
  const ended = await run(command, [...before, ...args, "--loglevel=silent"], {
    cwd: root,
    env: npmEnvironment(),
    stdio: ["ignore", "pipe", "ignore"],
    timeoutMs: 60_000,
  });
  if (ended.error !== null || ended.timedOut) throw new Trouble(`npm ${args[0]} could not be run.`);
  return ended.output;
}
