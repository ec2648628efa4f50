/** The Electron host where a customer stands alone: section D of the Electron checklist, on the stand-in. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSimulator, type Simulator } from "../../simulator/index.ts";
import { launchHarness, type HarnessApp } from "../harness/launch.ts";
import { goodProvision, SECRETS } from "../support/provision.ts";

const root = join(import.meta.dirname, "..", "..");
const SIDE = { id: 2, label: "Side", bounds: { x: 1080, y: 0, width: 1920, height: 1080 } };

let dir: string;
let bank: Simulator;
let app: HarnessApp;
let page: Page;

const launch = async (...args: string[]): Promise<void> => {
  app = await launchHarness({
    main: "dist/electron.cjs",
    cwd: root,
    args: ["--port", "0", "--data", join(dir, "till"), ...args],
    userData: join(dir, "chromium"),
    viewport: { width: 1080, height: 1920 },
    isPackaged: true,
  });
  page = await app.page();
  await page.waitForSelector('[data-testid="screen"]', { timeout: 15_000 });
};
const call = (name: string, input: unknown): Promise<any> =>
  page.evaluate(([command, value]) => (globalThis as any).qabyl.call(command, value), [name, input] as const);
const window = async () => (await app.control.windows())[0]!;
const made = (): Record<string, any> => app.events("BrowserWindow").at(-1)?.args[0] as Record<string, any>;
const count = (name: string): number => app.events(name).length;
const log = async (): Promise<string> => {
  const folder = join(dir, "till", "logs");
  return (await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")))).join("");
};
const awake = (): number => count("powerSaveBlocker.start") - count("powerSaveBlocker.stop");

async function unlock(): Promise<any> {
  const answer = await call("desk.unlock", { pin: SECRETS.pin });
  expect(answer).toMatchObject({ ok: true });
  return answer.value;
}
/** Changes the settings as a technician does. The window may be another one afterwards. */
async function save(change: object): Promise<void> {
  const { session, view } = await unlock();
  const general = { ...view.general, ...change };
  await call("settings.save", { session, general }).catch(() => undefined);
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-kiosk-"));
  bank = await startSimulator({ pollSeconds: 1 });
  const { ca, certificate, privateKey } = bank.paths;
  const file = join(dir, "provision.json");
  const passphrase = bank.files.passphrase;
  const kiosk = goodProvision({ url: bank.url, certificate, privateKey, ca, passphrase });
  await writeFile(file, JSON.stringify({ ...kiosk, mode: "kiosk" }), { mode: 0o600 });
  await launch("--provision", file);
}, 60_000);
afterAll(async () => {
  await app.close();
  await bank.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

describe("the window of a kiosk", () => {
  it("D1: fills the display without frame or menu, and is shown when it is drawn", async () => {
    expect(made()).toMatchObject({ kiosk: true, frame: false, autoHideMenuBar: true, show: false });
    expect(app.events("Menu.setApplicationMenu").map(({ args }) => args)).toEqual([[null]]);
    expect(await window()).toMatchObject({
      kiosk: true,
      fullScreen: true,
      visible: true,
      bounds: { x: 0, y: 0, width: 1080, height: 1920 },
    });
    expect(await page.evaluate(() => [innerWidth, innerHeight])).toEqual([1080, 1920]);
  });
  it("D3: lets no key through but those that type", async () => {
    for (const key of [
      { key: "F4", alt: true },
      { key: "w", control: true },
      { key: "F1" },
      { key: "F12" },
      { key: "i", control: true, shift: true },
      { key: "u", control: true },
      { key: "ContextMenu" },
    ])
      expect(await app.control.key(key), key.key).toEqual({ prevented: true, menu: null });
    expect(await app.control.key({ key: "5" })).toEqual({ prevented: false, menu: null });
  });
  it("D4: is never enlarged, neither by two fingers nor by a wheel", async () => {
    expect(app.events("webContents.setVisualZoomLevelLimits").at(-1)?.args.slice(1)).toEqual([1, 1]);
    expect(app.events("app.commandLine.appendSwitch").map(({ args }) => args)).toEqual(
      expect.arrayContaining([
        ["disable-pinch", ""],
        ["overscroll-history-navigation", "0"],
      ]),
    );
    const before = count("webContents.setZoomFactor");
    await app.control.zoom("in");
    expect(app.events("webContents.setZoomFactor").at(-1)?.args.at(-1)).toBe(1);
    expect(count("webContents.setZoomFactor")).toBe(before + 1);
  });
  it("D5: selects nothing, drags nothing, takes no file that is dropped on it, and has no dialog", async () => {
    const stopped = await page.evaluate(() => {
      const target = document.querySelector('[data-testid="screen"]') ?? document.body;
      const of = (event: Event): boolean => !target.dispatchEvent(event);
      const how = { bubbles: true, cancelable: true };
      return [
        ...["contextmenu", "dragstart", "selectstart", "dragover", "drop"].map((name) => of(new Event(name, how))),
        of(new MouseEvent("mouseup", { ...how, button: 3 })),
        of(new MouseEvent("auxclick", { ...how, button: 1 })),
        of(new WheelEvent("wheel", { ...how, ctrlKey: true })),
        of(new MouseEvent("click", how)),
      ];
    });
    expect(stopped).toEqual([...Array(8).fill(true), false]);
    expect(made()["webPreferences"]).toMatchObject({ disableDialogs: true });
    const began = Date.now();
    await page.evaluate(() => alert("x"));
    expect(Date.now() - began).toBeLessThan(5_000);
  });
  it("D6: does not close, and the program does not end by it", async () => {
    expect(await app.control.closeWindow()).toBe(false);
    expect(await log()).toMatch(/"event":"screen.undone","what":"close"/);
    expect(await call("health", {})).toMatchObject({ ok: true });
  });
  it("D7: stays full screen, in front and with the focus; what was undone is logged", async () => {
    expect(app.events("BrowserWindow.setAlwaysOnTop")[0]?.args.slice(1)).toEqual([true, "screen-saver"]);
    await app.control.leaveFullScreen();
    await expect.poll(async () => (await window()).fullScreen, { timeout: 10_000 }).toBe(true);
    await app.control.blur();
    await expect.poll(async () => (await window()).focused, { timeout: 10_000 }).toBe(true);
    expect(await log()).toMatch(/"event":"screen.undone","what":"full screen"/);
  });
  it("D9: the display is awake the whole time", () => expect(awake()).toBe(1));
  it("D10: on Linux the program does not put itself into the session", () =>
    expect(app.events("app.setLoginItemSettings")).toEqual([]));
});

describe("the display", () => {
  it("D11: is the one that the settings name; unplugged, the primary one; put back, that one again", async () => {
    await app.control.displayAdded(SIDE);
    await save({ displays: { till: "Side", customer: null, night: null } });
    const at = async (): Promise<number> => (await window()).bounds.x;
    await expect.poll(at, { timeout: 10_000 }).toBe(1080);
    expect(await window()).toMatchObject({ fullScreen: true, kiosk: true });
    await app.control.displayRemoved(2);
    await expect.poll(at, { timeout: 10_000 }).toBe(0);
    await app.control.displayAdded(SIDE);
    await expect.poll(at, { timeout: 10_000 }).toBe(1080);
    await app.control.displayChanged(2, { bounds: { x: 1080, y: 0, width: 1280, height: 720 } });
    await expect.poll(async () => (await window()).bounds.width, { timeout: 10_000 }).toBe(1280);
    expect(await log()).not.toMatch(/"screen.undone","what":"minimize"/);
  });
});

describe("the mode", () => {
  it("D1, D9: changes while the program runs: a window with a frame for a cashier, and again one without", async () => {
    await save({ mode: "cashier" });
    await expect.poll(async () => (await window()).kiosk, { timeout: 10_000 }).toBe(false);
    expect(made()).not.toHaveProperty("frame");
    expect(await app.control.windows()).toHaveLength(1);
    await expect.poll(awake, { timeout: 10_000 }).toBe(0);
    page = await app.page();
    await page.waitForSelector('[data-testid="screen"]');
    expect(await app.control.key({ key: "F1" })).toEqual({ prevented: false, menu: null });
    await save({ mode: "kiosk" });
    await expect.poll(async () => (await window()).kiosk, { timeout: 10_000 }).toBe(true);
    expect(awake()).toBe(1);
    page = await app.page();
    await page.waitForSelector('[data-testid="screen"]');
  }, 30_000);
});

describe("the ways out", () => {
  it("D8, D6: a wrong PIN is none; the technician's ends the program with 0", async () => {
    const { session } = await unlock();
    expect(await call("kiosk.leave", { session: "x".repeat(43) })).toMatchObject({ ok: false });
    expect(await call("desk.unlock", { pin: "000000" })).toMatchObject({ ok: false, error: { code: "wrong_pin" } });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(app.process.exitCode).toBeNull();
    await call("kiosk.leave", { session }).catch(() => undefined);
    expect(await app.exit).toMatchObject({ code: 0 });
    expect(app.events("app.relaunch")).toEqual([]);
    await app.close();
  }, 30_000);
  it("D6: Windows may end its session, and takes it back; elsewhere the system's end ends the program", async () => {
    await launch();
    // The PIN that was wrong is no hindrance, and the settings are those of before.
    expect(await window()).toMatchObject({ kiosk: true });
    expect(await app.control.closeWindow()).toBe(false);
    expect(await app.control.sessionEnd("posix")).toEqual({ prevented: false });
    expect(await app.exit).toMatchObject({ code: 0 });
    await app.close();
    await launch();
    expect(await app.control.sessionEnd("win32")).toEqual({ prevented: false });
    expect(await app.exit).toMatchObject({ code: 0 });
  }, 40_000);
});
