/** The Node host after an error that nobody caught: back by itself, five times; then a page, until a person says "again". */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openCrashes } from "../../main/crash.ts";
import { findBrowsers } from "../../main/node/find-browser.ts";
import { startSimulator, type Simulator } from "../../simulator/index.ts";
import { raw } from "../support/attacked-host.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { startHost, type HostProcess } from "../support/host-process.ts";
import { ask, openStream } from "../support/http-client.ts";
import { goodProvision, SECRETS } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";

const FAULT = ["--require", join(import.meta.dirname, "..", "support", "fault.cjs")];
const WORDS = "an answer with a SECRET-in-the-words of the error";
const KEY = Buffer.alloc(32, 5).toString("base64");
const authorized = { authorization: `Bearer ${SECRETS.token}` };

let bundles: Bundles;
let bank: Simulator;
let dir: string;
let shop: Shop;
let running: HostProcess[];

beforeAll(async () => {
  bundles = await buildBundles(["node.cjs", "certificate-worker.cjs"]);
  bank = await startSimulator({ pollSeconds: 1 });
}, 60_000);
afterAll(async () => {
  await bank.stop();
  await bundles.remove();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-alive-"));
  shop = await openShop();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((host) => host.stop("SIGKILL")));
  await shop.remove();
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});

const data = (): string => join(dir, "data");

/** The vault's key comes from the environment: it must survive that the program takes it out. */
function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): HostProcess {
  const host = startHost(bundles.path("node.cjs"), join(dir, "config"), ["--no-browser", "--data", data(), ...args], {
    node: FAULT,
    env: { TEST_FAULT_WORDS: WORDS, QABYL_VAULT_KEY: KEY, QABYL_KEY_STORE: "none", ...env },
  });
  running.push(host);
  return host;
}

async function provisioned(): Promise<HostProcess> {
  const { ca, certificate, privateKey } = bank.paths;
  await shop.write(goodProvision({ url: bank.url, certificate, privateKey, ca, passphrase: bank.files.passphrase }));
  return start(["--port", "0", "--provision", shop.file]);
}

