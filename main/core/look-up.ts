/**
 * A creation whose answer was lost, at a bank that can be asked by our own number: what stands there is adopted, and
 * where nothing does it may be created again under the same number, never under a second one (state-machines 3.6, Q-65).
 */
import { appError, type AppError } from "../../contract/errors.ts";
import type { LookUpAnswer } from "./bank.ts";
import { asFailure } from "./failure.ts";
import type { PaymentRow } from "./payment.ts";
import type { Journal, Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { CREATE_TRIES, isSought, type PaymentEvent } from "./reduce.ts";
import type { Live } from "./runner.ts";
import type { Schedule } from "./schedule.ts";

/** Nothing heard of it for so long after the loss: nobody has seen a code, so nobody can pay it. */
export const SEARCH_FOR = 30_000;
/** Between two look-ups. The bank names no interval before there is a code; its own samples suggest 2 to 3 s. */
const LOOK_AGAIN = 3_000;
/** A number is one bank's alone: what another bank has under the same one is looked past. */
const OWNERS = 5;

/** What the creation was told before the search: the bank's no is believed once nothing is found, a loss after 30 s. */
export interface Told {
  readonly error: AppError;
  readonly refused: boolean;
}

export interface LookUps {
  /** Whether a lost creation of this payment can be looked up at all. */
  canFind(row: PaymentRow): boolean;
  /**
   * Asks at once and then every 3 s until the bank has said what stands under our number; past `until` (monotonic
   * milliseconds) one more answer without it ends the search. `again`: nothing stands there, and it may be sent once
   * more; `over`: it has been settled, or the core was stopped. Never rejects; a journal that refuses is waited for.
   */
  search(live: Live, until: number, told: Told): Promise<"again" | "over">;
}

/** What the searches of one till need of its runner. */
export interface LookUpParts {
  readonly ports: Pick<Ports, "clock" | "journal" | "log">;
  readonly schedule: Schedule;
  readonly providers: Pick<Providers, "bank" | "context" | "send">;
  apply(live: Live, event: PaymentEvent): Promise<void>;
  isStopped(): boolean;
}

/** Makes the searches of one till. */
export function createLookUps({ ports, schedule, providers, apply, isStopped }: LookUpParts): LookUps {
  const { clock, journal, log } = ports;

  async function asOwn(row: PaymentRow, answer: LookUpAnswer): Promise<LookUpAnswer> {
    const other = answer.kind === "found" ? await ownerOf(journal, row, answer.created.bankId) : null;
    return other === null ? answer : { kind: "foreign", error: takenBy(other) };
  }

  async function ask({ row }: Live): Promise<LookUpAnswer> {
    try {
      const ctx = await providers.context(row.profileId);
      const call = providers.bank(row.provider)?.lookUp?.(ctx, row);
      if (call) return await asOwn(row, await providers.send(ctx, call));
    } catch (error) {
      log.warn("payment.look-up.failed", { id: row.id, detail: asFailure(error).message });
    }
    return { kind: "unclear", error: appError("answer_lost") };
  }

  function pause(live: Live, ms: number): Promise<void> {
    return new Promise((resume) => schedule.set(`search:${live.row.id}`, clock.mono() + ms, resume));
  }

  return {
    canFind: (row) => row.detail.invoiceId !== null && providers.bank(row.provider)?.lookUp !== undefined,
    async search(live, until, told) {
      for (;;) {
        if (isStopped()) return "over";
        const answer = await ask(live);
        if (isStopped()) return "over";
        const event = verdict(live.row, answer, clock.mono() >= until, told);
        if (event?.kind === "again") return "again";
        try {
          if (event) await apply(live, event);
        } catch {
          // The disk refuses. What is found later is found again.
        }
        if (isStopped() || !isSought(live.row)) return "over";
        const left = until - clock.mono();
        await pause(live, left > 0 ? Math.min(LOOK_AGAIN, left) : LOOK_AGAIN);
      }
    },
  };
}

/** Another payment of ours that has this bill already: both would be paid by one customer. null where there is none. */
export async function ownerOf(
  journal: Pick<Journal, "payments">,
  { id, provider, environment }: PaymentRow,
  bankId: string,
): Promise<PaymentRow | null> {
  const owners = await journal.payments({ bankId, limit: OWNERS });
  return owners.find((row) => row.id !== id && row.provider === provider && row.environment === environment) ?? null;
}

export function takenBy({ number }: PaymentRow): AppError {
  return appError("foreign_answer", { params: { what: "billNumber", number } });
}

/** What an answer makes of the search; null where it goes on. */
function verdict(row: PaymentRow, answer: LookUpAnswer, over: boolean, { error, refused }: Told): PaymentEvent | null {
  switch (answer.kind) {
    case "found":
      return { kind: "found", answer };
    case "foreign":
      return { kind: "foreign", error: answer.error };
    case "notFound":
      // Given up, or refused and not there either: nothing is left to wait for.
      if (over || refused || row.state !== "creating") return { kind: "unfound", error };
      return row.detail.createTries < CREATE_TRIES ? { kind: "again" } : null;
    case "unclear":
      return over ? { kind: "unfound", error } : null;
  }
}
