import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { testCard } from "../../simulator/index.ts";
import { bodyOf, buttonOf, closeAll, googlePayToken, openEpay, type Shop } from "./epay-support.ts";

afterEach(closeAll);

interface Sample {
  request: { path: string; bodyText: string; form: Record<string, string> };
  response: { status: number; bodyText: string };
}

const folder = join(import.meta.dirname, "../fixtures/documents/epay");
const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Sample;

/** The samples are no JSON: a comma is missing, another is too much. */
const mend = (text: string) => text.replaceAll('"RUS" "', '"RUS", "').replaceAll(/,(\s*[}\]])/g, "$1");

/** The names in a sample that stand for what is not kept with it. */
function fill(text: string, values: Record<string, string>): string {
  return mend(text).replaceAll(/@(\w+)@/g, (_all, name: string) => JSON.stringify(values[name]).slice(1, -1));
}

type Members = Record<string, unknown>;

/** The answer with the sample's own values in the named places, member by member in the sample's order. */
function bind(mine: string, sample: string, own: readonly string[]): { mine: string; sample: string } {
  const [answer, wanted] = [mine, fill(sample, {})].map((text) => JSON.parse(text) as Members);
  const swap = (members: Members, from: Members): Members =>
    Object.fromEntries(
      Object.entries(members).map(([key, value]) => {
        const other = from[key];
        if (own.includes(key) && typeof value === typeof other) return [key, other];
        const inner = typeof value === "object" && value !== null && typeof other === "object" && other !== null;
        return [key, inner ? swap(value as Members, other as Members) : value];
      }),
    );
  return { mine: JSON.stringify(swap(answer!, wanted!)), sample: JSON.stringify(wanted) };
}

function expectSample(mine: string, name: string, own: readonly string[]): void {
  const bound = bind(mine, read(name).response.bodyText.replaceAll(/@(\w+)@/g, "$1"), own);
  expect(bound.mine).toBe(bound.sample);
}

const ordered = ["id", "invoiceID", "reference", "intReference", "cardID"];

/** Sends a sample's token request with this bank's client; what its form says stays. */
async function sampleToken(shop: Shop, name: string, more: Record<string, string> = {}) {
  const { form } = read(name).request;
  const purpose = form["scope"] === "transfer" ? "transfer" : form["currency"] === "USD" ? "verification" : "payment";
  const { clientId: client_id, clientSecret: client_secret, terminalId: terminal } = shop.bank.terminals[purpose];
  return await shop.form(shop.bank.urls.oauth, { ...form, client_id, client_secret, terminal, ...more });
}

