/** The till API with Halyk QR: the whole app before the real simulator, over real TLS. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { payment } from "../../contract/payment.ts";
import { refund } from "../../contract/refund.ts";
import { errorBody, health, paymentList, refundList } from "../../contract/till.ts";
import { startHalyk, type HalykSimulator } from "../../simulator/index.ts";
import { ask, type Answered } from "../support/http-client.ts";
import { SECRETS, withHalykQr } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";
import { openTillApp, type TillApp } from "../support/till-app.ts";

let bank: HalykSimulator;
let shop: Shop;
let till: TillApp;
let port: number;

beforeAll(async () => {
  bank = await startHalyk({ username: "shop", password: SECRETS.halykPassword, refundSeconds: null });
  shop = await openShop();
  const given = { url: bank.url, ca: bank.paths.ca, terminal: bank.terminal, kafka: null, pollSeconds: 2 };
  await shop.write(withHalykQr(given, { kaspi: false }));
  till = await openTillApp({ worker: "", provision: shop.file });
  port = Number(new URL(till.app.origin ?? "").port);
  await till.until("ready", ({ providers }) => providers[0]?.ready === true);
}, 60_000);
afterAll(async () => {
  await till.close();
  await Promise.all([bank.stop(), shop.remove()]);
});

const call = (method: string, path: string, body?: object, key: string = randomUUID()): Promise<Answered> =>
  ask(port, {
    method,
    path: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${SECRETS.token}`,
      "idempotency-key": key,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
/** An answer of this status that is what the schema says, and nothing besides. */
function said<S extends z.ZodType>(schema: S, status: number, answer: Answered): z.infer<S> {
  expect([answer.status, answer.status === status ? "" : answer.text]).toEqual([status, ""]);
  return schema.parse(answer.json());
}
const refused = (status: number, answer: Answered): string => said(errorBody, status, answer).error.code;
const sell = async (amount: string): Promise<z.infer<typeof payment>> =>
  said(payment, 201, await call("POST", "/payments", { amount, provider: "halykQr" }));
