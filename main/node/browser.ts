/** Opens the screen in a browser window. The key goes over a private file: a command line is readable by everybody. */
import { spawn, type ChildProcess } from "node:child_process";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { privateDirectory, writePrivately } from "../adapters/files.ts";
import type { Keys } from "./keys.ts";

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
  /** Told when a window that was open is gone. */
  readonly closed: () => void;
}

/** The page asks for its session within this time, or no window is said to be open. */
const SHOWN_WITHIN = 8_000;
/** A browser that hands over to one already running ends at once and well; the page comes all the same. */
const HANDED_OVER = 3_000;

/** Starts the first browser that shows the screen. Never rejects for a browser's fault. */
export async function openWindow({ browsers, dir, origin, keys, closed }: WindowOptions): Promise<Window> {
  const folder = join(dir, "browser");
  await privateDirectory(folder);
  const page = join(folder, "open.html");
  let reason = "no browser was found";
  for (const browser of browsers) {
    const key = keys.issue();
    await writePrivately(
      page,
      `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${origin}/?key=${key}">\n`,
    );
    const child = spawn(browser, browserArguments(folder, pathToFileURL(page).href, process.getuid?.() === 0), {
      stdio: "ignore",
    });
    // Also when this process is told to stop while the window is still opening.
    process.once("exit", () => child.kill());
    const problem = await shown(child, key, keys);
    await rm(page, { force: true });
    if (problem === null) {
      child.once("exit", closed);
      return {
        result: { opened: true, program: basename(browser) },
        close: () => void (child.off("exit", closed), child.kill()),
      };
    }
    child.kill();
    reason = `${basename(browser)} ${problem}`;
  }
  return { result: { opened: false, reason }, close: () => undefined };
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
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-sync",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter",
    "--disable-background-networking",
    "--disable-component-update",
    "--password-store=basic",
    ...(root ? ["--no-sandbox"] : []),
  ];
}
