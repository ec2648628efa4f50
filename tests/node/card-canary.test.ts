/**
 * Nothing of a card, a token or a secret is written or said (docs/security.md): the real program with real files before
 * the simulated bank, through faults and a sudden death, and then every byte it has left behind is searched.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startEpay, testCard, type EpaySimulator, type Fault } from "../../simulator/index.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { createSearch, filesBelow, formsOf, type Canary } from "../support/canary.ts";
import { heardHost, type HeardHost } from "../support/heard-host.ts";
import { ask, type Answered } from "../support/http-client.ts";
import { goodProvision } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";

const MAY_ALL = "canary-till-token-with-every-right";
const MAY_PAY = "canary-till-token-that-only-pays";
const HOLDER = "QWIXZYA PLOVJEKTA";
/** Three digits stand everywhere: a code is looked for as whatever would name it. */
const CVC = "7391";
const EXPIRY = "11/47";
const PAYER = {
  name: "Zhumakanary Payerova",
  email: "canary.of.the.payer@example.kz",
  phone: "+77019283746",
  accountId: "customer-17",
};
const RECEIVER = "5105105105105100";
const OK = "4716258309741628";
/** Fails the check of the last digit: refused before anything is made. */
const MISTYPED = "4716258309741624";
/** A bank that repeats in its words what it was sent. */
const ECHO = JSON.stringify({
  code: 484,
  message: ` card ${OK}, 4716 2583 0974 1628 of ${HOLDER}, cvc=${CVC} is not good`,
  hpan: OK,
});

let bundles: Bundles;
let bank: EpaySimulator;
let dir: string;
let shop: Shop;
let host: HeardHost;
const typed = new Set<string>();
const google: string[] = [];

const cardOf = (number: string): object => {
  typed.add(number);
  return { number, expiry: EXPIRY, cvc: CVC, name: HOLDER };
};
const googleToken = (): object => {
  const secret = randomBytes(60).toString("base64");
  google.push(secret);
  const token = JSON.stringify({ signature: secret, protocolVersion: "ECv2", signedMessage: secret });
  const tokenizationData = { type: "PAYMENT_GATEWAY", token };
  const info = { cardNetwork: "VISA", cardDetails: "1234", assuranceDetails: { accountVerified: true } };
  const paymentMethodData = { type: "CARD", description: "Visa •••• 1234", info, tokenizationData };
  return { apiVersion: 2, apiVersionMinor: 0, paymentMethodData };
};

const api: HeardHost["api"] = (...asked) => host.api(...asked);
const until: HeardHost["until"] = (...asked) => host.until(...asked);
const get = async (id: string): Promise<any> => (await api("GET", `/payments/${id}`)).json();
const reaches = (id: string, ...states: string[]): Promise<any> =>
  until(`${states.join(" or ")} of ${id}`, async () => {
    const payment = await get(id);
    if (payment.settled) expect(states, JSON.stringify(payment.error)).toContain(payment.state);
    return states.includes(payment.state) && payment;
  });
/** Waits for the state and clears the screen for the next. */
async function ends(answer: Answered, ...states: string[]): Promise<any> {
  expect(answer.status, answer.text).toBe(201);
  const payment = await reaches(answer.json().id, ...states);
  await api("POST", `/payments/${payment.id}/dismiss`);
  return payment;
}
const check = (number: string, more: object = {}): object => ({
  amount: "0.00",
  currency: "USD",
  provider: "epay",
  method: "cardVerification",
  payer: PAYER,
  card: cardOf(number),
  ...more,
});
const sale = (number: string): object => ({
  amount: "5000.00",
  provider: "epay",
  method: "card",
  payer: PAYER,
  card: cardOf(number),
});
const transfer = (card: object): object => ({
  amount: "1500.00",
  provider: "epay",
  method: "transfer",
  card,
  receiver: { number: RECEIVER },
});
const pay = (body: object): Promise<Answered> => api("POST", "/payments", body);

