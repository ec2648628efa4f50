/** The bank's page in a browser (checklist G2): our own page before it and the way back after it, over real HTTP. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, request, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer, get as httpsGet } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BankPage, OfferedPage } from "../../main/core/ports.ts";
import { createBrowserPages, type BrowserPages } from "../../main/node/bank-page.ts";
import { createKeys } from "../../main/node/keys.ts";
import { createScreen } from "../../main/node/screen.ts";
import { listen, type Listening } from "../../main/server.ts";
import { openServers, type Servers } from "../../main/servers.ts";
import { loopbackPlace, type Place } from "../../main/till/guard.ts";
import { createCa, issueServer } from "../../simulator/ca.ts";
import { findChromium } from "../harness/chromium.ts";
import { openDesk, type Desk } from "../support/desk.ts";
import { ask, type Answered } from "../support/http-client.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const FIELDS = { PaReq: `p+/="><script>alert(1)</script>`, MD: "mark & 'more'" };
const WINDOW = { "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
/** As Chromium posts from the bank's page. */
const FROM_BANK = {
  ...FORM,
  origin: "https://acs.bank.example",
  "sec-fetch-site": "cross-site",
  "sec-fetch-mode": "navigate",
  "sec-fetch-dest": "document",
};

let desk: Desk;
let pages: BrowserPages;
let server: Listening;
let root: string;
let told: unknown[][];

beforeAll(async () => {
  desk = await openDesk();
  pages = createBrowserPages();
  root = await mkdtemp(join(tmpdir(), "qabyl-bank-page-"));
  await writeFile(join(root, "index.html"), "<!doctype html><title>till</title>");
  const screen = createScreen(
    desk.core,
    createKeys(() => 0),
    root,
    pages,
  );
  let place: Place | null = null;
  server = await listen((incoming, response) => void (place && screen(incoming, response, place)), {
    address: "127.0.0.1",
    port: 0,
  });
  place = loopbackPlace(server.port);
});
afterAll(async () => {
  await server.close();
  await desk.close();
  await rm(root, { recursive: true, force: true });
});
beforeEach(() => {
  told = [];
});

function offer(page: Partial<BankPage> = {}, tell = told): OfferedPage & { readonly path: string } {
  const offered = pages.offer(
    { action: "https://acs.bank.example/pa?id=1", fields: FIELDS, ...page },
    {
      back: (fields) => void tell.push(["back", fields]),
      opened: () => void tell.push(["opened"]),
      closed: () => void tell.push(["closed"]),
      failed: (detail) => void tell.push(["failed", detail]),
    },
  );
  return { ...offered, path: offered.path ?? "" };
}
const get = (path: string, headers: Record<string, string> = WINDOW): Promise<Answered> =>
  ask(server.port, { path, headers });
const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = FROM_BANK) =>
  ask(server.port, { method: "POST", path, headers, body });
