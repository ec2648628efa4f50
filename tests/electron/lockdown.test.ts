/** What Electron's own events do to a page and its window, on stand-ins of three classes: no Chromium is needed to see it. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

describe("D3: keys of the browser", () => {
  const typed = (text: string): Parameters<typeof isBrowserKey>[0] => {
    const parts = text.split(" ");
    const key = parts.at(-1) ?? "";
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
  it("the developers' tools open where the program is not packaged", () => {
    expect(["F12", "Ctrl Shift I"].map((text) => isBrowserKey(typed(text), false))).toEqual([false, false]);
  });
});
