import type * as Electron from "electron";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { record } from "../record.ts";
import { apiName, notImplemented, strict, StrictEmitter } from "../strict.ts";
import { requireReady } from "./lifecycle.ts";

type MenuTemplate = Parameters<typeof Electron.Menu.buildFromTemplate>[0];

/** Electron installs a default menu, with reload, zoom and developer tools, until the app sets its own or none. */
let applicationMenu: Menu | null | "default" = "default";

export class Menu extends StrictEmitter {
  readonly items: readonly object[];

  constructor(items: readonly object[] = []) {
    super();
    this.items = items;
  }
  override get [apiName](): string {
    return "Menu";
  }
  static setApplicationMenu(menu: Electron.Menu | null): void {
    applicationMenu = menu as unknown as Menu | null;
    record("Menu.setApplicationMenu", menu === null ? null : "[menu]");
  }
  static getApplicationMenu(): Electron.Menu | null {
    return (applicationMenu === "default" ? new Menu() : applicationMenu) as unknown as Electron.Menu | null;
  }
  static buildFromTemplate(template: MenuTemplate): Electron.Menu {
    return new Menu(template) as unknown as Electron.Menu;
  }
}

export function hasDefaultMenu(): boolean {
  return applicationMenu === "default";
}

export const shell = strict("shell", {
  async openExternal(url: string): Promise<void> {
    record("shell.openExternal", url);
  },
  async openPath(file: string): Promise<string> {
    record("shell.openPath", file);
    return "";
  },
  showItemInFolder(file: string): void {
    record("shell.showItemInFolder", file);
  },
  beep(): void {
    record("shell.beep");
  },
});

shell satisfies Pick<Electron.Shell, keyof typeof shell>;

export const dialog = strict("dialog", {
  showErrorBox(title: string, content: string): void {
    record("dialog.showErrorBox", title, content);
    console.error(`${title}\n${content}`);
  },
});

dialog satisfies Pick<Electron.Dialog, keyof typeof dialog>;

export const crashReporter = strict("crashReporter", {
  start(options: Electron.CrashReporterStartOptions): void {
    record("crashReporter.start", options);
  },
  getUploadToServer: () => false,
  addExtraParameter(key: string, value: string): void {
    record("crashReporter.addExtraParameter", key, value);
  },
});

crashReporter satisfies Pick<Electron.CrashReporter, keyof typeof crashReporter>;

let online = true;

export function setOnline(value: boolean): void {
  online = value;
}

const MIME: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".wav": "audio/wav",
};

export const net = strict("net", {
  isOnline: () => online,
  get online() {
    return online;
  },
  /** Only `file:`, the usual body of a protocol handler. */
  async fetch(input: string | Request): Promise<Response> {
    requireReady("net.fetch can only be called after the app is ready");
    const url = new URL(typeof input === "string" ? input : input.url);
    if (url.protocol !== "file:") throw notImplemented(`net.fetch for ${url.protocol}`);
    const file = fileURLToPath(url);
    if (!fs.existsSync(file)) throw new Error("net::ERR_FILE_NOT_FOUND");
    const type = MIME[path.extname(file)] ?? "application/octet-stream";
    return new Response(new Uint8Array(fs.readFileSync(file)), { headers: { "content-type": type } });
  },
});

net satisfies Pick<Electron.Net, "isOnline" | "online">;

export class NativeTheme extends StrictEmitter {
  shouldUseDarkColors = false;
  shouldUseHighContrastColors = false;
  #source: Electron.NativeTheme["themeSource"] = "system";

  override get [apiName](): string {
    return "nativeTheme";
  }
  get themeSource(): Electron.NativeTheme["themeSource"] {
    return this.#source;
  }
  set themeSource(source: Electron.NativeTheme["themeSource"]) {
    this.#source = source;
    record("nativeTheme.themeSource", source);
    if (source !== "system") this.shouldUseDarkColors = source === "dark";
    this.emit("updated");
  }
}

export const nativeTheme = new NativeTheme();
