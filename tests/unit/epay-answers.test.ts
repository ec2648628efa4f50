/** What ePay answers to tokens, posts, confirmations and operations: none of it is a result, and doubt stays doubt. */
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../contract/errors.ts";
import { errorText } from "../../contract/messages/index.ts";
import { minor } from "../../contract/money.ts";
import { isKnown, isUndecided, meaningOf } from "../../main/banks/epay/codes.ts";
import { epay } from "../../main/banks/epay/index.ts";
import { readGrant } from "../../main/banks/epay/token.ts";
import type { BankContext, ConfirmAnswer, CreateAnswer } from "../../main/core/bank.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import {
  ACCESS,
  answer,
  checkRow,
  contextOf,
  INVOICE,
  json,
  OPERATION,
  PA_REQ,
  payingOf,
  paymentRow,
  refundRow,
  sample,
  sampleText,
  TRANSFER_TERMINAL,
  transferRow,
  typedCard,
} from "./epay-support.ts";

const google = payingOf({ token: { apiVersion: 2 } });
const byCard = payingOf({ card: { typed: typedCard }, receiver: { number: typedCard.number } });
function posted(
  given: HttpAnswer,
  payment: PaymentRow = paymentRow(),
  context: BankContext = contextOf(),
): CreateAnswer {
  const paying = payment.method === "googlePay" ? google : byCard;
  return epay.create(context, payment, { phone: null, paying }).read(given);
}
function confirmed(given: HttpAnswer, payment = checkRow()): ConfirmAnswer {
  const proof = { operationId: OPERATION, mark: "m-1", fields: { PaRes: "p", MD: "m-1" } };
  const call = epay.confirm?.(contextOf(), payment, proof);
  if (!call) throw new Error("nothing to confirm");
  return call.read(given);
}
const success = (change: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: OPERATION,
  invoiceID: INVOICE,
  amount: 22.22,
  currency: "KZT",
  secure3D: null,
  code: 0,
  status: "CHARGE",
  ...change,
});
const brief = (given: CreateAnswer | ConfirmAnswer): string =>
  "error" in given ? `${given.kind} ${given.error.code}` : given.kind;

describe("E1: the token", () => {
  const granted = (lifeMs = 7_200_000): unknown => ({ kind: "grant", token: ACCESS, lifeMs });
  it.each(["token-payment", "token-service", "token-transfer"])("%s: the sample's answer", (name) => {
    expect(readGrant(answer(sampleText(name)))).toEqual(granted());
  });
  const body = { access_token: ACCESS, expires_in: 7200, scope: "any", token_type: "Bearer" };
  it.each([
    ["a number", 7200, 7_200_000],
    ["a text", "1200", 1_200_000],
    ["more than a day", 999_999, 86_400_000],
  ])("Q-70: expires_in as %s", (_what, expires_in, lifeMs) => {
    expect(readGrant(json({ ...body, expires_in }))).toEqual(granted(lifeMs));
  });
  it("Q-75: bearer in any letter case, any scope, and refresh_token does not count", () => {
    for (const token_type of ["bearer", "BEARER", undefined])
      expect(readGrant(json({ ...body, token_type }))).toEqual(granted());
    expect(readGrant(json({ ...body, scope: null, refresh_token: "other" }))).toEqual(granted());
    expect(readGrant(json({ ...body, token_type: "Representative" }))).toMatchObject({
      error: { params: { what: "token_type" } },
    });
  });
  it("Q-76: the second document's answer without braces is none", () => {
    expect(readGrant(answer(sampleText("token-verification")))).toMatchObject({ kind: "unclear" });
  });
  it.each([
    ["no token", { access_token: "" }, "access_token"],
    ["a token that no header takes", { access_token: "a b" }, "access_token"],
    ["a token with a line break", { access_token: "a\r\nX: y" }, "access_token"],
    ["a token that is no text", { access_token: 5 }, "access_token"],
    ["no life", { expires_in: undefined }, "expires_in"],
    ["a life that is no number", { expires_in: "soon" }, "expires_in"],
    ["a life below nothing", { expires_in: -1 }, "expires_in"],
  ])("%s is no token", (_what, change, what) => {
    expect(readGrant(json({ ...body, ...change }))).toMatchObject({
      kind: "unclear",
      error: { code: "malformed_answer", params: { what } },
    });
  });
  it.each<[HttpAnswer, string, string]>([
    [json({ error: "invalid_client", error_description: "unknown" }, 401), "refused", "login_refused"],
    [json({ error: "invalid_client" }, 400), "refused", "login_refused"],
    [json({ error: "invalid_scope" }, 400), "refused", "bank_refused"],
    [json({ code: 487, message: " Not permitted" }, 400), "refused", "bank_refused"],
    [answer("", 401), "refused", "login_refused"],
    [answer("<html>", 403), "refused", "address_not_allowed"],
    [json({}, 404), "refused", "wrong_address"],
    [answer("", 429), "refused", "rate_limited"],
    [json({ error: "x" }, 408), "unclear", "bank_unavailable"],
    [answer("", 400), "unclear", "malformed_answer"],
    [json({ error: "server_error" }, 500), "unclear", "bank_unavailable"],
    [answer("", 302), "unclear", "malformed_answer"],
  ])("%o", (given, kind, code) => {
    expect(readGrant(given)).toMatchObject({ kind, error: { code } });
  });
});

