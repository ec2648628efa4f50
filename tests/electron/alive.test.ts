/** How the Electron host comes back: from a page that hangs, a graphics card that is not fit, and its own faults. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir, uptime } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCrashes } from "../../main/crash.ts";
import { launchHarness, type HarnessApp } from "../harness/launch.ts";

const root = join(import.meta.dirname, "..", "..");
const preloads = [join(import.meta.dirname, "fixtures", "quick.cjs"), join(root, "tests", "support", "fault.cjs")];

let dir: string;
let app: HarnessApp;
let page: Page;

const data = (): string => join(dir, "till");
async function launch(...args: string[]): Promise<void> {
  app = await launchHarness({
    main: "dist/electron.cjs",
    cwd: root,
    args: ["--port", "0", "--data", data(), ...args],
    userData: join(dir, "chromium"),
    env: { NODE_OPTIONS: preloads.map((file) => `--require=${file}`).join(" ") },
  });
}
/** A page that was taken before its renderer died is dead for good: the next one is. */
const screen = async (name: string): Promise<void> => {
  for (let tries = 0; tries < 5; tries += 1) {
    page = await app.page();
    const seen = page.waitForSelector(`[data-testid="screen"][data-screen="${name}"]`, { timeout: 15_000 });
    if (await seen.catch((error: Error) => (/crashed|closed/.test(error.message) ? null : Promise.reject(error))))
      return;
  }
  throw new Error(`the screen ${name} did not come back`);
};
const count = (name: string): number => app.events(name).length;
const gpu = (): Promise<void> => app.control.childProcessGone({ type: "GPU", reason: "crashed", exitCode: 5 });
/** What the app asked for when it ended. */
const relaunched = (): any => app.events("app.relaunch")[0]?.args?.[0];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-alive-"));
  await launch();
  await screen("setup");
}, 60_000);
afterAll(async () => {
  await app.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

describe("the page", () => {
  it("E3: that Chromium calls unresponsive is ended after ten seconds, and is back; one that recovers is left alone", async () => {
    await app.control.unresponsive();
    await app.control.responsive();
    await new Promise((resolve) => setTimeout(resolve, 2_800));
    expect(count("webContents.forcefullyCrashRenderer")).toBe(0);
    await app.control.unresponsive();
    await app.waitForEvent("webContents.forcefullyCrashRenderer");
    await screen("setup");
  }, 30_000);
  it("E2: that hangs with nobody touching it is found, ended, and is back", async () => {
    const before = count("webContents.forcefullyCrashRenderer");
    void page.evaluate("setTimeout(() => { for (;;); }, 0)").catch(() => undefined);
    await app.waitForEvent("webContents.forcefullyCrashRenderer", before + 1);
    await screen("setup");
    expect(app.events("harness.exit")).toEqual([]);
  }, 40_000);
});

describe("Chromium's own processes", () => {
  it("E9: crash dumps are kept here and sent to nobody", () => {
    expect(app.events("crashReporter.start").map(({ args }) => args)).toEqual([[{ uploadToServer: false }]]);
  });
  it("E4: a graphics process that dies three times means a new start without the graphics card, once", async () => {
    await app.control.childProcessGone({ type: "Utility", reason: "crashed", exitCode: 5 });
    await app.control.childProcessGone({ type: "GPU", reason: "clean-exit", exitCode: 0 });
    await gpu();
    await gpu();
    expect(count("app.relaunch")).toBe(0);
    await gpu().catch(() => undefined);
    expect(await app.exit).toMatchObject({ code: 1 });
    expect(relaunched().args).toEqual(expect.arrayContaining(["--plain-drawing", "--data", data()]));
    await app.close();

    // Four faults that were, for the test below.
    const crashes = openCrashes(data(), "0.1.0");
    for (let i = 0; i < 4; i += 1) crashes.note(new Error("x"), "uncaughtException");
    await launch("--plain-drawing");
    await screen("setup");
    expect(count("app.disableHardwareAcceleration")).toBe(1);
    for (let i = 0; i < 4; i += 1) await gpu();
    expect(count("app.relaunch")).toBe(0);
  }, 60_000);
});

describe("a fault that nobody caught", () => {
  const kept = async (): Promise<any[]> => JSON.parse(await readFile(join(data(), "crashes.json"), "utf8")).faults;

  it("E5: is written down, and the app begins anew with the same options", async () => {
    app.process.kill("SIGURG");
    expect(await app.exit).toMatchObject({ code: 1 });
    expect(relaunched().args).toEqual(expect.arrayContaining(["--plain-drawing", "--data", data()]));
    const faults = await kept();
    expect(faults[4]).toMatchObject({ origin: "unhandledRejection", name: "Error", code: "EXAMPLE", told: false });
    expect(Math.abs(faults[4].up - uptime() * 1000)).toBeLessThan(60_000);
    const db = new DatabaseSync(join(data(), "journal.db"), { readOnly: true });
    const events = db.prepare("SELECT ref FROM events WHERE kind = 'fault' ORDER BY seq").all();
    db.close();
    expect(events.map(({ ref }) => ref)).toEqual(faults.slice(0, 4).map(({ incident }) => incident));
    expect(app.logs()).toContain(faults[4].incident);
    await app.close();
  }, 30_000);
  it("E5: the fifth within five minutes ends at a page that waits for a person, and opens no store", async () => {
    await launch();
    page = await app.page();
    const [incident] = (await kept()).slice(-1).map((fault) => fault.incident);
    for (const words of ["Касса тоқтады", "Касса остановлена", "The till has stopped", incident])
      await page.waitForSelector(`text=${words}`);
    expect(await page.evaluate("'qabyl' in globalThis")).toBe(false);
    expect(app.events("app.relaunch")).toEqual([]);
    // A technician can put the journal back meanwhile.
    const db = new DatabaseSync(join(data(), "lock"), { timeout: 0 });
    db.exec("BEGIN EXCLUSIVE; ROLLBACK");
    db.close();
    await page.evaluate("location.href = 'https://example.com/'");
    await page.getByRole("button").click();
    expect(await app.exit).toMatchObject({ code: 1 });
    expect(count("app.relaunch")).toBe(1);
    expect((await kept()).filter(({ counts }) => counts)).toEqual([]);
  }, 30_000);
});
