/** UTF-8 and base64 by hand: the banks' code knows no host, so neither TextEncoder nor btoa is there. */

/** The UTF-8 bytes of a text; half a surrogate pair becomes U+FFFD, as every encoder has it. */
export function utf8(text: string): number[] {
  return Array.from(encodeURIComponent(text.toWellFormed()).matchAll(/%(..)|./g), ([one, hex]) =>
    hex === undefined ? one.charCodeAt(0) : Number.parseInt(hex, 16),
  );
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 with padding (RFC 4648, section 4). */
export function base64(bytes: readonly number[]): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const three = bytes.slice(at, at + 3);
    const bits = three.reduce((sum, byte, index) => sum | (byte << (16 - 8 * index)), 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((bits >> shift) & 63));
    text += digits
      .slice(0, three.length + 1)
      .join("")
      .padEnd(4, "=");
  }
  return text;
}
