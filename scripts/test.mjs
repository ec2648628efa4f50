/**
 * `npm test`: installs what is missing and runs every check and every test. The last line is `N passed, N failed`,
 * summed over all runners; the exit code is 1 when anything failed or could not run.
 * For developers: `npm test -- --only unit,banks,screens,lint` runs only those.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checks, runCheck, scriptOf } from "./lib/checks.mjs";
import { chromiumForPages, findChromium, installChromium } from "./lib/chromium.mjs";
import { findElectron } from "./lib/electron.mjs";
import { ensureKcat } from "./lib/kcat.mjs";
import { ensureKeyring } from "./lib/keyring.mjs";
import { environment } from "./lib/node24.mjs";
import { cacheDir, root } from "./lib/paths.mjs";
import { ensureBuilt, prepareTools } from "./lib/prepare.mjs";
import { run, stopping } from "./lib/processes.mjs";
import { readPlaywright, readVitest } from "./lib/reports.mjs";
import { runMain, Trouble } from "./lib/say.mjs";
import { packTest, pageSuites, unitSuites } from "./lib/suites.mjs";

const reports = join(cacheDir, "reports");
const compiled = join(cacheDir, "compiled");
/** vitest, the longest, takes between four and five of them on two cores. */
const RUNNER_MINUTES = 7;
const total = { passed: 0, failed: 0, skipped: 0 };
/** @type {string[]} */
const failures = [];
/** @type {string[]} */
const notes = [];

/** @param {string} text */
function print(text) {
  process.stdout.write(`${text}\n`);
}

/** @param {number} started */
function seconds(started) {
  return `${((Date.now() - started) / 1000).toFixed(1)} s`;
}

/**
 * One check, or anything else that counts as one.
 * @param {string} name
 * @param {() => Promise<{ ok: boolean, output: string }>} work
 */
async function single(name, work) {
  const started = Date.now();
  const { ok, output } = await work();
  print(`${ok ? "ok    " : "FAILED"} ${name} ${seconds(started)}`);
  if (ok) total.passed += 1;
  else {
    print(output.trimEnd());
    total.failed += 1;
    failures.push(name);
  }
}

/**
 * One test runner: its dots on the terminal, its numbers from its report.
 * @param {string} name
 * @param {object} how
 * @param {readonly string[]} how.command
 * @param {(report: any) => import("./lib/reports.mjs").Tally} how.read
 * @param {NodeJS.ProcessEnv} how.env
 * @param {string} how.report
 * @param {readonly string[]} how.suites folders below tests/ in each of which a test has to run
 * @param {boolean} [how.beside] it runs beside another, and so shows its own output only when it failed
 */
async function runner(name, { command, read, env, report, suites, beside = false }) {
  print(`       ${name} ...`);
  const started = Date.now();
  rmSync(report, { force: true });
  const [node, ...args] = command;
  const ended = await run(String(node), args, {
    cwd: root,
    env,
    stdio: beside ? ["ignore", "pipe", "pipe"] : ["ignore", 1, 1],
    timeoutMs: RUNNER_MINUTES * 60_000,
    graceMs: 10_000,
  });
  /** @type {import("./lib/reports.mjs").Tally | null} */
  let tally = null;
  /** @type {string[]} */
  const broken = [];
  try {
    tally = read(JSON.parse(readFileSync(report, "utf8")));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!ended.timedOut) broken.push(`${name}: left no report that could be read (${why})`);
  }
  if (ended.timedOut) broken.push(`${name}: not done within ${RUNNER_MINUTES} minutes`);
  else if (ended.error !== null) broken.push(`${name}: could not be started: ${ended.error.message}`);
  else if (ended.signal !== null) broken.push(`${name}: ended by ${ended.signal}`);
  else if (ended.code !== 0 && tally !== null && tally.failed === 0)
    broken.push(`${name}: exit code ${ended.code} although no test failed: see its output above`);
  if (tally !== null)
    for (const suite of suites) if (!tally.suites.has(suite)) broken.push(`tests/${suite}: no test ran`);

  const failed = (tally?.failed ?? 0) + broken.length;
  if (failed > 0 && beside) print(ended.output.trimEnd());
  print(
    `${failed === 0 ? "ok    " : "FAILED"} ${name} ${seconds(started)}: ${tally?.passed ?? 0} passed, ${failed} failed`,
  );
  total.passed += tally?.passed ?? 0;
  total.skipped += tally?.skipped ?? 0;
  total.failed += failed;
  failures.push(...(tally?.failures ?? []), ...broken);
}

/** @returns {Set<string> | null} */
function wanted() {
  const args = process.argv.slice(2);
  const at = args.findIndex((arg) => arg === "--only" || arg.startsWith("--only="));
  const value = at < 0 ? undefined : args[at]?.startsWith("--only=") ? args[at].slice(7) : args[at + 1];
  const known = [...checks.map(({ name }) => name), "build", ...unitSuites, ...pageSuites, "packaging"];
  const stray = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  const names = value?.split(",") ?? [];
  const unknown = names.filter((name) => !known.includes(name));
  if (stray.length > 0 || unknown.length > 0 || (at >= 0 && names.length === 0))
    throw new Trouble(`Usage: npm test -- --only NAME,NAME; names: ${known.join(", ")}`);
  return at < 0 ? null : new Set(names);
}

