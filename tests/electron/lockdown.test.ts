/** What Electron's own events do to a page and its window, on stand-ins of three classes: no Chromium is needed to see it. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isCustomersKey } from "../../contract/keys.ts";
import { silentLog } from "../support/desk.ts";

class Contents extends EventEmitter {
  readonly session = {};
  opener: (() => unknown) | null = null;
  setWindowOpenHandler(handler: () => unknown): void {
    this.opener = handler;
  }
  executeJavaScript(): Promise<unknown> {
    return Promise.resolve(0);
  }
  isLoading = (): boolean => false;
  isDestroyed = (): boolean => false;
  forcefullyCrashRenderer(): void {}
  zooms: unknown[] = [];
  setVisualZoomLevelLimits(...limits: number[]): Promise<void> {
    this.zooms.push(limits);
    return Promise.resolve();
  }
  setZoomFactor(factor: number): void {
    this.zooms.push(factor);
  }
}
const windows: Window[] = [];
class Window extends EventEmitter {
  readonly webContents = new Contents();
  loads = 0;
  destroyed = false;
  constructor() {
    super();
    windows.push(this);
  }
  loadURL(): Promise<void> {
    this.loads += 1;
    return Promise.resolve();
  }
  show(): void {}
  isDestroyed = (): boolean => this.destroyed;
  destroy(): void {
    this.destroyed = true;
    this.webContents.emit("destroyed");
    this.emit("closed");
  }
}
vi.mock("electron", () => ({ protocol: {}, BrowserWindow: Window }));
const { isBrowserKey, lockContents } = await import("../../main/electron/lockdown.ts");
const { startAtLogin } = await import("../../main/electron/unattended.ts");
const { openWindow } = await import("../../main/electron/window.ts");

beforeEach(() => {
  vi.useFakeTimers();
  windows.length = 0;
});
afterEach(() => vi.useRealTimers());

describe("A7: a preload script that fails", () => {
  it("is loaded anew with its page, and the third time in a minute in a new window", () => {
    const till = openWindow({
      preload: "p",
      session: {} as never,
      packaged: true,
      log: silentLog,
      unattended: () => false,
      place: () => null,
      mayClose: () => false,
      ready: () => undefined,
    });
    const fail = (): void => void windows.at(-1)?.webContents.emit("preload-error", {}, "preload.cjs", new Error("no"));
    for (const loads of [2, 3]) {
      fail();
      vi.advanceTimersByTime(1_000);
      expect([windows.length, windows[0]?.loads]).toEqual([1, loads]);
    }
    fail();
    vi.advanceTimersByTime(1_000);
    expect(windows.map(({ destroyed, loads }) => [destroyed, loads])).toEqual([
      [true, 3],
      [false, 1],
    ]);
    expect(till.current()).toBe(windows[1]);
  });
});

describe("C8: what no page may do", () => {
  const app = Object.assign(new EventEmitter(), { isPackaged: true });
  lockContents(app as never, silentLog, () => null);
  /** Whether an event is prevented on any web contents that come to be, whoever has made them. */
  function prevented(name: string, ...args: object[]): boolean {
    const contents = new Contents();
    app.emit("web-contents-created", {}, contents);
    let stopped = false;
    contents.emit(name, { url: "https://example.com/", ...args[0], preventDefault: () => (stopped = true) }, ...args);
    return stopped;
  }
  it.each(["will-frame-navigate", "will-redirect", "will-attach-webview"])("holds for any contents: %s", (name) =>
    expect(prevented(name)).toBe(true),
  );
  it("no contents open a window", () => {
    const contents = new Contents();
    app.emit("web-contents-created", {}, contents);
    expect(contents.opener?.()).toEqual({ action: "deny" });
  });
  it("and the keys of the browser are stopped in all of them", () => {
    const key = { key: "r", control: true, alt: false, shift: false, meta: false };
    expect(prevented("before-input-event", key)).toBe(true);
    expect(prevented("before-input-event", { ...key, control: false })).toBe(false);
  });
});

describe("D4: zoom", () => {
  it("is one to one for each page that is loaded, and again after a wheel with Ctrl", () => {
    const app = Object.assign(new EventEmitter(), { isPackaged: true });
    lockContents(app as never, silentLog, () => null);
    const contents = new Contents();
    app.emit("web-contents-created", {}, contents);
    contents.emit("did-finish-load");
    expect(contents.zooms).toEqual([[1, 1], 1]);
    contents.emit("zoom-changed", {}, "in");
    expect(contents.zooms).toEqual([[1, 1], 1, 1]);
  });
});

