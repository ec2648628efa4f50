/**
 * The one place that gives money back. A person's intent is checked against what else is under way for the purchase,
 * held while an earlier sending may still arrive, checked against the bank's own figure, committed, and sent once.
 */
import { appError, type AppError } from "../../contract/errors.ts";
import { formatMoney, type Minor } from "../../contract/money.ts";
import type { BankCall, BankContext, Details, RefundAnswer } from "./bank.ts";
import { answered, bankOf, lineOf, unanswered } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import type { PaymentRow } from "./payment.ts";
import type { CallRow } from "./ports.ts";
import { hasOpenBill } from "./refund-bill.ts";
import { leftOf, otherKeyOf, readFigure, type Left } from "./refund-bank.ts";
import { isBeforeSending, isTreated, reduceRefund, type Intent, type RefundEvent } from "./refund-reduce.ts";
import type { LiveRefund, RefundRunner } from "./refund-runner.ts";
import type { RefundRow } from "./refund.ts";
import type { RefundParts } from "./refunds.ts";

/** How many refunds of one purchase are looked through for what was sent before. */
const PAST = 100;

export interface Attempt {
  /** Resolves when it is known whether it goes on: null when it is held or on its way, else why not. */
  readonly begun: Promise<Stop | null>;
  /** Resolves when the bank has spoken, or cannot, or nothing was sent. */
  readonly done: Promise<void>;
}

/** Why nothing was sent. `other`: the refund that stands in the way. */
export interface Stop {
  readonly error: AppError;
  readonly other: RefundRow | null;
}

export interface RefundSender {
  attempt(live: LiveRefund, intent: Intent): Attempt;
  /** The undecided refund of a purchase, if there is one besides `self`. */
  undecided(purchaseKey: string, self: string | null): Promise<RefundRow | null>;
  /** The refund has ended otherwise: what waits for it need not wait any longer. */
  wake(id: string): void;
}