async function until<T>(look: () => Promise<T | null | undefined | false> | T | null | undefined | false): Promise<T> {
  for (let i = 0; i < 400; i += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it did not happen");
}

const told = (host: HostProcess, event: string): any[] =>
  host
    .stdout()
    .map((line) => JSON.parse(line))
    .filter((line) => line.event === event);

/** One fault, and the line that the next process says. */
async function fail(host: HostProcess, signal: NodeJS.Signals = "SIGUSR2", event = "ready"): Promise<any> {
  const before = told(host, event).length;
  host.child.kill(signal);
  return until(() => told(host, event)[before]);
}

async function session(url: string): Promise<string> {
  const { origin, searchParams, port } = new URL(url);
  const answer = await ask(Number(port), {
    method: "POST",
    path: "/session",
    headers: { origin, "content-type": "application/json" },
    body: JSON.stringify({ key: searchParams.get("key") }),
  });
  return answer.json().token;
}

async function screenOf(port: number, token: string): Promise<any> {
  const stream = await openStream(port, "/watch?view=cashier", {
    "sec-fetch-site": "same-origin",
    "x-qabyl-page": token,
  });
  const text = await stream.until((said) => said.includes("\n"));
  stream.close();
  return JSON.parse(text.split("\n")[0] ?? "");
}

const crashes = async (): Promise<any> => JSON.parse(await readFile(join(data(), "crashes.json"), "utf8"));

describe.skipIf(process.platform === "win32")("an error that nobody caught", () => {
  it("begins the program anew on the same port: the same sale, the same page let in, the bank asked on", async () => {
    const host = await provisioned();
    const { url, till } = await host.ready;
    const { pid } = host.child;
    const port = await host.port();
    const token = await session(url);
    const pay = (key: string) =>
      ask(port, {
        method: "POST",
        path: "/api/v1/payments",
        headers: { ...authorized, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify({ amount: "5000", provider: "kaspi" }),
      });
    const sale = await until(async () => {
      const answer = (await pay("key-1")).json();
      return answer.state === "awaiting_scan" && answer;
    });
    const asked = bank.ledger.callsFor(sale.bankId).length;

    const begun = Date.now();
    const next = await fail(host);
    expect(next.till).toBe(till);
    expect((await screenOf(port, token)).current).toMatchObject({ id: sale.id, state: "awaiting_scan" });
    expect(Date.now() - begun).toBeLessThan(4_000);
    expect(host.child.exitCode).toBeNull();
    expect(JSON.parse(await readFile(join(data(), "launch.json"), "utf8")).pid).toBe(pid);
    await until(() => bank.ledger.callsFor(sale.bankId).length > asked + 1);
    expect(bank.ledger.callsNamed("qr/create")).toHaveLength(1);

    await fail(host, "SIGURG");
    const { faults } = await crashes();
    expect((await stat(join(data(), "crashes.json"))).mode & 0o777).toBe(0o600);
    expect(faults).toMatchObject([
      { origin: "uncaughtException", name: "TypeError", code: null, told: true },
      { origin: "unhandledRejection", name: "Error", code: "EXAMPLE", told: true },
    ]);
    expect(faults[0].places[0]).toMatch(/fault\.cjs:\d+:\d+$/);
    bank.pay(sale.bankId);
    await until(async () => {
      const now = await ask(port, { path: `/api/v1/payments/${sale.id}`, headers: authorized });
      return now.json().state === "paid";
    });
    expect((await host.stop()).code).toBe(0);

    const db = new DatabaseSync(join(data(), "journal.db"), { readOnly: true });
    const events = db.prepare("SELECT ref FROM events WHERE kind = 'fault' ORDER BY seq").all();
    db.close();
    expect(events.map(({ ref }) => ref)).toEqual(faults.map(({ incident }: { incident: string }) => incident));
    const logs = await readdir(join(data(), "logs"));
    const log = (await Promise.all(logs.map((name) => readFile(join(data(), "logs", name), "utf8")))).join("");
    expect(log).toContain(faults[0].incident);
    const written = await Promise.all(
      ["crashes.json", "pages.json", "journal.db"].map((name) => readFile(join(data(), name), "latin1")),
    );
    expect([...written, log, host.stderr(), ...host.stdout()].join("")).not.toMatch(/SECRET-in-the-words/);
    expect(written.join("")).not.toContain(token);
  }, 40_000);

  it("ends it with 1 where somebody else starts it again", async () => {
    const asked = start(["--port", "0", "--supervised"]);
    await asked.ready;
    asked.child.kill("SIGUSR2");
    expect(await asked.exit).toBe(1);
    expect(told(asked, "ready")).toHaveLength(1);
    expect((await crashes()).faults).toHaveLength(1);
  }, 20_000);
});

describe.skipIf(process.platform === "win32")("five within five minutes", () => {
  /** Faults that were, as the program itself writes them down. */
  function fallen(times: number): void {
    const crashes = openCrashes(data(), "0.0.0-test");
    for (let fault = 0; fault < times; fault += 1) crashes.note(new Error("x"), "uncaughtException");
  }

  it("stop at a page in three languages; a person's click starts the till again", async () => {
    const host = await provisioned();
    const port = await host.port();
    const token = await session((await host.ready).url);
    fallen(4);
    const stopped = await fail(host, "SIGUSR2", "stopped");
    const origin = `http://127.0.0.1:${port}`;
    expect(stopped).toEqual({ event: "stopped", url: `${origin}/`, incident: (await crashes()).faults[4].incident });
    const page = await ask(port, { path: "/" });
    expect(page.status).toBe(503);
    for (const words of ["Касса тоқтады", "Касса остановлена", "The till has stopped", stopped.incident])
      expect(page.text).toContain(words);
    expect(page.text).toContain("+7 727 000 00 00");
    expect(page.headers["content-security-policy"]).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src( 'sha256-[^']+'){2}; connect-src 'self'; form-action 'self'/,
    );
    // Whoever comes with nothing gets no right.
    expect(page.text).toMatch(/<form [^>]*hidden><input type="hidden" name="page" value="">/);
    const api = await ask(port, { path: "/api/v1/health", headers: authorized });
    expect([api.status, api.headers["retry-after"], api.json().error]).toMatchObject([
      503,
      "30",
      { code: "internal", incident: stopped.incident },
    ]);

    const again = (headers: Record<string, string>, body = `page=${token}`) =>
      ask(port, {
        method: "POST",
        path: "/again",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body,
      });
    const foreign: Record<string, string>[] = [
      {},
      { origin: "http://127.0.0.1:1" },
      { origin: "null" },
      { origin, host: "till.example" },
      { origin, "content-type": "text/plain" },
    ];
    for (const headers of foreign) expect((await again(headers)).status).toBe(403);
    // A program of this machine can say any Origin: without the right of a page it changes nothing.
    for (const body of ["", "page=", `page=${token}x`, `page=${"x".repeat(43)}`, `page=${"x".repeat(5_000)}`])
      expect((await again({ origin }, body)).status).toBe(403);
    expect((await ask(port, { path: "/index.html" })).status).toBe(404);
    expect(told(host, "ready")).toHaveLength(1);
    // A page that was open before is sent to this one.
    const watch = await ask(port, { path: "/watch?view=cashier", headers: { "x-qabyl-page": token } });
    expect([watch.status, watch.headers["x-qabyl-stopped"]]).toEqual([503, "1"]);

    const browser = await chromium.launch({ executablePath: findBrowsers(process.env, process.platform)[0] ?? "" });
    try {
      const tab = await browser.newPage();
      await tab.goto(`${origin}/`);
      expect(await tab.getByRole("button").count()).toBe(0);
      // The page of before the faults has its right still.
      await tab.evaluate((kept) => sessionStorage.setItem("qabyl.page", kept), token);
      await tab.reload();
      expect(await tab.getByRole("button").isVisible()).toBe(true);
      // A new one, opened as a start script does, gets one, and keeps it for the till.
      const { url } = JSON.parse(await readFile(join(data(), "launch.json"), "utf8"));
      const opened = await browser.newPage();
      await opened.goto(url);
      expect(opened.url()).toBe(`${origin}/`);
      const kept = await opened.evaluate(() => sessionStorage.getItem("qabyl.page") ?? "");
      await opened.getByRole("button").click();
      // The till's own page, which is one line in these tests, has taken its place by itself.
      await opened.waitForFunction(() => document.title === "screen");
      expect((await screenOf(port, kept)).current).toBeNull();
    } finally {
      await browser.close();
    }
    expect(told(host, "ready")).toHaveLength(2);
    expect((await screenOf(port, token)).current).toBeNull();
    // What was does not count any more.
    await fail(host);
    expect(told(host, "ready")).toHaveLength(3);
    expect((await host.stop()).code).toBe(0);
  }, 40_000);

  it("are forgiven when a person stops the program and starts it; the page's browser inherits no key", async () => {
    fallen(5);
    const browser = join(dir, "browser");
    await writeFile(browser, `#!/bin/sh\nenv > ${join(dir, "inherited")}\nexit 1\n`, { mode: 0o755 });
    const host = startHost(bundles.path("node.cjs"), join(dir, "config"), ["--port", "0", "--data", data()], {
      env: { QABYL_VAULT_KEY: KEY, POS_CHROMIUM: browser },
    });
    running.push(host);
    await until(() => told(host, "stopped")[0]);
    const inherited = await until(() => readFile(join(dir, "inherited"), "utf8").catch(() => ""));
    expect(inherited).toContain("PATH=");
    expect(inherited).not.toContain("QABYL_VAULT_KEY");
    expect(inherited).not.toContain(KEY);
    const { code, ms } = await host.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(3_000);
    // Whoever has asked it to end is obeyed, also when it fails meanwhile.
    const next = start(["--port", "0"], { TEST_FAULT_AT_STOP: "1" });
    await next.ready;
    next.child.kill("SIGTERM");
    expect(await next.exit).toBe(1);
    expect(told(next, "ready")).toHaveLength(1);
    expect((await crashes()).faults).toHaveLength(6);
  }, 40_000);

  it("and one more at the page itself do not make the program spin; no request makes one", async () => {
    fallen(5);
    const host = start(["--port", "0"]);
    const { url } = await until(() => told(host, "stopped")[0]);
    const { host: own, origin, port } = new URL(url);
    const form = `Host: ${own}\r\nOrigin: ${origin}\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
    const odd = [
      `GET //?key=a HTTP/1.1\r\nHost: ${own}\r\n`,
      `GET /?key=%ff%00&key=${"k".repeat(8_000)} HTTP/1.1\r\nHost: ${own}\r\n`,
      `GET /\xff?%%% HTTP/1.1\r\nHost: ${own}\r\n`,
      `GET http://[::/ HTTP/1.1\r\nHost: ${own}\r\n`,
      `HEAD / HTTP/1.1\r\nHost: ${own}\r\nHost: x\r\n`,
      `POST /again HTTP/1.1\r\n${form}Content-Length: 900\r\n\r\npage=%ff`,
      `POST /again HTTP/1.1\r\n${form}Content-Length: 6\r\n\r\npage=\xff`,
      `POST /again HTTP/1.1\r\n${form}Transfer-Encoding: chunked\r\n\r\nzz`,
      `POST /again HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${form}`,
    ];
    const answers = await Promise.all(odd.map((head) => raw(Number(port), `${head}\r\n\r\n`, 500)));
    for (const answer of answers) expect(answer).toMatch(/^$|^HTTP\/1\.1 (4\d\d|503)/);
    expect((await crashes()).faults).toHaveLength(5);
    host.child.kill("SIGUSR2");
    await until(() => host.stderr().includes("the program has failed"));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(told(host, "stopped")).toHaveLength(1);
    expect(host.child.exitCode).toBeNull();
  }, 20_000);
});