const struck = (fault: Fault): void => void bank.faults.add(fault);
/** A fault that strikes nothing shows nothing. */
function unstruck(): void {
  const hits = bank.faults.list().map((fault) => fault.hits);
  bank.faults.clear();
  expect(Math.min(...hits)).toBeGreaterThan(0);
}

/** Goes through the bank's page as the payer's browser does, up to the button. */
async function prove(id: string, button: "confirm" | "decline"): Promise<void> {
  await reaches(id, "awaiting_3ds");
  const path = await until(
    "the bank's page",
    async () => host.snapshot()?.current?.bankPage?.path as string | null | undefined,
  );
  // What this page holds is for the payer's browser, and is the one thing that is not searched.
  const { text } = await ask(host.port, { path });
  const form = formIn(text, 0);
  const acs = await fetch(form.action, { method: "POST", body: new URLSearchParams(form.fields) });
  const back = formIn(await acs.text(), button === "confirm" ? 0 : 1);
  const answer = await ask(host.port, {
    method: "POST",
    path: new URL(back.action).pathname,
    headers: { "content-type": "application/x-www-form-urlencoded", origin: new URL(form.action).origin },
    body: new URLSearchParams(back.fields).toString(),
  });
  host.said.push(["the page after the bank's", `${JSON.stringify(answer.headers)}\n${answer.text}`]);
  expect(answer.status).toBe(200);
}

function formIn(html: string, index: number): { action: string; fields: Record<string, string> } {
  const form = html.match(/<form[\s\S]*?<\/form>/g)?.[index] ?? "";
  const plain = (text: string): string =>
    text
      .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
  const inputs = [...form.matchAll(/name="([^"]*)" value="([^"]*)"/g)];
  return {
    action: plain(/action="([^"]*)"/.exec(form)?.[1] ?? ""),
    fields: Object.fromEntries(inputs.map(([, name = "", value = ""]) => [name, plain(value)])),
  };
}

/** All that must not be found, as it went over the wire. */
function canaries(): Canary[] {
  const { ledger, terminals } = bank;
  const found: Canary[] = [...typed, RECEIVER, MISTYPED].map((value) => ({ name: `card number ${value}`, value }));
  found.push({ name: "holder", value: HOLDER }, { name: "payer's name", value: PAYER.name });
  found.push({ name: "payer's address", value: PAYER.email }, { name: "payer's telephone", value: PAYER.phone });
  found.push({ name: "payer's telephone", value: PAYER.phone.slice(1) });
  for (const text of [`"${CVC}"`, `cvc=${CVC}`, `cvc":${CVC}`, `"${EXPIRY}"`, `"1147"`, `"4711"`, `expDate=`])
    found.push({ name: `code or expiry as ${text}`, value: text });
  for (const value of google) {
    found.push({ name: "Google Pay token", value: value.slice(0, 24) });
    found.push({ name: "Google Pay token's end", value: value.slice(-24) });
  }
  for (const { bodyText } of ledger.posts()) {
    const [, cryptogram] = /"(?:c|с)ryptogram"\s*:\s*"([^"]+)"/.exec(bodyText) ?? [];
    if (cryptogram) found.push({ name: "cryptogram", value: cryptogram.slice(0, 40) });
  }
  for (const { challenge } of ledger.transactions.values()) {
    if (!challenge) continue;
    for (const [name, value] of Object.entries({
      PaReq: challenge.paReq,
      "MD of the page": challenge.md,
      "PaRes of a yes": challenge.paRes.confirm,
      "PaRes of a no": challenge.paRes.decline,
    }))
      found.push({ name, value: value.slice(0, 40) });
  }
  for (const { token } of ledger.tokens) found.push({ name: "access token", value: token });
  for (const [name, { clientSecret }] of Object.entries(terminals))
    found.push({ name: `secret of ${name}`, value: clientSecret });
  for (const { id } of bank.savedCards()) found.push({ name: "the bank's number of a saved card", value: id });
  found.push({ name: "till token", value: MAY_ALL }, { name: "till token", value: MAY_PAY });
  return found;
}

