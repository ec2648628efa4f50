/** The bank's window in Electron on the stand-in: section G of the Electron checklist, and that C holds beside it. */
import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCa, issueServer } from "../../simulator/ca.ts";
import { launchHarness, type HarnessApp } from "../harness/launch.ts";

const ROOT = join(import.meta.dirname, "..", "..");
let dir: string;
let servers: Server[];
let local: string;
let secure: string;
let app: HarnessApp;
/** What came to the bank's servers. */
let seen: { at: string; origin: string | undefined; body: string }[] = [];

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += String(part);
  return text;
}

/** The bank's page: a form to whatever TermUrl it was given, with the answer its path asks for. */
const acs: RequestListener = (request, response) => {
  void textOf(request).then((body) => {
    const { host = "", origin } = request.headers;
    seen.push({ at: `${request.method} ${request.url}`, origin, body });
    const { pathname, searchParams } = new URL(request.url ?? "/", `http://${host}`);
    const term = new URLSearchParams(body).get("TermUrl") ?? searchParams.get("term") ?? "";
    const moved = { location: `/acs?term=${encodeURIComponent(term)}` };
    if (pathname === "/moved") return void response.writeHead(303, moved).end();
    const file = { "content-disposition": "attachment; filename=a.exe" };
    if (pathname === "/file") return void response.writeHead(200, file).end("x");
    if (pathname === "/broken") return void response.destroy();
    response.writeHead(200, { "content-type": "text/html" });
    response.end(
      `<title>Your own bank</title><form method="post" action="${term}"><input name="PaRes" value="a+b/c="><input name="MD" value="mark"><button id="confirm">ok</button></form>`,
    );
  });
};

async function serve(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-bank-page-"));
  await build({
    entryPoints: [join(import.meta.dirname, "fixtures", "bank-page-main.ts")],
    outfile: join(dir, "main.cjs"),
    absWorkingDir: ROOT,
    bundle: true,
    platform: "node",
    format: "cjs",
    external: ["electron"],
    logLevel: "error",
  });
  const { certificate, privateKey } = await issueServer(await createCa());
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const publicKey = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  const spki = createHash("sha256").update(publicKey).digest("base64");
  servers = [createServer(acs), createTlsServer({ cert: certificate, key }, acs)];
  [local, secure] = (await Promise.all(servers.map(serve))) as [string, string];
  app = await launchHarness({
    main: join(dir, "main.cjs"),
    network: [`http://${local}`, `https://${secure}`],
    spki: [spki],
  });
  await app.started;
}, 60_000);
afterAll(async () => {
  await app.close();
  for (const server of servers) server.close();
  await rm(dir, { recursive: true, force: true });
});
/** What was said before this test. */
let before = 0;
beforeEach(() => {
  seen = [];
  before = app.logs().length;
});
afterEach(() => order("end"));

/** Lines that the process has said in this test, of one kind. */
const told = (kind: string): unknown[][] =>
  app
    .logs()
    .slice(before)
    .split("\n")
    .filter((line) => line.startsWith(`["${kind}"`))
    .map((line) => (JSON.parse(line) as unknown[]).slice(1));
const order = (name: string, ...more: string[]): Promise<void> => app.control.secondInstance([name, ...more]);
const isBanks = (page: Page): boolean => /^https?:/.test(page.url());

/** A browser on a busy machine takes its time. */
const PATIENT = { timeout: 10_000 };

/** Opens a page in a window of its own. */
async function open(action: string): Promise<Page> {
  const banks = async (): Promise<number> => (await app.pages()).filter(isBanks).length;
  await expect.poll(banks, PATIENT).toBe(0); // the page of the test before
  await order("offer", action);
  await order("open");
  await expect.poll(banks, PATIENT).toBe(1);
  return (await app.pages()).find(isBanks) as Page;
}

