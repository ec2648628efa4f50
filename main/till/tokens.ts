import type { Scope } from "../../contract/states.ts";

/** A token as it is kept: its name, its rights and its fingerprint. */
export interface Token {
  readonly name: string;
  readonly may: readonly Scope[];
  readonly hash: string;
}

export interface Tokens {
  /** The token of an Authorization header; null when it is none of ours. */
  find(authorization: string | undefined): Token | null;
  /** Fingerprint of the token of an Authorization header; empty where it holds none. */
  print(authorization: string | undefined): string;
}

/** Whether two fingerprints are equal; the time depends on their length alone. */
function same(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

/** Looks through all tokens whatever it has found: the time says nothing about which one was near. */
export function createTokens(tokens: readonly Token[], hash: (token: string) => string): Tokens {
  function print(authorization: string | undefined): string {
    const given = /^Bearer +([\x21-\x7e]{16,256})$/i.exec(authorization ?? "")?.[1];
    return given === undefined ? "" : hash(given);
  }
  return {
    print,
    find(authorization) {
      const fingerprint = print(authorization);
      if (fingerprint === "") return null;
      let found: Token | null = null;
      for (const token of tokens) if (same(token.hash, fingerprint)) found = token;
      return found;
    },
  };
}
