import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import type * as Playwright from "playwright";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
];

/** POS_CHROMIUM, else a browser installed on the machine, else the one Playwright downloaded. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  if (env["POS_CHROMIUM"]) return env["POS_CHROMIUM"];
  const found = PLACES.find((place) => fs.existsSync(place));
  if (found !== undefined) return found;
  const { chromium } = createRequire(import.meta.url)("playwright") as typeof Playwright;
  if (fs.existsSync(chromium.executablePath())) return chromium.executablePath();
  throw new Error("No Chromium: npx playwright install chromium, or apt-get install chromium, or POS_CHROMIUM=/path");
}

const FEATURES_OFF = [
  "IsolateOrigins",
  "site-per-process",
  // Would ask the person before a page may reach a bank's test server on loopback.
  "LocalNetworkAccessChecks",
  "Translate",
  "MediaRouter",
  "DialMediaRouteProvider",
  "OptimizationHints",
];

export interface ChromiumOptions {
  readonly profile: string;
  readonly debugPort: number | null;
  readonly headed: boolean;
  readonly network: readonly string[];
  readonly spki: readonly string[];
}

/** Flags for a quiet, offline browser that grants nothing by itself. */
export function chromiumFlags(options: ChromiumOptions): string[] {
  const reachable = options.network.map((origin) => `, EXCLUDE ${new URL(origin).hostname}`).join("");
  return [
    ...(options.headed ? [] : ["--headless=new", "--hide-scrollbars", "--disable-gpu"]),
    `--user-data-dir=${options.profile}`,
    "--remote-debugging-pipe",
    ...(options.debugPort === null ? [] : [`--remote-debugging-port=${options.debugPort}`]),
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    // A container's user is root, and root cannot have Chromium's sandbox; the OS sandbox is not proved here anyway.
    ...(process.getuid?.() === 0 || os.platform() === "linux" ? ["--no-sandbox", "--disable-dev-shm-usage"] : []),
    // Requests are intercepted above the network; this is the wall behind it, for what interception cannot see
    // (WebSocket, WebRTC, the browser's own calls home).
    `--host-resolver-rules=MAP * ~NOTFOUND${reachable}`,
    "--no-proxy-server",
    ...(options.spki.length > 0 ? [`--ignore-certificate-errors-spki-list=${options.spki.join(",")}`] : []),
    // One session sees all frames of a window, so that a foreign sub-frame can be watched and used for an attack.
    "--disable-site-isolation-trials",
    `--disable-features=${FEATURES_OFF.join(",")}`,
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-search-engine-choice-screen",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-hang-monitor",
    "--disable-popup-blocking",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-ipc-flooding-protection",
    "--force-color-profile=srgb",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
    "--use-fake-device-for-media-stream",
  ];
}

export function profileFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "harness-chromium-"));
}