describe("G1: the bank's page", () => {
  it("has a window and a partition of its own, no preload, and nothing of ours in it", async () => {
    const page = await open(`https://${secure}/acs`);
    await expect
      .poll(() => told("did"), PATIENT)
      .toEqual([
        ["offer", null],
        ["open", null],
      ]);
    await expect.poll(() => told("opened"), PATIENT).toHaveLength(1);
    const made = app.events("BrowserWindow").at(-1)?.args[0] as Record<string, any> | undefined;
    expect(made?.["webPreferences"]).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      devTools: false,
    });
    expect(made?.["webPreferences"]).not.toHaveProperty("preload");
    expect(made?.["webPreferences"]).not.toHaveProperty("webSecurity");
    const [partition] = app.events("session.fromPartition").map(({ args }) => args);
    expect(partition).toEqual([expect.stringMatching(/^bank-[0-9a-f]{32}$/), { cache: false }]);
    const inside = await page.evaluate(() =>
      ["qabyl", "require", "process", "module"].filter((name) => name in globalThis),
    );
    expect(inside).toEqual([]);
    expect(seen[0]).toEqual({
      at: "POST /acs",
      origin: undefined,
      body: expect.stringMatching(
        /^PaReq=p%2B%22%26%D3%99&MD=mark&TermUrl=https%3A%2F%2Freturn\.qabyl\.invalid%2Freturn%2F[0-9a-f]{32}$/,
      ),
    });
    const titles = (await app.control.windows()).map(({ title }) => title);
    expect(titles).toContain(secure);
    expect(titles).not.toContain("Your own bank");
  }, 40_000);

  it("goes nowhere but to the web, opens nothing, gets nothing", async () => {
    const page = await open(`https://${secure}/acs`);
    const here = page.url();
    for (const address of [`http://${local}/stolen`, "file:///etc/passwd", "qabyl://pos/index.html", "tel:112"]) {
      await page.evaluate((to) => void (location.href = to), address);
      await page.waitForTimeout(150);
      expect(page.url(), address).toBe(here);
    }
    await page.evaluate((to) => {
      window.open(to);
      const link = Object.assign(document.createElement("a"), { href: to, target: "_blank" });
      document.body.append(link);
      link.click();
    }, `https://${secure}/popup`);
    const reached = await page.evaluate(
      (to) =>
        fetch(to, { mode: "no-cors" }).then(
          () => "sent",
          () => "refused",
        ),
      `http://${local}/stolen`,
    );
    expect(reached).toBe("refused");
    expect(
      await page.evaluate(() => navigator.permissions.query({ name: "geolocation" }).then((status) => status.state)),
    ).toBe("denied");
    await page.evaluate(() => void (location.href = "/file"));
    await app.waitForEvent("harness.download");
    expect(app.events("harness.download").map(({ args }) => args[1])).toEqual([{ prevented: true }]);
    expect(await app.control.windows()).toHaveLength(2);
    expect(seen.map(({ at }) => at).filter((at) => at.includes("stolen"))).toEqual([]);
    await expect
      .poll(() => told("log").map(([, fields]) => fields), PATIENT)
      .toEqual(
        expect.arrayContaining([
          { page: "bank", what: "navigation" },
          { page: "bank", what: "window" },
        ]),
      );
    expect(JSON.stringify(told("log"))).not.toContain(secure);
  }, 40_000);

  it("may use the bank's own addresses: redirects, forms, frames, requests", async () => {
    const page = await open(`https://${secure}/moved`);
    await expect.poll(() => page.url(), PATIENT).toContain(`https://${secure}/acs`);
    const answer = await page.evaluate(async () => {
      const frame = document.createElement("iframe");
      frame.src = "/frame";
      document.body.append(frame);
      await new Promise((loaded) => frame.addEventListener("load", loaded, { once: true }));
      return (await fetch("/own", { method: "POST", body: "x" })).status;
    });
    expect(answer).toBe(200);
    expect(seen.map(({ at }) => at)).toEqual(expect.arrayContaining(["GET /frame", "POST /own"]));
  }, 40_000);

  it("C5, C6: a page of ours still goes nowhere", async () => {
    await open(`https://${secure}/acs`);
    const ours = (await app.pages()).find((page) => !isBanks(page));
    await ours?.evaluate((to) => void (location.href = to), `https://${secure}/from-the-till`);
    await ours?.waitForTimeout(300);
    expect(seen.map(({ at }) => at)).not.toContain("GET /from-the-till");
    await expect
      .poll(() => told("log"), PATIENT)
      .toContainEqual(["screen.refused", { page: "till", what: "navigation" }]);
  }, 40_000);
});

