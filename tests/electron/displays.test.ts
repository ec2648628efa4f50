/** D11: which display is whose, and the customer's window, on stand-ins of Electron's screen and windows. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Core } from "../../main/core/index.ts";
import { silentLog } from "../support/desk.ts";

interface Display {
  readonly id: number;
  readonly label: string;
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}
const display = (id: number, label: string, x: number, width = 1024): Display => ({
  id,
  label,
  bounds: { x, y: 0, width, height: 768 },
});
const COUNTER = display(1, "Counter", 0);
const GUEST = display(2, "Guest", 1024, 800);
const WALL = display(3, "Wall", 1824);

class Screen extends EventEmitter {
  all: readonly Display[] = [COUNTER];
  getAllDisplays = (): readonly Display[] => this.all;
  getPrimaryDisplay = (): Display => this.all[0] ?? COUNTER;
  /** What is plugged in changes, and the system says so. */
  plug(all: readonly Display[], event = "display-added"): void {
    this.all = all;
    this.emit(event, {}, all.at(-1));
  }
}
const screen = new Screen();
const app = new EventEmitter();

class Contents extends EventEmitter {
  isDestroyed = (): boolean => false;
  isCrashed = (): boolean => false;
  executeJavaScript = (): Promise<unknown> => Promise.resolve(0);
}
const windows: Window[] = [];
class Window extends EventEmitter {
  readonly webContents = new Contents();
  readonly options: Record<string, unknown>;
  bounds: unknown;
  shown: string[] = [];
  onTop: unknown = null;
  destroyed = false;
  constructor(options: Record<string, unknown> & Display["bounds"]) {
    super();
    this.options = options;
    const { x, y, width, height } = options;
    this.bounds = { x, y, width, height };
    windows.push(this);
    app.emit("browser-window-created", {}, this);
  }
  static getAllWindows = (): Window[] => windows.filter((one) => !one.destroyed);
  loadURL = (url: string): Promise<void> => (this.shown.push(url), Promise.resolve());
  show = (): void => void this.shown.push("show");
  showInactive = (): void => void this.shown.push("inactive");
  setAlwaysOnTop = (...how: unknown[]): void => void (this.onTop = how);
  getBounds = (): unknown => this.bounds;
  setBounds = (bounds: unknown): void => void (this.bounds = bounds);
  isDestroyed = (): boolean => this.destroyed;
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.webContents.emit("destroyed");
    this.emit("closed");
  }
}
const partitions: string[] = [];
const handled = new Map<string, unknown>();
const session = {
  fromPartition: (name: string) => {
    partitions.push(name);
    const own = new EventEmitter();
    return Object.assign(own, {
      webRequest: { onBeforeRequest: () => undefined },
      protocol: { handle: (scheme: string, serve: unknown) => void handled.set(scheme, serve) },
      setPermissionRequestHandler: () => undefined,
      setPermissionCheckHandler: () => undefined,
      setDevicePermissionHandler: () => undefined,
      setDisplayMediaRequestHandler: () => undefined,
    });
  },
};
vi.mock("electron", () => ({ app, screen, session, protocol: {}, BrowserWindow: Window }));
const { chooseDisplays, displayViews, nameOf, tillDisplay } = await import("../../main/electron/displays.ts");
const { openCustomer } = await import("../../main/electron/customer.ts");

describe("which display is whose", () => {
  const all = [COUNTER, GUEST, WALL];
  const choose = (till: string | null, customer: string | null, of = all) => {
    const chosen = chooseDisplays({ till, customer }, of, of[0] ?? COUNTER);
    return [chosen.till.label, chosen.customer?.label ?? null];
  };
  it.each([
    [null, null, "Counter", null],
    [null, "any", "Counter", "Guest"],
    ["Guest", "any", "Guest", "Counter"],
    ["Wall", "Guest", "Wall", "Guest"],
    [null, "Guest", "Counter", "Guest"],
    ["Gone", "Guest", "Counter", "Guest"],
    [null, "Gone", "Counter", null],
    // The till is never put aside, and never shares.
    ["Guest", "Guest", "Guest", null],
    [null, "Counter", "Counter", null],
    ["Gone", "Counter", "Counter", null],
  ])("till %j, customer %j: %s and %s", (till, customer, ...then) => expect(choose(till, customer)).toEqual(then));
  it("with one display left it is the till's, whatever the settings name", () => {
    for (const customer of ["any", "Guest", null])
      for (const till of [null, "Counter", "Guest"]) expect(choose(till, customer, [GUEST])).toEqual(["Guest", null]);
  });
  it("a display has its own name where no other has it, else the system's number", () => {
    const twins = [display(5, "DELL", 0), display(6, "DELL", 1024), display(7, "", 2048), display(8, "any", 3072)];
    expect(twins.map((one) => nameOf(one, twins))).toEqual(["#5", "#6", "#7", "#8"]);
    expect(nameOf(COUNTER, all)).toBe("Counter");
    const chosen = chooseDisplays({ till: "#6", customer: "#8" }, twins, twins[0] as Display);
    expect([chosen.till.id, chosen.customer?.id]).toEqual([6, 8]);
  });
  it("the technician is shown them by the names that the settings take", () => {
    screen.all = [COUNTER, GUEST];
    expect(displayViews()).toEqual([
      { id: "Counter", label: "Counter", width: 1024, height: 768, primary: true },
      { id: "Guest", label: "Guest", width: 800, height: 768, primary: false },
    ]);
    for (const { id } of displayViews()) expect(tillDisplay(id).label).toBe(id);
    expect(tillDisplay(null)).toBe(COUNTER);
  });
});

