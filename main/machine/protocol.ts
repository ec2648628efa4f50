/** The text of the machine's line (docs/machine.md): a word, fields, a check, a line feed. */

export const VERSION = 1;
/** Longest line in bytes, without its line feed. */
export const LINE_CAP = 200;

/** A field's pattern; a name that ends in `?` may be missing. */
type Shape = Readonly<Record<string, RegExp>>;

const TOKEN = /^[A-Za-z0-9_.-]{1,48}$/;
const ORDER = /^[A-Za-z0-9_-]{1,32}$/;

/** What a machine says. */
const WORDS = {
  HELLO: { v: /^\d{1,3}$/, id: /^[A-Za-z0-9_-]{1,16}$/, boot: /^\d{1,10}$/ },
  PING: {},
  VEND: {
    order: ORDER,
    amount: /^(0|[1-9]\d{0,9})\.\d{2}$/,
    "item?": /^[A-Za-z0-9_-]{1,16}$/,
    "bank?": /^(kaspi|halykQr)$/,
  },
  CANCEL: { order: ORDER },
  BEGIN: { order: ORDER },
  TURNING: { order: ORDER },
  GIVEN: { order: ORDER },
  FAILED: { order: ORDER, reason: TOKEN },
  LOST: { order: ORDER },
  NONE: { order: ORDER },
  NAK: { why: TOKEN, "order?": ORDER },
} as const satisfies Readonly<Record<string, Shape>>;

type Words = typeof WORDS;
type FieldsOf<S> = { readonly [K in keyof S as K extends `${string}?` ? never : K]: string } & {
  readonly [K in keyof S as K extends `${infer Name}?` ? Name : never]?: string;
};
export type FromMachine = { [W in keyof Words]: { readonly word: W } & FieldsOf<Words[W]> }[keyof Words];
export type MachineWord = keyof Words;

/** Why a line says nothing. `check`: it was garbled on its way; the others came as they were sent. */
export type Unread = "check" | "word" | "fields";

export type Read = { readonly ok: true; readonly message: FromMachine } | { readonly ok: false; readonly why: Unread };

/** CRC-16/CCITT-FALSE (polynomial 1021, begins with FFFF) of a text's bytes, as 4 upper-case hex digits. */
export function checkOf(text: string): string {
  let crc = 0xffff;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= (text.charCodeAt(at) & 0xff) << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

/** A whole line with its check and its line feed. `undefined` fields are left out. */
export function lineOf(word: string, fields: Readonly<Record<string, string | number | undefined>> = {}): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const text = [word, ...given.map(([name, value]) => `${name}=${value}`)].join(" ");
  return `${text}*${checkOf(text)}\n`;
}

/** Reads one line without its line feed. A field that is not known is passed over: a later version may say more. */
export function readLine(line: string): Read {
  const cut = line.lastIndexOf("*");
  const text = cut < 0 ? "" : line.slice(0, cut);
  if (cut < 0 || line.slice(cut + 1) !== checkOf(text) || !/^[\x20-\x7e]+$/.test(text))
    return { ok: false, why: "check" };
  const [word = "", ...parts] = text.split(" ");
  if (!isWord(word)) return { ok: false, why: "word" };
  const said = new Map<string, string>();
  for (const part of parts) {
    const at = part.indexOf("=");
    const name = part.slice(0, Math.max(at, 0));
    if (at < 1 || said.has(name)) return { ok: false, why: "fields" };
    said.set(name, part.slice(at + 1));
  }
  const message: Record<string, string> = { word };
  for (const [key, pattern] of Object.entries<RegExp>(WORDS[word])) {
    const name = key.replace("?", "");
    const value = said.get(name);
    if (value === undefined && name !== key) continue;
    if (value === undefined || !pattern.test(value)) return { ok: false, why: "fields" };
    message[name] = value;
  }
  return { ok: true, message: message as unknown as FromMachine };
}

const isWord = (word: string): word is MachineWord => Object.hasOwn(WORDS, word);

/** Cuts bytes into lines. One that is too long is dropped to its end and told as garbled. */
export function createCutter(on: (line: string) => void): (bytes: Uint8Array) => void {
  let kept = "";
  let tooLong = false;
  return (bytes) => {
    const pieces = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").split("\n");
    const rest = pieces.pop() ?? "";
    for (const piece of pieces) {
      const line = (kept + piece).replace(/\r$/, "");
      on(tooLong || line.length > LINE_CAP ? "" : line);
      kept = "";
      tooLong = false;
    }
    kept += rest;
    if (kept.length <= LINE_CAP + 1) return;
    kept = "";
    tooLong = true;
  };
}
