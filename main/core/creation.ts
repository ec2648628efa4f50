/** The creation of a payment at its bank: sent once, and again only where its danger class allows that. */
import { appError, type AppError } from "../../contract/errors.ts";
import { isPostedMethod } from "../../contract/states.ts";
import type { BankCall, BankContext, CreateAnswer, CreateExtra } from "./bank.ts";
import { answered, bankOf, lineOf, unanswered } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import { ownerOf, SEARCH_FOR, takenBy, type LookUps, type Told } from "./look-up.ts";
import type { PaymentRow } from "./payment.ts";
import { HttpFailure, type CallRow, type Danger, type Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { isSought, type PaymentEvent } from "./reduce.ts";
import { JOURNAL_AGAIN } from "./pace.ts";
import type { createPosts } from "./post.ts";
import type { Live, Runner } from "./runner.ts";
import type { Schedule } from "./schedule.ts";

const LEFT_BEHIND: Told = { error: appError("answer_lost"), refused: false };

export interface Creation {
  /** The journal's line of the creation to come, for the intent's own commit. */
  createCall(row: PaymentRow, extra: CreateExtra): Promise<CallRow>;
  /**
   * Sends the creation whose intent has been committed, and again where its danger class allows it. `extra` is kept no
   * longer than that. Done when the bank has spoken, or cannot.
   */
  create(live: Live, first: CallRow, extra: CreateExtra): Promise<void>;
  /** What a row that was read from the journal meets first; `danger` is that of its last call, null if it had none. */
  restarted(row: PaymentRow, danger: Danger | null): PaymentEvent;
  /** Goes on looking for a creation that a dead process left behind. Nothing is created again. */
  resume(live: Live): void;
}

/** What the creations of one till need of its runner. */
export interface CreationParts extends Pick<Runner, "apply" | "applyIfNew" | "commit"> {
  readonly ports: Ports;
  readonly schedule: Schedule;
  readonly providers: Providers;
  readonly lookUps: LookUps;
  readonly post: ReturnType<typeof createPosts>;
  isStopped(): boolean;
}

/** Makes the creations of one till. */
export function createCreation(parts: CreationParts): Creation {
  const { ports, schedule, providers, lookUps, post, apply, applyIfNew, commit, isStopped } = parts;
  const { clock, journal, log } = ports;

  async function createCall(row: PaymentRow, extra: CreateExtra): Promise<CallRow> {
    // Its fingerprint holds nothing of a card, so nothing is encrypted for it.
    const ctx = { ...(await providers.context(row.profileId)), seal: () => "" };
    return lineOf(ports, ctx, bankOf(providers, row).create(ctx, row, extra), { paymentId: row.id, refundId: null });
  }

  function create(live: Live, first: CallRow, extra: CreateExtra): Promise<void> {
    return isPostedMethod(live.row.method) ? post(live, first, extra) : make(live, first, extra);
  }

  async function make(live: Live, first: CallRow, extra: CreateExtra): Promise<void> {
    let line: CallRow | null = first;
    let search: { readonly until: number; readonly told: Told } | null = null;
    while (line) {
      const ctx = { ...(await providers.context(live.row.profileId)), requestId: line.requestId };
      const call = bankOf(providers, live.row).create(ctx, live.row, extra);
      const { event, done } = await exchange(live.row, () => send(ctx, call), line, call.danger);
      if (isStopped()) return;
      try {
        await apply(live, event, { calls: [done] });
      } catch {
        return call.danger === "dangerous" ? keepTrying(live, event, done) : giveUp(live, call.danger);
      }
      try {
        if (event.kind === "lost") {
          search ??= { until: clock.mono() + SEARCH_FOR, told: event };
          line = await searched(live, extra, search.until, event.refused ? event : search.told);
        } else {
          line = live.row.state === "creating" ? await once(live, extra) : null;
        }
      } catch {
        return giveUp(live, call.danger);
      }
      if (isStopped()) return;
    }
  }

  async function once(live: Live, extra: CreateExtra): Promise<CallRow> {
    const line = await createCall(live.row, extra);
    await commit({ at: clock.now(), calls: [line] });
    return line;
  }

  /** The journal's line under which it is to be sent once more; null when the search was the end of it. */
  async function searched(live: Live, extra: CreateExtra, until: number, told: Told): Promise<CallRow | null> {
    while ((await lookUps.search(live, until, told)) === "again") {
      const line = await createCall(live.row, extra);
      // Not if it was given up meanwhile.
      if (await applyIfNew(live, { kind: "again" }, { calls: [line] })) return line;
    }
    return null;
  }

  /** What must not be sent twice goes on a connection that is known to work (reliability, Kaspi `remote/create`). */
  async function send(ctx: BankContext, call: BankCall<CreateAnswer>): Promise<CreateAnswer> {
    if (call.danger === "dangerous") {
      const trouble = await providers.warm(ctx).catch((error: unknown) => {
        // Whatever broke there, not one byte of this call has left.
        throw new HttpFailure("connect", error instanceof HttpFailure ? error.problem : "other", String(error));
      });
      if (isStopped()) throw new HttpFailure("connect", "closed", "stopped meanwhile");
      if (trouble) return { kind: "refused", error: trouble };
    }
    return providers.send(ctx, call);
  }

  /** What could not be kept must not be shown: as if it had been lost, as soon as the disk takes that. */
  function giveUp(live: Live, danger: Danger): void {
    schedule.set(`retry:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => {
      apply(live, restarted(live.row, danger)).then(
        () => resume(live),
        () => giveUp(live, danger),
      );
    });
  }

  /** The answer to a dangerous call cannot be had again, so it waits for the disk; nothing of it is shown before. */
  function keepTrying(live: Live, event: PaymentEvent, done: CallRow): void {
    schedule.set(`retry:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => {
      apply(live, event, { calls: [done] }).catch(() => keepTrying(live, event, done));
    });
  }

  function restarted(row: PaymentRow, danger: Danger | null): PaymentEvent {
    return danger === "resolvable" && !isPostedMethod(row.method) && lookUps.canFind(row)
      ? { kind: "lost", again: false, ...LEFT_BEHIND }
      : { kind: "restart", danger };
  }

  function resume(live: Live): void {
    if (isSought(live.row)) void lookUps.search(live, clock.mono() + SEARCH_FOR, LEFT_BEHIND);
  }

  async function exchange(
    row: PaymentRow,
    send: () => Promise<CreateAnswer>,
    line: CallRow,
    danger: Danger,
  ): Promise<{ event: PaymentEvent; done: CallRow }> {
    const canFind = danger === "resolvable" && lookUps.canFind(row);
    // After a loss even a refusal proves nothing: the number may be taken by the very creation that was lost.
    const wasLost = isSought(row);
    const incident = line.requestId.slice(0, 8);
    const lost = (error: AppError, refused = false): PaymentEvent => ({ kind: "lost", again: true, error, refused });
    try {
      const answer = await send();
      const done = answered(line, clock.now(), "error" in answer ? answer.error.bankCode : "0");
      if (answer.kind === "invoiced") return { event: { kind: "invoiced", answer }, done };
      if (answer.kind === "created") {
        // The bank's wall clock decides nothing here, but a technician should know that one of the two is wrong.
        const skewed = answer.expiresAt !== null && answer.expiresAt <= clock.now();
        if (skewed) log.warn("clock.skew", { bankExpires: answer.expiresAt, now: clock.now() });
        const other = canFind ? await ownerOf(journal, row, answer.bankId) : null;
        if (other) return { event: { kind: "foreign", error: { ...takenBy(other), incident } }, done };
        return { event: { kind: "created", answer }, done };
      }
      const error: AppError = { ...("error" in answer ? answer.error : appError("malformed_answer")), incident };
      if (answer.kind === "refused") return { event: wasLost ? lost(error, true) : { kind: "refused", error }, done };
      const unread = canFind ? lost(appError("answer_lost", { incident })) : null;
      return { event: unread ?? { kind: "unanswered", danger, left: true, error }, done };
    } catch (failed) {
      const failure = asFailure(failed);
      const left = failure.reach !== "connect";
      const told = left ? appError("answer_lost", { params: { problem: failure.problem } }) : failureError(failure);
      const error: AppError = { ...told, incident };
      const event: PaymentEvent =
        wasLost || (left && canFind) ? lost(error) : { kind: "unanswered", danger, left, error };
      return { event, done: unanswered(line, clock.now(), failure) };
    }
  }

  return { createCall, create, restarted, resume };
}
