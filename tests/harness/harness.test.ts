import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { insecurity } from "./electron/window.ts";
import { launchHarness, type HarnessApp, type HarnessOptions } from "./launch.ts";
import { processMark } from "./processes.ts";

type Pos = Record<string, (...args: unknown[]) => unknown>;

declare global {
  interface Window {
    pos: Pos;
    pushed: unknown[];
    atFirstScript: string;
  }
}

interface Seen {
  readonly events: readonly (readonly unknown[])[];
  readonly errors: Record<string, string>;
  readonly early: { ready: boolean; backend: string };
  readonly lastRequest: { url: string; referrer: string | null };
}

const root = path.resolve(import.meta.dirname, "../..");
const fixture = "tests/harness/fixtures/main.cjs";
const open: HarnessApp[] = [];

async function start(does: string, options: Partial<HarnessOptions> = {}): Promise<HarnessApp> {
  const { args = [], ...rest } = options;
  const app = await launchHarness({ main: fixture, cwd: root, args: [`--do=${does}`, ...args], ...rest });
  open.push(app);
  return app;
}

async function ready(app: HarnessApp): Promise<Page> {
  const page = await app.page();
  await page.waitForSelector("h1");
  return page;
}

const call = (page: Page, channel: string, ...args: unknown[]): Promise<unknown> =>
  page.evaluate(([name, values]) => window.pos["call"]?.(name, ...values), [channel, args] as const);

const seen = async (page: Page): Promise<Seen> => (await call(page, "seen")) as Seen;

async function eventually(what: () => Promise<unknown>): Promise<void> {
  await expect.poll(what, { timeout: 5000, interval: 30 }).toBeTruthy();
}

async function saw(page: Page, ...event: unknown[]): Promise<void> {
  await expect.poll(async () => (await seen(page)).events, { timeout: 5000, interval: 30 }).toContainEqual(event);
}

/** What an expression of the page throws; evaluated as text, for it may mean what TypeScript would forbid. */
const message = (page: Page, expression: string): Promise<string> =>
  page.evaluate(`(async () => {
    try {
      return "no error: " + String(await (${expression}));
    } catch (error) {
      return error.name + ": " + error.message + " [" + Object.keys(error).join() + "]";
    }
  })()`);

afterAll(async () => {
  await Promise.all(open.map((app) => app.close()));
}, 20_000);

