/** A page of somebody else in a browser on the same machine, in real Chromium: it reads nothing and does nothing here. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium } from "../harness/chromium.ts";
import { openAttackedHost, type AttackedHost } from "../support/attacked-host.ts";

/** A name of theirs that leads to this machine: by their own name server, as with DNS rebinding. */
const THEIRS = "evil.example";

let till: AttackedHost;
let before: unknown;
let server: Server;
let port: number;
let browser: Browser;
beforeAll(async () => {
  till = await openAttackedHost();
  before = await till.state();
  server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>theirs</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
  // Newer browsers ask before a page reaches into this machine; the till does not build on that.
  const newer = "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests";
  const args = ["--no-sandbox", newer, `--host-resolver-rules=MAP ${THEIRS} 127.0.0.1`];
  browser = await chromium.launch({ executablePath: findChromium(), args });
}, 60_000);
afterAll(async () => {
  await browser.close();
  server.close();
  await till.close();
});

async function open(address: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

const WAYS = [
  "/",
  "/api/v1/health",
  "/api/v1/payments",
  "/session",
  "/call",
  "/watch?view=cashier",
  "/assets/index.js",
] as const;

/** Everything a page can send without being asked; what it could read of it. */
function attack([origin, token, own, ways]: readonly [string, string, string, readonly string[]]): Promise<string[]> {
  const body = JSON.stringify({ amount: "7.00", provider: "kaspi" });
  const json = { "content-type": "application/json" };
  const read: string[] = [];
  const tries: Promise<unknown>[] = [];
  const fetched = (what: string, path: string, init: RequestInit): void =>
    void tries.push(
      fetch(origin + path, init).then(
        async (response) => {
          const text = await response.text();
          if (response.type !== "opaque" || text !== "") read.push(`${what}: ${response.status} ${text.slice(0, 80)}`);
        },
        () => undefined,
      ),
    );
  const right = { authorization: `Bearer ${token}` };
  fetched("cors with the token", "/api/v1/health", { headers: right });
  fetched("cors post with the token", "/api/v1/payments", {
    method: "POST",
    headers: { ...right, ...json, "idempotency-key": "theirs" },
    body,
  });
  fetched("cors post with the page's", "/call", {
    method: "POST",
    headers: { ...json, "x-qabyl-page": own },
    body: '{"name":"health","input":{}}',
  });
  fetched("cors of the stream", "/watch?view=cashier", { headers: { "x-qabyl-page": own } });
  fetched("cors, simple", "/", {});
  for (const path of ways) {
    fetched(`blind get ${path}`, path, { mode: "no-cors", credentials: "include" });
    fetched(`blind post ${path}`, path, { mode: "no-cors", method: "POST", body });
    navigator.sendBeacon(origin + path, body);
    const frame = document.createElement("iframe");
    frame.name = `frame${tries.length}`;
    document.body.append(frame);
    for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const form = document.createElement("form");
      Object.assign(form, { method: "post", action: origin + path, enctype, target: frame.name });
      const input = document.createElement("input");
      Object.assign(input, { name: '{"amount":"7.00","provider":"kaspi","description":"', value: '"}' });
      form.append(input);
      document.body.append(form);
      form.submit();
    }
    for (const [tag, key] of [
      ["img", "src"],
      ["script", "src"],
      ["link", "href"],
      ["iframe", "src"],
      ["object", "data"],
    ] as const) {
      const element = document.createElement(tag);
      Object.assign(element, { [key]: origin + path, ...(tag === "link" ? { rel: "stylesheet" } : {}) });
      tries.push(
        new Promise((done) => {
          element.onerror = done;
          element.onload = () => {
            if (tag === "img" || tag === "script" || tag === "link") read.push(`${tag} ${path}`);
            done(null);
          };
          setTimeout(done, 2_000);
        }),
      );
      document.body.append(element);
    }
  }
  for (const path of ["/api/v1/events", "/watch?view=cashier"]) {
    const source = new EventSource(origin + path);
    source.onmessage = ({ data }) => read.push(`EventSource ${String(data)}`);
    const socket = new WebSocket(origin.replace("http", "ws") + path);
    socket.onopen = () => read.push(`WebSocket ${path}`);
    tries.push(new Promise((done) => (socket.onclose = done)));
  }
  return Promise.all(tries).then(async () => {
    await new Promise((done) => setTimeout(done, 300));
    for (const frame of document.querySelectorAll("iframe"))
      try {
        const text = frame.contentWindow?.document.body.textContent ?? "";
        if (text !== "" && frame.contentWindow?.location.href !== "about:blank") read.push(`iframe ${text}`);
      } catch {
        // Another origin: not to be read.
      }
    return read;
  });
}

