/** The Node host: the same app as in Electron, with the screen served to a browser on this machine. */
import { join, resolve } from "node:path";
import { defaultDataDir, EXIT, StartFailure, startApp, type App, type HostParts } from "../app.ts";
import { keyFileSource } from "../adapters/key-file.ts";
import { createBrowserPages } from "./bank-page.ts";
import { openWindow, type Window } from "./browser.ts";
import { findBrowsers } from "./find-browser.ts";
import { createKeys, type Keys } from "./keys.ts";
import { keepLaunchFile, type Launch } from "./launch.ts";
import { readOptions, USAGE, type Options } from "./options.ts";
import { createScreen } from "./screen.ts";
import { spawnChild } from "./spawn.ts";

/** Contract section 1: stopped within 3 s. What has not ended by then has nothing to lose: the journal is on disk. */
const STOP_WITHIN = 2_500;

/** Runs the host until it is stopped. `base` is the folder of the bundles. */
export async function run(args: readonly string[], base: string): Promise<void> {
  const read = readOptions(args);
  if (!read.ok) return fail(EXIT.badInput, [...read.lines, USAGE]);
  const stopped = onStop();
  const keys = createKeys(() => performance.now());
  const version = process.env["QABYL_VERSION"] ?? "0.0.0";
  let app: App;
  try {
    app = await startApp(partsOf(read.options, base, version, keys));
  } catch (error) {
    const failure = error instanceof StartFailure ? error : new StartFailure(EXIT.internal, [String(error)]);
    return fail(failure.exitCode, failure.lines);
  }
  const parts: { launch: Launch | null; window: Window | null } = { launch: null, window: null };
  stopped.then(() => stop(app, parts)).catch(() => process.exit(EXIT.internal));
  try {
    await present(app, read.options, version, keys, parts);
  } catch (error) {
    say(`the screen cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function partsOf(options: Options, base: string, version: string, keys: Keys): HostParts {
  const pages = createBrowserPages();
  return {
    version,
    dataDir: resolve(options.data ?? defaultDataDir(process.env, process.platform)),
    training: options.training,
    provision: options.provision === null ? null : { path: options.provision, insecure: options.insecureProvision },
    keySource: (dir) => keyFileSource({ dataDir: dir }),
    certificateWorker: join(base, "certificate-worker.cjs"),
    simulator: join(base, "simulator.cjs"),
    spawn: spawnChild,
    pages,
    listen: {
      port: options.port,
      screen: (core) => createScreen(core, keys, join(base, "renderer"), pages),
      outside: options.listen,
    },
    say,
  };
}

/** Tells where it serves: the launch file, the line on stdout, and (where one is wanted) the browser window. */
async function present(
  app: App,
  options: Options,
  version: string,
  keys: Keys,
  parts: { launch: Launch | null; window: Window | null },
): Promise<void> {
  const origin = app.origin ?? "";
  parts.launch = await keepLaunchFile(app.dir, origin, keys).catch(() => null);
  const launch = join(app.dir, "launch.json");
  const outside = app.till?.outside ? { listen: app.till.outside } : {};
  tell({ event: "ready", url: `${origin}/?key=${keys.issue()}`, till: app.till?.address ?? null, version, ...outside });
  if (!options.browser) return;
  const closed = (): void =>
    say(
      `the window was closed; the till goes on. To open it again, delete ${launch} and open the address that it holds a moment later`,
    );
  parts.window = await openWindow({
    browsers: findBrowsers(process.env, process.platform),
    dir: app.dir,
    origin,
    keys,
    closed,
  });
  tell({ event: "browser", ...parts.window.result });
}

/** One line of JSON on stdout, which holds nothing else. */
function tell(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** A promise of the first request to stop; also while the app is still starting. */
function onStop(): Promise<void> {
  const { promise, resolve: stopNow } = Promise.withResolvers<void>();
  let asked = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      if (!asked) setTimeout(() => process.exit(EXIT.stopped), STOP_WITHIN).unref();
      asked = true;
      stopNow();
    });
  // A reader of our line that went away is no reason to end.
  process.stdout.on("error", () => undefined);
  return promise;
}

async function stop(app: App, { launch, window }: { launch: Launch | null; window: Window | null }): Promise<never> {
  window?.close();
  await launch?.close().catch(() => undefined);
  await app.stop();
  process.exit(EXIT.stopped);
}

function fail(code: number, lines: readonly string[]): void {
  for (const line of lines) say(line);
  process.exitCode = code;
  // Handles of what had begun to open must not keep a failed start alive.
  setTimeout(() => process.exit(code), 500).unref();
}

/** All talk goes to stderr. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