describe("what a post is answered", () => {
  it("taken: no word of it is a result (Q-80)", () => {
    expect(posted(json(success()))).toMatchObject({ kind: "posted", bankId: INVOICE, operationId: OPERATION });
    for (const status of ["CHARGE", "AUTH", "REJECT", "VERIFIED", null, 5])
      expect(posted(json(success({ status })))).toMatchObject({ kind: "posted" });
    expect(posted(json({ ...success(), code: undefined }))).toMatchObject({ kind: "posted" });
  });
  it("Q-96: the bank's session lasts 20 minutes", () => {
    expect(posted(json(success()))).toMatchObject({ windows: { confirmMs: 1_200_000 } });
  });
  it("the samples of a card check and of a transfer", () => {
    expect(posted(answer(sampleText("card-verification")), checkRow({}, { invoiceId: "938290483290" }))).toMatchObject({
      kind: "posted",
      bankId: "938290483290",
      operationId: "7943816b-58a8-47f6-a11e-67b63c4228c7",
    });
    const transfer = sampleText("transfer").replaceAll("8161284658529816", INVOICE);
    expect(posted(answer(transfer), transferRow({ minor: minor(10_000) }))).toMatchObject({
      kind: "posted",
      operationId: "84d22915-f77f-491a-801c-aeb1b3b3bb36",
    });
  });
  it.each(["card-verification", "confirm"])("Q-76: %s as it is printed is no JSON, and says nothing", (name) => {
    const printed = sample(name).response?.bodyText ?? "";
    expect(() => JSON.parse(printed) as unknown).toThrow();
    expect(posted(answer(printed), checkRow({}, { invoiceId: "938290483290" }))).toMatchObject({ kind: "unclear" });
  });
  it("Q-73: names in any letter case", () => {
    const upper = Object.fromEntries(Object.entries(success()).map(([key, value]) => [key.toUpperCase(), value]));
    expect(posted(json(upper))).toMatchObject({ kind: "posted", operationId: OPERATION });
  });
  it.each<[string, Record<string, unknown>, string]>([
    ["no number of its own", { id: "" }, "unclear malformed_answer"],
    ["no number of ours", { invoiceID: "" }, "unclear malformed_answer"],
    ["another number", { invoiceID: "205218075" }, "unclear foreign_answer"],
    ["two numbers", { invoiceId: "205218075" }, "unclear foreign_answer"],
    ["another order", { orderID: "205218075" }, "unclear foreign_answer"],
    ["another amount", { amount: 22.21 }, "unclear foreign_answer"],
    ["no amount", { amount: undefined }, "unclear malformed_answer"],
    ["another currency", { currency: "USD" }, "unclear foreign_answer"],
    ["no currency", { currency: "" }, "unclear malformed_answer"],
    ["another terminal", { terminalID: TRANSFER_TERMINAL }, "unclear foreign_answer"],
    ["a code that is none", { code: "ok" }, "unclear malformed_answer"],
    ["a 3DS that is none", { secure3D: "yes" }, "unclear malformed_answer"],
  ])("%s: in doubt", (_what, change, to) => {
    expect(brief(posted(json(success(change))))).toBe(to);
  });
  it.each<[string, HttpAnswer]>([
    ["HTTP 500 with a success in it", json(success(), 500)],
    ["HTTP 502", answer("<html>", 502)],
    ["HTTP 302", json(success(), 302)],
    ["HTTP 408", answer("", 408)],
    ["HTTP 429", answer("", 429)],
    ["HTTP 404, bare", answer("", 404)],
    ["HTTP 400, bare", answer("", 400)],
    ["HTTP 400 with a success in it", json(success(), 400)],
    ["HTTP 500 with a no in it", json({ code: 484, message: "no" }, 500)],
    ["nothing", answer("")],
    ["HTML", answer("<html>")],
    ["a list", answer("[]")],
  ])("%s: in doubt", (_what, given) => {
    expect(posted(given)).toMatchObject({ kind: "unclear" });
  });
  it("Q-70: a 401 to a post is in doubt: nobody says when the token was looked at", () => {
    expect(posted(json({ code: 401, message: "expired" }, 401))).toMatchObject({ kind: "unclear" });
  });
});

