import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import { minor } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Scope } from "../../contract/states.ts";
import type { Bank, BankCall, CreateExtra } from "../../main/core/bank.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { Profile } from "../../main/core/ports.ts";
import type { Settings } from "../../main/core/settings.ts";
import { openDesk, testSettings, type Desk, type OtherBank } from "../support/desk.ts";
import type { SimulatedClock } from "../support/simulated-clock.ts";

const SECOND = 1_000;
const NUMBER = "4400001234567895";
const TYPED = { number: NUMBER, expiry: "12/29", cvc: "636", name: "AIGUL SEITOVA" };
const GOOGLE = {
  apiVersion: 2,
  apiVersionMinor: 0,
  paymentMethodData: { type: "CARD", tokenizationData: { type: "PAYMENT_GATEWAY", token: '{"signature":"\\u003d"}' } },
};
const PROFILE: Profile = {
  id: "posted-1",
  provider: "epay",
  environment: "test",
  scheme: null,
  url: "https://posts.test",
  bin: null,
  tradePoint: null,
  device: "terminal-payment",
  options: { cards: "true", operations: "true" },
};
const WINDOWS = { pollMs: 5_000, scanMs: 0, confirmMs: 600_000 };

type Request = CommandInput<"payments.create">["request"];

/** A bank that takes what the till posts: no document's, only what the core sees of such a bank. */
function postingBank(clock: SimulatedClock) {
  const posts: { readonly path: string; readonly body: string }[] = [];
  let postAnswer: object | "hang" = {};
  let word: object = { word: "pending" };
  const call = <T>(name: string, path: string, body: object | null): BankCall<T> => ({
    name,
    danger: body === null ? "safe" : "dangerous",
    method: body === null ? "GET" : "POST",
    url: `${PROFILE.url}${path}`,
    headers: {},
    body: body === null ? null : JSON.stringify(body),
    timeoutMs: 60_000,
    canonical: path,
    read: (answer) => JSON.parse(answer.text) as T,
  });
  const bank: Bank = {
    name: "epay",
    methods: ({ options }) => [
      "googlePay",
      ...(options["cards"] === "true" ? ["card", "cardVerification"] : []),
      "transfer",
    ],
    refunds: () => "elsewhere",
    create: (_, row: PaymentRow, { paying }: CreateExtra) => call("post", `/post/${row.detail.invoiceId}`, { paying }),
    status: (_, { detail }) => call("status", `/status/${detail.invoiceId}`, null),
    ping: () => call("ping", "/ping", null),
    terminalOf: ({ device }, method) =>
      method === "googlePay" || method === "card" ? (device ?? "") : `terminal-${method}`,
    operations: ({ options }) => options["operations"] === "true",
    capture: (_, __, sum) => call("capture", "/capture", { sum }),
    release: () => call("release", "/release", {}),
  };
  const other: OtherBank = {
    bank,
    profile: PROFILE,
    send({ url, body }) {
      const { pathname } = new URL(url);
      const [, what, id] = pathname.split("/");
      if (body !== null) posts.push({ path: pathname, body });
      const answers: Record<string, () => object> = {
        ping: () => ({ kind: "alive" }),
        post: () => ({ kind: "posted", bankId: id, windows: WINDOWS, operationId: "op-1", ...(postAnswer as object) }),
        status: () => ({ kind: "word", raw: "WORD", unsure: false, minor: null, ...word }),
        capture: () => ({ kind: "heard" }),
        release: () => ({ kind: "heard" }),
      };
      if (what === "post" && postAnswer === "hang") return new Promise(() => undefined);
      return Promise.resolve({ status: 200, headers: {}, text: JSON.stringify(answers[what ?? ""]?.()) });
    },
  };
  return {
    other,
    clock,
    posts,
    post: (answer: object | "hang") => void (postAnswer = answer),
    says: (said: object) => void (word = said),
  };
}

