/** StatusCodes of Kaspi QR v3.9, appendix 3, in every spelling found. */
import type { ErrorCode } from "../../../contract/errors.ts";
import { NumberText } from "../exact.ts";

/** Canonical code -> what it means at this till. A code that is not here has no documented meaning. */
const MEANINGS: Readonly<Record<string, ErrorCode>> = {
  "-999": "bank_unavailable",
  "-10000": "certificate_missing",
  "-1501": "device_not_found",
  "-1502": "device_inactive",
  "-1503": "device_elsewhere",
  "-1601": "purchase_not_found",
  "-14000002": "no_trade_points",
  "-99000001": "purchase_not_found",
  "-99000002": "trade_point_not_found",
  "990000018": "trade_point_disabled",
  "990000026": "trade_point_without_qr",
  "990000028": "wrong_amount",
  "990000033": "no_payment_methods",
};

/** Endings of the family 99…0nn that the document prints with a digit more or less. */
const NEGATIVE = new Set([1, 2, 3, 5, 6, 11, 20]);
const POSITIVE = new Set([10, 18, 26, 28, 29, 31, 32, 33]);

/** A StatusCode as canonical text, whatever its spelling: number, string, inner spaces; null when it is no code. */
export function canonicalCode(value: unknown): string | null {
  const text = (value instanceof NumberText ? value.text : typeof value === "string" ? value : "").replaceAll(" ", "");
  const match = /^([+-]?)(\d{1,12})$/.exec(text);
  if (!match) return null;
  const sign = match[1] === "-" ? "-" : "";
  const digits = (match[2] ?? "").replace(/^0+(?=\d)/, "");
  const family = digits.length >= 8 && digits.length <= 10 ? /^99(0+)([1-9]\d?)$/.exec(digits) : null;
  const n = Number(family?.[2]);
  // 99000010 stands in the document with eight digits and a plus sign; the others of its sign have nine.
  if (family && sign === "-" && NEGATIVE.has(n)) return `-99${String(n).padStart(6, "0")}`;
  if (family && sign === "" && POSITIVE.has(n)) return n === 10 ? "99000010" : `99${String(n).padStart(7, "0")}`;
  return digits === "0" ? "0" : sign + digits;
}

/** The meaning of a canonical code; `bank_refused` where the document gives none. */
export function meaningOf(code: string): ErrorCode {
  return MEANINGS[code] ?? "bank_refused";
}