describe("D3: keys of the browser", () => {
  const typed = (text: string): Parameters<typeof isBrowserKey>[0] => {
    const parts = text.split(" ");
    // The space bar stands at the end as nothing.
    const key = parts.at(-1) || " ";
    const has = (name: string): boolean => parts.slice(0, -1).includes(name);
    return { key, control: has("Ctrl"), alt: has("Alt"), shift: has("Shift"), meta: has("Meta") };
  };
  it.each([
    ..."Ctrl r,Ctrl Shift R,F5,Ctrl F5,Ctrl +,Ctrl -,Ctrl 0,Ctrl =,F11,Ctrl p,Alt ArrowLeft,Alt ArrowRight,Alt Home".split(
      ",",
    ),
    ..."BrowserBack,BrowserRefresh,Ctrl u,Ctrl s,Ctrl o,Ctrl f,Meta r,F12,Ctrl Shift I,Meta Shift c,F7".split(","),
  ])("%s does nothing", (text) => expect(isBrowserKey(typed(text), true)).toBe(true));
  it.each("r,R,Enter,Escape,1,+,-,F1,F2,ArrowLeft,Tab,Ctrl c,Ctrl v,Ctrl a,Ctrl z,Backspace".split(","))(
    "%s is the till's, or of a text field",
    (text) => expect(isBrowserKey(typed(text), true)).toBe(false),
  );
  it.each([
    ..."Alt F4,Ctrl w,Ctrl q,Ctrl n,Ctrl t,Ctrl Shift N,Ctrl Shift T,Ctrl Shift W,Ctrl Shift Delete,Ctrl Shift I,Ctrl Shift J,Ctrl Shift C".split(
      ",",
    ),
    ..."Ctrl Shift V,Ctrl Tab,Ctrl Shift Tab,Ctrl PageDown,Ctrl 1,Ctrl 9,Ctrl h,Ctrl j,Ctrl d,Ctrl e,Ctrl k,Ctrl l,Ctrl o".split(
      ",",
    ),
    ..."Ctrl p,Ctrl s,Ctrl u,Ctrl f,Ctrl g,Ctrl +,Ctrl -,Ctrl 0,Ctrl Enter,Alt ArrowLeft,Alt ArrowRight,Alt Home,Alt d,Alt e,Alt Tab".split(
      ",",
    ),
    ..."Alt  ,Alt Enter,Alt Escape,Ctrl Escape,Meta l,Meta r,Meta q,Meta w,Ctrl Alt Delete,Ctrl Alt F1,Alt Shift T".split(
      ",",
    ),
    ...Array.from({ length: 24 }, (_, index) => `F${index + 1}`),
    ..."ContextMenu,PrintScreen,Pause,Help,BrowserBack,BrowserForward,BrowserHome,BrowserSearch,LaunchMail,LaunchApplication1".split(
      ",",
    ),
    ..."MediaSelect,ZoomIn,ZoomToggle,Print,Open,Close,New,Save,Find,Power,Sleep,WakeUp,GoBack,Eject".split(","),
  ])("a customer alone gets nowhere by %s", (text) => expect(isCustomersKey(typed(text))).toBe(false));
  it.each(
    "r,Z,Ә,ғ,5,+,-, ,Enter,Escape,Tab,Shift Tab,Backspace,Delete,ArrowLeft,Home,End,PageDown,Shift A,Ctrl c,Ctrl v,Ctrl a,Ctrl z,Ctrl Alt €,AltGraph,Shift,Control".split(
      ",",
    ),
  )("and types by %s", (text) => expect(isCustomersKey(typed(text))).toBe(true));
  it("of the two lists the customer's holds where a customer stands alone, and the cashier loses nothing", () => {
    let alone = false;
    const app = Object.assign(new EventEmitter(), { isPackaged: false });
    lockContents(
      app as never,
      silentLog,
      () => null,
      () => alone,
    );
    const contents = new Contents();
    app.emit("web-contents-created", {}, contents);
    const stopped = (text: string): boolean => {
      let prevented = false;
      contents.emit("before-input-event", { preventDefault: () => (prevented = true) }, typed(text));
      return prevented;
    };
    const keys = ["F12", "Ctrl w", "Alt F4", "F1", "Ctrl r", "5"];
    expect(keys.map(stopped)).toEqual([false, false, false, false, true, false]);
    alone = true;
    expect(keys.map(stopped)).toEqual([true, true, true, true, true, false]);
  });
  it("the developers' tools open where the program is not packaged", () => {
    expect(["F12", "Ctrl Shift I"].map((text) => isBrowserKey(typed(text), false))).toEqual([false, false]);
  });
});

describe("D10: it starts with the computer", () => {
  const begun = (platform: string, packaged = true): { calls: unknown[]; become: (alone: boolean) => void } => {
    const calls: unknown[] = [];
    let alone = false;
    let tell = (): void => undefined;
    startAtLogin(
      { isPackaged: packaged, setLoginItemSettings: (settings) => void calls.push(settings) },
      { watch: (_: string, listener: () => void) => ((tell = listener), listener(), () => undefined) } as never,
      () => alone,
      { platform, argv: ["Qabyl.exe", "--data", "C:\\Qabyl"] },
    );
    return { calls, become: (now) => ((alone = now), tell(), tell()) };
  };
  it("on Windows with its options, and on a Mac, while no cashier is there; what a person has set otherwise is left alone", () => {
    const windows = begun("win32");
    expect(windows.calls).toEqual([]);
    windows.become(true);
    windows.become(false);
    const args = ["--data", "C:\\Qabyl"];
    expect(windows.calls).toEqual([
      { openAtLogin: true, args },
      { openAtLogin: false, args },
    ]);
    const mac = begun("darwin");
    mac.become(true);
    expect(mac.calls).toEqual([{ openAtLogin: true }]);
  });
  it("on Linux by a unit or the session's autostart, and never where it is not packaged", () => {
    for (const one of [begun("linux"), begun("win32", false)]) {
      one.become(true);
      expect(one.calls).toEqual([]);
    }
  });
});
