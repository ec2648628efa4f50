/** Opens the screen in a browser window. The key goes over a private file: a command line is readable by everybody. */
import { spawn, type ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { privateDirectory, writePrivately } from "../adapters/files.ts";
import type { Keys } from "./keys.ts";
import { PIPE_ARGUMENT, PIPE_STDIO, watchPage, type Patience } from "./page-watch.ts";

/** Whether the screen is in a window now: by which program, or why not. */
export type Opened =
  | { readonly opened: true; readonly program: string }
  | { readonly opened: false; readonly reason: string };

export interface Window {
  readonly result: Opened;
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
  /** Told when a person has closed the window that was open. One that dies is opened again. */
  readonly closed: () => void;
  readonly say: (line: string) => void;
  readonly patience?: Patience;
}

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
  await privateDirectory(join(dir, "browser"));
  // Also when this process is told to stop while the window is still opening.
  process.once("exit", () => current?.kill());

  async function open(): Promise<Opened> {
    const { child, result } = await start(options, (begun) => (current = begun));
    if (!child) return result;
    if (over) child.kill();
    else keep(child);
    return result;
  }

  function keep(child: ChildProcess): void {
    child.once("exit", (code, signal) => {
      if (over) return;
      // It ended well: a person closed it, or the session at this computer is over.
      if (code === 0) return closed();
      say(`the window ended (${signal ?? code ?? "nothing"}); it is opened again`);
      again();
    });
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
    close() {
      over = true;
      current?.kill();
    },
  };
}

/** The first browser that shows the screen; `begun` is told of each that is tried. */
async function start(
  { browsers, dir, origin, keys }: WindowOptions,
  begun: (child: ChildProcess) => void,
): Promise<{ readonly child: ChildProcess | null; readonly result: Opened }> {
  const folder = join(dir, "browser");
  const page = join(folder, "open.html");
  let reason = "no browser was found";
  for (const browser of browsers) {
    const key = keys.issue();
    await writePrivately(
      page,
      `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${origin}/?key=${key}">\n`,
    );
    const child = spawn(browser, browserArguments(folder, pathToFileURL(page).href, process.getuid?.() === 0), {
      stdio: [...PIPE_STDIO],
    });
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

/** `root`: Chromium's sandbox cannot work for uid 0, and only there it is switched off. */
export function browserArguments(folder: string, address: string, root: boolean): string[] {
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
    ...(root ? ["--no-sandbox"] : []),
  ];
}
