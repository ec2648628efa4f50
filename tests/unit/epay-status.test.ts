/** Check-status: every result code with every word, cell by cell, and what must fit before anything is believed. */
import { describe, expect, it } from "vitest";
import { minor } from "../../contract/money.ts";
import { epay } from "../../main/banks/epay/index.ts";
import type { StatusAnswer } from "../../main/core/bank.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import {
  answer,
  CARD_ID,
  checkRow,
  checkTransaction,
  contextOf,
  INVOICE,
  json,
  OPERATION,
  paymentRow,
  readStatus,
  sampleText,
  statusBody,
  tables,
  transactionOf,
  TRANSFER_TERMINAL,
  transferRow,
  PAYMENT_TERMINAL,
  VERIFICATION_TERMINAL,
} from "./epay-support.ts";

/** What an answer comes to, in one word. */
function brief(given: StatusAnswer): string {
  if (given.kind !== "word") return given.kind;
  return given.unsure ? `${given.word}, unsure` : given.word;
}
const of = (change: Record<string, unknown>, code = "100", payment?: PaymentRow): StatusAnswer =>
  readStatus(json(statusBody(transactionOf(change), code)), payment);

const CODES = ["100", "101", "102", "103", "104", "106", "107", "109", "999"] as const;
const NAMES = [
  "CHARGE",
  "REFUND",
  "AUTH",
  "CANCEL",
  "CANCEL_OLD",
  "VERIFIED",
  "NEW",
  "FINGERPRINT",
  "3D",
  "REJECT",
  "FAILED",
  "ELSE",
  "charge",
  "constructor",
  "",
  null,
] as const;

/** Of a payment. 100 by the word; of the others a word that says more than they do is a contradiction. */
const UNDER_100: Readonly<Record<string, string>> = {
  CHARGE: "paid",
  REFUND: "paid",
  AUTH: "authorized",
  CANCEL: "released",
  CANCEL_OLD: "released",
  NEW: "pending",
  FINGERPRINT: "pending",
  "3D": "unproven",
  REJECT: "declined",
  FAILED: "declined",
};
const MOVED = ["CHARGE", "REFUND", "AUTH", "CANCEL", "CANCEL_OLD", "VERIFIED"];

function expected(code: (typeof CODES)[number], name: string | null): string {
  switch (code) {
    case "100":
      return (name !== null && Object.hasOwn(UNDER_100, name) && UNDER_100[name]) || "unclear";
    case "101":
      return name !== null && MOVED.includes(name) ? "unclear" : "declined, unsure";
    case "104":
    case "106":
    case "109":
      return "misconfigured";
    case "107":
      return "pending";
    default:
      return "unclear";
  }
}

describe("resultCode x statusName (state machines 3.8)", () => {
  const cells = CODES.flatMap((code) => NAMES.map((name) => ({ code, name, to: expected(code, name) })));
  it.each(cells)("Q-84: $code with $name is $to", ({ code, name, to }) => {
    // What has gone back must add up: see below.
    expect(
      brief(of({ statusName: name, ...(name === "REFUND" ? { amount: 12.22, payoutAmount: 10 } : {}) }, code)),
    ).toBe(to);
  });
  it.each([
    ["100", "unclear"],
    ["101", "declined, unsure"],
    ["102", "notFound"],
    ["103", "unclear"],
    ["104", "misconfigured"],
    ["106", "misconfigured"],
    ["107", "pending"],
    ["109", "misconfigured"],
    ["999", "unclear"],
  ])("Q-83, Q-84: %s with no transaction is %s", (code, to) => {
    expect(brief(readStatus(json(statusBody(null, code))))).toBe(to);
    expect(brief(readStatus(json({ resultCode: Number(code), resultMessage: "" })))).toBe(to);
  });
  it("every code and word of the document is in the tables above", () => {
    for (const { name } of tables.tables["resultcode"] ?? []) expect(CODES).toContain(name);
    for (const { name } of tables.tables["status name"] ?? []) expect(UNDER_100).toHaveProperty(name);
  });
  it.each(NAMES)("Q-77: of a card check, 100 with %s takes nothing", (name) => {
    const own = new Map([
      ["CHARGE", "verified"],
      ["AUTH", "verified"],
      ["VERIFIED", "verified"],
      ["REFUND", "unclear"],
    ]);
    const given = readStatus(json(statusBody(checkTransaction({ statusName: name }))), checkRow());
    expect(brief(given)).toBe(own.get(name ?? "") ?? expected("100", name));
  });
  it.each(NAMES)("Q-92: of a transfer, 100 with %s is read the same way", (name) => {
    const p2p = transactionOf({
      terminalID: TRANSFER_TERMINAL,
      statusName: name,
      ...(name === "REFUND" ? { amount: 12.22, payoutAmount: 10 } : {}),
    });
    expect(brief(readStatus(json(statusBody(p2p)), transferRow()))).toBe(expected("100", name));
    // The bank's own page of it, which is not among the documents, has one level more.
    const nested = { result: { code: "100", message: "SUCCESS" }, transaction: { p2p } };
    expect(readStatus(json(nested), transferRow())).toEqual(readStatus(json(statusBody(p2p)), transferRow()));
  });
});

