/** Parts of the page that are fetched when they are opened. */
import { awaitingScan } from "./support/snapshots.ts";
import { expect, freshTest, openTill } from "./support/till.ts";

// Not the usual till: that one fails on what the browser says of a file it cannot have.
freshTest(
  "a place that cannot be fetched leaves the till as it was, and the next payment is seen",
  async ({ page, url }) => {
    await page.route(/\/assets\/Desk-.*\.js$/, (route) => route.abort());
    const till = await openTill(page, url);
    await till.id("open-settings").click();
    await expect(till.id("screen")).toHaveAttribute("data-screen", "idle");
    await till.show({ current: awaitingScan() });
    await expect(till.id("screen")).toHaveAttribute("data-screen", "qr");
  },
);
