/** A posted payment on its way to the bank: sent once, whatever comes of it. Only the status says what that was. */
import { appError, type AppError, type ErrorCode } from "../../contract/errors.ts";
import type { PaymentPages } from "./bank-page.ts";
import type { BankCall, Challenged, CreateAnswer, CreateExtra } from "./bank.ts";
import { answered, bankOf, unanswered } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import { JOURNAL_AGAIN } from "./pace.ts";
import { HttpFailure, type CallRow, type Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { hasOpenPage } from "./reduce-posted.ts";
import type { PaymentEvent } from "./reduce.ts";
import type { Live, Runner } from "./runner.ts";
import type { Schedule } from "./schedule.ts";

/** What the posts of one till need of its runner. */
export interface PostParts extends Pick<Runner, "apply"> {
  readonly ports: Pick<Ports, "clock" | "log">;
  readonly schedule: Schedule;
  readonly providers: Pick<Providers, "bank" | "context" | "sealed" | "dropKey" | "send">;
  readonly pages: Pick<PaymentPages, "offer">;
  isStopped(): boolean;
}

/** With these a bank that cannot open what was encrypted with its former key may say no. */
const NOT_UNDERSTOOD: ReadonlySet<ErrorCode> = new Set(["operation_refused", "card_data_refused"]);

interface Outcome {
  readonly event: PaymentEvent;
  readonly done: CallRow;
  /** The page that the payer has to see first. */
  readonly page: Challenged | null;
}

/**
 * Makes what posts the payments of one till: sends the one whose intent has been committed with `line`. Done when the
 * bank has spoken, or cannot; never rejects.
 */
export function createPosts(parts: PostParts): (live: Live, line: CallRow, extra: CreateExtra) => Promise<void> {
  const { ports, schedule, providers, pages, apply, isStopped } = parts;
  const { clock, log } = ports;

  /** Whatever breaks here, not one byte of the post has left. What broke it may tell of the card: it is written nowhere. */
  async function build(live: Live, line: CallRow, extra: CreateExtra): Promise<() => Promise<CreateAnswer>> {
    const { row } = live;
    const isWanted = (): boolean => !isStopped() && live.row.state === "creating";
    try {
      const ctx = { ...(await providers.context(row.profileId)), requestId: line.requestId };
      const bank = bankOf(providers, row);
      const make = (context: typeof ctx): BankCall<CreateAnswer> => bank.create(context, row, extra);
      const seals = bank.seals?.(row, extra) ?? false;
      const made = seals ? await providers.sealed(ctx, make) : { ok: true as const, value: make(ctx) };
      if (!made.ok) return () => Promise.resolve({ kind: "refused", error: made.error });
      // Stopped, or given up while a key or a token was fetched: it does not go out any more.
      return async () => {
        const answer = await providers.send(ctx, made.value, isWanted);
        if (seals && answer.kind === "declined" && NOT_UNDERSTOOD.has(answer.error.code))
          providers.dropKey(row.profileId);
        return answer;
      };
    } catch (error) {
      if (error instanceof HttpFailure) throw error;
      log.error("payment.post.not-made", { id: row.id });
      throw new HttpFailure("connect", "other", "the post could not be made");
    }
  }

  async function exchange(live: Live, line: CallRow, extra: CreateExtra): Promise<Outcome> {
    const incident = line.requestId.slice(0, 8);
    try {
      const send = await build(live, line, extra);
      const answer = await send();
      const event = eventOf(answer, incident);
      return {
        event,
        done: answered(line, clock.now(), "error" in answer ? answer.error.bankCode : "0"),
        page: answer.kind === "challenged" ? answer : null,
      };
    } catch (failed) {
      const failure = asFailure(failed);
      const left = failure.reach !== "connect";
      const error: AppError = left
        ? appError("bank_undecided", { params: { problem: failure.problem }, incident })
        : { ...failureError(failure), incident };
      const event: PaymentEvent = { kind: "unanswered", danger: line.danger, left, error };
      return { event, done: unanswered(line, clock.now(), failure), page: null };
    }
  }

  /** A page cannot be had again, so the answer waits for the disk; nothing of it is shown before. */
  function keep(live: Live, outcome: Outcome): Promise<void> {
    const { event, done, page } = outcome;
    return apply(live, event, { calls: [done] }).then(
      () => {
        if (page !== null && hasOpenPage(live.row) && !isStopped()) pages.offer(live, page);
      },
      () => {
        if (isStopped()) return;
        schedule.set(`retry:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => void keep(live, outcome));
      },
    );
  }

  return async (live, line, extra) => {
    const outcome = await exchange(live, line, extra);
    if (!isStopped()) await keep(live, outcome);
  };
}

function eventOf(answer: CreateAnswer, incident: string): PaymentEvent {
  switch (answer.kind) {
    case "posted":
      return { kind: "posted", answer };
    case "challenged":
      return { kind: "challenged", answer };
    case "declined":
    case "refused":
      return { kind: answer.kind, error: { ...answer.error, incident } };
    case "unclear": {
      const { bankCode, bankMessage } = answer.error;
      return lost(appError("bank_undecided", { bankCode, bankMessage, incident }));
    }
    case "created":
    case "invoiced":
      // No answer to a post.
      return lost(appError("bank_undecided", { incident }));
  }
}

const lost = (error: AppError): PaymentEvent => ({ kind: "unanswered", danger: "resolvable", left: true, error });
