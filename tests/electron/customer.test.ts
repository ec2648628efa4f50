/** D11 on the stand-in: the customer's display of the real bundles, with a sale, unplugged, dead, and in a stranger's hands. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startSimulator, type Simulator } from "../../simulator/index.ts";
import { launchHarness, type HarnessApp } from "../harness/launch.ts";
import { goodProvision } from "../support/provision.ts";

const root = join(import.meta.dirname, "..", "..");
const GUEST = { id: 2, label: "Guest", bounds: { x: 1280, y: 0, width: 800, height: 480 } };
const URL_OF_IT = "qabyl://pos/customer.html";

let dir: string;
let bank: Simulator;
let app: HarnessApp;
let till: Page;

const windows = async () => (await app.control.windows()).filter(({ url }) => url === URL_OF_IT);
const customer = async (): Promise<Page> => {
  const found = await vi.waitFor(
    async () => {
      for (const page of await app.pages()) {
        const step = await page
          .getByTestId("customer")
          .getAttribute("data-step", { timeout: 500 })
          .catch(() => null);
        if (step !== null) return page;
      }
      throw new Error("no page of the customer's");
    },
    { timeout: 15_000, interval: 100 },
  );
  return found;
};
const step = async (name: string): Promise<void> =>
  vi.waitFor(
    async () => expect(await (await customer()).getByTestId("customer").getAttribute("data-step")).toBe(name),
    { timeout: 15_000, interval: 100 },
  );
const call = (name: string, input: unknown): Promise<any> =>
  till.evaluate(([command, value]) => (globalThis as any).qabyl.call(command, value), [name, input] as const);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-customer-"));
  bank = await startSimulator({ pollSeconds: 1 });
  const { ca, certificate, privateKey } = bank.paths;
  const file = join(dir, "provision.json");
  const good = goodProvision({ url: bank.url, certificate, privateKey, ca, passphrase: bank.files.passphrase });
  await writeFile(file, JSON.stringify({ ...good, displays: { customer: "Guest" } }), { mode: 0o600 });
  app = await launchHarness({
    main: "dist/electron.cjs",
    cwd: root,
    args: ["--port", "0", "--data", join(dir, "till"), "--provision", file],
    userData: join(dir, "chromium"),
    viewport: { width: 1280, height: 800 },
    isPackaged: true,
  });
  till = await app.page();
  await till.waitForSelector('[data-testid="screen"]', { timeout: 15_000 });
}, 60_000);
afterAll(async () => {
  await app.close();
  await bank.stop();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
});

describe("D11: the customer's display", () => {
  it("has no window before it is plugged in, and fills it then, without taking the focus", async () => {
    expect(await windows()).toEqual([]);
    await app.control.displayAdded(GUEST);
    await step("welcome");
    expect(await windows()).toMatchObject([
      { bounds: GUEST.bounds, visible: true, focused: false, alwaysOnTop: "screen-saver" },
    ]);
    expect(app.events("BrowserWindow").at(-1)?.args[0]).toMatchObject({
      frame: false,
      focusable: false,
      closable: false,
    });
  });
  it("shows the sale of the till, and leaves it with the till's screen", async () => {
    const made = await call("payments.create", { key: "k-1", request: { amount: "1234.50", provider: "kaspi" } });
    expect(made.ok).toBe(true);
    await step("code");
    const page = await customer();
    const { payload } = made.value.payment.qr ?? {};
    if (payload) expect(await page.getByTestId("qr").getAttribute("data-payload")).toBe(payload);
    expect(await page.getByTestId("amount").innerText()).toContain("234,50");
    await call("payments.cancel", { id: made.value.payment.id });
    await step("cancelled");
    await call("payments.dismiss", { id: made.value.payment.id });
    await step("welcome");
  });
  it("its page holds one function, no command, and nothing of the till's page", async () => {
    const page = await customer();
    const seen = await page.evaluate(() => {
      const here = globalThis as any;
      return {
        bridge: Object.keys(here.qabylDisplay),
        frozen: Object.isFrozen(here.qabylDisplay),
        others: ["qabyl", "require", "process", "module", "ipcRenderer"].filter((name) => name in here),
        kept: [localStorage.length, sessionStorage.length],
      };
    });
    expect(seen).toEqual({ bridge: ["watch"], frozen: true, others: [], kept: [0, 0] });
  });
  it("a compromised page of it gets its own view and no command, whatever it says", async () => {
    const index = (await app.control.windows()).findIndex(({ url }) => url === URL_OF_IT);
    const said = (channel: string, args: unknown[]) => app.control.ipcFromFrame(URL_OF_IT, channel, args, index);
    for (const name of ["health", "payments.create", "desk.unlock", "settings.get"])
      expect(await said("qabyl:call", [name, {}])).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await said("qabyl:watch", ["cashier"])).toMatchObject({ ok: false, error: { code: "bad_request" } });
    expect(await said("qabyl:watch", [])).toMatchObject({ ok: true });
    const keys = await (
      await customer()
    ).evaluate(
      () =>
        new Promise<string[]>((resolve) =>
          (globalThis as any).qabylDisplay.watch((snapshot: object) => resolve(Object.keys(snapshot))),
        ),
    );
    expect(keys.toSorted()).toEqual(["app", "boot", "night", "refund", "sale", "shop", "version", "view"]);
  });
  it("follows its display's size, goes when it is unplugged, and is put back with it", async () => {
    await app.control.displayChanged(2, { bounds: { ...GUEST.bounds, width: 1024, height: 600 } });
    await vi.waitFor(async () => expect((await windows())[0]?.bounds).toMatchObject({ width: 1024, height: 600 }));
    await app.control.displayRemoved(2);
    await vi.waitFor(async () => expect(await windows()).toEqual([]));
    expect((await app.control.windows()).length).toBe(1);
    await app.control.displayAdded(GUEST);
    await step("welcome");
    expect(await windows()).toMatchObject([{ bounds: GUEST.bounds }]);
  });
  it("comes back when its renderer dies, and cannot be closed", async () => {
    const index = (await app.control.windows()).findIndex(({ url }) => url === URL_OF_IT);
    await app.control.crashRenderer(index);
    await step("welcome");
    expect((await windows()).length).toBe(1);
    const again = (await app.control.windows()).findIndex(({ url }) => url === URL_OF_IT);
    expect(await app.control.closeWindow(again)).toBe(false);
  });
  it("keeps no app alive that the till's window has left", async () => {
    const index = (await app.control.windows()).findIndex(({ url }) => url !== URL_OF_IT);
    // The process that would answer may be gone first.
    void app.control.closeWindow(index).catch(() => undefined);
    expect(await app.exit).toMatchObject({ code: 0 });
  });
});