runMain(async () => {
  const only = wanted();
  const started = Date.now();
  /** @param {string} name */
  const want = (name) => only === null || only.has(name);
  /** @type {string} */
  let node;
  try {
    node = await prepareTools();
  } catch (error) {
    return unable(error);
  }
  mkdirSync(reports, { recursive: true });

  const units = unitSuites.filter(want);
  const pages = pageSuites.filter(want);
  const pack = want("packaging");

  // All at once: none of them reads what another writes, and none keeps two cores busy to its end.
  let built = true;
  const first = checks.filter(({ name }) => want(name)).map((check) => single(check.name, () => runCheck(node, check)));
  if (want("build") || pack || units.length > 0 || pages.length > 0)
    first.push(
      single("build", async () => {
        try {
          await ensureBuilt(node);
          return { ok: true, output: "" };
        } catch (error) {
          built = false;
          return { ok: false, output: error instanceof Error ? error.message : String(error) };
        }
      }),
    );
  const outside = stopping() ? Promise.resolve(NOTHING_OUTSIDE) : fromOutside(node, units, pages);
  await Promise.all(first);

  // To several runners FORCE_COLOR=0 means colours.
  const env = environment(node, process.stdout.isTTY ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" });
  if (!process.stdout.isTTY) delete env["FORCE_COLOR"];
  // How npm was asked to talk, and that it runs us, is no business of the programs under test.
  for (const name of Object.keys(env))
    if (/^(?:npm_config_loglevel|npm_lifecycle_.*|NODE_ENV)$/i.test(name)) delete env[name];
  // Some three hundred processes read the same few scripts. Made anew for each run, or it would grow with every build.
  rmSync(compiled, { recursive: true, force: true });
  env["NODE_COMPILE_CACHE"] = compiled;
  env["QABYL_KEY_STORE"] = "none"; // a developer's own key store is none of the tests' business
  const { chromium, pageChromium } = await outside;
  if (chromium !== "") env["POS_CHROMIUM"] = chromium;

  const electron = findElectron();
  if (electron === null) notes.push("real Electron: not present; its project did not run; the harness stood in");
  else notes.push(`real Electron: ${electron}; its project ran`);
  if (electron !== null) env["POS_ELECTRON"] = electron;

  const vitest = scriptOf("vitest");
  /** @param {string} report @param {string[]} args */
  const vitestCommand = (report, ...args) => [
    node,
    vitest,
    "run",
    "--reporter=dot",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...args,
  ];
  // The packer mostly waits.
  const packing =
    pack && !stopping()
      ? runner("packaging", {
          command: vitestCommand(join(reports, "packaging.json"), packTest),
          read: readVitest,
          env,
          report: join(reports, "packaging.json"),
          suites: ["tooling"],
          beside: units.length > 0 || pages.length > 0,
        })
      : null;
  if (units.length > 0 && !stopping()) {
    const report = join(reports, "vitest.json");
    await runner("vitest", {
      command: vitestCommand(report, ...units.map((suite) => `tests/${suite}/`), `--exclude=${packTest}`),
      read: readVitest,
      env,
      report,
      suites: units,
    });
  }
  for (const suite of pages) {
    if (stopping()) break;
    const config = `tests/${suite}/playwright.config.ts`;
    const report = join(reports, `${suite}.json`);
    if (!existsSync(join(root, config))) {
      print(`FAILED ${suite}: ${config} is missing`);
      total.failed += 1;
      failures.push(`${suite}: ${config} is missing`);
      continue;
    }
    await runner(suite, {
      command: [node, scriptOf("playwright"), "test", `--config=${config}`, "--reporter=dot,json", "--retries=0"],
      read: (json) => readPlaywright(json, suite),
      env: { ...env, POS_CHROMIUM: pageChromium, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
      report,
      suites: [suite],
    });
  }
  await packing;
  if (stopping()) {
    total.failed += 1;
    failures.push("stopped before the end");
  }
  if (!built) notes.push("the build failed: tests of the built app ran on what was built before, or not at all");
  return summary(started);
});

const NOTHING_OUTSIDE = { chromium: "", pageChromium: "" };

/**
 * What the tests need of the system, installed where it is missing; it mostly waits, so the checks run meanwhile.
 * @param {string} node
 * @param {readonly string[]} units
 * @param {readonly string[]} pages
 */
async function fromOutside(node, units, pages) {
  /** @param {string} what @param {() => Promise<void>} work */
  const need = async (what, work) => {
    try {
      await work();
    } catch (error) {
      print(error instanceof Error ? error.message : String(error));
      total.failed += 1;
      failures.push(`${what}: see the remedies above`);
    }
  };
  const found = { ...NOTHING_OUTSIDE };
  // One after the other: the package manager has one lock.
  if (pages.length > 0 || units.some((suite) => ["harness", "electron", "node", "tooling", "prove"].includes(suite)))
    await need("no Chromium", async () => {
      found.chromium = (await findChromium()) ?? (await installChromium(node));
      found.pageChromium = pages.length > 0 ? await chromiumForPages(found.chromium) : found.chromium;
      print(`       Chromium: ${[...new Set([found.chromium, found.pageChromium])].join(", for pages ")}`);
    });
  if (units.some((suite) => ["adapters", "banks"].includes(suite))) await need("no broker for the tests", ensureKcat);
  if (units.includes("adapters")) await need("no key store for the tests", ensureKeyring);
  return found;
}

/** @param {unknown} error */
function unable(error) {
  print(error instanceof Trouble ? error.message : String(error instanceof Error ? error.stack : error));
  total.failed += 1;
  failures.push("the tools could not be prepared: nothing was tested");
  return summary(Date.now());
}

/** @param {number} started */
function summary(started) {
  print("");
  if (failures.length > 0) {
    print("Failed:");
    for (const line of failures) print(`  ${line}`);
    print("");
  }
  for (const note of notes) print(note);
  if (total.skipped > 0) print(`${total.skipped} skipped`);
  print(`took ${seconds(started)}`);
  print(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}
