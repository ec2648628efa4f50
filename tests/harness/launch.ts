import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Browser, type Page } from "playwright";
import { pack, unpack } from "./clone.ts";
import type { Control, Handshake } from "./control-api.ts";
import { processMark } from "./processes.ts";
import { eventsFile, type RecordedEvent } from "./record.ts";

export type { Control, Controls, WindowState } from "./control-api.ts";
export type { RecordedEvent } from "./record.ts";

export interface HarnessOptions {
  /** The main bundle, relative to `cwd`. */
  readonly main: string;
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Given as `--user-data-dir`; without it a fresh folder, removed by `close`. */
  readonly userData?: string;
  readonly isPackaged?: boolean;
  /** Size of the primary display; a kiosk or full-screen window fills it. */
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly cwd?: string;
  readonly locale?: string;
  readonly resourcesPath?: string;
  /** Origins the renderer may really reach, for a bank's page on loopback. None by default. */
  readonly network?: readonly string[];
  /** Public key fingerprints (base64 SHA-256) of servers with a test certificate among `network`. */
  readonly spki?: readonly string[];
  readonly headed?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface HarnessApp {
  /** The page of the app's first window, once it is open. After a renderer crash ask again: the old object is dead. */
  page(): Promise<Page>;
  /** The pages of all windows. */
  pages(): Promise<Page[]>;
  readonly control: Control;
  /** What was recorded so far; also after the process is gone, by whatever death. */
  events(name?: string): RecordedEvent[];
  /** Resolves when an event of that name was recorded (or `count` of them). */
  waitForEvent(name: string, count?: number): Promise<RecordedEvent>;
  readonly process: ChildProcess;
  readonly userData: string;
  readonly exit: Promise<Exit>;
  /** Resolves when the app is ready; rejects when it ended before. */
  readonly started: Promise<Handshake>;
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Ends everything and waits until Chromium is gone too. */
  close(): Promise<void>;
  /** Standard output and error of the app. */
  logs(): string;
}

async function until<T>(
  what: string,
  milliseconds: number,
  attempt: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const end = Date.now() + milliseconds;
  for (;;) {
    const value = await attempt();
    if (value !== undefined) return value;
    if (Date.now() > end) throw new Error(`harness: gave up waiting for ${what}`);
    await sleep(20);
  }
}

/** Starts the app's real bundles on the stand-in, as a process of its own. */
export async function launchHarness(options: HarnessOptions): Promise<HarnessApp> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "harness-"));
  const userData = options.userData ?? path.join(folder, "profile");
  const control = path.join(folder, "control");
  const register = fileURLToPath(new URL("./register.ts", import.meta.url));
  const cwd = options.cwd ?? process.cwd();
  const argv = ["--import", register, path.resolve(cwd, options.main), `--user-data-dir=${userData}`];
  const { viewport } = options;
  const child = spawn(process.execPath, [...argv, ...(options.args ?? [])], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      // The test runner's own settings are none of the app's.
      NODE_ENV: undefined,
      NODE_OPTIONS: undefined,
      VITEST: undefined,
      ...options.env,
      QABYL_HARNESS_CONTROL: control,
      QABYL_HARNESS_DEBUG_PORT: "0",
      ...(options.isPackaged === true ? { QABYL_HARNESS_PACKAGED: "1" } : {}),
      ...(viewport === undefined ? {} : { QABYL_HARNESS_VIEWPORT: `${viewport.width}x${viewport.height}` }),
      ...(options.locale === undefined ? {} : { QABYL_HARNESS_LOCALE: options.locale }),
      ...(options.resourcesPath === undefined ? {} : { QABYL_HARNESS_RESOURCES: options.resourcesPath }),
      ...(options.network === undefined ? {} : { QABYL_HARNESS_NETWORK: options.network.join(",") }),
      ...(options.spki === undefined ? {} : { QABYL_HARNESS_SPKI: options.spki.join(",") }),
      ...(options.headed === true ? { QABYL_HARNESS_HEADED: "1" } : {}),
    },
  });

  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  let ended: Exit | undefined;
  const exit = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve((ended = { code, signal })));
  });

  const started = until<Handshake>("the app to start", 30_000, () => {
    if (fs.existsSync(control)) return JSON.parse(fs.readFileSync(control, "utf8")) as Handshake;
    if (ended !== undefined) {
      throw new Error(
        `harness: the app ended before it was ready (${ended.code ?? ended.signal})\n${output.slice(-4000)}`,
      );
    }
    return undefined;
  });
  started.catch(() => undefined);

  let browser: Browser | undefined;
  let crashed = false;
  const known: Page[] = [];

  async function call(method: string, args: unknown[]): Promise<unknown> {
    const { control: url } = await started;
    const response = await fetch(url, {
      method: "POST",
      // A kept connection that the process hangs up on while it is used again would look like its death.
      headers: { connection: "close" },
      body: pack({ method, args }),
    }).catch((error: unknown) => {
      if (ended === undefined) throw error;
      const how = ended.code ?? ended.signal;
      throw new Error(`harness: the app has ended (${how})\n${output.slice(-4000)}`, { cause: error });
    });
    if (method === "crashRenderer") crashed = true;
    const { result, error } = unpack(await response.text()) as { result: unknown; error?: string };
    if (error !== undefined) throw new Error(error);
    return result;
  }

  function events(name?: string): RecordedEvent[] {
    const file = eventsFile(control);
    const lines = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n") : [];
    const all = lines.filter((line) => line !== "").map((line) => JSON.parse(line) as RecordedEvent);
    return name === undefined ? all : all.filter((event) => event.name === name);
  }

  async function connect(): Promise<Browser> {
    if (browser?.isConnected() === true && !crashed) return browser;
    // Playwright gives a page up for good when its renderer crashes; a new connection sees it again.
    await browser?.close();
    crashed = false;
    const { cdp } = await started;
    if (cdp === null) throw new Error("harness: there is no debugging port");
    known.length = 0;
    browser = await chromium.connectOverCDP(cdp);
    return browser;
  }

  async function pages(): Promise<Page[]> {
    const connected = await connect();
    const found = connected.contexts().flatMap((context) => context.pages());
    for (const page of found) {
      if (known.includes(page)) continue;
      known.push(page);
      page.once("crash", () => {
        crashed = true;
      });
    }
    return found;
  }

  async function cleanUp(): Promise<void> {
    const handshake = await started.catch(() => undefined);
    await until("Chromium to end", 10_000, () =>
      handshake?.browserPids.some((pid) => processMark(pid) !== null) === true ? undefined : true,
    );
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  return {
    started,
    process: child,
    userData,
    exit,
    pages,
    page: () => {
      let looks = 0;
      return until("the first window", 15_000, async () => {
        if (ended !== undefined) throw new Error(`harness: the app has ended\n${output.slice(-4000)}`);
        const [first] = (await pages()).filter((page) => page.url() !== "about:blank");
        // A connection made while the page lay dead never sees it come back.
        looks += 1;
        if (first === undefined && looks % 25 === 0) crashed = true;
        return first;
      });
    },
    control: new Proxy({} as Control, {
      get: (_target, method) => (method === "then" ? undefined : (...args: unknown[]) => call(String(method), args)),
    }),
    events,
    waitForEvent: (name, count = 1) =>
      until(`the event ${name}`, 10_000, () => {
        return events(name)[count - 1];
      }),
    async kill(signal = "SIGKILL") {
      child.kill(signal);
      return exit;
    },
    async close() {
      await browser?.close().catch(() => undefined);
      if (ended === undefined) {
        child.kill("SIGKILL");
        await exit;
      }
      await cleanUp();
    },
    logs: () => output,
  };
}
