/** The questions about a payment's status: one at a time, politely, and what each answer means. */
import type { AppError } from "../../contract/errors.ts";
import type { StatusAnswer, Word } from "./bank.ts";
import { bankOf } from "./calls.ts";
import type { Cards } from "./cards.ts";
import { isBackedOff, LATE_DELIVERY, pollMs } from "./pace.ts";
import type { BankWord } from "./payment.ts";
import { HttpFailure, type Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { isAskedByTimer, isWorthAsking, type PaymentEvent } from "./reduce.ts";
import { LAG } from "./reduce-posted.ts";
import type { Refusals } from "./refusal.ts";
import type { Live } from "./runner.ts";
import type { Schedule } from "./schedule.ts";

/** Background questions at the same time after a start (reliability rule 9). */
const AT_ONCE = 4;
/** With these words the bank has kept the card that it was asked to keep. */
const KEPT_WITH: ReadonlySet<BankWord> = new Set(["paid", "authorized", "verified"]);

export interface Asking {
  /** Asks the bank now; politely: not within the bank's interval of the question before, unless it is `owed`. */
  ask(live: Live, owed?: boolean): Promise<void>;
  /** Lets those go that wait for their turn. */
  stop(): void;
}

/** What the questions of one till need of its runner. */
export interface AskingParts {
  readonly ports: Pick<Ports, "clock" | "log">;
  readonly schedule: Schedule;
  readonly providers: Pick<Providers, "bank" | "context" | "send">;
  readonly refusals: Refusals;
  readonly cards: Pick<Cards, "keep">;
  apply(live: Live, event: PaymentEvent): Promise<void>;
  isStopped(): boolean;
  /** The question that would be due has to wait until then (monotonic milliseconds). */
  postpone(live: Live, earliest: number): void;
  /** A question has ended. */
  asked(live: Live): void;
  /** What a person sees of it has changed. */
  changed(): void;
}

/** Makes the questions of one till. */
export function createAsking(parts: AskingParts): Asking {
  const { ports, schedule, providers, refusals, cards, apply, isStopped } = parts;
  const { clock, log } = ports;
  let background = 0;
  const waiting: (() => void)[] = [];
  const turns = new Set<() => void>();
  let waits = 0;

  function ask(live: Live, owed = false): Promise<void> {
    if (live.asking) return owed ? live.asking.then(() => ask(live, true)) : live.asking;
    if (isStopped() || !isWorthAsking(live.row) || !providers.bank(live.row.provider)) return Promise.resolve();
    const now = clock.mono();
    const earliest = live.askedMono === null || owed ? now : live.askedMono + pollMs(live, live.askedMono);
    if (earliest > now + 1) {
      if (!isAskedByTimer(live.row) && live.row.method !== "invoice") return inItsTurn(live, earliest);
      // Asked a moment ago: the next question waits its turn, and stands in for this one. An invoice has none.
      if (isAskedByTimer(live.row)) parts.postpone(live, earliest);
      return Promise.resolve();
    }
    live.asking = question(live).finally(() => {
      live.asking = null;
      parts.asked(live);
      // A person asked, and sees when it was asked and answered even if nothing else has changed.
      if (!isStopped() && !isAskedByTimer(live.row)) parts.changed();
    });
    return live.asking;
  }

  /** No timer will ask: who wants to know waits for the bank's interval, unless it is asked meanwhile. */
  async function inItsTurn(live: Live, earliest: number): Promise<void> {
    const asked = live.askedMono;
    live.out += 1;
    waits += 1;
    await new Promise<void>((go) => {
      turns.add(go);
      schedule.set(`turn-${waits}:${live.row.id}`, earliest, () => {
        turns.delete(go);
        go();
      });
    });
    live.out -= 1;
    await (live.askedMono === asked ? ask(live) : live.asking);
  }

  async function question(live: Live): Promise<void> {
    const release = await slot(live);
    try {
      await refusals.ahead(live, pollMs(live, clock.mono()));
      if (isStopped()) return;
      if (live.askedMono !== null && isBackedOff(live, live.askedMono)) live.watchStep += 1;
      const sent = clock.mono();
      live.askedMono = sent;
      live.askedAt = clock.now();
      const ctx = await providers.context(live.row.profileId);
      const bank = bankOf(providers, live.row);
      const answer = await providers.send(ctx, bank.status(ctx, live.row));
      if (isStopped()) return;
      notice(live, answer);
      if (!bank.refuse || !isOvertaken(live, sent, answer)) await apply(live, await eventOf(live, answer));
    } catch (error) {
      if (isStopped()) return;
      heard(live, false);
      if (!(error instanceof HttpFailure)) log.error("payment.ask.failed", { id: live.row.id, detail: String(error) });
      await apply(live, { kind: "silence" }).catch(() => undefined);
    } finally {
      release();
    }
  }

  function notice(live: Live, answer: StatusAnswer): void {
    const isUsable = answer.kind === "word" || answer.kind === "notFound";
    heard(live, isUsable || isComplaint(answer));
    if (!isUsable) noteOnce(live, answer.error);
    if (answer.kind !== "word") return;
    live.hinted.delete(answer.raw);
    live.raw = answer.raw;
  }

  /** An answer outside the document is worth one line for the support desk, not one for every poll. */
  function noteOnce(live: Live, { code, params, bankCode }: AppError): void {
    const odd = JSON.stringify([code, params, bankCode]);
    if (live.odd === odd) return;
    live.odd = odd;
    log.warn("payment.answer.unclear", { id: live.row.id, code, bankCode, what: params["what"], raw: params["raw"] });
  }

  function heard(live: Live, answered: boolean): void {
    if (live.silent === !answered) return;
    live.silent = !answered;
    parts.changed();
  }

  async function eventOf(live: Live, answer: StatusAnswer): Promise<PaymentEvent> {
    switch (answer.kind) {
      case "word": {
        if (isEarlyNo(live, answer, clock.mono())) return { kind: "word", word: { ...answer, word: "pending" } };
        const cardId = await kept(live, answer);
        return { kind: "word", word: answer, ...(cardId === null ? {} : { cardId }) };
      }
      case "claim":
        return { kind: "claimed" };
      case "notFound":
        return { kind: "notFound" };
      case "misconfigured":
      case "refused":
        return isComplaint(answer) ? { kind: "misconfigured", error: answer.error } : { kind: "silence" };
      case "unclear":
        return { kind: "silence" };
    }
  }

  /** Our handle of the card that the bank was asked to keep; null where it kept none. */
  async function kept({ row }: Live, { word, cardId, facts }: Word): Promise<string | null> {
    if (cardId === undefined || !row.detail.saveCard || !KEPT_WITH.has(word)) return null;
    // Kept already; a person may have removed it since.
    if (row.detail.card !== null && row.detail.card.id !== null) return null;
    try {
      return await cards.keep(row, cardId, facts?.card ?? null);
    } catch (error) {
      // A card can be saved again; the bank's word about money does not wait for the vault.
      log.error("card.keep.failed", { id: row.id, detail: String(error) });
      return null;
    }
  }

  /** The payment on the screen never waits for the others. */
  async function slot(live: Live): Promise<() => void> {
    if (!live.row.watching && !live.row.settled) return () => undefined;
    if (background >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
    background += 1;
    return () => {
      background -= 1;
      waiting.shift()?.();
    };
  }

  return {
    ask,
    stop() {
      for (const go of [...waiting.splice(0), ...turns]) go();
    },
  };
}

/**
 * "Nobody has scanned", asked before the deadline that has passed meanwhile. Where the bank is told that nobody waits any
 * more, the next question decides that: who scanned in the last second is served.
 */
function isOvertaken({ row, scanAt }: Live, sent: number, answer: StatusAnswer): boolean {
  const isUnscanned = answer.kind === "word" && answer.word === "created";
  return isUnscanned && row.state === "awaiting_scan" && row.detail.overdue && scanAt !== null && sent < scanAt;
}

/** A no that nothing of ours can be matched in (101), of a post that may still be on its way: it is no word about that. */
function isEarlyNo({ row, deadAt }: Live, { word, unsure }: Word, now: number): boolean {
  const isLost = !row.settled && row.detail.posted === "lost" && !row.detail.deadDue;
  return word === "declined" && unsure && isLost && deadAt !== null && now < deadAt - LAG + LATE_DELIVERY;
}

/** The bank speaks, but of our settings: asking again by itself would change nothing. */
function isComplaint(answer: StatusAnswer): boolean {
  return answer.kind === "misconfigured" || (answer.kind === "refused" && answer.error.remedy === "fixSettings");
}
