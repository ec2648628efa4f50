/** Halyk QR for the conformance suite: the simulator under neutral names. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { BankWord } from "../../main/core/payment.ts";
import { startHalyk, type Fault, type HalykOptions, type HalykSimulator } from "../../simulator/index.ts";
import type { BankHarness, BankSide, Fate, Question, Sample, SideOptions } from "./harness.ts";

export interface HalykSide extends BankSide {
  readonly simulator: HalykSimulator;
}

export interface HalykSideOptions extends SideOptions {
  readonly simulator?: HalykOptions;
  /** What is otherwise in this profile's options. */
  readonly options?: Readonly<Record<string, string>>;
}

type CallRecord = HalykSimulator["ledger"]["calls"][number];

interface Document {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Record<string, string>;
    readonly bodyText: string | null;
  };
}

const WORDS = { created: "NEW", scanned: "SCANNED", held: "BLOCKED", paid: "PAID", declined: "REJECTED" } as const;
const CALLS = { create: "generate/code", status: "status", lookUp: "status/invoice" } as const;
/** Faults under which the bank has the request and lets time pass. */
const WITHHELD: ReadonlySet<string> = new Set(["hang", "slow", "delay"]);
const WINDOWS = { pollMs: 5_000, scanMs: 90_000, confirmMs: 90_000 };
const BASE = "/internal/qr-service/internal";

// Making keys costs more than most cases do: one authority for a test file, and a foreign one for those that need it.
const authority = mkdtempSync(join(tmpdir(), "qabyl-authority-"));
const foreign = join(authority, "foreign");
afterAll(() => rmSync(authority, { recursive: true, force: true }));

/** The document's creation, mended: it is no JSON, and its amount is a text where the table says a number (Q-53, Q-55). */
function createSample(): Sample {
  const file = new URL("../fixtures/documents/halyk/generate-code.json", import.meta.url);
  const { method, path, headers, bodyText } = (JSON.parse(readFileSync(file, "utf8")) as Document).request;
  const body = (bodyText ?? "")
    .replaceAll("\\", "")
    .replace(/,\s*\}\s*$/, "}")
    .replace('"250"', "250.00");
  return { method, path: `${BASE}${path}?channel=SMART_POS`, headers, body };
}

/** "You can use `billNumber`": the sample's own address has terminal and invoiceId. */
function statusSample(): Sample {
  const file = new URL("../fixtures/documents/halyk/status.json", import.meta.url);
  const { method, headers, bodyText } = (JSON.parse(readFileSync(file, "utf8")) as Document).request;
  return { method, path: `${BASE}/status/2532191`, headers, body: bodyText };
}

export async function startHalykSide(options: HalykSideOptions): Promise<HalykSide> {
  const { clock, profileId = "profile-1", unscanned = "declined", heedless = false } = options;
  const { realScanMs, realConfirmMs, firstId, foreignAuthority = false } = options;
  const ends = unscanned === "stays" ? null : (realScanMs ?? realConfirmMs ?? WINDOWS.scanMs) / 1000;
  const simulator = await startHalyk({
    dir: foreignAuthority ? foreign : authority,
    timeScale: 0,
    startAt: clock.now(),
    rejectSeconds: ends,
    ...(firstId === undefined ? {} : { nextBillNumber: firstId }),
    ...options.simulator,
  });
  clock.drives((now) => simulator.advance(now - simulator.now()));
  const { ledger, paths, username, password } = simulator;
  const client = usernameOf(`Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`);
  const callOf = (requestId: string): CallRecord | undefined =>
    ledger.calls.findLast((call) => call.headers["x-request-id"] === requestId);
  const callsOf = (name: string): Question[] => ledger.callsNamed(name).map(questionOf);
  const calm = (): void => {
    simulator.faults.clear();
    if (heedless) simulator.faults.add({ method: "status/change", count: "all", ...no(400, "REJECTED is refused") });
  };
  calm();

  return {
    simulator,
    profile: {
      id: profileId,
      provider: "halykQr",
      environment: "test",
      scheme: null,
      url: simulator.url,
      bin: null,
      tradePoint: null,
      device: simulator.terminal,
      options: {
        pointOfSale: "THE KITCHEN",
        channel: "SMART_POS",
        scanSeconds: String(WINDOWS.scanMs / 1000),
        pollSeconds: String(WINDOWS.pollMs / 1000),
        emvMismatch: "block",
        skipFin: "N",
        amountAsString: "false",
        mpan: "4598958946319737",
        ...options.options,
      },
    },
    secrets: { username, password },
    identity: { cert: null, key: null, passphrase: null, ca: paths.ca.map((path) => readFileSync(path, "utf8")) },
    client: client ?? "",
    arrived: (requestId) => callOf(requestId) !== undefined,
    withholds: (requestId) => callOf(requestId)?.faults.some((fault) => WITHHELD.has(fault)) === true,
    now: () => simulator.now(),
    strike(call, fate, { nth = 1, count = 1 } = {}) {
      simulator.faults.add({ method: CALLS[call], nth, count, ...faultOf(fate) });
    },
    calm,
    down: () => simulator.down(),
    up: () => simulator.up(),
    scan: (id) => void simulator.scan(id),
    confirm: (id) => void simulator.pay(id),
    decline(id) {
      if (simulator.bill(id)?.status !== "REJECTED") simulator.reject(id);
    },
    creations: () => callsOf(CALLS.create),
    questions: (id) => callsOf(CALLS.status).filter((call) => id === undefined || call.bankId === id),
    payments() {
      simulator.clock.settle();
      return ledger.payments().map((bill) => ({
        bankId: bill.billNumber,
        token: bill.qrcode,
        number: bill.invoiceId,
        minor: Number(bill.amountMinor),
        word: wordOf(bill.status),
        captured: bill.captured,
      }));
    },
    refusable: true,
    numberOf: (row) => row.detail.invoiceId,
    complaints: () => ledger.calls.flatMap((call) => call.problems),
    stop: () => simulator.stop(),
  };
}

