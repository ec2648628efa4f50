/**
 * Tells the bank that a payment is not waited for any more, after its deadline or a cancellation (Halyk: "Refusal to
 * accept payment"). Whatever it answers changes nothing: the status decides.
 */
import { answered, lineOf, unanswered } from "./calls.ts";
import { asFailure } from "./failure.ts";
import type { CallRow, Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { owesRefusal, type PaymentEvent } from "./reduce.ts";
import type { Also, Live } from "./runner.ts";
import type { Schedule } from "./schedule.ts";

export interface Refusals {
  /**
   * Tells the bank now if that is owed; journaled first, and never twice at a time. `waited`: the question about the
   * deadline has had its time. Not while there is no way to the bank: that would use up tries. Never rejects.
   */
  tell(live: Live, waited?: boolean): Promise<void>;
  /** The same ahead of a question, which waits for the answer, but no longer than `ms`. */
  ahead(live: Live, ms: number): Promise<void>;
}

/** What the refusals of one till need of its runner. */
export interface RefusalParts {
  readonly ports: Pick<Ports, "clock" | "crypto" | "log">;
  readonly schedule: Schedule;
  readonly providers: Pick<Providers, "bank" | "context" | "send" | "isOffline">;
  apply(live: Live, event: PaymentEvent, more: Also): Promise<void>;
  applyIfNew(live: Live, event: PaymentEvent, more: Also): Promise<boolean>;
  isStopped(): boolean;
  /** One has ended: a payment that waited for it may be let go. */
  ended(): void;
}

/** Makes the refusals of one till. */
export function createRefusals(parts: RefusalParts): Refusals {
  const { ports, schedule, providers, apply, applyIfNew, isStopped } = parts;
  const { clock, log } = ports;

  async function send(live: Live, waited: boolean): Promise<void> {
    const { row } = live;
    const ctx = await providers.context(row.profileId);
    const call = providers.bank(row.provider)?.refuse?.(ctx, row);
    if (!call) return;
    const line = lineOf(ports, ctx, call, { paymentId: row.id, refundId: null });
    if (!(await applyIfNew(live, { kind: "refusing", waited }, { calls: [line] })) || isStopped()) return;
    let end: "refusalHeard" | "refusalUnheard" | "refusalUnsent" = "refusalUnheard";
    let done: CallRow;
    try {
      const answer = await providers.send(ctx, call);
      if (answer.kind !== "unclear") end = "refusalHeard";
      done = answered(line, clock.now(), answer.kind === "heard" ? "0" : answer.error.bankCode);
    } catch (error) {
      const failure = asFailure(error);
      if (failure.reach === "connect") end = "refusalUnsent";
      done = unanswered(line, clock.now(), failure);
    }
    if (!isStopped()) await apply(live, { kind: end }, { calls: [done] });
  }

  function tell(live: Live, waited = false): Promise<void> {
    if (live.refusing) return live.refusing;
    const { provider, profileId } = live.row;
    if (isStopped() || !owesRefusal(live.row, waited) || !providers.bank(provider)?.refuse) return Promise.resolve();
    if (providers.isOffline(profileId)) return Promise.resolve();
    live.refusing = send(live, waited)
      .catch((error: unknown) => log.warn("payment.refusal.failed", { id: live.row.id, detail: String(error) }))
      .finally(() => {
        live.refusing = null;
        if (!isStopped()) parts.ended();
      });
    return live.refusing;
  }

  return {
    tell,
    ahead(live, ms) {
      // One that is on its way already has held nothing back, and does not now.
      if (live.refusing) return Promise.resolve();
      const told = tell(live);
      if (!live.refusing) return told;
      const key = `refusal:${live.row.id}`;
      return new Promise((go) => {
        schedule.set(key, clock.mono() + ms, go);
        void told.then(() => {
          schedule.cancel(key);
          go();
        });
      });
    },
  };
}
