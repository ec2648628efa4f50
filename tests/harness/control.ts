import { randomBytes } from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { pack, unpack } from "./clone.ts";
import type { Controls, Handshake, Key, KeyResult } from "./control-api.ts";
import { app } from "./electron/app.ts";
import { currentBrowser } from "./electron/browser.ts";
import { powerMonitor } from "./electron/power.ts";
import { safeStorageState } from "./electron/safe-storage.ts";
import { addDisplay, changeDisplay, removeDisplay } from "./electron/screen.ts";
import { hasDefaultMenu, nativeTheme, setOnline } from "./electron/small.ts";
import { contentsInternals, type WebContents } from "./electron/web-contents.ts";
import { allWindows, windowInternals, type BrowserWindow } from "./electron/window.ts";
import { record, recorded } from "./record.ts";
import { settings } from "./settings.ts";
import { emitEvent, makeEvent } from "./strict.ts";

function windowAt(index = 0): BrowserWindow {
  const window = allWindows()[index];
  if (window === undefined) throw new Error(`harness: there is no window ${index}`);
  return window;
}

function contentsAt(index?: number): WebContents {
  return windowInternals.contentsOf(windowAt(index));
}

/** What Electron's default menu would do with a key. */
function menuEffect(key: Key): string | null {
  const name = key.key.toLowerCase();
  const command = key.control === true || key.meta === true;
  if (name === "f5" || (command && name === "r")) return "reload";
  if (name === "f11") return "fullscreen";
  if (name === "f12" || (command && key.shift === true && name === "i")) return "devtools";
  if (command && (name === "w" || name === "q")) return "close";
  if (command && /^[+=\-0]$/.test(name)) return "zoom";
  return null;
}

function pressKey(key: Key, index?: number): KeyResult {
  const contents = contentsAt(index);
  const { control = false, shift = false, alt = false, meta = false } = key;
  const flags = { control, shift, alt, meta };
  const input = {
    type: "keyDown",
    key: key.key,
    code: key.code ?? key.key,
    isAutoRepeat: false,
    isComposing: false,
    ...flags,
    location: 0,
    modifiers: Object.entries(flags)
      .filter(([, down]) => down)
      .map(([name]) => name),
  };
  if (emitEvent(contents, "before-input-event", {}, input)) return { prevented: true, menu: null };
  const usesMenu = hasDefaultMenu() && !contentsInternals.ignoresMenuShortcuts(contents);
  const menu = usesMenu ? menuEffect(key) : null;
  if (menu === "reload") contents.reload();
  if (menu === "close") windowAt(index).close();
  if (menu === "devtools") contents.openDevTools();
  if (menu === "fullscreen") windowAt(index).setFullScreen(!windowAt(index).isFullScreen());
  if (menu === "zoom") contents.setZoomLevel(key.key === "-" ? -1 : 1);
  return { prevented: false, menu };
}

