/**
 * What people and banks do in one sale. Nothing here counts steps: cashier and customer look at how things stand and do
 * what is next, so that a till may die anywhere and both simply go on, as people do.
 */
import { randomUUID } from "node:crypto";
import type { Payment } from "../../../contract/payment.ts";
import type { Refund } from "../../../contract/refund.ts";
import { testCard, type Fault } from "../../../simulator/index.ts";
import type { Kind, Banks } from "./shop.ts";
import type { Life, Till } from "./till.ts";

/** How a sale stands right now, as a program at the till API and the bank see it. */
export interface Scene {
  readonly banks: Banks;
  readonly till: Till;
  readonly life: Life;
  readonly payment: Payment;
  readonly refund: Refund | null;
  readonly key: string;
  /** What people have done once in this sale. */
  readonly acts: Set<string>;
}

export interface Scenario {
  readonly name: string;
  readonly kind: Kind;
  readonly provider: "kaspi" | "halykQr" | "epay";
  readonly request?: Readonly<Record<string, unknown>>;
  /** The bank's part, before it begins; healed afterwards. */
  readonly faults?: readonly Fault[];
  prepare?(banks: Banks): Promise<unknown>;
  customer?(scene: Scene): unknown;
  cashier?(scene: Scene): Promise<unknown>;
  /** The cashier gives so much of it back once it is paid (decimal, major units): a share of the amount. */
  readonly refund?: "all" | "half";
  /** The person closes the sale although the bank has not decided: nothing by itself will. */
  readonly enough?: (scene: Scene) => boolean;
}

/** Every code that was ever shown is in the customer's telephone. */
function shownAtKaspi({ banks, till }: Scene) {
  return banks.kaspi.payments().filter(({ token }) => till.shown.has(token));
}

/** He confirms when the till has seen that he scanned: so that it can die in between. */
const isSeen = ({ payment }: Scene): boolean => payment.state !== "awaiting_scan";

function paysAtKaspi(scene: Scene): void {
  for (const { id, state } of shownAtKaspi(scene)) {
    if (state === "QrTokenCreated") scene.banks.kaspi.scan(id);
    else if (state === "Wait" && isSeen(scene)) scene.banks.kaspi.confirm(id);
  }
}

function paysAtHalyk(scene: Scene): void {
  const { banks, till } = scene;
  for (const { billNumber, kind, status, qrcode } of banks.halyk.bills()) {
    if (kind !== "payment" || !till.shown.has(qrcode)) continue;
    if (status === "NEW") banks.halyk.scan(billNumber);
    else if (status === "SCANNED" && isSeen(scene)) banks.halyk.pay(billNumber);
  }
}

/** The code with which the customer shows who he is. */
function scansRefund({ banks, till }: Scene): void {
  for (const { id, token, state } of banks.kaspi.returns())
    if (till.shown.has(token) && state === "QrTokenCreated") banks.kaspi.scanReturn(id);
}

function paysAndReturns(scene: Scene): void {
  paysAtKaspi(scene);
  scansRefund(scene);
}

const cancels = async ({ life, payment }: Scene): Promise<void> => {
  if (payment.state === "awaiting_scan") await life.api("POST", `/payments/${payment.id}/cancel`);
};

const GONE: ReadonlySet<string> = new Set(["expired", "cancelled"]);

/** Pays when the till has already said that it is over. */
const paysLate =
  (pays: (scene: Scene) => void) =>
  (scene: Scene): void => {
    if (GONE.has(scene.payment.state)) scene.acts.add("late");
    if (scene.acts.has("late")) pays(scene);
  };

const asksNow = async ({ life, payment }: Scene): Promise<void> => {
  if (!payment.settled) await life.api("POST", `/payments/${payment.id}/refresh`);
};

const card = (outcome: string) => ({
  method: "card",
  card: { number: testCard(outcome), expiry: "11/39", cvc: "739", name: "NAME SURNAME" },
});

const lost = (method: string, count: Fault["count"] = 1): Fault => ({ kind: "eat", method, count });
const kaspi = (name: string, more: Omit<Scenario, "name" | "kind" | "provider">): Scenario => ({
  name: `Kaspi: ${name}`,
  kind: 2,
  provider: "kaspi",
  ...more,
});
const alone = (name: string, more: Omit<Scenario, "name" | "kind" | "provider">): Scenario => ({
  name: `Kaspi, scheme 3: ${name}`,
  kind: 3,
  provider: "kaspi",
  ...more,
});
const halyk = (name: string, more: Omit<Scenario, "name" | "kind" | "provider">): Scenario => ({
  name: `Halyk QR: ${name}`,
  kind: 2,
  provider: "halykQr",
  ...more,
});
const epay = (name: string, more: Omit<Scenario, "name" | "kind" | "provider">): Scenario => ({
  name: `ePay: ${name}`,
  kind: 2,
  provider: "epay",
  ...more,
});

