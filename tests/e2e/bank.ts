/** The simulator as its own process, driven through the control interfaces of its banks. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { dist } from "./paths.ts";

export interface BankPayment {
  readonly id: string;
  readonly token: string;
  readonly state: string;
  readonly captured: boolean;
  readonly amountMinor: string;
  readonly externalId: string | null;
}

export interface BankRefund {
  readonly id: string;
  readonly purchaseId: string;
  readonly amountMinor: string;
  readonly by: "till" | "elsewhere";
}

export interface Bill {
  readonly billNumber: string;
  readonly kind: "payment" | "refund";
  readonly of: string | null;
  readonly invoiceId: string;
  readonly qrcode: string;
  readonly status: string;
  readonly captured: boolean;
  readonly amountMinor: string;
}

export interface Call {
  readonly at: number;
  readonly bodyText: string;
  readonly acted: boolean;
}

/** What a story does to either bank. */
interface Hands {
  fault(fault: Record<string, unknown>): Promise<void>;
  heal(): Promise<void>;
  configure(change: Record<string, unknown>): Promise<void>;
  down(): Promise<void>;
  up(): Promise<void>;
  calls(name: string): Promise<Call[]>;
}

/** Halyk's service. */
export interface Halyk extends Hands {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly terminal: string;
  readonly ca: readonly string[];
  bills(kind: Bill["kind"]): Promise<Bill[]>;
  /** The newest of them. */
  latest(kind?: Bill["kind"]): Promise<Bill>;
  /** The customer of a payment; `finish` and `fail` are the bank's own word about a refund. */
  act(
    billNumber: string,
    what: "scan" | "block" | "pay" | "reject" | "finish" | "fail",
    more?: Record<string, unknown>,
  ): Promise<void>;
}

/** An operation at ePay; amounts are tiyn. */
export interface Operation {
  readonly invoice: string;
  readonly kind: "payment" | "verification" | "transfer";
  readonly means: string;
  readonly status: string;
  readonly orgAmountMinor: string;
  readonly cardSave: boolean;
}

/** Halyk's ePay. */
export interface Epay extends Hands {
  readonly oauthUrl: string;
  readonly apiUrl: string;
  /** Address of its page for the payer. */
  readonly acs: string;
  readonly terminals: Readonly<Record<Operation["kind"], Readonly<Record<string, string>>>>;
  readonly ca: readonly string[];
  /** The oldest first. */
  operations(): Promise<Operation[]>;
  /** Names of all calls that may move money, in order. */
  posts(): Promise<string[]>;
}

/** Kaspi, and Halyk's two services beside it. */
export interface Bank extends Hands {
  readonly halyk: Halyk;
  readonly epay: Epay;
  /** Scheme 2's address. */
  readonly url: string;
  readonly urls: Readonly<Record<"1" | "2" | "3", string>>;
  readonly apiKey: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly passphrase: string;
  readonly ca: readonly string[];
  payments(): Promise<BankPayment[]>;
  /** The newest payment. */
  latest(): Promise<BankPayment>;
  act(id: string, what: "scan" | "confirm" | "scanerror" | "confirmerror" | "pay"): Promise<void>;
  refunds(): Promise<BankRefund[]>;
  /** The customer scans the refund code with this token. */
  scanReturn(token: string): Promise<void>;
  stop(): Promise<void>;
}

/** Windows short enough for a test and within the till's clamps (poll 1 s, scan 10 s, confirm 5 s). */
export const FAST = { pollSeconds: 1, scanSeconds: 60, confirmSeconds: 30, unscanned: "stays" } as const;

/** Making keys costs more than most stories do: the banks of one worker share their certificates, and nothing else. */
const authority = mkdtempSync(join(tmpdir(), "qabyl-bank-"));
process.once("exit", () => rmSync(authority, { recursive: true, force: true }));

export async function startBank(config: Record<string, unknown> = {}): Promise<Bank> {
  const child = spawn(process.execPath, [join(dist, "simulator.cjs"), "--dir", authority], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ready = await firstReady(child);
  const ask = asking(ready);
  await ask("POST", "/config", { ...FAST, ...config });
  const bank: Bank = {
    ...handsOf(ask),
    halyk: halykOf(ready.halyk),
    epay: epayOf(ready.epay),
    url: ready.urls["2"],
    urls: ready.urls,
    apiKey: ready.apiKey,
    certificate: ready.certificate,
    privateKey: ready.privateKey,
    passphrase: (await readFile(ready.passphraseFile, "utf8")).trim(),
    ca: ready.ca,
    payments: () => ask("GET", "/payments"),
    async latest() {
      const payments = await bank.payments();
      const last = payments.at(-1);
      if (!last) throw new Error("the bank has no payment");
      return last;
    },
    act: (id, what) => ask("POST", `/payments/${id}/${what}`),
    refunds: () => ask("GET", "/refunds"),
    async scanReturn(token) {
      const made = (await ask("GET", "/returns")).find((one: { token: string }) => one.token === token);
      if (!made) throw new Error("the code on the screen is not the bank's");
      await ask("POST", `/returns/${made.id}/scan`, {});
    },
    async stop() {
      child.kill("SIGTERM");
      await new Promise<void>((resolve) => (child.exitCode === null ? child.once("exit", () => resolve()) : resolve()));
    },
  };
  return bank;
}

type Ask = (method: string, path: string, body?: unknown) => Promise<any>;

function asking({ control, controlToken }: { readonly control: string; readonly controlToken: string }): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${control}${path}`, {
      method,
      headers: { authorization: `Bearer ${controlToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}

function handsOf(ask: Ask): Hands {
  return {
    fault: (fault) => ask("POST", "/faults", fault),
    heal: () => ask("DELETE", "/faults"),
    configure: (change) => ask("POST", "/config", change),
    down: () => ask("POST", "/down"),
    up: () => ask("POST", "/up"),
    calls: async (name) => (await ask("GET", "/ledger")).calls.filter((call: { name: string }) => call.name === name),
  };
}

function halykOf(ready: any): Halyk {
  const ask = asking(ready);
  const { url, username, password, terminal, ca } = ready;
  const halyk: Halyk = {
    ...handsOf(ask),
    url,
    username,
    password,
    terminal,
    ca,
    bills: async (kind) => (await ask("GET", "/bills")).filter((bill: Bill) => bill.kind === kind),
    async latest(kind = "payment") {
      const last = (await halyk.bills(kind)).at(-1);
      if (!last) throw new Error(`Halyk has no ${kind}`);
      return last;
    },
    act: (billNumber, what, more = {}) => ask("POST", `/bills/${billNumber}/${what}`, more),
  };
  return halyk;
}

function epayOf(ready: any): Epay {
  const ask = asking(ready);
  const { oauthUrl, apiUrl, acs, terminals, ca } = ready;
  return {
    ...handsOf(ask),
    oauthUrl,
    apiUrl,
    acs,
    terminals,
    ca,
    operations: () => ask("GET", "/transactions"),
    posts: async () => (await ask("GET", "/ledger")).posts.map((post: { name: string }) => post.name),
  };
}

/** The first line of JSON with `"event":"ready"`; rejects when the process ends before. */
export function firstReady(child: ChildProcess): Promise<any> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) return reject(new Error("no stdout"));
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      if (line.includes('"event":"ready"')) resolve(JSON.parse(line));
    });
    child.once("exit", (code, signal) => reject(new Error(`ended with ${code ?? signal} before it was ready`)));
  });
}
