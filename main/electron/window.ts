/** The till's window: sandboxed, on its own session, and back on its feet when its renderer dies. */
import { BrowserWindow, type Session, type WebPreferences } from "electron";
import type { Log } from "../core/ports.ts";
import { feelPulse } from "./pulse.ts";
import { START_URL } from "./scheme.ts";

const RELOAD_AFTER = [0, 250, 1_000] as const;
/** So many deaths within a minute call for a new window. */
const TOO_MANY = 3;
const MINUTE = 60_000;
/** A renderer that was told to end, and has not ended by then, is left behind with its window. */
const ENDED_WITHIN = 5_000;

/** Checklist A2: of every window, whatever it shows. */
export const CLOSED_OFF = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
  disableDialogs: true,
} as const satisfies WebPreferences;

export interface TillWindow {
  current(): BrowserWindow | null;
  focus(): void;
}

export interface WindowOptions {
  readonly preload: string;
  readonly session: Session;
  readonly packaged: boolean;
  readonly log: Log;
  /** The first window stands, painted. */
  readonly ready: () => void;
}

/** Opens the window and keeps one open. */
export function openWindow(options: WindowOptions): TillWindow {
  const { log } = options;
  let window: BrowserWindow | null = null;
  let deaths: number[] = [];
  let told = false;

  function open(): void {
    const made = new BrowserWindow({
      width: 1024,
      height: 768,
      minWidth: 640,
      minHeight: 400,
      useContentSize: true,
      show: false,
      autoHideMenuBar: true,
      backgroundColor: "#ffffff",
      title: "Qabyl",
      webPreferences: {
        ...CLOSED_OFF,
        preload: options.preload,
        session: options.session,
        // A customer's countdown must not be slowed down because another window lies over it.
        backgroundThrottling: false,
        devTools: !options.packaged,
      },
    });
    window = made;
    made.once("ready-to-show", () => {
      made.show();
      if (!told) options.ready();
      told = true;
    });
    made.webContents.on("render-process-gone", (_event, details) => died(made, details.reason));
    made.webContents.on("preload-error", (_event, _path, error) => {
      log.error("screen.preload", { detail: String(error) });
      died(made, "preload-error");
    });
    made.webContents.on("did-fail-load", (_event, code, words) => {
      log.error("screen.load", { code, words });
      died(made, "did-fail-load");
    });
    feelPulse(made.webContents, log, () => {
      let gone = false;
      made.webContents.once("render-process-gone", () => (gone = true));
      made.webContents.forcefullyCrashRenderer();
      setTimeout(() => {
        if (!gone && !made.isDestroyed()) replace(made);
      }, ENDED_WITHIN);
    });
    load(made);
  }

  /** The new one first: with no window left the app would end. */
  function replace(made: BrowserWindow): void {
    deaths = [];
    open();
    made.destroy();
  }

  function load(made: BrowserWindow): void {
    made.loadURL(START_URL).catch((error: unknown) => log.warn("screen.load", { detail: String(error) }));
  }

  /** The payment goes on in this process meanwhile; the screen comes back to the same snapshot. */
  function died(made: BrowserWindow, reason: string): void {
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < MINUTE), now];
    log.error("screen.gone", { reason, deaths: deaths.length });
    if (made.isDestroyed()) return;
    const wait = RELOAD_AFTER[Math.min(deaths.length, RELOAD_AFTER.length) - 1] ?? 1_000;
    setTimeout(() => {
      if (made.isDestroyed()) return;
      if (deaths.length < TOO_MANY) return load(made);
      replace(made);
    }, wait);
  }

  open();
  return {
    current: () => window,
    focus() {
      if (!window || window.isDestroyed()) return;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}
