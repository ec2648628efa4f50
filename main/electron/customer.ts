/** The window on the customer's display: it is there while its display is, shows its own page, and answers to nobody. */
import { app, BrowserWindow, session, type Rectangle } from "electron";
import type { DisplaySettings } from "../../contract/kiosk.ts";
import type { Core } from "../core/index.ts";
import type { Log } from "../core/ports.ts";
import { customerDisplay, watchDisplays } from "./displays.ts";
import { lockSession } from "./lockdown.ts";
import { feelPulse } from "./pulse.ts";
import { CUSTOMER_URL, serveScheme } from "./scheme.ts";
import { CLOSED_OFF } from "./window.ts";

/** A page that dies again and again is opened ever more slowly. */
const AGAIN_AFTER = [0, 250, 1_000, 5_000] as const;
const MINUTE = 60_000;
/** Chromium's own word for a load that was given up for a newer one. */
const ABORTED = -3;

export interface CustomerWindow {
  current(): BrowserWindow | null;
}

export interface CustomerOptions {
  readonly core: Core;
  readonly preload: string;
  /** The folder of the built screen. */
  readonly root: string;
  readonly packaged: boolean;
  readonly log: Log;
  /** What the settings in use say; they change with a snapshot. */
  readonly settings: () => Pick<DisplaySettings, "till" | "customer">;
}

/** Keeps the window on the customer's display, wherever that is, and none while there is none. After `ready` only. */
export function openCustomer(options: CustomerOptions): CustomerWindow {
  const { core, log } = options;
  // Without `persist:` it is in memory; the till's page and this one share nothing.
  const own = session.fromPartition("qabyl-customer", { cache: false });
  lockSession(own, log);
  serveScheme(own, options.root, null);
  let window: BrowserWindow | null = null;
  let deaths: number[] = [];
  let waiting: NodeJS.Timeout | null = null;
  let over = false;

  function follow(): void {
    if (over) return;
    const display = customerDisplay(options.settings());
    if (display === null) return close();
    if (window === null) {
      if (waiting === null) open(display.bounds);
    } else if (!isAt(window.getBounds(), display.bounds)) {
      window.setBounds(display.bounds);
    }
  }

  function open(bounds: Rectangle): void {
    const made = new BrowserWindow({
      // Not `kiosk`: of a window that takes no focus no system makes one. Bounds without a frame fill a display everywhere.
      ...bounds,
      frame: false,
      // The till's keyboard must never write here, nor a touch of this display take the focus from the till.
      focusable: false,
      skipTaskbar: true,
      closable: false,
      minimizable: false,
      maximizable: false,
      movable: false,
      resizable: false,
      fullscreenable: false,
      show: false,
      backgroundColor: "#d5e5eb",
      title: "Qabyl",
      webPreferences: {
        ...CLOSED_OFF,
        preload: options.preload,
        session: own,
        backgroundThrottling: false,
        devTools: !options.packaged,
      },
    });
    window = made;
    // In a developer's hands it may lie over the editor.
    if (options.packaged) made.setAlwaysOnTop(true, "screen-saver");
    made.once("ready-to-show", () => {
      if (!made.isDestroyed()) made.showInactive();
    });
    made.on("close", (event) => event.preventDefault());
    made.on("page-title-updated", (event) => event.preventDefault());
    const gone = (reason: string) => (): void => died(made, reason);
    made.webContents.on("render-process-gone", (_event, { reason }) => died(made, reason));
    made.webContents.on("preload-error", gone("preload-error"));
    made.webContents.on("did-fail-load", (_event, code, _words, _url, isMainFrame) => {
      if (isMainFrame && code !== ABORTED) died(made, "did-fail-load");
    });
    feelPulse(made.webContents, log, gone("hung"));
    made.loadURL(CUSTOMER_URL).catch(() => undefined); // told by did-fail-load
  }

  /** A new window each time: nothing of a page that has died is worth keeping. */
  function died(made: BrowserWindow, reason: string): void {
    if (over || window !== made) return;
    const now = performance.now();
    deaths = [...deaths.filter((at) => now - at < MINUTE), now];
    log.error("customer.gone", { reason, deaths: deaths.length });
    close();
    waiting = setTimeout(
      () => {
        waiting = null;
        follow();
      },
      AGAIN_AFTER[Math.min(deaths.length, AGAIN_AFTER.length) - 1],
    );
    waiting.unref();
  }

  function close(): void {
    const closing = window;
    window = null;
    closing?.destroy();
  }

  // The app ends with its last window, and this one is nobody's to close: it goes with the till's.
  function leaveWith(made: BrowserWindow): void {
    made.once("closed", () => {
      const others = BrowserWindow.getAllWindows().filter(
        (one) => one !== made && one !== window && !one.isDestroyed(),
      );
      if (made === window || others.length > 0) return;
      over = true;
      close();
    });
  }
  for (const made of BrowserWindow.getAllWindows()) leaveWith(made);
  app.on("browser-window-created", (_event, made) => leaveWith(made));
  watchDisplays(follow);
  core.watch("cashier", follow);
  follow();
  return { current: () => window };
}

const isAt = (a: Rectangle, b: Rectangle): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