function settingsOf(profile = PROFILE): Settings {
  const [provider] = testSettings(profile).providers;
  if (!provider) throw new Error("no provider");
  const invoices = { from: 1, to: 999_999 };
  return testSettings(profile, { providers: [{ ...provider, name: "epay", max: minor(100_000_000), invoices }] });
}

let bank: ReturnType<typeof postingBank>;
let desk: Desk;
let epoch: string | null = null;

async function open(profile = PROFILE): Promise<Desk> {
  return openDesk({
    settings: settingsOf(profile),
    other: (clock) => (bank = postingBank(clock)).other,
    // A restored backup: the same file, under an epoch of its own.
    wrap: (journal) => ({
      ...journal,
      info: async () => {
        const info = await journal.info();
        return { ...info, epoch: epoch ?? info.epoch };
      },
    }),
  });
}

beforeEach(async () => {
  epoch = null;
  desk = await open();
});
afterEach(() => desk.close());

const tell = (request: Partial<Request>, key: string = randomUUID()) =>
  desk.call("payments.create", { key, request: { amount: "5000", provider: "epay", method: "card", ...request } });
async function pay(request: Partial<Request>, key?: string): Promise<Payment> {
  const result = await tell(request, key);
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value.payment;
}
const asProgram = async (scopes: readonly Scope[], request: Partial<Request>) => {
  const told = desk.core.call({ kind: "api", name: "shop", scopes }, "payments.create", {
    key: randomUUID(),
    request: { amount: "5000", provider: "epay", method: "card", ...request },
  });
  await desk.clock.advance(0);
  return told;
};
const check = (more: Partial<Request> = {}): Partial<Request> => ({
  amount: "0",
  currency: "USD",
  method: "cardVerification",
  card: TYPED,
  ...more,
});
const refused = (code: string, params: object = {}) => ({ ok: false, error: { code, params } });
async function decide(word: object): Promise<void> {
  bank.says(word);
  await desk.clock.advance(3 * SECOND);
}

describe("a card typed at the till", () => {
  it("goes to the bank once; the payment, its events, the snapshot and the journal have the mask alone", async () => {
    const payment = await pay({ card: TYPED, payer: { name: "Aigul S", email: "aigul@shop.kz" } });
    expect(bank.posts).toHaveLength(1);
    expect(JSON.parse(bank.posts[0]?.body ?? "")).toMatchObject({ paying: { card: { typed: TYPED } } });
    expect(payment).toMatchObject({
      kind: "sale",
      method: "card",
      card: { id: null, mask: "440000...7895", type: "" },
    });
    await decide({ word: "paid", minor: 500_000 });
    expect(await desk.get(payment.id)).toMatchObject({ state: "paid", settled: true });
    const events = await desk.journal.events(0, 100);
    const stored = [await desk.journal.payment(payment.id), await desk.journal.calls(payment.id)];
    expect(JSON.stringify([events, stored, desk.snapshot(), desk.notes])).not.toMatch(
      /4400001234567895|"636"|12\/29|AIGUL SEITOVA|aigul@shop/,
    );
  });

  it("a program needs the scope `cards` for a number, also for the receiver's; not for a saved card or a token", async () => {
    expect(await asProgram(["pay"], { card: TYPED })).toMatchObject(refused("forbidden"));
    const transfer = { method: "transfer", card: { id: "card_00000000" } } as const;
    expect(await asProgram(["pay"], { ...transfer, receiver: { number: NUMBER } })).toMatchObject(refused("forbidden"));
    expect(await asProgram(["pay"], { ...transfer, receiver: { id: "card_00000001" } })).toMatchObject(
      refused("card_unknown"),
    );
    expect(bank.posts).toEqual([]);
    expect(await asProgram(["pay", "cards"], { card: TYPED })).toMatchObject({ ok: true });
  });

  it("one that is wrong is told as wrong, and not told back", async () => {
    for (const [field, card] of [
      ["number", { ...TYPED, number: "4400001234567896" }],
      ["expiry", { ...TYPED, expiry: "13/29" }],
      ["cvc", { ...TYPED, cvc: "63" }],
    ] as const) {
      const told = await tell({ card });
      expect(told).toMatchObject(refused("bad_card", { field: `request.card.${field}` }));
      expect(JSON.stringify(told)).not.toMatch(/44000012|13\/29|"63"/);
    }
    expect(await tell({ method: "transfer", card: TYPED, receiver: { number: "1" } })).toMatchObject(
      refused("bad_card"),
    );
  });

  it("is refused where it is switched off", async () => {
    await desk.close();
    desk = await open({ ...PROFILE, options: { ...PROFILE.options, cards: "false" } });
    expect(await tell({ card: TYPED })).toMatchObject(refused("cards_off"));
    expect(await asProgram(["pay", "cards"], { card: TYPED })).toMatchObject(refused("cards_off"));
    expect(await tell({ method: "googlePay", token: GOOGLE })).toMatchObject({ ok: true });
  });

  it("asked for again under its key it is the same payment, whatever its code; another card is another request", async () => {
    const first = await pay({ card: TYPED }, "key-1");
    const again = await tell({ card: { ...TYPED, cvc: "111", expiry: "01/31" } }, "key-1");
    expect(again).toMatchObject({ ok: true, value: { created: false, payment: { id: first.id } } });
    expect(await tell({ card: { ...TYPED, number: "5100009876543215" } }, "key-1")).toMatchObject(
      refused("key_reused"),
    );
    expect(bank.posts).toHaveLength(1);
  });
});

