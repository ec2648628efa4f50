import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { testCard } from "../../simulator/index.ts";
import { readOutcome } from "../../simulator/epay/cards.ts";
import { codes } from "../../simulator/epay/codes.ts";
import type { Settings } from "../../simulator/epay/config.ts";
import { statuses } from "../../simulator/epay/records.ts";
import { bodyOf, buttonOf, closeAll, openEpay, typedSender } from "./epay-support.ts";

afterEach(closeAll);

const rules = (shop: Awaited<ReturnType<typeof openEpay>>) => shop.bank.ledger.complaints.map(({ rule }) => rule);

describe("tokens (Q-69 to Q-71, Q-98)", () => {
  const bound = { invoiceID: "100001", amount: "100", currency: "KZT" };

  it.each([
    ["the secret without its percent signs", { client_secret: "U0" }, 401, "invalid_client"],
    ["another grant", { grant_type: "password" }, 400, "unsupported_grant_type"],
    ["an unknown scope", { scope: "webapi money" }, 400, "invalid_scope"],
    ["five digits", { ...bound, invoiceID: "10000" }, 400, "invalid_request"],
    ["sixteen digits", { ...bound, invoiceID: "8161284658529816" }, 400, "invalid_request"],
    ["an amount alone", { amount: "100" }, 400, "invalid_request"],
    ["half a tiyn", { ...bound, amount: "1.005" }, 400, "invalid_request"],
  ])("%s: none", async (_what, members, status, error) => {
    const shop = await openEpay();
    const answer = await shop.askToken("payment", members);
    expect(answer.status).toBe(status);
    expect(bodyOf(answer).error).toBe(error);
    expect(shop.bank.ledger.tokens).toEqual([]);
  });

  it("a secret’s signs come through only percent-encoded", async () => {
    const shop = await openEpay();
    const { clientId, clientSecret, terminalId } = shop.bank.terminals.payment;
    for (const sign of "#$&%+") expect(clientSecret).toContain(sign);
    const right = `grant_type=client_credentials&scope=payment&client_id=${clientId}&terminal=${terminalId}`;
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const ask = (secret: string) =>
      shop.send("POST", shop.bank.urls.oauth, headers, `${right}&client_secret=${secret}`);
    expect((await ask(clientSecret)).status).toBe(401);
    expect((await ask(encodeURIComponent(clientSecret))).status).toBe(200);
  });

  it("a terminal of another client is refused to an order", async () => {
    const shop = await openEpay();
    const { terminalId: terminal } = shop.bank.terminals.transfer;
    expect((await shop.askToken("payment", { ...bound, terminal })).status).toBe(400);
    expect((await shop.askToken("payment", { ...bound, terminal: "" })).status).toBe(400);
  });

  it("expires_in is a number or a text, and the token dies with it", async () => {
    const shop = await openEpay({ expiresIn: "text", tokenSeconds: 1_200 });
    const body = bodyOf(await shop.askToken("payment"));
    expect(body.expires_in).toBe("1200");
    expect((await shop.status("100001", "payment", body.access_token)).resultCode).toBe("102");
    shop.bank.advance(1_200_000);
    const path = "/check-status/payment/transaction/100001";
    for (const token of [body.access_token, "", "another"]) {
      const answer = await shop.call("GET", path, token);
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toContain("invalid_token");
    }
  });

  it("is for one order, the one it was asked for", async () => {
    const shop = await openEpay();
    const token = await shop.token("payment", bound);
    const wrong = [
      { invoice: "100002" },
      { invoice: "100001", amount: 101 },
      { invoice: "100001", body: { currency: "USD" } },
      { invoice: "100001", body: { terminalId: shop.bank.terminals.transfer.terminalId } },
    ];
    for (const wish of wrong) {
      expect((await shop.googlePay({ token, ...wish })).answer.status).toBe(400);
    }
    expect(rules(shop)).toEqual(Array.from({ length: 4 }, () => "token-binding"));
    expect((await shop.googlePay({ token, invoice: "100001" })).body.status).toBe("CHARGE");
    expect((await shop.googlePay({ token, invoice: "100001" })).answer.status).toBe(401);
    expect(rules(shop).at(-1)).toBe("token-reused");
    expect((await shop.status("100001", "payment", await shop.token("payment", bound))).error).toBe("invalid_token");
    expect((await shop.googlePay({ token: await shop.serviceToken() })).answer.status).toBe(401);
    expect(shop.bank.ledger.totals()).toMatchObject({ transactions: 1, charged: 1, chargedMinor: 10000n });
  });
});

