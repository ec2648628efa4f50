import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatMoney, minor } from "../../contract/money.ts";
import type { Bank, BankCall, BankContext } from "../../main/core/bank.ts";
import { newGoods } from "../../main/core/goods.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { Profile } from "../../main/core/ports.ts";
import { openDesk, testSettings, type Desk, type OtherBank } from "../support/desk.ts";
import { newRow } from "../support/rows.ts";

const PROFILE: Profile = {
  id: "posted-1",
  provider: "epay",
  environment: "test",
  scheme: null,
  url: "https://posts.test",
  bin: null,
  tradePoint: null,
  device: "terminal",
  options: {},
};
/** Our own number of the sale, by which its figures are read. */
const INVOICE = "100000000000001";

let desk: Desk;
let sent: { path: string; body: string | null }[];
let total: number;
let available: number;
let operation: string | undefined;
let fails: boolean;
/** The bank says 200, and nothing of its own. */
let mute: boolean;
/** A refund moves the figure. */
let moves: boolean;

/** A bank that gives money back by its own number of the operation, which only its figures tell. */
function operationBank(): OtherBank {
  const call = <T>(name: string, path: string, body: object | null): BankCall<T> => ({
    name,
    danger: body === null ? "safe" : "dangerous",
    method: body === null ? "GET" : "POST",
    url: `${PROFILE.url}${path}`,
    headers: {},
    body: body === null ? null : JSON.stringify(body),
    timeoutMs: 60_000,
    canonical: `${path} ${JSON.stringify(body)}`,
    read: (answer) => JSON.parse(answer.text) as T,
  });
  const bank: Bank = {
    name: "epay",
    methods: () => ["card"],
    refunds: () => "till",
    leastRefund: () => minor(1_000),
    create: () => call("create", "/create", {}),
    status: () => call("status", "/status", null),
    ping: () => call("ping", "/ping", null),
    details: (_: BankContext, id: string) => call("details", `/details/${id}`, null),
    refund: (_, { minor: amount, detail }) => call("refund", "/refund", { amount, operationId: detail.operationId }),
  };
  return {
    bank,
    profile: PROFILE,
    async send({ url, body }) {
      const { pathname } = new URL(url);
      sent.push({ path: pathname, body });
      if (pathname === "/refund" && moves) available -= (JSON.parse(body ?? "") as { amount: number }).amount;
      const answer = pathname.startsWith("/details/")
        ? { kind: "details", purchaseId: pathname.slice(9), total, available, at: null, operationId: operation }
        : pathname === "/refund"
          ? {
              kind: fails ? "unclear" : mute ? "heard" : "refunded",
              bankId: operation,
              error: { code: "malformed_answer", params: {} },
            }
          : { kind: "alive" };
      return { status: 200, headers: {}, text: JSON.stringify(answer) };
    },
  };
}

beforeEach(async () => {
  sent = [];
  total = 500_000;
  available = 500_000;
  operation = "3e5d9b0c-44f2-4be0-9a1e-6f5a0d5c1a11";
  fails = false;
  mute = false;
  moves = false;
  const [provider] = testSettings(PROFILE).providers;
  if (!provider) throw new Error("no provider");
  desk = await openDesk({
    settings: testSettings(PROFILE, { providers: [{ ...provider, name: "epay" }] }),
    other: operationBank,
  });
  await sell({});
});
afterEach(() => desk.close());

async function sell(change: Partial<PaymentRow>): Promise<void> {
  const row = newRow(
    {
      seq: 0,
      profileId: PROFILE.id,
      provider: "epay",
      method: "card",
      state: "paid",
      settled: true,
      bankId: INVOICE,
      ...change,
    },
    { dismissed: true, invoiceId: change.bankId ?? INVOICE },
  );
  await desk.journal.commit({ at: desk.clock.now(), profiles: [PROFILE], payments: [row] });
}
const refund = (amount: string, paymentId = "p1") =>
  desk.call("refunds.create", { key: randomUUID(), request: { paymentId, amount } });
const refundsSent = () =>
  sent.filter(({ path }) => path === "/refund").map(({ body }) => JSON.parse(body ?? "") as object);

