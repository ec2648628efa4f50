/** What is read from the answers about refunds, and what is not believed. */
import { describe, expect, it } from "vitest";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import type { DetailsAnswer, RefundAnswer, RefundStatusAnswer } from "../../main/core/bank.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";
import { AT } from "../support/rows.ts";
import {
  answer,
  contextOf,
  json,
  mendedText,
  payloadOf,
  REFUND_BILL,
  refundRow,
  SALE_BILL,
  sampleText,
  statusBody,
} from "./halyk-support.ts";

const WHOLE = contextOf();
const take = (given: HttpAnswer, row = refundRow()): RefundAnswer | undefined =>
  halykQr.refund?.(WHOLE, row).read(given);
const ask = (given: HttpAnswer): RefundStatusAnswer | undefined =>
  halykQr.refundStatus?.(WHOLE, refundRow({ bankId: REFUND_BILL })).read(given);
const look = (given: HttpAnswer): DetailsAnswer | undefined => halykQr.details?.(WHOLE, SALE_BILL).read(given);
const says = (change: Readonly<Record<string, unknown>>) => ask(json(statusBody(change)));
const bill = { billNumber: 6_076_034, qrcode: payloadOf(), homebankLink: "-", onlinebankLink: "-", status: "NEW" };

describe("the answer to a refund", () => {
  it("Q-63: is its own bill, which is watched, whatever status it names", () => {
    for (const status of ["NEW", "PAID", "REJECTED", "?", null, undefined])
      expect(take(json({ ...bill, status }))).toEqual({ kind: "pending", bankId: REFUND_BILL });
    expect(take(json({ billNumber: REFUND_BILL }))).toEqual({ kind: "pending", bankId: REFUND_BILL });
  });
  it("Q-63: the document's sample has the purchase's own number: nobody could tell the two apart", () => {
    const byRrn = refundRow({}, { purchaseId: null, rrn: "OBLQR123502391607" });
    expect(take(answer(sampleText("generate-refund")))).toMatchObject({
      kind: "unclear",
      error: { code: "malformed_answer", params: { what: "billNumber", raw: SALE_BILL } },
    });
    expect(take(answer(sampleText("generate-refund")), byRrn)).toEqual({ kind: "pending", bankId: SALE_BILL });
  });
  it.each([
    ["no number", json({ ...bill, billNumber: undefined })],
    ["a word for a number", json({ ...bill, billNumber: "abc" })],
    ["an error with 200", json({ code: "1", message: "error" })],
    ["mended", answer('{"billNumber":6076034,"status":"NEW""}')],
    ["nothing", answer("")],
    ["a page", answer("<html></html>")],
    ["moved", json(bill, 301)],
    ["a bare 400", answer("", 400)],
    ["a bare 401", answer("", 401)],
    ["a proxy's 403", answer("<html>Forbidden</html>", 403)],
    ["a bare 404", answer("", 404)],
    ["a bare 429", answer("", 429)],
    ["a mended no", answer('{"message":"no""}', 400)],
    ["a clock on the way", json({ message: "timeout" }, 408)],
    ["an error of the bank", json({ message: "error" }, 500)],
    ["a gateway without an answer", json({ message: "timeout" }, 504)],
  ])("Q-65: %s proves nothing: the money may have left", (_name, given) => {
    expect(take(given)?.kind).toBe("unclear");
  });
  it.each([
    [400, "bank_refused"],
    [401, "login_refused"],
    [403, "address_not_allowed"],
    [404, "purchase_not_found"],
    [409, "bank_refused"],
    [422, "bank_refused"],
    [429, "rate_limited"],
  ])("Q-68: %i with a JSON object is the service's own no", (status, code) => {
    expect(take(json({ message: "Сумма больше остатка" }, status))).toMatchObject({
      kind: "refused",
      error: { code, bankCode: `HTTP ${status}`, bankMessage: "Сумма больше остатка" },
    });
  });
  it("Q-54: its number keeps every digit", () => {
    for (const token of ["9007199254740993", '"9007199254740993"'])
      expect(take(answer(`{"billNumber":${token}}`))).toEqual({ kind: "pending", bankId: "9007199254740993" });
  });
});

