/** The till API while tokens come and go: off with none, and no open stream outlives its token. */
import type { Language } from "../contract/states.ts";
import type { Core } from "./core/index.ts";
import type { Crypto, Log } from "./core/ports.ts";
import type { Handler } from "./servers.ts";
import { tokenHash } from "./settings/apply.ts";
import type { StoredToken } from "./settings/stored.ts";
import { createTillApi, type TillApi } from "./till/api.ts";
import { createSlowDown } from "./till/slow-down.ts";
import { createTokens } from "./till/tokens.ts";

export interface ApiSwitch {
  use(tokens: readonly StoredToken[]): void;
  /** null while the API is off. */
  handler(): Handler | null;
  close(): void;
}

export function createApiSwitch(parts: {
  readonly core: Core;
  readonly stores: { readonly crypto: Crypto; readonly log: Log };
  readonly version: string;
  readonly language: () => Language;
}): ApiSwitch {
  let api: TillApi | null = null;
  // One for all: a change of tokens forgives nobody.
  const slowDown = createSlowDown(
    () => performance.now(),
    (wrong) => parts.stores.log.warn("till.wrong_tokens", { wrong }),
  );
  return {
    use(tokens) {
      // Clients of a stream come back by themselves and go on where they were.
      api?.close();
      api = null;
      if (tokens.length === 0) return;
      const kept = createTokens(tokens, (token) => tokenHash(parts.stores.crypto, token));
      const { core, version } = parts;
      api = createTillApi({ core, tokens: kept, slowDown, version, language: parts.language() });
    },
    handler: () => api && api.handle,
    close: () => api?.close(),
  };
}