describe("the bank's no", () => {
  it.each(["card-verification-failed", "transfer-failed"])(
    "Q-78: %s: the sample, its words without the space before them",
    (name) => {
      const number = name === "transfer-failed" ? "8161284658529816" : "8161284658525";
      const given = sampleText(name).replaceAll(number, INVOICE);
      expect(posted(answer(given, 400))).toEqual({
        kind: "declined",
        error: expect.objectContaining({
          code: "merchant_not_allowed",
          bankCode: "487",
          bankMessage: "Not permitted to merchant",
        }) as unknown,
      });
      expect(posted(answer(given, 200))).toMatchObject({ kind: "declined" });
      expect(posted(answer(sampleText(name), 400))).toMatchObject({
        kind: "unclear",
        error: { code: "foreign_answer" },
      });
    },
  );
  it("Q-78: a code as text, without a number of ours; a code without words is nothing clear", () => {
    expect(posted(json({ code: "0484", message: "x", invoiceId: "" }, 400))).toMatchObject({
      kind: "declined",
      error: { code: "insufficient_funds", bankCode: "484" },
    });
    expect(posted(json({ code: 484 }, 400))).toMatchObject({ kind: "unclear" });
    expect(posted(json({ code: 484, Code: 487, message: "x" }, 400))).toMatchObject({ kind: "unclear" });
  });
  it("with a bank's page beside it, it is nothing clear", () => {
    expect(posted(json({ code: 484, message: "x", secure3D: { action: "https://acs.test" } }))).toMatchObject({
      kind: "unclear",
    });
  });
  it("a code that nobody knows: with 400, as the document shows a no; with 200 it is in doubt", () => {
    expect(posted(json({ code: 999, message: "x" }, 400))).toMatchObject({
      kind: "declined",
      error: { code: "operation_refused", bankCode: "999" },
    });
    expect(posted(json({ code: 999, message: "x" }, 200))).toMatchObject({
      kind: "unclear",
      error: { code: "bank_undecided" },
    });
  });
  it("a card's number in the bank's words is not kept", () => {
    expect(
      JSON.stringify(posted(json({ code: 484, message: "card 4400 0012 3456 7899 of 4400001234567899" }, 400))),
    ).not.toMatch(/4400|7899/);
  });
});