describe("one window of an app without any defence", () => {
  let app: HarnessApp;
  let page: Page;
  let bankOrigin = "";
  const bank = http.createServer((_request, response) => {
    response.writeHead(200, { "access-control-allow-origin": "*" }).end("bank");
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => bank.listen(0, "127.0.0.1", resolve));
    bankOrigin = `http://127.0.0.1:${(bank.address() as AddressInfo).port}`;
    app = await start("no-csp", { network: [bankOrigin] });
    page = await ready(app);
  }, 20_000);

  afterAll(async () => {
    bank.close();
    await app.close();
  });

  describe("1 structured clone (docs/tutorial/ipc.md, 'Object serialization')", () => {
    it("carries what structured clone carries, both ways", async () => {
      const same = await page.evaluate(async () => {
        const echo = (value: unknown): Promise<unknown> => window.pos["call"]?.("echo", value) as Promise<unknown>;
        const when = (await echo(new Date(5))) as Date;
        const map = (await echo(new Map([["a", { b: 1 }]]))) as Map<string, { b: number }>;
        const set = (await echo(new Set([1, 2]))) as Set<number>;
        const bytes = (await echo(new Uint8Array([1, 2, 250]))) as Uint8Array;
        const cycle: { self?: unknown } = {};
        cycle.self = cycle;
        const back = (await echo(new Map([["cycle", cycle]]))) as Map<string, { self: unknown }>;
        const error = (await echo(new RangeError("far"))) as Error;
        const object = (await echo({ u: undefined, n: [NaN, -0, Infinity], __proto__: null })) as {
          u?: unknown;
          n: number[];
        };
        return {
          big: String(await echo(2n ** 70n)),
          undefined: (await echo(undefined)) === undefined,
          when: when instanceof Date && +when,
          map: map.get("a")?.b,
          set: set.has(2),
          bytes: [bytes.constructor.name, ...bytes],
          cycle: back.get("cycle")?.self === back.get("cycle"),
          error: [error instanceof RangeError || error instanceof Error, error.message],
          keys: Object.keys(object),
          numbers: object.n.map((one) => (Object.is(one, -0) ? "-0" : String(one))),
          regexp: String(await echo(/a+/gi)),
        };
      });
      expect(same).toEqual({
        big: String(2n ** 70n),
        undefined: true,
        when: 5,
        map: 1,
        set: true,
        bytes: ["Uint8Array", 1, 2, 250],
        cycle: true,
        error: [true, "far"],
        keys: ["u", "n"],
        numbers: ["NaN", "-0", "Infinity"],
        regexp: "/a+/gi",
      });
    });

    it("drops prototypes", async () => {
      const got = await page.evaluate(() => {
        class Money {
          minor = 5;
          get double(): number {
            return 10;
          }
        }
        return window.pos["call"]?.("inspect", new Money());
      });
      expect(got).toEqual({ type: "[object Object]", prototype: "Object", keys: ["minor"] });
    });

    it("throws for functions, symbols, promises in a map and DOM objects", async () => {
      const refused = "An object could not be cloned.";
      expect(await message(page, "pos.invokeUncloneable()")).toContain(refused);
      expect(await message(page, "pos.invokeDom()")).toContain(refused);
      expect(await message(page, "pos.call('echo', new Map([[1, Promise.resolve()]]))")).toContain(refused);
      expect(await message(page, "pos.call('echo', document)")).toContain(refused);
      expect(await message(page, "pos.call('uncloneable')")).toBe(
        `Error: Error invoking remote method 'uncloneable': Error: ${refused} []`,
      );
      const errors = (await call(page, "again")) as Record<string, string>;
      expect(errors["send uncloneable"]).toBe(refused);
    });
  });

  describe("2 invoke errors (lib/browser/ipc-main-impl.ts, lib/renderer/api/ipc-renderer.ts)", () => {
    it("sends only error.toString(), with Electron's prefix; a custom code is lost", async () => {
      expect(await message(page, "pos.call('fail')")).toBe(
        "Error: Error invoking remote method 'fail': TypeError: nope []",
      );
    });

    it("says 'No handler registered'", async () => {
      expect(await message(page, "pos.call('nobody')")).toContain("Error: No handler registered for 'nobody'");
    });

    it("throws at a second handler for a channel", async () => {
      const errors = (await call(page, "again")) as Record<string, string>;
      expect(errors["second handler"]).toBe("Attempted to register a second handler for 'echo'");
    });

    it("delivers send, reply and webContents.send", async () => {
      await page.evaluate(() => window.pos["send"]?.("note", "a"));
      await saw(page, "note", "a");
      await eventually(() => page.evaluate(() => window.pushed.includes("reply to a")));
      await call(page, "push", { n: 1n });
      await eventually(() => page.evaluate(() => window.pushed.some((one) => (one as { n?: bigint }).n === 1n)));
    });

    it("refuses sendSync and unknown members of ipcRenderer", async () => {
      expect(await message(page, "pos.blocking()")).toContain("sendSync is refused");
      expect(await message(page, "pos.unknown()")).toContain(
        "harness: electron.ipcRenderer.sendToHost is not implemented",
      );
    });
  });

  describe("3 sandboxed preload (lib/sandboxed_renderer/preload.ts)", () => {
    it("can require electron, events, timers and url, and nothing else", async () => {
      expect(await page.evaluate(() => window.pos["tried"] as unknown)).toEqual({
        electron: "object",
        events: "function",
        "node:timers": "object",
        url: "object",
        fs: "module not found: fs",
        "./other.cjs": "module not found: ./other.cjs",
      });
    });

    it("runs as a function of eight parameters in a sandboxed process", async () => {
      expect(await page.evaluate(() => window.pos["facts"] as unknown)).toEqual({
        type: "renderer",
        sandboxed: true,
        electron: "45.4.1",
        parameters: "function,object,object,object,function,object",
        filename: "undefined",
      });
    });
  });

  describe("4 isolated world (docs/api/context-bridge.md)", () => {
    it("shows the page only what was exposed, before its first script", async () => {
      const got = await page.evaluate(() => ({
        first: window.atFirstScript,
        leaks: [
          "secretOfPreload",
          "require",
          "process",
          "module",
          "Buffer",
          "__harnessPost",
          "__harnessDeliver",
        ].filter((name) => name in window),
      }));
      expect(got).toEqual({ first: "object", leaks: [] });
    });

    it("exposes frozen copies on a constant property", async () => {
      const got = await page.evaluate(() => {
        const { pos } = window;
        const nested = pos["nested"] as unknown as { list: [number, { deep: boolean }]; when: Date };
        const property = Object.getOwnPropertyDescriptor(window, "pos");
        return {
          frozen: [pos, nested, nested.list, nested.list[1], pos["call"]].every((one) => Object.isFrozen(one)),
          date: nested.when instanceof Date,
          plain: Object.getPrototypeOf(pos) === Object.prototype,
          writable: property?.writable,
          configurable: property?.configurable,
        };
      });
      expect(got).toEqual({ frozen: true, date: true, plain: true, writable: false, configurable: false });
    });

    it("throws when a key is exposed twice", async () => {
      expect(await message(page, "pos.twice()")).toContain("Cannot bind an API on top of an existing property");
    });

    it("loses custom properties of errors, thrown and rejected", async () => {
      expect(await message(page, "pos.throwCoded()")).toBe("Error: told []");
      expect(await message(page, "pos.rejectCoded()")).toBe("Error: told later []");
    });

    it("gives a new proxy each time a function crosses, and the original when it comes back", async () => {
      const got = await page.evaluate(() => {
        const listener = (): void => undefined;
        window.pos["on"]?.("never", listener);
        return [window.pos["sameAsBefore"]?.(listener), window.pos["giveBack"]?.(listener) === listener];
      });
      expect(got).toEqual([false, true]);
    });

    it("omits symbols", async () => {
      expect(await page.evaluate(() => Object.keys(window.pos["withSymbol"]?.() as object))).toEqual(["kept"]);
    });
  });

  describe("5 order (docs/api/app.md, protocol.md, screen.md)", () => {
    it("emits 'ready' only after the main script", async () => {
      const { events, early } = await seen(page);
      expect(early.ready).toBe(false);
      expect(events.slice(0, 2)).toEqual([["main script done"], ["ready"]]);
    });

    it("throws before ready: BrowserWindow, screen, session, protocol.handle, safeStorage", async () => {
      const { errors, early } = await seen(page);
      expect(errors["BrowserWindow before ready"]).toBe("Cannot create BrowserWindow before app is ready");
      expect(errors["screen before ready"]).toContain("can't be used before the app 'ready' event");
      expect(errors["session before ready"]).toBe("Session can only be received when app is ready");
      expect(errors["protocol.handle before ready"]).toBe("Session can only be received when app is ready");
      expect(errors["safeStorage before ready"]).toContain("before app is ready");
      expect(early.backend).toBe("unknown");
    });

    it("throws after ready: registerSchemesAsPrivileged, enableSandbox, disableHardwareAcceleration", async () => {
      const { errors } = await seen(page);
      expect(errors["registerSchemesAsPrivileged after ready"]).toContain("should be called before app is ready");
      expect(errors["enableSandbox after ready"]).toContain("can only be called before app is ready");
      expect(errors["disableHardwareAcceleration after ready"]).toContain("can only be called before app is ready");
    });

    it("shows a hidden window's 'ready-to-show' and gives the page the window's size", async () => {
      await saw(page, "ready-to-show");
      expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([500, 400]);
      await eventually(async () => (await app.control.windows())[0]?.visible);
    });
  });

  describe("8 senderFrame (docs/api/structures/ipc-main-invoke-event.md)", () => {
    it("is the window's main frame, with the app's own URL and origin", async () => {
      expect(await call(page, "who")).toEqual({ url: "qabyl://pos/page.html", origin: "qabyl://pos", isMain: true });
      expect((await seen(page)).lastRequest).toEqual({ url: "qabyl://pos/page.js", referrer: "qabyl://pos/page.html" });
    });

    it("tells a sub-frame's message from the main frame's, and has no preload there", async () => {
      await page.evaluate(() => {
        const frame = document.createElement("iframe");
        frame.src = "https://evil.qabyl.test/x";
        document.body.append(frame);
      });
      await eventually(async () => (await app.control.windows())[0]?.frames.includes("qabyl://evil/x"));
      await eventually(async () => page.frames().some((frame) => frame.url().includes("evil")));
      const foreign = page.frames().find((frame) => frame.url().includes("evil"));
      expect(await foreign?.evaluate(() => typeof window.pos)).toBe("undefined");
      const who = await app.control.ipcFromFrame("qabyl://evil/", "who", []);
      expect(who).toEqual({
        url: "qabyl://evil/x",
        origin: "qabyl://evil",
        isMain: false,
        parent: "qabyl://pos/page.html",
      });
    });

    it("is null after the frame has navigated", async () => {
      await page.evaluate(() => void window.pos["call"]?.("slow who"));
      await page.goto("https://pos.qabyl.test/page.html?again");
      await saw(page, "slow who", "qabyl://pos/page.html", true);
    });
  });

  describe("9 nothing is a silent stub", () => {
    it("throws for unknown members, statics and modules", async () => {
      const { errors } = await seen(page);
      expect(errors["unknown member"]).toBe("harness: electron.app.foo is not implemented");
      expect(errors["unknown static"]).toBe("harness: electron.BrowserWindow.foo is not implemented");
      expect(errors["unknown module"]).toBe("harness: electron.desktopCapturer is not implemented");
    });
  });

  describe("10 the app cannot see the harness", () => {
    it("sees Electron's process, not the harness's environment or arguments", async () => {
      expect(await call(page, "facts")).toMatchObject({
        type: "browser",
        electron: "45.4.1",
        packaged: false,
        defaultApp: true,
        execArgv: [],
        appPath: path.join(root, "tests/harness/fixtures"),
        userData: app.userData,
        version: "1.2.3",
        name: "harness-fixture",
        env: [],
      });
    });
  });

  describe("the world outside", () => {
    it("safeStorage: only the asynchronous calls, and a result object", async () => {
      expect(await call(page, "vault", "secret")).toEqual({ result: "secret", shouldReEncrypt: false, hidden: true });
      await app.control.setSafeStorage({ available: false });
      expect(await message(page, "pos.call('vault', 'x')")).toContain("Encryption is not available");
      await app.control.setSafeStorage({ available: true });
      expect((await seen(page)).errors["synchronous safeStorage"]).toContain("deprecated");
    });

    it("utilityProcess: a real process with parentPort, piped output and an exit code", async () => {
      expect(await call(page, "fork")).toEqual({
        out: "child says hello\n",
        reply: {
          echo: { big: 10n },
          type: "utility",
          send: "undefined",
          electron: "harness: the module 'electron' is not implemented in a utility process",
          args: ["one"],
        },
        code: 7,
      });
    });

    it("power and displays reach the app", async () => {
      await app.control.suspend();
      await app.control.resume();
      await app.control.lockScreen();
      await app.control.displayAdded({ id: 2, bounds: { x: 1280, y: 0, width: 1024, height: 600 } });
      await app.control.displayChanged(2, { bounds: { x: 1280, y: 0, width: 600, height: 1024 } });
      await app.control.displayRemoved(2);
      const names = ["suspend", "resume", "lock-screen", "display-added", "display-metrics-changed", "display-removed"];
      const { events } = await seen(page);
      expect(events.map(([name]) => name).filter((name) => names.includes(String(name)))).toEqual(names);
      expect(events).toContainEqual(["display-added", 2]);
    });

    it("keys and webviews are asked about, and the record tells what the app did", async () => {
      expect(await app.control.key({ key: "F5" })).toEqual({ prevented: true, menu: null });
      // The default menu was removed, so nothing else happens.
      expect(await app.control.key({ key: "r", control: true })).toEqual({ prevented: false, menu: null });
      expect(await app.control.attachWebview({}, {})).toEqual({ prevented: true });
      const names = app.events().map(({ name }) => name);
      for (const name of [
        "app.enableSandbox",
        "protocol.registerSchemesAsPrivileged",
        "powerSaveBlocker.start",
        "BrowserWindow",
        "Menu.setApplicationMenu",
      ]) {
        expect(names).toContain(name);
      }
      expect(names.indexOf("app.enableSandbox")).toBeLessThan(names.indexOf("BrowserWindow"));
      expect(await app.control.events()).toEqual(app.events());
    });
  });

  describe("7 without handlers things really happen (docs/api/web-contents.md, session.md)", () => {
    it("permissions are granted", async () => {
      expect(await page.evaluate(async () => (await navigator.permissions.query({ name: "geolocation" })).state)).toBe(
        "granted",
      );
      expect(await page.evaluate(() => Notification.requestPermission())).toBe("granted");
      expect(await message(page, "navigator.mediaDevices.getUserMedia({ audio: true })")).toContain("MediaStream");
    });

    it("a window is opened", async () => {
      await page.evaluate(() => void window.open("https://pos.qabyl.test/page.html?child"));
      await eventually(async () => (await app.control.windows()).length === 2);
      await eventually(async () => (await app.pages()).some((one) => one.url().includes("child")));
      const child = (await app.pages()).find((one) => one.url().includes("child"));
      await child?.waitForSelector("h1");
      expect(await child?.evaluate(() => typeof window.pos)).toBe("object");
      expect(app.events("harness.windowOpen")[0]?.args).toEqual(["qabyl://pos/page.html?child", "allow"]);
      await child?.evaluate(() => window.close());
      await eventually(async () => (await app.control.windows()).length === 1);
    });

    it("only an origin that the test opened is reached", async () => {
      const text = (url: string): Promise<string> =>
        page.evaluate(
          (address) =>
            fetch(address).then(
              (answer) => answer.text(),
              () => "refused",
            ),
          url,
        );
      expect(await text(bankOrigin)).toBe("bank");
      expect(await text("http://127.0.0.1:9/")).toBe("refused");
      await saw(page, "request", `${bankOrigin}/`, "xhr");
      await saw(page, "request", "http://127.0.0.1:9/", "xhr");
    });

    it("redirects are followed, and reported as will-redirect", async () => {
      await page.evaluate(() => location.assign("/redirect"));
      await page.waitForURL(/redirected/);
      await page.waitForSelector("h1");
      await saw(page, "will-navigate", "qabyl://pos/redirect", true);
      await saw(page, "will-redirect", "qabyl://pos/page.html?redirected", true);
    });

    it("a download is announced and cancelled", async () => {
      await page.click("#download");
      await app.waitForEvent("harness.download");
      await saw(page, "will-download", "file.bin");
      expect(app.events("harness.download")[0]?.args[1]).toEqual({ prevented: true });
    });

    it("a navigation leaves the app, and there is no network behind it", async () => {
      await page.evaluate(() => location.assign("https://outside.example/"));
      await app.waitForEvent("harness.networkRefused", 2);
      await expect.poll(() => page.url()).toContain("chrome-error");
      expect(app.events("harness.networkRefused")[1]?.args).toEqual(["https://outside.example/", "mainFrame"]);
    });
  });
});

