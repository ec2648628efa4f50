import type * as Electron from "electron";
import path from "node:path";
import { record, refuseToStart } from "../record.ts";
import { settings } from "../settings.ts";
import { emitEvent, StrictEmitter, type Conforms } from "../strict.ts";
import { requireReady } from "./lifecycle.ts";
import { displayAt, primaryDisplay } from "./screen.ts";
import { Session, sessionFor } from "./session.ts";
import { contentsInternals, WebContents, type Owner } from "./web-contents.ts";

type Options = Electron.BrowserWindowConstructorOptions;

const INSECURE: readonly [keyof Electron.WebPreferences, boolean][] = [
  ["sandbox", false],
  ["contextIsolation", false],
  ["nodeIntegration", true],
  ["nodeIntegrationInWorker", true],
  ["nodeIntegrationInSubFrames", true],
  ["webSecurity", false],
  ["allowRunningInsecureContent", true],
  ["experimentalFeatures", true],
  ["webviewTag", true],
];

/** The first insecure preference, in words; null when there is none. */
export function insecurity(preferences: Electron.WebPreferences): string | null {
  const found = INSECURE.find(([name, value]) => preferences[name] === value);
  return found === undefined ? null : `webPreferences.${found[0]} is ${found[1]}`;
}

interface State {
  bounds: Electron.Rectangle;
  visible: boolean;
  minimized: boolean;
  maximized: boolean;
  focused: boolean;
  kiosk: boolean;
  fullScreen: boolean;
  alwaysOnTop: string | null;
  closable: boolean;
  title: string;
  destroyed: boolean;
}

const all = new Map<number, BrowserWindow>();
let lastId = 0;
let onWindow: (window: BrowserWindow, contents: WebContents) => void = () => undefined;
let onAllClosed: () => void = () => undefined;

/** How the module `app` hears of windows. */
export function setWindowListeners(
  created: (window: BrowserWindow, contents: WebContents) => void,
  allClosed: () => void,
): void {
  onWindow = created;
  onAllClosed = allClosed;
}

export interface WindowInternals {
  stateOf(window: BrowserWindow): Readonly<State>;
  contentsOf(window: BrowserWindow): WebContents;
  /** The person leaves full screen or another window takes the focus. */
  leaveFullScreen(window: BrowserWindow): void;
}

/** The harness's own access to a window; not reachable through the module `electron`. */
export let windowInternals: WindowInternals;

export class BrowserWindow extends StrictEmitter {
  readonly id: number;
  readonly #options: Options;
  readonly #contents: WebContents;
  readonly #state: State;

