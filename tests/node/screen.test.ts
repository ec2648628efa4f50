/** The screen's server: who may be the screen, and what a page gets. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createBrowserPages } from "../../main/node/bank-page.ts";
import { createKeys, type Keys } from "../../main/node/keys.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { Core } from "../../main/core/index.ts";
import { streamSnapshots } from "../../main/node/watch.ts";
import { CSP } from "../../main/pages.ts";
import { createScreen } from "../../main/node/screen.ts";
import { loopbackPlace, type Place } from "../../main/till/guard.ts";
import { listen, type Listening } from "../../main/server.ts";
import { openDesk, type Desk } from "../support/desk.ts";
import { ask, openStream, type Answered } from "../support/http-client.ts";
import { keepTicking } from "../support/ticking.ts";

let desk: Desk;
let keys: Keys;
let server: Listening;
let root: string;
let mono = 0;
let stopTicking: () => void;

beforeEach(async () => {
  desk = await openDesk();
  root = await mkdtemp(join(tmpdir(), "qabyl-pages-"));
  await mkdir(join(root, "renderer", "assets"), { recursive: true });
  await writeFile(join(root, "renderer", "index.html"), "<!doctype html><title>screen</title>");
  await writeFile(join(root, "renderer", "assets", "app.js"), "console.log(1)");
  await writeFile(join(root, "renderer", "assets", "app.js.map"), "{}");
  await writeFile(join(root, "secret.html"), "outside");
  mono = 0;
  keys = createKeys(() => mono);
  const screen = createScreen(desk.core, keys, join(root, "renderer"), createBrowserPages());
  let place: Place | null = null;
  server = await listen((request, response) => void (place && screen(request, response, place)), {
    address: "127.0.0.1",
    port: 0,
  });
  place = loopbackPlace(server.port);
  stopTicking = keepTicking(desk.clock);
});
afterEach(async () => {
  stopTicking();
  await server.close();
  await desk.close();
  await rm(root, { recursive: true, force: true });
});

const origin = () => `http://127.0.0.1:${server.port}`;
const same = { "sec-fetch-site": "same-origin" };

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answered> {
  return ask(server.port, {
    method: "POST",
    path,
    headers: { "content-type": "application/json", origin: origin(), ...headers },
    body: JSON.stringify(body),
  });
}
async function token(): Promise<string> {
  return (await post("/session", { key: keys.issue() })).json().token;
}
const page = (value: string) => ({ "x-qabyl-page": value });

describe("the key", () => {
  it("works once", async () => {
    const key = keys.issue();
    expect((await post("/session", { key })).status).toBe(200);
    expect((await post("/session", { key })).status).toBe(401);
  });
  it("works for 60 s", async () => {
    const [soon, late] = [keys.issue(), keys.issue()];
    mono = 59_999;
    expect((await post("/session", { key: soon })).status).toBe(200);
    mono = 60_000;
    expect((await post("/session", { key: late })).status).toBe(401);
  });
  it.each([
    ["wrong", { key: "x".repeat(43) }, 401],
    ["empty", { key: "" }, 401],
    ["absent", {}, 400],
    ["no text", { key: 1 }, 400],
    ["with more", { key: "x", admin: true }, 400],
  ])("that is %s does not work", async (_, body, status) => {
    keys.issue();
    expect((await post("/session", body)).status).toBe(status);
  });
  it("is no page token, and a page token is no key", async () => {
    const key = keys.issue();
    expect((await post("/call", { name: "health", input: {} }, page(key))).status).toBe(401);
    expect((await post("/session", { key: await token() })).status).toBe(401);
  });
  it("two windows have tokens of their own", async () => {
    const [first, second] = [await token(), await token()];
    expect(first).not.toBe(second);
    for (const value of [first, second])
      expect((await post("/call", { name: "health", input: {} }, page(value))).json().ok).toBe(true);
  });
});

describe("every request", () => {
  const PATHS = ["/session", "/call", "/watch", "/"];
  it.each(PATHS)("to %s needs our exact Host", async (path) => {
    for (const host of ["localhost", `localhost:${server.port}`, "example.com", `127.0.0.1:${server.port + 1}`])
      expect((await ask(server.port, { path, headers: { host, ...same } })).status).toBe(403);
  });
  it.each(PATHS)("to %s is refused from a foreign Origin", async (path) => {
    for (const foreign of ["https://example.com", "null", `http://localhost:${server.port}`])
      expect(
        (
          await ask(server.port, {
            method: path === "/session" || path === "/call" ? "POST" : "GET",
            path,
            headers: { origin: foreign, ...same },
          })
        ).status,
      ).toBe(403);
  });
  it.each(PATHS)("to %s without Origin is refused when it is said to be cross-site", async (path) => {
    for (const site of ["cross-site", "same-site"])
      expect(
        (await ask(server.port, { path, headers: { "sec-fetch-site": site, "sec-fetch-mode": "no-cors" } })).status,
      ).toBe(403);
  });
  it.each(["/session", "/call", "/watch"])("to %s needs Origin or Sec-Fetch-Site", async (path) => {
    expect((await ask(server.port, { method: path === "/watch" ? "GET" : "POST", path })).status).toBe(403);
  });
  it("/call and /watch need a page token", async () => {
    expect((await post("/call", { name: "health", input: {} })).status).toBe(401);
    expect((await ask(server.port, { path: "/watch?view=cashier", headers: same })).status).toBe(401);
    expect((await post("/call", { name: "health", input: {} }, { cookie: `token=${await token()}` })).status).toBe(401);
  });
});

describe("/call", () => {
  it("answers with a Result, also for what the core refuses", async () => {
    const value = await token();
    const sale = await post(
      "/call",
      { name: "payments.create", input: { key: "k1", request: { amount: "5000", provider: "kaspi" } } },
      page(value),
    );
    expect([sale.status, sale.json().ok, sale.json().value.payment.state]).toEqual([200, true, "awaiting_scan"]);
    for (const name of ["settings.read", "events.after", "constructor", "__proto__"]) {
      const answer = await post("/call", { name, input: {} }, page(value));
      expect([answer.status, answer.json().ok]).toEqual([200, false]);
    }
  });
  it.each([
    [{ name: "health", input: {} }, 200],
    [{ name: "health" }, 400],
    [{ input: {} }, 400],
    [{ name: 1, input: {} }, 400],
    [[], 400],
    [{ name: "health", input: {}, actor: "owner" }, 400],
  ])("with %j is %d", async (body, status) => {
    expect((await post("/call", body, page(await token()))).status).toBe(status);
  });
  it("may carry certificate files; over 2 MiB is 413", async () => {
    const send = async (size: number) =>
      (await post("/call", { name: "health", input: "x".repeat(size) }, page(await token()))).status;
    expect(await send(1_500_000)).toBe(200);
    expect(await send(2 * 1024 * 1024)).toBe(413);
  });
});

describe("/watch", () => {
  const lines = (text: string): any[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line));

  it("streams whole snapshots with a rising version", async () => {
    const stream = await openStream(server.port, "/watch?view=cashier", { ...same, ...page(await token()) });
    expect(stream.headers["content-type"]).toBe("application/x-ndjson; charset=utf-8");
    await stream.until((text) => lines(text).length >= 1);
    await desk.charge();
    const text = await stream.until((all) =>
      lines(all).some((snapshot) => snapshot.current?.state === "awaiting_scan"),
    );
    const versions = lines(text).map(({ version }) => version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    stream.close();
  });
  it.each(["", "?view=admin", "?view="])("with the view %j is 400", async (query) => {
    expect(
      (await ask(server.port, { path: `/watch${query}`, headers: { ...same, ...page(await token()) } })).status,
    ).toBe(400);
  });
  it("keeps only the newest snapshot for a page that does not read", async () => {
    let push: (snapshot: Snapshot) => void = () => undefined;
    const core: Core = {
      ...desk.core,
      watch(_, listener) {
        push = listener as (snapshot: Snapshot) => void;
        return () => undefined;
      },
    };
    const bare = await listen((_, response) => streamSnapshots(core, "cashier", response, () => undefined), {
      address: "127.0.0.1",
      port: 0,
    });
    const socket = connect(bare.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.pause();
    socket.write(`GET /watch HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const ballast = "x".repeat(100_000);
    for (let version = 1; version <= 500; version += 1) {
      push({ version, ballast } as unknown as Snapshot);
      if (version % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const seen: number[] = [];
    const done = new Promise<void>((resolve) => {
      let text = "";
      socket.on("data", (part) => {
        text += part.toString();
        for (const [, version] of text.matchAll(/"version":(\d+),/g)) seen.push(Number(version));
        text = text.slice(-40).replaceAll(/"version":\d+,/g, "");
        if (seen.includes(500)) resolve();
      });
    });
    socket.resume();
    await done;
    expect(seen.length).toBeLessThan(250);
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
    socket.destroy();
    await bare.close();
  });
});

describe("a page", () => {
  const get = (path: string, headers: Record<string, string> = {}) => ask(server.port, { path, headers });
  it("comes with the policy of the checklist, uncached", async () => {
    for (const path of ["/", "/index.html", "/?key=x"]) {
      const answer = await get(path, same);
      expect(answer.status).toBe(200);
      expect(answer.headers).toMatchObject({
        "content-security-policy": CSP,
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-type": "text/html; charset=utf-8",
      });
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
  });
  it("may be opened from the launcher's local file, but not loaded into a foreign page", async () => {
    expect(
      (await get("/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }))
        .status,
    ).toBe(200);
    expect(
      (await get("/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }))
        .status,
    ).toBe(403);
    expect(
      (
        await get("/assets/app.js", {
          "sec-fetch-site": "cross-site",
          "sec-fetch-mode": "no-cors",
          "sec-fetch-dest": "script",
        })
      ).status,
    ).toBe(403);
  });
  it("brings its script", async () =>
    expect((await get("/assets/app.js", same)).headers["content-type"]).toBe("text/javascript; charset=utf-8"));
  it.each([
    "/../secret.html",
    "/..%2fsecret.html",
    "/%2e%2e/secret.html",
    "/assets/..%5c..%5csecret.html",
    "/secret.html",
    "/assets/app.js.map",
    "/assets",
    "/%00",
    "/%zz",
    "//etc/passwd",
  ])("%s is not there", async (path) => {
    const answer = await get(path, same);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain("outside");
  });
  it("cannot be written to", async () => expect((await post("/index.html", {})).status).toBe(405));
});
