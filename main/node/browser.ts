/** Opens the screen in a browser window. The key goes over a private file: a command line is readable by everybody. */
import { spawn, type ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { privateDirectory, writePrivately } from "../adapters/files.ts";
import type { View } from "../../contract/snapshot.ts";
import type { Keys } from "./keys.ts";
import { addressOf } from "./launch.ts";
import { PIPE_ARGUMENT, PIPE_STDIO, watchPage, type Patience } from "./page-watch.ts";

/** Whether the screen is in a window now: by which program, or why not. */
export type Opened =
  | { readonly opened: true; readonly program: string }
  | { readonly opened: false; readonly reason: string };

export interface Window {
  readonly result: Opened;
  /** The mode has changed: where that changes the window, it is opened anew. */
  follow(): void;
  close(): void;
}

export interface WindowOptions {
  /** Programs to try, the first that shows the page counts. */
  readonly browsers: readonly string[];
  /** The folder in use: profile and page file stand below it. */
  readonly dir: string;
  /** Address of the screen without a key. */
  readonly origin: string;
  readonly keys: Keys;
  /** The customer's display is a page, a profile and so a browser of its own. */
  readonly view?: View;
  /** Where on all the displays together it stands, as `X,Y`; null: wherever the system puts it. */
  readonly at?: string | null;
  /** A customer stands alone at it: nothing but the page, and closing it opens it again. */
  readonly alone: () => boolean;
  /** Told when a person has closed the window that was open. One that dies is opened again. */
  readonly closed: () => void;
  readonly say: (line: string) => void;
  readonly patience?: Patience;
}

/** Below the folder in use: profile and page file of each view. deploy/kiosk/policies.json names them. */
export const FOLDER: Readonly<Record<View, string>> = { cashier: "browser", customer: "browser-customer" };

/** The page asks for its session within this time, or no window is said to be open. */
const SHOWN_WITHIN = 8_000;
/** A browser that hands over to one already running ends at once and well; the page comes all the same. */
const HANDED_OVER = 3_000;

/** A browser that dies again and again is started ever more slowly. */
const AGAIN_AFTER = [0, 1_000, 5_000, 30_000] as const;
const MINUTE = 60_000;

/** Starts the first browser that shows the screen, and keeps it open. Never rejects for a browser's fault. */
export async function openWindow(options: WindowOptions): Promise<Window> {
  const { dir, closed, say } = options;
  let current: ChildProcess | null = null;
  let over = false;
  let deaths: number[] = [];
  let alone = options.alone();
  await privateDirectory(join(dir, FOLDER[options.view ?? "cashier"]));
  // Also when this process is told to stop while the window is still opening.
  process.once("exit", () => current?.kill());

  async function open(): Promise<Opened> {
    alone = options.alone();
    const { child, result } = await start(options, (begun) => (current = begun));
    if (!child) return result;
    if (over) child.kill();
    else keep(child);
    return result;
  }

  function keep(child: ChildProcess): void {
    const ended = (code: number | null, signal: string | null): void => {
      if (over) return;
      // It ended well: a person closed it, or the session at this computer is over. A customer may not.
      if (code === 0 && !options.alone()) return closed();
      say(`the window ended (${signal ?? code ?? "nothing"}); it is opened again`);
      again();
    };
    // It may have ended between its page's first word and this: nobody would be told of that any more.
    if (child.exitCode !== null || child.signalCode !== null) return ended(child.exitCode, child.signalCode);
    child.once("exit", ended);
    const { origin, patience } = options;
    const lost = (): void => void child.kill("SIGKILL");
    watchPage({ child, origin, say, lost, ...(patience ? { patience } : {}) });
  }

  function again(): void {
    const now = performance.now();
    deaths = [...deaths.filter((at) => now - at < MINUTE), now];
    const wait = AGAIN_AFTER[Math.min(deaths.length, AGAIN_AFTER.length) - 1] ?? 0;
    const timer = setTimeout(() => {
      if (over) return;
      open().then(
        (result) => result.opened || again(),
        () => again(), // a full disk: the page's file could not be written
      );
    }, wait);
    timer.unref();
  }

  return {
    result: await open(),
    follow() {
      if (over || options.alone() === alone) return;
      // Ended by a signal it ends badly, and is opened again as it has to be now; that is no death of its own.
      deaths = [];
      current?.kill("SIGKILL");
    },
    close() {
      over = true;
      current?.kill();
    },
  };
}

/** The first browser that shows the screen; `begun` is told of each that is tried. */
async function start(
  { browsers, dir, origin, keys, alone, view = "cashier", at = null }: WindowOptions,
  begun: (child: ChildProcess) => void,
): Promise<{ readonly child: ChildProcess | null; readonly result: Opened }> {
  const folder = join(dir, FOLDER[view]);
  const page = join(folder, "open.html");
  let reason = "no browser was found";
  for (const browser of browsers) {
    const key = keys.issue(view);
    await writePrivately(
      page,
      `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${addressOf(origin, view, key)}">\n`,
    );
    const how = { root: process.getuid?.() === 0, alone: alone(), at, env: process.env };
    const child = spawn(browser, browserArguments(folder, pathToFileURL(page).href, how), { stdio: [...PIPE_STDIO] });
    // The pipe breaks when the browser ends; that is told by its exit.
    for (const pipe of child.stdio) pipe?.on("error", () => undefined);
    begun(child);
    const problem = await shown(child, key, keys);
    await rm(page, { force: true });
    if (problem === null) return { child, result: { opened: true, program: basename(browser) } };
    child.kill();
    reason = `${basename(browser)} ${problem}`;
  }
  return { child: null, result: { opened: false, reason } };
}

/** Waits until the page has exchanged its key: null; or says what went wrong. */
function shown(child: ChildProcess, key: string, keys: Keys): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const timers = [setTimeout(() => resolve(`did not show the screen within ${SHOWN_WITHIN / 1000} s`), SHOWN_WITHIN)];
  keys.onExchange((used) => {
    if (used === key) resolve(null);
  });
  child.on("error", (error: NodeJS.ErrnoException) => resolve(`could not be started (${error.code ?? "unknown"})`));
  child.on("exit", (code, signal) => {
    const words = `ended with ${code ?? signal ?? "nothing"} before it showed the screen`;
    if (code === 0) timers.push(setTimeout(() => resolve(words), HANDED_OVER));
    else resolve(words);
  });
  return promise.finally(() => {
    for (const timer of timers) clearTimeout(timer);
  });
}

