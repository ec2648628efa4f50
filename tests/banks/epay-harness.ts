/** Halyk ePay for the suite of banks without a code: the simulator under neutral names. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { BankWord } from "../../main/core/payment.ts";
import { startEpay, testCard, type EpaySimulator, type Fault } from "../../simulator/index.ts";
import type { Outcome, PageShown, Post, PostedFate, PostedHarness, PostedSide } from "./harness.ts";
import { tillOf } from "./epay-till.ts";

const WORDS: Readonly<Record<string, BankWord>> = {
  NEW: "pending",
  "3D": "unproven",
  AUTH: "authorized",
  CHARGE: "paid",
  VERIFIED: "verified",
  REJECT: "declined",
  FAILED: "declined",
};
const CALLS = { create: "cryptopay", confirm: "confirm", status: "check-status", token: "token" } as const;
const STATUS = { paid: "CHARGE", declined: "REJECT", pending: "NEW" } as const;
/** Faults under which the bank has the request and lets time pass. */
const WITHHELD: ReadonlySet<string> = new Set(["hang", "slow", "delay"]);
const HOLDER = "QWIXZYA PLOVJEKTA";
const GOOGLE_TOKEN = '{"signature":"MEUCIQDq4Vf0","protocolVersion":"ECv2","signedMessage":"qwixzya-signed-message"}';

// Making keys costs more than most cases do.
const authority = mkdtempSync(join(tmpdir(), "qabyl-authority-"));
afterAll(() => rmSync(authority, { recursive: true, force: true }));

async function startEpaySide({ clock, undecided = false }: Parameters<PostedHarness["start"]>[0]): Promise<PostedSide> {
  const decideMs = undecided ? 86_400_000 : 0;
  const simulator = await startEpay({ dir: authority, timeScale: 0, startAt: clock.now(), rsaBits: 2048, decideMs });
  clock.drives((now) => simulator.advance(now - simulator.now()));
  return sideOf(simulator);
}

function sideOf(simulator: EpaySimulator): PostedSide {
  const { ledger, terminals } = simulator;
  const shown: PageShown[] = [];
  const numbers = new Set<string>();
  const proofs = new Set<string>();
  const callOf = (requestId: string) => ledger.calls.findLast((call) => call.headers["x-request-id"] === requestId);
  const challengeOf = (md: string) =>
    simulator.transactions().find(({ challenge }) => challenge?.md === md)?.challenge ?? null;

  return {
    ...tillOf(simulator),
    invoices: { from: 100_000, to: 999_999 },
    arrived: (requestId) => callOf(requestId) !== undefined,
    withholds: (requestId) => callOf(requestId)?.faults.some((fault) => WITHHELD.has(fault)) === true,
    now: () => simulator.now(),
    means(outcome, method = "googlePay") {
      if (method === "googlePay") {
        void simulator.configure({ nextOutcome: outcomeText(outcome) });
        const tokenizationData = { type: "PAYMENT_GATEWAY", token: GOOGLE_TOKEN };
        const info = { cardNetwork: "VISA", cardDetails: "1111" };
        const paymentMethodData = { type: "CARD", description: "Visa •••• 1111", info, tokenizationData };
        const token = { apiVersion: 2, apiVersionMinor: 0, paymentMethodData };
        return { method, amount: "5000.00", token, payer: { name: HOLDER } };
      }
      const number = testCard(outcomeText(outcome));
      numbers.add(number);
      const card = { number, expiry: "11/39", cvc: "739", name: HOLDER };
      return method === "card"
        ? { method, amount: "5000.00", card }
        : { method, amount: "0", currency: "USD", card, payer: { accountId: "customer-17" } };
    },
    strike(call, fate, { nth = 1, count = 1 } = {}) {
      simulator.faults.add({ method: CALLS[call], nth, count, ...faultOf(fate) });
    },
    calm: () => simulator.faults.clear(),
    down: () => simulator.down(),
    up: () => simulator.up(),
    says: (invoice, word) => void simulator.set(invoice, STATUS[word]),
    pages: {
      offer({ fields }, on) {
        const { MD: mark = "" } = fields;
        const challenge = challengeOf(mark);
        for (const proof of [mark, ...Object.values(challenge?.paRes ?? {}), challenge?.paReq ?? ""]) proofs.add(proof);
        const page = {
          ended: false,
          press(how: Parameters<PageShown["press"]>[0]) {
            if (page.ended) return;
            const PaRes = challenge?.paRes[how === "decline" ? "decline" : "confirm"] ?? "";
            on.back({
              MD: how === "another-mark" ? `${mark.slice(0, -4)}FFFF` : mark,
              PaRes: how === "no-proof" ? "" : PaRes,
            });
          },
          close: () => on.closed(),
        };
        shown.push(page);
        queueMicrotask(() => on.opened());
        return { path: "/bank/ticket", open: () => undefined, end: () => void (page.ended = true) };
      },
    },
    shown,
    posts: (invoice) =>
      ledger.posts(invoice).flatMap(({ name, invoice: own, bodyText, acted, call }): Post[] => {
        const requestId = ledger.calls.find(({ seq }) => seq === call)?.headers["x-request-id"] ?? "";
        const kind = name === "confirm" ? "confirm" : "create";
        return [{ name: kind, invoice: own, requestId, body: bodyText, acted }];
      }),
    questions: (invoice) =>
      ledger
        .callsNamed(CALLS.status)
        .filter(({ paymentId }) => paymentId === invoice)
        .map(({ at, headers, answer }) => ({
          at,
          requestId: headers["x-request-id"] ?? "",
          answeredAt: answer?.sent === "whole" ? answer.at : null,
        })),
    operations: () =>
      simulator.transactions().map(({ id, invoice, terminalId, orgAmountMinor, status }) => ({
        id,
        invoice,
        minor: Number(orgAmountMinor),
        word: WORDS[status] ?? "pending",
        captured: ledger.totals().byInvoice[`${terminalId}/${invoice}`]?.charged ?? 0,
      })),
    complaints: () => ledger.calls.flatMap((call) => call.problems),
    secrecies: () => [
      ...[...numbers].map((value) => ({ name: "a card's number", value })),
      ...[...proofs].filter((value) => value.length > 8).map((value) => ({ name: "a proof", value })),
      ...ledger.tokens.map(({ token }) => ({ name: "a token", value: token })),
      ...Object.values(terminals).map(({ clientSecret }) => ({ name: "a client's secret", value: clientSecret })),
      { name: "Google's token", value: "qwixzya-signed-message" },
      { name: "the holder's name", value: HOLDER },
    ],
    stop: () => simulator.stop(),
  };
}