describe("the envelope", () => {
  it.each([
    ["HTML", answer("<html>gateway</html>")],
    ["nothing", answer("")],
    ["a list", answer("[]")],
    ["no code", json({ transaction: transactionOf() })],
    ["two codes", json({ resultCode: "100", ResultCode: "101", transaction: transactionOf() })],
    ["a code that is no number of three", json(statusBody(transactionOf(), "100.0"))],
    ["a list in the transaction's place", json(statusBody([transactionOf()]))],
    ["a transaction as text", json(statusBody(JSON.stringify(transactionOf())))],
  ])("%s says nothing", (_what, given) => {
    expect(readStatus(given)).toMatchObject({ kind: "unclear", error: { code: "malformed_answer" } });
  });
  it.each([
    [500, "bank_unavailable"],
    [503, "bank_unavailable"],
    [408, "bank_unavailable"],
    [429, "rate_limited"],
    [403, "address_not_allowed"],
    [404, "wrong_address"],
    [302, "malformed_answer"],
  ])("HTTP %d says nothing, whatever stands in it", (status, code) => {
    const given = readStatus(json(statusBody(transactionOf()), status));
    expect(given).toMatchObject({ kind: "unclear", error: { code, bankCode: `HTTP ${status}` } });
  });
  it("Q-70: HTTP 401, after a new token, is our settings", () => {
    expect(readStatus(answer("", 401))).toMatchObject({
      kind: "misconfigured",
      error: { code: "terminal_refused", remedy: "fixSettings" },
    });
  });
  it.each(["104", "106", "109"])("%s is our settings, in the bank's words", (code) => {
    expect(readStatus(json({ resultCode: code, resultMessage: "incorrect terminalID" }))).toMatchObject({
      error: { code: "terminal_refused", bankCode: code, bankMessage: "incorrect terminalID" },
    });
  });
});

describe("what must fit", () => {
  const others: readonly (readonly [string, Record<string, unknown>])[] = [
    ["invoiceID", { invoiceID: "205218075" }],
    ["invoiceID", { orderID: "205218075" }],
    ["invoiceID", { invoiceId: "205218075" }],
    ["invoiceID", { invoiceID: `0${INVOICE}` }],
    ["terminalID", { terminalID: VERIFICATION_TERMINAL }],
    ["terminalID", { terminalID: `\ufeff${PAYMENT_TERMINAL}` }],
    ["invoiceID", { invoiceID: `${INVOICE}\u00a0` }],
    ["currency", { currency: "USD" }],
    ["currency", { currency: "398" }],
  ];
  it.each(others)("Q-86: another %s is not believed, whatever it says: %o", (what, change) => {
    for (const statusName of NAMES)
      for (const code of ["100", "101", "102", "103", "107"])
        expect(of({ ...change, statusName }, code)).toMatchObject({
          kind: "unclear",
          error: { code: "foreign_answer", params: { what } },
        });
  });
  it.each(["invoiceID", "terminalID", "currency", "statusName"])("Q-86: without %s nothing is believed", (name) => {
    expect(of({ [name]: undefined })).toMatchObject({ kind: "unclear", error: { params: { what: name } } });
  });
  it("Q-86: `terminal` is another number of the same terminal, and does not count", () => {
    expect(of({ terminal: "other" })).toMatchObject({ word: "paid" });
    expect(of({ terminalID: undefined, terminal: contextOf().profile.device })).toMatchObject({ kind: "unclear" });
  });
  it("Q-73: names in any letter case; a UUID in either", () => {
    const upper = Object.fromEntries(Object.entries(transactionOf()).map(([key, value]) => [key.toUpperCase(), value]));
    const given = readStatus(
      json({ RESULTCODE: "100", Transaction: { ...upper, TERMINALID: String(upper["TERMINALID"]).toUpperCase() } }),
    );
    expect(given).toEqual(readStatus(json({ resultCode: "100", transaction: transactionOf() })));
    expect(given).toMatchObject({ word: "paid", minor: 2_222 });
  });
});