describe("invoice numbers (Q-72)", () => {
  it("an order posted again under another token takes nothing and is a complaint", async () => {
    const shop = await openEpay();
    await shop.googlePay({ invoice: "100001" });
    const again = await shop.googlePay({ invoice: "100001" });
    expect(again.answer.status).toBe(400);
    expect(again.body).toMatchObject({ code: codes.invalid, invoiceId: "100001" });
    expect(rules(shop)).toEqual(["posted-twice"]);
    expect(shop.bank.ledger.posts("100001")).toHaveLength(2);
    expect(shop.bank.ledger.totals()).toMatchObject({ charged: 1 });
  });

  it("the last six digits are used up as well, unless the bank does not mind", async () => {
    const shop = await openEpay();
    await shop.googlePay({ invoice: "7100001" });
    expect((await shop.googlePay({ invoice: "8100001" })).answer.status).toBe(400);
    expect((await shop.verify("ok", { invoice: "100001" })).body.status).toBe("VERIFIED");
    await shop.bank.configure({ lastSix: false });
    expect((await shop.googlePay({ invoice: "9100001" })).answer.status).toBe(200);
  });
});

describe("the key of cards", () => {
  it.each([
    ["spki-line", /^[A-Za-z0-9+/]+={0,2}$/, "spki"],
    ["spki-as-pkcs1", /^-----BEGIN RSA PUBLIC KEY-----\n/, "spki"],
    ["pkcs1", /^-----BEGIN RSA PUBLIC KEY-----\n/, "pkcs1"],
    ["spki", /^-----BEGIN PUBLIC KEY-----\n/, "spki"],
  ] as const)("is served as %s", async (keyForm, form, type) => {
    const shop = await openEpay({ keyForm });
    const { text } = await shop.send("GET", shop.bank.urls.key, {});
    expect(text).toMatch(form);
    const der = Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    const key = createPublicKey({ key: der, format: "der", type });
    expect(key.equals(createPublicKey(await shop.bank.cardKey()))).toBe(true);
  });

  it("is kept in the directory, and of 4096 bits where nothing else is asked", async () => {
    const [first, second] = [await openEpay(), await openEpay()];
    expect((await first.bank.cardKey()).equals(await second.bank.cardKey())).toBe(true);
    expect((await import("../../simulator/epay/config.ts")).defaultConfig.rsaBits).toBe(4096);
  });

  it("a cryptogram goes by the Cyrillic name too, and nothing else does (Q-74)", async () => {
    const shop = await openEpay();
    const cryptogram = await shop.cryptogram(testCard("ok"));
    const cyrillic = await shop.verify("ok", { body: { cryptogram: undefined, "\u0441ryptogram": cryptogram } });
    expect(cyrillic.body.status).toBe("VERIFIED");
    const wrong = [
      Buffer.from("no").toString("base64"),
      cryptogram.slice(0, -8),
      `A${cryptogram.slice(1)}`,
      await shop.cryptogram("4400000000000001"),
      await shop.cryptogram(testCard("ok"), "payment"),
      await shop.cryptogram(testCard("ok"), "verification", "1339"),
    ];
    for (const one of wrong) {
      expect((await shop.verify("ok", { body: { cryptogram: one } })).body.code).toBe(codes.invalid);
    }
    expect(shop.bank.transactions()).toHaveLength(1);
  });
});