function usernameOf(authorization: string | undefined): string | null {
  const pair = Buffer.from((authorization ?? "").replace("Basic ", ""), "base64").toString("utf8");
  return pair.split(":")[0] || null;
}

function questionOf(call: CallRecord): Question {
  const body = call.body as { readonly invoiceId?: string } | undefined;
  return {
    requestId: call.headers["x-request-id"] ?? "",
    ownNumber: body?.invoiceId ?? null,
    at: call.at,
    method: call.httpMethod,
    path: call.path,
    headers: call.headers,
    body: call.bodyText,
    heard: call.acted,
    acted: call.acted && call.statusCode === "200",
    bankId: call.paymentId,
    client: usernameOf(call.headers["authorization"]),
    answeredAt: call.answer?.sent === "whole" ? call.answer.at : null,
  };
}

function wordOf(status: string): BankWord {
  if (status === "AUTH") return "held";
  for (const [word, spelling] of Object.entries(WORDS)) if (spelling === status) return word as BankWord;
  throw new Error(`no word for ${status}`);
}

type Struck = Fault extends infer F
  ? F extends Fault
    ? Omit<F, "method" | "nth" | "count" | "paymentId">
    : never
  : never;

/** A refusal of the service itself: nothing is done. */
function no(httpStatus: number, message: string, code?: string): Struck {
  const extra = code === undefined ? { message } : { code, message };
  return { kind: "answer", httpStatus, extra, acts: false };
}

function faultOf(fate: Fate): Struck {
  switch (fate.kind) {
    case "dropped":
      return { kind: "drop" };
    case "eaten":
      return { kind: "eat" };
    case "hung":
      return { kind: "hang" };
    case "hung-acted":
      return { kind: "hang", acts: true };
    case "truncated":
      return { kind: "truncate" };
    case "garbage":
      return { kind: "garbage" };
    case "html":
      return { kind: "html" };
    case "html-acted":
      return { kind: "html", acts: true };
    case "empty":
      return { kind: "answer", body: "{}" };
    case "no-token":
      return { kind: "answer", extra: { qrcode: null } };
    case "no-sign":
      // Nothing but the HTTP status says that an answer of this bank is a success.
      return { kind: "answer", httpStatus: 500 };
    case "late":
      return { kind: "late", ms: fate.ms };
    case "slow":
      return { kind: "slow", ms: fate.ms / 20, pieceBytes: 24 };
    case "http":
      return { kind: "http", status: fate.status, body: "not of the service" };
    case "busy":
      return no(503, "try later");
    case "unknown-payment":
      return no(404, "QR is not found");
    case "refused": {
      const status = /^HTTP (\d+)$/.exec(fate.spelling)?.[1];
      return status === undefined ? no(400, fate.message, fate.spelling) : no(Number(status), fate.message);
    }
    case "word":
      // With all that a payment would have besides, so that the word alone decides.
      return { kind: "answer", status: fate.raw, extra: { amount: "5000", fee: "0", bonusAmount: "0" } };
    case "names-amount":
      return { kind: "answer", extra: { amount: { raw: fate.amount } } };
  }
}

export const halykHarness: BankHarness = {
  name: "Halyk QR",
  windows: WINDOWS,
  words: WORDS,
  nearlyPaid: ["paid", "Paid", " PAID", "PAID ", "РAID", "PAID_", "NOT_PAID", "REFUND"],
  unknownWords: ["Frobnicated", "EXPIRED", "APPROVED", "new", ""],
  createPath: "/generate/code",
  unknownStatus: 404,
  unsureNo: [],
  refusals: [
    { spelling: "HTTP 401", code: "login_refused" },
    { spelling: "HTTP 403", code: "address_not_allowed" },
    { spelling: "HTTP 404", code: "wrong_address" },
    { spelling: "HTTP 429", code: "rate_limited" },
    { spelling: "HTTP 400", code: "bank_refused" },
    { spelling: "HTTP 409", code: "bank_refused" },
    { spelling: "INV-7", code: "bank_refused" },
  ],
  largestId: "9223372036854775807",
  samples: { create: createSample(), status: statusSample(), statusId: "2532191" },
  sampleAmount: "250.00",
  can: { namesAmount: true, lookUp: true, deadToken: false, requestIds: false },
  start: startHalykSide,
};
