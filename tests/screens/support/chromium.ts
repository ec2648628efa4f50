import { existsSync } from "node:fs";
import { chromium } from "playwright";
import type { LaunchOptions } from "playwright";

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

/** The Chromium to test with: the one named by POS_CHROMIUM, else Playwright's own, else the system's. */
export function launchOptions(): LaunchOptions {
  const named = process.env["POS_CHROMIUM"];
  const found = [named, chromium.executablePath(), ...SYSTEM].find(
    (path) => path !== undefined && path !== "" && existsSync(path),
  );
  if (found === undefined) throw new Error("No Chromium found. Install one, or name it in POS_CHROMIUM.");
  // A container's /dev/shm is often too small for a page, and its root user has no sandbox.
  return {
    executablePath: found,
    args: ["--disable-dev-shm-usage", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
  };
}