const give = (body: object): Promise<Answered> => call("POST", "/refunds", body);
/** Asks until it is so; the till asks the bank within its interval. */
async function becomes<T extends { readonly state: string }>(
  schema: z.ZodType<T>,
  path: string,
  state: string,
): Promise<T> {
  for (let i = 0; i < 100; i += 1) {
    const found = said(schema, 200, await call("GET", path));
    if (found.state === state) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} did not become ${state}`);
}
async function paid(amount: string): Promise<z.infer<typeof payment>> {
  const sale = await sell(amount);
  const { bankId } = sale;
  bank.pay(bankId ?? "", { bonusMinor: 1_050, feeMinor: 25, details: [{ label: "Loan terms", value: "6 months" }] });
  const done = await becomes(payment, `/payments/${sale.id}`, "paid");
  said(payment, 200, await call("POST", `/payments/${sale.id}/dismiss`));
  return done;
}

describe("a payment", () => {
  it("is made, told with the till's own number at the bank, and refused at the bank when it is cancelled", async () => {
    const sale = await sell("5000");
    expect(sale).toMatchObject({
      provider: "halykQr",
      method: "qr",
      state: "awaiting_scan",
      amount: "5000.00",
      environment: "test",
      card: null,
      details: null,
      link: null,
    });
    const bill = bank.bill(sale.bankId ?? "");
    expect(bill).toMatchObject({ invoiceId: sale.invoiceId, amountMinor: 500_000n, qrcode: sale.qr?.payload });
    expect(refused(409, await call("POST", "/payments", { amount: "1", provider: "halykQr" }))).toBe("till_busy");
    const cancelled = said(payment, 200, await call("POST", `/payments/${sale.id}/cancel`));
    expect(cancelled).toMatchObject({ state: "cancelled", qr: null });
    await expect.poll(() => bank.bill(sale.bankId ?? "")?.status).toBe("REJECTED");
    said(payment, 200, await call("POST", `/payments/${sale.id}/dismiss`));
  });

  it("by another way than its QR, or at a bank that is not set up, is refused and nothing is journaled", async () => {
    const before = bank.ledger.calls.length;
    for (const body of [
      { amount: "1", provider: "halykQr", method: "link" },
      { amount: "1", provider: "halykQr", method: "invoice", phone: "+7 700 000 00 00" },
    ])
      expect(refused(409, await call("POST", "/payments", body))).toBe("not_supported");
    expect(refused(503, await call("POST", "/payments", { amount: "1", provider: "kaspi" }))).toBe("not_configured");
    expect(bank.ledger.calls.length).toBe(before);
    expect(said(paymentList, 200, await call("GET", "/payments")).items).toHaveLength(1);
  });

  it("that is paid carries what the bank says for the slip and the books", async () => {
    const sale = await paid("2000");
    const { card } = bank.bill(sale.bankId ?? "") ?? {};
    expect(sale).toMatchObject({
      settled: true,
      card: { id: null, mask: card?.mask },
      details: {
        reference: card?.reference,
        fee: "0.25",
        bonusAmount: "10.50",
        lines: [{ label: "Loan terms", value: "6 months" }],
      },
    });
  });
});

describe("a refund", () => {
  it("by payment, bank's number or RRN is one and the same purchase's, done in the bank's own time", async () => {
    const [sale] = said(paymentList, 200, await call("GET", "/payments?state=paid")).items;
    if (!sale) throw new Error("nothing was paid");
    const { reference = "" } = bank.bill(sale.bankId ?? "")?.card ?? {};
    const made = said(refund, 201, await give({ paymentId: sale.id, amount: "1000" }));
    expect(made).toMatchObject({ availableIsOurs: true, available: "2000.00", provider: "halykQr" });
    const pending = await becomes(refund, `/refunds/${made.id}`, "pending");
    const [bill] = bank.refundsOf(sale.bankId ?? "");
    expect(pending).toMatchObject({ bankId: bill?.billNumber, settled: false });
    for (const purchase of [{ bankId: sale.bankId }, { rrn: reference }]) {
      const blocked = await give({ provider: "halykQr", ...purchase, amount: "1" });
      expect(refused(409, blocked)).toBe("refund_open");
      expect(blocked.json().refund.id).toBe(made.id);
    }
    bank.finishRefund(bill?.billNumber ?? "");
    await becomes(refund, `/refunds/${made.id}`, "refunded");
    const tooMuch = said(refund, 201, await give({ provider: "halykQr", rrn: reference, amount: "1000.01" }));
    expect(tooMuch).toMatchObject({ state: "failed", error: { code: "refund_too_large" }, bankId: null });
    expect(bank.refundsOf(sale.bankId ?? "")).toHaveLength(1);
    const second = said(refund, 201, await give({ provider: "halykQr", bankId: sale.bankId, amount: "500" }));
    expect(second).toMatchObject({ paymentId: sale.id, available: "1000.00" });
    expect(said(refundList, 200, await call("GET", "/refunds")).items).toHaveLength(3);
    expect(said(payment, 200, await call("GET", `/payments/${sale.id}`)).refundedAmount).toBe("1000.00");
  }, 20_000);

  it("of a purchase that nobody knows ends as failed, with the bank's word", async () => {
    const made = said(refund, 201, await give({ provider: "halykQr", rrn: "999999999999", amount: "1" }));
    expect(made.evidence.rrn).toBe("999999999999");
    expect(await becomes(refund, `/refunds/${made.id}`, "failed")).toMatchObject({
      error: { code: "purchase_not_found" },
    });
  });
});

it("health tells of the bank and its event stream", async () => {
  const { providers, status } = said(health, 200, await call("GET", "/health"));
  expect(status).toBe("ok");
  expect(providers).toMatchObject({ halykQr: { ready: true, reachable: true, events: "off" } });
});
