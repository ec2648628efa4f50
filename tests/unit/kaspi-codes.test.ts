import { describe, expect, it } from "vitest";
import { canonicalCode, meaningOf } from "../../main/banks/kaspi/codes.ts";
import { parseExact } from "../../main/banks/exact.ts";

/** Every spelling of the document, its appendix 3 and public clients, with the canonical code. */
const SPELLINGS: readonly [canonical: string, ...spellings: string[]][] = [
  ["-99000001", "-990000001", "-99000001"],
  ["-99000002", "-99000002", "-990000002", "- 990000002"],
  ["-99000003", "-99000003", "-990000003"],
  ["-99000005", "-990000005", "-99000005"],
  ["-99000006", "-990000006", "-99000006"],
  ["-99000011", "-99000011", "-990000011"],
  ["-99000020", "-99000020", "-990000020"],
  ["99000010", "99000010"],
  ["990000018", "9900000018", "990000018"],
  ["990000026", "9900000026", "990000026"],
  ["990000028", "9900000028", "990000028"],
  ["990000029", "9900000029"],
  ["990000031", "9900000031"],
  ["990000032", "9900000032", "990000032"],
  ["990000033", "9900000033", "990000033", "99000033"],
  ["-14000002", "-14000002"],
  ["-1601", "-1601", "- 1601"],
  ["-1501", "-1501"],
  ["-1502", "-1502"],
  ["-1503", "-1503"],
  ["-999", "-999"],
  ["-10000", "-10000"],
  ["-1401", "-1401"],
  ["-1404", "-1404"],
  ["0", "0", "-0", "00"],
];

describe("StatusCode spellings (Q-01)", () => {
  const rows = SPELLINGS.flatMap(([canonical, ...spellings]) => spellings.map((spelling) => ({ spelling, canonical })));
  it.each(rows)("$spelling is $canonical as text", ({ spelling, canonical }) => {
    expect(canonicalCode(spelling)).toBe(canonical);
  });
  it.each(rows.filter(({ spelling }) => /^-?(0|[1-9]\d*)$/.test(spelling)))(
    "$spelling is $canonical as a number",
    ({ spelling, canonical }) => {
      expect(canonicalCode(parseExact(spelling))).toBe(canonical);
    },
  );
  it.each([undefined, null, true, {}, [], "", "OK", "1.5", "1e3", "0x10", "-", "1234567890123"])(
    "%o is no code, so never success (Q-05)",
    (value) => {
      expect(canonicalCode(value)).toBeNull();
    },
  );
});

describe("meanings", () => {
  it("every code of appendix 3 that can come in a payment has its own meaning", () => {
    expect(meaningOf("-1501")).toBe("device_not_found");
    expect(meaningOf("-1502")).toBe("device_inactive");
    expect(meaningOf("-1503")).toBe("device_elsewhere");
    expect(meaningOf("990000018")).toBe("trade_point_disabled");
    expect(meaningOf("990000026")).toBe("trade_point_without_qr");
    expect(meaningOf("990000028")).toBe("wrong_amount");
    expect(meaningOf("990000033")).toBe("no_payment_methods");
    expect(meaningOf("-999")).toBe("bank_unavailable");
    expect(meaningOf("-10000")).toBe("certificate_missing");
  });
  it.each(["-1401", "-1404", "99000010", "990000029", "-12345"])(
    "%s has none: the bank's own words are shown (Q-02)",
    (code) => {
      expect(meaningOf(code)).toBe("bank_refused");
    },
  );
});
