/**
 * The escape room: a real Chromium in front of the real Node host in the mode kiosk, and every way out of it that is known. After each
 * the page is ours, the till is locked, nothing was learnt and no payment was begun. The ways of the operating system are docs/kiosk.md.
 */
import { existsSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type CDPSession, type Page } from "playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { COMMANDS, PUBLIC_COMMANDS } from "../../contract/commands.ts";
import { DESK_COMMANDS } from "../../contract/desk.ts";
import { ALONE_FLAGS } from "../../main/node/browser.ts";
import { findBrowsers } from "../../main/node/find-browser.ts";
import { startSimulator, type Simulator } from "../../simulator/index.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { startHost, type HostProcess } from "../support/host-process.ts";
import { ask, openStream } from "../support/http-client.ts";
import { goodProvision, SECRETS } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SIZE = { width: 1080, height: 1920 };
const JSON_TYPE = { "content-type": "application/json" };

let dir: string;
let bundles: Bundles;
let bank: Simulator;
let shop: Shop;
let host: HostProcess;
let origin: string;
let port: number;
let context: BrowserContext;
let page: Page;
let cdp: CDPSession;
/** Of the page, as somebody has it who has stolen it. */
let stolen: string;
/** A page token of our own, to look with. */
let ours: string;
/** A sale of the customer before: nothing of it may be found. */
let before: any;
/** What a browser does when it has been talked into something. */
let happened: string[];
let charges: number;

const post = async (path: string, body: unknown, headers: Record<string, string> = {}): Promise<any> =>
  (
    await ask(port, { method: "POST", path, headers: { origin, ...JSON_TYPE, ...headers }, body: JSON.stringify(body) })
  ).json();
const call = (name: string, input: unknown): Promise<any> => post("/call", { name, input }, { "x-qabyl-page": stolen });
const api = (path: string, body: unknown, key: string): Promise<any> =>
  post(`/api/v1${path}`, body, { authorization: `Bearer ${SECRETS.token}`, "idempotency-key": key });

async function snapshot(): Promise<any> {
  const stream = await openStream(port, "/watch?view=cashier", {
    "sec-fetch-site": "same-origin",
    "x-qabyl-page": ours,
  });
  const text = await stream.until((said) => said.includes("\n"));
  stream.close();
  return JSON.parse(text.split("\n")[0] ?? "");
}
const scene = (): Promise<string | null> =>
  page.getAttribute('[data-testid="screen"]', "data-scene", { timeout: 10_000 });
const made = (): number => bank.ledger.callsNamed("qr/create").length;

async function until<T>(look: () => Promise<T | null | false>): Promise<T> {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not happen");
}

/** Nobody has got anywhere. */
async function still(what: string): Promise<void> {
  expect(page.url(), what).toBe(`${origin}/`);
  expect(context.pages().length, what).toBe(1);
  expect(happened, what).toEqual([]);
  const here = await page.evaluate(() => ({
    marked: (globalThis as any).marked,
    scale: visualViewport?.scale,
    selected: String(getSelection()),
    wide: innerWidth,
    fullscreen: document.fullscreenElement !== null,
  }));
  expect(here, what).toEqual({ marked: true, scale: 1, selected: "", wide: SIZE.width, fullscreen: false });
  const { app, current, refund, banners, parked } = await snapshot();
  expect({ locked: app.locked, current, refund, banners, parked }, what).toEqual({
    locked: true,
    current: null,
    refund: null,
    banners: [],
    parked: [],
  });
  expect(made(), what).toBe(charges);
  expect(await scene(), what).toMatch(/^(attract|catalogue|product)$/);
}

