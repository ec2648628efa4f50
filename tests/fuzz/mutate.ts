/** Broken things made of whole ones: one, two or three changes, so that most of them get past the first look. */
import { seeded } from "../support/random.ts";

const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53 + 2,
  "",
  " ",
  "0",
  "-1",
  "1e3",
  "NaN",
  "null",
  "\u0000",
  "\ufeff",
  "\ud800",
  "ﷺ",
  "../../etc/passwd",
  "__proto__",
  "constructor",
  "%s%n",
  "'; DROP TABLE payments; --",
  "<script>alert(1)</script>",
  "x".repeat(300),
  "9".repeat(40),
  [],
  [[]],
  {},
  { toString: 1 },
  { $ref: "#" },
];
const PIECES = [
  '"',
  ",",
  "}",
  "{",
  "]",
  "[",
  ":",
  "\\",
  "null",
  "0",
  "-",
  ".",
  "e9",
  "\u0000",
  "\ufeff",
  "\r\n",
  "%00",
];
const KEYS = ["", "id", "__proto__", "constructor", "toJSON", "amount", "ID", "x".repeat(200)];

type Json = Record<string, unknown> | unknown[];

export interface Mutator {
  /** A whole number from 0 below `bound`. */
  below(bound: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** A copy of plain data with something in it changed, taken away, added or nested. */
  value(whole: unknown): unknown;
  text(whole: string): string;
  bytes(whole: Uint8Array): Uint8Array;
}

export function createMutator(seed: number): Mutator {
  const random = seeded(seed);
  const below = (bound: number): number => Math.floor(random() * bound);
  const chance = (share: number): boolean => random() < share;
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

  /** Every place of a value: what holds it, and under which name. */
  function places(value: unknown, found: [Json, string][] = []): [Json, string][] {
    if (typeof value !== "object" || value === null) return found;
    for (const key of Object.keys(value)) {
      found.push([value as Json, key]);
      places((value as Record<string, unknown>)[key], found);
    }
    return found;
  }

  function change(root: { whole: unknown }): void {
    const [holder, key] = pick(places(root));
    const at = holder as Record<string, unknown>;
    const old = at[key];
    const ways: (() => void)[] = [
      () => void (at[key] = structuredClone(pick(ODD))),
      () =>
        void (holder === root
          ? (at[key] = pick(ODD))
          : Array.isArray(holder)
            ? // Not splice: it asks the list's own "constructor", which may be odd by now.
              (holder.copyWithin(Number(key), Number(key) + 1), (holder.length -= 1))
            : delete at[key]),
      () => {
        const target = typeof old === "object" && old !== null && !Array.isArray(old) ? old : at;
        if (target !== root)
          Object.defineProperty(target, pick(KEYS), {
            value: pick(ODD),
            enumerable: true,
            configurable: true,
            writable: true,
          });
      },
      () => void (at[key] = pick([[old], { [key]: old }, plain(old), Number(plain(old))])),
      () => void (at[key] = typeof old === "string" ? text(old) : typeof old === "number" ? -old : old),
      () => void (at[key] = nested(200 + below(800), old)),
      () => void (at[key] = typeof old === "string" ? old.repeat(2 + below(400)) : old),
    ];
    // The slight ones more often: what is quite another thing is refused at the door.
    pick(chance(0.6) ? ways.slice(0, 5) : ways)();
  }

  function text(whole: string): string {
    let out = whole;
    for (let n = 1 + below(3); n > 0; n -= 1) {
      const at = below(out.length + 1);
      const put = pick([
        () => "",
        () => pick(PIECES),
        () => String.fromCharCode(below(0x250)),
        () => out.slice(at, at + below(40)),
      ])();
      out = out.slice(0, at) + put + out.slice(at + below(6));
    }
    return chance(0.05) ? out.slice(0, below(out.length + 1)) : out;
  }

  return {
    below,
    chance,
    pick,
    text,
    value(whole) {
      const root = { whole: structuredClone(whole) };
      for (let n = chance(0.7) ? 1 : 1 + below(3); n > 0; n -= 1) change(root);
      return root.whole;
    },
    bytes(whole) {
      const out = Uint8Array.from(whole);
      for (let n = 1 + below(4); n > 0 && out.length > 0; n -= 1)
        out[below(out.length)] = chance(0.5) ? below(256) : (out[below(out.length)] ?? 0) ^ (1 << below(8));
      return chance(0.05) ? out.slice(0, below(out.length + 1)) : out;
    },
  };
}

/** As text, whatever it is: `String` of a list of objects calls what stands in them. */
function plain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
}

function nested(depth: number, inside: unknown): unknown {
  let value = inside;
  for (let n = 0; n < depth; n += 1) value = [value];
  return value;
}