describe("the refund's own bill", () => {
  it.each([
    ["NEW", "pending"],
    ["SCANNED", "pending"],
    ["BLOCKED", "pending"],
    ["AUTH", "pending"],
    ["PAID", "refunded"],
    ["REJECTED", "rejected"],
  ])("Q-63: %s is %s", (status, word) => {
    expect(says({ status })).toMatchObject({ kind: "word", word, raw: status });
  });
  it.each(["paid", "REFUNDED", "", null, 1])("%j changes nothing", (status) => {
    expect(says({ status })).toMatchObject({ kind: "unclear" });
  });
  it("Q-55: PAID names the sum that went back; null is no zero", () => {
    expect(says({})).toMatchObject({ minor: 25_000, message: null });
    expect(says({ amount: 250, fee: null })).toMatchObject({ minor: 25_000 });
    expect(says({ amount: "255", fee: "5" })).toMatchObject({ minor: 25_000 });
    expect(says({ amount: "249" })).toMatchObject({ word: "refunded", minor: 24_900 });
    expect(says({ amount: null })).toMatchObject({ word: "refunded", minor: null });
    for (const amount of ["-250", "250,00", "", {}])
      expect(says({ amount })).toMatchObject({ kind: "unclear", error: { params: { what: "amount" } } });
  });
  it("REJECTED comes with the bank's words", () => {
    expect(says({ status: "REJECTED", errDescription: "Карта закрыта" })).toMatchObject({ message: "Карта закрыта" });
    expect(says({ status: "REJECTED", errDescription: null })).toMatchObject({ message: null });
    expect(says({ status: "NEW", errDescription: "?" })).toMatchObject({ message: null });
  });
  it("Q-53: a mended body says nothing, REJECTED neither: the sum stays reserved", () => {
    for (const name of ["event-paid", "event-rejected", "event-new"])
      expect(ask(answer(sampleText(name)))).toMatchObject({ kind: "unclear" });
  });
  it("Q-63: known by its rrn alone, the purchase's own bill is told by its reference or its time", () => {
    const rrn = "OBLQR123502391607";
    const row = refundRow({ bankId: SALE_BILL }, { purchaseId: null, rrn, sentAt: AT });
    const own = (change: Readonly<Record<string, unknown>>) =>
      halykQr.refundStatus?.(WHOLE, row).read(json(statusBody(change)));
    for (const change of [{}, { reference: null }, { createdDate: null }, { createdDate: "2026-11-22T09:00:05" }])
      expect(own(change)).toMatchObject({ kind: "word", word: "refunded" });
    for (const [what, change] of [
      ["reference", { reference: rrn }],
      ["createdDate", { createdDate: "2026-11-22T13:30:00" }],
      ["createdDate", { createdDate: "2021-07-09T11:14:40" }],
    ] as const)
      for (const status of ["PAID", "REJECTED"])
        expect(own({ ...change, status })).toMatchObject({
          kind: "unclear",
          error: { code: "foreign_answer", params: { what } },
        });
    // By its number it needs no such sign, and a till whose clock is wrong has its refunds all the same.
    expect(says({ createdDate: "2021-07-09T11:14:40" })).toMatchObject({ word: "refunded" });
  });
  it("a bill with another number is no word about this one", () => {
    expect(ask(answer(mendedText("event-paid")))).toMatchObject({
      kind: "unclear",
      error: { code: "foreign_answer", params: { what: "billNumber" } },
    });
    expect(says({ billNumber: 6_076_034 })).toMatchObject({ word: "refunded" });
  });
  it("Q-68: 404 and failures leave it where it is", () => {
    expect(ask(answer("", 404))).toMatchObject({ kind: "notFound" });
    for (const status of [400, 401, 403, 429, 500]) expect(ask(json(statusBody(), status))?.kind).toBe("unclear");
  });
});

describe("a purchase before its refund", () => {
  it("its sum, and nothing about what is left: the bank has no such figure", () => {
    expect(look(json(statusBody()))).toEqual({
      kind: "details",
      purchaseId: SALE_BILL,
      total: 25_000,
      available: null,
      at: Date.UTC(2026, 10, 22, 9, 0, 40),
    });
    expect(look(json(statusBody({ paymentDate: null })))).toMatchObject({ at: Date.UTC(2026, 10, 22, 9, 0, 5) });
    expect(look(json(statusBody({ paymentDate: null, createdDate: "?" })))).toMatchObject({ at: null });
    expect(look(answer(mendedText("event-paid")))).toMatchObject({ kind: "details", total: 25_000 });
  });
  it.each(["NEW", "SCANNED", "BLOCKED", "AUTH", "REJECTED"])(
    "Q-62: %s is not paid and cannot be refunded",
    (status) => {
      expect(look(json(statusBody({ status })))).toMatchObject({
        kind: "refused",
        error: { code: "wrong_purchase_status", bankCode: status },
      });
    },
  );
  it.each([
    ["Q-53: mended", answer(sampleText("event-paid"))],
    ["an unknown word", json(statusBody({ status: "DONE" }))],
    ["no word", json(statusBody({ status: null }))],
    ["no sum", json(statusBody({ amount: null }))],
    ["another bill", json(statusBody({ billNumber: 7 }))],
    ["nothing", answer("")],
    ["an error of the bank", answer("", 500)],
  ])("%s: unclear", (_name, given) => {
    expect(look(given)?.kind).toBe("unclear");
  });
  it("Q-68: 404 is a purchase the bank does not know", () => {
    expect(look(answer("", 404))).toMatchObject({ kind: "refused", error: { code: "purchase_not_found" } });
    expect(look(answer("", 401))).toMatchObject({ kind: "refused", error: { code: "login_refused" } });
  });
});
