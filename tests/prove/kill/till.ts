/** The till as a process that dies: its starts on one data folder, its screens, its API. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, truncate } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Result } from "../../../contract/errors.ts";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { ask, type Answered } from "../../support/http-client.ts";

export interface TillOptions {
  readonly bundle: string;
  /** Where its data, keys, trace and compiled code lie. */
  readonly dir: string;
  readonly token: string;
  readonly scale: number;
  readonly anchor: number;
}

export interface Start {
  /** Milliseconds from the start of the process to its ready line, and to its first picture. */
  readonly readyMs: number;
  readonly screenMs: number;
}

/** One life. Whatever is asked of it may reject: it may be dead. */
export interface Life {
  readonly pid: number;
  readonly start: Start;
  readonly dead: Promise<void>;
  isDead(): boolean;
  /** Why it ended although nobody killed it; null when it was killed, or lives. */
  fell(): string | null;
  readonly origin: string;
  /** The newest picture; of a life that ended, its last. */
  screen(): Snapshot;
  api(method: "GET" | "POST", path: string, body?: object, key?: string): Promise<Answered>;
  call(name: string, input: object): Promise<Result<any>>;
  /** Counts boundaries from now on, and dies at the n-th (0: lives), or at the first of that name. */
  arm(n: number, at?: string): Promise<void>;
  kill(): void;
  stop(): Promise<number | null>;
  said(): string;
}

export interface Till {
  /** `arm`: dies at that boundary of its start. Null when it died before it could be looked at. */
  begin(arm: number, args?: readonly string[]): Promise<Life | null>;
  /** The boundaries passed since the last call, in order. */
  passed(): Promise<readonly string[]>;
  /** Every payload of a code that any of its screens has shown. */
  readonly shown: ReadonlySet<string>;
}

export async function createTill({ bundle, dir, token, scale, anchor }: TillOptions): Promise<Till> {
  const trace = join(dir, "trace");
  const shown = new Set<string>();
  await mkdir(join(dir, "config"), { recursive: true });
  const env = {
    ...process.env,
    XDG_CONFIG_HOME: join(dir, "config"),
    QABYL_KEY_STORE: "none", // the desktop's keyring is somebody's
    NODE_COMPILE_CACHE: join(bundle, "..", "compiled"),
    PROVE_TRACE: trace,
    PROVE_SCALE: String(scale),
    PROVE_ANCHOR: String(anchor),
  };
  return {
    shown,
    async begin(arm, args = []) {
      const begun = performance.now();
      const child = spawn(
        process.execPath,
        [bundle, "--no-browser", "--supervised", "--port", "0", "--data", join(dir, "data"), ...args],
        { env: { ...env, PROVE_ARM: String(arm) }, stdio: ["ignore", "pipe", "pipe", "ipc"] },
      );
      const end = (): void => void child.kill("SIGKILL");
      process.once("exit", end); // a proof that fails leaves no till behind
      child.once("close", () => process.off("exit", end));
      return openLife(child, begun, token, shown);
    },
    async passed() {
      const text = await readFile(trace, "utf8").catch(() => "");
      await truncate(trace).catch(() => undefined); // the till has it open
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.replace(/^\d+ /, ""));
    },
  };
}

async function openLife(child: ChildProcess, begun: number, token: string, shown: Set<string>): Promise<Life | null> {
  let errors = "";
  let over = false;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const dead = once(child, "close").then(() => void (over = true));
  const ready = await Promise.race([readyLine(child), dead.then(() => null)]);
  if (ready === null) {
    if (child.signalCode !== "SIGKILL") throw new Error(`the till did not start: ${child.exitCode}: ${errors}`);
    return null;
  }
  const readyMs = performance.now() - begun;
  const url = new URL(ready.url);
  const port = Number(url.port);
  const origin = url.origin;
  try {
    const session = await ask(port, {
      method: "POST",
      path: "/session",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ key: url.searchParams.get("key") }),
    });
    const page = { origin, "x-qabyl-page": session.json().token as string };
    const pictures = await watch(port, page, shown);
    const screenMs = performance.now() - begun;
    return {
      pid: child.pid ?? 0,
      start: { readyMs, screenMs },
      dead,
      origin,
      isDead: () => over || child.exitCode !== null || child.signalCode !== null,
      fell: () => (child.exitCode === null ? null : `ended with ${child.exitCode}: ${errors}`),
      screen: pictures,
      api(method, path, body, key) {
        const headers: Record<string, string> = { authorization: `Bearer ${token}` };
        if (body !== undefined) headers["content-type"] = "application/json";
        if (key !== undefined) headers["idempotency-key"] = key;
        const content = body === undefined ? {} : { body: JSON.stringify(body) };
        return ask(port, { method, path: `/api/v1${path}`, headers, ...content });
      },
      async call(name, input) {
        const headers = { ...page, "content-type": "application/json" };
        const answer = await ask(port, {
          method: "POST",
          path: "/call",
          headers,
          body: JSON.stringify({ name, input }),
        });
        return answer.json();
      },
      async arm(n, at) {
        const armed = once(child, "message");
        child.send({ arm: n, at });
        await Promise.race([armed, dead]);
      },
      kill: () => void child.kill("SIGKILL"),
      async stop() {
        child.kill("SIGTERM");
        await dead;
        return child.exitCode;
      },
      said: () => errors,
    };
  } catch (error) {
    // A moment later it is known whether that was its death.
    await Promise.race([dead, new Promise((resolve) => setTimeout(resolve, 2_000))]);
    if (over && child.signalCode === "SIGKILL") return null;
    throw error;
  }
}

function readyLine(child: ChildProcess): Promise<{ readonly url: string }> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.includes('"event":"ready"')) resolve(JSON.parse(line));
    });
  });
}

/** Resolves with the first picture; the function gives the newest. */
function watch(port: number, headers: Record<string, string>, shown: Set<string>): Promise<() => Snapshot> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path: "/watch?view=cashier", headers }, (response) => {
      let newest: Snapshot | null = null;
      response.on("error", () => undefined);
      response.on("close", () => reject(new Error("the stream has ended")));
      const lines = createInterface({ input: response });
      lines.on("error", () => undefined); // of the stream below it
      lines.on("line", (line) => {
        if (line === "") return;
        const picture = JSON.parse(line) as Snapshot;
        for (const one of [picture.current, picture.refund]) if (one?.qr) shown.add(one.qr.payload);
        const first = newest === null;
        newest = picture;
        if (first) resolve(() => newest ?? picture);
      });
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