describe("the documents’ samples", () => {
  it.each([
    ["token-payment", { InvoiceID: "80000148" }, "token"],
    ["token-service", {}, "token/service"],
    ["token-transfer", {}, "token"],
  ])("%s is answered to the letter", async (name, more, called) => {
    const shop = await openEpay();
    const answer = await sampleToken(shop, name, more);
    expect(answer.status).toBe(200);
    expectSample(answer.text, name, ["access_token"]);
    expect(shop.bank.ledger.calls).toMatchObject([{ name: called, problems: [], body: undefined }]);
  });

  it("a card is verified without 3-D Secure, and its number given out (Q-73, Q-77)", async () => {
    const shop = await openEpay();
    const token = bodyOf(await sampleToken(shop, "token-verification", { invoiceID: "000001" })).access_token;
    const cryptogram = await shop.cryptogram(testCard("ok"));
    const { request } = read("card-verification");
    const answer = await shop.call("POST", request.path, token, fill(request.bodyText, { cryptogram }));
    expectSample(answer.text, "card-verification", ordered);
    expect(bodyOf(answer).cardID).toMatch(/^[0-9a-f-]{36}$/);
    expect(shop.bank.transaction("000001")).toMatchObject({
      kind: "verification",
      status: "VERIFIED",
      cardMask: "440000...0008",
      data: '{"statement":{"name":"Arman Ali","invoiceID":"80000016"}}',
    });
    expect(shop.bank.ledger.calls.at(-1)?.problems).toEqual([]);
    expect(shop.bank.ledger.movements).toEqual([]);
  });

  it("… and with it: challenge, page, confirmation", async () => {
    const shop = await openEpay();
    const token = bodyOf(await sampleToken(shop, "token-verification", { invoiceID: "000001" })).access_token;
    const cryptogram = await shop.cryptogram(testCard("3ds"));
    const { request } = read("card-verification");
    const answer = await shop.call("POST", request.path, token, fill(request.bodyText, { cryptogram }));
    expectSample(answer.text, "card-verification-3ds", [...ordered, "paReq", "md", "action"]);
    const body = bodyOf(answer);
    expect(body.secure3D.md).toMatch(/^\d{9}-[0-9A-F]{16}$/);
    expect(body.secure3D.action).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/acs\/pa\?id=/);

    const way = { answer, body, invoice: "000001", token };
    const { paRes, md } = buttonOf((await shop.openPage(way)).text, "confirm");
    const sample = fill(read("confirm").request.bodyText, { paRes });
    const text = sample.replace(/"ID": "[^"]*"/, `"ID":"${body.id}"`).replace(/"MD": "[^"]*"/, `"MD":"${md}"`);
    const path = read("confirm").request.path.replace(":token", encodeURIComponent(token));
    const confirmed = await shop.send("POST", shop.bank.urls.api + path, {}, text);
    expectSample(confirmed.text, "confirm", ordered);
    expect(shop.bank.ledger.calls.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it("what is not permitted is refused with a code, an empty id and a message that begins with a space (Q-78)", async () => {
    const shop = await openEpay();
    const { request } = read("card-verification");
    const token = await shop.token("payment", { invoiceID: "816128", amount: "0", currency: "USD" });
    const cryptogram = await shop.cryptogram(testCard("ok"), "payment");
    const text = fill(request.bodyText, { cryptogram }).replace('"000001"', '"816128"');
    const answer = await shop.call("POST", request.path, token, text);
    expect(answer.status).toBe(400);
    expectSample(answer.text, "card-verification-failed", ["invoiceId"]);
    expectSample(answer.text, "transfer-failed", ["invoiceId"]);
  });

  it("Google Pay is taken with the token as it came, byte for byte (Q-87)", async () => {
    const shop = await openEpay();
    const token = bodyOf(
      await sampleToken(shop, "token-payment", { InvoiceID: "80000148", amount: "10" }),
    ).access_token;
    const { request } = read("google-pay");
    const text = fill(request.bodyText, { googlePayToken });
    const { terminalId } = shop.bank.terminals.payment;
    const answer = await shop.call(
      "POST",
      request.path,
      token,
      text.replace(/"terminalId": "[^"]*"/, `"terminalId":"${terminalId}"`),
    );
    expect(answer.status).toBe(200);
    expect(Object.keys(bodyOf(answer))).toEqual(
      Object.keys(JSON.parse(fill(read("card-verification").response.bodyText, { cardId: "" })) as object),
    );
    expect(bodyOf(answer)).toMatchObject({ status: "CHARGE", code: 0, amount: 10, currency: "KZT" });
    const [post] = shop.bank.ledger.posts("80000148");
    expect(post).toMatchObject({ acted: true, decided: "200", token });
    expect(
      (JSON.parse(post!.bodyText) as { googlePay: { paymentMethodData: { tokenizationData: unknown } } }).googlePay
        .paymentMethodData.tokenizationData,
    ).toEqual({ type: "PAYMENT_GATEWAY", token: googlePayToken });
    expect(shop.bank.ledger.calls.at(-1)?.problems).toEqual([]);
    expect(shop.bank.ledger.totals()).toMatchObject({ charged: 1, chargedMinor: 1000n });
  });

  it("the status of a part given back is answered to the letter (Q-85, Q-86)", async () => {
    const shop = await openEpay({ startAt: Date.UTC(2022, 10, 14, 21, 52, 17, 289) });
    await shop.googlePay({ invoice: "205218074", amount: 22.22, body: { description: "order 205218074" } });
    expect((await shop.operate("refund", "205218074", "?amount=10&externalID=R-1")).status).toBe(200);
    const { request } = read("check-status");
    const answer = await shop.call("GET", request.path, await shop.serviceToken());
    const own = [
      "id", "approvalCode", "data", "terminal", "terminalID", "cardMask", "issuer", "reference", "intReference",
      "statusID", "email", "cardID", "ip", "ipLatitude", "ipLongitude",
    ]; // prettier-ignore
    expectSample(answer.text.replace("289000", "289853"), "check-status", own);
    await shop.bank.configure({ rejectedAs: "101" });
    shop.bank.set("205218074", "REJECT");
    const refused = await shop.call("GET", read("check-status-reject").request.path, await shop.serviceToken());
    expectSample(refused.text, "check-status-reject", []);
  });

  it("a transfer to a saved card is answered to the letter, but for its order number of 16 digits (Q-72, Q-91)", async () => {
    const shop = await openEpay({ startAt: Date.UTC(2024, 5, 1) });
    const saved = (await shop.verify("ok")).body.cardID;
    const token = await shop.token("transfer", { invoiceID: "816128465852981", amount: "100", currency: "KZT" });
    const { request } = read("transfer");
    const { terminalId } = shop.bank.terminals.transfer;
    const text = fill(request.bodyText, { cvc: "815", pan: testCard("ok"), receiverCardId: saved })
      .replace("8161284658529816", "816128465852981")
      .replace(/"terminalId": "[^"]*"/, `"terminalId":"${terminalId}"`);
    const answer = await shop.call("POST", request.path, token, text);
    expectSample(answer.text, "transfer", [
      "id", "description", "reference", "orderID", "senderCardID", "senderCardPAN", "receiverCardID",
      "receiverCardPAN", "intReference", "terminalID",
    ]); // prettier-ignore
    expect(shop.bank.ledger.calls.at(-1)?.problems).toEqual([]);
    expect(shop.bank.ledger.totals()).toMatchObject({ transferred: 1, transferredMinor: 10000n, verified: 1 });
    expect((await shop.status("816128465852981", "transfer")).transaction).toMatchObject({ statusName: "CHARGE" });
  });
});
