/** The programs under measure: the bank's simulator, the Node host, the blank page's server. Each ended by its own pid. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request as httpsRequest, Agent } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../lib/paths.mjs";
import { ended, killTree, start } from "../lib/processes.mjs";
import { Trouble } from "../lib/say.mjs";
import { median } from "./figures.mjs";

const TOKEN = "a-till-token-of-the-measures";
const READY_MS = 20_000;
const STOP_MS = 3_500;

/** @typedef {{ name: string | null, paymentId: string | null, at: number, bodyText: string, answer: { at: number, bodyText: string } | null, seq: number }} Call */
/** @typedef {{ id: string, token: string, history: { at: number, state: string }[] }} BankPayment */
/** @typedef {Awaited<ReturnType<typeof startBank>>} Bank */
/** @typedef {Awaited<ReturnType<typeof startHost>>} Host */

/**
 * The first line of JSON that says that a program is ready, and how long it took.
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} what
 * @returns {Promise<{ ready: any, ms: number }>}
 */
async function untilReady(child, what) {
  const started = performance.now();
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => (said = `${said}${text}`.slice(-2000)));
  const lines = createInterface({ input: /** @type {import("node:stream").Readable} */ (child.stdout) });
  /** @type {NodeJS.Timeout | undefined} */
  let limit;
  try {
    return await new Promise((resolve, reject) => {
      const fail = (/** @type {string} */ why) => reject(new Trouble(`${what} ${why}\n${said}`.trimEnd()));
      limit = setTimeout(() => fail(`was not ready within ${READY_MS / 1000} s`), READY_MS);
      lines.on("line", (line) => {
        if (line.includes('"event":"ready"')) resolve({ ready: JSON.parse(line), ms: performance.now() - started });
      });
      void ended(child).then((end) =>
        fail(`ended (${end.error?.message ?? end.code ?? end.signal}) before it was ready`),
      );
    });
  } catch (error) {
    killTree(child);
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

/**
 * Ends one program: asked first, killed when it does not go.
 * @param {import("node:child_process").ChildProcess} child
 */
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = ended(child);
  child.kill("SIGTERM");
  const kill = setTimeout(() => killTree(child), STOP_MS);
  await gone;
  clearTimeout(kill);
}

/**
 * The bank, behind mutual TLS, with its control interface.
 * @param {string} dist
 * @param {string} dir
 */