/** What is found of them now, anywhere. */
const leaks = (): Promise<string[]> => host.leaks(canaries(), dir);

beforeAll(async () => {
  bundles = await buildBundles(["node.cjs", "certificate-worker.cjs"]);
  bank = await startEpay({ rsaBits: 2048, acs: "http" });
  dir = await mkdtemp(join(tmpdir(), "qabyl-canary-"));
  shop = await openShop();
  const { kaspi: _kaspi, ...others } = goodProvision()["providers"] as Record<string, unknown>;
  const epay = {
    environment: "test",
    oauthUrl: bank.urls.oauth,
    apiUrl: bank.urls.api,
    ca: bank.paths.ca,
    terminals: bank.terminals,
    cards: true,
    transfers: true,
    operations: true,
  };
  await shop.write({
    ...goodProvision(),
    displays: { customer: "any" },
    till: {
      id: "A1",
      tokens: [
        { name: "all", token: MAY_ALL, may: ["pay", "refund", "read", "cards", "support"] },
        { name: "pays", token: MAY_PAY, may: ["pay"] },
      ],
    },
    providers: { ...others, epay },
  });
  host = heardHost({
    bundle: bundles.path("node.cjs"),
    data: join(dir, "data"),
    config: join(dir, "config"),
    token: MAY_ALL,
  });
  await host.start("--provision", shop.file);
}, 60_000);
afterAll(async () => {
  await host.stop("SIGKILL");
  await bank.stop();
  await shop.remove();
  await bundles.remove();
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});
afterEach(() => bank.faults.clear());

describe("the search", () => {
  it("finds a value in each of its forms, in the middle of anything", () => {
    const value = `4716258309741623`;
    const search = createSearch([{ name: "it", value }]);
    for (const form of formsOf(value)) {
      const noise = Buffer.concat([randomBytes(500), form, randomBytes(500)]);
      expect(search("noise", noise), form.toString()).toEqual(["it in noise"]);
    }
    for (const before of ["", "a", "ab", "abc"])
      expect(search("x", Buffer.from(`${before}{"hpan":"${value}"}`).toString("base64"))).toHaveLength(1);
    expect(search("x", "471625...1623, 5830974")).toEqual([]);
    expect(search("x", "4716 2583 0974 1623")).toHaveLength(1);
  });
});

