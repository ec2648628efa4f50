/** The browser window: the right program, the key on no command line, and the truth about whether it opened. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { browserArguments, openWindow, type Window } from "../../main/node/browser.ts";
import { findBrowsers } from "../../main/node/find-browser.ts";
import { createBrowserPages } from "../../main/node/bank-page.ts";
import { createKeys, type Keys } from "../../main/node/keys.ts";
import { createScreen } from "../../main/node/screen.ts";
import { listen, type Listening } from "../../main/server.ts";
import { loopbackPlace, type Place } from "../../main/till/guard.ts";
import { openDesk, type Desk } from "../support/desk.ts";

describe("the browser that is taken", () => {
  const there =
    (...paths: string[]) =>
    (path: string) =>
      paths.includes(path);
  it("is the one POS_CHROMIUM names, and no other", () => {
    const env = { POS_CHROMIUM: "/opt/c", PATH: "/usr/bin" };
    expect(findBrowsers(env, "linux", there("/opt/c", "/usr/bin/chromium"))).toEqual(["/opt/c"]);
    expect(findBrowsers(env, "linux", there("/usr/bin/chromium"))).toEqual([]);
  });
  it("is looked for in the path, but in no folder that is relative", () => {
    expect(
      findBrowsers({ PATH: "bin:/a" }, "linux", there("bin/chromium", "/a/chromium", "/usr/bin/google-chrome")),
    ).toEqual(["/usr/bin/google-chrome", "/a/chromium"]);
  });
  it("is Edge on a Windows that has nothing else", () => {
    const edge = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe";
    expect(findBrowsers({ "ProgramFiles(x86)": "C:\\Program Files (x86)" }, "win32", there(edge))).toEqual([edge]);
  });
  it("keeps its sandbox for everybody but root", () => {
    expect(browserArguments("/d", "file:///d/open.html", { root: false, alone: false })).not.toContain("--no-sandbox");
    expect(browserArguments("/d", "file:///d/open.html", { root: true, alone: false })).toContain("--no-sandbox");
  });
});

describe("where a customer stands alone", () => {
  const given = (env: NodeJS.ProcessEnv): string[] =>
    browserArguments("/d", "file:///d/open.html", { root: false, alone: true, env }).filter((one) =>
      /^--(kiosk|start-fullscreen|ozone-platform=.*|disable-pinch)$/.test(one),
    );
  it("the window fills the display, on Wayland in the one way in which Chromium does not end", () => {
    expect(given({ DISPLAY: ":0" })).toEqual(["--disable-pinch", "--kiosk"]);
    expect(given({ DISPLAY: ":0", WAYLAND_DISPLAY: "wayland-0" })).toEqual([
      "--disable-pinch",
      "--kiosk",
      "--ozone-platform=x11",
    ]);
    expect(given({ WAYLAND_DISPLAY: "wayland-0" })).toEqual([
      "--disable-pinch",
      "--start-fullscreen",
      "--ozone-platform=wayland",
    ]);
  });
});

describe.skipIf(process.platform === "win32")("a window", () => {
  let desk: Desk;
  let dir: string;
  let keys: Keys;
  let server: Listening;
  let window: Window | null;

  beforeEach(async () => {
    desk = await openDesk();
    dir = await mkdtemp(join(tmpdir(), "qabyl-window-"));
    keys = createKeys(() => performance.now());
    window = null;
    await writeFile(join(dir, "index.html"), '<!doctype html><script src="app.js"></script>');
    await writeFile(
      join(dir, "app.js"),
      'fetch("session",{method:"POST",headers:{"content-type":"application/json"},body:JSON.stringify({key:new URL(location).searchParams.get("key")})})',
    );
    const screen = createScreen(desk.core, keys, dir, createBrowserPages());
    let place: Place | null = null;
    server = await listen((request, response) => void (place && screen(request, response, place)), {
      address: "127.0.0.1",
      port: 0,
    });
    place = loopbackPlace(server.port);
  });
  afterEach(async () => {
    window?.close();
    await server.close();
    await desk.close();
    await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });

  async function script(name: string, text: string): Promise<string> {
    const path = join(dir, name);
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return path;
  }
  const open = async (...browsers: string[]): Promise<Window> =>
    (window = await openWindow({
      browsers,
      dir,
      origin: `http://127.0.0.1:${server.port}`,
      keys,
      alone: () => false,
      closed: () => undefined,
      say: () => undefined,
    }));

  it("of a real browser exchanges its key, which stood on no command line", { timeout: 20_000 }, async () => {
    const [real] = findBrowsers(process.env, process.platform);
    expect(real, "no Chromium is installed").toBeDefined();
    // Without a display; everything else is as in a shop.
    const browser = await script(
      "wrapped",
      `echo "$@" > ${join(dir, "arguments")}\nls -l ${join(dir, "browser", "open.html")} > ${join(dir, "rights")}\nexec ${real} --headless=new "$@"`,
    );
    expect((await open(browser)).result).toEqual({ opened: true, program: "wrapped" });
    const said = await readFile(join(dir, "arguments"), "utf8");
    expect(said).toContain("--app=file://");
    expect(said).not.toContain("key");
    expect(await readFile(join(dir, "rights"), "utf8")).toMatch(/^-rw-------/);
    expect((await stat(join(dir, "browser"))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(dir, "browser"))).not.toContain("open.html");
  });

  it("that does not come is said with the reason, and the next browser is tried", async () => {
    const stub = await script("stub", 'echo "please install the snap"; exit 1');
    expect((await open(stub)).result).toEqual({
      opened: false,
      reason: "stub ended with 1 before it showed the screen",
    });
    expect((await open(join(dir, "absent"))).result).toEqual({
      opened: false,
      reason: "absent could not be started (ENOENT)",
    });
    expect((await open()).result).toEqual({ opened: false, reason: "no browser was found" });
    const visit = join(dir, "visit.mjs");
    const origin = `http://127.0.0.1:${server.port}`;
    await writeFile(
      visit,
      `import { readFileSync } from "node:fs";
       const page = readFileSync(new URL(process.argv[2].slice(6)), "utf8");
       const key = /key=([\\w-]+)/.exec(page)[1];
       await fetch("${origin}/session", { method: "POST", headers: { "content-type": "application/json", origin: "${origin}" }, body: JSON.stringify({ key }) });
       setTimeout(() => {}, 5000);`,
    );
    const second = await script("second", `exec ${process.execPath} ${visit} "$@"`);
    expect((await open(stub, second)).result).toEqual({ opened: true, program: "second" });
  });
});
