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

/** `mono` is a clock that cannot be set back. */
export function createKeys(mono: () => number): Keys {
  let keys: { readonly key: string; readonly until: number }[] = [];
  const tokens: string[] = [];
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
      tokens.push(token);
      if (tokens.length > TOKENS) tokens.shift();
      for (const listener of listeners) listener(found);
      return token;
    },
    isToken(given) {
      let found = false;
      for (const token of tokens) if (same(token, given)) found = true;
      return found;
    },
    onExchange: (listener) => void listeners.push(listener),
  };
}

function fresh(): string {
  return randomBytes(32).toString("base64url");
}

/** Over digests, so that the lengths need not be equal. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