describe("what the till takes of them", () => {
  it("Q-77: a check is for nothing, in dollars; all else is for something, in tenge, within the limits", async () => {
    expect(await tell(check({ amount: "1" }))).toMatchObject(refused("bad_amount"));
    expect(await tell(check({ currency: "KZT" }))).toMatchObject(refused("bad_request", { field: "currency" }));
    expect(await tell({ card: TYPED, amount: "0" })).toMatchObject(refused("bad_amount"));
    expect(await tell({ card: TYPED, amount: "0.50" })).toMatchObject(refused("amount_too_small"));
    expect(await tell({ card: TYPED, currency: "USD" })).toMatchObject(refused("bad_request", { field: "currency" }));
    expect(await pay(check())).toMatchObject({ kind: "verification", amount: "0.00", currency: "USD" });
  });

  it("no field of another method, and none of an invoice", async () => {
    expect(await tell({ card: TYPED, token: GOOGLE })).toMatchObject(refused("bad_request", { field: "token" }));
    expect(await tell({ card: TYPED, phone: "77771234567" })).toMatchObject(refused("bad_request", { field: "phone" }));
    expect(await tell({ card: TYPED, saveCard: true })).toMatchObject(
      refused("bad_request", { field: "payer.accountId" }),
    );
  });

  it("posted and undecided it cannot be taken back, nor made anew: its card is not kept", async () => {
    const { id } = await pay({ card: TYPED });
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_confirmation" });
    expect(await desk.call("payments.cancel", { id })).toMatchObject(refused("not_finished"));
    expect(await desk.call("payments.renew", { id, key: "renewed" })).toMatchObject(refused("not_supported"));
    await desk.call("payments.dismiss", { id });
    expect(await desk.call("payments.cancel", { id })).toMatchObject(refused("not_finished"));
  });

  it("given up while it is being sent, it is watched", async () => {
    bank.post("hang");
    const made = tell({ card: TYPED });
    await desk.clock.advance(5 * SECOND);
    const result = await made;
    if (!result.ok) throw new Error(result.error.code);
    const { id } = result.value.payment;
    expect(await desk.call("payments.cancel", { id })).toMatchObject({ ok: true, value: { state: "cancelled" } });
  });
});

