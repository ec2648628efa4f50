/** Who may be a screen: a one-time key, handed over on this machine, is exchanged for a page token. Both are for one view alone. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { View } from "../../contract/snapshot.ts";

/** A key works once and for this long. */
export const KEY_LIFE = 60_000;
const KEYS = 16;
const TOKENS = 32;

export interface Keys {
  /** A fresh key, valid for 60 s. */
  issue(view?: View): string;
  /** The page token for a key; null when it was used, is too old, was never issued or is for another view. */
  exchange(key: string, view?: View): string | null;
  /** Whose token it is; null: nobody's. */
  viewOf(token: string): View | null;
  /** The token of a page at which a person works. */
  isToken(token: string): boolean;
  /** Told when a key has been exchanged. */
  onExchange(listener: (key: string) => void): void;
}

/** A page token by its digest, from which no token can be made. */
export interface TokenDigest {
  readonly digest: string;
  readonly view: View;
}

/** What is left of page tokens over a restart. */
export interface KeptTokens {
  readonly tokens: readonly TokenDigest[];
  /** Told after each change. */
  keep(tokens: readonly TokenDigest[]): void;
}

const NOTHING_KEPT: KeptTokens = { tokens: [], keep: () => undefined };

/** `mono` is a clock that cannot be set back. */
export function createKeys(mono: () => number, kept: KeptTokens = NOTHING_KEPT): Keys {
  let keys: { readonly key: string; readonly view: View; readonly until: number }[] = [];
  let tokens: readonly { readonly digest: Buffer; readonly view: View }[] = newest(kept.tokens, TOKENS).map(
    ({ digest: text, view }) => ({ digest: Buffer.from(text, "base64url"), view }),
  );
  const listeners: ((key: string) => void)[] = [];

  function viewOf(given: string): View | null {
    let found: View | null = null;
    const mine = digest(given);
    for (const token of tokens)
      if (token.digest.length === mine.length && timingSafeEqual(token.digest, mine)) found = token.view;
    return found;
  }

  return {
    issue(view = "cashier") {
      const key = fresh();
      keys = newest([...keys, { key, view, until: mono() + KEY_LIFE }], KEYS);
      return key;
    },
    exchange(given, asked = "cashier") {
      const now = mono();
      let found: string | null = null;
      for (const { key, view, until } of keys) if (same(key, given) && now < until && view === asked) found = key;
      keys = keys.filter(({ key, until }) => key !== found && now < until);
      if (found === null) return null;
      const token = fresh();
      tokens = newest([...tokens, { digest: digest(token), view: asked }], TOKENS);
      kept.keep(tokens.map((one) => ({ digest: one.digest.toString("base64url"), view: one.view })));
      for (const listener of listeners) listener(found);
      return token;
    },
    viewOf,
    isToken: (token) => viewOf(token) === "cashier",
    onExchange: (listener) => void listeners.push(listener),
  };
}

/** Of each view the newest: a page that is opened again and again must not push the other view's out. */
function newest<T extends { readonly view: View }>(all: readonly T[], most: number): T[] {
  return all.filter(({ view }, at) => all.slice(at).filter((one) => one.view === view).length <= most);
}

function fresh(): string {
  return randomBytes(32).toString("base64url");
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Over digests, so that the lengths need not be equal. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}