describe("a page of another origin", () => {
  it.each<[string, () => string, readonly string[]]>([
    ["of another site", (): string => `http://${THEIRS}:${port}/`, WAYS],
    // What is told apart by the origin alone, once more; the rest is the same for all of them.
    ["of another port of this machine", (): string => `http://127.0.0.1:${port}/`, WAYS.slice(2, 5)],
    ["of localhost", (): string => `http://localhost:${port}/`, WAYS.slice(2, 5)],
  ])(
    "%s reads nothing and does nothing, not even with the right tokens",
    async (_, address, ways) => {
      const page = await open(address());
      const read = await page.evaluate(attack, [till.origin, till.token, till.page, ways] as const);
      expect(read).toEqual([]);
      expect(await till.state()).toEqual(before);
      await page.close();
    },
    40_000,
  );

  it("that opens the till's page in a window gets no hold of it, and the page is empty without a key", async () => {
    const page = await open(`http://${THEIRS}:${port}/`);
    const [popup] = await Promise.all([
      page.context().waitForEvent("page"),
      page.evaluate((to) => void Object.assign(globalThis, { theirs: window.open(to) }), till.origin),
    ]);
    await popup.waitForLoadState();
    expect(await popup.evaluate(() => [document.body.textContent, window.opener === null])).toEqual(["", true]);
    const held = await page.evaluate(() => {
      const { theirs } = globalThis as unknown as { theirs: Window };
      try {
        return [theirs.closed, theirs.document.title];
      } catch {
        return [theirs.closed, "refused"];
      }
    });
    expect(held[1]).not.toBe("screen");
    expect(await till.state()).toEqual(before);
    await page.context().close();
  }, 40_000);
});

describe("DNS rebinding", () => {
  it("a page whose own name has come to mean this machine is not served, though it is of one origin with what it asks", async () => {
    const page = await browser.newPage();
    const answer = await page.goto(`http://${THEIRS}:${till.port}/`);
    expect(answer?.status()).toBe(403);
    // Their own page, from when the name still meant their machine.
    const theirs = `http://${THEIRS}:${till.port}/theirs`;
    await page.route(theirs, (route) => route.fulfill({ contentType: "text/html", body: "<title>theirs</title>" }));
    await page.goto(theirs);
    const statuses = await page.evaluate(
      async ([token, own]) => {
        const json = { "content-type": "application/json" };
        const right = { authorization: `Bearer ${token}` };
        const ask = async (path: string, init: RequestInit = {}): Promise<string> => {
          const response = await fetch(path, init);
          const { error } = (await response.json()) as { error: { code: string } };
          return `${response.status} ${error.code}`;
        };
        return Promise.all([
          ask("/api/v1/health", { headers: right }),
          ask("/api/v1/payments", {
            method: "POST",
            headers: { ...right, ...json, "idempotency-key": "r" },
            body: '{"amount":"7.00","provider":"kaspi"}',
          }),
          ask("/call", {
            method: "POST",
            headers: { ...json, "x-qabyl-page": own },
            body: '{"name":"payments.list","input":{}}',
          }),
          ask("/session", { method: "POST", headers: json, body: '{"key":"x"}' }),
          ask("/watch?view=cashier", { headers: { "x-qabyl-page": own } }),
          ask("/index.html"),
        ]);
      },
      [till.token, till.page] as const,
    );
    expect(new Set(statuses)).toEqual(new Set(["403 forbidden"]));
    expect(await till.state()).toEqual(before);
    await page.close();
  }, 40_000);
});

it("the till's own page is served meanwhile, and the sale goes on", async () => {
  expect(await till.call("payments.get", { id: till.sale.id })).toMatchObject({
    ok: true,
    value: { state: "awaiting_scan" },
  });
});
