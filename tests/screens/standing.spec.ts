/** A screen that stands there for months: it stays on, is dimmed at night, moves a little, and does not grow. */
import { isBetween } from "../../renderer/shop-hours.ts";
import { awaitingConfirmation, awaitingScan, ended, payment, snapshot } from "./support/snapshots.ts";
import { kiosk } from "./support/kiosk.ts";
import { expect, freshTest as test, openTill } from "./support/till.ts";

declare global {
  interface Window {
    held: string[];
  }
}

/** A night has some hundreds; docs/adr/0056 says how that many are tried. */
const SALES = Number(process.env["POS_SALES"] ?? 40);
/** In these what is made once is made: chunks, words, caches. */
const WARM = Math.ceil(SALES / 5);

test(`${String(SALES)} sales at one kiosk leave nothing in the page: heap, nodes and listeners stay flat`, async ({
  page,
  url,
}) => {
  test.setTimeout(60_000 + SALES * 500);
  const till = await openTill(page, url, kiosk({}, { voice: true }));
  await till.id("spoken").waitFor({ state: "attached" });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const measure = async (): Promise<Record<string, number>> => {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const sale = [
    kiosk({ current: payment({ state: "creating" }) }, { voice: true }),
    kiosk({ current: awaitingScan() }, { voice: true }),
    kiosk({ current: awaitingConfirmation() }, { voice: true }),
    kiosk({ current: ended("paid") }, { voice: true }),
    kiosk({}, { voice: true }),
  ];
  const serve = (first: number, count: number): Promise<void> =>
    page.evaluate(
      async ({ steps, from, many }) => {
        const { port1, port2 } = new MessageChannel();
        // A timer would be held back by 4 ms each.
        const turn = (): Promise<void> =>
          new Promise((resolve) => {
            port1.addEventListener("message", () => resolve(), { once: true });
            port2.postMessage(null);
          });
        port1.start();
        for (let index = from; index < from + many; index++) {
          // The catalogue is touched too: what a customer chooses is forgotten with him.
          document
            .querySelector<HTMLElement>(`[data-testid="language-${["kk", "ru", "en"][index % 3] ?? ""}"]`)
            ?.click();
          await turn();
          document.querySelector<HTMLElement>("[data-testid^=good-], [data-testid^=product-]")?.click();
          await turn();
          for (const [step, shown] of steps.entries()) {
            const current = shown.current && {
              ...shown.current,
              id: `p-${String(index)}`,
              number: `A1-${String(index)}`,
            };
            window.fakeTill.push({ ...shown, current, version: 1_000_000 + index * 10 + step });
            await turn();
          }
          // What the test itself has written down.
          [window.fakeTill.calls, window.clips, window.cues] = [[], [], []];
        }
        port1.close();
      },
      { steps: sale, from: first, many: count },
    );
  // The last screens are let go of only when React has drawn others and their sentences are over.
  const settled = async (): Promise<Record<string, number>> => {
    await page.waitForTimeout(4_000);
    return measure();
  };
  await serve(0, WARM);
  const before = await settled();
  await serve(WARM, SALES - WARM);
  const after = await settled();
  const grown = (name: string): number => (after[name] ?? Infinity) - (before[name] ?? 0);
  expect(grown("Nodes"), "nodes").toBeLessThan(60);
  expect(grown("JSEventListeners"), "listeners").toBeLessThan(20);
  // A screen that was kept would be some 30 KB a sale; what the engine learns levels off.
  expect(grown("JSHeapUsedSize"), "bytes").toBeLessThan(Math.max(512, 2 * (SALES - WARM)) * 1024);
});

test("the screen is kept on where a customer stands alone, and while a code can be paid", async ({ page, url }) => {
  await page.addInitScript(() => {
    window.held = [];
    const wakeLock = {
      request: (kind: string) => {
        window.held.push(kind);
        const lock = {
          released: false,
          release: () => {
            if (!lock.released) window.held.splice(window.held.indexOf(kind), 1);
            lock.released = true;
            return Promise.resolve();
          },
        };
        Object.assign(window, { lastLock: lock });
        return Promise.resolve(lock);
      },
    };
    Object.defineProperty(navigator, "wakeLock", { value: wakeLock });
  });
  const held = () => page.evaluate(() => window.held);
  const till = await openTill(page, url);
  expect(await held(), "a cashier's idle screen may sleep").toEqual([]);
  await till.show({ current: awaitingScan() });
  expect(await held()).toEqual(["screen"]);
  await till.show({ current: ended("paid") });
  await expect.poll(held).toEqual([]);
  await till.show(kiosk());
  await expect.poll(held).toEqual(["screen"]);
  // The browser lets go of it when the page is hidden, and does not take it up again.
  await page.evaluate(() => {
    void (window as unknown as { lastLock: { release(): Promise<void> } }).lastLock.release();
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(held).toEqual(["screen"]);
  await till.show(snapshot());
  await expect.poll(held).toEqual([]);
});

test("at night the attract screen is dim until somebody touches it; nothing else is", async ({ page, url }) => {
  // One o'clock at night in Almaty.
  await page.clock.install({ time: new Date("2026-11-22T20:00:00Z") });
  const night = { from: "23:00", to: "07:30", percent: 20 };
  const till = await openTill(page, url, kiosk({ night }));
  const dim = till.id("night");
  await expect(dim).toHaveCSS("opacity", "0.8");
  await page.mouse.move(500, 300);
  await page.mouse.down();
  await expect(dim).toHaveCount(0);
  await page.mouse.up();
  await till.show(kiosk({ night, current: awaitingScan() }));
  await expect(dim).toHaveCount(0);
  await till.show(kiosk({ night }));
  await page.clock.runFor(90_000);
  await expect(dim).toHaveCount(1);
  // Meanwhile it has moved, by no more than a hand's breadth of pixels.
  const moved = await page.evaluate(() => document.querySelector<HTMLElement>(".till")?.style.transform);
  expect(moved).toMatch(/^translate\((-?6|0)px, (-?6|0)px\) scale\(1\.015\)$/);
  await till.show(kiosk({ night, current: awaitingScan() }));
  expect(await page.evaluate(() => document.querySelector<HTMLElement>(".till")?.style.transform)).toBe("");
  await till.show(kiosk({ night: { ...night, from: "02:00" } }));
  await expect(dim).toHaveCount(0);
});

test("a night may go over midnight", () => {
  expect(["22:59", "23:00", "00:00", "07:29", "07:30"].map((time) => isBetween(time, "23:00", "07:30"))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
  expect(["12:59", "13:00", "13:59", "14:00"].map((time) => isBetween(time, "13:00", "14:00"))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(isBetween("05:00", "05:00", "05:00")).toBe(false);
});