describe("the amount", () => {
  const paid = (change: Record<string, unknown>, payment?: PaymentRow): unknown => {
    const given = of(change, "100", payment);
    return given.kind === "word" ? [given.word, given.minor, given.refunded] : given.kind;
  };
  it.each<[string, Record<string, unknown>, unknown]>([
    ["both the sale", {}, ["paid", 2_222, 0]],
    ["no orgAmount", { orgAmount: undefined }, ["paid", 2_222, 0]],
    ["orgAmount not filled in", { orgAmount: 0 }, ["paid", 2_222, 0]],
    ["no amount", { amount: undefined }, ["paid", 2_222, undefined]],
    ["amount not filled in", { amount: 0 }, ["paid", 2_222, undefined]],
    ["as texts", { amount: "22.22", orgAmount: "22.220" }, ["paid", 2_222, 0]],
    ["a part was paid with bonuses", { amount: 20, amountBonus: 2.22 }, ["paid", 2_222, 0]],
    ["a part of the held money was taken", { amount: 20 }, ["paid", 2_222, 222]],
    ["another sum", { amount: 22.21, orgAmount: 22.21 }, ["paid", 2_221, undefined]],
    ["made for another, and what is left is the sale", { amount: 22.22, orgAmount: 33.33 }, ["paid", 3_333, undefined]],
    ["none", { amount: null, orgAmount: null }, "unclear"],
    ["one that cannot be read", { amount: 22.222 }, "unclear"],
    ["below nothing", { amount: -22.22 }, "unclear"],
    ["a word", { orgAmount: "22 tenge" }, "unclear"],
    ["two that differ", { Amount: 11.11 }, "unclear"],
    ["an exponent", { amount: "2.222e1" }, "unclear"],
  ])("Q-86: CHARGE with %s", (_what, change, to) => {
    expect(paid(change)).toEqual(to);
  });
  it.each([" CHARGE", "CHARGE ", "CHARGE\n"])("%j is no word of the document", (statusName) => {
    expect(of({ statusName })).toMatchObject({ kind: "unclear", error: { code: "malformed_answer" } });
  });
  it("an unknown word is noted without what could be a card in it", () => {
    const given = of({ statusName: "CARD 4111 1111 1111 1111 REFUSED" });
    expect(given).toMatchObject({ kind: "unclear", error: { params: { raw: "CARD … REFUSED" } } });
  });
  it("a sum that needs every digit is read with every digit", () => {
    const text = JSON.stringify(statusBody(transactionOf({ amount: "A", orgAmount: "A" }))).replaceAll(
      '"A"',
      "999999999999.99",
    );
    expect(readStatus(answer(text), paymentRow({ minor: minor(99_999_999_999_999) }))).toMatchObject({
      minor: 99_999_999_999_999,
    });
  });
  it.each(["AUTH", "CHARGE"])("another sum under %s is told as the bank's, for a person", (statusName) => {
    expect(of({ statusName, amount: 1, orgAmount: 1 })).toMatchObject({ kind: "word", minor: 100 });
  });
  it.each(["CANCEL", "NEW", "3D", "REJECT", "FAILED"])(
    "another sum under %s is no word about this payment",
    (statusName) => {
      expect(of({ statusName, amount: 1, orgAmount: 1 })).toMatchObject({
        kind: "unclear",
        error: { code: "foreign_answer" },
      });
    },
  );
  it("Q-77: a card check that has taken money is for a person, and nothing is verified by it", () => {
    const told = (statusName: string) =>
      readStatus(json(statusBody(checkTransaction({ statusName, orgAmount: 1, amount: 1 }))), checkRow());
    expect(told("VERIFIED")).toMatchObject({ kind: "unclear" });
    expect(told("CHARGE")).toMatchObject({ kind: "word", word: "paid", minor: 100 });
    expect(told("AUTH")).toMatchObject({ kind: "word", word: "authorized", minor: 100 });
  });

  it("Q-85: the document's own sample: 22.22 was paid, 10 went back, 12.22 is left", () => {
    expect(readStatus(answer(sampleText("check-status")))).toEqual({
      kind: "word",
      word: "paid",
      raw: "REFUND",
      unsure: false,
      minor: 2_222,
      operationId: OPERATION,
      cardId: CARD_ID,
      refunded: 1_000,
      facts: {
        reference: "231951411351",
        fee: null,
        bonus: 0,
        card: { mask: "400303...9821", type: "VISA" },
        lines: [],
      },
    });
    expect(readStatus(answer(sampleText("check-status")), paymentRow({ minor: minor(1_222) }))).toMatchObject({
      minor: 2_222,
    });
  });
  it.each<[string, Record<string, unknown>, unknown]>([
    ["all of it", { amount: 0, payoutAmount: 22.22 }, ["paid", 2_222, 2_222]],
    ["a part", { amount: 22.21, payoutAmount: 0.01 }, ["paid", 2_222, 1]],
    [
      "the two do not add up: what went back is not known",
      { amount: 22.22, payoutAmount: 22.22 },
      ["paid", 2_222, undefined],
    ],
    ["a part, of a part of held money that was taken", { amount: 10, payoutAmount: 2.22 }, ["paid", 2_222, 1_222]],
    ["nothing back, against the word", { amount: 22.22, payoutAmount: 0 }, ["paid", 2_222, undefined]],
    ["no payoutAmount", { amount: 12.22, payoutAmount: undefined }, ["paid", 2_222, undefined]],
    ["no orgAmount", { amount: 12.22, payoutAmount: 10, orgAmount: undefined }, ["paid", 2_222, 1_000]],
    ["no orgAmount and no payoutAmount", { amount: 22.22, payoutAmount: undefined, orgAmount: undefined }, "unclear"],
  ])("Q-85: REFUND, %s", (_what, change, to) => {
    expect(paid({ statusName: "REFUND", ...change })).toEqual(to);
  });
});

