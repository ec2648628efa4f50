/** A number of a request, kept as the text it was written with: Int64 and money do not survive a double. */
export class NumberText {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

/** JSON text put into an answer as it is. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | string | NumberText | Json[] | { [key: string]: Json };

export type Writable =
  | null
  | boolean
  | string
  | number
  | bigint
  | RawJson
  | NumberText
  | readonly Writable[]
  | { readonly [key: string]: Writable | undefined };

type Reviver = (this: unknown, key: string, value: unknown, context: { source: string }) => unknown;

/** Parses JSON with every number as its source text. Throws SyntaxError. */
export function parseJson(text: string): Json {
  const keepSource: Reviver = (_key, value, context) =>
    typeof value === "number" ? new NumberText(context.source) : value;
  return JSON.parse(text, keepSource as (this: unknown, key: string, value: unknown) => unknown) as Json;
}

/** Writes JSON with bigints unquoted and raw pieces verbatim. */
export function writeJson(value: Writable): string {
  if (value instanceof RawJson) return value.text;
  if (value instanceof NumberText) return value.source;
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Writable) => writeJson(item)).join(",")}]`;
  const members: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${writeJson(member)}`);
  }
  return `{${members.join(",")}}`;
}

/** Members of a change of an answer: `{raw: "…"}` is JSON text to be written as it is. */
export function rawMembers(members: Record<string, unknown>): Record<string, RawJson> {
  const raw = (value: unknown): RawJson =>
    isObject(value) && typeof value.raw === "string" && Object.keys(value).length === 1
      ? new RawJson(value.raw)
      : new RawJson(JSON.stringify(value));
  return Object.fromEntries(Object.entries(members).map(([key, value]) => [key, raw(value)]));
}

/** Plain JSON for the control interface: bigints and kept numbers become strings. */
export function writePlain(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member === "bigint") return String(member);
    if (member instanceof NumberText) return member.source;
    return member;
  });
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberText) &&
    !(value instanceof RawJson)
  );
}
