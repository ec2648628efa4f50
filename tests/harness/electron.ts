/** The module `electron` of the main process, as the app sees it. */
import type * as Electron from "electron";
import { app as app_ } from "./electron/app.ts";
import { ipcMain as ipcMain_ } from "./electron/ipc-main.ts";
import { powerMonitor as powerMonitor_, powerSaveBlocker as powerSaveBlocker_ } from "./electron/power.ts";
import { safeStorage as safeStorage_ } from "./electron/safe-storage.ts";
import { screen as screen_ } from "./electron/screen.ts";
import { protocol as protocol_, session as session_ } from "./electron/session.ts";
import * as small from "./electron/small.ts";
import { utilityProcess as utilityProcess_ } from "./electron/utility-process.ts";
import { webContents as webContents_ } from "./electron/web-contents.ts";
import { BrowserWindow as BrowserWindow_ } from "./electron/window.ts";
import { strict } from "./strict.ts";

const electron = strict("", {
  app: app_,
  BrowserWindow: BrowserWindow_,
  crashReporter: small.crashReporter,
  dialog: small.dialog,
  ipcMain: ipcMain_,
  Menu: small.Menu,
  nativeTheme: small.nativeTheme,
  net: small.net,
  powerMonitor: powerMonitor_,
  powerSaveBlocker: powerSaveBlocker_,
  protocol: protocol_,
  safeStorage: safeStorage_,
  screen: screen_,
  session: session_,
  shell: small.shell,
  utilityProcess: utilityProcess_,
  webContents: webContents_,
} satisfies Partial<Record<keyof typeof Electron, unknown>>);

export const {
  app,
  BrowserWindow,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  net,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  utilityProcess,
  webContents,
} = electron;

export default electron;
// What CommonJS `require("electron")` gets.
export { electron as "module.exports" };