const corner = async (): Promise<void> => {
  for (let tap = 0; tap < 5; tap += 1) await page.mouse.click(SIZE.width - 20, 20);
};
async function type(pin: string): Promise<void> {
  for (const digit of pin) await page.click(`[data-testid="key-${digit}"]`);
  await page.click('[data-testid="done"]');
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-escape-"));
  [bundles, bank, shop] = await Promise.all([
    buildBundles(["node.cjs", "certificate-worker.cjs"]),
    startSimulator({ pollSeconds: 1 }),
    openShop(),
  ]);
  // The screen itself: what closes the ways out is in it.
  await cp(join(ROOT, "dist", "renderer"), join(bundles.dir, "renderer"), { recursive: true });
  const { ca, certificate, privateKey } = bank.paths;
  await shop.write({
    ...goodProvision({ url: bank.url, certificate, privateKey, ca, passphrase: bank.files.passphrase }),
    mode: "kiosk",
    kiosk: {
      catalogue: [
        { id: "tea", name: "Шай", price: "450.00" },
        { id: "bun", name: "Самса", price: "600.00" },
      ],
    },
  });
  const args = ["--no-browser", "--port", "0", "--data", join(dir, "data"), "--provision", shop.file];
  host = startHost(bundles.path("node.cjs"), join(dir, "config"), args);
  const { url } = await host.ready;
  ({ origin } = new URL(url));
  port = Number(new URL(url).port);
  const launch = JSON.parse(await readFile(join(dir, "data", "launch.json"), "utf8"));
  ours = (await post("/session", { key: new URL(launch.url).searchParams.get("key") })).token;

  const sale = (): Promise<any> => api("/payments", { amount: "777.00", provider: "kaspi" }, "before");
  before = await until(async () => {
    const answer = await sale();
    return answer.state === "awaiting_scan" ? answer : null;
  });
  bank.pay(before.bankId);
  await until(async () => (await snapshot()).current?.state === "paid");
  await api(`/payments/${before.id}/dismiss`, {}, "put away");
  await until(async () => (await snapshot()).current === null);
  charges = made();

  const [real] = findBrowsers(process.env, process.platform);
  expect(real, "no Chromium is installed").toBeDefined();
  context = await chromium.launchPersistentContext(join(dir, "profile"), {
    executablePath: real ?? "",
    args: [...ALONE_FLAGS, "--kiosk", `--app=${url}`, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])],
    ignoreDefaultArgs: ["about:blank", "--disable-popup-blocking"],
    viewport: SIZE,
    hasTouch: true,
    acceptDownloads: false,
  });
  page = context.pages()[0] ?? (await context.newPage());
  if (!page.url().startsWith(origin)) await page.goto(url);
  await page.waitForSelector('[data-scene="attract"]', { timeout: 15_000 });
  context.on("page", () => happened.push("a new page"));
  page.on("dialog", (dialog) => {
    happened.push("a dialog");
    void dialog.dismiss();
  });
  for (const name of ["download", "filechooser", "popup", "framenavigated"] as const)
    page.on(name as "popup", () => happened.push(name));
  await page.evaluate(() => {
    Object.assign(globalThis, { marked: true, keys: [] });
    addEventListener("beforeprint", () => Object.assign(globalThis, { marked: "printed" }));
    addEventListener("beforeunload", () => Object.assign(globalThis, { marked: "left" }));
  });
  stolen = await page.evaluate(() => sessionStorage.getItem("qabyl.page") ?? "");
  expect(stolen).toMatch(/^[\w-]{43}$/);
  cdp = await context.newCDPSession(page);
}, 60_000);
beforeEach(() => {
  happened = [];
});
afterAll(async () => {
  await context?.close();
  await host?.stop("SIGKILL");
  await bank?.stop();
  await Promise.all([shop?.remove(), bundles?.remove()]);
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
});

describe("the technician's way", () => {
  it(
    "D8: five taps in the corner and the PIN; leaving tells the kiosk's script; locking locks",
    { timeout: 30_000 },
    async () => {
      await corner();
      await page.waitForSelector('[data-testid="pin"]');
      await type(SECRETS.pin);
      await page.waitForSelector('[data-screen="technician"]');
      expect((await snapshot()).app.locked).toBe(false);
      expect(existsSync(join(dir, "data", "left"))).toBe(false);
      await page.click('[data-testid="leave-program"]');
      await page.locator('[data-testid="ask-yes"]').click({ delay: 50 });
      await expect.poll(() => existsSync(join(dir, "data", "left")), { timeout: 5_000 }).toBe(true);
      await page.click('[data-testid="lock"]');
      await page.waitForSelector('[data-scene="attract"]');
      expect((await snapshot()).app.locked).toBe(true);
      await still("after the technician");
    },
  );
});

