import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  amountOf,
  dateOf,
  field,
  idText,
  NumberText,
  numberToken,
  parseExact,
  secondsOf,
} from "../../main/banks/exact.ts";

const number = (text: string): NumberText => new NumberText(text);

describe("numbers of an answer are read from their source text (Q-07)", () => {
  it.each(["9007199254740993", "9223372036854775807", "12800627774", "1"])("id %s survives to the digit", (id) => {
    expect(idText(field(parseExact(`{"QrPaymentId": ${id}}`), "QrPaymentId"))).toBe(id);
    expect(idText(field(parseExact(`{"QrPaymentId": "${id}"}`), "QrPaymentId"))).toBe(id);
  });
  it.each(["0", "-1", "1.5", "1e3", "12345678901234567890", '""', "null", "true", '"15 "', '"0x1"'])(
    "%s is no id",
    (text) => {
      expect(idText(parseExact(text))).toBeNull();
    },
  );
  it("amounts are whole tiyn, never a float (Q-16)", () => {
    expect(amountOf(number("200.00"))).toBe(20_000);
    expect(amountOf(number("19.99"))).toBe(1_999);
    expect(amountOf("1250.1")).toBe(125_010);
    expect(amountOf(number("0.3000"))).toBe(30);
    for (const bad of [number("1.001"), number("-1"), number("1e2"), "1,5", null, "", number("0.30000000000000004")])
      expect(amountOf(bad)).toBeNull();
  });
  it("an amount is written as a number token with two decimals", () => {
    expect(JSON.stringify({ Amount: numberToken("200.00") })).toBe('{"Amount":200.00}');
  });
  it("any JSON is parsed as JSON.parse parses it, but for its numbers", () => {
    const plain = (value: unknown): unknown => {
      if (value instanceof NumberText) return Number(value.text);
      if (Array.isArray(value)) return value.map(plain);
      if (value && typeof value === "object")
        return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
      return value;
    };
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plain(parseExact(text))).toEqual(plain(JSON.parse(text)));
      }),
    );
  });
});

describe("fields", () => {
  it("envelope keys are found in any letter case (Q-10), never on a prototype", () => {
    expect(field({ message: "OK" }, "Message")).toBe("OK");
    expect(field({ STATUSCODE: "0" }, "StatusCode")).toBe("0");
    expect(field({}, "constructor")).toBeUndefined();
    expect(field(JSON.parse('{"__proto__":{"Status":"Processed"}}'), "Status")).toBeUndefined();
    for (const odd of [null, [], "text", number("1"), undefined]) expect(field(odd, "Status")).toBeUndefined();
  });
});

describe("timers of the bank are clamped (Q-14)", () => {
  it.each([
    [number("5"), 5_000],
    [number("0"), 5_000],
    [number("-5"), 5_000],
    ["5", 5_000],
    [null, 5_000],
    [undefined, 5_000],
    [number("0.1"), 1_000],
    [number("7"), 7_000],
    [number("100000"), 60_000],
    [number("1e400"), 5_000],
  ])("%o -> %d ms", (value, ms) => {
    expect(secondsOf(value, 5, 1, 60)).toBe(ms);
  });
});

describe("one tolerant date reader (Q-23)", () => {
  it.each([
    ["2020-08-09T18:31:42+06", "2020-08-09T12:31:42.000Z"],
    ["2020-01-16T10:30:00+06", "2020-01-16T04:30:00.000Z"],
    ["2021-11-3T11:55:14.166+06:00", "2021-11-03T05:55:14.166Z"],
    ["2021-12-08T11:35:48.1566667", "2021-12-08T05:35:48.156Z"],
    ["2025-10-22T17:10:50.717+05:00", "2025-10-22T12:10:50.717Z"],
    ["2021-07-09T11:14:40", "2021-07-09T05:14:40.000Z"],
    ["2025-07-09T11:14:40", "2025-07-09T06:14:40.000Z"],
    ["2022-11-15T03:52:17.289853+06:00", "2022-11-14T21:52:17.289Z"],
    ["2024-02-29T23:59:59", "2024-02-29T17:59:59.000Z"],
    ["2024-03-01T00:30:00", "2024-02-29T19:30:00.000Z"],
    ["2024-03-01T12:00:00Z", "2024-03-01T12:00:00.000Z"],
    ["2024-03-01T12:00:00-0330", "2024-03-01T15:30:00.000Z"],
  ])("%s", (text, utc) => {
    expect(new Date(dateOf(text) ?? Number.NaN).toISOString()).toBe(utc);
  });
  it.each([
    "datetime",
    "",
    null,
    undefined,
    5,
    "2021-13-01T00:00:00",
    "2021-02-30T00:00:00",
    "2021-01-01",
    "2021-01-01T25:00:00",
  ])("%o is no date", (value) => {
    expect(dateOf(value)).toBeNull();
  });
  it("never throws", () => {
    fc.assert(fc.property(fc.anything(), (value) => void dateOf(value)));
  });
});
