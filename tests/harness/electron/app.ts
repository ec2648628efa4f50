import type * as Electron from "electron";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { record } from "../record.ts";
import { settings } from "../settings.ts";
import { apiName, emitEvent, makeEvent, strict, StrictEmitter, type Conforms } from "../strict.ts";
import { isReady, readyPromise, requireNotReady, setReady } from "./lifecycle.ts";
import { setKeyringFolder } from "./safe-storage.ts";
import { setSessionCreatedListener } from "./session.ts";
import { InstanceLock, type SecondInstance } from "./single-instance.ts";
import { endUtilityProcesses } from "./utility-process.ts";
import { allWindows, setWindowListeners } from "./window.ts";

interface Package {
  readonly name?: string;
  readonly productName?: string;
  readonly version?: string;
}

function findAppPath(entry: string): string {
  for (let folder = path.dirname(entry); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "package.json"))) return folder;
    if (folder === path.dirname(folder)) return path.dirname(entry);
  }
}

const appPath = findAppPath(path.resolve(process.argv[1] ?? "."));
const manifest = ((): Package => {
  const file = path.join(appPath, "package.json");
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Package) : {};
})();

/** Chromium's command line: `--name`, `--name=value`, names in lower case. */
const switches = new Map<string, string>();
for (const argument of process.argv.slice(2)) {
  const match = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
  if (match?.[1] !== undefined) switches.set(match[1].toLowerCase(), match[2] ?? "");
}

const commandLine = strict("app.commandLine", {
  hasSwitch: (name: string) => switches.has(name.toLowerCase()),
  getSwitchValue: (name: string) => switches.get(name.toLowerCase()) ?? "",
  appendSwitch(name: string, value = ""): void {
    switches.set(name.toLowerCase(), value);
    record("app.commandLine.appendSwitch", name, value);
  },
  removeSwitch(name: string): void {
    switches.delete(name.toLowerCase());
  },
  appendArgument(value: string): void {
    record("app.commandLine.appendArgument", value);
  },
});

commandLine satisfies Pick<Electron.CommandLine, keyof typeof commandLine>;

const paths = new Map<string, string>();

function appData(): string {
  if (process.platform === "win32") return process.env["APPDATA"] ?? path.join(os.homedir(), "AppData", "Roaming");
  if (process.platform === "darwin") return path.join(os.homedir(), "Library", "Application Support");
  return process.env["XDG_CONFIG_HOME"] ?? path.join(os.homedir(), ".config");
}

const home = (name: string) => (): string => path.join(os.homedir(), name);

const DEFAULTS: Record<string, () => string> = {
  home: () => os.homedir(),
  appData,
  // Chromium's own switch moves the profile, and Electron's userData with it.
  userData: () => path.resolve(switches.get("user-data-dir") || path.join(app.getPath("appData"), app.name)),
  sessionData: () => app.getPath("userData"),
  temp: () => os.tmpdir(),
  exe: () => process.execPath,
  module: () => process.execPath,
  logs: () => path.join(app.getPath("userData"), "logs"),
  crashDumps: () => path.join(app.getPath("userData"), "Crashpad"),
  desktop: home("Desktop"),
  documents: home("Documents"),
  downloads: home("Downloads"),
  music: home("Music"),
  pictures: home("Pictures"),
  videos: home("Videos"),
};

type PathName = Parameters<Electron.App["getPath"]>[0];

let appInternals: { allClosed(target: App): void; isEnded(target: App): boolean };

export class App extends StrictEmitter {
  name: string = manifest.productName ?? manifest.name ?? "Electron";
  readonly isPackaged: boolean = settings.packaged;
  readonly commandLine: Electron.CommandLine = commandLine;
  #quitting = false;
  #ended = false;
  #lock: InstanceLock | undefined;
  #relaunch = false;

  override get [apiName](): string {
    return "app";
  }

  whenReady(): Promise<void> {
    return readyPromise;
  }
  isReady(): boolean {
    return isReady();
  }
  getName(): string {
    return this.name;
  }
  setName(name: string): void {
    this.name = name;
  }
  getVersion(): string {
    return manifest.version ?? process.versions["electron"] ?? "0.0.0";
  }
  getLocale(): string {
    return settings.locale;
  }
  getSystemLocale(): string {
    return settings.locale;
  }
  getLocaleCountryCode(): string {
    return "KZ";
  }
  getPreferredSystemLanguages(): string[] {
    return [settings.locale];
  }
  getAppPath(): string {
    return appPath;
  }
  getPath(name: PathName): string {
    const found = paths.get(name) ?? DEFAULTS[name]?.();
    if (found === undefined) throw new Error(`Failed to get '${name}' path`);
    if (name === "userData" || name === "logs") fs.mkdirSync(found, { recursive: true });
    return found;
  }
  setPath(name: string, value: string): void {
    if (!path.isAbsolute(value)) throw new Error("Path must be absolute");
    if (!(name in DEFAULTS)) throw new Error(`Failed to set path`);
    paths.set(name, value);
    record("app.setPath", name, value);
  }
  setAppLogsPath(value?: string): void {
    paths.set("logs", value ?? path.join(this.getPath("userData"), "logs"));
  }

