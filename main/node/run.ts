/** The Node host: the same app as in Electron, with the screen served to a browser on this machine. */
import { join, resolve } from "node:path";
import { isUnattended } from "../../contract/kiosk.ts";
import { defaultDataDir, EXIT, StartFailure, startApp, type App, type HostParts } from "../app.ts";
import { createDaily, type Daily } from "../daily.ts";
import { onFault, openCrashes, settleCrashes, type Crashes, type Stopped } from "../crash.ts";
import { picturesIn } from "../pictures.ts";
import { serveStopped } from "../stopped.ts";
import { VAULT_KEY_VARIABLE } from "../adapters/key-file.ts";
import { nodeKeySource } from "../adapters/key-order.ts";
import { createBrowserPages } from "./bank-page.ts";
import { openWindow, type Window } from "./browser.ts";
import { keepCustomer, type Customer } from "./customer.ts";
import { findBrowsers } from "./find-browser.ts";
import { createKeys, type Keys } from "./keys.ts";
import { addressOf, keepLaunchFile, tellLeft, type Launch } from "./launch.ts";
import { readOptions, USAGE, type Options } from "./options.ts";
import { keptTokens } from "./page-tokens.ts";
import { isSupervised, restart, withPort } from "./restart.ts";
import { createScreen } from "./screen.ts";
import { createService, type Service } from "./service.ts";
import { spawnChild } from "./spawn.ts";

/** Contract section 1: stopped within 3 s. What has not ended by then has nothing to lose: the journal is on disk. */
const STOP_WITHIN = 2_500;

/** Before anything takes a line out of it. */
const BORN_WITH = { ...process.env };
// At once: the page after five faults opens no vault, and its browser must inherit no key all the same.
delete process.env[VAULT_KEY_VARIABLE];

/** Somebody has asked us to stop: a fault from then on brings nobody back. */
let ending = false;

/** All that must be told, closed or known when the process ends or begins anew. */
interface Running {
  readonly options: Options;
  readonly version: string;
  readonly keys: Keys;
  readonly crashes: Crashes;
  readonly service: Service;
  readonly daily: Daily;
  /** A customer stands alone at the screen. */
  alone: () => boolean;
  /** A technician has let the till go: no window is opened any more. */
  left: boolean;
  launch: Launch | null;
  window: Window | null;
  customer: Customer | null;
  /** The settings have a display for the customer. */
  hasCustomer: () => boolean;
  /** The port in use, for a page that looks for us after a restart. */
  port: number;
}