describe("what else a word brings", () => {
  it("reason and code of a no, by their meaning", () => {
    expect(of({ statusName: "REJECT", reasonCode: "484", reason: " Insufficient funds " })).toMatchObject({
      word: "declined",
      unsure: false,
      minor: null,
      message: "Insufficient funds",
      error: { code: "insufficient_funds", bankCode: "484", bankMessage: "Insufficient funds" },
    });
    expect(of({ statusName: "FAILED", reasonCode: "00" })).toMatchObject({
      error: { code: "declined_by_bank", bankCode: "FAILED" },
    });
    expect(of({ statusName: "FAILED", reasonCode: "XX", reason: null })).toMatchObject({
      error: { code: "declined_by_bank", bankMessage: null },
    });
  });
  it("Q-97: a code that decides nothing, in a final word, is the bank's no without a reason of its own", () => {
    for (const reasonCode of ["454", "459", "460", "0454"])
      expect(of({ statusName: "REJECT", reasonCode })).toMatchObject({ error: { code: "declined_by_bank" } });
  });
  it("3D and the document's own 101", () => {
    expect(of({ statusName: "3D" })).toMatchObject({
      word: "unproven",
      error: { code: "threeds_failed", bankCode: "3D" },
    });
    expect(readStatus(answer(sampleText("check-status-reject")))).toEqual({
      kind: "word",
      word: "declined",
      raw: "101",
      unsure: true,
      minor: null,
      error: expect.objectContaining({ code: "declined_by_bank", bankCode: "101", bankMessage: "reject" }) as unknown,
    });
  });
  it("a card's number is never kept: not as a mask, not in the bank's words", () => {
    const whole = "4400001234567899";
    const given = JSON.stringify([
      of({ cardMask: whole }),
      of({ cardMask: "4400 0012 3456 7899" }),
      of({ cardMask: `x${whole}` }),
      of({ statusName: "REJECT", reason: `card ${whole} or 4400 0012 3456 7899` }),
      readStatus(json({ resultCode: "104", resultMessage: `for ${whole}` })),
    ]);
    expect(given).not.toMatch(/440000\d|4400 0012|3456/);
    expect(of({ cardMask: whole })).toMatchObject({ facts: { card: { mask: "440000...7899" } } });
  });
  it("the bank's number of a card only in its own form", () => {
    expect(of({})).toMatchObject({ cardId: CARD_ID });
    for (const cardID of ["", "111DFSDF-3F43-18V4-V34-ASD12342323", "../x", null])
      expect(of({ cardID })).not.toHaveProperty("cardId");
    expect(of({ statusName: "NEW" })).not.toHaveProperty("cardId");
  });
});

