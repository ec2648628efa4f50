/** The code's payload: read by characters, checked against the sale, and never changed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minor } from "../../contract/money.ts";
import { crc16, misfits, readEmv } from "../../main/banks/halyk-qr/emv.ts";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import type { CreateAnswer } from "../../main/core/bank.ts";
import { answer, contextOf, json, payloadOf, REFUND_BILL, SALE_BILL, saleRow, sampleText } from "./halyk-support.ts";

const codeOf = (name: string): string => (JSON.parse(sampleText(name)) as { readonly qrcode: string }).qrcode;
const FIRST = codeOf("generate-code");
const SECOND = codeOf("status-change");
const sale = { minor: minor(25_000), bill: SALE_BILL };

describe("the document's two payloads", () => {
  it("Q-58: bill 6076034 is whole: CRC, amount, currency and bill number", () => {
    expect(readEmv(SECOND)).toEqual({
      currency: "398",
      amount: "10",
      bill: REFUND_BILL,
      crc: "657A",
      expectedCrc: "657A",
    });
    expect(misfits(SECOND, { minor: minor(1_000), bill: REFUND_BILL })).toEqual([]);
  });
  it("Q-58: bill 2532191 names 1324 for 250 and has a CRC that fits no encoding", () => {
    expect(readEmv(FIRST)).toEqual({
      currency: "398",
      amount: "1324",
      bill: SALE_BILL,
      crc: "2750",
      expectedCrc: "8105",
    });
    expect(misfits(FIRST, sale)).toEqual([
      { what: "amount", named: "1\u2009324\u00a0₸" },
      { what: "crc", named: "2750" },
    ]);
  });
  it("Q-58: lengths count characters: 59/06 and 60/06 hold АЛМАТЫ, twelve bytes each", () => {
    expect(FIRST).toContain("5906АЛМАТЫ6006АЛМАТЫ");
    const asBytes = Buffer.from(FIRST).toString("latin1");
    expect(readEmv(asBytes)).toBeNull();
  });
  it("Q-58: the merchant's account stands in tag 26 here and in 28 there: neither is needed", () => {
    expect([FIRST.slice(12, 14), SECOND.slice(12, 14)]).toEqual(["26", "28"]);
  });
  it("Q-100: the mpan in the code is another than the one that was sent; it is not checked", () => {
    expect(FIRST).toContain("02164598957668810444");
    const context = contextOf({ mpan: "4598958946319737" });
    const read = halykQr.create(context, saleRow({ bankId: null }), { phone: null, paying: null });
    const created = read.read(answer(sampleText("generate-code")));
    expect(created).toMatchObject({ kind: "created", warning: { params: { what: "amount, crc" } } });
  });
});

describe("CRC-16/CCITT-FALSE", () => {
  it("gives the check value of its definition", () => {
    expect(crc16("123456789")).toBe("29B1");
    expect(crc16("")).toBe("FFFF");
    // A leading zero is kept.
    expect(crc16("ZG")).toMatch(/^[0-9A-F]{4}$/);
  });
  it("runs over UTF-8", () => {
    expect(crc16("Ы")).toBe(crc16("Ы".normalize()));
    expect(crc16("Ы")).not.toBe(crc16("\u00d0\u00ab"));
  });
});

describe("what does not fit", () => {
  const what = (payload: string): string[] => misfits(payload, sale).map((misfit) => misfit.what);
  it.each([
    ["a whole one", payloadOf(), []],
    ["no decimals", payloadOf({ amount: "250" }), []],
    ["no currency", payloadOf({ currency: "" }), []],
    ["a name beyond the first plane", payloadOf({ name: "🍏 ДҮКЕН" }), []],
    ["a tiyn less", payloadOf({ amount: "249.99" }), ["amount"]],
    ["no amount: the customer would type one", payloadOf({ amount: "" }), ["amount"]],
    ["an amount that is none", payloadOf({ amount: "250,00" }), ["amount"]],
    ["dollars", payloadOf({ currency: "840" }), ["currency"]],
    ["another bill", payloadOf({ bill: REFUND_BILL }), ["billNumber"]],
    ["no bill", payloadOf({ bill: "" }), ["billNumber"]],
    ["a CRC of zeros", payloadOf().replace(/.{4}$/, "0000"), ["crc"]],
    ["a CRC in small letters", payloadOf().slice(0, -4) + payloadOf().slice(-4).toLowerCase(), []],
    [
      "everything at once",
      `${payloadOf({ amount: "1", currency: "643", bill: "7" }).slice(0, -4)}0000`,
      ["amount", "currency", "billNumber", "crc"],
    ],
    ["cut off", payloadOf().slice(0, -1), ["format"]],
    ["a sign more", `${payloadOf()}0`, ["format"]],
    ["a tag twice", payloadOf().replace("000201", "000201000201"), ["format"]],
    ["no CRC", payloadOf().slice(0, -8), ["format"]],
    ["something after the CRC", `${payloadOf()}640201`, ["format"]],
    ["an address", "https://homebank.kz/pay/1", ["format"]],
    ["nothing", "", ["format"]],
  ])("%s", (_name, payload, expected) => {
    expect(what(payload)).toEqual(expected);
  });
  it("any text is read without an exception, and one changed sign is always found", () => {
    // Letters of one byte: a CRC finds every change of that length, not every one of another.
    const whole = payloadOf({ name: "ALMATY" });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(() => misfits(text, sale)).not.toThrow();
      }),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.constantFrom("0", "1", "2", "5", "9", "A", "F"), (at, sign) => {
        fc.pre(whole[at] !== sign);
        expect(what(whole.slice(0, at) + sign + whole.slice(at + 1))).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("warn or block", () => {
  const read = (emvMismatch: string, payload: string): CreateAnswer =>
    halykQr
      .create(contextOf({ emvMismatch }), saleRow({ bankId: null }), { phone: null, paying: null })
      .read(json({ billNumber: 2_532_191, qrcode: payload, status: "NEW" }));
  const params = { what: "amount", asked: "250\u00a0₸", named: "300\u00a0₸" };

  it("Q-58: warn: shown exactly as received, with a warning", () => {
    const payload = payloadOf({ amount: "300" });
    expect(read("warn", payload)).toMatchObject({ kind: "created", payload, warning: { code: "qr_mismatch", params } });
    expect(read("warn", payloadOf())).not.toHaveProperty("warning");
  });
  it("Q-58: block: never shown", () => {
    expect(read("block", payloadOf({ amount: "300" }))).toMatchObject({
      kind: "refused",
      error: { code: "qr_mismatch", params },
    });
    expect(read("block", payloadOf())).toMatchObject({ kind: "created", payload: payloadOf() });
    expect(read("block", "not a payload")).toMatchObject({ kind: "refused", error: { params: { what: "format" } } });
  });
  it("Q-58: what fits is passed on to the letter, spaces and Cyrillic too", () => {
    for (const name of ["АЛМАТЫ", "Дүкен  1 ", "THE KITCHEN"]) {
      const payload = payloadOf({ name });
      expect(read("block", payload)).toMatchObject({ kind: "created", payload });
    }
  });
});