describe("a saved card", () => {
  async function save(): Promise<string> {
    const payment = await pay(check({ saveCard: true, payer: { accountId: "customer-7" } }));
    const facts = { reference: null, fee: null, bonus: null, card: { mask: "440000...7895", type: "VISA" }, lines: [] };
    await decide({ word: "verified", minor: 0, cardId: "the bank's own number", facts });
    const { card, state } = await desk.get(payment.id);
    expect(state).toBe("verified");
    await desk.call("payments.dismiss", { id: payment.id });
    return card?.id ?? "";
  }

  it("is listed by our handle, used by it, and forgotten on request", async () => {
    const id = await save();
    const listed = await desk.call("cards.list", {});
    expect(listed).toMatchObject({
      ok: true,
      value: { items: [{ id, mask: "440000...7895", type: "VISA", accountId: "customer-7", environment: "test" }] },
    });
    expect(JSON.stringify(listed)).not.toContain("own number");
    const paid = await pay({ card: { id } });
    expect(paid.card).toEqual({ id, mask: "440000...7895", type: "VISA" });
    expect(JSON.parse(bank.posts.at(-1)?.body ?? "")).toMatchObject({
      paying: { card: { bankCardId: "the bank's own number" }, payer: { accountId: "customer-7" } },
    });
    expect(await desk.call("cards.remove", { id })).toEqual({ ok: true, value: null });
    expect(await desk.call("cards.remove", { id })).toMatchObject(refused("card_unknown"));
    expect(await desk.call("cards.list", {})).toEqual({ ok: true, value: { items: [] } });
  });

  it("of another environment is not shown, nor can it be used", async () => {
    const id = await save();
    await desk.restart(settingsOf({ ...PROFILE, id: "posted-2", environment: "production" }));
    expect(await desk.call("cards.list", {})).toEqual({ ok: true, value: { items: [] } });
    expect(await tell({ card: { id } })).toMatchObject(refused("card_unknown"));
  });

  it("the bank's own number is in nothing that is journaled or shown", async () => {
    await save();
    expect(JSON.stringify([await desk.journal.events(0, 100), desk.snapshot(), desk.notes])).not.toContain(
      "own number",
    );
  });
});

describe("the bank's page and held money, as the screens see them", () => {
  it("the cashier's screen has the page and its time; the customer's has no way to it", async () => {
    bank.post({ kind: "challenged", page: { action: "https://acs.test", fields: { PaReq: "p", MD: "m" } }, mark: "m" });
    const { id } = await pay({ card: TYPED });
    expect(desk.snapshot().current).toMatchObject({
      state: "awaiting_3ds",
      bankPage: { path: null, page: "waiting" },
      countdown: { kind: "page", remainingMs: 600_000, totalMs: 600_000 },
      operations: false,
    });
    let customer: unknown;
    desk.core.watch("customer", (snapshot) => (customer = snapshot.sale))();
    expect(customer).toMatchObject({ step: "page" });
    expect(customer).not.toHaveProperty("bankPage");
    expect(await desk.call("payments.bankPage", { id, did: "open" })).toEqual({ ok: true, value: null });
    expect(await desk.call("payments.dismiss", { id })).toMatchObject(refused("not_finished"));
    expect(await desk.call("payments.cancel", { id })).toMatchObject({ ok: true });
    expect(await desk.call("payments.bankPage", { id, did: "closed" })).toMatchObject(refused("already_final"));
    expect(await desk.call("payments.bankPage", { id: "nobody", did: "open" })).toMatchObject(refused("not_found"));
    expect(desk.snapshot().current?.countdown).toBeNull();
  });

  it("held money is taken or given back from here, or not at all", async () => {
    const { id } = await pay({ card: TYPED });
    await decide({ word: "authorized", minor: 500_000 });
    expect(desk.snapshot().current).toMatchObject({ state: "authorized", settled: false, operations: true });
    expect(await desk.call("payments.capture", { id, amount: "0" })).toMatchObject(refused("bad_amount"));
    expect(await desk.call("payments.capture", { id, amount: "5000.01" })).toMatchObject(refused("amount_too_large"));
    bank.says({ word: "authorized" });
    expect(await desk.call("payments.void", { id })).toMatchObject({
      ...refused("void_unconfirmed"),
      payment: { id, state: "authorized" },
    });
    await decide({ word: "released" });
    expect(await desk.call("payments.void", { id })).toMatchObject({ ok: true, value: { state: "released" } });
    expect(bank.posts.filter(({ path }) => path === "/release")).toHaveLength(1);
    expect(await desk.call("payments.capture", { id: "nobody" })).toMatchObject(refused("not_found"));
  });

  it("where this till may not, it says where it is done", async () => {
    await desk.close();
    desk = await open({ ...PROFILE, options: { ...PROFILE.options, operations: "false" } });
    const { id } = await pay({ card: TYPED });
    await decide({ word: "authorized", minor: 500_000 });
    expect(desk.snapshot().current?.operations).toBe(false);
    expect(await desk.call("payments.capture", { id })).toMatchObject(refused("not_supported", { where: "office" }));
  });

  it("a payment made with settings that are no more is operated as it was made", async () => {
    const { id } = await pay({ card: TYPED });
    await decide({ word: "authorized", minor: 500_000 });
    await desk.restart(
      settingsOf({ ...PROFILE, id: "posted-2", options: { ...PROFILE.options, operations: "false" } }),
    );
    expect(desk.snapshot().current).toMatchObject({ id, operations: true });
  });

  it("held money is asked about on request, and by no timer", async () => {
    const { id } = await pay({ card: TYPED });
    await decide({ word: "authorized", minor: 500_000 });
    bank.says({ word: "paid", minor: 500_000 });
    await desk.clock.advance(60 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "authorized" });
    expect(await desk.call("payments.refresh", { id })).toMatchObject({ ok: true, value: { state: "paid" } });
  });
});