describe("a sale that is to be refunded", () => {
  const look = (given: HttpAnswer): unknown => epay.details?.(contextOf(), INVOICE).read(given);
  const at = Date.UTC(2026, 10, 22, 9, 0, 5, 289);
  it.each<[string, Record<string, unknown>, unknown]>([
    ["charged", {}, { total: 2_222, available: 2_222 }],
    ["charged, without amount", { amount: undefined }, { total: 2_222, available: 2_222 }],
    ["charged, a part of what was held", { amount: 20 }, { total: 2_222, available: 2_000 }],
    [
      "Q-85: a part has gone back",
      { statusName: "REFUND", amount: 12.22, payoutAmount: 10 },
      { total: 2_222, available: 1_222 },
    ],
    [
      "Q-85: a part of what was taken of held money has gone back",
      { statusName: "REFUND", amount: 10, payoutAmount: 2.22 },
      { total: 2_222, available: 1_000 },
    ],
    [
      "Q-85: all has gone back",
      { statusName: "REFUND", amount: 0, payoutAmount: 22.22 },
      { total: 2_222, available: 0 },
    ],
  ])("%s", (_what, change, figures) => {
    expect(look(json(statusBody(transactionOf(change))))).toEqual({
      kind: "details",
      purchaseId: INVOICE,
      operationId: OPERATION,
      at,
      ...(figures as object),
    });
  });
  it.each<[string, HttpAnswer, string, string]>([
    ["AUTH", json(statusBody(transactionOf({ statusName: "AUTH" }))), "refused", "wrong_purchase_status"],
    ["CANCEL", json(statusBody(transactionOf({ statusName: "CANCEL" }))), "refused", "wrong_purchase_status"],
    ["REJECT", json(statusBody(transactionOf({ statusName: "REJECT" }))), "refused", "wrong_purchase_status"],
    ["107", json(statusBody(null, "107")), "refused", "wrong_purchase_status"],
    ["102", json(statusBody(null, "102")), "refused", "purchase_not_found"],
    ["106", json(statusBody(null, "106")), "refused", "terminal_refused"],
    ["HTTP 401", answer("", 401), "refused", "terminal_refused"],
    ["103", json(statusBody(null, "103")), "unclear", "malformed_answer"],
    ["HTTP 502", answer("", 502), "unclear", "bank_unavailable"],
    ["an unknown word", json(statusBody(transactionOf({ statusName: "X" }))), "unclear", "malformed_answer"],
    ["another number", json(statusBody(transactionOf({ invoiceID: "1000000" }))), "unclear", "foreign_answer"],
    ["no number of the operation", json(statusBody(transactionOf({ id: "" }))), "unclear", "malformed_answer"],
    [
      "figures that do not add up",
      json(statusBody(transactionOf({ statusName: "REFUND", payoutAmount: 1 }))),
      "unclear",
      "malformed_answer",
    ],
    [
      "nothing back, against the word",
      json(statusBody(transactionOf({ statusName: "REFUND" }))),
      "unclear",
      "malformed_answer",
    ],
    ["more left than there was", json(statusBody(transactionOf({ amount: 33 }))), "unclear", "malformed_answer"],
  ])("%s", (_what, given, kind, code) => {
    expect(look(given)).toMatchObject({ kind, error: { code } });
  });
});

describe("whether the bank is there", () => {
  const ping = (given: HttpAnswer): unknown => epay.ping(contextOf()).read(given);
  it.each<[string, HttpAnswer, string]>([
    ["102: it knows no such payment, as it should be", json(statusBody(null, "102")), "alive"],
    ["104", json(statusBody(null, "104")), "refused"],
    ["HTTP 401", answer("", 401), "refused"],
    ["HTTP 403", answer("", 403), "refused"],
    ["HTTP 404", answer("<html>", 404), "refused"],
    ["103", json(statusBody(null, "103")), "unclear"],
    ["HTTP 503", answer("", 503), "unclear"],
    ["HTML", answer("<html>"), "unclear"],
  ])("%s", (_what, given, kind) => {
    expect(ping(given)).toMatchObject({ kind });
  });
});
