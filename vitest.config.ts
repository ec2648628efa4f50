import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { satisfies, wantedRange } from "./scripts/lib/node24.mjs";
import { unitSuites } from "./scripts/lib/suites.mjs";

if (!satisfies(process.version, wantedRange()))
  throw new Error(
    `The tests need Node ${wantedRange()}, not ${process.version}: run them by npm test, or by npx vitest.`,
  );

/** A bank's conformance file has three lines and runs for twenty seconds: by size it would come last, alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => /\/banks\/\w+(-storm)?\.test\.ts$/.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: unitSuites.map((suite) => `tests/${suite}/**/*.test.{ts,tsx}`),
    environment: "node",
    pool: "forks",
    // One more than the cores: the banks' tests mostly wait for their faster clocks.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    watch: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // A test that is forgotten about, or that someone narrowed down, must not pass for a whole run.
    allowOnly: false,
    passWithNoTests: false,
    restoreMocks: true,
  },
});