/**
 * What a customer must not find: bars and bubbles, dialogs of the browser's own, two fingers that enlarge, one that goes back, a
 * second window. deploy/kiosk/qabyl-kiosk-browser has the same list.
 */
export const ALONE_FLAGS = [
  "--disable-pinch",
  "--overscroll-history-navigation=0",
  "--noerrdialogs",
  "--deny-permission-prompts",
  "--disable-notifications",
  "--disable-file-system",
  "--disable-print-preview",
  "--disable-save-password-bubble",
  "--disable-breakpad",
  // The sum is spoken although nobody has touched the page: a machine may have asked for it.
  "--autoplay-policy=no-user-gesture-required",
  "--enable-speech-dispatcher",
] as const;

/**
 * `root`: Chromium's sandbox cannot work for uid 0, and only there it is switched off. `alone`: a customer stands alone at it.
 */
export function browserArguments(
  folder: string,
  address: string,
  {
    root,
    alone,
    at = null,
    env = {},
  }: {
    readonly root: boolean;
    readonly alone: boolean;
    readonly at?: string | null;
    readonly env?: NodeJS.ProcessEnv;
  },
): string[] {
  return [
    `--app=${address}`,
    `--user-data-dir=${join(folder, "profile")}`,
    PIPE_ARGUMENT,
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-crash-restore-bubble",
    "--disable-sync",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter",
    "--disable-background-networking",
    "--disable-component-update",
    "--password-store=basic",
    ...(at === null ? [] : [`--window-position=${at}`]),
    ...(alone ? [...ALONE_FLAGS, ...fullScreen(env)] : []),
    ...(root ? ["--no-sandbox"] : []),
  ];
}

/**
 * Chromium ends at once with --kiosk and --app together on Wayland (seen with 156 below cage 0.1.4). By way of Xwayland it does not,
 * nor when it is only told to be full screen, which a compositor for one program never takes back.
 */
function fullScreen({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): string[] {
  if (!WAYLAND_DISPLAY) return ["--kiosk"];
  return DISPLAY ? ["--kiosk", "--ozone-platform=x11"] : ["--start-fullscreen", "--ozone-platform=wayland"];
}
