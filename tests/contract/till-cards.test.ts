/** Cards at the till API: saved ones by handle and mask, typed ones only for who may, and not a digit of them in an answer. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTill, TOKENS, type TillDesk } from "../support/till.ts";

const HANDLE = "card_0197b1f2c3d47a6b8c9d0e1f2a3b4c5d";
const NUMBER = "4400 0012 3456 7895";
const CARD = { number: NUMBER, expiry: "12/29", cvc: "636", name: "AIGERIM SERIK" };
const CHECK = { amount: "0.00", currency: "USD", provider: "epay", method: "cardVerification", card: CARD };

let till: TillDesk;
beforeAll(async () => {
  till = await openTill();
  const { environment } = (await till.call("GET", "/health")).json();
  const saved = {
    id: HANDLE,
    bankCardId: "5f1a-the-bank-knows-it-by",
    mask: "440000...7895",
    type: "VISA",
    accountId: "customer-17",
    provider: "kaspi",
    environment,
    savedAt: Date.UTC(2026, 8, 1),
  };
  await till.desk.vault.put({
    cards: JSON.stringify([saved, { ...saved, id: "card_ofproduction", environment: "x" }]),
  });
});
afterAll(() => till.close());

const code = (answer: { json(): any }): string => answer.json().error.code;

describe("saved cards", () => {
  it("are told by handle and mask, those of this environment, never by the bank's own number", async () => {
    const answer = await till.call("GET", "/cards");
    expect(answer.status).toBe(200);
    expect(answer.json().items).toEqual([
      {
        id: HANDLE,
        mask: "440000...7895",
        type: "VISA",
        accountId: "customer-17",
        environment: "test",
        savedAt: expect.stringMatching(/^2026-09-01T/),
      },
    ]);
    expect(answer.text).not.toContain("the-bank-knows-it-by");
  });
  it.each(["pay", "read"] as const)("are nothing for a token that may only %s", async (name) => {
    const headers = { authorization: `Bearer ${TOKENS[name].token}` };
    expect((await till.call("GET", "/cards", undefined, headers)).status).toBe(403);
    expect((await till.call("DELETE", `/cards/${HANDLE}`, undefined, headers)).status).toBe(403);
  });
  it("are forgotten: 204 without a body, and 404 after that", async () => {
    const answer = await till.call("DELETE", `/cards/${HANDLE}`);
    expect([answer.status, answer.text, answer.headers["content-type"]]).toEqual([204, "", undefined]);
    expect(answer.headers["cache-control"]).toBe("no-store");
    const again = await till.call("DELETE", `/cards/${HANDLE}`);
    expect([again.status, code(again)]).toEqual([404, "card_unknown"]);
    expect((await till.call("GET", "/cards")).json()).toEqual({ items: [] });
  });
  it("have handles of ours: anything else is 400, and no path", async () => {
    expect(code(await till.call("DELETE", "/cards/5f1a"))).toBe("bad_request");
    expect((await till.call("POST", `/cards/${HANDLE}`)).status).toBe(405);
  });
});

describe("a typed card", () => {
  it.each([
    ["to check", CHECK],
    [
      "to transfer from",
      { amount: "10000", provider: "epay", method: "transfer", card: CARD, receiver: { id: HANDLE } },
    ],
    [
      "to transfer to",
      { amount: "1", provider: "epay", method: "transfer", card: { id: HANDLE }, receiver: { number: NUMBER } },
    ],
  ])("%s needs the scope cards", async (_, body) => {
    const answer = await till.pay(body, undefined, { authorization: `Bearer ${TOKENS.pay.token}` });
    expect([answer.status, code(answer)]).toEqual([403, "forbidden"]);
    expect(answer.text).not.toMatch(/4003|636|AIGERIM/);
  });
  it.each([
    ["a number that cannot be", { ...CARD, number: "4003 0327 0454 7598" }],
    ["an expiry that cannot be", { ...CARD, expiry: "13/29" }],
    ["a code that cannot be", { ...CARD, cvc: "63636" }],
    ["a name in Cyrillic", { ...CARD, name: "Айгерим" }],
    ["more than a card has", { ...CARD, pin: "7391" }],
  ])("with %s is 400, which quotes nothing of it", async (_, card) => {
    const answer = await till.pay({ ...CHECK, card });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toMatch(/4003|0454|759|636|Айгерим|AIGERIM|7391|13\/29/);
  });
  it("at a till without the bank is refused, which quotes nothing of it", async () => {
    const answer = await till.pay(CHECK);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toMatch(/4400|3456|7895|636|AIGERIM/);
  });
});

describe("held money", () => {
  it.each([
    ["capture", undefined],
    ["capture", {}],
    ["capture", { amount: "1500.00" }],
    ["void", undefined],
  ])("%s with %j at a bank that holds none is 409 and carries the payment", async (action, body) => {
    const { id } = (await till.pay({ amount: "5000", provider: "kaspi" }, "held")).json();
    const answer = await till.call("POST", `/payments/${id}/${action}`, body);
    expect([answer.status, answer.json().payment.id]).toEqual([409, id]);
  });
  it.each([
    ["capture", { amount: 5 }, "bad_amount"],
    ["capture", { amount: "5", all: true }, "bad_request"],
    ["capture", [], "bad_request"],
    ["void", { amount: "5" }, "bad_request"],
  ])("%s with %j is 400", async (action, body, expected) => {
    const { id } = (await till.pay({ amount: "5000", provider: "kaspi" }, "held")).json();
    const answer = await till.call("POST", `/payments/${id}/${action}`, body);
    expect([answer.status, code(answer)]).toEqual([400, expected]);
  });
});
