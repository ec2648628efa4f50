/** A line of docs/machine.md as a firmware would make and read it; it shares no code with the till. */

const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1;
  return value & 0xffff;
});

function crcOf(text: string): string {
  let crc = 0xffff;
  for (const byte of Buffer.from(text, "latin1")) crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ byte] ?? 0);
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

export interface Said {
  readonly word: string;
  readonly fields: Readonly<Record<string, string>>;
}

export function lineOf(word: string, fields: Readonly<Record<string, string | number>> = {}): string {
  const text = [word, ...Object.entries(fields).map(([name, value]) => `${name}=${value}`)].join(" ");
  return `${text}*${crcOf(text)}\n`;
}

/** null: it was garbled. */
export function read(line: string): Said | null {
  const text = line.slice(0, -5);
  if (line.at(-5) !== "*" || line.slice(-4) !== crcOf(text)) return null;
  const [word = "", ...fields] = text.split(" ");
  return { word, fields: Object.fromEntries(fields.map((field) => field.split("=", 2))) };
}