describe("7 an app with every door locked", () => {
  let app: HarnessApp;
  let page: Page;

  beforeAll(async () => {
    app = await start("lock,refuse,partition,keep,kiosk", { viewport: { width: 900, height: 700 } });
    page = await ready(app);
  }, 20_000);

  afterAll(() => app.close());

  it("navigation is denied in all frames and the page stays", async () => {
    await page.evaluate(() => {
      location.href = "https://outside.example/a";
    });
    await saw(page, "will-frame-navigate", "https://outside.example/a", true);
    await page.evaluate(() => {
      const frame = document.createElement("iframe");
      frame.src = "https://evil.qabyl.test/y";
      document.body.append(frame);
    });
    // The policy of the page (default-src 'none') forbids the frame before the app is asked.
    await sleep(100);
    expect(page.url()).toBe("https://pos.qabyl.test/page.html");
    expect(app.events("harness.networkRefused")).toEqual([]);
  });

  it("window.open and target=_blank are denied", async () => {
    await page.evaluate(() => void window.open("https://outside.example/b"));
    await saw(page, "window-open", "https://outside.example/b");
    await page.click("#blank");
    await saw(page, "window-open", "https://outside.example/");
    await sleep(100);
    expect(await app.control.windows()).toHaveLength(1);
    expect((await app.pages()).map((one) => one.url())).toEqual(["https://pos.qabyl.test/page.html"]);
  });

  it("the policy header is enforced: no inline script, no foreign fetch", async () => {
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.inlineRan = true";
      document.body.append(script);
    });
    expect(await page.evaluate(() => "inlineRan" in window)).toBe(false);
    expect(
      await page.evaluate(() =>
        fetch("https://outside.example/").then(
          () => "got",
          () => "refused",
        ),
      ),
    ).toBe("refused");
    const { events } = await seen(page);
    expect(events.some(([name, , text]) => name === "console" && /Content Security Policy/.test(String(text)))).toBe(
      true,
    );
    expect(await page.evaluate(() => fetch("/echo").then((answer) => answer.text()))).toBe("GET pos");
  });

  it("permission requests and checks get the handlers' answer", async () => {
    expect(await page.evaluate(() => Notification.requestPermission())).toBe("denied");
    await saw(page, "permission", "notifications");
    const position = await page.evaluate(
      () =>
        new Promise((resolve) => {
          navigator.geolocation.getCurrentPosition(
            () => resolve("got"),
            ({ code }) => resolve(code),
          );
        }),
    );
    expect(position).toBe(1);
    const media = page.evaluate(() =>
      navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => "got",
        ({ name }: Error) => name,
      ),
    );
    expect(await media).toBe("NotAllowedError");
    expect(await page.evaluate(async () => (await navigator.permissions.query({ name: "geolocation" })).state)).toBe(
      "denied",
    );
    await saw(page, "permission check", "geolocation", "qabyl://pos");
  });

  it("a kiosk window fills the display; a prevented 'close' keeps it", async () => {
    expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([900, 700]);
    expect(await app.control.closeWindow()).toBe(false);
    await page.evaluate(() => window.close());
    await expect.poll(async () => app.events("harness.closePrevented").length).toBe(2);
    expect(await app.control.windows()).toHaveLength(1);
  });

  it("a crashed renderer is reported and reload() brings the page back in the same window", async () => {
    const [before] = await app.control.windows();
    await app.control.crashRenderer();
    const again = await ready(app);
    await saw(again, "render-process-gone", "crashed");
    expect(await call(again, "who")).toMatchObject({ url: "qabyl://pos/page.html", isMain: true });
    const [after] = await app.control.windows();
    expect(after?.id).toBe(before?.id);
    expect(await again.evaluate(() => [innerWidth, innerHeight])).toEqual([900, 700]);
  });

  it("a second process is refused, the first hears of it, and SIGKILL frees the lock and leaves no Chromium", async () => {
    const second = await start("", { userData: app.userData, args: ["--hello"] });
    expect(await second.exit).toEqual({ code: 3, signal: null });
    await saw(await app.page(), "second-instance", "--hello", root);
    const page_ = await app.page();
    const childPid = (await call(page_, "fork and stay")) as number;
    const { browserPids } = await app.started;
    await app.kill("SIGKILL");
    await expect
      .poll(() => [...browserPids, childPid].filter((pid) => processMark(pid) !== null), { timeout: 5000 })
      .toEqual([]);
    const third = await start("", { userData: app.userData });
    await third.started;
    expect(third.events("app.requestSingleInstanceLock")[0]?.args).toEqual([true]);
    await third.close();
  });
});