export function createRefundSender(
  { ports, schedule, providers, runner }: RefundParts,
  refunds: RefundRunner,
): RefundSender {
  const { clock, journal, log } = ports;
  /** Purchase -> the refund that is being sent for it: two clerks cannot both pass the checks. */
  const claims = new Map<string, string>();
  const waiting = new Map<string, () => void>();

  async function undecided(purchaseKey: string, self: string | null): Promise<RefundRow | null> {
    const claimed = claims.get(purchaseKey);
    if (claimed !== undefined && claimed !== self) return refunds.live(claimed)?.row ?? (await journal.refund(claimed));
    for (const { row } of refunds.all())
      if (row.purchaseKey === purchaseKey && !row.settled && row.id !== self) return row;
    const stored = await journal.refunds({ purchaseKey, limit: PAST });
    return stored.find((row) => !row.settled && row.id !== self && !refunds.live(row.id)) ?? null;
  }

  function attempt(live: LiveRefund, intent: Intent): Attempt {
    const { purchaseKey } = intent;
    const { id } = live.row;
    let tell: (stop: Stop | null) => void = () => undefined;
    const begun = new Promise<Stop | null>((resolve) => (tell = resolve));
    const claimed = claims.get(purchaseKey) ?? ([...claims.values()].includes(id) ? id : undefined);
    if (claimed !== undefined) {
      const other = refunds.live(claimed)?.row ?? null;
      const error = busyWith(other);
      tell({ error, other });
      // One that was made for this alone must not be left behind.
      const done = claimed === id ? Promise.resolve() : refunds.keep(live, { kind: "stopped", error, a0: null });
      return { begun, done };
    }
    claims.set(purchaseKey, id);
    const done = carryOut(live, intent, tell)
      .catch(async (error: unknown) => {
        log.error("refund.attempt.failed", { id, detail: String(error) });
        const unkept = appError("journal_unavailable");
        tell({ error: unkept, other: null });
        const sending = live.row.state === "sending";
        await refunds.keep(live, sending ? doubt(unkept, false, null) : { kind: "stopped", error: unkept, a0: null });
      })
      .finally(() => {
        claims.delete(purchaseKey);
        waiting.delete(id);
        tell(null);
      });
    return { begun, done };
  }

  async function undecidedElse(payment: PaymentRow | null): Promise<RefundRow | null> {
    const key = otherKeyOf(payment);
    return key === null ? null : undecided(key, null);
  }

  async function carryOut(live: LiveRefund, intent: Intent, tell: (stop: Stop | null) => void): Promise<void> {
    const stop = async (error: AppError, left: Left | null = null, other: RefundRow | null = null): Promise<void> => {
      const { figure: a0, ours } = left ?? { figure: null, ours: false };
      const event: RefundEvent = { kind: "stopped", error, a0, ours };
      await refunds.apply(live, event).catch(() => void refunds.keep(live, event));
      tell({ error, other });
    };
    const payment = await paymentOf(intent);
    const other = (await undecided(intent.purchaseKey, live.row.id)) ?? (await undecidedElse(payment));
    if (other) return stop(busyWith(other), null, other);

    const sent = await sentBefore([intent.purchaseKey, otherKeyOf(payment)]);
    const [before = null] = sent;
    // Somebody has gone on without this one: its figure from before proves nothing any more.
    if (live.row.state === "not_executed" && before?.id !== live.row.id)
      return stop(appError("refund_moved"), null, before);
    const doubtful = before !== null && (before.state === "not_executed" || isTreated(before)) ? before : null;
    if (doubtful && !(await hold(live, intent, doubtful, tell))) return;
    const disputed = await askBills(sent);
    if (refunds.stopped()) return;
    if (disputed) return stop(appError("refund_moved"), null, disputed);

    const ctx = await providers.context(live.row.profileId);
    const figure = await lookBefore(ctx, intent.purchaseId);
    if (refunds.stopped()) return;
    if (figure !== null && !("total" in figure)) return stop(figure);
    const left = figure && (await leftOf(journal, figure, live.row, payment, live.row.id));
    if (left) {
      const { available, figure: read } = left;
      if (doubtful && !left.ours && !(await unmoved(live, doubtful, read))) {
        // Its own first sending has worked, or somebody else's refund is in the figure: the state says which.
        if (doubtful.id === live.row.id) return tell(null);
        return stop(appError("refund_moved"), left, refunds.live(doubtful.id)?.row ?? doubtful);
      }
      if (available === 0) return stop(appError("already_refunded"), left);
      if (intent.minor > available)
        return stop(appError("refund_too_large", { params: { available: formatMoney(available) } }), left);
    }

    // On the connection that has just carried the figure, so that what may not be repeated leaves on a warm one.
    const event: RefundEvent = {
      kind: "send",
      intent: { ...intent, ...(figure ? known(intent, figure) : {}) },
      a0: left?.figure ?? null,
      ours: left?.ours ?? true,
    };
    const own = await providers.context(live.row.profileId);
    const sends = live.row.detail.sends;
    const meant = reduceRefund(live.row, event, clock.now());
    if (meant === live.row || refunds.stopped()) return tell({ error: appError("already_final"), other: null });
    const request = bankOf(providers, live.row).refund?.(own, meant);
    if (!request) return stop(appError("not_supported"));
    const call = lineOf(ports, own, request, { paymentId: meant.paymentId, refundId: meant.id });
    await refunds.apply(live, event, { calls: [call] });
    if (live.row.state !== "sending" || live.row.detail.sends !== sends + 1) {
      // The goods of its sale stood in the way: it must not be left behind.
      if (isBeforeSending(live.row)) return stop(appError("not_finished"));
      return tell({ error: appError("already_final"), other: null });
    }
    tell(null);
    if (!refunds.stopped()) await send(live, own, request, call);
  }

  /** The sale that is given back, where it is ours. */
  async function paymentOf({ paymentId }: Intent): Promise<PaymentRow | null> {
    return paymentId === null ? null : (runner.live(paymentId)?.row ?? (await journal.payment(paymentId)));
  }

  /** The figure; null where the purchase's number is not known, and the connection alone is made ready. */
  async function lookBefore(ctx: BankContext, purchaseId: string | null): Promise<Details | AppError | null> {
    if (purchaseId !== null) return readFigure(providers, ctx, purchaseId);
    const incident = ctx.requestId.slice(0, 8);
    try {
      const trouble = await providers.warm(ctx);
      return trouble && { ...trouble, incident };
    } catch (error) {
      return { ...failureError(asFailure(error)), incident };
    }
  }

  function known(intent: Intent, { total, at, operationId }: Details): Partial<Intent> {
    return {
      purchaseMinor: intent.purchaseMinor ?? total,
      purchaseAt: intent.purchaseAt ?? at,
      ...(operationId === undefined ? {} : { operationId }),
    };
  }

  // ---- what was sent before ----

  /** The refunds of this purchase that were sent, under any of its names; the last one first. */
  async function sentBefore(keys: readonly (string | null)[]): Promise<readonly RefundRow[]> {
    const stored: RefundRow[] = [];
    for (const purchaseKey of keys)
      if (purchaseKey !== null) stored.push(...(await journal.refunds({ purchaseKey, limit: PAST })));
    const rows = stored.map((row) => refunds.live(row.id)?.row ?? row);
    const moment = (row: RefundRow): number => row.detail.sentAt ?? 0;
    const sent = rows.filter((row) => row.detail.sentAt !== null);
    return sent.toSorted((a, b) => moment(b) - moment(a));
  }

  /** Waits until an earlier sending can no longer arrive. False when the refund ended meanwhile. */
  async function hold(
    live: LiveRefund,
    intent: Intent,
    earlier: RefundRow,
    tell: (stop: Stop | null) => void,
  ): Promise<boolean> {
    const until = refunds.holdOf(earlier);
    const wait = Math.max(0, until - clock.mono());
    // Trying again leaves `not_executed` in any case: from here on the purchase is spoken for.
    if (wait === 0 && earlier.id !== live.row.id) return true;
    if (!(await refunds.apply(live, { kind: "held", intent, until: clock.now() + wait }))) {
      tell({ error: appError("already_final"), other: null });
      return false;
    }
    if (wait > 0) tell(null);
    // Woken before its time only when the refund has ended otherwise.
    while (clock.mono() < until && live.row.detail.heldUntil !== null && !refunds.stopped()) {
      await new Promise<void>((resolve) => {
        waiting.set(live.row.id, resolve);
        schedule.set(`refund-hold:${live.row.id}`, until, resolve);
      });
    }
    return !refunds.stopped() && live.row.detail.heldUntil !== null;
  }

  /** The look before a second sending: has the first one worked after all? Says so of it, in the journal, if it has. */
  async function unmoved(live: LiveRefund, earlier: RefundRow, available: Minor): Promise<boolean> {
    const own = earlier.id === live.row.id;
    const first = own ? live : await refunds.known(earlier.id);
    if (!first) return false;
    if (isTreated(first.row)) return agreed(first, available, live.row.id);
    if (await refunds.explained(first.row, available, live.row.id)) {
      const moved: RefundEvent = { kind: "stopped", error: appError("refund_moved"), a0: null };
      await refunds.keep(first, own ? moved : { kind: "giveUp" });
      return !own && !refunds.stopped() && first.row.state === "not_executed";
    }
    await refunds.keep(first, { kind: "reading", minor: available, last: true });
    return !refunds.stopped() && first.row.state === (own ? "in_doubt" : "not_executed");
  }

  /** What a person has decided about, the bank may have a bill of: it is asked before anything more goes. */
  async function askBills(sent: readonly RefundRow[]): Promise<RefundRow | null> {
    for (const { id } of sent.filter((row) => isTreated(row) && hasOpenBill(row))) {
      const first = await refunds.known(id);
      if (first) await refunds.ask(first);
      if (first && first.row.detail.disputedAt !== null) return first.row;
    }
    return null;
  }

  /** The same after a person's decision about the first one: his word stands unless the bank's figure now says otherwise. */
  async function agreed(first: LiveRefund, available: Minor, next: string): Promise<boolean> {
    if (!(await refunds.explained(first.row, available, next)))
      await refunds.keep(first, { kind: "reading", minor: available, last: true });
    return !refunds.stopped() && first.row.detail.disputedAt === null;
  }

  // ---- the sending ----

  async function send(
    live: LiveRefund,
    ctx: BankContext,
    request: BankCall<RefundAnswer>,
    call: CallRow,
  ): Promise<void> {
    const incident = ctx.requestId.slice(0, 8);
    let error: AppError;
    let no: boolean;
    let heard = false;
    let done: CallRow;
    try {
      const answer = await providers.send(ctx, request);
      if (answer.kind === "refunded") {
        const calls = [answered(call, clock.now(), "0")];
        if (!refunds.stopped()) await refunds.keep(live, { kind: "done", bankId: answer.bankId }, { calls });
        return;
      }
      if (answer.kind === "pending") {
        const { bankId } = answer;
        const calls = [answered(call, clock.now(), "0")];
        // What cannot be checked is for a person.
        const taken = await isTaken(live.row, bankId).catch(() => true);
        if (!refunds.stopped()) await refunds.keep(live, { kind: "pending", bankId, taken }, { calls });
        return;
      }
      heard = answer.kind === "heard";
      error = { ...(answer.kind === "heard" ? appError("refund_unconfirmed") : answer.error), incident };
      no = answer.kind === "refused";
      done = answered(call, clock.now(), answer.kind === "heard" ? "0" : answer.error.bankCode);
    } catch (failed) {
      const failure = asFailure(failed);
      error = { ...failureError(failure), incident };
      // Not one byte left; believed as a refusal is, after one look at the figure.
      no = failure.reach === "connect";
      done = unanswered(call, clock.now(), failure);
    }
    if (refunds.stopped()) return;
    if (heard) await afterHeard(live, error, done);
    else if (no) await afterNo(live, error, done);
    else await refunds.keep(live, doubt(error, false, null), { calls: [done] });
  }

  /** A proxy may have said it (ePay): the bank's figure bears it out now, or goes on being read. */
  async function afterHeard(live: LiveRefund, error: AppError, done: CallRow): Promise<void> {
    const { row } = live;
    const ctx = await providers.context(row.profileId);
    const figure = await readFigure(providers, ctx, row.detail.purchaseId ?? "");
    if (refunds.stopped()) return;
    const reading = "available" in figure ? figure.available : null;
    await refunds.keep(live, { kind: "heard", error, reading }, { calls: [done] });
  }

  /** The number of a sale, or of another refund of this purchase: what it says would be read of that one. */
  async function isTaken({ id, provider, environment, purchaseKey }: RefundRow, bankId: string): Promise<boolean> {
    const sales = await journal.payments({ bankId, limit: PAST });
    if (sales.some((row) => row.provider === provider && row.environment === environment)) return true;
    const refunded = purchaseKey === null ? [] : await journal.refunds({ purchaseKey, limit: PAST });
    return refunded.some((row) => row.bankId === bankId && row.id !== id);
  }

  /** "Not refunded" is said only when the bank's own figure bears it out (reliability, `payment/return`). */
  async function afterNo(live: LiveRefund, error: AppError, done: CallRow): Promise<void> {
    const { row } = live;
    const calls = { calls: [done] };
    const again = row.detail.doubtAt !== null;
    // The answer to a second sending says little: the first may have worked and be why the bank refuses now.
    if (again && done.outcome === "answered") return refunds.keep(live, doubt(error, true, null), calls);
    const unsent: RefundEvent = { kind: "unsent", error, operations: live.operations };
    const { ours, purchaseId } = row.detail;
    // No figure would bear it out: that not one byte has left, or that the bank says no of an rrn, is all there is.
    if (ours && (purchaseId === null || done.outcome === "connect")) return refunds.keep(live, unsent, calls);
    const ctx = await providers.context(row.profileId);
    const figure = await readFigure(providers, ctx, purchaseId ?? "");
    if (refunds.stopped()) return;
    if (!("available" in figure)) return refunds.keep(live, doubt(error, !again, null), calls);
    if (!ours && figure.available !== row.a0) return refunds.keep(live, doubt(error, !again, figure.available), calls);
    await refunds.keep(live, unsent, calls);
  }

  const doubt = (cause: AppError, refused: boolean, reading: Minor | null): RefundEvent => {
    const { bankCode, bankMessage, incident, params } = cause;
    const error = appError("refund_unconfirmed", { bankCode, bankMessage, incident, params });
    return { kind: "doubt", error: refused ? cause : error, refused, reading };
  };

  return {
    attempt,
    undecided,
    wake: (id) => waiting.get(id)?.(),
  };
}

function busyWith(other: RefundRow | null): AppError {
  return appError("refund_open", { params: { number: other?.number ?? "" } });
}
