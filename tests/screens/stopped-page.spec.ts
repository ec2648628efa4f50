/** After five faults another page stands in the till's place: one that was open gives way to it, and it fits on a till's screen. */
import { expect, test } from "playwright/test";
import { startingPage, stoppedPage, type StoppedPage } from "../../main/stopped.ts";
import { serve } from "./support/server.ts";
import { snapshot } from "./support/snapshots.ts";

const FACTS = {
  incident: "5B216EB2",
  since: "2026-03-02T09:15:00.000Z",
  support: "+7 727 000 00 00",
  api: true,
  alone: false,
};

test("an open till page gives way to the page that says why, and comes back by itself", async ({ page }) => {
  let stopped = false;
  let again = false;
  let goes = (): void => undefined;
  const server = await serve((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const show = ({ headers, content }: StoppedPage): boolean => {
      response.writeHead(200, { ...headers }).end(content);
      return true;
    };
    if (pathname === "/again") {
      [stopped, again] = [false, true];
      return show(startingPage(false));
    }
    if (pathname === "/" && stopped) return show(stoppedPage(FACTS, ""));
    if (pathname === "/session") return Boolean(response.writeHead(200).end(JSON.stringify({ token: "page-token" })));
    if (pathname !== "/watch") return false;
    if (stopped) return Boolean(response.writeHead(503, { "x-qabyl-stopped": "1" }).end("{}"));
    response.writeHead(200, { "Content-Type": "application/x-ndjson" }).write(`${JSON.stringify(snapshot())}\n`);
    if (again) return true;
    // The host goes, and comes back as the other page.
    goes = () => {
      stopped = true;
      response.destroy();
    };
    return true;
  });
  await page.goto(`${server.url}?key=once`);
  await expect(page.getByTestId("screen")).toBeVisible();
  goes();
  await expect(page.getByText("Касса остановлена")).toBeVisible();
  await expect(page.getByText("5B216EB2")).toBeVisible();
  await page.getByRole("button").click();
  await expect(page.getByTestId("screen")).toBeVisible({ timeout: 10_000 });
  await server.close();
});

test("it fits on a till's screens without scrolling, and its button can be hit", async ({ page }) => {
  const server = await serve((_request, response) => {
    const { headers, content } = stoppedPage(FACTS, "x".repeat(43));
    return Boolean(response.writeHead(503, { ...headers }).end(content));
  });
  for (const [width, height] of [
    [1024, 768],
    [1080, 1920],
    [800, 480],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(server.url);
    const seen = await page.evaluate(() => [
      document.documentElement.scrollHeight,
      document.documentElement.scrollWidth,
    ]);
    expect(seen).toEqual([height, width]);
    const box = await page.getByRole("button").boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(48);
  }
  await server.close();
});

for (const alone of [true, false])
  test(`${alone ? "before a customer it lets no key of the browser through" : "a cashier's keeps its browser's keys"}`, async ({
    page,
  }) => {
    let begun = 0;
    const facts = { ...FACTS, alone };
    const server = await serve((request, response) => {
      if (request.method === "POST") begun += 1;
      // The page that waits asks each second: unanswered, it stays.
      else if (begun > 0) return true;
      const { headers, content } = begun > 0 ? startingPage(alone) : stoppedPage(facts, "x".repeat(43));
      return Boolean(response.writeHead(200, { ...headers }).end(content));
    });
    const passing = (): Promise<string[]> =>
      page.evaluate(() => {
        const passes = (event: Event): boolean => document.body.dispatchEvent(event);
        const more = { bubbles: true, cancelable: true };
        const key = (name: string, held = {}): [string, Event] => [
          name + JSON.stringify(held),
          new KeyboardEvent("keydown", { key: name, ...held, ...more }),
        ];
        const control = { ctrlKey: true };
        const all: [string, Event][] = [
          ...["F1", "F5", "F11", "F12", "ContextMenu", "BrowserHome"].map((name) => key(name)),
          ...["n", "t", "p", "o", "w", "u"].map((name) => key(name, control)),
          key("i", { ctrlKey: true, shiftKey: true }),
          key("ArrowLeft", { altKey: true }),
          ["menu", new MouseEvent("contextmenu", more)],
          ["wheel", new WheelEvent("wheel", { ...control, ...more })],
          ["middle", new MouseEvent("auxclick", { button: 1, ...more })],
          ["drop", new DragEvent("drop", more)],
        ];
        return all.filter(([, event]) => passes(event)).map(([name]) => name);
      });
    await page.goto(server.url);
    expect(await passing()).toHaveLength(alone ? 0 : 18);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect.poll(() => begun).toBe(1);
    await expect(page.getByRole("button")).toHaveCount(0);
    expect(await passing()).toHaveLength(alone ? 0 : 18);
    await server.close();
  });