describe("the codes (outside-facts 4.2)", () => {
  const GROUPS: Readonly<Record<string, readonly number[]>> = {
    undecided: [454, 456, 458, 459, 460, 461, 468, 475, 493, 494, 497, 500, 502, 503, 504, 526],
    threeds: [455, 473, 496, 499, 1654],
    card_data_refused: [457, 471, 472, 478, 485, 501, 522],
    issuer_declined: [462, 463, 466, 480, 486, 490, 521, 523, 527],
    card_blocked: [465, 467, 479, 481, 482, 483, 489, 492, 524, 525, 2092],
    merchant_not_allowed: [464, 487, 1612],
    operation_refused: [469, 470, 477, 495, 703, 1636, 1759],
    repeat_later: [476],
    insufficient_funds: [484],
    card_limit: [488, 491, 528, 529],
    too_many_tries: [505],
    bonus_unavailable: [498],
  };
  it.each(GROUPS["undecided"] ?? [])(
    "Q-97: %d decides nothing: the status does, before anybody says declined",
    (code) => {
      for (const status of [200, 400])
        expect(posted(json({ code, message: "x" }, status))).toMatchObject({
          kind: "unclear",
          error: { code: "bank_undecided", bankCode: String(code), remedy: "checkBank" },
        });
      expect(isUndecided(String(code))).toBe(true);
    },
  );
  it.each(Object.entries(GROUPS).filter(([group]) => group !== "undecided"))("Q-96, Q-97: %s", (group, codes) => {
    for (const code of codes) {
      const given = posted(json({ code, message: "x" }, 400));
      expect(given).toMatchObject({ kind: "declined", error: { bankCode: String(code) } });
      expect(brief(given)).toContain(group);
      expect([isKnown(String(code)), isUndecided(String(code))]).toEqual([true, false]);
    }
  });
  it("each has its sentences in three languages, and none promises what is not known", () => {
    for (const code of Object.values(GROUPS).flat()) {
      expect(ERROR_CODES).toContain(meaningOf(String(code)));
      for (const language of ["kk", "ru", "en"] as const)
        expect(errorText(language, { code: meaningOf(String(code)), params: {} }).next.length).toBeGreaterThan(10);
    }
    expect([isKnown("0"), isKnown("999"), isKnown("constructor")]).toEqual([false, false, false]);
  });
  it("what is done in the bank's own office is said so, in each language", () => {
    const told = (["kk", "ru", "en"] as const).map((language) => {
      const plain = errorText(language, { code: "not_supported", params: {} });
      const office = errorText(language, { code: "not_supported", params: { where: "office" } });
      expect(office).not.toEqual(plain);
      expect(office.title).toMatch(/^[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ].*[^.!\s]$/su);
      expect(office.next.length).toBeLessThanOrEqual(140);
      return office.next;
    });
    for (const next of told) expect(next).toContain("Halyk ePay");
    expect(errorText("en", { code: "not_paid", params: { where: "office" } })).toEqual(
      errorText("en", { code: "not_paid", params: {} }),
    );
  });
});

