/** The till's window: sandboxed, on its own session, and back on its feet when its renderer dies. */
import { BrowserWindow, type Rectangle, type Session, type WebPreferences } from "electron";
import type { Log } from "../core/ports.ts";
import { feelPulse } from "./pulse.ts";
import { START_URL } from "./scheme.ts";

const RELOAD_AFTER = [0, 250, 1_000] as const;
/** So many deaths within a minute call for a new window. */
const TOO_MANY = 3;
const MINUTE = 60_000;
/** A renderer that was told to end, and has not ended by then, is left behind with its window. */
const ENDED_WITHIN = 5_000;
/** Another window of ours, such as a bank's page, takes the focus in two steps. */
const FOCUS_AFTER = 200;

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
  /** The settings or the displays have changed: the window stands as they say (D1, D11). */
  follow(): void;
}

export interface WindowOptions {
  readonly preload: string;
  readonly session: Session;
  readonly packaged: boolean;
  readonly log: Log;
  /** Whether a customer stands alone at it: it fills its display, stays there, and does not close. */
  readonly unattended: () => boolean;
  /** Where the till's display is; null: wherever the system puts a window. */
  readonly place: () => Rectangle | null;
  /** The technician or the system ends it: it may close. */
  readonly mayClose: () => boolean;
  /** The first window stands, painted. */
  readonly ready: () => void;
}

/** Opens the window and keeps one open. */
export function openWindow(options: WindowOptions): TillWindow {
  const { log } = options;
  let window: BrowserWindow | null = null;
  let deaths: number[] = [];
  let told = false;
  /** The window that stands was made for a customer: it has no frame, and none can be given to it. */
  let alone = false;
  let placed = "";

  function open(): void {
    alone = options.unattended();
    const at = options.place();
    placed = JSON.stringify(at);
    const made = new BrowserWindow({
      ...(alone ? { ...at, kiosk: true, frame: false } : { ...DESKTOP, ...(at ? centred(at) : {}) }),
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
        // The sum is spoken although nobody has touched the page: a machine may have asked for it.
        autoplayPolicy: "no-user-gesture-required",
        devTools: !options.packaged,
      },
    });
    window = made;
    if (alone) keepThere(made);
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

  /** D6 and D7. Against the keys of the operating system this is a second line: the first is docs/kiosk.md. */
  function keepThere(made: BrowserWindow): void {
    if (options.packaged) made.setAlwaysOnTop(true, "screen-saver");
    let lastTold = -MINUTE;
    const undone = (what: string): void => {
      const now = performance.now();
      // Two windows that fight for the focus would fill the log.
      if (now - lastTold >= MINUTE) log.warn("screen.undone", { what });
      lastTold = now;
    };
    made.on("close", (event) => {
      if (options.mayClose()) return;
      event.preventDefault();
      log.warn("screen.undone", { what: "close" });
    });
    made.on("leave-full-screen", () => {
      if (made.isDestroyed() || made.isFullScreen()) return;
      undone("full screen");
      made.setKiosk(true);
    });
    for (const name of ["blur", "minimize", "hide"] as const)
      made.on(name as "blur", () =>
        setTimeout(() => {
          if (made.isDestroyed() || options.mayClose() || BrowserWindow.getFocusedWindow() !== null) return;
          undone(name);
          if (made.isMinimized()) made.restore();
          made.show();
          made.focus();
        }, FOCUS_AFTER),
      );
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
    follow() {
      if (!window || window.isDestroyed()) return;
      // A frame is given to a window when it is made.
      if (options.unattended() !== alone) return replace(window);
      const at = options.place();
      if (at === null || JSON.stringify(at) === placed) return;
      placed = JSON.stringify(at);
      if (!alone) return window.setBounds(centred(at));
      // A window that fills one display cannot be moved to another.
      window.setKiosk(false);
      window.setBounds(at);
      window.setKiosk(true);
    },
  };
}

const DESKTOP = { width: 1024, height: 768, minWidth: 640, minHeight: 400, useContentSize: true } as const;

function centred({ x, y, width, height }: Rectangle): Rectangle {
  const size = { width: Math.min(DESKTOP.width, width), height: Math.min(DESKTOP.height, height) };
  return { x: x + Math.round((width - size.width) / 2), y: y + Math.round((height - size.height) / 2), ...size };
}
