/** Host 1: Electron. Opens the app, the window and the bridge between them; everything else is shared. */
import { isAbsolute, join, resolve } from "node:path";
import { app, crashReporter, ipcMain, Menu, powerMonitor, session } from "electron";
import { isUnattended } from "../../contract/kiosk.ts";
import { defaultDataDir, EXIT, startApp, StartFailure, type App } from "../app.ts";
import { picturesIn } from "../pictures.ts";
import { onFault, openCrashes, settleCrashes } from "../crash.ts";
import { createDaily } from "../daily.ts";
import { practisedMode } from "../training-mode.ts";
import { createBankWindows } from "./bank-page.ts";
import { PLAIN_DRAWING, watchChildren } from "./chromium.ts";
import { spawnUtility } from "./children.ts";
import { openCustomer, type CustomerWindow } from "./customer.ts";
import { displayViews, tillDisplay, watchDisplays } from "./displays.ts";
import { serveBridge } from "./ipc.ts";
import { safeStorageKey } from "./key.ts";
import { lockContents, lockSession } from "./lockdown.ts";
import { registerScheme, serveScheme } from "./scheme.ts";
import { showStopped } from "./stopped.ts";
import { keepAwake, startAtLogin } from "./unattended.ts";
import { openWindow, type TillWindow } from "./window.ts";

const VERSION = app.getVersion();
const TILL_API_PORT = 7373;
/** Signals and a closed window end the app within three seconds, whatever hangs (checklist E10). */
const STOP_WITHIN = 2_500;
/** Windows asks before it ends a session; after this time it has not. */
const ASKED_FOR = 60_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const option = (name: string): string | null => app.commandLine.getSwitchValue(name) || argument(name);
const has = (name: string): boolean => app.commandLine.hasSwitch(name) || process.argv.includes(`--${name}`);

/** `--name value`, which Chromium's own reader does not know. */
function argument(name: string): string | null {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? null : (process.argv[at + 1] ?? null);
}

function pathOf(text: string): string {
  return isAbsolute(text) ? text : resolve(process.cwd(), text);
}

let window: TillWindow | null = null;
let customer: CustomerWindow | null = null;
let running: App | null = null;
/** Somebody has asked us to stop: a fault from then on brings nobody back. */
let stopping = false;
/** The technician has said so, or the system ends: windows may close. */
let mayClose = false;
const unattended = (): boolean => running !== null && isUnattended(running.setup().mode);
const bankWindows = createBankWindows(() => window?.current() ?? null);

app.enableSandbox();
registerScheme();
Menu.setApplicationMenu(null);
// Kept on this computer for whoever looks into a crash, and sent to nobody (E9).
crashReporter.start({ uploadToServer: false });
// Of touch screens: two fingers that enlarge the page, one that goes back (D4).
app.commandLine.appendSwitch("disable-pinch");
app.commandLine.appendSwitch("overscroll-history-navigation", "0");
if (has(PLAIN_DRAWING)) app.disableHardwareAcceleration();
const dataDir = pathOf(option("data") ?? defaultDataDir(process.env, process.platform));
const training = has("training");
const crashes = openCrashes(training ? join(dataDir, "training") : dataDir, VERSION);

/** A new process from nothing, with the same options and `more` (E5). */
function relaunch(...more: string[]): void {
  app.relaunch({ args: [...process.argv.slice(1), ...more] });
  app.exit(EXIT.internal);
}

const daily = createDaily({
  now: () => Date.now(),
  up: () => performance.now(),
  again() {
    app.relaunch({ args: process.argv.slice(1) });
    app.exit(EXIT.stopped);
  },
});

