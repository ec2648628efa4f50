/** StatusCodes of Kaspi QR v3.9, appendix 3, in every spelling found. */
import type { ErrorCode } from "../../../contract/errors.ts";
import { NumberText } from "../exact.ts";

/**
 * Canonical code -> what it means at this till. The document lists the codes of the last group as possible answers of the
 * remote methods and leaves them out of its appendix 3: a definite no whose reason is in the bank's own words.
 */
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
  "-99000003": "other_trade_point",
  "-99000005": "refund_too_large",
  "-99000006": "refund_unconfirmed",
  "-99000011": "wrong_purchase_status",
  "-99000020": "partial_refund_impossible",
  "990000018": "trade_point_disabled",
  "990000026": "trade_point_without_qr",
  "990000028": "wrong_amount",
  "990000033": "no_payment_methods",
  "-1401": "bank_refused",
  "-1404": "bank_refused",
  "99000010": "bank_refused",
  "990000029": "bank_refused",
  "990000031": "bank_refused",
  "990000032": "bank_refused",
};

/** "Temporarily unavailable" and "refund error, try again": neither says that nothing was done. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(["-999", "-99000006"]);

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

/** Whether a canonical code means, on a call that moves money, that nothing was done. */
export function isDefiniteNo(code: string): boolean {
  return Object.hasOwn(MEANINGS, code) && !SAYS_NOTHING.has(code);
}