function outcomeText(outcome: Outcome): string {
  if (outcome === "taken") return "ok";
  if (outcome === "page") return "3ds";
  const { code, after, yet } = outcome;
  return `${after === "page" ? "3ds-" : ""}${code}${yet === undefined ? "" : `-${yet}`}`;
}

type Struck = Fault extends infer F
  ? F extends Fault
    ? Omit<F, "method" | "nth" | "count" | "paymentId">
    : never
  : never;

function faultOf(fate: PostedFate): Struck {
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
    case "no-token":
      return { kind: "answer", body: "{}" };
    case "no-sign":
      return { kind: "answer", httpStatus: 500 };
    case "late":
      return { kind: "late", ms: fate.ms };
    case "slow":
      return { kind: "slow", ms: fate.ms / 20, pieceBytes: 24 };
    case "http":
      return { kind: "http", status: fate.status, body: "not of the service" };
    case "busy":
      return { kind: "answer", extra: { resultCode: "103", transaction: null } };
    case "unknown-payment":
      return { kind: "answer", extra: { resultCode: "102", transaction: null } };
    case "refused":
      return {
        kind: "answer",
        httpStatus: 400,
        body: JSON.stringify({ code: Number(fate.spelling), message: fate.message }),
        acts: false,
      };
    case "word":
      return { kind: "answer", status: fate.raw };
    case "names-amount":
      return { kind: "answer", extra: { orgAmount: { raw: fate.amount }, amount: { raw: fate.amount } } };
    case "foreign": {
      const other = {
        number: { invoiceID: "999999999999999" },
        terminal: { terminalID: "00000000-0000-4000-8000-000000000000" },
        currency: { currency: "USD" },
      };
      return { kind: "answer", extra: other[fate.member] };
    }
  }
}

export const epayHarness: PostedHarness = {
  name: "Halyk ePay",
  pollMs: 2_000,
  pageMs: 600_000,
  sessionMs: 1_200_000,
  lagMs: 3_600_000,
  words: { paid: "CHARGE", pending: "NEW" },
  nearlyPaid: ["charge", "Charge", "СHARGE", "CHARGED", "CHARGE_", " CHARGE", "CHARGE ", "OK"],
  unknownWords: ["Frobnicated", "PAID", "SUCCESS", "new", ""],
  refusals: [
    { spelling: "484", code: "insufficient_funds" },
    { spelling: "457", code: "card_data_refused" },
    { spelling: "465", code: "card_blocked" },
    { spelling: "505", code: "too_many_tries" },
    { spelling: "487", code: "merchant_not_allowed" },
    { spelling: "476", code: "repeat_later" },
    { spelling: "9999", code: "operation_refused" },
  ],
  undecided: ["454", "459", "526"],
  start: startEpaySide,
};
