/** Halyk ePay and its payers, for the cases and storms that need more of the simulator than the common suite. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { startEpay, testCard, type EpayOptions, type EpaySimulator } from "../../simulator/index.ts";
import type { Purpose, Transaction } from "../../simulator/epay/records.ts";
import type { DeskBank } from "../support/real-desk.ts";
import type { ScaledClock } from "../support/scaled-clock.ts";
import { tillOf } from "./epay-till.ts";

/** The bank's page before a payer. */
export interface Shown {
  readonly action: string;
  readonly invoice: string;
  readonly ended: boolean;
  press(how: "confirm" | "decline" | "another-mark" | "no-proof"): void;
  close(): void;
}

export interface EpaySide extends DeskBank {
  readonly simulator: EpaySimulator;
  /** Every page that was offered, the oldest first. */
  readonly shown: readonly Shown[];
  stop(): Promise<void>;
}

export interface EpaySideOptions {
  readonly simulator?: EpayOptions;
  /** Of the till's profile. */
  readonly options?: Readonly<Record<string, string>>;
}

export type Request = Omit<CommandInput<"payments.create">["request"], "provider">;

/** Faults under which the bank has the request and lets time pass. */
const WITHHELD: ReadonlySet<string> = new Set(["hang", "slow", "delay"]);
export const GOOGLE_TOKEN =
  '{"signature":"MEUCIQDq4Vf0\\u003d","protocolVersion":"ECv2","signedMessage":"{\\"tag\\":\\"qwixzya\\u003d\\"}"}';
export const ACCOUNT = "customer-17";

// Making keys costs more than most cases do.
const authority = mkdtempSync(join(tmpdir(), "qabyl-authority-"));
afterAll(() => rmSync(authority, { recursive: true, force: true }));

export async function startEpaySide(
  clock: ScaledClock,
  { simulator: settings = {}, options = {} }: EpaySideOptions = {},
): Promise<EpaySide> {
  const simulator = await startEpay({
    dir: authority,
    timeScale: 0,
    startAt: clock.now(),
    rsaBits: 2048,
    ...settings,
  });
  // Not during a case: it would hold up everybody's exchanges.
  await simulator.cardKey();
  clock.drives((now) => simulator.advance(now - simulator.now()));
  const { ledger } = simulator;
  const shown: Shown[] = [];
  const callOf = (requestId: string) => ledger.calls.findLast((call) => call.headers["x-request-id"] === requestId);
  return {
    simulator,
    shown,
    ...tillOf(simulator, options),
    invoices: { from: 100_000, to: 999_999 },
    arrived: (requestId) => callOf(requestId) !== undefined,
    withholds: (requestId) => callOf(requestId)?.faults.some((fault) => WITHHELD.has(fault)) === true,
    pages: {
      offer({ action, fields }, on) {
        const { MD: mark = "" } = fields;
        const transaction = simulator.transactions().find(({ challenge }) => challenge?.md === mark);
        const proofs = transaction?.challenge?.paRes;
        const page = {
          action,
          invoice: transaction?.invoice ?? "",
          ended: false,
          press(how: Parameters<Shown["press"]>[0]) {
            if (page.ended) return;
            const PaRes = how === "no-proof" ? "" : (proofs?.[how === "decline" ? "decline" : "confirm"] ?? "");
            on.back({ PaRes, MD: how === "another-mark" ? `${mark.slice(0, -4)}FFFF` : mark });
          },
          close: () => on.closed(),
        };
        shown.push(page);
        queueMicrotask(() => on.opened());
        return { path: "/bank/ticket", open: () => undefined, end: () => void (page.ended = true) };
      },
    },
    stop: () => simulator.stop(),
  };
}

const NAME = "QWIXZYA PLOVJEKTA";
const typed = (outcome: string) => ({ number: testCard(outcome), expiry: "11/39", cvc: "739", name: NAME });

/** A payment whose means the simulator treats as `outcome` says; Google's token holds no outcome, so the bank is told. */
export function request(
  method: "googlePay" | "card" | "cardVerification" | "transfer",
  outcome = "ok",
  { simulator }: Pick<EpaySide, "simulator">,
): Request {
  switch (method) {
    case "googlePay": {
      void simulator.configure({ nextOutcome: outcome });
      const tokenizationData = { type: "PAYMENT_GATEWAY", token: GOOGLE_TOKEN };
      const info = { cardNetwork: "VISA", cardDetails: "1111" };
      const paymentMethodData = { type: "CARD", description: "Visa •••• 1111", info, tokenizationData };
      return {
        method,
        amount: "5000.00",
        token: { apiVersion: 2, apiVersionMinor: 0, paymentMethodData },
        payer: { name: NAME },
      };
    }
    case "card":
      return { method, amount: "5000.00", card: typed(outcome) };
    case "cardVerification":
      return { method, amount: "0", currency: "USD", card: typed(outcome), payer: { accountId: ACCOUNT } };
    case "transfer":
      return { method, amount: "5000.00", card: typed(outcome), receiver: { number: testCard("ok") } };
  }
}

const PURPOSES: Readonly<Record<string, Purpose>> = { cardVerification: "verification", transfer: "transfer" };
const purposeOf = (method: string): Purpose => PURPOSES[method] ?? "payment";

/** What the bank has of a payment: every terminal counts for itself. */
export function operationsOf({ simulator }: Pick<EpaySide, "simulator">, row: PaymentRow): readonly Transaction[] {
  const { terminalId } = simulator.terminals[purposeOf(row.method)];
  return simulator
    .transactions()
    .filter((one) => one.terminalId === terminalId && one.invoice === row.detail.invoiceId);
}