describe("the bank's page", () => {
  const action = "https://cardsecure.kkb.kz/CommerSafeACS/pa?id=YLcP2547mFFVw";
  const challenge = (secure3D: unknown, change: Record<string, unknown> = {}): HttpAnswer =>
    json(success({ secure3D, code: undefined, ...change }));
  const whole = { paReq: PA_REQ, md: "271710719-E54F6D8F865285D4", action };

  it("the sample: the form for the payer's browser, ten minutes of time", () => {
    expect(posted(answer(sampleText("card-verification-3ds")), checkRow({}, { invoiceId: "123456813" }))).toEqual({
      kind: "challenged",
      bankId: "123456813",
      windows: { pollMs: 2_000, scanMs: 1_200_000, confirmMs: 600_000 },
      operationId: "7943816b-58a8-47f6-a11e-67b63c4228c7",
      page: { action, fields: { PaReq: PA_REQ, MD: "271710719-E54F6D8F865285D4" } },
      mark: "271710719-E54F6D8F865285D4",
    });
  });
  it("Q-73, Q-81: names in any letter case, more keys than are known, and every sign of base64 as it came", () => {
    const odd = { PAREQ: ` ${PA_REQ}\r\n`, MD: "m +/=", Action: action, termURL: "https://x", version: "2.2" };
    expect(posted(challenge(odd))).toMatchObject({
      kind: "challenged",
      mark: "m +/=",
      page: { fields: { PaReq: ` ${PA_REQ}\r\n`, MD: "m +/=" } },
    });
  });
  it.each([
    "",
    " ",
    "http://acs.bank.test/pa",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "intent://pay#Intent;end",
    "//acs.bank.test/pa",
    "/pa",
    "https://",
    "https:///pa",
    "https://user:pw@acs.bank.test/pa",
    "https://acs.bank.test\\@evil.test/",
    "https://acs.bank.test/a b",
    `https://acs.bank.test/${"a".repeat(2_100)}`,
    "http://127.0.0.1.evil.test/pa",
  ])("Q-82: to %o nobody is sent: it is in doubt, and the status decides", (bad) => {
    expect(brief(posted(challenge({ ...whole, action: bad })))).toBe("unclear malformed_answer");
  });
  it("Q-82: plain http on this machine alone, and never where real money is", () => {
    for (const local of ["http://127.0.0.1:4000/acs?id=1", "http://localhost/acs", "http://[::1]:5/acs"]) {
      const at = (environment: "test" | "training" | "production"): CreateAnswer =>
        posted(challenge({ ...whole, action: local }), paymentRow(), contextOf({}, { environment }));
      expect([brief(at("test")), brief(at("training")), brief(at("production"))]).toEqual([
        "challenged",
        "challenged",
        "unclear malformed_answer",
      ]);
    }
  });
  it.each<[string, unknown]>([
    ["no PaReq", { ...whole, paReq: "" }],
    ["a blank PaReq", { ...whole, paReq: "  " }],
    ["two PaReq", { ...whole, PaReq: "other" }],
    ["a PaReq without end", { ...whole, paReq: "a".repeat(200_000) }],
    ["no MD", { ...whole, md: null }],
    ["an empty object", {}],
    ["a list", [whole]],
    ["a text", "3DS"],
  ])("%s: in doubt", (_what, secure3D) => {
    expect(brief(posted(challenge(secure3D)))).toBe("unclear malformed_answer");
  });
  it("without the bank's number it cannot be confirmed; about another number, or with an error status, it is none", () => {
    expect(brief(posted(challenge(whole, { id: "" })))).toBe("unclear malformed_answer");
    expect(brief(posted(challenge(whole, { invoiceID: "205218075" })))).toBe("unclear foreign_answer");
    expect(brief(posted(answer(challenge(whole).text, 400)))).toBe("unclear malformed_answer");
  });
});

describe("E4: what a confirmation is answered", () => {
  const done = (change: Record<string, unknown> = {}): HttpAnswer =>
    json(success({ amount: 0, currency: "USD", status: "VERIFIED", ...change }));
  it("taken, or a redirect: either way the status decides (Q-80)", () => {
    expect(confirmed(done())).toMatchObject({ kind: "posted", bankId: INVOICE, operationId: OPERATION });
    expect(confirmed(answer("", 302))).toMatchObject({ kind: "posted", operationId: OPERATION });
    expect(confirmed(answer("<html>", 303))).toMatchObject({ kind: "posted" });
  });
  it("the sample", () => {
    const given = sampleText("confirm")
      .replaceAll("938290483290", INVOICE)
      .replaceAll("7943816b-58a8-47f6-a11e-67b63c4228c7", OPERATION);
    expect(confirmed(answer(given))).toMatchObject({ kind: "posted" });
  });
  it.each<[string, HttpAnswer, string]>([
    ["a no", json({ code: 499, message: "wrong code" }, 400), "declined threeds_failed"],
    ["a no that is not final", json({ code: 454, message: "x" }, 400), "unclear bank_undecided"],
    [
      "a no to the confirmation alone",
      json({ code: 469, message: "confirmed already" }, 400),
      "unclear bank_undecided",
    ],
    ["a code nobody knows", json({ code: 999, message: "x" }, 400), "unclear bank_undecided"],
    ["another operation", done({ id: "other" }), "unclear foreign_answer"],
    ["another number", done({ invoiceID: "1000000" }), "unclear foreign_answer"],
    [
      "another page",
      done({ secure3D: { action: "https://acs.test", paReq: "x", md: "y" } }),
      "unclear malformed_answer",
    ],
    ["HTTP 401", answer("", 401), "unclear login_refused"],
    ["HTTP 500", answer("", 500), "unclear bank_unavailable"],
    ["HTML", answer("<html>"), "unclear malformed_answer"],
  ])("%s", (_what, given, to) => {
    expect(brief(confirmed(given))).toBe(to);
  });
});

