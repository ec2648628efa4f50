/** Finds marked secrets in whatever a program has written or said, in every form it might have taken on the way. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Bytes are for what is no text: a key. */
export interface Canary {
  readonly name: string;
  readonly value: string | Buffer;
}

/** Base64 of a text that begins at any place in what was encoded; the ends, which depend on the neighbours, are left out. */
function base64Of(bytes: Buffer): string[] {
  return [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const from = shift === 0 ? 0 : 4;
    return text.slice(from, text.length - (text.endsWith("=") ? 4 : 0));
  });
}

/** The forms of a value: as it is, escaped for JSON, a form or HTML, hex, base64, UTF-16; of digits, also in groups. */
export function formsOf(value: string | Buffer): Buffer[] {
  if (typeof value !== "string") return [value, ...encoded(value)];
  const texts = new Set([
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  ]);
  if (/^\d{12,}$/.test(value))
    for (const sign of [" ", "-", "\u00a0"]) texts.add(value.replaceAll(/(\d{4})(?=\d)/g, `$1${sign}`));
  const plain = [...texts].map((text) => Buffer.from(text, "utf8"));
  return [...plain, ...encoded(Buffer.from(value, "utf8")), Buffer.from(value, "utf16le")];
}

function encoded(bytes: Buffer): Buffer[] {
  const base64 = base64Of(bytes).filter((text) => text.length >= 8);
  const texts = new Set([
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    ...base64.map((text) => encodeURIComponent(text)),
  ]);
  return [...texts].map((text) => Buffer.from(text, "utf8"));
}

/** Looks for canaries; each find is `name in place`. */
export function createSearch(canaries: readonly Canary[]): (place: string, content: Buffer | string) => string[] {
  const wanted = canaries.map(({ name, value }) => {
    // A short one is found by chance.
    if (value.length < 6) throw new Error(`${name} is too short to be looked for`);
    return { name, forms: formsOf(value) };
  });
  return (place, content) => {
    const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    return wanted
      .filter(({ forms }) => forms.some((form) => bytes.includes(form)))
      .map(({ name }) => `${name} in ${place}`);
  };
}

/** Every file below a folder. */
export async function filesBelow(folder: string): Promise<{ readonly path: string; readonly content: Buffer }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(path) })));
}
