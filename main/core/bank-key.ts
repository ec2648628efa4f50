/** The bank's public key for cards, kept in memory; what is encrypted with it leaves only inside the call it is made for. */
import { appError, type Result } from "../../contract/errors.ts";
import type { Bank, BankCall, BankContext, KeyAnswer } from "./bank.ts";
import { neverLeft } from "./failure.ts";
import type { Ports } from "./ports.ts";

/** Kept no longer than a day (state machines 3.9). */
const KEEP = 24 * 60 * 60 * 1000;

export interface BankKeys {
  /**
   * Makes a call of what is encrypted with the bank's key: `make` gets the context with `seal`. A key that cannot be used
   * is fetched once more, then it is `key_unreadable`; the bank's no to the question for it is handed on. Rejects with
   * HttpFailure `connect` where the key could not be fetched. In none of these cases has a byte of the call left.
   */
  sealed<T>(ctx: BankContext, bank: Bank, make: (ctx: BankContext) => T): Promise<Result<T>>;
  /** The key of a profile is fetched anew for the next call: the bank may have changed it. */
  drop(profileId: string): void;
}

class Unreadable extends Error {}

/** Makes the keys of one till; `send` carries the question for a key. */
export function createBankKeys(
  ports: Pick<Ports, "clock" | "crypto" | "ids" | "log">,
  send: (ctx: BankContext, call: BankCall<KeyAnswer>) => Promise<KeyAnswer>,
): BankKeys {
  const { clock, ids, log } = ports;
  const kept = new Map<string, { readonly text: string; readonly until: number }>();
  const fetching = new Map<string, Promise<KeyAnswer>>();

  function keyOf(ctx: BankContext, bank: Bank): Promise<KeyAnswer> {
    const { id } = ctx.profile;
    const known = kept.get(id);
    if (known && known.until > clock.mono()) return Promise.resolve({ kind: "key", text: known.text });
    const waiting = fetching.get(id);
    if (waiting) return waiting;
    const fetched = fetchKey(ctx, bank).finally(() => fetching.delete(id));
    fetching.set(id, fetched);
    return fetched;
  }

  async function fetchKey(ctx: BankContext, bank: Bank): Promise<KeyAnswer> {
    const own = { ...ctx, requestId: ids.requestId() };
    const call = bank.key?.(own);
    if (!call) return { kind: "refused", error: appError("not_supported") };
    const asked = clock.mono();
    try {
      const answer = await send(own, call);
      if (answer.kind === "key") kept.set(ctx.profile.id, { text: answer.text, until: asked + KEEP });
      return answer;
    } catch (error) {
      throw neverLeft(error);
    }
  }

  function seal(key: string, text: string): string {
    try {
      return ports.crypto.seal(key, text);
    } catch {
      // Not as a cause: what was to be encrypted must not come near an error that is written down.
      throw new Unreadable("the bank's key cannot be used");
    }
  }

  return {
    drop: (profileId) => void kept.delete(profileId),
    async sealed(ctx, bank, make) {
      for (let second = false; ; second = true) {
        const key = await keyOf(ctx, bank);
        if (key.kind !== "key") return { ok: false, error: key.error };
        try {
          return { ok: true, value: make({ ...ctx, seal: (text) => seal(key.text, text) }) };
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
          kept.delete(ctx.profile.id);
          log.warn("bank.key.unreadable", { profile: ctx.profile.id, again: !second });
          if (second) return { ok: false, error: appError("key_unreadable") };
        }
      }
    },
  };
}
