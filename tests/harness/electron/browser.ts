import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Duplex, Readable, Writable } from "node:stream";
import { createInterface } from "node:readline";
import { Cdp, type CdpSession } from "../cdp.ts";
import { settings } from "../settings.ts";

interface TargetInfo {
  targetId: string;
  type: string;
  url: string;
  openerId?: string;
  browserContextId?: string;
}

export interface Attached {
  readonly session: CdpSession;
  readonly target: TargetInfo;
}

type Adopt = (attached: Attached) => boolean;

/** The real Chromium behind the windows. */
export class Browser {
  readonly root: CdpSession;
  readonly endpoint: string | null;
  readonly pids: readonly number[];
  readonly #cdp: Cdp;
  readonly #wanted = new Map<string, (attached: Attached) => void>();
  readonly #early = new Map<string, Attached>();
  #adopt: Adopt = () => false;
  #opening = 0;

  constructor(cdp: Cdp, endpoint: string | null, pids: readonly number[]) {
    this.#cdp = cdp;
    this.root = cdp.root;
    this.endpoint = endpoint;
    this.pids = pids;
    this.root.on<{ sessionId: string; targetInfo: TargetInfo }>(
      "Target.attachedToTarget",
      ({ sessionId, targetInfo }) => {
        this.#attached({ session: this.#cdp.session(sessionId), target: targetInfo });
      },
    );
  }

  #attached(attached: Attached): void {
    const { targetId } = attached.target;
    const wanted = this.#wanted.get(targetId);
    this.#wanted.delete(targetId);
    if (wanted !== undefined) wanted(attached);
    else if (!this.#adopt(attached)) {
      this.#early.set(targetId, attached);
      this.#releaseForeign();
    }
  }

  /** Pages that are nobody's window (opened by the test's own tool) just run. */
  #releaseForeign(): void {
    if (this.#opening > 0) return;
    for (const { session } of this.#early.values()) session.post("Runtime.runIfWaitingForDebugger");
    this.#early.clear();
  }

  /** Who takes a window that a page opened. */
  setAdopter(adopt: Adopt): void {
    this.#adopt = adopt;
  }

  /** Opens an empty page, paused before its first script. */
  async open(browserContextId: string | undefined): Promise<Attached> {
    const context = browserContextId === undefined ? {} : { browserContextId };
    this.#opening++;
    const { targetId } = await this.root.send<{ targetId: string }>("Target.createTarget", {
      url: "about:blank",
      newWindow: true,
      ...context,
    });
    this.#opening--;
    const early = this.#early.get(targetId);
    this.#early.delete(targetId);
    this.#releaseForeign();
    return early ?? new Promise((resolve) => this.#wanted.set(targetId, resolve));
  }

  async start(): Promise<void> {
    await this.root.send("Target.setAutoAttach", {
      autoAttach: true,
      waitForDebuggerOnStart: true,
      flatten: true,
      filter: [{ type: "page" }],
    });
  }
}

let browser: Browser | undefined;

export function currentBrowser(): Browser {
  if (browser === undefined) throw new Error("harness: Chromium is not running yet");
  return browser;
}

/** Starts Chromium under its supervisor and connects. */
export async function startBrowser(onGone: () => void): Promise<Browser> {
  const { debugPort, headed, network, spki, verbose } = settings;
  const file = fileURLToPath(new URL("../supervisor.ts", import.meta.url));
  const child = spawn(process.execPath, [file, JSON.stringify({ debugPort, headed, network, spki, verbose })], {
    stdio: ["pipe", "pipe", verbose ? "inherit" : "ignore", "pipe", "pipe"],
    // A process group of its own: a signal to the app's group must not reach it before it has cleaned up.
    detached: true,
  });
  const pids: number[] = [child.pid ?? 0];
  const cdp = new Cdp(child.stdio[3] as Writable, child.stdio[4] as Readable, onGone);
  let endpoint: string | null = null;
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`harness: Chromium did not start (supervisor ended with ${code})`)));
    createInterface({ input: child.stdout as Readable }).on("line", (line) => {
      const message = JSON.parse(line) as { pid?: number; endpoint?: string; error?: string };
      if (message.error !== undefined) reject(new Error(message.error));
      if (message.pid !== undefined) pids.push(message.pid);
      if (message.endpoint !== undefined) endpoint = message.endpoint;
      if (pids.length > 1 && (debugPort === null || endpoint !== null)) resolve();
    });
  });
  browser = new Browser(cdp, endpoint, pids);
  await browser.start();
  // Only the debugging pipe keeps the app's event loop alive.
  child.unref();
  (child.stdin as unknown as Duplex & { unref(): void }).unref();
  (child.stdout as unknown as Duplex & { unref(): void }).unref();
  return browser;
}
