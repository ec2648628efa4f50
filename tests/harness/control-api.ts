import type { DisplaySpec } from "./electron/screen.ts";
import type { RecordedEvent } from "./record.ts";

export interface WindowState {
  readonly id: number;
  readonly url: string;
  readonly title: string;
  readonly bounds: { x: number; y: number; width: number; height: number };
  readonly visible: boolean;
  readonly focused: boolean;
  readonly minimized: boolean;
  readonly kiosk: boolean;
  readonly fullScreen: boolean;
  readonly alwaysOnTop: string | null;
  /** URLs of all frames, the main one first. */
  readonly frames: readonly string[];
}

export interface Key {
  readonly key: string;
  readonly code?: string;
  readonly control?: boolean;
  readonly shift?: boolean;
  readonly alt?: boolean;
  readonly meta?: boolean;
}

export interface KeyResult {
  /** A 'before-input-event' listener prevented it. */
  readonly prevented: boolean;
  /** What Electron's default menu did with it, if the app left that menu in place. */
  readonly menu: string | null;
}

/**
 * What a test may do to the world outside the app. `window` counts the app's windows from 0, in the order they were
 * opened. Every call is carried out in the app's process and answered when its direct effects are done.
 */
export interface Controls {
  /** The renderer process dies; answers when the app was told. */
  crashRenderer(window?: number): Promise<void>;
  /** 'unresponsive' is only announced: the page keeps running. */
  unresponsive(window?: number): void;
  responsive(window?: number): void;
  /** A GPU, network or utility process of Chromium dies (announced only). */
  childProcessGone(details: { type: string; reason: string; exitCode: number; name?: string }): void;
  suspend(): void;
  resume(): void;
  lockScreen(): void;
  unlockScreen(): void;
  onBattery(): void;
  onAc(): void;
  displayAdded(display: DisplaySpec): void;
  displayRemoved(id: number): void;
  displayChanged(id: number, change: Partial<DisplaySpec>): void;
  /** A second copy of the app is started by hand, without really starting one. */
  secondInstance(argv: string[], cwd?: string): void;
  activate(): void;
  /** The person asks the window to close (Alt+F4). Says whether it closed. */
  closeWindow(window?: number): boolean;
  leaveFullScreen(window?: number): void;
  blur(window?: number): void;
  /**
   * The operating system ends the session: 'query-session-end' and 'session-end' on windows and 'shutdown' on
   * powerMonitor, all of them or those of one system. Says whether the app asked to wait.
   */
  sessionEnd(system?: "win32" | "posix"): { prevented: boolean };
  setSafeStorage(state: { available?: boolean; backend?: string; shouldReEncrypt?: boolean }): void;
  setOnline(online: boolean): void;
  setDarkColors(dark: boolean): void;
  /** A key on the real keyboard, as the main process sees it first. */
  key(key: Key, window?: number): KeyResult;
  zoom(direction: "in" | "out", window?: number): void;
  /** A page tries to attach a webview; says whether the app prevented it. */
  attachWebview(webPreferences: object, params: object, window?: number): { prevented: boolean };
  /** A server shows a bad certificate; says whether the app took it. */
  certificateError(url: string, error: string): { prevented: boolean; accepted: boolean };
  /** A server asks for a client certificate; says what the app answered. */
  selectClientCertificate(url: string): { prevented: boolean; answer: unknown };
  /** IPC as a compromised renderer would send it, from the frame whose URL starts so. Resolves to what it got. */
  ipcFromFrame(frameUrl: string, channel: string, args: unknown[], window?: number): Promise<unknown>;
  windows(): WindowState[];
  events(): readonly RecordedEvent[];
}

type Remote<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;

export type Control = { readonly [Name in keyof Controls]: Remote<Controls[Name]> };

export interface Handshake {
  /** HTTP address of Chromium's debugging port for `connectOverCDP`. */
  readonly cdp: string | null;
  /** Address of the control server; every call is a POST to it. */
  readonly control: string;
  readonly pid: number;
  /** Supervisor and Chromium. */
  readonly browserPids: readonly number[];
}