describe("6 security options are facts", () => {
  it("names what is insecure in webPreferences", () => {
    expect(insecurity({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true })).toBe(null);
    expect(insecurity({ sandbox: false })).toBe("webPreferences.sandbox is false");
    expect(insecurity({ contextIsolation: false })).toBe("webPreferences.contextIsolation is false");
    expect(insecurity({ nodeIntegration: true })).toBe("webPreferences.nodeIntegration is true");
    expect(insecurity({ nodeIntegrationInSubFrames: true })).toBe("webPreferences.nodeIntegrationInSubFrames is true");
    expect(insecurity({ webSecurity: false })).toBe("webPreferences.webSecurity is false");
  });

  it("ends an app with such a window, and one with a scheme that bypasses the policy", async () => {
    const [window, scheme] = await Promise.all([start("insecure"), start("bypassCSP")]);
    expect(await window.exit).toEqual({ code: 78, signal: null });
    expect(window.logs()).toContain("harness: refusing to start: webPreferences.sandbox is false");
    expect(await scheme.exit).toEqual({ code: 78, signal: null });
    expect(scheme.logs()).toContain("has bypassCSP");
    await expect(scheme.page()).rejects.toThrow("ended");
  });
});

describe("3 and the ends of an app", () => {
  const folders: string[] = [];
  const folder = (): string => {
    const made = fs.mkdtempSync(path.join(os.tmpdir(), "harness-test-"));
    folders.push(made);
    return made;
  };
  afterEach(() => {
    for (const one of folders.splice(0)) fs.rmSync(one, { recursive: true, force: true });
  });

  it("an ES module as preload is a syntax error and emits 'preload-error'; quit goes through its events", async () => {
    const out = path.join(folder(), "seen.json");
    const app = await start("esm-preload", { args: [`--out=${out}`], isPackaged: true });
    const page = await ready(app);
    expect(await page.evaluate(() => typeof window.pos)).toBe("undefined");
    await sleep(50);
    expect(await app.control.closeWindow()).toBe(true);
    expect(await app.exit).toEqual({ code: 0, signal: null });
    const { events } = JSON.parse(fs.readFileSync(out, "utf8")) as Seen;
    expect(events).toContainEqual(["preload-error", "esm-preload.mjs", "Cannot use import statement outside a module"]);
    expect(events.map(([name]) => name).slice(-2)).toEqual(["close", "before-quit"]);
    await app.close();
  });

  it("relaunch is recorded, and exit code and record survive the process; a packaged app has no script argument", async () => {
    const app = await start("", { isPackaged: true });
    const page = await ready(app);
    expect(await call(page, "facts")).toMatchObject({
      packaged: true,
      argv: [`--user-data-dir=${app.userData}`, "--do="],
    });
    await call(page, "relaunch").catch(() => undefined);
    expect(await app.exit).toEqual({ code: 1, signal: null });
    expect(app.events("app.relaunch")).toHaveLength(1);
    expect(app.events("app.exit")[0]?.args).toEqual([1]);
    await app.close();
  });

  it("a WebSocket goes nowhere; SIGTERM quits as the system would", async () => {
    const app = await start("no-csp");
    const page = await ready(app);
    // Interception does not see a WebSocket; the wall behind it does.
    const socket = page.evaluate(
      () =>
        new Promise((resolve) => {
          const one = new WebSocket("ws://127.0.0.1:9/");
          one.onerror = () => resolve("refused");
          one.onopen = () => resolve("open");
        }),
    );
    expect(await socket).toBe("refused");
    const refused = await app.waitForEvent("harness.networkRefused");
    expect(refused.args).toEqual(["ws://127.0.0.1:9/", "webSocket"]);
    expect(await app.kill("SIGTERM")).toEqual({ code: 0, signal: null });
    expect(app.events("app.quit")).toHaveLength(1);
    await app.close();
  });
});
