/** deploy/kiosk/qabyl-kiosk-browser, as it is, with a real Chromium in front of the real host. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALONE_FLAGS, browserArguments } from "../../main/node/browser.ts";
import { findBrowsers } from "../../main/node/find-browser.ts";
import { tellLeft } from "../../main/node/launch.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { startHost, type HostProcess } from "../support/host-process.ts";

const SCRIPT = join(import.meta.dirname, "..", "..", "deploy", "kiosk", "qabyl-kiosk-browser");
const text = readFileSync(SCRIPT, "utf8");

/** As the screen does: the key is exchanged, and then the page listens. */
const PAGE = '<!doctype html><title>till</title><script src="app.js"></script>';
const APP = `
  const key = new URL(location).searchParams.get("key");
  const json = { "content-type": "application/json" };
  fetch("session", { method: "POST", headers: json, body: JSON.stringify({ key }) }).then((answer) => answer.json());
`;

async function until<T>(what: string, look: () => Promise<T | null | false> | T | null | false): Promise<T> {
  for (let i = 0; i < 600; i += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not seen: ${what}`);
}

describe("the script for a browser of its own", () => {
  it("gives it every flag that the program gives its own window", () => {
    const flags = browserArguments("/d", "file:///x", { root: false, alone: true });
    for (const flag of flags.filter((one) => !/^--(app|user-data-dir|remote-debugging-pipe)/.test(one)))
      expect(text, flag).toContain(flag);
    expect(flags).toEqual(expect.arrayContaining([...ALONE_FLAGS]));
  });
  it("and refuses options that it does not know", async () => {
    for (const args of [["--nonsense"], ["--data"], ["--view", "all"]]) {
      const child = spawn("/bin/sh", [SCRIPT, ...args], { stdio: "ignore" });
      expect(await new Promise((resolve) => child.once("exit", resolve)), args.join(" ")).toBe(2);
    }
  });
});

describe.skipIf(process.platform === "win32")("in front of the host", () => {
  let dir: string;
  let data: string;
  let bundles: Bundles;
  let host: HostProcess;
  let script: ChildProcess;
  let ended: Promise<number | null>;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "qabyl-script-"));
    data = join(dir, "data");
    bundles = await buildBundles(["node.cjs", "certificate-worker.cjs"]);
    await writeFile(join(bundles.dir, "renderer", "index.html"), PAGE);
    await writeFile(join(bundles.dir, "renderer", "app.js"), APP);
    host = startHost(bundles.path("node.cjs"), join(dir, "config"), ["--no-browser", "--port", "0", "--data", data]);
    await host.ready;
    const [real] = findBrowsers(process.env, process.platform);
    expect(real, "no Chromium is installed").toBeDefined();
    const wrapped = join(dir, "wrapped");
    await writeFile(
      wrapped,
      `#!/bin/sh\necho $$ >> ${join(dir, "pids")}\necho "$@" >> ${join(dir, "arguments")}\nexec ${real} --headless=new "$@"\n`,
    );
    await chmod(wrapped, 0o755);
    // What an earlier run has left says nothing to this one.
    tellLeft(data);
    script = spawn("/bin/sh", [SCRIPT, "--data", data, "--browser", wrapped], { stdio: "ignore" });
    ended = new Promise((resolve) => script.once("exit", resolve));
  }, 30_000);
  afterAll(async () => {
    script.kill("SIGTERM");
    await ended;
    await host.stop();
    await bundles.remove();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  /** Pages that have exchanged their key, as the host keeps them. */
  const pages = async (): Promise<number> => {
    const kept = await readFile(join(data, "pages.json"), "utf8").catch(() => "{}");
    return Object.values(JSON.parse(kept) as Record<string, unknown[]>).flat().length;
  };
  const pids = async (): Promise<number[]> =>
    (await readFile(join(dir, "pids"), "utf8")).trim().split("\n").map(Number);
  const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}/exe`);

  it(
    "takes a fresh key that stands on no command line; is back when the browser dies; ends when a technician leaves",
    { timeout: 60_000 },
    async () => {
      await until("a page", async () => (await pages()) === 1);
      const first = await readFile(join(dir, "arguments"), "utf8");
      expect(first).toContain(`--app=file://${join(data, "kiosk-browser", "cashier", "open.html")}`);
      expect(first).not.toContain("key=");
      const folder = join(data, "kiosk-browser", "cashier");
      expect((await stat(folder)).mode & 0o077).toBe(0);
      expect((await stat(join(folder, "open.html"))).mode & 0o077).toBe(0);

      // A customer has closed it.
      process.kill((await pids())[0] ?? 0, "SIGTERM");
      await until("a second page", async () => (await pages()) === 2);
      const second = (await pids())[1] ?? 0;

      tellLeft(data);
      expect(await ended).toBe(0);
      await until("the browser's end", () => isGone(second));
      expect(await readdir(folder)).not.toContain("open.html");
      expect(await pids()).toHaveLength(2);
    },
  );
});
