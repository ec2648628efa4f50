/** Reads what the test runners wrote about themselves. */

/**
 * @typedef {{ passed: number, failed: number, skipped: number, failures: string[], suites: Map<string, number> }} Tally
 * `suites`: how many tests ran in each folder below tests/
 */

/** @returns {Tally} */
function empty() {
  return { passed: 0, failed: 0, skipped: 0, failures: [], suites: new Map() };
}

/**
 * @param {Tally} tally
 * @param {string} file
 */
function ran(tally, file) {
  const suite = /(?:^|[\\/])tests[\\/]([^\\/]+)[\\/]/.exec(file)?.[1] ?? "?";
  tally.suites.set(suite, (tally.suites.get(suite) ?? 0) + 1);
}

/**
 * vitest's json reporter. A file that could not even be loaded has no test of its own: it counts as one failure.
 * @param {any} report
 * @returns {Tally}
 */
export function readVitest(report) {
  const tally = empty();
  for (const file of report.testResults) {
    let failedHere = 0;
    for (const test of file.assertionResults) {
      if (test.status === "passed") tally.passed += 1;
      else if (test.status === "failed") {
        failedHere += 1;
        tally.failures.push(`${short(file.name)}: ${test.fullName}`);
      } else {
        tally.skipped += 1;
        continue;
      }
      ran(tally, file.name);
    }
    if (file.status === "failed" && failedHere === 0) {
      failedHere = 1;
      tally.failures.push(
        `${short(file.name)}: ${String(file.message || "could not be run, see above").split("\n")[0]}`,
      );
    }
    tally.failed += failedHere;
  }
  return tally;
}

/**
 * Playwright's json reporter. A test that passed only when it was repeated counts as failed.
 * @param {any} report
 * @param {string} folder the folder below tests/ that its configuration lies in
 * @returns {Tally}
 */
export function readPlaywright(report, folder) {
  const tally = empty();
  /** @param {any} suite @param {string[]} titles */
  const visit = (suite, titles) => {
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status === "skipped") {
          tally.skipped += 1;
          continue;
        }
        ran(tally, `tests/${folder}/${suite.file}`);
        if (test.status === "expected") tally.passed += 1;
        else {
          tally.failed += 1;
          const project = test.projectName ? `[${test.projectName}] ` : "";
          tally.failures.push(
            `${project}tests/${folder}/${suite.file}: ${[...titles, spec.title].join(" › ")} (${test.status})`,
          );
        }
      }
    }
    for (const inner of suite.suites ?? []) visit(inner, [...titles, inner.title]);
  };
  for (const suite of report.suites ?? []) visit(suite, []);
  for (const error of report.errors ?? []) {
    tally.failed += 1;
    tally.failures.push(String(error.message ?? error).split("\n")[0] ?? "error");
  }
  return tally;
}

/** @param {string} file */
function short(file) {
  return file.replace(/^.*[\\/](?=tests[\\/])/, "");
}
