/** The folders of tests, by runner. A folder in which no test ran is a failure, so that none gets lost unnoticed. */

/** Below tests/, run by vitest. */
export const unitSuites = [
  "unit",
  "banks",
  "contract",
  "core",
  "adapters",
  "node",
  "machine",
  "simulator",
  "harness",
  "electron",
  "prove",
  "tooling",
  "fuzz",
];

/** Below tests/, run by Playwright; each has its playwright.config.ts. */
export const pageSuites = ["screens", "e2e"];

/** Packs the app; apart from the others since it needs the build and takes its time. */
export const packTest = "tests/tooling/pack.test.ts";