describe("test cards", () => {
  it("say what becomes of them", async () => {
    const shop = await openEpay();
    for (const code of [484, 505, 476, 487]) {
      const { answer, body, invoice } = await shop.verify(String(code));
      expect(answer.status).toBe(400);
      expect(body).toMatchObject({ code, invoiceId: invoice, accountId: "uuid000001", id: "", reference: "" });
      expect((await shop.status(invoice, "verification")).transaction).toMatchObject({
        statusName: "REJECT",
        reasonCode: String(code),
      });
    }
    const charged = await shop.verify("459-charged");
    expect(charged.body.code).toBe(459);
    expect(shop.bank.transaction(charged.invoice)?.status).toBe("VERIFIED");
    const open = await shop.verify("454-open");
    shop.bank.advance(86_400_000);
    expect(shop.bank.transaction(open.invoice)?.status).toBe("NEW");
    const old = await shop.verify("ok", {
      body: { cryptogram: await shop.cryptogram(testCard("ok"), "verification", "0120") },
    });
    expect(old.body.code).toBe(457);
    expect(shop.bank.savedCards()).toHaveLength(1);
  });

  it("are none of anybody’s, and their text is checked", () => {
    for (const outcome of ["ok", "3ds", "484", "3ds-484", "459-charged", "3ds-454-open", "1654"]) {
      expect(testCard(outcome)).toMatch(/^440000\d{10}$/);
    }
    for (const text of ["", "no", "3ds-", "0484", "ok-charged", "484-declined"]) {
      expect(readOutcome(text)).toBeNull();
      expect(() => testCard(text)).toThrow("no such outcome");
    }
  });

  it("Google Pay does what it was told to do next", async () => {
    const shop = await openEpay({ nextOutcome: "484", errorStatus: 200 });
    const refused = await shop.googlePay();
    expect(refused.answer.status).toBe(200);
    expect(refused.body.code).toBe(484);
    await shop.bank.configure({ nextOutcome: "3ds-505" });
    const asked = await shop.googlePay();
    const answer = await shop.confirm(asked, buttonOf((await shop.openPage(asked)).text, "confirm"));
    expect(bodyOf(answer).code).toBe(505);
    expect(shop.bank.transaction(asked.invoice)?.status).toBe("REJECT");
    await expect(shop.bank.configure({ nextOutcome: "perhaps" })).rejects.toThrow("wrong value");
  });
});

describe("check-status", () => {
  it("knows settings from a number that is not there (104, 106, 109, 102)", async () => {
    const shop = await openEpay();
    const { invoice } = await shop.googlePay();
    const code = async (members: Record<string, string>, number = invoice) =>
      (await shop.status(number, "payment", await shop.token("payment", members))).resultCode;
    expect(await code({})).toBe("100");
    expect(await code({ terminal: "" })).toBe("104");
    expect(await code({ terminal: "11111111-2222-3333-4444-555555555555" })).toBe("106");
    expect(await code({ terminal: shop.bank.terminals.verification.terminalId })).toBe("109");
    expect(await code({}, "999999")).toBe("102");
    expect((await shop.status(invoice, "verification")).resultCode).toBe("106");
    expect((await shop.status(invoice, "transfer")).resultCode).toBe("102");
  });

  it("lags behind, then is undecided in either way, then decides", async () => {
    const shop = await openEpay({ statusLagMs: 3_000, decideMs: 10_000, scheme: "dms" });
    const { invoice, body } = await shop.googlePay();
    expect(body).toMatchObject({ code: 0, status: "NEW" });
    expect((await shop.status(invoice)).resultCode).toBe("102");
    shop.bank.advance(3_000);
    expect((await shop.status(invoice)).transaction.statusName).toBe("NEW");
    await shop.bank.configure({ undecided: "107" });
    expect(await shop.status(invoice)).toMatchObject({ resultCode: "107", transaction: null });
    shop.bank.advance(7_000);
    expect((await shop.status(invoice)).transaction.statusName).toBe("AUTH");
  });

  it("tells every status that is set, with the amounts that are", async () => {
    const shop = await openEpay();
    const { invoice } = await shop.googlePay();
    for (const status of statuses) {
      shop.bank.set(invoice, status, { orgAmount: 10_000n, amount: 7_550, payoutAmount: 2_450 });
      expect((await shop.status(invoice)).transaction).toMatchObject({
        statusName: status,
        orgAmount: 100,
        amount: 75.5,
        payoutAmount: 24.5,
      });
    }
    expect(() => shop.bank.set("1", "NEW")).toThrow("no operation 1");
  });
});

