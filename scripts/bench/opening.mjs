/** From the start of the navigation to a till that can be used, against a blank page of the same React. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { median } from "./figures.mjs";
import { newPage } from "./pages.mjs";
import { startBlank } from "./programs.mjs";

/**
 * The host's own start: the first one on an empty folder, which takes the provisioning file in, and later ones without
 * it, as a technician is told to delete it: the banner that says so would hide the idle screen that a shop sees. The
 * last host is left running.
 * @param {(provisioned: string | null) => Promise<import("./programs.mjs").Host>} start
 * @param {string} provisioned
 * @param {number} count
 */
export async function measureStarts(start, provisioned, count) {
  let host = await start(provisioned);
  const first = host.readyMs;
  rmSync(provisioned);
  const later = [];
  for (let i = 0; i < count; i += 1) {
    await host.stop();
    host = await start(null);
    later.push(host.readyMs);
  }
  return { host, first, later };
}

/**
 * Alternating, each in a fresh context: no cache, no storage, a renderer process of its own.
 * @param {object} with_
 * @param {import("playwright").Browser} with_.browser
 * @param {import("./programs.mjs").Host} with_.host
 * @param {string} with_.dir
 * @param {number} with_.pairs
 * @param {() => boolean} with_.goOn
 */
export async function measureOpening({ browser, host, dir, pairs, goOn }) {
  const { headers } = await fetch(`${host.origin}/`);
  const blank = await startBlank(join(dir, "opening"), headers);
  /** @type {{ till: number, blank: number }[]} */
  const times = [];
  try {
    await open(browser, blank.url, "blank");
    await open(browser, await host.freshUrl(), "idle");
    for (let i = 0; i < pairs && goOn(); i += 1) {
      const url = await host.freshUrl();
      const pair = { till: 0, blank: 0 };
      if (i % 2 === 0) pair.till = await open(browser, url, "idle");
      pair.blank = await open(browser, blank.url, "blank");
      if (i % 2 === 1) pair.till = await open(browser, url, "idle");
      times.push(pair);
    }
  } finally {
    await blank.stop();
  }
  return {
    pairs: times.length,
    till: median(times.map((pair) => pair.till)),
    blank: median(times.map((pair) => pair.blank)),
    ratio: median(times.map((pair) => pair.till / pair.blank)),
    ratios: times.map((pair) => pair.till / pair.blank),
  };
}

/**
 * @param {import("playwright").Browser} browser
 * @param {string} url
 * @param {"idle" | "blank"} screen
 * @returns {Promise<number>} milliseconds since the start of the navigation
 */
async function open(browser, url, screen) {
  const page = await newPage(browser);
  try {
    await page.goto(url, { waitUntil: "commit" });
    return (await page.until(screen)).painted;
  } finally {
    await page.close();
  }
}
