/** A Chromium for the tests. `npm start` never installs one: it takes the browser that is there, or none. */
import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { aptInstall, hasApt, step } from "./apt.mjs";
import { environment } from "./node24.mjs";
import { cacheDir, root, windows, writable } from "./paths.mjs";
import { run } from "./processes.mjs";
import { say, Trouble } from "./say.mjs";

const SHELL = "/usr/bin/chromium-headless-shell";
const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/opt/google/chrome/chrome",
  "/usr/bin/microsoft-edge",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ...["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((name) => {
    const base = process.env[name];
    return base === undefined
      ? []
      : [join(base, "Google/Chrome/Application/chrome.exe"), join(base, "Microsoft/Edge/Application/msedge.exe")];
  }),
];

/** Where Playwright keeps its own browsers, when its usual place cannot be written. */
export function playwrightEnvironment() {
  return process.env["PLAYWRIGHT_BROWSERS_PATH"] !== undefined || windows || writable(join(homedir(), ".cache"))
    ? {}
    : { PLAYWRIGHT_BROWSERS_PATH: join(cacheDir, "browsers") };
}

/**
 * POS_CHROMIUM, else Playwright's own, else one of the system's: the first that really starts.
 * @param {readonly string[]} [candidates] for tests
 * @returns {Promise<string | null>}
 */
export async function findChromium(candidates) {
  const named = process.env["POS_CHROMIUM"];
  if (named) {
    if (!(await works(named))) throw new Trouble(`POS_CHROMIUM names ${named}, which does not start as a browser.`);
    return named;
  }
  for (const path of candidates ?? [await playwrightsOwn(), ...places]) {
    if (path !== null && (await works(path))) return path;
  }
  return null;
}

/**
 * Debian's Chromium without the browser around it, for suites that need pages alone: each window of the whole one runs a
 * second renderer for its own toolbar. Installed where apt can; else the one that was found does it.
 * @param {string} chromium what `findChromium` gave
 * @returns {Promise<string>}
 */
export async function chromiumForPages(chromium) {
  if (process.env["POS_CHROMIUM"] || chromium !== "/usr/bin/chromium") return chromium;
  if (!(await works(SHELL)) && hasApt()) {
    say("Installing Chromium's headless shell for the pages (apt-get) ...");
    await aptInstall(["chromium-headless-shell"]);
  }
  return (await works(SHELL)) ? SHELL : chromium;
}

/** @returns {Promise<string | null>} */
async function playwrightsOwn() {
  Object.assign(process.env, playwrightEnvironment());
  try {
    const playwright = await import(pathToFileURL(join(root, "node_modules", "playwright", "index.mjs")).href);
    return playwright.chromium.executablePath();
  } catch {
    return null;
  }
}

/** @param {string} path */
async function works(path) {
  try {
    accessSync(path, constants.X_OK);
    if (!statSync(path).isFile()) return false;
  } catch {
    return false;
  }
  // On Windows the question for the version opens a window.
  if (windows) return true;
  // Some systems have a script in this place that only tells how to install the browser.
  const ended = await run(path, ["--version"], { timeoutMs: 15_000 });
  return ended.code === 0 && /\d+\.\d+\.\d+/.test(ended.output);
}

/**
 * Installs a Chromium: by apt as root on Debian and its kin, else Playwright's own.
 * @param {string} node
 * @returns {Promise<string>} its path
 */
export async function installChromium(node) {
  /** @type {string[]} */
  const tried = [];
  if (hasApt()) {
    say("No Chromium for the tests: installing Debian's (apt-get) ...");
    const packages = ["chromium", "fonts-dejavu-core"];
    const failure = await aptInstall(packages);
    const found = await findChromium();
    if (found !== null) return found;
    tried.push(`apt-get install ${packages.join(" ")}: ${failure ?? "installed no browser that starts"}`);
  }
  say("No Chromium for the tests: installing Playwright's own ...");
  const cli = join(root, "node_modules", "playwright", "cli.js");
  const failure = await step(node, [cli, "install", "chromium"], environment(node, playwrightEnvironment()), 180_000);
  const found = await findChromium();
  if (found !== null) return found;
  tried.push(
    `npx playwright install chromium: ${failure ?? "installed no browser that starts (are its system libraries there?)"}`,
  );
  throw new Trouble(
    [
      "The tests need a Chromium and none could be had:",
      ...tried.map((line) => `  ${line}`),
      "Remedies, any one of them:",
      "  apt-get install chromium fonts-dejavu-core      (Debian, as root)",
      "  npx playwright install --with-deps chromium     (needs Playwright's download site)",
      "  POS_CHROMIUM=/path/to/chrome npm test           (a Chromium or Chrome that is already here)",
    ].join("\n"),
  );
}