describe("charge, cancel, refund", () => {
  const sums = async (shop: Awaited<ReturnType<typeof openEpay>>, invoice: string) =>
    (await shop.status(invoice)).transaction;

  it("what is held is taken, as a whole or in part, or set free", async () => {
    const shop = await openEpay({ scheme: "dms", operationAnswer: "json" });
    const [part, none] = [(await shop.googlePay()).invoice, (await shop.googlePay()).invoice];
    expect(shop.bank.ledger.totals()).toMatchObject({ held: 2, heldMinor: 20000n, charged: 0 });
    expect((await shop.operate("charge", part, "?amount=100.01")).status).toBe(400);
    expect((await shop.operate("refund", part, "?amount=10")).status).toBe(400);
    expect(bodyOf(await shop.operate("charge", part, "?amount=60"))).toMatchObject({ code: 0 });
    expect(await sums(shop, part)).toMatchObject({ statusName: "CHARGE", amount: 60, orgAmount: 100 });
    expect((await shop.operate("cancel", none)).status).toBe(200);
    expect(await sums(shop, none)).toMatchObject({ statusName: "CANCEL" });
    expect((await shop.operate("cancel", none)).status).toBe(400);
    expect((await shop.operate("charge", none)).status).toBe(400);
    expect(shop.bank.ledger.movements.map(({ kind, minor }) => [kind, minor])).toEqual([
      ["hold", 10000n], ["hold", 10000n], ["charge", 6000n], ["release", 4000n], ["release", 10000n],
    ]); // prettier-ignore
  });

  it("refunds take what is left and no more; without an amount everything goes (Q-95)", async () => {
    const shop = await openEpay();
    const { invoice } = await shop.googlePay();
    expect((await shop.operate("refund", invoice, "?amount=9.99")).status).toBe(400);
    expect(await shop.operate("refund", invoice, "?amount=30&externalID=R-1")).toMatchObject({ status: 200, text: "" });
    expect(await sums(shop, invoice)).toMatchObject({ statusName: "REFUND", amount: 70, payoutAmount: 30 });
    expect((await shop.operate("refund", invoice, "?amount=70.01")).status).toBe(400);
    shop.bank.refundElsewhere(invoice, 1_000);
    expect(() => shop.bank.refundElsewhere(invoice, 6_001)).toThrow("more than what is left");
    expect((await shop.operate("refund", invoice)).status).toBe(200);
    expect(await sums(shop, invoice)).toMatchObject({ amount: 0, payoutAmount: 100, orgAmount: 100 });
    expect(shop.bank.ledger.refundsOf(invoice)).toMatchObject([
      { minor: 3000n, by: "till", externalId: "R-1" },
      { minor: 1000n, by: "elsewhere", call: null },
      { minor: 6000n, by: "till", externalId: null },
    ]);
    expect(shop.bank.ledger.totals()).toMatchObject({ refundedMinor: 10000n, refundedByTillMinor: 9000n });
  });

  it("an operation that is not there, another terminal’s, or no payment is refused", async () => {
    const shop = await openEpay();
    expect((await shop.operate("refund", "100")).status).toBe(400);
    const { invoice } = await shop.verify("ok");
    expect((await shop.operate("refund", invoice)).status).toBe(401);
    const id = shop.bank.transaction(invoice)?.id;
    const token = await shop.serviceToken("verification");
    expect((await shop.call("POST", `/operation/${id}/refund`, token)).status).toBe(400);
  });
});

