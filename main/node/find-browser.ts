/** Where a Chromium, Chrome or Edge is. */
import { existsSync } from "node:fs";

type Env = Readonly<Record<string, string | undefined>>;

const LINUX = [
  "google-chrome-stable",
  "google-chrome",
  "chromium",
  "chromium-browser",
  "microsoft-edge-stable",
  "microsoft-edge",
];
const WINDOWS = [
  "Google\\Chrome\\Application\\chrome.exe",
  "Chromium\\Application\\chrome.exe",
  "Microsoft\\Edge\\Application\\msedge.exe",
];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/** All there are, the best first. POS_CHROMIUM names the one and only. */
export function findBrowsers(
  env: Env,
  platform: NodeJS.Platform,
  exists: (path: string) => boolean = existsSync,
): string[] {
  const { POS_CHROMIUM: named } = env;
  return (named ? [named] : candidates(env, platform)).filter((path) => exists(path));
}

function candidates(env: Env, platform: NodeJS.Platform): string[] {
  if (platform === "darwin") return MAC;
  if (platform === "win32") {
    const roots = [env["ProgramFiles"], env["ProgramFiles(x86)"], env["LOCALAPPDATA"]].filter(
      (root) => root !== undefined,
    );
    return roots.flatMap((root) => WINDOWS.map((name) => `${root}\\${name}`));
  }
  // One program under several names is tried once; a folder of the path that is not absolute would depend on where we stand.
  const folders = [...new Set([...(env["PATH"] ?? "").split(":"), "/usr/bin", "/usr/local/bin"])].filter((folder) =>
    folder.startsWith("/"),
  );
  return LINUX.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
}
