import { defineConfig } from "vitest/config";
import { satisfies, wantedRange } from "./scripts/lib/node24.mjs";
import { unitSuites } from "./scripts/lib/suites.mjs";

if (!satisfies(process.version, wantedRange()))
  throw new Error(
    `The tests need Node ${wantedRange()}, not ${process.version}: run them by npm test, or by npx vitest.`,
  );

export default defineConfig({
  test: {
    include: unitSuites.map((suite) => `tests/${suite}/**/*.test.{ts,tsx}`),
    environment: "node",
    pool: "forks",
    // One more than the cores: the banks' tests mostly wait for their faster clocks.
    maxWorkers: 3,
    watch: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A test that is forgotten about, or that someone narrowed down, must not pass for a whole run.
    allowOnly: false,
    passWithNoTests: false,
    restoreMocks: true,
  },
});
