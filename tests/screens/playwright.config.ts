import { defineConfig } from "playwright/test";
import { launchOptions } from "./support/chromium.ts";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../../test-results/screens",
  fullyParallel: true,
  // One more than the usual cores: a page waits for its frames now and then.
  workers: 3,
  retries: 0,
  timeout: 60_000,
  reporter: "list",
  use: { launchOptions: launchOptions() },
});