describe("charge, cancel and refund, outside the documents", () => {
  const row = paymentRow({}, { operationId: OPERATION });
  const reads = {
    charge: (given: HttpAnswer): unknown => epay.capture?.(contextOf(), row, minor(2_222)).read(given),
    cancel: (given: HttpAnswer): unknown => epay.release?.(contextOf(), row).read(given),
    refund: (given: HttpAnswer): unknown => epay.refund?.(contextOf(), refundRow()).read(given),
  };
  describe.each(["charge", "cancel", "refund"] as const)("%s", (name) => {
    it.each([
      answer(""),
      answer(" \n"),
      answer("{}"),
      json({ code: 0, message: "" }),
      json({ code: 0, id: "00000000-0000-4000-8000-000000000000" }),
      answer("", 204),
    ])("heard: %o", (given) => {
      expect(reads[name](given)).toEqual({ kind: "heard" });
    });
    it.each<[string, HttpAnswer, string, string]>([
      ["a no of the bank's own, without words", json({ code: 100, message: "" }, 400), "refused", "bank_refused"],
      ["a no in words", json({ code: 400, message: "Invalid transaction status" }, 400), "refused", "bank_refused"],
      ["a no that is not final", json({ code: 454, message: "x" }, 400), "unclear", "bank_undecided"],
      ["a code in a success", json({ code: 100, message: "x" }), "unclear", "bank_refused"],
      ["a code that is none", json({ code: "error" }), "unclear", "malformed_answer"],
      ["HTML", answer("<html>"), "unclear", "malformed_answer"],
      ["HTTP 400, bare", answer("", 400), "unclear", "malformed_answer"],
      ["HTTP 400 without a code", json({ error: "x" }, 400), "unclear", "malformed_answer"],
      ["HTTP 404, bare", answer("", 404), "unclear", "wrong_address"],
      ["HTTP 401", json({ code: 401, message: "x" }, 401), "unclear", "login_refused"],
      ["HTTP 302", answer("", 302), "unclear", "malformed_answer"],
      ["HTTP 500 with a no in it", json({ code: 100, message: "" }, 500), "unclear", "bank_unavailable"],
    ])("%s", (_what, given, kind, code) => {
      expect(reads[name](given)).toMatchObject({ kind, error: { code } });
    });
  });
});

describe("a refund is told from any other 200", () => {
  const read = (given: HttpAnswer): unknown => epay.refund?.(contextOf(), refundRow()).read(given);
  it.each([json({ id: OPERATION }), json({ code: 0, ID: OPERATION.toUpperCase() })])(
    "by our operation: %o",
    (given) => {
      expect(read(given)).toEqual({ kind: "refunded", bankId: OPERATION });
    },
  );
  it("not where it is named with another", () => {
    expect(read(json({ id: OPERATION, ID: "1" }))).toEqual({ kind: "heard" });
  });
});

describe("E7: the bank's key", () => {
  const key = (given: HttpAnswer): unknown => epay.key?.(contextOf()).read(given);
  const base64 = Buffer.from(Array.from({ length: 550 }, (_, at) => at % 251)).toString("base64");
  const lines = base64.replaceAll(/.{64}/g, "$&\n");
  it.each([
    ["one line", base64],
    ["armour of a public key", `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`],
    [
      "armour of another label, with Windows line ends",
      `-----BEGIN RSA PUBLIC KEY-----\r\n${base64}\r\n-----END RSA PUBLIC KEY-----`,
    ],
  ])("%s: as it came", (_what, text) => {
    expect(key(answer(text))).toEqual({ kind: "key", text });
  });
  it.each<[string, HttpAnswer, string]>([
    ["HTML", answer("<html>"), "unclear"],
    ["nothing", answer(""), "unclear"],
    ["something far too long", answer("A".repeat(20_000)), "unclear"],
    ["HTTP 500", answer(base64, 500), "unclear"],
    ["HTTP 404", answer("", 404), "refused"],
  ])("%s is none", (_what, given, kind) => {
    expect(key(given)).toMatchObject({ kind });
  });
});
