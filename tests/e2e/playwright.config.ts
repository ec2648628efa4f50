import { existsSync } from "node:fs";
import { chromium, defineConfig } from "playwright/test";
import { electronBinary, ONCE, type HostName } from "./till.ts";

function launchOptions(): { executablePath?: string } {
  const known = [
    process.env["POS_CHROMIUM"],
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  if (!process.env["POS_CHROMIUM"] && existsSync(chromium.executablePath())) return {};
  const found = known.find((path) => path !== undefined && existsSync(path));
  return found === undefined ? {} : { executablePath: found };
}

const once = new RegExp(ONCE.tag);

export default defineConfig<{ host: HostName }>({
  testDir: ".",
  timeout: 60_000,
  fullyParallel: true,
  // Most of a story is waiting for the bank's seconds.
  workers: 5,
  forbidOnly: true,
  reporter: [["list"]],
  build: { external: ["**/dist/**"] },
  use: { launchOptions: launchOptions() },
  projects: [
    { name: "browser", use: { host: "browser" } },
    { name: "harness", use: { host: "harness" }, grepInvert: once },
    ...(electronBinary !== null ? [{ name: "electron", use: { host: "electron" as const }, grepInvert: once }] : []),
  ],
});