const KEYS = [
  ..."F1,F3,F5,F6,F7,F10,F11,F12,Alt+F4,Control+F4,Control+F5,Shift+F5,Shift+F10,Alt+Home,Alt+ArrowLeft,Alt+ArrowRight,Alt+d,Alt+f".split(
    ",",
  ),
  ..."Control+r,Control+Shift+R,Control+w,Control+Shift+W,Control+q,Control+Shift+Q,Control+n,Control+Shift+N,Control+t".split(
    ",",
  ),
  ..."Control+Shift+T,Control+Shift+I,Control+Shift+J,Control+Shift+C,Control+Shift+K,Control+Shift+Delete,Control+Shift+B".split(
    ",",
  ),
  ..."Control+Shift+O,Control+Shift+M,Control+Shift+A,Control+p,Control+Shift+P,Control+s,Control+o,Control+u,Control+f".split(
    ",",
  ),
  ..."Control+g,Control+h,Control+j,Control+d,Control+e,Control+k,Control+l,Control+1,Control+9,Control+Tab,Control+Shift+Tab".split(
    ",",
  ),
  ..."Control+PageUp,Control+PageDown,Control+Equal,Control+Minus,Control+0,Control+NumpadAdd,Control+Enter,Meta+l,Meta+r".split(
    ",",
  ),
  ..."Control+Escape,Alt+Tab,Alt+Escape,Alt+Space,Control+Alt+Delete,Control+Alt+F2,ContextMenu,PrintScreen,Pause,Meta+d".split(
    ",",
  ),
];

describe("by keys", () => {
  it.each(KEYS)("%s", async (key) => {
    await page.evaluate(() => {
      // Behind the page's own guard, which lets nobody hear what it has stopped.
      const old = (globalThis as any).heard as ((event: Event) => void) | undefined;
      if (old) removeEventListener("keydown", old, { capture: true });
      const heard = ({ key }: KeyboardEvent): void => {
        if (!["Control", "Alt", "Shift", "Meta"].includes(key)) Object.assign(globalThis, { passed: key });
      };
      Object.assign(globalThis, { heard, passed: null });
      addEventListener("keydown", heard, { capture: true });
    });
    await page.keyboard.press(key);
    const passed = await page.evaluate(() => (globalThis as any).passed as string | null);
    // Not even heard: the browser must not be asked what it would do with it.
    expect(passed).toBeNull();
    await still(key);
  });
  it.each([
    "BrowserBack",
    "BrowserForward",
    "BrowserRefresh",
    "BrowserHome",
    "BrowserSearch",
    "LaunchMail",
    "Print",
    "ZoomIn",
  ])("the key %s of a large keyboard", async (key) => {
    await cdp.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key, code: key });
    await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", key, code: key });
    await still(key);
  });
  it("Tab, Escape, Enter and letters without end", async () => {
    for (let round = 0; round < 12; round += 1)
      for (const key of ["Tab", "Escape", "Shift+Tab", "q", "5", "Delete"]) await page.keyboard.press(key);
    await still("focus");
  });
});

