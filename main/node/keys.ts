/** Who may be the screen: a one-time key, handed over on this machine, is exchanged for a page token. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A key works once and for this long. */
export const KEY_LIFE = 60_000;
const KEYS = 16;
const TOKENS = 32;

export interface Keys {
  /** A fresh key, valid for 60 s. */
  issue(): string;
  /** The page token for a key; null when it was used, is too old or was never issued. */
  exchange(key: string): string | null;
  isToken(token: string): boolean;
  /** Told when a key has been exchanged. */
  onExchange(listener: (key: string) => void): void;
}

/** What is left of page tokens over a restart: their digests, from which no token can be made. */
export interface KeptTokens {
  readonly digests: readonly string[];
  /** Told after each change. */
  keep(digests: readonly string[]): void;
}

const NOTHING_KEPT: KeptTokens = { digests: [], keep: () => undefined };

/** `mono` is a clock that cannot be set back. */
export function createKeys(mono: () => number, kept: KeptTokens = NOTHING_KEPT): Keys {
  let keys: { readonly key: string; readonly until: number }[] = [];
  let tokens: readonly Buffer[] = kept.digests.slice(-TOKENS).map((text) => Buffer.from(text, "base64url"));
  const listeners: ((key: string) => void)[] = [];
  return {
    issue() {
      const key = fresh();
      keys = [...keys.slice(1 - KEYS), { key, until: mono() + KEY_LIFE }];
      return key;
    },
    exchange(given) {
      const now = mono();
      let found: string | null = null;
      for (const { key, until } of keys) if (same(key, given) && now < until) found = key;
      keys = keys.filter(({ key, until }) => key !== found && now < until);
      if (found === null) return null;
      const token = fresh();
      tokens = [...tokens, digest(token)].slice(-TOKENS);
      kept.keep(tokens.map((one) => one.toString("base64url")));
      for (const listener of listeners) listener(found);
      return token;
    },
    isToken(given) {
      let found = false;
      const mine = digest(given);
      for (const token of tokens) if (token.length === mine.length && timingSafeEqual(token, mine)) found = true;
      return found;
    },
    onExchange: (listener) => void listeners.push(listener),
  };
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
