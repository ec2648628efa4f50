/** Decimal text to tiyn; null when it is not a plain decimal with at most two places. */
export function toMinor(text: string): bigint | null {
  const match = /^(-?)(\d{1,16})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) return null;
  const minor = BigInt(match[2] + (match[3] ?? "").padEnd(2, "0"));
  return match[1] ? -minor : minor;
}

/** Tiyn to decimal text with two places, as the document writes amounts ("200.00"). */
export function fromMinor(minor: bigint): string {
  const digits = String(minor < 0n ? -minor : minor).padStart(3, "0");
  return `${minor < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
