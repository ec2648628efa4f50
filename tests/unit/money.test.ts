import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, formatMoney, groupDigits, minor, parseAmount } from "../../contract/money.ts";

describe("money", () => {
  it.each([
    ["5000", 500_000],
    ["5000.0", 500_000],
    ["5000.00", 500_000],
    ["0.01", 1],
    ["19.99", 1_999],
    ["999999999999.99", 99_999_999_999_999],
  ])("%s is %d tiyn", (text, tiyn) => {
    expect(parseAmount(text)).toBe(tiyn);
  });
  it.each(["", " 1", "1 ", "01", "1.", ".5", "1.234", "-1", "+1", "1e3", "1,5", "NaN", "1000000000000", "٥"])(
    "%o is refused",
    (text) => {
      expect(parseAmount(text)).toBeNull();
    },
  );
  it("what is written is read back to the tiyn", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999_999 }), (n) => {
        expect(parseAmount(formatAmount(minor(n)))).toBe(n);
      }),
    );
  });
  it("only whole, safe, non-negative numbers are minor units", () => {
    for (const bad of [-1, 0.5, Number.NaN, Infinity, 2 ** 53]) expect(() => minor(bad)).toThrow(RangeError);
  });
  it("a sum for a person: thin space between thousands, no-break space before the sign, tiyn only when there are any (U2)", () => {
    expect(formatMoney(minor(250_000))).toBe("2\u2009500\u00a0₸");
    expect(formatMoney(minor(100_000_000))).toBe("1\u2009000\u2009000\u00a0₸");
    expect(groupDigits(minor(123_405))).toBe("1\u2009234,05");
    expect(groupDigits(minor(0))).toBe("0");
  });
});
