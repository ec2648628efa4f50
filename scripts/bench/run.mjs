/** Runs every measure, one after the other so that none disturbs another, and prints the table. Runs on Node 24. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright";
import { cacheDir, root } from "../lib/paths.mjs";
import { say, Trouble } from "../lib/say.mjs";
import { startBudget } from "./budget.mjs";
import { measureFootprint } from "./footprint.mjs";
import { load, machine } from "./machine.mjs";
import { measureOpening, measureStarts } from "./opening.mjs";
import { newPage } from "./pages.mjs";
import { provision, startBank, startHost } from "./programs.mjs";
import { report } from "./report.mjs";
import { measureSales } from "./sales.mjs";

const FULL = { totalMs: 172_000, starts: 4, pairs: 15, idleMs: 20_000, payments: 200, footprintMs: 38_000 };
const QUICK = { totalMs: 55_000, starts: 2, pairs: 4, idleMs: 8_000, payments: 40, footprintMs: 17_000 };

/**
 * @typedef {object} Results what could be measured
 * @property {Pick<Awaited<ReturnType<typeof measureStarts>>, "first" | "later">} [starts]
 * @property {Awaited<ReturnType<typeof measureOpening>>} [opening]
 * @property {Awaited<ReturnType<typeof measureSales>>} [sales]
 * @property {Awaited<ReturnType<typeof measureFootprint>>} [footprint]
 */

/**
 * @param {{ quick: boolean, samples: number, strict: boolean }} options
 * @param {string} executablePath of the browser
 * @returns {Promise<number>} the exit code
 */
export async function bench({ quick, samples, strict }, executablePath) {
  const size = quick ? QUICK : FULL;
  const dir = join(cacheDir, `bench-${process.pid}`);
  /** @type {(() => Promise<unknown>)[]} */
  const ends = [];
  /** @type {Error | null} */
  let over = null;
  const endAll = async () => {
    for (const end of ends.splice(0).toReversed()) await end().catch(() => undefined);
  };
  /** What still waits for a program that is gone fails at once. @param {Error} why */
  const giveUp = (why) => {
    over ??= why;
    void endAll();
  };
  const limit = setTimeout(() => giveUp(new Trouble("Out of time.")), size.totalMs);
  const interrupted = () => giveUp(new Trouble("Interrupted."));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);

  const before = load();
  /** @type {Results} */
  const results = {};
  let browserVersion = "";
  try {
    const budget = startBudget(size.totalMs);
    // A build by somebody else in the middle must not change what is measured.
    const dist = join(dir, "dist");
    mkdirSync(dir, { recursive: true });
    cpSync(join(root, "dist"), dist, { recursive: true });

    const bank = await startBank(dist, join(dir, "bank"));
    ends.push(bank.stop);
    await bank.configure(1);
    const data = join(dir, "data");
    const file = provision(join(dir, "provision"), bank);
    const start = async (/** @type {string | null} */ provisioned) => {
      const host = await startHost(dist, data, provisioned);
      ends.push(host.stop);
      return host;
    };
    const browser = await chromium.launch({ executablePath, handleSIGINT: false, handleSIGTERM: false });
    ends.push(() => browser.close());
    browserVersion = browser.version();

    say("Starts of the host ...");
    const { host: first, ...starts } = await measureStarts(start, file, size.starts);
    results.starts = starts;

    say("Opening of the screen ...");
    const goOn = () => over === null && budget.has(size.footprintMs + samples * 500);
    results.opening = await measureOpening({ browser, host: first, dir, pairs: size.pairs, goOn });

    say(`Sales on the screen (${samples}) ...`);
    const page = await newPage(browser);
    await page.goto(await first.freshUrl());
    await page.until("idle");
    const more = () => over === null && budget.has(size.footprintMs);
    results.sales = await measureSales({ bank, page, samples, goOn: more });
    await page.close();
    await first.stop();

    say(`Idle for ${size.idleMs / 1000} s, then ${size.payments} payments through the till API ...`);
    const host = await start(null);
    const idlePage = await newPage(browser);
    await idlePage.goto(await host.freshUrl());
    await idlePage.until("idle");
    results.footprint = await measureFootprint({
      browser,
      bank,
      host,
      page: idlePage,
      idleMs: size.idleMs,
      payments: size.payments,
      goOn: () => over === null && budget.has(5_000),
    });
    await idlePage.close();
  } catch (error) {
    over ??= error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(limit);
    process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
    await endAll();
    rmSync(dir, { recursive: true, force: true });
  }
  const loads = { before, after: load() };
  const { text, missed, unmeasured } = report(results, { ...machine(), browser: browserVersion, loads, quick });
  process.stdout.write(text);
  if (over !== null) {
    say(`Not everything was measured: ${over instanceof Trouble ? over.message : String(over.stack)}`);
    return 1;
  }
  return strict && missed + unmeasured > 0 ? 1 : 0;
}
