/** The EMV merchant code the bank draws, after the document's sample of bill 6076034. */

const CURRENCY = "398";
/** Of the bank, whatever mpan the creation asked for. */
const MPAN = "4598950000000000";
const ACCOUNT = "KZ00SIMULATOR0000001";

export interface Code {
  billNumber: string;
  terminal: string;
  merchant: string;
  /** As tag 54 says it. */
  amount: string;
}

/** Tag, length and value; the length counts characters, not bytes. */
function field(tag: string, value: string): string {
  return `${tag}${String(value.length).padStart(2, "0")}${value}`;
}

function payload(code: Code, accountTag: string, merchant: string, city: string): string {
  const account = [
    field("00", "HSBKKZKX"),
    field("01", ACCOUNT),
    field("02", code.terminal),
    field("03", "ONLINEBANK"),
    field("04", "5436130"),
  ].join("");
  return [
    field("00", "01"),
    field("01", "12"),
    field(accountTag, account),
    field("02", MPAN),
    field("52", "7993"),
    field("53", CURRENCY),
    field("54", code.amount),
    field("58", "KZ"),
    field("59", merchant),
    field("60", city),
    field("62", field("01", code.billNumber)),
    "6304",
  ].join("");
}

/** A code with the right check sum. */
export function rightCode(code: Code): string {
  const open = payload(code, "28", code.merchant, "ALMATY");
  return open + crc16(Buffer.from(open, "utf8"));
}

/** As the document's first sample: another account tag, Cyrillic names, an amount nobody asked for, no check sum. */
export function documentCode(code: Code): string {
  return `${payload({ ...code, amount: "1324" }, "26", "АЛМАТЫ", "АЛМАТЫ")}2750`;
}

/** CRC-16/CCITT-FALSE in four capital hexadecimal digits. */
export function crc16(bytes: Uint8Array): string {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}