  constructor(options: Options = {}) {
    super();
    requireReady("Cannot create BrowserWindow before app is ready");
    const preferences = options.webPreferences ?? {};
    const wrong = insecurity(preferences);
    if (wrong !== null) refuseToStart(wrong);
    this.id = ++lastId;
    this.#options = options;
    const display = primaryDisplay().bounds;
    const bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 };
    const kiosk = options.kiosk === true;
    this.#state = {
      bounds: options.width === undefined && kiosk ? { ...display } : bounds,
      visible: options.show !== false,
      minimized: false,
      maximized: false,
      focused: options.show !== false,
      kiosk,
      fullScreen: kiosk || options.fullscreen === true,
      alwaysOnTop: options.alwaysOnTop === true ? "floating" : null,
      closable: options.closable !== false,
      title: options.title ?? "",
      destroyed: false,
    };
    if (preferences.preload !== undefined && !path.isAbsolute(preferences.preload)) {
      throw new Error("harness: webPreferences.preload must be an absolute path");
    }
    const session =
      preferences.session instanceof Session ? preferences.session : sessionFor(preferences.partition ?? "");
    const owner: Owner = {
      preload: preferences.preload ?? null,
      session: session,
      size: () => this.#size(),
      closeRequested: () => this.close(),
      readyToShow: () => this.emit("ready-to-show"),
      titleUpdated: (title) => {
        if (!emitEvent(this, "page-title-updated", {}, title, true)) this.#state.title = title;
      },
      lost: () => this.destroy(),
      openChild: (url, override) => {
        const { webPreferences, ...rest } = override as Options;
        const child = new BrowserWindow({ ...rest, webPreferences: { ...preferences, ...webPreferences } });
        child.loadURL(url).catch((error: unknown) => record("harness.childFailed", url, String(error)));
        return asWindow(child);
      },
    };
    this.#contents = new WebContents(owner);
    all.set(this.id, this);
    record("BrowserWindow", options);
    void contentsInternals.open(this.#contents);
    onWindow(this, this.#contents);
  }

  static getAllWindows(): Electron.BrowserWindow[] {
    return [...all.values()].map((window) => asWindow(window));
  }
  static getFocusedWindow(): Electron.BrowserWindow | null {
    return asWindow([...all.values()].find((window) => window.#state.focused) ?? null);
  }
  static fromWebContents(contents: Electron.WebContents): Electron.BrowserWindow | null {
    return asWindow([...all.values()].find((window) => (window.#contents as unknown) === contents) ?? null);
  }
  static fromId(id: number): Electron.BrowserWindow | null {
    return asWindow(all.get(id) ?? null);
  }

  #alive(): State {
    if (this.#state.destroyed) throw new TypeError("Object has been destroyed");
    return this.#state;
  }

  /** A kiosk or full-screen window fills its display; without a fixed display the window's own size stands. */
  #size(): { width: number; height: number } {
    const { bounds, kiosk, fullScreen } = this.#state;
    const fills = (kiosk || fullScreen) && (settings.viewport !== null || this.#options.width === undefined);
    return fills ? displayAt(bounds).bounds : bounds;
  }
  #resized(): void {
    void contentsInternals.setSize(this.#contents, this.#size()).catch(() => undefined);
  }
  #later(event: string): void {
    setImmediate(() => {
      if (!this.#state.destroyed) emitEvent(this, event);
    });
  }
  #focus(focused: boolean): void {
    const state = this.#alive();
    if (state.focused === focused) return;
    state.focused = focused;
    this.#later(focused ? "focus" : "blur");
  }

  get webContents(): Electron.WebContents {
    return this.#contents as unknown as Electron.WebContents;
  }
  async loadURL(url: string, options?: Electron.LoadURLOptions): Promise<void> {
    this.#alive();
    await this.#contents.loadURL(url, options);
  }
  reload(): void {
    this.#alive();
    this.#contents.reload();
  }
  show(): void {
    const state = this.#alive();
    record("BrowserWindow.show", this.id);
    if (!state.visible) this.#later("show");
    state.visible = true;
    this.#focus(true);
  }
  showInactive(): void {
    const state = this.#alive();
    if (!state.visible) this.#later("show");
    state.visible = true;
  }
  hide(): void {
    const state = this.#alive();
    record("BrowserWindow.hide", this.id);
    if (state.visible) this.#later("hide");
    state.visible = false;
    this.#focus(false);
  }
  focus(): void {
    record("BrowserWindow.focus", this.id);
    this.#focus(true);
  }
  blur(): void {
    this.#focus(false);
  }
  moveTop(): void {
    this.#alive();
    record("BrowserWindow.moveTop", this.id);
  }
  minimize(): void {
    this.#alive().minimized = true;
    this.#later("minimize");
  }
  restore(): void {
    const state = this.#alive();
    record("BrowserWindow.restore", this.id);
    if (state.minimized) this.#later("restore");
    state.minimized = false;
  }
  maximize(): void {
    this.#alive().maximized = true;
    this.#later("maximize");
  }
  isVisible(): boolean {
    return this.#alive().visible;
  }
  isMinimized(): boolean {
    return this.#alive().minimized;
  }
  isMaximized(): boolean {
    return this.#alive().maximized;
  }
  isFocused(): boolean {
    return this.#alive().focused;
  }
  isDestroyed(): boolean {
    return this.#state.destroyed;
  }
  isKiosk(): boolean {
    return this.#alive().kiosk;
  }
  setKiosk(flag: boolean): void {
    this.#alive().kiosk = flag;
    record("BrowserWindow.setKiosk", this.id, flag);
    this.setFullScreen(flag);
  }
  isFullScreen(): boolean {
    return this.#alive().fullScreen;
  }
  setFullScreen(flag: boolean): void {
    const state = this.#alive();
    record("BrowserWindow.setFullScreen", this.id, flag);
    if (state.fullScreen === flag) return;
    state.fullScreen = flag;
    this.#resized();
    this.#later(flag ? "enter-full-screen" : "leave-full-screen");
  }
  isAlwaysOnTop(): boolean {
    return this.#alive().alwaysOnTop !== null;
  }
  setAlwaysOnTop(flag: boolean, level = "floating"): void {
    this.#alive().alwaysOnTop = flag ? level : null;
    record("BrowserWindow.setAlwaysOnTop", this.id, flag, level);
  }
  setMenu(menu: Electron.Menu | null): void {
    this.#alive();
    record("BrowserWindow.setMenu", this.id, menu === null ? null : "[menu]");
  }
  removeMenu(): void {
    this.#alive();
    record("BrowserWindow.removeMenu", this.id);
  }
  setMenuBarVisibility(visible: boolean): void {
    this.#alive();
    record("BrowserWindow.setMenuBarVisibility", this.id, visible);
  }
  setAutoHideMenuBar(hide: boolean): void {
    this.#alive();
    record("BrowserWindow.setAutoHideMenuBar", this.id, hide);
  }
  setContentProtection(enable: boolean): void {
    this.#alive();
    record("BrowserWindow.setContentProtection", this.id, enable);
  }
  setBackgroundColor(color: string): void {
    this.#alive();
    record("BrowserWindow.setBackgroundColor", this.id, color);
  }
  setClosable(closable: boolean): void {
    this.#alive().closable = closable;
  }
  isClosable(): boolean {
    return this.#alive().closable;
  }
  getTitle(): string {
    return this.#alive().title;
  }
  setTitle(title: string): void {
    this.#alive().title = title;
    record("BrowserWindow.setTitle", this.id, title);
  }
  getBounds(): Electron.Rectangle {
    const state = this.#alive();
    return state.fullScreen ? { ...displayAt(state.bounds).bounds, ...this.#size() } : { ...state.bounds };
  }
  setBounds(bounds: Partial<Electron.Rectangle>): void {
    const state = this.#alive();
    record("BrowserWindow.setBounds", this.id, bounds);
    const before = state.bounds;
    state.bounds = { ...before, ...bounds };
    this.#resized();
    if (before.x !== state.bounds.x || before.y !== state.bounds.y) this.#later("move");
    if (before.width !== state.bounds.width || before.height !== state.bounds.height) this.#later("resize");
  }
  getSize(): number[] {
    const { width, height } = this.getBounds();
    return [width, height];
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }
  getPosition(): number[] {
    const { x, y } = this.getBounds();
    return [x, y];
  }
  setPosition(x: number, y: number): void {
    this.setBounds({ x, y });
  }
  getContentBounds(): Electron.Rectangle {
    return this.getBounds();
  }

  close(): void {
    if (this.#state.destroyed) return;
    if (emitEvent(this, "close")) {
      record("harness.closePrevented", this.id);
      return;
    }
    this.destroy();
  }
  destroy(): void {
    if (this.#state.destroyed) return;
    this.#state.destroyed = true;
    all.delete(this.id);
    contentsInternals.destroy(this.#contents);
    emitEvent(this, "closed");
    record("harness.windowClosed", this.id);
    if (all.size === 0) onAllClosed();
  }

  static {
    windowInternals = {
      stateOf: (window) => window.#state,
      contentsOf: (window) => window.#contents,
      leaveFullScreen: (window) => {
        window.#state.fullScreen = false;
        window.#later("leave-full-screen");
      },
    };
  }
}

export type BrowserWindowConforms = Conforms<Electron.BrowserWindow, BrowserWindow>;
export type BrowserWindowStatics = Conforms<typeof Electron.BrowserWindow, typeof BrowserWindow, "prototype">;

function asWindow(window: BrowserWindow): Electron.BrowserWindow;
function asWindow(window: BrowserWindow | null): Electron.BrowserWindow | null;
function asWindow(window: BrowserWindow | null): Electron.BrowserWindow | null {
  return window as unknown as Electron.BrowserWindow | null;
}

export function allWindows(): BrowserWindow[] {
  return [...all.values()];
}