const controls: Controls = {
  async crashRenderer(index) {
    await contentsInternals.crash(contentsAt(index));
  },
  unresponsive: (index) => void contentsAt(index).emit("unresponsive", makeEvent({})),
  responsive: (index) => void contentsAt(index).emit("responsive", makeEvent({})),
  childProcessGone: (details) => void emitEvent(app, "child-process-gone", {}, details),
  suspend: () => void powerMonitor.emit("suspend"),
  resume: () => void powerMonitor.emit("resume"),
  lockScreen: () => void powerMonitor.emit("lock-screen"),
  unlockScreen: () => void powerMonitor.emit("unlock-screen"),
  onBattery: () => {
    powerMonitor.onBatteryPower = true;
    powerMonitor.emit("on-battery");
  },
  onAc: () => {
    powerMonitor.onBatteryPower = false;
    powerMonitor.emit("on-ac");
  },
  displayAdded: addDisplay,
  displayRemoved: removeDisplay,
  displayChanged: changeDisplay,
  secondInstance: (argv, cwd = process.cwd()) => void emitEvent(app, "second-instance", {}, argv, cwd, null),
  activate: () => void emitEvent(app, "activate", {}, allWindows().length > 0),
  closeWindow(index) {
    const window = windowAt(index);
    window.close();
    return window.isDestroyed();
  },
  leaveFullScreen: (index) => windowInternals.leaveFullScreen(windowAt(index)),
  blur: (index) => windowAt(index).blur(),
  sessionEnd(system) {
    let prevented = false;
    if (system !== "posix") {
      const windows = allWindows();
      for (const window of windows)
        prevented = emitEvent(window, "query-session-end", { reasons: ["shutdown"] }) || prevented;
      if (!prevented) for (const window of windows) emitEvent(window, "session-end", { reasons: ["shutdown"] });
    }
    if (system !== "win32") prevented = emitEvent(powerMonitor, "shutdown") || prevented;
    return { prevented };
  },
  setSafeStorage: (state) => void Object.assign(safeStorageState, state),
  setOnline,
  setDarkColors(dark) {
    nativeTheme.shouldUseDarkColors = dark;
    nativeTheme.emit("updated");
  },
  key: pressKey,
  zoom: (direction, index) => void emitEvent(contentsAt(index), "zoom-changed", {}, direction),
  attachWebview(webPreferences, params, index) {
    return { prevented: emitEvent(contentsAt(index), "will-attach-webview", {}, webPreferences, params) };
  },
  certificateError(url, error) {
    let accepted = false;
    const answer = (trusted: boolean): void => {
      accepted = trusted;
    };
    const prevented = emitEvent(app, "certificate-error", {}, contentsAt(), url, error, {}, answer, true);
    return { prevented, accepted: prevented && accepted };
  },
  selectClientCertificate(url) {
    let answer: unknown = "none";
    const callback = (certificate?: unknown): void => {
      answer = certificate ?? null;
    };
    const prevented = emitEvent(app, "select-client-certificate", {}, contentsAt(), url, [], callback);
    return { prevented, answer };
  },
  ipcFromFrame: (frameUrl, channel, args, index) =>
    contentsInternals.attack(contentsAt(index), frameUrl, channel, args),
  windows: () =>
    allWindows().map((window) => {
      const { bounds: _own, ...state } = windowInternals.stateOf(window);
      const contents = windowInternals.contentsOf(window);
      const frames = contentsInternals
        .frames(contents)
        .filter((frame) => !frame.isDestroyed())
        .map(({ url }) => url);
      const { visible, focused, minimized, kiosk, fullScreen, alwaysOnTop, title } = state;
      const shown = { visible, focused, minimized, kiosk, fullScreen, alwaysOnTop, title };
      return { id: window.id, url: contents.getURL(), bounds: window.getBounds(), frames, ...shown };
    }),
  events: () => recorded(),
};

async function answer(body: string): Promise<string> {
  const { method, args } = unpack(body) as { method: keyof Controls; args: never[] };
  try {
    const run = controls[method] as ((...values: never[]) => unknown) | undefined;
    if (run === undefined) throw new Error(`harness: there is no control '${method}'`);
    return pack({ result: await run(...args) });
  } catch (error) {
    return pack({ error: (error as Error).message });
  }
}

/** Opens the control server and tells the test where it is. */
export async function openControl(): Promise<void> {
  if (settings.control === null) return;
  const secret = `/${randomBytes(16).toString("hex")}`;
  const server = http.createServer((request, response) => {
    if (request.method !== "POST" || request.url !== secret) {
      response.writeHead(404).end();
      return;
    }
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      void answer(Buffer.concat(parts).toString("utf8")).then((text) => response.end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;
  const { endpoint, pids } = currentBrowser();
  const handshake: Handshake = {
    cdp: endpoint === null ? null : `http://${new URL(endpoint).host}`,
    control: `http://127.0.0.1:${port}${secret}`,
    pid: process.pid,
    browserPids: pids,
  };
  record("harness.started");
  const line = `${JSON.stringify(handshake)}\n`;
  if (settings.control === "stdout") process.stdout.write(`QABYL_HARNESS ${line}`);
  else {
    // Renamed into place, so that a reader never sees half a line.
    fs.writeFileSync(`${settings.control}.part`, line);
    fs.renameSync(`${settings.control}.part`, settings.control);
  }
}
