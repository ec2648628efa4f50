/** One till for a story, on whichever host the project names: a page, a way to kill and start it again, its API. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, test as base, expect, type Browser, type Page } from "playwright/test";
import { launchHarness, type HarnessApp } from "../harness/launch.ts";
import { startBank, firstReady, type Bank } from "./bank.ts";
import { dist, root } from "./paths.ts";

export type HostName = "browser" | "harness" | "electron";
/** Told in one host alone: what it tells of is behind the bridge and the same in each of them. */
export const ONCE = { tag: "@once" } as const;
export const TOKEN = "a-till-token-made-by-the-tests";

export interface Till {
  readonly page: Page;
  readonly dir: string;
  /** The harness's hand on the outside world; null in other hosts. */
  readonly control: HarnessApp["control"] | null;
  readonly exit: Promise<unknown>;
  /** The page is loaded anew, as after the death of its renderer; the new page. */
  reopen(): Promise<Page>;
  /** The till API. */
  api(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<{ status: number; body: any }>;
  /** Opens the bank's page for the payer, and gives its window. */
  bankPage(): Promise<Page>;
  /** kill -9 the host, start it again on the same folder; the new page. */
  killAndRestart(): Promise<Till>;
  close(): Promise<void>;
}

interface Started {
  readonly page: Page;
  readonly till: string | null;
  readonly control: HarnessApp["control"] | null;
  readonly exit: Promise<unknown>;
  reopen(): Promise<Page>;
  bankPage(): Promise<Page>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface LaunchOptions {
  readonly bank?: Bank;
  readonly training?: boolean;
  readonly size?: { width: number; height: number };
  readonly provision?: Record<string, unknown>;
  /** Instead of some of the usual facts about Kaspi in that file. */
  readonly kaspi?: Record<string, unknown>;
  /** Halyk is set up beside Kaspi; instead of some of the usual facts about it. */
  readonly halyk?: Record<string, unknown>;
  /** ePay is set up alone; instead of some of the usual facts about it. */
  readonly epay?: Record<string, unknown>;
  /** The host's own clocks run so many times faster once its screen is there; in the browser's host alone. */
  readonly faster?: number;
}

/** What moves is looked at in tests/screens; here it would take a fifth of the machine. */
const STILL = { reducedMotion: "reduce" } as const;

async function startNodeHost(
  args: string[],
  browser: Browser,
  size: { width: number; height: number },
  faster = 1,
): Promise<Started> {
  const clock = faster === 1 ? [] : ["--require", join(import.meta.dirname, "fast-clock.cjs")];
  const child = spawn(process.execPath, [...clock, join(dist, "node.cjs"), "--port", "0", "--no-browser", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: root,
    env: { ...hostEnv(), TEST_FASTER: String(faster) },
  });
  const exit = ended(child);
  let said = "";
  child.stderr?.on("data", (data) => (said += String(data)));
  const ready = await firstReady(child).catch((error: Error) => {
    throw new Error(`${error.message}\n${said}`);
  });
  const context = await browser.newContext({ viewport: size, ...STILL });
  const page = await context.newPage();
  await page.goto(ready.url);
  if (faster !== 1) {
    await page.getByTestId("screen").waitFor();
    child.kill("SIGUSR2");
  }
  return {
    page,
    till: ready.till,
    control: null,
    exit,
    async reopen() {
      await page.reload();
      return page;
    },
    async bankPage() {
      const opened = context.waitForEvent("page");
      await page.getByTestId("bank-page").click();
      return opened;
    },
    async kill() {
      child.kill("SIGKILL");
      await exit;
      await context.close();
    },
    async close() {
      child.kill("SIGTERM");
      await exit;
      await context.close();
    },
  };
}

async function startHarness(
  args: string[],
  dir: string,
  size: { width: number; height: number },
  acs: string | undefined,
): Promise<Started> {
  const app = await launchHarness({
    main: join(dist, "electron.cjs"),
    args: ["--port", "0", ...args],
    userData: join(dir, "chromium"),
    cwd: root,
    env: hostEnv(),
    viewport: size,
    ...(acs === undefined ? {} : { network: [new URL(acs).origin] }),
  });
  const page = await app.page();
  await page.setViewportSize(size);
  await page.emulateMedia(STILL);
  const ready = await readyLine(app.logs);
  return {
    page,
    till: ready.till,
    control: app.control,
    exit: app.exit,
    // A page of this host may not reload itself: every navigation is denied (checklist C5).
    async reopen() {
      await app.control.crashRenderer();
      return app.page();
    },
    async bankPage() {
      await page.getByTestId("bank-page").click();
      let found: Page | undefined;
      const look = async (): Promise<boolean> => {
        found = (await app.pages()).find((one) => one.url().startsWith(acs ?? "?"));
        return found !== undefined;
      };
      await expect.poll(look).toBe(true);
      return found as Page;
    },
    async kill() {
      await app.kill("SIGKILL");
      await app.close();
    },
    close: () => app.close(),
  };
}

/** The real thing, wherever its binary is: the same bundles, unpacked, so that Playwright may attach (checklist F5). */
async function startElectron(args: string[], dir: string, size: { width: number; height: number }): Promise<Started> {
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const app = await _electron.launch({
    executablePath: electronBinary ?? "",
    args: [...sandbox, root, `--user-data-dir=${join(dir, "chromium")}`, "--port", "0", ...args],
    cwd: root,
    env: hostEnv() as Record<string, string>,
  });
  let said = "";
  app.process().stdout?.on("data", (data) => (said += String(data)));
  const exit = ended(app.process());
  const page = await app.firstWindow();
  await page.setViewportSize(size);
  const ready = await readyLine(() => said);
  return {
    page,
    till: ready.till,
    control: null,
    exit,
    async reopen() {
      await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
      return page;
    },
    async bankPage() {
      const opened = app.waitForEvent("window");
      await page.getByTestId("bank-page").click();
      return opened;
    },
    async kill() {
      app.process().kill("SIGKILL");
      await exit;
    },
    close: () => app.close(),
  };
}

async function readyLine(logs: () => string): Promise<{ till: string | null }> {
  for (let i = 0; i < 300; i += 1) {
    const line = logs()
      .split("\n")
      .find((text) => text.includes('"event":"ready"'));
    if (line) return JSON.parse(line) as { till: string | null };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ready line:\n${logs()}`);
}

/** The vault's key must not be left in the home of whoever runs the tests. */
function hostEnv(): NodeJS.ProcessEnv {
  return { ...process.env, QABYL_KEY_STORE: "none", QABYL_VAULT_KEY: Buffer.alloc(32, 7).toString("base64") };
}

function ended(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
}

/** As short as the file allows. */
const halykConfig = ({ halyk: { url, username, password, terminal, ca } }: Bank): Record<string, unknown> => ({
  environment: "test",
  url,
  username,
  password,
  terminal,
  ca,
  scanSeconds: 30,
  pollSeconds: 2,
});

/** The shop's own terminals at ePay; cards are typed here. */
const epayConfig = ({ epay: { oauthUrl, apiUrl, terminals, ca } }: Bank): Record<string, unknown> => ({
  environment: "test",
  oauthUrl,
  apiUrl,
  terminals,
  ca,
  limits: { min: "1.00", max: "1000000.00" },
  cards: true,
});

export async function writeProvision(
  dir: string,
  bank: Bank,
  { provision = {}, kaspi = {}, halyk, epay }: Pick<LaunchOptions, "provision" | "kaspi" | "halyk" | "epay"> = {},
): Promise<string> {
  const file = join(dir, "provision.json");
  const document = {
    version: 1,
    language: "ru",
    mode: "cashier",
    timezone: "Asia/Almaty",
    merchant: { name: "Дүкен №1", bin: "180340021791", supportPhone: "+7 727 000 00 00" },
    till: { id: "A1", name: "Касса 1", token: TOKEN },
    screen: { autoReturnSeconds: 3, idleSeconds: 60 },
    providers: epay
      ? { epay: { ...epayConfig(bank), ...epay } }
      : {
          kaspi: {
            environment: "test",
            scheme: 2,
            url: bank.url,
            certificate: bank.certificate,
            privateKey: bank.privateKey,
            passphrase: bank.passphrase,
            ca: bank.ca,
            deviceId: "GFC-456397",
            tradePointId: "12",
            limits: { min: "1.00", max: "1000000.00" },
            ...kaspi,
          },
          ...(halyk && { halykQr: { ...halykConfig(bank), ...halyk } }),
        },
    ...provision,
  };
  await writeFile(file, JSON.stringify(document), { mode: 0o600 });
  return file;
}

export const test = base.extend<{ host: HostName; bank: Bank; launch: (options?: LaunchOptions) => Promise<Till> }>({
  host: ["browser", { option: true }],
  bank: async ({}, use) => {
    const bank = await startBank();
    await use(bank);
    await bank.stop();
  },
  launch: async ({ host, browser }, use) => {
    const open: Started[] = [];
    const dirs: string[] = [];
    const launch = async ({
      bank,
      training = false,
      size = { width: 1024, height: 768 },
      faster,
      ...settings
    }: LaunchOptions = {}): Promise<Till> => {
      const dir = await mkdtemp(join(tmpdir(), "qabyl-e2e-"));
      dirs.push(dir);
      const args = ["--data", dir];
      if (training) args.push("--training");
      if (bank) args.push("--provision", await writeProvision(dir, bank, settings));
      const start = (): Promise<Started> =>
        ({
          browser: () => startNodeHost(args, browser, size, faster),
          harness: () => startHarness(args, dir, size, settings.epay && bank?.epay.acs),
          electron: () => startElectron(args, dir, size),
        })[host]();
      const wrap = (started: Started): Till => ({
        page: started.page,
        dir,
        control: started.control,
        exit: started.exit,
        reopen: () => started.reopen(),
        bankPage: () => started.bankPage(),
        async api(method, path, body, headers = {}) {
          const response = await fetch(`${started.till}${path}`, {
            method,
            headers: {
              authorization: `Bearer ${TOKEN}`,
              ...(body === undefined ? {} : { "content-type": "application/json" }),
              ...headers,
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          });
          return { status: response.status, body: await response.json() };
        },
        async killAndRestart() {
          await started.kill();
          open.splice(open.indexOf(started), 1);
          const again = await start();
          open.push(again);
          return wrap(again);
        },
        close: () => started.close(),
      });
      const started = await start();
      open.push(started);
      return wrap(started);
    };
    await use(launch);
    for (const { page } of open) {
      if (page.isClosed()) continue;
      // Whatever the story: the launch key, a token or an amount in them would stay in the browser's history and task bar.
      expect(new URL(page.url()).search + new URL(page.url()).hash).toBe("");
      // A renderer that a story has killed has no title any more.
      const title = await page.title().catch(() => "");
      expect(title).not.toMatch(/\d{4}|key|token/i);
    }
    for (const started of open) await started.close().catch(() => undefined);
    for (const dir of dirs) await rm(dir, { recursive: true, force: true });
  },
});

export { expect };
/** Found by the test runner; the project of the real Electron exists only then, and the summary says so either way. */
export const electronBinary = process.env["POS_ELECTRON"] ?? null;