describe("by mouse and touch", () => {
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...points: [number, number][]): Promise<unknown> =>
    cdp.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const wait = (ms: number): Promise<void> => page.waitForTimeout(ms);

  it.each<[string, () => Promise<unknown>]>([
    ["the right button", () => page.mouse.click(300, 300, { button: "right" })],
    ["the middle button", () => page.mouse.click(300, 900, { button: "middle" })],
    [
      "the buttons for back and forward",
      async () => {
        for (const button of ["back", "forward"] as const)
          for (const type of ["mousePressed", "mouseReleased"] as const)
            await cdp.send("Input.dispatchMouseEvent", { type, button, x: 300, y: 300, clickCount: 1 });
      },
    ],
    [
      "three clicks and a pulled selection",
      async () => {
        await page.mouse.click(200, 60, { clickCount: 3 });
        await page.mouse.move(50, 50);
        await page.mouse.down();
        await page.mouse.move(1_000, 500, { steps: 5 });
        await page.mouse.up();
      },
    ],
    [
      "a wheel with Ctrl",
      () =>
        cdp.send("Input.dispatchMouseEvent", {
          type: "mouseWheel",
          x: 500,
          y: 500,
          deltaX: 0,
          deltaY: -500,
          modifiers: 2,
        }),
    ],
    [
      "two fingers that pull apart",
      async () => {
        await touch("touchStart", [400, 400], [500, 500]);
        for (let step = 1; step < 8; step += 1)
          await touch("touchMove", [400 - step * 40, 400 - step * 40], [500 + step * 40, 500 + step * 40]);
        await touch("touchEnd");
      },
    ],
    [
      "a finger that stays",
      async () => {
        await touch("touchStart", [300, 100]);
        await wait(900);
        await touch("touchEnd");
      },
    ],
    [
      "swipes from each edge",
      async () => {
        for (const [from, to] of [
          [
            [1, 900],
            [900, 900],
          ],
          [
            [1_078, 900],
            [100, 900],
          ],
          [
            [500, 1],
            [500, 1_500],
          ],
          [
            [500, 1_918],
            [500, 300],
          ],
        ] as [[number, number], [number, number]][]) {
          await touch("touchStart", from);
          for (let step = 1; step <= 5; step += 1)
            await touch("touchMove", [
              from[0] + ((to[0] - from[0]) * step) / 5,
              from[1] + ((to[1] - from[1]) * step) / 5,
            ]);
          await touch("touchEnd");
        }
      },
    ],
    [
      "five taps in every place but the corner",
      async () => {
        for (const [x, y] of [
          [20, 20],
          [20, 1_900],
          [1_060, 1_900],
          [540, 20],
          [900, 20],
          [1_060, 160],
        ] as const)
          for (let tap = 0; tap < 5; tap += 1) await page.mouse.click(x, y);
      },
    ],
    [
      "four taps in it, and one elsewhere",
      async () => {
        for (let tap = 0; tap < 4; tap += 1) await page.mouse.click(SIZE.width - 20, 20);
        await page.mouse.click(540, 1_000);
        await page.mouse.click(SIZE.width - 20, 20);
      },
    ],
    [
      "five slow taps in it",
      async () => {
        await page.mouse.click(540, 1_000);
        for (let tap = 0; tap < 5; tap += 1) {
          await page.mouse.click(SIZE.width - 20, 20);
          await wait(900);
        }
      },
    ],
  ])("%s", { timeout: 20_000 }, async (what, attempt) => {
    await attempt();
    await wait(150);
    await still(what);
  });

  it.each<[string, object]>([
    ["a file", { items: [], files: ["/etc/hostname"], dragOperationsMask: 1 }],
    ["an address", { items: [{ mimeType: "text/uri-list", data: "https://example.com/" }], dragOperationsMask: 1 }],
    ["a text", { items: [{ mimeType: "text/plain", data: "javascript:alert(1)" }], dragOperationsMask: 1 }],
  ])("%s that is dropped on it", async (what, data) => {
    for (const type of ["dragEnter", "dragOver", "drop"] as const)
      await cdp.send("Input.dispatchDragEvent", { type, x: 500, y: 600, data: data as never });
    await page.waitForTimeout(200);
    await still(what);
  });
});

describe("by what a page can ask of its browser", () => {
  it.each<[string, string]>([
    ["a link to a second window", "link({ href: location.origin + '/?x=1', target: '_blank', rel: 'opener' })"],
    ["an address of the kind javascript:", "link({ href: 'javascript:globalThis.marked=0' })"],
    ["an address of the kind data:", "link({ href: 'data:text/html,<h1>x' })"],
    ["a file of this computer", "link({ href: 'file:///etc/passwd' })"],
    ["the browser's own pages", "link({ href: 'chrome://settings/' })"],
    ["the source of the page", "link({ href: 'view-source:' + location.href })"],
    ["a program of this computer", "link({ href: 'mailto:a@example.com' })"],
    [
      "a script in the page",
      "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"globalThis.marked=0\">')",
    ],
    [
      "a frame",
      "document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.com/' }))",
    ],
    ["another server", "fetch('https://example.com/').catch(() => 0)"],
    [
      "notifications",
      "globalThis.Notification?.requestPermission().then((said) => said === 'granted' && (globalThis.marked = 0))",
    ],
    [
      "the camera",
      "navigator.mediaDevices?.getUserMedia({ video: true }).then(() => (globalThis.marked = 0), () => 0)",
    ],
    [
      "the place",
      "new Promise((done) => navigator.geolocation.getCurrentPosition(() => done((globalThis.marked = 0)), done))",
    ],
    ["the clipboard", "navigator.clipboard.readText().then(() => (globalThis.marked = 0), () => 0)"],
    ["a step back", "history.back()"],
    ["a step forward", "history.forward()"],
  ])("%s", { timeout: 20_000 }, async (what, script) => {
    const link =
      "const link = (how) => { const one = Object.assign(document.createElement('a'), how); document.body.append(one); one.click(); one.remove(); };";
    await page.evaluate(
      `(async () => { ${link} await Promise.race([${script}, new Promise((done) => setTimeout(done, 400))]); })()`,
    );
    await page.waitForTimeout(200);
    await page.evaluate(() => {
      for (const one of document.querySelectorAll("iframe, img[src=x]")) one.remove();
    });
    // An empty frame of ours is told as a navigation and is none of the page.
    if (what === "a frame") happened = happened.filter((one) => one !== "framenavigated");
    await still(what);
  });
});