it("a transfer beside a paid sale is no double payment; a second paid sale is one", async () => {
  const kinds = async (request: Partial<Request>): Promise<string[]> => {
    const { id } = await pay({ saleId: "sale-1", ...request });
    await decide({ word: "paid", minor: 500_000 });
    await desk.call("payments.dismiss", { id });
    return desk.snapshot().banners.map(({ kind }) => kind);
  };
  expect(await kinds({ card: TYPED })).toEqual([]);
  expect(await kinds({ method: "transfer", card: TYPED, receiver: { number: "5100009876543215" } })).toEqual([]);
  expect(await kinds({ card: TYPED })).toEqual(["double-paid"]);
});

describe("our own numbers at such a bank", () => {
  const tail = ({ invoiceId }: Payment): string => (invoiceId ?? "").slice(-6);
  async function one(request: Partial<Request>): Promise<Payment> {
    const payment = await pay(request);
    await decide({ word: "declined" });
    await desk.call("payments.dismiss", { id: payment.id });
    return payment;
  }

  it("Q-98: each terminal counts for itself", async () => {
    expect(tail(await one({ card: TYPED }))).toBe("000001");
    expect(tail(await one(check()))).toBe("000001");
    expect(tail(await one({ method: "googlePay", token: GOOGLE }))).toBe("000002");
    expect(tail(await one(check()))).toBe("000002");
    expect(await desk.journal.counter("invoice|epay|terminal-payment")).toBe(3n);
    expect(await desk.journal.counter("invoice|epay|terminal-cardVerification")).toBe(3n);
  });

  it("Q-72: after a restored backup each of them jumps once, and goes on after a restart", async () => {
    const before = [await one({ card: TYPED }), await one({ card: TYPED })].map(tail);
    epoch = "the epoch of the restored file";
    await desk.restart();
    const after = [await one({ card: TYPED }), await one({ card: TYPED })].map(tail);
    expect([before, after]).toEqual([
      ["000001", "000002"],
      ["100003", "100004"],
    ]);
    await desk.restart();
    expect(tail(await one({ card: TYPED }))).toBe("100005");
    expect(tail(await one(check()))).toBe("000001");
  });
});