describe("the customer's window", () => {
  let settings: { till: string | null; customer: string | null };
  let changed: () => void;
  let till: Window;
  const open = (packaged = true) =>
    openCustomer({
      core: {
        watch: (_view: unknown, listener: () => void) => ((changed = listener), () => undefined),
      } as unknown as Core,
      preload: "/p/customer-preload.cjs",
      root: "/r",
      packaged,
      log: silentLog,
      settings: () => settings,
    });
  const there = (): Window[] => Window.getAllWindows().filter((one) => one !== till);

  beforeEach(() => {
    vi.useFakeTimers();
    app.removeAllListeners();
    screen.removeAllListeners();
    windows.length = 0;
    partitions.length = 0;
    screen.all = [COUNTER, GUEST];
    settings = { till: null, customer: "any" };
    till = new Window({ ...COUNTER.bounds });
  });
  afterEach(() => vi.useRealTimers());

  it("fills its display, takes no focus, has no frame and no way to be closed, in a partition in memory", () => {
    const customer = open();
    const [made] = there();
    expect(made?.bounds).toEqual(GUEST.bounds);
    expect(made?.options).toMatchObject({
      frame: false,
      focusable: false,
      closable: false,
      skipTaskbar: true,
      show: false,
    });
    expect(made?.options["webPreferences"]).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: false,
      preload: "/p/customer-preload.cjs",
    });
    expect(partitions).toEqual(["qabyl-customer"]);
    expect([made?.onTop, made?.shown]).toEqual([[true, "screen-saver"], ["qabyl://pos/customer.html"]]);
    made?.emit("ready-to-show");
    expect(made?.shown.at(-1)).toBe("inactive");
    let isStopped = false;
    made?.emit("close", { preventDefault: () => (isStopped = true) });
    expect(isStopped).toBe(true);
    expect(customer.current()).toBe(made);
  });
  it("goes with its display, comes back with it, and follows its size and place", () => {
    const customer = open();
    screen.plug([COUNTER], "display-removed");
    expect([there().length, customer.current()]).toEqual([0, null]);
    screen.plug([COUNTER, GUEST]);
    expect(there().map(({ bounds }) => bounds)).toEqual([GUEST.bounds]);
    const moved = { ...GUEST, bounds: { x: -800, y: 100, width: 1280, height: 1024 } };
    screen.plug([COUNTER, moved], "display-metrics-changed");
    expect(there().map(({ bounds }) => bounds)).toEqual([moved.bounds]);
    // Two displays came at once, and the window stays where it is.
    screen.plug([COUNTER, moved, WALL]);
    expect(there().map(({ bounds }) => bounds)).toEqual([moved.bounds]);
  });
  it("follows the settings: another display, none, and again", () => {
    open();
    screen.plug([COUNTER, GUEST, WALL]);
    settings = { till: null, customer: "Wall" };
    changed();
    expect(there().map(({ bounds }) => bounds)).toEqual([WALL.bounds]);
    settings = { till: null, customer: null };
    changed();
    expect(there()).toEqual([]);
    settings = { till: "Wall", customer: "any" };
    changed();
    expect(there().map(({ bounds }) => bounds)).toEqual([COUNTER.bounds]);
  });
  it("a page that dies is shown in a new window, ever more slowly, and nothing comes without a display", () => {
    open();
    for (const wait of [0, 250, 1_000, 5_000, 5_000]) {
      const [made] = there();
      made?.webContents.emit("render-process-gone", {}, { reason: "crashed" });
      expect([made?.destroyed, there().length]).toEqual([true, 0]);
      // What a core says meanwhile must not bring two.
      changed();
      vi.advanceTimersByTime(wait);
      expect(there().length).toBe(1);
    }
    there()[0]?.webContents.emit("preload-error", {}, "p", new Error("no"));
    screen.plug([COUNTER], "display-removed");
    vi.advanceTimersByTime(10_000);
    expect(there()).toEqual([]);
  });
  it("a load that is given up for a newer one, and one within the page, is no death", () => {
    open();
    const [made] = there();
    made?.webContents.emit("did-fail-load", {}, -3, "ABORTED", "u", true);
    made?.webContents.emit("did-fail-load", {}, -105, "NAME", "u", false);
    expect(there()).toEqual([made]);
    made?.webContents.emit("did-fail-load", {}, -105, "NAME", "u", true);
    vi.advanceTimersByTime(0);
    expect([made?.destroyed, there().length]).toEqual([true, 1]);
  });
  it("keeps no app alive: it goes with the till's last window, and not with one that is replaced", () => {
    open();
    const again = new Window({ ...COUNTER.bounds });
    till.destroy();
    expect(Window.getAllWindows().length).toBe(2);
    again.destroy();
    expect(Window.getAllWindows()).toEqual([]);
    screen.plug([COUNTER, GUEST, WALL]);
    changed();
    expect(Window.getAllWindows()).toEqual([]);
  });
  it("goes with the till's window that was there before it", () => {
    open();
    till.destroy();
    expect(Window.getAllWindows()).toEqual([]);
  });
  it("lies over nothing where the program is not packaged", () => {
    open(false);
    expect([there()[0]?.onTop, there()[0]?.options["focusable"]]).toEqual([null, false]);
  });
});