/** Runs the host until it is stopped. `base` is the folder of the bundles. */
export async function run(args: readonly string[], base: string): Promise<void> {
  const read = readOptions(args);
  if (!read.ok) return fail(EXIT.badInput, [...read.lines, USAGE]);
  const stopped = onStop();
  const { options } = read;
  const version = process.env["QABYL_VERSION"] ?? "0.0.0";
  const folder = folderOf(options);
  const keys = createKeys(() => performance.now(), keptTokens(folder));
  const crashes = openCrashes(folder, version);
  const service = createService(BORN_WITH);
  const again = (): void => {
    if (ending) process.exit(EXIT.internal);
    restart({
      env: BORN_WITH,
      supervised: options.supervised || isSupervised(BORN_WITH, process.pid),
      args: withPort(args, running.port),
    });
  };
  const daily = createDaily({ now: () => Date.now(), up: () => performance.now(), again });
  const running: Running = {
    options,
    version,
    keys,
    crashes,
    service,
    daily,
    port: options.port,
    alone: () => false,
    left: false,
    launch: null,
    window: null,
    customer: null,
    hasCustomer: () => false,
  };
  onFault(crashes, say, again);
  const waiting = crashes.stopped();
  if (waiting) return waitForPerson(running, folder, waiting, stopped, again);

  let app: App;
  try {
    app = await startApp(partsOf(running, base));
  } catch (error) {
    const failure = error instanceof StartFailure ? error : new StartFailure(EXIT.internal, [String(error)]);
    return fail(failure.exitCode, failure.lines);
  }
  stopped.then(() => stop(app, running)).catch(() => process.exit(EXIT.internal));
  running.port = Number(new URL(app.origin ?? "http://x:0").port);
  running.alone = () => isUnattended(app.setup().mode);
  running.hasCustomer = () => app.setup().displays.customer !== null && !running.left;
  await settleCrashes(app, crashes).catch((error: unknown) =>
    say(`a fault could not be written down: ${String(error)}`),
  );
  service.ready("serving", () => app.core.call({ kind: "person", name: "cashier" }, "health", {}));
  try {
    await present(app, running);
  } catch (error) {
    say(`the screen cannot be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
  app.core.watch("cashier", () => running.window?.follow());
  daily.begin(app);
}

/** Five faults within five minutes: nothing but a page that says so, until a person says "again". */
async function waitForPerson(
  running: Running,
  folder: string,
  waiting: Stopped,
  stopped: Promise<void>,
  again: () => void,
): Promise<void> {
  const { options, keys, crashes, service } = running;
  let origin: string | null;
  try {
    origin = await serveStopped({
      stopped: waiting,
      listen: { port: options.port, outside: options.listen },
      page: true,
      enter: (key) => keys.exchange(key),
      isPage: (token) => keys.isToken(token),
      again() {
        crashes.again();
        again();
      },
    });
  } catch (error) {
    return fail(EXIT.portTaken, [error instanceof Error ? error.message : String(error)]);
  }
  // Whoever stops it and starts it again has decided, too.
  const end = async (): Promise<never> => {
    service.stopping();
    running.window?.close();
    await running.launch?.close().catch(() => undefined);
    crashes.again();
    process.exit(EXIT.stopped);
  };
  stopped.then(end).catch(() => process.exit(EXIT.internal));
  if (origin === null) return;
  running.port = Number(new URL(origin).port);
  say(
    `the program has failed five times within five minutes and waits for a person: ${origin} (code ${waiting.incident})`,
  );
  service.ready(`waits for a person after five faults, code ${waiting.incident}`, () => Promise.resolve());
  tell({ event: "stopped", url: `${origin}/`, incident: waiting.incident });
  running.launch = await keepLaunchFile(folder, origin, keys).catch(() => null);
  running.alone = () => waiting.alone;
  if (!options.browser) return;
  running.window = await window(running, folder, origin).catch(() => null);
}

function window({ keys, alone }: Running, dir: string, origin: string): Promise<Window> {
  const launch = join(dir, "launch.json");
  const closed = (): void =>
    say(
      `the window was closed; the till goes on. To open it again, delete ${launch} and open the address that it holds a moment later`,
    );
  return openWindow({ browsers: findBrowsers(process.env, process.platform), dir, origin, keys, alone, closed, say });
}

function customerWindow({ keys, alone, options }: Running, dir: string, origin: string): Promise<Window> {
  const at = options.customerAt;
  return openWindow({
    browsers: findBrowsers(process.env, process.platform),
    dir,
    origin,
    keys,
    say,
    at,
    view: "customer",
    // Without a place it may have come up over the till: somebody has to be able to move it.
    alone: () => at !== null || alone(),
    closed: () => say("the customer's window was closed; it opens again with the next start"),
  });
}

/** The data folder in use: training has its own. */
function folderOf(options: Options): string {
  const dir = dataDirOf(options);
  return options.training ? join(dir, "training") : dir;
}

function dataDirOf(options: Options): string {
  return resolve(options.data ?? defaultDataDir(process.env, process.platform));
}

/** The screen goes, the till API stays: a program that looks after us would only bring us back. */
function leave(running: Running, dir: string): void {
  running.left = true;
  running.window?.close();
  void running.customer?.close();
  tellLeft(dir);
}

function partsOf(running: Running, base: string): HostParts {
  const { options, version, keys, daily } = running;
  const pages = createBrowserPages();
  return {
    version,
    dataDir: dataDirOf(options),
    training: options.training,
    trainingMode: options.mode,
    provision: options.provision === null ? null : { path: options.provision, insecure: options.insecureProvision },
    keySource: (dir) => nodeKeySource({ dataDir: dir, env: { ...BORN_WITH } }),
    certificateWorker: join(base, "certificate-worker.cjs"),
    simulator: join(base, "simulator.cjs"),
    spawn: spawnChild,
    pages,
    leave: () => leave(running, options.training ? join(dataDirOf(options), "training") : dataDirOf(options)),
    listen: {
      port: options.port,
      screen: (core) =>
        createScreen(
          daily.seen(core),
          keys,
          join(base, "renderer"),
          pages,
          () => running.hasCustomer(),
          picturesIn(folderOf(options)),
        ),
      outside: options.listen,
    },
    say,
  };
}

/** Tells where it serves: the launch file, the line on stdout, and (where one is wanted) the browser window. */
async function present(app: App, running: Running): Promise<void> {
  const { options, keys, version } = running;
  const origin = app.origin ?? "";
  running.launch = await keepLaunchFile(app.dir, origin, keys).catch(() => null);
  const { hasCustomer } = running;
  running.customer = await keepCustomer({
    dir: app.dir,
    origin,
    keys,
    core: app.core,
    wanted: hasCustomer,
    open: options.browser ? () => customerWindow(running, app.dir, origin) : null,
    told: (result) => tell({ event: "customer", ...result }),
  });
  const outside = app.till?.outside ? { listen: app.till.outside } : {};
  tell({
    event: "ready",
    url: addressOf(origin, "cashier", keys.issue()),
    customer: hasCustomer() ? addressOf(origin, "customer", keys.issue("customer")) : null,
    till: app.till?.address ?? null,
    version,
    ...outside,
  });
  if (!options.browser) return;
  running.window = await window(running, app.dir, origin);
  if (running.left) running.window.close();
  tell({ event: "browser", ...running.window.result });
}

/** One line of JSON on stdout, which holds nothing else. */
function tell(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** A promise of the first request to stop; also while the app is still starting. */
function onStop(): Promise<void> {
  const { promise, resolve: stopNow } = Promise.withResolvers<void>();
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      if (!ending) setTimeout(() => process.exit(EXIT.stopped), STOP_WITHIN).unref();
      ending = true;
      stopNow();
    });
  // A reader of our line that went away is no reason to end.
  process.stdout.on("error", () => undefined);
  process.stderr.on("error", () => undefined);
  return promise;
}

async function stop(app: App, { launch, window, customer, service }: Running): Promise<never> {
  service.stopping();
  window?.close();
  await customer?.close();
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