const invoice = { method: "invoice", phone: "+77077777777" };
const paysInvoice = ({ banks, payment }: Scene): void => {
  for (const { id, state } of banks.kaspi.invoices())
    if (state === "RemotePaymentCreated" && id === payment.bankId) banks.kaspi.payInvoice(id);
};

/** The payer does in a window without a screen what the forms do in a browser: our page, the bank's, and back to us. */
const confirmsOnBankPage = async ({ life, payment }: Scene): Promise<void> => {
  const path = life.screen().current?.bankPage?.path;
  if (payment.state !== "awaiting_3ds" || path === undefined || path === null) return;
  const ours = formOf(await (await fetch(`${life.origin}${path}`)).text());
  if (ours === null) return;
  const answer = await fetch(ours.action, { method: "POST", body: ours.fields });
  // Its first form is the one that confirms.
  const theirs = formOf(await answer.text());
  if (theirs !== null) await fetch(theirs.action, { method: "POST", body: theirs.fields });
};

function formOf(html: string): { readonly action: string; readonly fields: URLSearchParams } | null {
  const [, action, inside = ""] = /<form method="post" action="([^"]+)">(.*?)<\/form>/s.exec(html) ?? [];
  if (action === undefined) return null;
  const named = [...inside.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
  return { action, fields: new URLSearchParams(named.map(([, name = "", value = ""]) => [name, value])) };
}

export const SCENARIOS: readonly Scenario[] = [
  kaspi("paid", { customer: paysAtKaspi }),
  kaspi("declined", {
    customer(scene) {
      for (const { id, state } of shownAtKaspi(scene)) {
        if (state === "QrTokenCreated") scene.banks.kaspi.scan(id);
        else if (state === "Wait" && isSeen(scene)) scene.banks.kaspi.confirmError(id);
      }
    },
  }),
  kaspi("nobody comes", {}),
  kaspi("cancelled", { cashier: cancels }),
  kaspi("cancelled, then paid", { cashier: cancels, customer: paysLate(paysAtKaspi) }),
  kaspi("expired, then paid", {
    prepare: (banks) => banks.kaspi.configure({ realScanSeconds: 45 }),
    customer: paysLate(paysAtKaspi),
  }),
  kaspi("the answer to the creation is lost", { faults: [lost("qr/create")], customer: paysAtKaspi }),
  kaspi("answers to questions are lost", { faults: [lost("payment/status", 3)], customer: paysAtKaspi }),
  kaspi("paid while the bank is silent, in doubt", {
    faults: [lost("payment/status", "all")],
    customer(scene) {
      for (const { id, state } of shownAtKaspi(scene)) {
        if (state === "QrTokenCreated") scene.banks.kaspi.scan(id);
        else if (state === "Wait") scene.banks.kaspi.confirm(id);
      }
    },
  }),
  kaspi("refunded in part", { customer: paysAndReturns, refund: "half" }),
  kaspi("refunded, and the answer is lost", {
    customer: paysAndReturns,
    faults: [lost("payment/return")],
    refund: "all",
  }),
  alone("paid by link", {
    request: { method: "link" },
    customer(scene) {
      const { link } = scene.payment;
      for (const { id, token, state } of scene.banks.kaspi.payments()) {
        if (link === null || token !== link) continue;
        if (state === "QrTokenCreated") scene.banks.kaspi.scan(id);
        else if (state === "Wait") scene.banks.kaspi.confirm(id);
      }
    },
  }),
  alone("refunded by the till", { customer: paysAtKaspi, refund: "half" }),
  alone("refunded by the till, and the answer is lost", {
    customer: paysAtKaspi,
    faults: [lost("payment/return")],
    refund: "all",
  }),
  alone("an invoice is paid", { request: invoice, customer: paysInvoice, cashier: asksNow }),
  alone("an invoice whose answer is lost, paid all the same", {
    request: invoice,
    faults: [lost("remote/create")],
    customer({ banks, payment }) {
      for (const { id, state } of banks.kaspi.invoices())
        if (state === "RemotePaymentCreated" && payment.state === "needs_review") banks.kaspi.payInvoice(id);
    },
  }),
  halyk("paid", { customer: paysAtHalyk }),
  halyk("nobody comes", {}),
  halyk("cancelled, then paid", {
    prepare: (banks) => banks.halyk.configure({ policy: "strict" }),
    cashier: cancels,
    customer: paysLate(paysAtHalyk),
  }),
  halyk("the answer to the creation is lost", { faults: [lost("generate/code")], customer: paysAtHalyk }),
  halyk("refunded in part", { customer: paysAtHalyk, refund: "half" }),
  halyk("refunded, and the answer is lost", {
    customer: paysAtHalyk,
    faults: [lost("generate/refund")],
    refund: "all",
  }),
  epay("paid with a card", { request: card("ok") }),
  epay("declined", { request: card("484") }),
  epay("the answer to the post is lost", { request: card("ok"), faults: [lost("cryptopay")] }),
  epay("confirmed on the bank's page", { request: card("3ds"), customer: confirmsOnBankPage }),
  epay("refunded in part", { request: card("ok"), refund: "half" }),
];

export const newKey = (): string => randomUUID();