describe("by commands, with the page's token stolen", () => {
  const id = (): string => before.id;
  const refusedAll = async (name: string, inputs: readonly unknown[]): Promise<void> => {
    for (const input of inputs) {
      const answer = await call(name, input);
      expect(answer.ok, `${name} ${JSON.stringify(input)}`).toBe(false);
      const text = JSON.stringify(answer);
      for (const known of [before.id, before.number, before.bankId, "777"]) expect(text).not.toContain(String(known));
    }
  };

  it.each(Object.keys(COMMANDS).filter((name) => !(PUBLIC_COMMANDS as readonly string[]).includes(name)))(
    "%s is refused",
    async (name) => {
      // The end of a session that is none: nothing is to be refused.
      if (name === "desk.lock")
        return expect(await call(name, { session: "x".repeat(43) })).toEqual({ ok: true, value: null });
      const session = "x".repeat(43);
      const isPin = name === "desk.unlock";
      const general = { amount: "1.00", reason: "x", key: "k", pin: "1" };
      await refusedAll(
        name,
        isPin ? [{}, { pin: "" }] : [{}, { id: id() }, { session }, { id: id(), ...general }, { seq: 0, limit: 5 }],
      );
      if (Object.hasOwn(DESK_COMMANDS, name)) return;
      const whole: Readonly<Record<string, unknown>> = {
        "payments.get": { id: id() },
        "payments.list": { limit: 5 },
        "history.list": { limit: 5 },
        "payments.park": { id: id() },
        "refunds.create": { key: "k", request: { paymentId: id(), amount: "777.00", reason: "x" } },
      };
      if (whole[name]) expect((await call(name, whole[name])).error.code).toMatch(/forbidden|bad_request/);
    },
  );
  it("the customer's own commands do nothing to the sale of the one before", async () => {
    for (const name of [
      "payments.cancel",
      "payments.refresh",
      "payments.dismiss",
      "refunds.cancel",
      "refunds.refresh",
      "refunds.dismiss",
    ])
      await refusedAll(name, [{ id: id() }]);
    await refusedAll("payments.renew", [
      { key: "k", id: id() },
      { key: "k1", id: id(), provider: "kaspi" },
    ]);
    await still("commands");
  });
  it("nothing is charged but the catalogue's own price, by a code", async () => {
    const request = { amount: "450.00", provider: "kaspi", items: [{ id: "tea", quantity: 1 }] };
    const tries = [
      { ...request, items: undefined },
      { ...request, amount: "1.00" },
      { ...request, items: [{ id: "caviar", quantity: 1 }] },
      { ...request, items: [{ id: "tea", quantity: 0 }] },
      { ...request, items: [{ id: "tea", quantity: -1 }] },
      { ...request, method: "link" },
      { ...request, method: "invoice", phone: "+77010000000" },
      { ...request, saleId: id() },
    ];
    for (const [index, one] of tries.entries())
      await refusedAll("payments.create", [{ key: `try-${index}`, request: one }]);
    expect(made()).toBe(charges);
    await still("prices");
  });
  it("no stream and no answer holds anything of the sale before", async () => {
    const text = JSON.stringify(await snapshot());
    for (const known of [before.id, before.number, before.bankId, "77700"]) expect(text).not.toContain(String(known));
    expect(await page.content()).not.toContain(before.number);
  });
});

describe("by PINs", () => {
  it(
    "D8: five wrong ones, and not even the right one is looked at; the customer's screen comes back",
    { timeout: 60_000 },
    async () => {
      await corner();
      await page.waitForSelector('[data-testid="pin"]');
      await type("0000");
      await page.waitForSelector('[data-testid="error"][data-code="wrong_pin"]');
      for (const pin of ["1234", "111111", "730154", "482194"])
        expect(await call("desk.unlock", { pin })).toMatchObject({ ok: false });
      expect(await call("desk.unlock", { pin: SECRETS.pin })).toMatchObject({ ok: false, error: { code: "pin_wait" } });
      expect((await snapshot()).app.locked).toBe(true);
      const folder = join(dir, "data", "logs");
      const log = (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")))).join(
        "",
      );
      expect(log).toMatch(/pin/);
      expect(log).not.toContain(SECRETS.pin);
      await page.keyboard.press("Escape");
      await page.click('[data-testid="back"]', { timeout: 3_000 }).catch(() => undefined);
      await page.waitForSelector('[data-scene="attract"]', { timeout: 10_000 });
      await still("PINs");
    },
  );
});
