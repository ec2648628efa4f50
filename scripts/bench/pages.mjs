/** A page of the real browser with the recorder in it. */
import { join } from "node:path";
import { root } from "../lib/paths.mjs";

const SCREEN_MS = 15_000;

/** @typedef {{ name: string, hand: number | null, inDocument: number, painted: number }} Seen */
/** @typedef {Awaited<ReturnType<typeof newPage>>} BenchPage */

/** What to add to our performance.now() to have the system's clock; found as the page finds its own. */
function wallOffset() {
  let offset = -Infinity;
  for (let i = 0; i < 8; i += 1) {
    const before = Date.now();
    while (Date.now() === before);
    offset = Math.max(offset, Date.now() - performance.now());
  }
  return offset;
}

/** @param {import("playwright").Browser} browser */
export async function newPage(browser) {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 } });
  await context.addInitScript({ path: join(root, "scripts", "bench", "in-page.js") });
  const page = await context.newPage();
  page.setDefaultTimeout(SCREEN_MS);
  const devtools = await context.newCDPSession(page);

  /**
   * @param {string} name
   * @returns {Promise<Seen>}
   */
  async function until(name) {
    /** @type {NodeJS.Timeout | undefined} */
    let limit;
    const late = new Promise((_, reject) => {
      limit = setTimeout(() => reject(new Error(`no screen "${name}" within ${SCREEN_MS / 1000} s`)), SCREEN_MS);
    });
    try {
      return await /** @type {Promise<Seen>} */ (
        Promise.race([page.evaluate(`bench.until(${JSON.stringify(name)})`), late])
      );
    } finally {
      clearTimeout(limit);
    }
  }

  /** @returns {Promise<{ x: number, y: number } | null>} */
  const where = () => page.evaluate("bench.payAt('kaspi')");

  return {
    until,
    /** @type {import("playwright").Page["goto"]} */
    goto: (url, options) => page.goto(url, options),
    close: () => context.close(),
    /**
     * A sum as a person types it.
     * @param {string} digits
     */
    type: (digits) => page.keyboard.type(digits, { delay: 40 }),
    enter: () => page.keyboard.press("Enter"),
    /** A tap on the way to pay: the finger comes down and leaves at once. */
    async tapPay() {
      const at = await where();
      if (at === null) throw new Error("the way to pay is off");
      const button = /** @type {const} */ ({ ...at, button: "left", clickCount: 1 });
      await Promise.all([
        devtools.send("Input.dispatchMouseEvent", { type: "mousePressed", ...button }),
        devtools.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...button }),
      ]);
    },
    canPay: async () => (await where()) !== null,
    /** @returns {Promise<string>} */
    payload: () => page.evaluate("bench.payload()"),
    /** What to add to a time of the page to have it on our own clock; good to some tenths of a millisecond. */
    async clockOffset() {
      const theirs = Number(await page.evaluate("bench.wallOffset()"));
      return theirs - wallOffset();
    },
    /** Bytes that the page's JavaScript holds on to. */
    async heap() {
      await devtools.send("HeapProfiler.collectGarbage");
      return (await devtools.send("Runtime.getHeapUsage")).usedSize;
    },
  };
}
