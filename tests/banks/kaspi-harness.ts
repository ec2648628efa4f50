/** Kaspi QR for the conformance suite (scheme 2) and the suites of its own: the simulator under neutral names. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID, X509Certificate } from "node:crypto";
import { afterAll } from "vitest";
import { createHttp } from "../../main/adapters/http.ts";
import type { BankCall, BankContext } from "../../main/core/bank.ts";
import type { BankWord } from "../../main/core/payment.ts";
import {
  openCaFiles,
  startSimulator,
  type Fault,
  type Simulator,
  type SimulatorOptions,
} from "../../simulator/index.ts";
import type { BankHarness, BankSide, Creation, Fate, Question, Sample, SideOptions } from "./harness.ts";

export interface KaspiSide extends BankSide {
  readonly simulator: Simulator;
}

export interface KaspiOptions extends SideOptions {
  /** Default 2. */
  readonly scheme?: 1 | 2 | 3;
  readonly simulator?: SimulatorOptions;
  /** The name of this till's device at the bank. */
  readonly device?: string;
  /** Of scheme 3: the organisation, and one of its trade points. */
  readonly bin?: string;
  readonly tradePoint?: string;
  /** What else the vault holds of the profile. */
  readonly secrets?: Readonly<Record<string, string>>;
}

type CallRecord = Simulator["ledger"]["calls"][number];

interface Document {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly bodyText: string | null;
  };
  readonly response: { readonly bodyText: string };
}

const WORDS = { created: "QrTokenCreated", scanned: "Wait", paid: "Processed", declined: "Error" } as const;
/** Faults under which the bank has the request and lets time pass. */
const WITHHELD: ReadonlySet<string> = new Set(["hang", "slow", "delay"]);
const CALLS: Readonly<Record<string, string>> = { create: "qr/create", status: "payment/status" };
const CREATIONS = ["qr/create", "qr/create-link", "remote/create"] as const;
/** What an invoice's status may say besides. */
const INVOICE_WORDS: Readonly<Record<string, BankWord>> = {
  RemotePaymentCreated: "pending",
  RemotePaymentCanceled: "declined",
};

// Making keys costs more than most cases do: one authority for a test file, and a foreign one for those that need it.
const authority = mkdtempSync(join(tmpdir(), "qabyl-authority-"));
const foreign = join(authority, "foreign");
afterAll(() => rmSync(authority, { recursive: true, force: true }));

/** Makes the certificates; to be awaited before the first bank is started. */
export async function makeAuthorities(): Promise<void> {
  await Promise.all([openCaFiles(authority), openCaFiles(foreign)]);
}