describe("cards, tokens and secrets", () => {
  it("go through a key that is none", async () => {
    struck({ kind: "garbage", method: "key", count: "all" });
    const { error } = await ends(await pay(sale(OK)), "failed");
    expect(["key_unreadable", "malformed_answer"]).toContain(error.code);
    unstruck();
  });

  it("go through every way that ends well", async () => {
    await ends(
      await pay({ amount: "700.00", provider: "epay", method: "googlePay", token: googleToken(), payer: PAYER }),
      "paid",
    );
    await ends(await pay(sale(OK)), "paid");
    const saved = await ends(await pay(check(OK, { saveCard: true })), "verified");
    const { items } = (await api("GET", "/cards")).json();
    expect(items).toEqual([expect.objectContaining({ id: saved.card.id, mask: "471625...1628" })]);
    await ends(await pay({ amount: "900.00", provider: "epay", method: "card", card: { id: saved.card.id } }), "paid");
    await ends(await pay(transfer(cardOf(OK))), "paid");
    await ends(await pay(transfer({ id: saved.card.id })), "paid");
  }, 60_000);

  it("go through the bank's page: confirmed, declined, with a foreign MD", async () => {
    for (const [button, acsWay, states] of [
      ["confirm", "right", ["verified"]],
      ["decline", "right", ["declined"]],
      ["confirm", "wrong-md", ["declined", "cancelled", "in_doubt"]],
    ] as const) {
      await bank.configure({ acsWay });
      const begun = await host.call("payments.create", {
        key: randomBytes(9).toString("hex"),
        request: check(testCard("3ds")),
      });
      const { id } = begun.value.payment;
      await prove(id, button);
      await reaches(id, ...states);
      await api("POST", `/payments/${id}/dismiss`);
    }
    await bank.configure({ acsWay: "right" });
  }, 60_000);

  it("go through refusals, of the bank and of our own", async () => {
    await ends(await pay(sale(testCard("484"))), "declined");
    await ends(await pay(check(testCard("457"))), "declined");
    expect((await pay(sale(MISTYPED))).status).toBe(400);
    expect((await pay({ ...sale(OK), card: { ...cardOf(OK), pin: "CANARYPIN" } })).status).toBe(400);
    expect((await api("POST", "/payments", sale(OK), MAY_PAY)).status).toBe(403);
    expect((await pay({ amount: "1", provider: "epay", method: "googlePay", token: { wrong: OK } })).status).toBe(400);
  }, 60_000);

  it.each([
    ["the answer is lost", { kind: "eat", method: "cryptopay" }],
    ["the answer is no JSON", { kind: "garbage", method: "cryptopay" }],
    ["a proxy answers", { kind: "html", method: "cryptopay", acts: true }],
    ["the answer is cut off", { kind: "truncate", method: "cryptopay" }],
    ["the bank's words hold the card", { kind: "answer", method: "cryptopay", httpStatus: 400, body: ECHO }],
    ["the token's server is gone", { kind: "refuse", method: "token" }],
    ["the answer to a transfer is lost", { kind: "eat", method: "cards/auth" }],
    [
      "the bank's words hold the transfer's card",
      { kind: "answer", method: "cards/auth", httpStatus: 400, body: ECHO },
    ],
  ] as const)(
    "go through it when %s",
    async (_, fault) => {
      struck(fault);
      const body = fault.method === "cards/auth" ? transfer(cardOf(OK)) : sale(OK);
      await ends(await pay(body), "paid", "failed", "in_doubt", "declined");
      unstruck();
    },
    60_000,
  );

  it("go through a lost token of Google Pay and a lost confirmation", async () => {
    struck({ kind: "eat", method: "cryptopay" });
    const google = { amount: "300.00", provider: "epay", method: "googlePay", token: googleToken() };
    await ends(await pay(google), "paid", "in_doubt");
    unstruck();
    struck({ kind: "eat", method: "confirm" });
    const begun = await pay(check(testCard("3ds")));
    await prove(begun.json().id, "confirm");
    await ends(begun, "verified", "in_doubt");
    unstruck();
  }, 60_000);

  it("go through a sudden death in the middle of the post, and the next start", async () => {
    struck({ kind: "hang", method: "cryptopay", acts: true });
    const posts = bank.ledger.posts().length;
    const dying = api("POST", "/payments", sale(OK)).catch(() => null);
    await until("the post", async () => bank.ledger.posts().length > posts);
    await host.stop("SIGKILL");
    await dying;
    unstruck();
    expect(await leaks()).toEqual([]);
    await host.start();
    const { items } = (await api("GET", "/payments")).json();
    await reaches(items[0].id, "paid");
    expect(bank.ledger.posts().length).toBe(posts + 1);
  }, 60_000);

  it("and nothing of them was written or said", async () => {
    expect(await host.call("history.list", { limit: 50 })).toMatchObject({ ok: true });
    expect(await host.call("cards.list", {})).toMatchObject({ ok: true });
    await api("GET", "/payments");
    await api("GET", "/health");
    expect(await host.stop()).toBe(0);
    // There was something to find.
    const names = new Set(canaries().map(({ name }) => name.replace(/ \d+$/, "")));
    expect([...names]).toEqual(
      expect.arrayContaining([
        "card number",
        "Google Pay token",
        "cryptogram",
        "PaReq",
        "PaRes of a yes",
        "MD of the page",
        "access token",
        "secret of transfer",
        "the bank's number of a saved card",
      ]),
    );
    const data = join(dir, "data");
    expect((await filesBelow(data)).map(({ path }) => path)).toEqual(
      expect.arrayContaining([join(data, "journal.db"), join(data, "vault")]),
    );
    expect(host.said.length).toBeGreaterThan(60);
    expect(await leaks()).toEqual([]);
  }, 60_000);
});