export async function startBank(dist, dir) {
  const child = start(process.execPath, [join(dist, "simulator.cjs"), "--dir", dir], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { ready } = await untilReady(child, "The bank's simulator");
  const passphrase = readFileSync(ready.passphraseFile, "utf8").trim();

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async function ask(method, path, body) {
    const response = await fetch(`${ready.control}${path}`, {
      method,
      headers: { authorization: `Bearer ${ready.controlToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  /** How far the bank's clock, which is told in whole milliseconds, lies before our own, and how sure that is. */
  async function clockOffset() {
    let low = -Infinity;
    let high = Infinity;
    for (let i = 0; i < 60; i += 1) {
      const before = performance.now();
      const { now } = await ask("GET", "/ledger?since=1000000000");
      low = Math.max(low, now - performance.now());
      high = Math.min(high, now + 1 - before);
      await sleep(Math.random() * 2);
    }
    return { offset: (low + high) / 2, sure: Math.abs(high - low) / 2 };
  }

  /** Median time of a bare request on a warm connection to the bank's own port, without what the bank does. */
  async function roundTrip() {
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      cert: readFileSync(ready.certificate),
      key: readFileSync(ready.privateKey),
      passphrase,
      ca: ready.ca.map((/** @type {string} */ file) => readFileSync(file)),
    });
    const once = () =>
      /** @type {Promise<number>} */ (
        new Promise((resolve, reject) => {
          const started = performance.now();
          const request = httpsRequest(new URL("/bare", ready.url), { agent }, (response) => {
            response.on("end", () => resolve(performance.now() - started)).resume();
          });
          request.on("error", reject).end();
        })
      );
    try {
      const times = [];
      for (let i = 0; i < 60; i += 1) times.push(await once());
      return median(times.slice(10));
    } finally {
      agent.destroy();
    }
  }

  return {
    /** What the till has to know of it. */
    provider: {
      environment: "test",
      scheme: 2,
      url: ready.url,
      certificate: ready.certificate,
      privateKey: ready.privateKey,
      passphrase,
      ca: ready.ca,
      deviceId: "GFC-456397",
      tradePointId: "12",
      limits: { min: "1.00", max: "1000000.00" },
    },
    clockOffset,
    roundTrip,
    /** @param {number} pollSeconds */
    configure: (pollSeconds) =>
      ask("POST", "/config", { pollSeconds, scanSeconds: 60, confirmSeconds: 30, unscanned: "stays" }),
    /**
     * The customer does something; the payment after it.
     * @param {string} id
     * @param {"scan" | "confirm" | "pay"} what
     * @returns {Promise<BankPayment>}
     */
    act: (id, what) => ask("POST", `/payments/${id}/${what}`),
    /** @returns {Promise<BankPayment[]>} */
    payments: () => ask("GET", "/payments"),
    /** @returns {Promise<Call[]>} */
    calls: async () => (await ask("GET", "/ledger")).calls,
    stop: () => stop(child),
  };
}

/**
 * The provisioning file of a till at that bank.
 * @param {string} dir
 * @param {Bank} bank
 */
export function provision(dir, bank) {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "provision.json");
  const document = {
    version: 1,
    language: "ru",
    mode: "cashier",
    timezone: "Asia/Almaty",
    merchant: { name: "Дүкен №1", bin: "180340021791", supportPhone: "+7 727 000 00 00" },
    till: { id: "A1", name: "Касса 1", token: TOKEN },
    screen: { autoReturnSeconds: 30, idleSeconds: 600 },
    providers: { kaspi: bank.provider },
  };
  writeFileSync(file, JSON.stringify(document), { mode: 0o600 });
  return file;
}

/**
 * The Node host, started as `npm run start:node` starts it.
 * @param {string} dist
 * @param {string} data
 * @param {string | null} provisioned the provisioning file, the first time
 */
export async function startHost(dist, data, provisioned) {
  const leash = join(root, "scripts", "lib", "leash.cjs");
  const args = ["--port", "0", "--no-browser", "--data", data];
  if (provisioned !== null) args.push("--provision", provisioned);
  const child = start(process.execPath, ["--enable-source-maps", "--require", leash, join(dist, "node.cjs"), ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // The vault's key must not be left in the home of whoever measures.
    env: { ...process.env, QABYL_VAULT_KEY: Buffer.alloc(32, 7).toString("base64") },
  });
  const { ready, ms } = await untilReady(child, "The Node host");
  const launch = join(data, "launch.json");
  return {
    pid: Number(child.pid),
    /** From the start of the process to its ready line. */
    readyMs: ms,
    origin: new URL(ready.url).origin,
    /** An address with a key that was not used yet, got as a kiosk's start script gets it. */
    async freshUrl() {
      rmSync(launch, { force: true });
      for (let i = 0; i < 300; i += 1) {
        await sleep(10);
        try {
          return String(JSON.parse(readFileSync(launch, "utf8")).url);
        } catch {
          // Not written yet.
        }
      }
      throw new Trouble("The host wrote no new launch.json within 3 s.");
    },
    /**
     * The till API.
     * @param {string} method
     * @param {string} path
     * @param {unknown} [body]
     * @param {Record<string, string>} [headers]
     * @returns {Promise<{ status: number, body: any }>}
     */
    async api(method, path, body, headers = {}) {
      const response = await fetch(`${ready.till}${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    stop: () => stop(child),
  };
}

/**
 * The blank page, built as the screen is built and served with the host's own headers.
 * @param {string} dir
 * @param {Headers} headers
 */
export async function startBlank(dir, headers) {
  const { build } = await import("vite");
  const outDir = join(dir, "blank");
  await build({
    root: join(root, "scripts", "bench", "blank"),
    configFile: join(root, "vite.config.ts"),
    mode: "production",
    logLevel: "warn",
    build: { outDir, emptyOutDir: true },
  });
  const same = Object.fromEntries(
    [...headers].filter(([name]) => !/^(?:date|connection|keep-alive|content-.*|transfer-encoding)$/.test(name)),
  );
  same["content-security-policy"] = headers.get("content-security-policy") ?? "";
  const script = join(root, "scripts", "bench", "blank-server.cjs");
  const child = start(process.execPath, [script, outDir, JSON.stringify(same)], { stdio: ["pipe", "pipe", "pipe"] });
  const { ready } = await untilReady(child, "The blank page's server");
  return { url: String(ready.url), stop: () => stop(child) };
}