/** The address for the way back, as the page tells it to the bank. */
async function wayBack(offered: { readonly path: string }): Promise<string> {
  const { text } = await get(offered.path);
  const [, address = ""] = /name="TermUrl" value="([^"]*)"/.exec(text) ?? [];
  expect(address).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${server.port}/3ds/[A-Za-z0-9_-]{22}$`));
  return new URL(address).pathname;
}

describe("our page before the bank's", () => {
  it("posts the bank's fields as they are, and may do nothing else", async () => {
    const { path } = offer();
    expect(path).toMatch(/^\/bank\/[A-Za-z0-9_-]{22}$/);
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
    });
    expect(answer.headers["cross-origin-opener-policy"]).toBeUndefined();
    expect(answer.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'; script-src 'sha256-[^']+'; form-action https:$/,
    );
    expect(answer.text).not.toContain("<script>alert");
    expect(answer.text).toContain('action="https://acs.bank.example/pa?id=1"');
    expect(answer.text.match(/<script/g)).toHaveLength(1);
    expect(told).toEqual([["opened"]]);
  });
  it("is there again while it is offered, and gone after that", async () => {
    const offered = offer();
    const [first, second] = [await get(offered.path), await get(offered.path)];
    expect([first.status, second.text]).toEqual([200, first.text]);
    offered.end();
    offered.end();
    expect((await get(offered.path)).status).toBe(404);
  });
  it("is guessed by nobody: no ticket, a wrong one, the other payment's, the nonce", async () => {
    const [one, other] = [offer(), offer()];
    expect(one.path).not.toBe(other.path);
    const nonce = (await wayBack(one)).replace("/3ds/", "/bank/");
    for (const path of ["/bank/", "/bank/x", `${one.path}x`, `${one.path}/`, `${one.path}?x`, nonce])
      expect((await get(path)).status, path).toBe(404);
    other.end();
    expect((await get(one.path)).status).toBe(200);
  });
  it.each([
    ["another method", { method: "POST" }, 405],
    ["HEAD", { method: "HEAD" }, 405],
    ["a foreign Host", { headers: { ...WINDOW, host: "localhost" } }, 403],
    ["a rebound name", { headers: { ...WINDOW, host: "evil.example" } }, 403],
    ["a foreign page's link", { headers: { ...WINDOW, "sec-fetch-site": "cross-site" } }, 403],
    ["a foreign Origin", { headers: { origin: "https://evil.example" } }, 403],
    ["a frame", { headers: { ...WINDOW, "sec-fetch-dest": "iframe" } }, 403],
    ["a script", { headers: { ...WINDOW, "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" } }, 403],
  ])("is not for %s", async (_, how, status) => {
    const { path } = offer();
    const answer = await ask(server.port, { path, headers: WINDOW, ...how });
    expect(answer.status).toBe(status);
    expect(answer.text).not.toContain("PaReq");
    expect(told).toEqual([]);
  });
  it.each([
    ["kk", "Банк бетіне өту"],
    ["ru", "Перейти на страницу банка"],
    ["en", "Go to the bank's page"],
  ] as const)("has a button for a browser without script, in %s", async (language, words) => {
    await desk.core.call({ kind: "person", name: "cashier" }, "language.set", { language });
    const { text } = await get(offer().path);
    expect(text).toContain(`<html lang="${language}">`);
    expect(text).toContain(`<button>${words}</button>`);
  });
});

describe("the way back", () => {
  const BODY = "PaRes=a%2Bb%2Fc%3D&MD=mark+%26+%27more%27";

  it("takes one form from any page, and answers with a page that has no script", async () => {
    const offered = offer();
    const path = await wayBack(offered);
    const answer = await post(path, BODY);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'$/,
    );
    expect(answer.text).not.toMatch(/<script|<form|PaRes|a\+b|mark/);
    expect(answer.text).toContain("Return to the till");
    expect(told).toEqual([["opened"], ["back", { PaRes: "a+b/c=", MD: "mark & 'more'" }]]);
    expect((await post(path, BODY)).status).toBe(404);
    expect((await get(offered.path)).status).toBe(404);
    expect(told).toHaveLength(2);
  });
  it("takes one, also when two come at once", async () => {
    const path = await wayBack(offer());
    const both = await Promise.all([post(path, BODY), post(path, BODY)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
    expect(told.filter(([kind]) => kind === "back")).toHaveLength(1);
  });
  it("is closed when the payment ends, also while the form is on its way", async () => {
    const offered = offer();
    const path = await wayBack(offered);
    const late = new Promise<number>((resolve, reject) => {
      const outgoing = request({ host: "127.0.0.1", port: server.port, method: "POST", path, headers: FROM_BANK });
      outgoing.on("response", (response) => resolve(response.statusCode ?? 0)).on("error", reject);
      outgoing.write("PaRes=1");
      setTimeout(() => (offered.end(), outgoing.end("&MD=2")), 50);
    });
    expect(await late).toBe(404);
    expect((await post(path, BODY)).status).toBe(404);
    expect(told).toEqual([["opened"]]);
  });
  it.each([
    ["GET", { method: "GET" }, 405],
    ["PUT", { method: "PUT" }, 405],
    ["a foreign Host", { headers: { ...FROM_BANK, host: "localhost" } }, 403],
    ["JSON", { headers: { ...FROM_BANK, "content-type": "application/json" } }, 415],
    ["a form with files", { headers: { ...FROM_BANK, "content-type": "multipart/form-data; boundary=x" } }, 415],
    ["no type", { headers: { origin: "https://acs.bank.example" } }, 415],
    ["a packed form", { headers: { ...FROM_BANK, "content-encoding": "gzip" } }, 415],
    ["more than 64 KiB", { body: `PaRes=${"x".repeat(64 * 1024)}` }, 413],
    ["a name twice", { body: "MD=mark&MD=other" }, 400],
    ["bytes that are no text", { body: Uint8Array.of(0x4d, 0x44, 0x3d, 0xff) }, 400],
  ])("is not for %s, and stays open for the right one", async (_, how, status) => {
    const path = await wayBack(offer());
    const answer = await ask(server.port, { method: "POST", path, headers: FROM_BANK, body: BODY, ...how });
    expect(answer.status).toBe(status);
    expect(told).toEqual([["opened"]]);
    expect((await post(path, `${BODY}&x=${"y".repeat(1000)}`)).status).toBe(200);
    expect(told).toHaveLength(2);
  });
  it("does not take too much in pieces, nor wait for what does not come", async () => {
    const path = await wayBack(offer());
    const begin = (): ReturnType<typeof request> =>
      request({ host: "127.0.0.1", port: server.port, method: "POST", path, headers: FROM_BANK });
    const flood = new Promise<number>((resolve) => {
      const outgoing = begin();
      outgoing.on("response", (response) => resolve(response.statusCode ?? 0)).on("error", () => undefined);
      for (let n = 0; n < 5; n += 1) outgoing.write("x".repeat(16 * 1024));
    });
    expect(await flood).toBe(413);
    const broken = begin().on("error", () => undefined);
    broken.write("PaRes=1");
    await new Promise((resolve) => setTimeout(resolve, 50));
    broken.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual([["opened"]]);
    expect((await post(path, BODY)).status).toBe(200);
  });
  it("needs no particular content", async () => {
    const path = await wayBack(offer());
    expect((await post(path, "")).status).toBe(200);
    expect(told.at(-1)).toEqual(["back", {}]);
  });
  it.each(["/3ds/", "/3ds/x", "/3ds/../session", "/3dsx"])("is not at %s", async (path) => {
    offer();
    expect((await post(path, BODY)).status).toBeGreaterThanOrEqual(400);
    expect(told).toEqual([]);
  });
});

describe("from the network", () => {
  it("neither page is there: only the till API is", async () => {
    const { certificate: cert, privateKey } = await issueServer(await createCa());
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const undo: (() => unknown)[] = [];
    const servers: Servers = await openServers({
      listen: { port: 0, outside: { address: "127.0.0.1", port: 0, cert: "", key: "" } },
      tls: { cert, key },
      page: async (incoming, response, place) => void (await pages.handle(incoming, response, place)),
      api: () => async (_, response) => void response.end("api"),
      undo,
    });
    servers.begin();
    const { path } = offer();
    const outside = new URL(servers.outside ?? "").port;
    const there = new Promise<number>((resolve, reject) => {
      const headers = { host: `127.0.0.1:${outside}` };
      httpsGet({ host: "127.0.0.1", port: outside, path, headers, rejectUnauthorized: false }, (response) =>
        resolve(response.resume().statusCode ?? 0),
      ).on("error", reject);
    });
    expect((await ask(Number(new URL(servers.origin() ?? "").port), { path })).status).toBe(200);
    expect(await there).toBe(404);
    for (const close of undo) await close();
  });
});

describe("in a real browser", () => {
  let browser: Browser;
  let context: BrowserContext;
  let acs: Server[];
  let local: string;
  let secure: string;
  let till: Page;

  /** The bank's page: says whether it has an opener, and posts back at a click. */
  const bank: RequestListener = (incoming, response) => {
    let body = "";
    incoming.on("data", (part) => (body += String(part)));
    incoming.on("end", () => {
      const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://bank");
      const term = new URLSearchParams(body).get("TermUrl") ?? searchParams.get("term") ?? "";
      const moved = { location: `${secure}/acs?term=${encodeURIComponent(term)}` };
      if (pathname === "/moved") return void response.writeHead(303, moved).end();
      response.writeHead(200, { "content-type": "text/html" });
      response.end(
        `<p id="opener"></p><script>document.getElementById("opener").textContent = String(window.opener)</script><form method="post" action="${term}"><input name="PaRes" value="a+b/c="><input name="MD" value="mark"><button>ok</button></form>`,
      );
    });
  };

  beforeAll(async () => {
    const { certificate: cert, privateKey } = await issueServer(await createCa());
    const key = privateKey.export({ type: "pkcs8", format: "pem" });
    acs = [createHttpServer(bank), createTlsServer({ cert, key }, bank)];
    const ports = await Promise.all(
      acs.map(
        (one) =>
          new Promise<number>((resolve) =>
            one.listen(0, "127.0.0.1", () => resolve((one.address() as AddressInfo).port)),
          ),
      ),
    );
    [local, secure] = [`http://127.0.0.1:${ports[0]}`, `https://127.0.0.1:${ports[1]}`];
    browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    for (const one of acs) one.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    till = await context.newPage();
    await till.goto(`http://127.0.0.1:${server.port}/`);
  });
  afterEach(() => context.close());

  async function openWindow(action: string): Promise<Page> {
    const { path } = offer({ action });
    const opening = till.waitForEvent("popup");
    await till.evaluate(
      (to) => void Object.assign(globalThis, { handle: globalThis.open(to, "_blank", "popup") }),
      path,
    );
    const shown = await opening;
    await shown.waitForSelector("#opener");
    return shown;
  }
  const isClosed = (): Promise<boolean> => till.evaluate(() => (globalThis as any).handle.closed as boolean);

  it.each([
    ["over https", () => `${secure}/acs`],
    ["the simulator's, over http on this machine", () => `${local}/acs`],
    ["that sends the payer on to another host", () => `${local}/moved`],
  ])("%s: the bank's page cannot reach the till; the till sees it and can close it", async (_, action) => {
    const shown = await openWindow(action());
    expect(await shown.textContent("#opener")).toBe("null");
    expect(await isClosed()).toBe(false);
    await shown.click("button");
    await shown.waitForURL("**/3ds/*");
    expect(await shown.textContent("body")).toContain("Return to the till");
    expect(told.at(-1)).toEqual(["back", { PaRes: "a+b/c=", MD: "mark" }]);
    expect(await isClosed()).toBe(false);
    await till.evaluate(() => (globalThis as any).handle.close());
    await expect.poll(isClosed).toBe(true);
  });
  it("the till sees that the payer has closed it", async () => {
    const shown = await openWindow(`${secure}/acs`);
    await shown.close();
    await expect.poll(isClosed).toBe(true);
  });
});
