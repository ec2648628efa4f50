/**
 * The right to a call, where a bank wants one of its own for it (OAuth): asked for first, kept where it may be kept, and
 * put into the call. Tokens live in memory alone; nothing here writes one down.
 */
import type { BankCall, BankContext, GrantNeed, Refused, Unclear } from "./bank.ts";
import { neverLeft } from "./failure.ts";
import { HttpFailure, type Clock, type HttpAnswer } from "./ports.ts";

/** One that is about to end is not used: the call with it takes its own time. */
const EARLY = 60_000;
const UNAUTHORIZED = 401;

export interface Grants {
  /**
   * Sends a call that needs a right. Rejects with HttpFailure, whose reach is `connect` where the right could not be had:
   * not one byte of the call itself has left then. A clear no to the question for it is the call's own `refused`, and for
   * a call that is not safe so is an answer that cannot be read. `isWanted` is asked once more when the right is there.
   */
  send<Event>(
    ctx: BankContext,
    call: BankCall<Event>,
    need: GrantNeed,
    isWanted: () => boolean,
  ): Promise<Event | Refused | Unclear>;
}

interface Kept {
  readonly token: string;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** One exchange; `unauthorized` says whether the answer was HTTP 401. */
export type Exchange = <Event>(
  ctx: BankContext,
  call: BankCall<Event>,
) => Promise<{ readonly event: Event; readonly unauthorized: boolean }>;

/** Whether the bank does not accept the token the call came with. */
export const isUnauthorized = ({ status }: HttpAnswer): boolean => status === UNAUTHORIZED;

/** Makes the rights of one till; it holds none yet. */
export function createGrants(clock: Pick<Clock, "mono">, exchange: Exchange): Grants {
  const kept = new Map<string, Kept>();
  const asking = new Map<string, Promise<string | Refused | Unclear>>();

  function held(name: string): string | null {
    for (const [other, { until }] of kept) if (until <= clock.mono()) kept.delete(other);
    return kept.get(name)?.token ?? null;
  }

  async function ask(
    ctx: BankContext,
    { ask: question }: GrantNeed,
    name: string | null,
  ): Promise<string | Refused | Unclear> {
    if (question === null) throw new HttpFailure("connect", "closed", "the right to it is over");
    const asked = clock.mono();
    try {
      const { event } = await exchange(ctx, question);
      if (event.kind !== "grant") return event;
      if (name !== null) kept.set(name, { token: event.token, until: asked + event.lifeMs - EARLY });
      return event.token;
    } catch (error) {
      throw neverLeft(error);
    }
  }

  /** One question at a time for each name: whoever comes meanwhile waits for its answer. */
  function tokenFor(ctx: BankContext, need: GrantNeed): Promise<string | Refused | Unclear> {
    if (need.keep === null) return ask(ctx, need, null);
    const name = `${ctx.profile.id} ${need.keep}`;
    const known = held(name);
    if (known !== null) {
      // Only what follows the operation comes for it, and that is sent once.
      if (need.ask === null) kept.delete(name);
      return Promise.resolve(known);
    }
    const waiting = asking.get(name);
    if (waiting) return waiting;
    const token = ask(ctx, need, name).finally(() => asking.delete(name));
    asking.set(name, token);
    return token;
  }

  function drop(ctx: BankContext, { keep }: GrantNeed, token: string): void {
    const name = `${ctx.profile.id} ${keep}`;
    if (kept.get(name)?.token === token) kept.delete(name);
  }

  return {
    async send(ctx, call, need, isWanted) {
      for (let second = false; ; second = true) {
        const token = await tokenFor(ctx, need);
        if (typeof token !== "string") return call.danger === "safe" ? token : { kind: "refused", error: token.error };
        if (!isWanted()) throw new HttpFailure("connect", "closed", "given up before it left");
        const answer = await exchange(ctx, withToken(call, need, token));
        if (answer.unauthorized) drop(ctx, need, token);
        // What moves money is never sent again: the status decides what a 401 meant.
        if (!answer.unauthorized || second || call.danger !== "safe" || need.ask === null) return answer.event;
      }
    },
  };
}

function withToken<Event>(call: BankCall<Event>, need: GrantNeed, token: string): BankCall<Event> {
  const { url = call.url, headers } = need.with(token);
  return { ...call, url, headers: { ...call.headers, ...headers } };
}
