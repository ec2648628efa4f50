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

/** Suites that leave nothing in their process: their files share one, and what they import is read once. */
const SHARING = ["unit", "core", "simulator", "banks", "contract"];

const filesOf = (suites: readonly string[]): string[] => suites.map((suite) => `tests/${suite}/**/*.test.{ts,tsx}`);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "sharing", include: filesOf(SHARING), isolate: false } },
      {
        extends: true,
        test: { name: "alone", include: filesOf(unitSuites.filter((suite) => !SHARING.includes(suite))) },
      },
    ],
    environment: "node",
    pool: "forks",
    // Twice the usual two cores: the banks' tests mostly wait for their faster clocks, the hosts' for their children.
    maxWorkers: 4,
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
