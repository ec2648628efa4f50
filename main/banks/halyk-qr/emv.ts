/** The payload of the bank's code (EMVCo Merchant-Presented): read and checked, never changed. */
import { formatMoney, type Minor } from "../../../contract/money.ts";
import { amountOf, idText } from "../exact.ts";
import { utf8 } from "./bytes.ts";

/** ISO 4217: the tenge. */
export const TENGE = "398";

export interface Emv {
  /** As written in tags 53 and 54; null where there is none. */
  readonly currency: string | null;
  readonly amount: string | null;
  /** Tag 62, part 01. */
  readonly bill: string | null;
  /** What tag 63 says, and what it should say. */
  readonly crc: string;
  readonly expectedCrc: string;
}

/** The tags of a payload; null for what is no such payload: bad lengths, a tag twice, no checksum at the end. */
export function readEmv(payload: string): Emv | null {
  const tags = tagsOf(payload);
  const crc = tags?.get("63");
  if (!tags || crc?.length !== 4 || !payload.endsWith(`6304${crc}`)) return null;
  return {
    currency: tags.get("53") ?? null,
    amount: tags.get("54") ?? null,
    bill: idText(tagsOf(tags.get("62") ?? "")?.get("01")),
    crc,
    expectedCrc: crc16(payload.slice(0, -4)),
  };
}

/**
 * Lengths count characters: 59/06 is "АЛМАТЫ", twelve bytes. Characters are code points, as the standard means them;
 * what a sign outside the first plane counts for is nowhere said, and a code unit would cut it in half.
 */
function tagsOf(text: string): ReadonlyMap<string, string> | null {
  const letters = Array.from(text);
  const tags = new Map<string, string>();
  for (let at = 0; at < letters.length;) {
    const head = letters.slice(at, at + 4).join("");
    const tag = head.slice(0, 2);
    if (!/^\d{4}$/.test(head) || tags.has(tag)) return null;
    const end = at + 4 + Number(head.slice(2));
    if (end > letters.length) return null;
    tags.set(tag, letters.slice(at + 4, end).join(""));
    at = end;
  }
  return tags;
}

/** CRC-16/CCITT-FALSE over the UTF-8 bytes of a text, as four capital hex digits. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of utf8(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

export interface Misfit {
  readonly what: "format" | "amount" | "currency" | "billNumber" | "crc";
  /** What the code says instead, for a person. */
  readonly named: string;
}

/**
 * In which ways a payload does not fit the sale it was asked for, the worst first; empty when it fits. The merchant's
 * account and its PAN are not checked: the document's own sample holds another one than was sent.
 */
export function misfits(payload: string, sale: { readonly minor: Minor; readonly bill: string }): Misfit[] {
  const emv = readEmv(payload);
  if (emv === null) return [{ what: "format", named: "" }];
  const amount = amountOf(emv.amount);
  const found: Misfit[] = [];
  if (amount !== sale.minor)
    found.push({ what: "amount", named: amount === null ? (emv.amount ?? "") : formatMoney(amount) });
  if (emv.currency !== null && emv.currency !== TENGE) found.push({ what: "currency", named: emv.currency });
  if (emv.bill !== sale.bill) found.push({ what: "billNumber", named: emv.bill ?? "" });
  if (emv.crc.toUpperCase() !== emv.expectedCrc) found.push({ what: "crc", named: emv.crc });
  return found;
}
