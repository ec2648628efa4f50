/** What the till takes of the machine: memory after the start and after many payments, processor time while idle. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Resident memory of a process in bytes; null where the system does not tell.
 * @param {number} pid
 * @returns {number | null}
 */
function residentOf(pid) {
  try {
    if (process.platform === "linux")
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
    if (process.platform === "darwin")
      return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;
  } catch {
    // Not told.
  }
  return null;
}

/**
 * Processor time of a process so far in milliseconds; null where the system does not tell.
 * @param {number} pid
 * @returns {number | null}
 */
function processorTimeOf(pid) {
  if (process.platform !== "linux") return null;
  try {
    const perSecond = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
    // After the name in brackets, which may hold anything, utime and stime are the 12th and 13th field.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / perSecond;
  } catch {
    return null;
  }
}

/**
 * The same of all of the browser's processes, by type.
 * @param {import("playwright").Browser} browser
 * @returns {Promise<number>}
 */
async function browserTime(browser) {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
  await devtools.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}

/**
 * @param {object} with_
 * @param {import("playwright").Browser} with_.browser
 * @param {import("./programs.mjs").Bank} with_.bank
 * @param {import("./programs.mjs").Host} with_.host
 * @param {import("./pages.mjs").BenchPage} with_.page at the idle screen of that host
 * @param {number} with_.idleMs
 * @param {number} with_.payments
 * @param {() => boolean} with_.goOn
 */
export async function measureFootprint({ browser, bank, host, page, idleMs, payments, goOn }) {
  await sleep(1000);
  const before = { host: processorTimeOf(host.pid), browser: await browserTime(browser), at: performance.now() };
  await sleep(idleMs);
  const passed = performance.now() - before.at;
  const after = { host: processorTimeOf(host.pid), browser: await browserTime(browser) };
  const idle = {
    seconds: passed / 1000,
    host: before.host === null || after.host === null ? null : (100 * (after.host - before.host)) / passed,
    browser: (100 * (after.browser - before.browser)) / passed,
  };

  const memory = [{ payments: 0, resident: residentOf(host.pid), heap: await page.heap() }];
  await bank.configure(1);
  let done = 0;
  const started = performance.now();
  while (done < payments && goOn()) {
    await payOnce(bank, host);
    done += 1;
    if (done === Math.floor(payments / 2)) memory.push({ payments: done, resident: residentOf(host.pid), heap: 0 });
  }
  const took = performance.now() - started;
  await page.until("idle");
  await sleep(1000);
  memory.push({ payments: done, resident: residentOf(host.pid), heap: await page.heap() });
  return { idle, memory, payments: done, perPayment: done === 0 ? null : took / done };
}

/**
 * A whole sale through the till API: asked about at once, so that it does not wait for the polling interval.
 * @param {import("./programs.mjs").Bank} bank
 * @param {import("./programs.mjs").Host} host
 */
async function payOnce(bank, host) {
  const key = { "idempotency-key": randomUUID() };
  const made = await host.api("POST", "/payments", { amount: "500.00", provider: "kaspi" }, key);
  if (made.status !== 201 || made.body.state !== "awaiting_scan")
    throw new Error(`POST /payments: ${made.status} ${JSON.stringify(made.body)}`);
  await bank.act(made.body.bankId, "pay");
  let { body } = await host.api("POST", `/payments/${made.body.id}/refresh`);
  for (let i = 0; i < 100 && body.state !== "paid"; i += 1) {
    await sleep(50);
    ({ body } = await host.api("GET", `/payments/${made.body.id}`));
  }
  if (body.state !== "paid") throw new Error(`a payment stayed ${body.state}`);
  await host.api("POST", `/payments/${made.body.id}/dismiss`);
}