/** A fixture made of the document's own sample. */
export function kaspiDocument(name: string): Document {
  const file = new URL(`../fixtures/documents/kaspi/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as Document;
}

function sampleOf(name: string): Sample {
  const { method, path, headers, bodyText } = kaspiDocument(name).request;
  return { method, path, headers, body: bodyText };
}

export async function startKaspi(options: KaspiOptions): Promise<KaspiSide> {
  const {
    clock,
    profileId = "profile-1",
    realScanMs,
    realConfirmMs,
    unscanned = "declined",
    firstId,
    foreignAuthority = false,
    scheme = 2,
    device = "GFC-456397",
    bin = "180340021791",
    tradePoint = "12",
    secrets = {},
  } = options;
  const simulator = await startSimulator({
    dir: foreignAuthority ? foreign : authority,
    scheme,
    timeScale: 0,
    startAt: clock.now(),
    unscanned: unscanned === "stays" ? "stays" : "error",
    ...(realScanMs === undefined ? {} : { realScanSeconds: realScanMs / 1000 }),
    ...(realConfirmMs === undefined ? {} : { realConfirmSeconds: realConfirmMs / 1000 }),
    ...(firstId === undefined ? {} : { nextId: firstId }),
    ...options.simulator,
  });
  clock.drives((now) => simulator.advance(now - simulator.now()));
  const { ledger, paths } = simulator;
  const cert = readFileSync(paths.certificate, "utf8");
  const callOf = (requestId: string): CallRecord | undefined =>
    ledger.calls.findLast((call) => call.headers["x-request-id"] === requestId);
  const callsOf = (name: string): Question[] => ledger.callsNamed(name).map(questionOf);

  return {
    simulator,
    profile: {
      id: profileId,
      provider: "kaspi",
      environment: "test",
      scheme: String(scheme),
      url: simulator.url,
      bin,
      tradePoint,
      device,
      options: {},
    },
    secrets: { ...(scheme === 1 ? { apiKey: simulator.apiKey } : {}), ...secrets },
    identity: {
      cert: scheme === 1 ? null : cert,
      key: scheme === 1 ? null : readFileSync(paths.privateKey, "utf8"),
      passphrase: scheme === 1 ? null : readFileSync(paths.passphraseFile, "utf8"),
      ca: paths.ca.map((path) => readFileSync(path, "utf8")),
    },
    client: new X509Certificate(cert).serialNumber,
    arrived: (requestId) => callOf(requestId) !== undefined,
    withholds: (requestId) => callOf(requestId)?.faults.some((fault) => WITHHELD.has(fault)) === true,
    now: () => simulator.now(),
    strike(call, fate, { nth = 1, count = 1 } = {}) {
      const method = CALLS[call];
      if (method === undefined) throw new Error(`no call ${call}`);
      for (const fault of faultsOf(fate)) simulator.faults.add({ method, nth, count, ...fault });
    },
    calm: () => simulator.faults.clear(),
    down: () => simulator.down(),
    up: () => simulator.up(),
    scan: (id) => void simulator.scan(id),
    confirm: (id) => void simulator.confirm(id),
    decline: (id) =>
      void (simulator.payment(id)?.state === "Wait" ? simulator.confirmError(id) : simulator.scanError(id)),
    creations: () => CREATIONS.flatMap(callsOf).toSorted((a, b) => a.at - b.at),
    questions: (id) => callsOf("payment/status").filter((call) => id === undefined || call.bankId === id),
    payments: () =>
      simulator.payments().map((payment) => ({
        bankId: payment.id,
        token: payment.token,
        number: payment.externalId,
        minor: Number(payment.amountMinor),
        word: wordOf(payment.state),
        captured: payment.captured,
      })),
    refusable: false,
    numberOf: (row) => row.number,
    complaints: () => ledger.calls.flatMap((call) => call.problems),
    stop: () => simulator.stop(),
  };
}

function questionOf(call: CallRecord): Question {
  const made: Creation = {
    requestId: call.headers["x-request-id"] ?? "",
    at: call.at,
    method: call.httpMethod,
    path: call.path,
    headers: call.headers,
    body: call.bodyText,
    ownNumber: null,
    heard: call.acted,
    acted: call.acted && call.statusCode === "0",
    bankId: call.paymentId,
    client: call.client?.serial ?? null,
  };
  return { ...made, answeredAt: call.answer?.sent === "whole" ? call.answer.at : null };
}

function wordOf(state: string): BankWord {
  for (const [word, spelling] of Object.entries(WORDS)) if (spelling === state) return word as BankWord;
  const word = INVOICE_WORDS[state];
  if (word !== undefined) return word;
  throw new Error(`no word for ${state}`);
}

type Struck = Fault extends infer F
  ? F extends Fault
    ? Omit<F, "method" | "nth" | "count" | "paymentId">
    : never
  : never;

function faultsOf(fate: Fate): Struck[] {
  switch (fate.kind) {
    case "dropped":
      return [{ kind: "drop" }];
    case "eaten":
      return [{ kind: "eat" }];
    case "hung":
      return [{ kind: "hang" }];
    case "hung-acted":
      return [{ kind: "hang", acts: true }];
    case "truncated":
      return [{ kind: "truncate" }];
    case "garbage":
      return [{ kind: "garbage" }];
    case "html":
      return [{ kind: "html" }];
    case "html-acted":
      return [{ kind: "html", acts: true }];
    case "empty":
      return [{ kind: "answer", data: "missing" }];
    case "no-token":
      return [{ kind: "answer", extra: { QrToken: null } }];
    case "no-sign":
      return [{ kind: "answer", rename: { StatusCode: "Status" } }];
    case "late":
      return [{ kind: "late", ms: fate.ms }];
    case "slow":
      return [{ kind: "slow", ms: fate.ms / 20, pieceBytes: 24 }];
    case "http":
      return [{ kind: "http", status: fate.status, body: "no envelope" }];
    case "busy":
      return [{ kind: "answer", statusCode: "-999" }];
    case "unknown-payment":
      return [{ kind: "answer", statusCode: "-1601" }];
    case "refused":
      return [{ kind: "answer", statusCode: fate.spelling, message: fate.message }];
    case "word":
      return [{ kind: "answer", status: fate.raw }];
    case "names-amount":
      return [{ kind: "answer", extra: { Amount: { raw: fate.amount } } }];
  }
}

export const kaspiHarness: BankHarness = {
  name: "Kaspi QR, scheme 2",
  windows: { pollMs: 5_000, scanMs: 180_000, confirmMs: 65_000 },
  words: WORDS,
  nearlyPaid: [
    "processed",
    "PROCESSED",
    " Processed",
    "Processed ",
    "Рrocessed",
    "RemotePaymentPaid",
    "QrTokenProcessed",
  ],
  unknownWords: ["Frobnicated", "RemotePaymentCreated", "QrTokenScanned", "InsufficientFunds", ""],
  createPath: "/qr/create",
  unknownStatus: null,
  unsureNo: ["Rejected", "Expired", "QrTokenDiscarded", "CancelledByUser"],
  refusals: [
    { spelling: "-999", code: "bank_unavailable" },
    { spelling: "-10000", code: "certificate_missing" },
    { spelling: "-1501", code: "device_not_found" },
    { spelling: "-1502", code: "device_inactive" },
    { spelling: "-990000002", code: "trade_point_not_found" },
    { spelling: '"- 990000002"', code: "trade_point_not_found" },
    { spelling: "9900000018", code: "trade_point_disabled" },
    { spelling: "990000026", code: "trade_point_without_qr" },
    { spelling: "9900000028", code: "wrong_amount" },
    { spelling: '"99000033"', code: "no_payment_methods" },
    { spelling: "-77777", code: "bank_refused" },
  ],
  largestId: "9223372036854775807",
  samples: { create: sampleOf("qr-create"), status: sampleOf("payment-status"), statusId: "35134863" },
  sampleAmount: "200.00",
  can: { namesAmount: true, lookUp: false, deadToken: true, requestIds: true },
  start: startKaspi,
};

/** Sends one call of the bank's own building that no till makes by itself, and gives what it read of the answer. */
export async function callBank<Event>(
  bank: KaspiSide,
  build: (context: BankContext) => BankCall<Event> | null | undefined,
): Promise<Event> {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const http = createHttp({ identity: async () => bank.identity, log });
  try {
    const requestId = randomUUID().replaceAll("-", "");
    const call = build({ profile: bank.profile, secrets: bank.secrets, requestId });
    if (!call) throw new Error("the bank has no such call");
    const { method, url, headers, body, timeoutMs } = call;
    return call.read(await http.send({ identity: bank.profile.id, method, url, headers, body, timeoutMs }));
  } finally {
    await http.close();
  }
}