describe("transfers and saved cards (Q-90 to Q-92)", () => {
  it("go from and to either kind of card, and are known to the transfers’ status alone", async () => {
    const shop = await openEpay();
    const pan = (card: string) => ({ transferType: "TYPEPAN", cardCred: testCard(card) });
    const first = await shop.transfer(typedSender("ok", true), pan("484"));
    expect(first.body).toMatchObject({ status: "CHARGE", receiverCardID: "", senderCardPAN: "440000...0008" });
    const own = { transferType: "TYPECARDID", cardCred: first.body.senderCardID };
    const second = await shop.transfer({ save: false, ...own }, own);
    expect(second.body).toMatchObject({
      senderCardID: own.cardCred,
      receiverCardID: own.cardCred,
      orderID: second.invoice,
    });
    expect((await shop.transfer(typedSender("484"), own)).body.code).toBe(484);
    const wrong = [
      [{ ...own, cvc: "123" }, own],
      [{ ...own, cardCred: "11111111-2222-3333-4444-555555555555" }, own],
      [{ ...typedSender("ok"), transferType: "TYPECARD" }, own],
      [{ ...typedSender("ok"), cvc: "" }, own],
      [{ ...typedSender("ok"), cardCred: "4400000000000001" }, own],
      [typedSender("ok"), { ...own, transferType: "TYPEPAN" }],
      [typedSender("ok"), { ...pan("ok"), transferType: "" }],
    ] as const;
    for (const [sender, receiver] of wrong) {
      expect((await shop.transfer(sender, receiver)).body.code).toBe(codes.invalid);
    }
    const other = { terminalId: shop.bank.terminals.payment.terminalId };
    expect((await shop.transfer(typedSender("ok"), own, { body: other })).answer.status).toBe(400);
    expect((await shop.status(first.invoice, "transfer")).transaction.statusName).toBe("CHARGE");
    const token = await shop.serviceToken("transfer");
    expect((await shop.status(first.invoice, "payment", token)).resultCode).toBe("102");
    expect(shop.bank.ledger.totals()).toMatchObject({ transferred: 2, transferredMinor: 20000n, charged: 0 });
  });

  it("a saved card pays without the bank’s page, or with it", async () => {
    const shop = await openEpay();
    const checked = await shop.verify("3ds");
    await shop.confirm(checked, buttonOf((await shop.openPage(checked)).text, "confirm"));
    const cardId = shop.bank.transaction(checked.invoice)?.cardId ?? "";
    const pay = async (settings: Settings) => {
      await shop.bank.configure(settings);
      const invoiceId = shop.nextInvoice();
      const token = await shop.token("payment", { invoiceID: invoiceId, amount: "50", currency: "KZT" });
      const order = { amount: 50, currency: "KZT", name: "A", description: "d", paymentType: "cardId", invoiceId };
      return bodyOf(await shop.call("POST", "/payments/cards/auth", token, { ...order, cardId: { id: cardId } }));
    };
    expect(await pay({})).toMatchObject({ status: "CHARGE", amount: 50, cardID: cardId });
    expect((await pay({ saved3ds: true })).secure3D.paReq).not.toBe("");
    expect(shop.bank.savedCards()).toMatchObject([{ id: cardId, mask: "440000...0002", accountId: "uuid000001" }]);
  });
});

