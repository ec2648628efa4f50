/** Practice on banks of our own. The only file that knows where the simulator is; it runs as a child process. */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EpayTerminal } from "../contract/banks/epay.ts";
import { readProvision, SHORT_TOKEN } from "../contract/provision.ts";
import { privateDirectory, readIfThere, writePrivately } from "./adapters/files.ts";
import type { Training } from "./core/index.ts";
import { practice, practicePictures, type Mode } from "./training-mode.ts";
import { startPhone, type Phone } from "./training-phone.ts";
import type { ProvisionDocument } from "./settings/read.ts";

/** A child process as a host starts it; `ready` is the first message it sent. */
export interface Child {
  readonly ready: unknown;
  kill(): void;
}

/** Starts a module as a child process and waits for its first message. Rejects when it ends before. */
export type Spawn = (module: string, args: readonly string[]) => Promise<Child>;

export interface TrainingBank {
  /** What a shop would have been given: applied like any other file. */
  readonly document: ProvisionDocument;
  readonly training: Training;
  close(): void;
}

/** The times a learner meets: short enough to see a deadline pass, long enough to read the screen. */
const TIMES = { pollSeconds: 2, scanSeconds: 90, confirmSeconds: 40 } as const;
/** Of the two ways a bank may treat a token nobody scanned, the one that lets a learner see "time is up". */
const MANNERS = { unscanned: "stays" } as const;
const TOKEN_FILE = "till-token";
/** Each bank's port: the option, and the file that keeps it. */
const PORTS = ["port", "halyk-port", "epay-port"] as const;

/** Halyk's QR service, which runs in the same process. */
interface HalykReady {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly terminal: string;
  readonly ca: readonly string[];
  readonly control: string;
  readonly controlToken: string;
}

/** Halyk's ePay, there too. */
interface EpayReady {
  readonly oauthUrl: string;
  readonly apiUrl: string;
  readonly terminals: Readonly<Record<"payment" | "verification" | "transfer", EpayTerminal>>;
  readonly ca: readonly string[];
  readonly control: string;
  readonly controlToken: string;
}

interface Ready {
  readonly halyk: HalykReady;
  readonly epay: EpayReady;
  readonly url: string;
  readonly ca: readonly string[];
  readonly certificate: string;
  readonly privateKey: string;
  readonly passphraseFile: string;
  readonly control: string;
  readonly controlToken: string;
}

export interface TrainingParts {
  /** The training folder. */
  readonly dir: string;
  /** Script of the banks; the pictures of the demo products lie in renderer/demo beside it. */
  readonly module: string;
  readonly spawn: Spawn;
  readonly mode: Mode;
}

/** Starts the banks and makes the settings of a shop that works with them. */
export async function startTraining({ dir, module, spawn, mode }: TrainingParts): Promise<TrainingBank> {
  const child = await startBank(join(dir, "bank"), module, spawn);
  try {
    const ready = readReady(child.ready);
    const phone = startPhone({
      kaspi: { url: ready.control, token: ready.controlToken },
      halykQr: { url: ready.halyk.control, token: ready.halyk.controlToken },
      epay: { url: ready.epay.control, token: ready.epay.controlToken },
      scanMs: TIMES.scanSeconds * 1000,
    });
    await phone.fault("none");
    const demo = join(dirname(module), "renderer", "demo");
    return {
      document: await documentOf({ dir, demo, mode }, ready),
      training: trainingOf(phone),
      close: () => end(child, phone),
    };
  } catch (error) {
    child.kill();
    throw error;
  }
}

/** On the ports they had before, so that payments of the last practice can still be asked about. */
async function startBank(dir: string, module: string, spawn: Spawn): Promise<Child> {
  await privateDirectory(dir);
  const config = join(dir, "config.json");
  const portFiles = PORTS.map((name) => join(dir, name));
  await writePrivately(config, JSON.stringify({ ...TIMES, ...MANNERS }));
  const args = ["--dir", dir, "--config", config, "--state", join(dir, "payments.json")];
  const on = (ports: readonly string[]): Promise<Child> =>
    spawn(module, [...args, ...PORTS.flatMap((name, index) => [`--${name}`, ports[index] ?? "0"])]);
  const known = await Promise.all(portFiles.map(knownPort));
  const again = known.some((port) => port !== "0") ? await on(known).catch(() => null) : null;
  const child = again ?? (await on([]));
  const ready = readReady(child.ready);
  const ports = [ready.url, ready.halyk.url, ready.epay.apiUrl].map((url) => new URL(url).port);
  for (const [index, file] of portFiles.entries())
    if (ports[index] !== known[index]) await writePrivately(file, ports[index] ?? "");
  return child;
}

