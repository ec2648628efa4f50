/**
 * Stands between the app's process and Chromium. Chromium must not outlive the app, also when the app dies by SIGKILL
 * and can clean nothing: this process watches the app's end of a pipe, and when it closes it ends Chromium and removes
 * the profile. Descriptors 3 and 4 are Chromium's debugging pipe and only pass through.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import { chromiumFlags, findChromium, profileFolder, type ChromiumOptions } from "./chromium.ts";

const request = JSON.parse(process.argv[2] ?? "{}") as Omit<ChromiumOptions, "profile"> & { verbose: boolean };
const profile = profileFolder();
const windows = process.platform === "win32";
const chromium = spawn(findChromium(), chromiumFlags({ ...request, profile }), {
  stdio: ["ignore", "ignore", "pipe", 3, 4],
  detached: !windows,
});

function tell(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function end(): void {
  if (chromium.pid === undefined) return;
  if (windows) spawnSync("taskkill", ["/pid", String(chromium.pid), "/T", "/F"]);
  else
    try {
      process.kill(-chromium.pid, "SIGKILL");
    } catch {
      // Already gone.
    }
}

let heard = "";
chromium.stderr?.setEncoding("utf8");
chromium.stderr?.on("data", (text: string) => {
  if (request.verbose) process.stderr.write(text);
  if (heard === "done") return;
  heard += text;
  const endpoint = /DevTools listening on (ws:\/\/\S+)/.exec(heard)?.[1];
  if (endpoint === undefined) return;
  heard = "done";
  tell({ endpoint });
});
chromium.on("error", (error) => tell({ error: String(error) }));
chromium.on("exit", () => {
  fs.rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  process.exit();
});
process.stdout.on("error", end);
process.stdin.on("close", end);
process.stdin.on("error", end);
process.stdin.resume();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
tell({ pid: chromium.pid, profile });