  enableSandbox(): void {
    requireNotReady("app.enableSandbox() can only be called before app is ready");
    record("app.enableSandbox");
  }
  disableHardwareAcceleration(): void {
    requireNotReady("app.disableHardwareAcceleration() can only be called before app is ready");
    record("app.disableHardwareAcceleration");
  }
  isHardwareAccelerationEnabled(): boolean {
    return false;
  }
  setAppUserModelId(id: string): void {
    record("app.setAppUserModelId", id);
  }
  setLoginItemSettings(loginItem: Electron.Settings): void {
    record("app.setLoginItemSettings", loginItem);
  }
  getLoginItemSettings(): Electron.LoginItemSettings {
    return { openAtLogin: false } as Electron.LoginItemSettings;
  }
  setAccessibilitySupportEnabled(enabled: boolean): void {
    record("app.setAccessibilitySupportEnabled", enabled);
  }
  focus(): void {
    record("app.focus");
  }

  requestSingleInstanceLock(additionalData?: Record<string, unknown>): boolean {
    this.#lock ??= new InstanceLock(this.getPath("userData"), (second) => this.#second(second));
    const first = this.#lock.request({
      argv: process.argv,
      cwd: process.cwd(),
      additionalData: additionalData ?? null,
    });
    record("app.requestSingleInstanceLock", first);
    return first;
  }
  hasSingleInstanceLock(): boolean {
    return this.#lock?.held ?? false;
  }
  releaseSingleInstanceLock(): void {
    this.#lock?.release();
  }

  #second({ argv, cwd, additionalData }: SecondInstance): void {
    void readyPromise.then(() => emitEvent(this, "second-instance", {}, argv, cwd, additionalData));
  }

  relaunch(options: Electron.RelaunchOptions = {}): void {
    // Only noted: a process that starts itself again would outlive the test. The test starts the app again.
    this.#relaunch = true;
    record("app.relaunch", options);
  }

  quit(): void {
    record("app.quit");
    if (this.#quitting || this.#ended) return;
    this.#quitting = true;
    if (emitEvent(this, "before-quit")) {
      this.#quitting = false;
      return;
    }
    for (const window of allWindows()) window.close();
    // A window whose 'close' was prevented stays, and the app with it.
    if (allWindows().length > 0) this.#quitting = false;
    else this.#finish();
  }

  exit(exitCode = 0): void {
    record("app.exit", exitCode);
    this.#end(exitCode);
  }

  #finish(): void {
    if (this.#ended) return;
    if (emitEvent(this, "will-quit")) {
      this.#quitting = false;
      return;
    }
    this.#end(Number(process.exitCode ?? 0));
  }

  #end(exitCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const window of allWindows()) window.destroy();
    emitEvent(this, "quit", {}, exitCode);
    record("harness.exit", exitCode, { relaunch: this.#relaunch });
    endUtilityProcesses();
    this.#lock?.release();
    // Electron, too, runs the rest of the current turn: code behind app.exit() is executed.
    setImmediate(() => process.exit(exitCode));
  }

  static {
    appInternals = {
      allClosed: (target) => {
        if (target.#ended || target.#quitting) return;
        // No listener: Electron quits when the last window is closed.
        if (!target.emit("window-all-closed")) target.quit();
      },
      isEnded: (target) => target.#ended || target.#quitting,
    };
  }
}

export type AppConforms = Conforms<Electron.App, App, "commandLine">;

export const app = new App();

setKeyringFolder(() => app.getPath("userData"));
setSessionCreatedListener((session) => app.emit("session-created", session));
setWindowListeners(
  (window, contents) => {
    contents.on("render-process-gone", (_event: unknown, details: unknown) => {
      emitEvent(app, "render-process-gone", {}, contents, details);
    });
    app.emit("browser-window-created", makeEvent({}), window);
    app.emit("web-contents-created", makeEvent({}), contents);
  },
  () => appInternals.allClosed(app),
);

/** Chromium is up: the app becomes ready, unless it quit before that. */
export function becomeReady(): boolean {
  if (appInternals.isEnded(app)) return false;
  fs.mkdirSync(app.getPath("userData"), { recursive: true });
  setReady();
  emitEvent(app, "will-finish-launching");
  app.emit("ready", makeEvent({}), {});
  return true;
}

export function isEnded(): boolean {
  return appInternals.isEnded(app);
}
