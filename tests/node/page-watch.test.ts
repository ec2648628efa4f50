/** The page in a real browser of our own dies, hangs, or goes with its browser: it is back without anybody touching it. */
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ALONE_FLAGS, openWindow, type Window } from "../../main/node/browser.ts";
import { findBrowsers } from "../../main/node/find-browser.ts";
import { createKeys } from "../../main/node/keys.ts";

const PAGE = '<!doctype html><title>till</title><script src="app.js"></script>';
/** As the screen does: the key is exchanged and leaves the address. Then it does what the test wants of it. */
const APP = `
  const key = new URL(location).searchParams.get("key");
  history.replaceState(null, "", "/");
  fetch("session", { method: "POST", body: JSON.stringify({ key }) }).then(async (answer) => {
    const wish = await answer.text();
    // A question that waits for its answer, and gets none: the page stands still without using the processor.
    const still = new XMLHttpRequest();
    still.open("GET", "/never", false);
    if (wish === "hang") still.send();
    if (wish === "bank") location.assign("/3ds/example");
  });
`;

let dir: string;
let server: Server;
let window: Window | null;
let loads: { key: string | null; at: number }[];
let said: string[];
let closed: number;
let atBank: number;
/** A customer stands alone at the window. */
let alone: boolean;
/** What a page is told to do, one after another. */
let wishes: string[];
/** Done in the very moment in which a page has got in. */
let shown: () => void;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-page-"));
  shown = () => undefined;
  [loads, said, closed, atBank, wishes, alone, window] = [[], [], 0, 0, [], false, null];
});
afterEach(async () => {
  window?.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

async function open(patience?: { every: number; within: number }): Promise<void> {
  const keys = createKeys(() => performance.now());
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const answer = (type: string, text: string): unknown => response.setHeader("content-type", type).end(text);
      if (request.url === "/never") return;
      if (request.url === "/app.js") return void answer("text/javascript", APP);
      if (request.url !== "/session") {
        if (request.url?.startsWith("/3ds/")) atBank += 1;
        return void answer("text/html", request.url?.startsWith("/3ds/") ? "the bank's" : PAGE);
      }
      const { key } = JSON.parse(body);
      loads.push({ key, at: performance.now() });
      if (key !== null) keys.exchange(key);
      shown();
      answer("text/plain", wishes.shift() ?? "");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [real] = findBrowsers(process.env, process.platform);
  expect(real, "no Chromium is installed").toBeDefined();
  const wrapped = join(dir, "wrapped");
  await writeFile(
    wrapped,
    `#!/bin/sh\necho $$ >> ${join(dir, "pids")}\necho "$@" >> ${join(dir, "arguments")}\nexec ${real} --headless=new "$@"\n`,
  );
  await chmod(wrapped, 0o755);
  window = await openWindow({
    browsers: [wrapped],
    dir,
    origin,
    keys,
    alone: () => alone,
    closed: () => (closed += 1),
    say: (line) => said.push(line),
    ...(patience ? { patience } : {}),
  });
  expect(window.result).toEqual({ opened: true, program: "wrapped" });
}

async function until(done: () => Promise<boolean> | boolean, ms = 15_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`it did not happen: ${JSON.stringify({ loads, said, closed })}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The newest that was started. */
async function browser(): Promise<number> {
  return Number((await readFile(join(dir, "pids"), "utf8")).trim().split("\n").at(-1));
}

/** All that draw pages for the newest browser: that of the page, and one that Chromium keeps ready. */
async function renderers(): Promise<number[]> {
  const parents = new Map<number, number>();
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const [status, command] = await Promise.all(
      ["status", "cmdline"].map((file) => readFile(join("/proc", name, file), "utf8").catch(() => "")),
    );
    parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status ?? "")?.[1]));
    if (command?.includes("--type=renderer")) found.push(Number(name));
  }
  const root = await browser();
  const below = (pid: number): boolean => pid === root || (pid > 1 && below(parents.get(pid) ?? 0));
  return found.filter((pid) => below(pid));
}

async function killPage(): Promise<number> {
  for (const pid of await renderers()) process.kill(pid, "SIGKILL");
  return performance.now();
}

const last = (): { key: string | null; at: number } => loads.at(-1) ?? { key: "", at: 0 };

describe.skipIf(process.platform !== "linux")("the page of our own browser", () => {
  it(
    "that dies is loaded again, without a key and within two seconds; with its browser, in a new one; a bank's page never",
    { timeout: 60_000 },
    async () => {
      await open();
      const first = await browser();
      const took: number[] = [];
      for (const count of [2, 3]) {
        const died = await killPage();
        await until(() => loads.length === count);
        took.push(last().at - died);
        expect([last().key, await browser()]).toEqual([null, first]);
      }
      // The better of two: another program may have the processor.
      expect(Math.min(...took)).toBeLessThan(2_000);
      expect(said).toEqual(Array(2).fill("the page of the screen died; it is loaded again"));

      wishes.push("bank");
      process.kill(first, "SIGKILL");
      await until(() => loads.length === 4);
      expect(last().key).toMatch(/^[\w-]{43}$/);
      expect(await browser()).not.toBe(first);
      await until(() => atBank === 1);
      await until(async () => (await renderers()).length > 0);
      await killPage();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect([atBank, loads.length, closed]).toEqual([1, 4, 0]);

      process.kill(await browser(), "SIGTERM");
      await until(() => closed === 1);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(loads).toHaveLength(4);
    },
  );

  it(
    "cannot be closed by a customer: it is opened again, and anew when the mode changes; a technician closes it for good",
    { timeout: 60_000 },
    async () => {
      alone = true;
      await open();
      const kiosk = async (): Promise<boolean[]> =>
        (await readFile(join(dir, "arguments"), "utf8"))
          .trim()
          .split("\n")
          .map((line) => ALONE_FLAGS.every((flag) => line.split(" ").includes(flag)));
      // Ended so, Chromium ends well, as when its window is closed.
      process.kill(await browser(), "SIGTERM");
      await until(() => loads.length === 2);
      expect([closed, said.length, await kiosk()]).toEqual([0, 1, [true, true]]);

      window?.follow();
      alone = false;
      window?.follow();
      await until(() => loads.length === 3);
      expect([closed, await kiosk()]).toEqual([0, [true, true, false]]);

      alone = true;
      window?.follow();
      await until(() => loads.length === 4);
      const pid = await browser();
      window?.close();
      await until(() => !existsSync(`/proc/${pid}/exe`));
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect([loads.length, await browser()]).toEqual([4, pid]);
    },
  );

  it(
    "is opened anew also when the mode changes in the very moment in which it is shown",
    { timeout: 60_000 },
    async () => {
      alone = true;
      shown = () => {
        if (loads.length !== 2) return;
        alone = false;
        window?.follow();
        // Its end is known before anything else is.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      };
      await open();
      process.kill(await browser(), "SIGKILL");
      await until(() => loads.length === 3);
    },
  );

  it("that hangs is ended and loaded again", { timeout: 60_000 }, async () => {
    wishes.push("hang");
    await open({ every: 300, within: 700 });
    await until(() => loads.length === 2, 30_000);
    expect(said[0]).toBe("the page of the screen does not answer; it is ended");
    expect(closed).toBe(0);
  });
});