describe("faults", () => {
  it("strike the named calls, and the ledger tells what was carried out", async () => {
    const shop = await openEpay();
    shop.bank.faults.add({ kind: "http", status: 503, method: "token/service" });
    expect((await shop.askToken("payment")).status).toBe(503);
    shop.bank.faults.add({ kind: "eat", method: "cryptopay" });
    await expect(shop.googlePay({ invoice: "100001" })).rejects.toThrow();
    expect((await shop.status("100001")).transaction.statusName).toBe("CHARGE");
    shop.bank.faults.add({ kind: "drop", method: "cryptopay", paymentId: "100003" });
    expect((await shop.googlePay({ invoice: "100002" })).answer.status).toBe(200);
    await expect(shop.googlePay({ invoice: "100003" })).rejects.toThrow();
    expect((await shop.status("100003")).resultCode).toBe("102");
    shop.bank.faults.add({ kind: "late", ms: 5_000, method: "cryptopay" });
    await expect(shop.googlePay({ invoice: "100004" })).rejects.toThrow();
    expect((await shop.status("100004")).resultCode).toBe("102");
    shop.bank.advance(5_000);
    expect((await shop.status("100004")).transaction.statusName).toBe("CHARGE");
    shop.bank.faults.add({ kind: "html", method: "check-status" });
    const html = await shop.call("GET", "/check-status/payment/transaction/100004", await shop.serviceToken());
    expect(html.status).toBe(502);
    expect(shop.bank.ledger.posts().map(({ invoice, acted }) => [invoice, acted])).toEqual([
      ["100001", true], ["100002", true], ["100003", false], ["100004", true],
    ]); // prettier-ignore
    expect(shop.bank.ledger.complaints).toEqual([]);
  });

  it("another answer changes a status where it is, or the whole of it", async () => {
    const shop = await openEpay();
    const { invoice } = await shop.googlePay();
    const answer = { kind: "answer", method: "check-status" } as const;
    shop.bank.faults.add({ ...answer, status: ["NEW", "AUTH"], extra: { resultCode: 100, currency: "USD" } });
    for (const word of ["NEW", "AUTH"]) {
      expect(await shop.status(invoice)).toMatchObject({
        resultCode: 100,
        transaction: { statusName: word, currency: "USD", amount: 100 },
      });
    }
    shop.bank.faults.add({ ...answer, rename: { transaction: "Transaction", statusName: "statusname" } });
    expect(await shop.status(invoice)).toMatchObject({ Transaction: { statusname: "CHARGE" } });
    shop.bank.faults.add({ ...answer, body: "null" });
    expect(await shop.status(invoice)).toBeNull();
    shop.bank.faults.add({ kind: "foreign", minor: 2_500, method: "check-status" });
    expect((await shop.status(invoice)).transaction.payoutAmount).toBe(25);
    shop.bank.faults.add({ kind: "answer", method: "cryptopay", status: "AUTH", extra: { invoiceID: "1" } });
    expect((await shop.googlePay()).body).toMatchObject({ status: "AUTH", invoiceID: "1" });
    expect(() => shop.bank.faults.add({ kind: "answer", statusCode: "0" })).toThrow("envelope");
  });

  it("refuses an address, another method and a stranger", async () => {
    const shop = await openEpay();
    expect((await shop.call("GET", "/payments", "")).status).toBe(404);
    expect((await shop.call("GET", "/payment/cryptopay", "")).status).toBe(405);
    await shop.bank.configure({ allowed: false });
    expect((await shop.askToken("payment")).status).toBe(403);
  });
});

describe("a restart", () => {
  it("keeps terminals, operations, tokens and cards, and what is due", async () => {
    const dir = mkdtempSync(join(tmpdir(), "state-"));
    const stateFile = join(dir, "epay.json");
    const first = await openEpay({ stateFile, scheme: "dms" });
    const { terminals } = first.bank;
    const held = await first.googlePay();
    const checked = await first.verify("ok");
    const asked = await first.verify("3ds");
    const page = buttonOf((await first.openPage(asked)).text, "confirm");
    const gone = await first.verify("3ds");
    await closeAll();

    const second = await openEpay({ stateFile });
    expect(second.bank.terminals).toEqual(terminals);
    expect((await second.status(held.invoice)).transaction.statusName).toBe("AUTH");
    expect((await second.operate("charge", held.invoice)).status).toBe(200);
    expect(second.bank.savedCards()).toMatchObject([{ id: checked.body.cardID }]);
    expect(bodyOf(await second.confirm(asked, page)).status).toBe("VERIFIED");
    second.bank.advance(1_200_000);
    expect(second.bank.transaction(gone.invoice)?.status).toBe("FAILED");
    expect(second.bank.ledger.movements.map(({ kind, minor }) => [kind, minor])).toEqual([
      ["hold", 10000n],
      ["charge", 10000n],
    ]);
    rmSync(dir, { recursive: true });
  });
});
