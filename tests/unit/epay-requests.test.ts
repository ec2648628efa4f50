/** Every call of ePay: what is sent, byte by byte, what is kept back, and what can never be sent. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { TypedCard } from "../../contract/card.ts";
import { minor } from "../../contract/money.ts";
import { banks } from "../../main/banks/index.ts";
import { epay } from "../../main/banks/epay/index.ts";
import type { BankCall, BankContext, Paying } from "../../main/core/bank.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import {
  ACCESS,
  BASE,
  CARD_ID,
  checkRow,
  contextOf,
  CRYPTOGRAM,
  CVC,
  GOOGLE_TOKEN,
  INVOICE,
  json,
  OPERATION,
  PA_RES,
  PAN,
  panOf,
  payingOf,
  paymentRow,
  PAYMENT_TERMINAL,
  RECEIVER_ID,
  refundRow,
  sample,
  sampleRequest,
  SECRET,
  TRANSFER_TERMINAL,
  transferRow,
  typedCard,
  VERIFICATION_TERMINAL,
} from "./epay-support.ts";

const PAYMENT_SCOPE = "webapi usermanagement email_send verification statement statistics payment";

const create = (payment: PaymentRow, paying: Paying, context: BankContext = contextOf()): BankCall<unknown> =>
  epay.create(context, payment, { phone: null, paying });
const confirm = (
  fields: Record<string, string> = { PaRes: PA_RES, MD: "m-1" },
  operationId: string | null = OPERATION,
) => epay.confirm?.(contextOf(), paymentRow(), { operationId, mark: "m-1", fields }) ?? null;
const bodyOf = (call: BankCall<unknown>): unknown => JSON.parse(call.body ?? "null");
const google = payingOf({ token: { apiVersionMinor: 0, apiVersion: 2, paymentMethodData: { type: "CARD" } } });
const bySavedCard = payingOf({ card: { bankCardId: CARD_ID } });
const byCard = payingOf({ card: { typed: typedCard } });
const toSaved = payingOf({ card: { typed: typedCard }, receiver: { bankCardId: RECEIVER_ID } });
const capture = epay.capture?.(contextOf(), paymentRow({}, { operationId: OPERATION }), minor(1_550));
const release = epay.release?.(contextOf(), paymentRow({}, { operationId: OPERATION }));

const CALLS: readonly (readonly [string, string, BankCall<unknown> | null | undefined, Partial<BankCall<unknown>>])[] =
  [
    [
      "E2",
      "POST /payment/cryptopay",
      create(paymentRow(), google),
      { name: "payment/cryptopay", danger: "dangerous", timeoutMs: 60_000 },
    ],
    [
      "E3",
      "POST /payment/cryptopay",
      create(checkRow(), byCard),
      { name: "payment/cryptopay", danger: "dangerous", timeoutMs: 60_000 },
    ],
    [
      "a payment by a typed card",
      "POST /payment/cryptopay",
      create(paymentRow({ method: "card" }), byCard),
      { danger: "dangerous", timeoutMs: 60_000 },
    ],
    [
      "a payment by a saved card",
      "POST /payments/cards/auth",
      create(paymentRow({ method: "card" }), bySavedCard),
      { danger: "dangerous", timeoutMs: 60_000 },
    ],
    ["E4", "POST /payments/confirm", confirm(), { name: "payments/confirm", danger: "dangerous", timeoutMs: 60_000 }],
    [
      "E5",
      `GET /check-status/payment/transaction/${INVOICE}`,
      epay.status(contextOf(), paymentRow()),
      { name: "check-status", danger: "safe", timeoutMs: 10_000, body: null },
    ],
    [
      "E5 of a card check",
      `GET /check-status/payment/transaction/${INVOICE}`,
      epay.status(contextOf(), checkRow()),
      { danger: "safe" },
    ],
    [
      "Q-92: the status of a transfer",
      `GET /check-status/p2p/transaction/${INVOICE}`,
      epay.status(contextOf(), transferRow()),
      { danger: "safe" },
    ],
    [
      "E5 of a sale before its refund",
      `GET /check-status/payment/transaction/${INVOICE}`,
      epay.details?.(contextOf(), INVOICE),
      { danger: "safe" },
    ],
    [
      "E5 of a payment that never is",
      "GET /check-status/payment/transaction/000000",
      epay.ping(contextOf()),
      { danger: "safe" },
    ],
    [
      "E6",
      "POST /payments/cards/auth",
      create(transferRow(), toSaved),
      { name: "payments/cards/auth", danger: "dangerous", timeoutMs: 60_000 },
    ],
    [
      "E7",
      "GET /public.rsa",
      epay.key?.(contextOf()),
      { name: "public.rsa", danger: "safe", timeoutMs: 10_000, body: null },
    ],
    [
      "charge",
      `POST /operation/${OPERATION}/charge?amount=15.5`,
      capture,
      { name: "operation/charge", danger: "dangerous", timeoutMs: 30_000, body: null },
    ],
    [
      "cancel",
      `POST /operation/${OPERATION}/cancel`,
      release,
      { name: "operation/cancel", danger: "dangerous", timeoutMs: 30_000, body: null },
    ],
    [
      "Q-95: refund",
      `POST /operation/${OPERATION}/refund?amount=10&externalID=A1-R000001`,
      epay.refund?.(contextOf(), refundRow()),
      { name: "operation/refund", danger: "dangerous", timeoutMs: 30_000, body: null },
    ],
  ];

describe("what is sent", () => {
  it.each(CALLS)("%s: %s", (_name, sent, call, more) => {
    const [method = "", path = ""] = sent.split(" ");
    expect(call).toMatchObject({ method, url: `${BASE}${path}`, ...more });
    expect(call?.headers["Content-Type"]).toBe(call?.body ? "application/json" : undefined);
  });
  it("the bank is in the list; what it takes follows the settings", () => {
    expect(banks.map(({ name }) => name)).toContain("epay");
    const methods = (options: Record<string, string>): readonly string[] => epay.methods(contextOf(options).profile);
    expect(methods({})).toEqual(["googlePay", "card", "cardVerification", "transfer"]);
    expect(methods({ cards: "false" })).toEqual(["googlePay", "transfer"]);
    expect(methods({ cards: "false", transfers: "false" })).toEqual(["googlePay"]);
    const off = contextOf({ operations: "false" }).profile;
    expect([epay.operations?.(off), epay.refunds(off)]).toEqual([false, "elsewhere"]);
    const on = contextOf().profile;
    expect([epay.operations?.(on), epay.refunds(on)]).toEqual([true, "till"]);
  });
});

describe("E1: the token of an operation", () => {
  const CASES = [
    ["token-payment", paymentRow({ minor: minor(10_000) }), google, "payment"],
    ["token-verification", checkRow(), byCard, "verification"],
    ["token-transfer", transferRow({ minor: minor(10_000) }), toSaved, "transfer"],
  ] as const;
  it.each(CASES)("Q-69, Q-71: %s: the fields of the document's sample, in its order", (name, row, paying) => {
    const form = sample(name).request?.form ?? {};
    const call = create(row, paying).grant?.ask;
    expect(call).toMatchObject({ method: "POST", url: "https://oauth.test/epay2/oauth2/token", danger: "safe" });
    expect(call?.headers["Content-Type"]).toBe("application/x-www-form-urlencoded");
    const sent = Object.fromEntries(new URLSearchParams(call?.body ?? ""));
    // Empty in the sample, and absent where the shop has none.
    const names = Object.keys(form).filter((key) => !key.endsWith("ostLink"));
    expect(Object.keys(sent).map((key) => key.toLowerCase())).toEqual(names.map((key) => key.toLowerCase()));
    for (const key of ["grant_type", "scope", "amount", "currency"]) expect(sent[key]).toBe(form[key]);
  });
  it("a no that repeats the secret is told without its words", () => {
    const ask = create(paymentRow(), google).grant?.ask;
    const no = (error_description: string) => ask?.read(json({ error: "invalid_client", error_description }, 401));
    expect(no("who are you?")).toMatchObject({ kind: "refused", error: { bankMessage: "who are you?" } });
    const told = no(`${SECRET} is not the secret`);
    expect(told).toMatchObject({ kind: "refused", error: { code: "login_refused", bankMessage: null } });
    expect(JSON.stringify(told)).not.toContain(SECRET);
  });
  it("Q-98: each purpose has its own client and terminal", () => {
    const sent = CASES.map(([, row, paying]) =>
      Object.fromEntries(new URLSearchParams(create(row, paying).grant?.ask?.body ?? "")),
    );
    expect(sent.map((form) => form["client_id"])).toEqual(["made-up-client", "check-client", "transfer-client"]);
    expect(sent.map((form) => form["client_secret"])).toEqual([SECRET, `check-${SECRET}`, `transfer-${SECRET}`]);
    expect(sent.map((form) => form["terminal"])).toEqual([PAYMENT_TERMINAL, VERIFICATION_TERMINAL, TRANSFER_TERMINAL]);
    expect(CASES.map(([, row]) => epay.terminalOf?.(contextOf().profile, row.method))).toEqual([
      PAYMENT_TERMINAL,
      VERIFICATION_TERMINAL,
      TRANSFER_TERMINAL,
    ]);
  });
  it("byte for byte: every value is percent-encoded whole", () => {
    expect(create(paymentRow({ minor: minor(1_222) }), google).grant?.ask?.body).toBe(
      `grant_type=client_credentials&scope=${PAYMENT_SCOPE.replaceAll(" ", "%20")}&client_id=made-up-client` +
        "&client_secret=made%23up%241%262%253%2B4%20%3D%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C%21" +
        `&invoiceID=${INVOICE}&amount=12.22&currency=KZT&terminal=${PAYMENT_TERMINAL}`,
    );
  });
  it("the document's links go with a transfer's token only, where the shop has them", () => {
    const context = contextOf({ postLink: "https://shop.example/a?b=1&c", failurePostLink: "https://shop.example/no" });
    const transfer = create(transferRow(), toSaved, context).grant?.ask?.body ?? "";
    expect(transfer).toContain("&postLink=https%3A%2F%2Fshop.example%2Fa%3Fb%3D1%26c&failurePostLink=https%3A%2F%2F");
    expect(create(paymentRow(), google, context).grant?.ask?.body).not.toContain("ostLink");
  });
  it("Q-69: it is bound to this one number, and kept under its name for nothing but its confirmation", () => {
    const grant = create(paymentRow(), google).grant;
    expect(grant?.keep).toBe(`op:${INVOICE}`);
    expect(confirm()?.grant).toMatchObject({ keep: `op:${INVOICE}`, ask: null });
    expect(grant?.with(ACCESS)).toEqual({ headers: { Authorization: `Bearer ${ACCESS}` } });
  });
});

describe("E1s: the service token", () => {
  const grants = [
    [epay.status(contextOf(), paymentRow()), "payment", PAYMENT_TERMINAL],
    [epay.status(contextOf(), checkRow()), "verification", VERIFICATION_TERMINAL],
    [epay.status(contextOf(), transferRow()), "transfer", TRANSFER_TERMINAL],
    [epay.ping(contextOf()), "payment", PAYMENT_TERMINAL],
  ] as const;
  it.each(grants)("with the terminal it is for, else the status says 104: %#", ({ grant }, _purpose, terminal) => {
    expect(grant?.keep).toBe(`service:${terminal}`);
    const form = Object.fromEntries(new URLSearchParams(grant?.ask?.body ?? ""));
    expect(Object.keys(form)).toEqual(Object.keys(sample("token-service").request?.form ?? {}));
    expect(form).toMatchObject({ scope: PAYMENT_SCOPE, terminal });
    expect(grant?.with(ACCESS)).toEqual({ headers: { Authorization: `Bearer ${ACCESS}` } });
  });
  it("what moves money gets one of its own", () => {
    for (const call of [capture, release, epay.refund?.(contextOf(), refundRow())]) {
      expect(call?.grant?.keep).toBeNull();
      expect(call?.grant?.ask?.body).toContain(`&terminal=${PAYMENT_TERMINAL}`);
      expect(call?.grant?.ask?.body).not.toContain("invoiceID");
    }
  });
});

describe("E2: Google Pay", () => {
  const form = sampleRequest("google-pay");
  const token = form["googlePay"] as Record<string, unknown>;
  const links = {
    backLink: "http://example/backLink",
    failureBackLink: "http://example/failureBackLink",
    postLink: "http://example/postLink",
    failurePostLink: "http://example/failurePostLink",
  };
  const payer = { name: "Test test", email: "payer@shop.example", phone: "+77010000001" };

  it("Q-73: the sample, to the letter", () => {
    const context = contextOf(links, { device: "b861ab50-8387-46c3-be6e-f439d4492c3c" });
    const row = paymentRow({ minor: minor(1_000) }, { invoiceId: "80000148", description: "Оплата" });
    const { body } = create(row, payingOf({ token, payer }), context);
    expect(body).toBe(JSON.stringify(form));
  });
  it("Q-87: the inner text arrives byte for byte", () => {
    const { body } = create(paymentRow(), payingOf({ token }));
    expect(body).toContain(`"token":${JSON.stringify(GOOGLE_TOKEN)}`);
    expect(body).toContain(String.raw`\\u003d\\u003d\",\"intermediateSigningKey\"`);
  });
  it("Q-93: without a server of the shop's there are no links; what was not given is not there, or empty as in the sample", () => {
    expect(bodyOf(create(paymentRow(), google))).toEqual({
      amount: 22.22,
      currency: "KZT",
      name: "CARDHOLDER",
      terminalId: PAYMENT_TERMINAL,
      invoiceId: INVOICE,
      description: "Bakery A1-000001",
      accountId: "",
      cardSave: false,
      useBonus: false,
      paymentType: "googlePay",
      googlePay: google.token,
    });
  });
  it("bonuses, a card to keep, the customer's id, and the shop's own data as a text", () => {
    const paying = {
      ...google,
      useBonus: true,
      data: '{"table":"5"}',
      payer: { accountId: "c-1", phone: "+7 (701) 000-00-01" },
    };
    const sent = create(paymentRow({}, { saveCard: true, description: "Cake" }), paying).body;
    expect(sent).toContain(
      '"description":"Cake","accountId":"c-1","phone":"+77010000001","cardSave":true,"useBonus":true,',
    );
    expect(sent).toContain('"data":"{\\"table\\":\\"5\\"}"');
  });
});

describe("where the Google Pay object comes from", () => {
  it("Q-88: from whoever can obtain it: nothing of Google's own is in the program", () => {
    const root = new URL("../../", import.meta.url);
    const files = ["main", "renderer", "preload", "contract"].flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, root), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(ts|tsx|html)$/.test(file))
        .map((file) => readFileSync(new URL(`${folder}/${file}`, root), "utf8")),
    );
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((text) => /pay\.google\.com|google\.payments|gstatic/i.test(text))).toEqual([]);
  });
});

describe("E3: the card check, and a payment by a typed card", () => {
  const statement = '{"statement":{"name":"Arman Ali","invoiceID":"80000016"}}';
  const payer = { accountId: "uuid000001", email: "jj@example.com", phone: "77777777777" };
  const links = {
    postLink: "https://testmerchant/order/1123",
    failurePostLink: "https://testmerchant/order/1123/fail",
  };

  it("Q-73, Q-77: the sample, to the letter: amount 0, in USD", () => {
    const row = checkRow({}, { invoiceId: "000001", description: "test payment", saveCard: true });
    const { body } = create(row, { ...byCard, payer, data: statement }, contextOf(links));
    expect(body).toBe(JSON.stringify(sampleRequest("card-verification")));
    expect(body?.startsWith('{"amount":0,"currency":"USD",')).toBe(true);
  });
  it("Q-75: the cryptogram holds the four right keys, compact and in the document's order", () => {
    const context = contextOf();
    create(checkRow(), byCard, context);
    create(paymentRow({ method: "card" }), byCard, context);
    expect(context.sealed).toEqual(
      [VERIFICATION_TERMINAL, PAYMENT_TERMINAL].map(
        (terminalId) => `{"hpan":"${PAN}","expDate":"1022","cvc":"${CVC}","terminalId":"${terminalId}"}`,
      ),
    );
    const words = sample("cryptogram").structure?.match(/\w+(?= string)/g);
    expect(Object.keys(JSON.parse(context.sealed[0] ?? "") as object)).toEqual(words);
  });
  it("Q-74: Latin by default; the bank's own spelling, with a Cyrillic first letter, by the settings", () => {
    const keyOf = (context: BankContext): string | undefined =>
      Object.keys(bodyOf(create(checkRow(), byCard, context)) as object).find((key) => key.endsWith("ryptogram"));
    expect(keyOf(contextOf())).toBe("cryptogram");
    const cyrillic = keyOf(contextOf({ cyrillicCryptogram: "true" })) ?? "";
    expect([...Buffer.from(cyrillic.slice(0, 1))]).toEqual([0xd1, 0x81]);
  });
  it("a payment by card is no card check, and names neither number nor code", () => {
    const call = create(paymentRow({ method: "card" }), byCard);
    expect(bodyOf(call)).toEqual({
      amount: 22.22,
      currency: "KZT",
      name: "JON JONSON",
      cryptogram: CRYPTOGRAM,
      invoiceId: INVOICE,
      description: "Bakery A1-000001",
      accountId: "",
      cardSave: false,
    });
    expect(bodyOf(create(paymentRow({ method: "card" }), { ...byCard, useBonus: true }))).toMatchObject({
      useBonus: true,
    });
  });
  it("only a typed card for cryptopay needs the bank's key", () => {
    const seals = (method: string, paying: Paying): boolean | undefined =>
      epay.seals?.(paymentRow({ method }), { phone: null, paying });
    expect([seals("card", byCard), seals("cardVerification", byCard)]).toEqual([true, true]);
    expect([seals("card", bySavedCard), seals("googlePay", google), seals("transfer", toSaved)]).toEqual([
      false,
      false,
      false,
    ]);
    const { seal, ...keyless } = contextOf();
    expect(seal).toBeDefined();
    expect(() => create(checkRow(), byCard, keyless)).toThrow();
  });
});

describe("a payment by a saved card, outside the documents", () => {
  it("goes to cards/auth with the bank's own number of it", () => {
    const call = create(paymentRow({ method: "card" }), { ...bySavedCard, payer: { name: "Arman", accountId: "c-1" } });
    expect(bodyOf(call)).toEqual({
      amount: 22.22,
      currency: "KZT",
      name: "Arman",
      terminalId: PAYMENT_TERMINAL,
      invoiceId: INVOICE,
      description: "Bakery A1-000001",
      accountId: "c-1",
      paymentType: "cardId",
      cardId: { id: CARD_ID },
    });
    expect(call.grant?.ask?.body).toContain(`&terminal=${PAYMENT_TERMINAL}`);
  });
});

describe("E4: the confirmation", () => {
  it("the sample's keys, and the operation's own token in the address, encoded", () => {
    const call = confirm();
    expect(call?.body).toBe(JSON.stringify({ ID: OPERATION, PaRes: PA_RES, MD: "m-1" }));
    expect(Object.keys(sampleRequest("confirm"))).toEqual(["ID", "PaRes", "MD"]);
    const { url, headers } = call?.grant?.with("a+b/c=") ?? {};
    expect(url).toBe(`${BASE}/payments/confirm?Access=a%2Bb%2Fc%3D`);
    expect(headers).toEqual({});
  });
  it("Q-79: another MD than was given out, as in the document's own two samples, is no confirmation", () => {
    const given = "271710719-E54F6D8F865285D4";
    const back = sample("term-url").form ?? {};
    expect(sampleRequest("confirm")["MD"]).toBe(given);
    expect(back["MD"]).not.toBe(given);
    expect(epay.confirm?.(contextOf(), checkRow(), { operationId: OPERATION, mark: given, fields: back })).toBeNull();
  });
  it.each([
    ["no MD", { PaRes: PA_RES }],
    ["an MD that is longer", { PaRes: PA_RES, MD: "m-1 " }],
    ["two MD, one of them another", { PaRes: PA_RES, MD: "m-1", md: "m-2" }],
    ["no PaRes", { MD: "m-1" }],
    ["an empty PaRes", { PaRes: " ", MD: "m-1" }],
    ["two PaRes", { PaRes: PA_RES, pares: "x", MD: "m-1" }],
    ["nothing", {}],
  ])("Q-79: %s: nothing is confirmed", (_what, fields) => {
    expect(confirm(fields as Record<string, string>)).toBeNull();
  });
  it("Q-73, Q-80: the names in any letter case; without the bank's number there is nothing to confirm; the path is a setting", () => {
    expect(confirm({ pares: PA_RES, md: "m-1" })?.body).toBe(confirm()?.body);
    expect(confirm(undefined, null)).toBeNull();
    const context = contextOf({ confirmPath: "/payment/confirm" });
    const proof = { operationId: OPERATION, mark: "m-1", fields: { PaRes: PA_RES, MD: "m-1" } };
    expect(epay.confirm?.(context, paymentRow(), proof)?.url).toBe(`${BASE}/payment/confirm`);
  });
});

describe("E6: a transfer", () => {
  const form = sampleRequest("transfer");
  const links = {
    backLink: "https://epay.homebank.kz/demo/success.html",
    failureBackLink: "https://epay.homebank.kz/demo/failure.html",
    postLink: "https://epay.homebank.kz/payform",
    failurePostLink: "https://testmerchant/order/1123/fail",
  };
  it("the sample, to the letter; Q-91: with the terminal of its token", () => {
    const order = form["order"] as Record<string, unknown>;
    // The sample's own number has 16 digits, against its table.
    const row = transferRow(
      { minor: minor(10_000) },
      { invoiceId: "816128465852981", description: "Test p2p payment", saveCard: true },
    );
    const card = { typed: { number: PAN, expiry: "01/25", cvc: CVC, name: "Arman Ali" } };
    const payer = { accountId: "testUser1", email: "payer@shop.example" };
    const call = create(row, payingOf({ card, receiver: { bankCardId: RECEIVER_ID }, payer }), contextOf(links));
    expect(call.body).toBe(JSON.stringify({ ...form, order: { ...order, id: "816128465852981" } }));
    expect(call.grant?.ask?.body).toContain(`&terminal=${String(order["terminalId"])}`);
    expect(call.grant?.ask?.body).toContain("&scope=transfer&");
  });
  it("Q-90: a saved sender has neither code nor expiry; a typed receiver is a number alone", () => {
    const paying = payingOf({ card: { bankCardId: CARD_ID }, receiver: { number: PAN } });
    expect(bodyOf(create(transferRow(), paying))).toEqual({
      order: {
        amount: 22.22,
        currency: "KZT",
        description: "Bakery A1-000001",
        id: INVOICE,
        terminalId: TRANSFER_TERMINAL,
      },
      card: {
        sender: { save: false, transferType: "TYPECARDID", cardCred: CARD_ID },
        receiver: { cardCred: PAN, transferType: "TYPEPAN" },
      },
    });
  });
  const wrong = (change: Partial<TypedCard>): Paying =>
    payingOf({
      card: { typed: { ...typedCard, ...change } },
      receiver: { bankCardId: RECEIVER_ID },
    });
  it.each([
    ["a number that does not fit", wrong({ number: PAN.slice(0, -1) + String((Number(PAN.at(-1)) + 1) % 10) })],
    ["a short number", wrong({ number: panOf("4", 14) })],
    ["an expiry of month 13", wrong({ expiry: "13/25" })],
    ["a receiver that is no number", payingOf({ card: { typed: typedCard }, receiver: { number: "4400" } })],
    ["a saved card that is no UUID", payingOf({ card: { bankCardId: "1/../2" }, receiver: { number: PAN } })],
    ["nobody to receive it", byCard],
    ["nothing to send from", payingOf({ receiver: { number: PAN } })],
  ])("Q-90: %s: not built at all", (_what, paying) => {
    expect(() => create(transferRow(), paying)).toThrow();
  });
  it("one of the document's test cards has 15 digits, others may have 19", () => {
    for (const length of [15, 16, 19])
      expect(create(transferRow(), wrong({ number: panOf("37", length) })).body).toContain(panOf("37", length));
  });
});

describe("the amount", () => {
  it.each([
    [0, "0"],
    [1, "0.01"],
    [1_222, "12.22"],
    [1_250, "12.5"],
    [10_000, "100"],
    [100_010, "1000.1"],
    [99_999_999_999_999, "999999999999.99"],
  ])("%d tiyn is %s, in the token and in the post alike", (tiyn, written) => {
    const call = create(paymentRow({ minor: minor(tiyn) }), google);
    expect(call.body?.startsWith(`{"amount":${written},`)).toBe(true);
    expect(call.grant?.ask?.body).toContain(`&amount=${written}&currency`);
    expect(epay.refund?.(contextOf(), refundRow({ minor: minor(tiyn) })).url).toContain(
      `?amount=${written}&externalID`,
    );
  });
  it("Q-95: less than 10 KZT cannot go back", () => {
    expect(epay.leastRefund?.(contextOf().profile)).toBe(1_000);
  });
  it("Q-95: a refund without an amount, or without what it is taken from, is not built", () => {
    expect(() => epay.refund?.(contextOf(), refundRow({ minor: null }))).toThrow();
    expect(() => epay.refund?.(contextOf(), refundRow({}, { operationId: null }))).toThrow();
    expect(() => epay.release?.(contextOf(), paymentRow())).toThrow();
  });
});

describe("the number", () => {
  it.each([null, "", "12345", "1234567890123456", "A12345", "12345６"])(
    "Q-72: %o is none of 6 to 15 digits: nothing is sent",
    (invoiceId) => {
      expect(() => create(paymentRow({}, { invoiceId }), google)).toThrow();
      expect(() => epay.status(contextOf(), paymentRow({}, { invoiceId }))).toThrow();
    },
  );
  it.each(["000001", "80000148", "123456789012345"])("Q-72: %s goes as it is, zeros and all", (invoiceId) => {
    expect(create(paymentRow({}, { invoiceId }), google).body).toContain(`"invoiceId":"${invoiceId}"`);
    expect(epay.status(contextOf(), paymentRow({}, { invoiceId })).url).toMatch(new RegExp(`/${invoiceId}$`));
  });
});

describe("what is never kept", () => {
  const all = [...CALLS.map(([, , call]) => call), ...CALLS.map(([, , call]) => call?.grant?.ask)].filter(
    (call) => call != null,
  );
  it("Q-89: the journal's fingerprint holds nothing of a card, a token or a secret, the address neither", () => {
    const secrets = [
      PAN,
      CVC,
      CRYPTOGRAM,
      PA_RES,
      SECRET,
      "made%23up",
      ACCESS,
      CARD_ID,
      RECEIVER_ID,
      "made-up-client",
      "JON",
      "10/22",
      "1022",
    ];
    for (const { canonical, url } of all)
      for (const secret of secrets) expect(`${canonical} ${url}`).not.toContain(secret === CVC ? `"${CVC}"` : secret);
    expect(all.length).toBeGreaterThan(20);
  });
  it("a row's line in the journal is built without the key, too", () => {
    const call = create(checkRow(), byCard, { ...contextOf(), seal: () => "" });
    expect(call.canonical).toBe(
      `POST /payment/cryptopay {"method":"cardVerification","amount":"0","currency":"USD","invoiceId":"${INVOICE}","terminalId":"${VERIFICATION_TERMINAL}"}`,
    );
  });
  it("two requests have two fingerprints", () => {
    expect(create(paymentRow({ minor: minor(1) }), google).canonical).not.toBe(
      create(paymentRow({ minor: minor(2) }), google).canonical,
    );
  });
  it("what there is no method for, or no means, is not built", () => {
    expect(() => create(paymentRow({ method: "qr" }), google)).toThrow();
    expect(() => create(paymentRow(), byCard)).toThrow();
    expect(() => create(paymentRow({ method: "card" }), google)).toThrow();
    expect(() => epay.create(contextOf(), paymentRow(), { phone: null, paying: null })).toThrow();
  });
});

describe("addresses", () => {
  it("Q-94: every host is the profile's", () => {
    const context = contextOf(
      { oauthUrl: "http://127.0.0.1:1/token", keyUrl: "http://127.0.0.1:2/key" },
      { url: "http://127.0.0.1:3" },
    );
    expect(epay.key?.(context).url).toBe("http://127.0.0.1:2/key");
    const call = create(paymentRow(), google, context);
    expect([call.url, call.grant?.ask?.url]).toEqual([
      "http://127.0.0.1:3/payment/cryptopay",
      "http://127.0.0.1:1/token",
    ]);
  });
  it("parts of a path are encoded, whatever they hold", () => {
    expect(epay.details?.(contextOf(), "1/../2?").url).toBe(`${BASE}/check-status/payment/transaction/1%2F..%2F2%3F`);
    const odd = epay.release?.(contextOf(), paymentRow({}, { operationId: "a/b" }));
    expect(odd?.url).toBe(`${BASE}/operation/a%2Fb/cancel`);
    expect(epay.refund?.(contextOf(), refundRow({ number: "A&1" })).url).toContain("externalID=A%261");
  });
});
