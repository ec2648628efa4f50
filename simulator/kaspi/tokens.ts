import { randomInt } from "node:crypto";

const TOKEN_DIGITS = 41;

/** What a QR says: 41 digits. */
export function newQrToken(): string {
  let digits = String(randomInt(1, 10));
  while (digits.length < TOKEN_DIGITS) digits += String(randomInt(10));
  return digits;
}
