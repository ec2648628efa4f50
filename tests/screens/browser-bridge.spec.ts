/** The page in an ordinary browser: how it gets in, how it loses the till program and finds it again. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Snapshot } from "../../contract/snapshot.ts";
import { serve } from "./support/server.ts";
import type { Server } from "./support/server.ts";
import { awaitingScan, ended, snapshot } from "./support/snapshots.ts";
import { expect, test } from "playwright/test";

const KEY = "one-time";
const TOKEN = "page-token";

/** A till program of a few lines: the door, the calls and the stream. */
class Host {
  readonly seen: { path: string; token: string | undefined; body: string }[] = [];
  readonly #streams = new Set<ServerResponse>();
  #server: Server | null = null;
  #key: string | null = KEY;
  last: Snapshot = snapshot();
  port = 0;

  async start(): Promise<void> {
    this.#server = await serve((request, response) => this.#answer(request, response), this.port);
    this.port = Number(new URL(this.#server.url).port);
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}/`;
  }

  push(next: Snapshot): void {
    this.last = next;
    for (const stream of this.#streams) stream.write(`${JSON.stringify(next)}\n`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): boolean {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    if (!["/session", "/call", "/watch"].includes(pathname)) return false;
    const token = request.headers["x-qabyl-page"]?.toString();
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      this.seen.push({ path: request.url ?? "", token, body });
      if (pathname === "/session") return this.#session(body, response);
      if (token !== TOKEN) return response.writeHead(401).end();
      if (pathname === "/call")
        return response
          .writeHead(200, { "Content-Type": "application/json" })
          .end(JSON.stringify({ ok: true, value: null }));
      response.writeHead(200, { "Content-Type": "application/x-ndjson" });
      response.write(`\n${JSON.stringify(this.last)}\n`);
      this.#streams.add(response);
      return response.on("close", () => this.#streams.delete(response));
    });
    return true;
  }

  #session(body: string, response: ServerResponse): void {
    if ((JSON.parse(body) as { key: string }).key !== this.#key) return void response.writeHead(401).end();
    this.#key = null;
    response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ token: TOKEN }));
  }
}

test("the key is used once and leaves the address; the token is a header from then on, also after a reload", async ({
  page,
}) => {
  const host = new Host();
  await host.start();
  await page.goto(`${host.url}?key=${KEY}`);
  await expect(page.getByTestId("screen")).toHaveAttribute("data-screen", "idle");
  expect(page.url()).toBe(host.url);
  await page.keyboard.type("2500");
  await page.keyboard.press("Enter");
  await expect.poll(() => host.seen.some(({ body }) => body.includes("payments.create"))).toBe(true);
  await page.reload();
  await expect(page.getByTestId("screen")).toBeVisible();
  const [first, ...rest] = host.seen;
  expect(first).toEqual({ path: "/session", token: undefined, body: JSON.stringify({ key: KEY }) });
  expect(rest.every(({ path, token }) => path !== "/session" && token === TOKEN)).toBe(true);
  expect(rest.some(({ path }) => path === "/watch?view=cashier")).toBe(true);
  await host.stop();
});

test("a page that is not let in says in three languages to open the till again", async ({ page }) => {
  const host = new Host();
  await host.start();
  for (const address of [host.url, `${host.url}?key=stale`]) {
    await page.goto(address);
    for (const text of ["Кассаны қайта ашыңыз", "Откройте кассу заново", "Open the till again"])
      await expect(page.getByTestId("locked")).toContainText(text);
  }
  expect(page.url()).toBe(host.url);
  await host.stop();
});

test("when the till program goes, a strip says so and the keys are dead; when it comes back, all is as the new process says", async ({
  page,
}) => {
  const host = new Host();
  await host.start();
  host.last = snapshot({ version: 900, current: awaitingScan() });
  await page.goto(`${host.url}?key=${KEY}`);
  await expect(page.getByTestId("qr")).toBeVisible();
  await host.stop();
  await expect(page.getByTestId("link-lost")).toBeVisible({ timeout: 4000 });
  await expect(page.getByTestId("qr"), "the QR stays: it can still be paid").toBeVisible();
  await expect(page.getByTestId("cancel")).toHaveAttribute("aria-disabled", "true");
  host.last = { ...snapshot({ current: ended("paid") }), version: 1, boot: "boot-2" };
  await host.start();
  await expect(page.getByTestId("result")).toHaveAttribute("data-state", "paid", { timeout: 6000 });
  await expect(page.getByTestId("link-lost")).toHaveCount(0);
  host.push({ ...snapshot(), version: 2, boot: "boot-2" });
  await expect(page.getByTestId("screen")).toHaveAttribute("data-screen", "idle");
  await host.stop();
});

test("a stream that has fallen silent is opened again", async ({ page }) => {
  await page.clock.install();
  const host = new Host();
  await host.start();
  await page.goto(`${host.url}?key=${KEY}`);
  await expect(page.getByTestId("screen")).toBeVisible();
  const opened = (): number => host.seen.filter(({ path }) => path.startsWith("/watch")).length;
  await page.clock.fastForward(20_000);
  expect(opened()).toBe(1);
  await page.clock.fastForward(6_000);
  await page.clock.fastForward(1_000);
  await expect.poll(opened).toBe(2);
  await host.stop();
});