describe("G2: the way back", () => {
  it("is read and never sent; the window is closed, and nothing is told after it", async () => {
    const page = await open(`http://${local}/acs`);
    await page.click("#confirm").catch(() => undefined); // the window goes while the click is still answered
    await expect.poll(() => told("back"), PATIENT).toEqual([[{ PaRes: "a+b/c=", MD: "mark" }]]);
    expect(await app.control.windows()).toHaveLength(1);
    expect(app.events("harness.networkRefused")).toEqual([]);
    await order("open");
    expect(await app.control.windows()).toHaveLength(1);
    expect([told("closed"), told("failed"), told("back").length]).toEqual([[], [], 1]);
  }, 40_000);

  it.each([
    ["another nonce", (term: string) => `${term}0`, "PaRes=1&MD=mark"],
    ["a name twice", (term: string) => term, "MD=mark&MD=other"],
    ["more than 64 KiB", (term: string) => term, `PaRes=${"x".repeat(64 * 1024)}`],
  ])(
    "is not believed with %s, and that page ends",
    async (_, change, body) => {
      const page = await open(`http://${local}/acs`);
      await page
        .evaluate(
          ([to, text]) => {
            const form = document.forms[0];
            if (!form) return;
            form.action = to;
            form.replaceChildren();
            for (const [name, value] of new URLSearchParams(text)) {
              const input = document.createElement("input");
              Object.assign(input, { name, value });
              form.append(input);
            }
            form.submit();
          },
          [change(await page.evaluate(() => document.forms[0]?.action ?? "")), body] as const,
        )
        .catch(() => undefined);
      await expect.poll(() => told("failed").length, PATIENT).toBe(1);
      expect(told("back")).toEqual([]);
      expect(app.events("harness.networkRefused")).toEqual([]);
    },
    40_000,
  );

  it("closed by the payer, it can be opened again with the same form; ended, it cannot", async () => {
    await open(`http://${local}/acs`);
    expect(await app.control.closeWindow(1)).toBe(true);
    await expect.poll(() => told("closed"), PATIENT).toHaveLength(1);
    await order("open");
    await expect.poll(() => seen.filter(({ at }) => at === "POST /acs").length, PATIENT).toBe(2);
    const [first, second] = seen.filter(({ at }) => at === "POST /acs");
    expect(second).toEqual(first);
    await order("end");
    expect(await app.control.windows()).toHaveLength(1);
    await order("open");
    expect(await app.control.windows()).toHaveLength(1);
    expect(told("closed")).toHaveLength(1);
    const partitions = app.events("session.fromPartition").map(({ args }) => args[0]);
    expect(new Set(partitions).size).toBe(partitions.length);
  }, 40_000);

  it("a page that cannot be loaded is told without a word of its form, and its window goes", async () => {
    await order("offer", `http://${local}/broken`);
    await order("open");
    await expect.poll(() => told("failed").length, PATIENT).toBe(1);
    expect(JSON.stringify(told("failed"))).not.toMatch(/mark|127\.0\.0\.1/);
    expect(await app.control.windows()).toHaveLength(1);
    expect(told("closed")).toEqual([]);
  }, 40_000);
});