/** "0": any. */
async function knownPort(file: string): Promise<string> {
  const text = (await readIfThere(file))?.toString("utf8") ?? "";
  return /^\d{1,5}$/.test(text) ? text : "0";
}

function readReady(message: unknown): Ready {
  const ready = message as Partial<Ready> | null;
  const { halyk, epay } = ready ?? {};
  const control = [ready?.url, ready?.control, halyk?.url, halyk?.control, epay?.apiUrl, epay?.control];
  if (control.some((place) => typeof place !== "string")) throw new Error("the training bank did not say where it is");
  return ready as Ready;
}

function trainingOf(phone: Phone): Training {
  return {
    customer(provider, bankId, action) {
      if (provider !== "halykQr") return Promise.reject(new Error(`${provider} emulates the customer itself`));
      return phone.customer(bankId, action);
    },
    fault: (fault) => phone.fault(fault),
    scanReturn: (id) => phone.scanReturn(id),
  };
}

function end(child: Child, phone: Phone): void {
  phone.close();
  child.kill();
}

async function documentOf(
  { dir, demo, mode }: Pick<TrainingParts, "dir" | "mode"> & { readonly demo: string },
  ready: Ready,
): Promise<ProvisionDocument> {
  const { halyk, epay } = ready;
  const raw = {
    version: 1,
    language: "ru",
    timezone: "Asia/Almaty",
    ...practice(mode),
    merchant: { name: "Дүкен №1", supportPhone: "+7 727 000 00 00" },
    till: {
      id: "T1",
      name: "Касса 1",
      tokens: [{ name: SHORT_TOKEN, token: await tillToken(dir), may: ["pay", "refund", "read", "cards"] }],
    },
    providers: {
      kaspi: {
        environment: "test",
        scheme: 2,
        url: ready.url,
        certificate: ready.certificate,
        privateKey: ready.privateKey,
        passphrase: (await readFile(ready.passphraseFile, "utf8")).trim(),
        ca: ready.ca,
        deviceId: "TRAINING-1",
        tradePointId: "1",
      },
      halykQr: {
        environment: "test",
        url: halyk.url,
        username: halyk.username,
        password: halyk.password,
        terminal: halyk.terminal,
        ca: halyk.ca,
        scanSeconds: TIMES.scanSeconds,
        pollSeconds: TIMES.pollSeconds,
      },
      epay: {
        environment: "test",
        oauthUrl: epay.oauthUrl,
        apiUrl: epay.apiUrl,
        ca: epay.ca,
        terminals: epay.terminals,
        cards: true,
        transfers: true,
        operations: true,
      },
    },
  };
  const checked = readProvision(raw);
  if (!checked.ok) throw new Error(`training settings: ${checked.problems.map(({ path }) => path).join(", ")}`);
  const files = new Map<string, Uint8Array>([
    ["providers.kaspi.certificate", await readFile(ready.certificate)],
    ["providers.kaspi.privateKey", await readFile(ready.privateKey)],
    ...(await practicePictures(demo, checked.value)),
  ]);
  for (const [bank, { ca }] of Object.entries({ kaspi: ready, halykQr: halyk, epay }))
    for (const [index, path] of ca.entries()) files.set(`providers.${bank}.ca[${index}]`, await readFile(path));
  return { path: join(dir, "training"), value: checked.value, bytes: Buffer.from(JSON.stringify(raw)), files };
}

/** One token for the till API, the same at every start, for whoever can read the training folder. */
async function tillToken(dir: string): Promise<string> {
  const path = join(dir, TOKEN_FILE);
  const known = (await readIfThere(path))?.toString("utf8").trim() ?? "";
  if (/^[A-Za-z0-9_-]{32,}$/.test(known)) return known;
  const token = randomBytes(24).toString("base64url");
  await writePrivately(path, `${token}\n`);
  return token;
}
