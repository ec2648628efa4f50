/** JSON as a technician writes it, with errors that say where and never repeat the text: it holds secrets. */

import { pathText, type Problem } from "../../contract/problem.ts";

export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const WHOLE = "(the file)";

/** Parses bytes as UTF-8 JSON; a key given twice is an error, since nobody can know which was meant. */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return wrong("is not UTF-8 text; save it as UTF-8");
  }
  if (text.trim() === "") return wrong("is empty");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The engine's message quotes the text around the error: only the place is taken from it.
    const said = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1];
    const position = said === undefined ? strangePosition(text) : Number(said);
    return wrong(
      `is not JSON: ${position === null ? "something is wrong or missing near its end" : `look at ${placeOf(text, position)}`}`,
    );
  }
  const problems = duplicateKeys(text);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value };
}

function wrong(words: string): StrictJson {
  return { ok: false, problems: [{ path: WHOLE, words }] };
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** Where the first thing stands that can be no part of JSON; the engine does not always say. */
function strangePosition(text: string): number | null {
  const token = /\s+|[{}[\],:]|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/y;
  let position = 0;
  while (position < text.length) {
    token.lastIndex = position;
    if (!token.test(text)) return position;
    position = token.lastIndex;
  }
  return null;
}

interface Frame {
  readonly keys: Set<string> | null;
  part: string | number;
}

/** Walks the tokens of valid JSON. `JSON.parse` itself keeps the last of two equal keys in silence. */
function duplicateKeys(text: string): Problem[] {
  const problems: Problem[] = [];
  const frames: Frame[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],]/g;
  let expectKey = false;
  for (const [token] of text.matchAll(tokens)) {
    const frame = frames.at(-1);
    if (token === "{") {
      frames.push({ keys: new Set(), part: "" });
      expectKey = true;
    } else if (token === "[") {
      frames.push({ keys: null, part: 0 });
      expectKey = false;
    } else if (token === "}" || token === "]") {
      frames.pop();
      expectKey = false;
    } else if (token === ",") {
      if (frame && typeof frame.part === "number") frame.part++;
      expectKey = frame?.keys != null;
    } else if (expectKey && frame?.keys) {
      const key = JSON.parse(token) as string;
      frame.part = key;
      if (frame.keys.has(key))
        problems.push({ path: pathText(frames.map(({ part }) => part)), words: "is given twice" });
      frame.keys.add(key);
      expectKey = false;
    }
  }
  return problems;
}
