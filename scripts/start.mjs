/**
 * `npm start`: the cashier's screen in training, on the built-in bank simulator. In Electron; else the same app in a
 * browser window; else its address. Says which of the three, and why.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { constants, homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fetchElectron, findElectron } from "./lib/electron.mjs";
import { environment } from "./lib/node24.mjs";
import { cacheDir, root, windows, writable } from "./lib/paths.mjs";
import { ensureBuilt, prepareTools } from "./lib/prepare.mjs";
import { ended, killTree, start, startHost, stopping, stopWithUs } from "./lib/processes.mjs";
import { runMain, say, Trouble } from "./lib/say.mjs";

const FETCH_MS = 10_000;
/** Electron that shows no window in this time is given up. */
const WINDOW_MS = 30_000;
/** The host says right after it serves whether a browser was opened; a host that does not is taken at its word. */
const BROWSER_MS = 10_000;

/** @typedef {{ event: string, url?: string, opened?: boolean, program?: string, reason?: string }} HostEvent */

/** @param {string} text */
function tell(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * A line of the host's stdout as an event, or null when it is something else.
 * @param {string} line
 * @returns {HostEvent | null}
 */
function eventOf(line) {
  if (!line.startsWith("{")) return null;
  try {
    const value = JSON.parse(line);
    return typeof value?.event === "string" ? value : null;
  } catch {
    return null;
  }
}

/**
 * @param {{ code: number | null, signal: NodeJS.Signals | null }} end
 */
function exitCode(end) {
  return end.code ?? 128 + (end.signal === null ? 0 : constants.signals[end.signal]);
}

/**
 * Runs the app in Electron.
 * @param {string} electron
 * @param {string} node
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number } | { reason: string }>} the exit code, or why no window came
 */
async function inElectron(electron, node, args) {
  const env = environment(node);
  // Set in some editors' terminals; Electron would then be a plain Node.
  delete env["ELECTRON_RUN_AS_NODE"];
  const child = start(electron, [root, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const forget = stopWithUs(child);
  let ready = false;
  let lastWords = "";
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    killTree(child);
  }, WINDOW_MS);
  createInterface({ input: /** @type {import("node:stream").Readable} */ (child.stdout) }).on("line", (line) => {
    if (!ready && eventOf(line)?.event === "ready") {
      ready = true;
      clearTimeout(limit);
      tell("Opened in Electron, in training on the built-in bank simulator. Ctrl-C stops it.");
    }
    tell(line);
  });
  createInterface({ input: /** @type {import("node:stream").Readable} */ (child.stderr) }).on("line", (line) => {
    if (ready) say(line);
    else if (line.trim() !== "") lastWords = line.trim();
  });
  const end = await ended(child);
  clearTimeout(limit);
  forget();
  if (ready || stopping()) return { code: stopping() && end.code === null ? 0 : exitCode(end) };
  // What it started may still hold the data folder.
  killTree(child);
  if (end.error !== null) return { reason: `it could not be started (${end.error.message})` };
  if (late) return { reason: `it showed no window within ${WINDOW_MS / 1000} seconds` };
  const how = end.signal === null ? `exit code ${end.code}` : end.signal;
  return { reason: `it ended before its window was ready (${lastWords === "" ? how : `${how}: ${lastWords}`})` };
}

/**
 * Runs the same app on Node, with a browser window where there is a browser.
 * @param {string} node
 * @param {readonly string[]} args
 * @param {string} why why it is not Electron
 * @returns {Promise<number>}
 */
async function inBrowser(node, args, why) {
  const host = startHost(node, args, environment(node), "pipe");
  stopWithUs(host);
  let url = "";
  let said = false;
  /**
   * @param {boolean} opened
   * @param {string | undefined} detail
   */
  const conclude = (opened, detail) => {
    if (said) return;
    said = true;
    const app = "the same app, in training on the built-in bank simulator,";
    if (opened)
      tell(`Not in Electron: ${why}. So ${app} is in a browser window${detail === undefined ? "" : ` (${detail})`}.`);
    else
      tell(
        `Not in Electron: ${why}. No browser window either: ${detail ?? "no browser was found"}. So ${app} is served at this address; open it in a browser:`,
      );
    if (!opened) {
      tell(`  ${url}`);
      tell("It works once and for a minute; Enter gives a fresh one.");
      createInterface({ input: process.stdin }).on("line", () => void freshAddress(args));
    }
    tell("Ctrl-C stops it.");
  };
  createInterface({ input: /** @type {import("node:stream").Readable} */ (host.stdout) }).on("line", (line) => {
    tell(line);
    const event = eventOf(line);
    if (event?.event === "ready") {
      url = event.url ?? "";
      if (args.includes("--no-browser")) conclude(false, "--no-browser was asked for");
      else setTimeout(() => conclude(false, "the app did not say that it opened one"), BROWSER_MS).unref();
    }
    if (event?.event === "browser")
      conclude(event.opened === true, event.opened === true ? event.program : event.reason);
  });
  const end = await ended(host);
  if (end.error !== null) throw new Trouble(`The Node host could not be started: ${end.error.message}`);
  return exitCode(end);
}

/**
 * Prints an address with a fresh key: the host writes a new launch file as soon as the old one is gone.
 * @param {readonly string[]} args
 */
async function freshAddress(args) {
  const file = join(dataOf(args), "training", "launch.json");
  rmSync(file, { force: true });
  for (let look = 0; look < 30; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (existsSync(file)) return tell(`  ${JSON.parse(readFileSync(file, "utf8")).url}`);
  }
  tell("The till did not answer.");
}

/**
 * The data folder that the host takes with these options (main/app.ts, defaultDataDir).
 * @param {readonly string[]} args
 */
function dataOf(args) {
  const at = args.indexOf("--data");
  const inline = args.find((arg) => arg.startsWith("--data="));
  if (inline !== undefined) return inline.slice("--data=".length);
  if (at >= 0) return String(args[at + 1]);
  if (windows) return join(process.env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "Qabyl");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "Qabyl");
  return join(process.env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "qabyl");
}

/** The options for the host: training, and a place of our own for its files where the usual ones cannot be written. */
function hostArguments() {
  const args = ["--training", ...process.argv.slice(2).filter((arg) => arg !== "--training")];
  const mac = join(homedir(), "Library", "Application Support");
  const xdg = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  const usual = windows ? process.env["LOCALAPPDATA"] : process.platform === "darwin" ? mac : xdg;
  const config = process.env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  // The vault's key is kept apart from the data.
  if (!windows && !writable(config)) process.env["XDG_CONFIG_HOME"] = join(cacheDir, "config");
  if (usual === undefined || writable(usual) || args.some((arg) => arg.startsWith("--data"))) return args;
  const data = join(cacheDir, "data");
  say(`${usual} cannot be written: the training data goes to ${data}.`);
  return [...args, "--data", data];
}

runMain(async () => {
  const node = await prepareTools();
  await ensureBuilt(node);
  const args = hostArguments();
  let electron = findElectron();
  /** @type {string | null} */
  let why = null;
  if (electron === null) {
    say(`Fetching Electron's binary (${FETCH_MS / 1000} s at most) ...`);
    why = await fetchElectron(node, FETCH_MS);
    if (stopping()) return 0;
    electron = findElectron();
  }
  if (electron !== null) {
    const outcome = await inElectron(electron, node, args);
    if ("code" in outcome) return outcome.code;
    why = outcome.reason;
  }
  return inBrowser(node, args, why ?? "its binary is not here");
});