if (!app.requestSingleInstanceLock()) {
  app.exit(EXIT.locked);
} else {
  onFault(crashes, say, () => (stopping ? app.exit(EXIT.internal) : relaunch()));
  app.on("second-instance", () => window?.focus());
  app.on("window-all-closed", () => app.quit());
  app.on("before-quit", (event) => {
    if (!running) return;
    event.preventDefault();
    if (!unattended() || mayClose) void stop();
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop());
  void start();
}

async function stop(): Promise<void> {
  stopping = true;
  const ending = running;
  running = null;
  setTimeout(() => app.exit(EXIT.stopped), STOP_WITHIN).unref();
  await ending?.stop();
  app.exit(EXIT.stopped);
}

async function start(): Promise<void> {
  await app.whenReady();
  const base = __dirname;
  const port = Number(option("port") ?? TILL_API_PORT);
  const stopped = crashes.stopped();
  if (stopped) {
    say(`the program has failed five times within five minutes and waits for a person (code ${stopped.incident})`);
    // Whoever closes it and starts it again has decided, too.
    app.on("quit", (_event, code) => {
      if (code === EXIT.stopped) crashes.again();
    });
    showStopped(stopped, port, () => {
      crashes.again();
      relaunch();
    });
    return;
  }
  const provision = option("provision");
  try {
    if (training && provision !== null)
      throw new StartFailure(EXIT.badInput, ["--provision: not together with --training"]);
    const practised = practisedMode(option("mode"), training);
    if ("line" in practised) throw new StartFailure(EXIT.badInput, [practised.line]);
    // The journal is read and every watched payment's first question is scheduled before any window shows (E7).
    running = await startApp({
      version: VERSION,
      dataDir,
      training,
      trainingMode: practised.mode,
      provision: provision === null ? null : { path: pathOf(provision), insecure: has("insecure-provision") },
      keySource: safeStorageKey,
      certificateWorker: join(base, "certificate-worker.cjs"),
      simulator: join(base, "simulator.cjs"),
      spawn: spawnUtility,
      pages: bankWindows,
      displays: displayViews,
      leave() {
        mayClose = true;
        void stop();
      },
      listen: { port, screen: null, outside: null },
      say,
    });
  } catch (error) {
    const failure = error instanceof StartFailure ? error : new StartFailure(EXIT.internal, [String(error)]);
    for (const line of failure.lines) say(line);
    return app.exit(failure.exitCode);
  }
  await settleCrashes(running, crashes).catch((error: unknown) =>
    say(`a fault could not be written down: ${String(error)}`),
  );
  show(running, base);
}

function show(till: App, base: string): void {
  const { core, log } = till;
  const own = session.fromPartition("qabyl", { cache: false });
  lockContents(app, log, (own) => bankWindows.wayOf(own), unattended);
  lockSession(own, log);
  // Already without the graphics card: another start would change nothing.
  watchChildren(app, log, has(PLAIN_DRAWING) ? null : () => relaunch(`--${PLAIN_DRAWING}`));
  serveScheme(own, join(base, "renderer"), picturesIn(till.dir));
  serveBridge(
    ipcMain,
    daily.seen(core),
    { cashier: () => window?.current() ?? null, customer: () => customer?.current() ?? null },
    log,
  );
  app.on("browser-window-created", (_event, made) => {
    made.on("query-session-end", () => {
      mayClose = true;
      // The person at the screen can still take it back.
      setTimeout(() => (mayClose = false), ASKED_FOR).unref();
    });
    made.on("session-end", () => void stop());
  });
  window = openWindow({
    preload: join(base, "preload.cjs"),
    session: own,
    packaged: app.isPackaged,
    log,
    unattended,
    place() {
      const { till: name } = till.setup().displays;
      return unattended() || name !== null ? tillDisplay(name).bounds : null;
    },
    mayClose: () => mayClose || stopping,
    ready: () =>
      void process.stdout.write(
        `${JSON.stringify({ event: "ready", url: null, till: till.till?.address ?? null, version: VERSION })}\n`,
      ),
  });
  customer = openCustomer({
    core,
    preload: join(base, "customer-preload.cjs"),
    root: join(base, "renderer"),
    packaged: app.isPackaged,
    log,
    settings: () => till.setup().displays,
  });
  powerMonitor.on("resume", () => core.wake("resume"));
  // The system ends elsewhere than on Windows, which asks the windows.
  powerMonitor.on("shutdown", () => void stop());
  keepAwake(core, unattended);
  startAtLogin(app, core, unattended);
  const follow = (): void => {
    if (!stopping) window?.follow();
  };
  core.watch("cashier", follow);
  watchDisplays(follow);
  daily.begin(till);
}