describe("a refund that is asked for by the bank's number of the operation", () => {
  it("reads it with the figures, journals it with the intent, and sends it", async () => {
    const made = await refund("1500");
    expect(made).toMatchObject({ ok: true, value: { refund: { state: "refunded", amount: "1500.00" } } });
    expect(refundsSent()).toEqual([{ amount: 150_000, operationId: operation }]);
    if (!made.ok) return;
    const row = await desk.journal.refund(made.value.refund.id);
    expect(row?.detail).toMatchObject({ operationId: operation, purchaseId: INVOICE });
    const [call] = await desk.journal.refundCalls(made.value.refund.id);
    expect(call).toMatchObject({ name: "refund", outcome: "answered" });
    expect((await desk.get("p1")).refundedAmount).toBe("1500.00");
  });

  it("an answer that says nothing of it is checked at once: the figure says that it is gone", async () => {
    mute = true;
    moves = true;
    const made = await refund("1500");
    expect(made).toMatchObject({
      ok: true,
      value: { refund: { state: "refunded", amount: "1500.00", settled: true, error: null } },
    });
    if (!made.ok) return;
    const row = await desk.journal.refund(made.value.refund.id);
    expect(row).toMatchObject({ bankId: null, detail: { evidence: "balance" } });
    expect(row?.detail.history.map(({ state }) => state)).toEqual(["creating", "sending", "refunded"]);
    expect(await desk.journal.refundCalls(made.value.refund.id)).toMatchObject([{ outcome: "answered" }]);
    expect((await desk.get("p1")).refundedAmount).toBe("1500.00");
  });

  it("one that may be a proxy's is no refund: the figure stands, and goes on being read", async () => {
    mute = true;
    const made = await refund("1500");
    expect(made).toMatchObject({
      ok: true,
      value: { refund: { state: "in_doubt", error: { code: "refund_unconfirmed" } } },
    });
    if (!made.ok) return;
    const { id } = made.value.refund;
    await desk.clock.advance(119_000);
    expect(await desk.call("refunds.get", { id })).toMatchObject({ ok: true, value: { state: "in_doubt" } });
    await desk.clock.advance(81_000);
    expect(await desk.call("refunds.get", { id })).toMatchObject({ ok: true, value: { state: "not_executed" } });
    expect((await desk.get("p1")).refundedAmount).toBe("0.00");
  });

  it("a figure that moves late is believed then", async () => {
    mute = true;
    const made = await refund("1500");
    if (!made.ok) throw new Error(made.error.code);
    available -= 150_000;
    await desk.clock.advance(11_000);
    expect(await desk.call("refunds.get", { id: made.value.refund.id })).toMatchObject({
      ok: true,
      value: { state: "refunded" },
    });
  });

  it("tried again by a person it is the same operation", async () => {
    fails = true;
    const made = await refund("1500");
    if (!made.ok) throw new Error(made.error.code);
    const { id } = made.value.refund;
    expect(made.value.refund.state).toBe("in_doubt");
    await desk.clock.advance(200_000);
    expect(await desk.call("refunds.get", { id })).toMatchObject({ ok: true, value: { state: "not_executed" } });
    fails = false;
    // Figures that name none prove nothing of the one that is on disk.
    const first = operation;
    operation = undefined;
    await desk.call("refunds.select", { id, operationId: INVOICE, amount: "1500" });
    expect(refundsSent()).toEqual([1, 2].map(() => ({ amount: 150_000, operationId: first })));
  });

  it("Q-95: less than the bank's least is refused here, before anything is sent", async () => {
    expect(await refund("9.99")).toMatchObject({
      ok: false,
      error: { code: "amount_too_small", params: { limit: formatMoney(minor(1_000)) } },
    });
    expect(sent.filter(({ path }) => path !== "/ping")).toEqual([]);
    expect(await refund("10")).toMatchObject({ ok: true });
  });

  it("a transfer is none of the shop's money: nothing of it goes back", async () => {
    await sell({ id: "p2", number: "A1-000002", idemKey: "key-2", kind: "transfer", method: "transfer", bankId: "2" });
    expect(await refund("1500", "p2")).toMatchObject({
      ok: false,
      error: { code: "not_supported" },
      payment: { id: "p2" },
    });
    const told = await desk.call("refunds.create", {
      key: randomUUID(),
      request: { provider: "epay", bankId: "2", amount: "1500" },
    });
    expect(told).toMatchObject({ ok: false, error: { code: "not_supported" } });
    expect(await desk.call("refunds.look", { paymentId: "p2" })).toMatchObject({
      ok: false,
      error: { code: "not_supported" },
    });
    expect(refundsSent()).toEqual([]);
  });
});

it("goods that were not given: the till asks by the bank's number of the operation too, and never for too little", async () => {
  const goods = { ...newGoods({ fulfilSeconds: 60, dispenseSeconds: 90 }), at: desk.clock.now() };
  await sell({ id: "p2", number: "A1-000002", idemKey: "k2", bankId: "100000000000002", fulfilment: goods });
  await sell({ id: "p3", number: "A1-000003", idemKey: "k3", bankId: "3", minor: minor(900), fulfilment: goods });
  const failed = async (id: string): Promise<void> => {
    const actor = { kind: "api", name: "machine", scopes: ["pay"] } as const;
    expect(await desk.core.call(actor, "payments.fulfil", { id, ok: false })).toMatchObject({ ok: true });
    await desk.clock.advance(1_000);
  };
  await failed("p2");
  expect(refundsSent()).toEqual([{ amount: 500_000, operationId: operation }]);
  expect((await desk.get("p2")).fulfilment).toMatchObject({ state: "not_given", moneyBack: "returned" });
  await failed("p3");
  expect(refundsSent()).toHaveLength(1);
  expect((await desk.get("p3")).fulfilment).toMatchObject({ state: "not_given", moneyBack: "support" });
  expect((await desk.journal.payment("p3"))?.fulfilment?.stuck).toBe("amount_too_small");
});
