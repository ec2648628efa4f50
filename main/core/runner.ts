/**
 * The one place that talks to a bank about money: journal the intent, send, read, reduce, commit, publish. Every
 * payment has a queue of its own, so that events are applied one after the other in the order they were received.
 */
import { appError, type AppError } from "../../contract/errors.ts";
import type { BankCall, BankContext, CreateAnswer, CreateExtra, StatusAnswer } from "./bank.ts";
import { answered, bankOf, lineOf, unanswered } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import type { PaymentRow } from "./payment.ts";
import { HttpFailure, type Batch, type CallRow, type Danger, type NoticeRow, type Ports } from "./ports.ts";
import { toPayment, type Pulse } from "./present.ts";
import type { Providers } from "./providers.ts";
import { isAskedByTimer, isWorthAsking, reduce, type PaymentEvent } from "./reduce.ts";
import { nextOnGrid, onMonotonic, type Schedule } from "./schedule.ts";

/** Back-off of the watch once the bank's own windows are over (contract, "Watching"). */
const WATCH_STEPS = [30_000, 60_000, 300_000] as const;
/** Background questions at the same time after a start (reliability rule 9). */
const AT_ONCE = 4;
/** A disk that refuses is tried again this often. */
const JOURNAL_AGAIN = 1_000;
/** Also the least pause between two questions about an invoice, which has no interval of its own. */
const DEFAULT_POLL = 5_000;

export interface Live {
  row: PaymentRow;
  queue: Promise<unknown>;
  /** Monotonic deadlines; null where there is none. */
  scanAt: number | null;
  confirmAt: number | null;
  deadAt: number | null;
  watchEndAt: number | null;
  /** Anchor of the polling grid. */
  gridAt: number;
  askedMono: number | null;
  askedAt: number | null;
  silent: boolean;
  watchStep: number;
  asking: Promise<void> | null;
  /** The last answer that could not be read, so that it is noted once. */
  odd: string | null;
  /** The creation that is on its way; done when the bank has spoken or cannot. */
  creating: Promise<void> | null;
}

/** What belongs into the same commit as a change of a payment. It is written even when the payment does not change. */
export type Also = Pick<Batch, "calls" | "refunds" | "events" | "outbox" | "profiles" | "counters">;

export interface Runner {
  /** Takes up a row read from the journal, or one that has just been committed. */
  adopt(row: PaymentRow): Live;
  /** Takes up one that is in the journal alone: over long since, so it does not come back to the screen. */
  adoptOld(row: PaymentRow): Live;
  live(id: string): Live | undefined;
  /** Lets go of a payment that nothing more will happen to. */
  forget(id: string): void;
  all(): Iterable<Live>;
  /**
   * Applies an event: reduced, committed, then shown. Rejects with the journal's error when it could not be committed,
   * and after `stop`.
   */
  apply(live: Live, event: PaymentEvent, more?: Also): Promise<void>;
  /** The same for a payment that may be in the journal alone. */
  amend(id: string, event: PaymentEvent, more: Also): Promise<void>;
  /**
   * Sends the creation whose intent has been committed, and again where its danger class allows it. `extra` is kept no
   * longer than that.
   */
  create(live: Live, first: CallRow, extra: CreateExtra): Promise<void>;
  /** The journal's line of the creation to come, for the intent's own commit. */
  createCall(row: PaymentRow, extra: CreateExtra): Promise<CallRow>;
  /** Asks the bank now; politely: not within the bank's interval of the question before, unless it is `owed`. */
  ask(live: Live, owed?: boolean): Promise<void>;
  /** First questions after a start or a pause: the open payment at once, the others a few at a time. */
  askAll(): void;
  pulse(live: Live): Pulse;
  /** Row as event for the journal. */
  eventOf(row: PaymentRow): NonNullable<Batch["events"]>[number];
  /** One write to the journal; an error is remembered for the banner and rethrown. */
  commit(batch: Batch): Promise<{ readonly head: number; readonly seqs: Readonly<Record<string, number>> }>;
  journalDownSince(): number | null;
  stop(): Promise<void>;
}

export interface RunnerHooks {
  readonly timezone: string;
  /** A commit has been made; the screen and the event stream may be told. */
  changed(head: number): void;
  /** Notices (late success, double payment) that belong into the same commit. */
  notices(before: PaymentRow, after: PaymentRow): Promise<readonly NoticeRow[]>;
  noticed(notices: readonly NoticeRow[]): void;
}

/** Makes the runner of one till. */
export function createRunner(ports: Ports, schedule: Schedule, providers: Providers, hooks: RunnerHooks): Runner {
  const { clock, journal, log } = ports;
  const lives = new Map<string, Live>();
  let journalDown: number | null = null;
  let stopped = false;
  let background = 0;
  const waiting: (() => void)[] = [];
  /** When those that were let go had last been asked about: forgetting one is no leave to ask again at once. */
  const askedBefore = new Map<string, number>();

  function forget(id: string): void {
    const now = clock.mono();
    for (const [other, at] of askedBefore) if (now - at > DEFAULT_POLL) askedBefore.delete(other);
    const at = lives.get(id)?.askedMono ?? null;
    if (at !== null) askedBefore.set(id, at);
    lives.delete(id);
  }

  function adopt(row: PaymentRow): Live {
    const live: Live = {
      row,
      queue: Promise.resolve(),
      scanAt: null,
      confirmAt: null,
      deadAt: null,
      watchEndAt: null,
      gridAt: clock.mono(),
      askedMono: askedBefore.get(row.id) ?? null,
      askedAt: null,
      silent: false,
      watchStep: 0,
      asking: null,
      odd: null,
      creating: null,
    };
    lives.set(row.id, live);
    placeDeadlines(live, null);
    syncTimers(live);
    return live;
  }

  /** Puts each deadline that is new on the monotonic clock; those already there never move. */
  function placeDeadlines(live: Live, before: PaymentRow | null): void {
    const { windows, scanDeadline, confirmDeadline, deadAt, watchUntil, tokenAt } = live.row.detail;
    const was = before?.detail;
    const now = clock.now();
    const mono = clock.mono();
    const place = (
      deadline: number | null,
      old: number | null | undefined,
      current: number | null,
      full: number,
    ): number | null =>
      deadline === null
        ? null
        : deadline === old && current !== null
          ? current
          : onMonotonic(deadline, full, now, mono);
    const scanMs = windows?.scanMs ?? 0;
    const confirmMs = windows?.confirmMs ?? 0;
    live.scanAt = place(scanDeadline, was?.scanDeadline, live.scanAt, scanMs);
    live.confirmAt = place(confirmDeadline, was?.confirmDeadline, live.confirmAt, confirmMs);
    live.deadAt = place(deadAt, was?.deadAt, live.deadAt, deadAt === null || tokenAt === null ? 0 : deadAt - tokenAt);
    live.watchEndAt = place(watchUntil, was?.watchUntil, live.watchEndAt, Number.MAX_SAFE_INTEGER);
    if (tokenAt !== null && was !== undefined && was.tokenAt === null) live.gridAt = mono;
  }

  function syncTimers(live: Live): void {
    const { row } = live;
    const { id } = row;
    for (const name of ["poll", "scan", "confirm", "dead", "watch"]) schedule.cancel(`${name}:${id}`);
    if (stopped || !isAskedByTimer(row)) return;
    const on = (name: string, at: number | null, event: PaymentEvent): void => {
      if (at !== null) schedule.set(`${name}:${id}`, at, () => fire(live, event));
    };
    if (!row.detail.overdue) {
      if (row.state === "awaiting_scan") on("scan", live.scanAt, { kind: "deadline" });
      if (row.state === "awaiting_confirmation") on("confirm", live.confirmAt, { kind: "deadline" });
    }
    if (!row.detail.deadDue) on("dead", live.deadAt, { kind: "dead" });
    if (row.watching) on("watch", live.watchEndAt, { kind: "watchEnd" });
    schedule.set(`poll:${id}`, nextPoll(live), () => void ask(live));
  }

  function pollMs(row: PaymentRow): number {
    return row.detail.windows?.pollMs ?? DEFAULT_POLL;
  }

  function nextPoll(live: Live): number {
    const now = clock.mono();
    const interval = pollMs(live.row);
    if (live.deadAt === null || now < live.deadAt) return nextOnGrid(live.gridAt, interval, now, live.askedMono);
    const step = WATCH_STEPS[Math.min(live.watchStep, WATCH_STEPS.length - 1)] ?? interval;
    return Math.max(now, (live.askedMono ?? now) + step);
  }

  /** A deadline: journaled first, then one extra question at once, since only an answer received after it decides. */
  function fire(live: Live, event: PaymentEvent): void {
    apply(live, event).then(
      () => {
        if (event.kind !== "watchEnd") void ask(live);
      },
      () => schedule.set(`retry:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => syncTimers(live)),
    );
  }

  function apply(live: Live, event: PaymentEvent, more?: Also): Promise<void> {
    // Another core may stand on this journal by now.
    if (stopped) return Promise.reject(new Error("this core has been stopped"));
    const done = live.queue.then(async () => {
      const before = live.row;
      const next = reduce(before, event, clock.now());
      if (!isMaterial(before, next) && more === undefined) {
        live.row = next;
        return;
      }
      const row: PaymentRow = { ...next, version: before.version + 1 };
      const notices = await hooks.notices(before, row);
      const { head } = await commit({
        at: clock.now(),
        ...more,
        payments: [row],
        events: [eventOf(row), ...(more?.events ?? [])],
        notices,
        outbox: [...(row.settled && !before.settled ? [outboxItem(row)] : []), ...(more?.outbox ?? [])],
      });
      live.row = row;
      hooks.noticed(notices);
      if (before.state !== row.state || before.settled !== row.settled) {
        log.info("payment.moved", {
          id: row.id,
          number: row.number,
          from: before.state,
          to: row.state,
          settled: row.settled,
          late: row.late,
        });
      }
      placeDeadlines(live, before);
      syncTimers(live);
      hooks.changed(head);
    });
    live.queue = done.catch(() => undefined);
    return done;
  }

  async function amend(id: string, event: PaymentEvent, more: Also): Promise<void> {
    const known = lives.get(id);
    if (known) return apply(known, event, more);
    const row = await journal.payment(id);
    if (!row) throw new Error(`payment ${id} is not in the journal`);
    await apply(lives.get(id) ?? adoptOld(row), event, more);
  }

  const adoptOld = (row: PaymentRow): Live => adopt(reduce(row, { kind: "dismiss" }, clock.now()));

  async function commit(batch: Batch): ReturnType<Runner["commit"]> {
    try {
      const written = await journal.commit(batch);
      journalDown = null;
      return written;
    } catch (error) {
      journalDown ??= clock.now();
      log.error("journal.commit.failed", { detail: String(error) });
      hooks.changed(-1);
      throw error;
    }
  }

  const eventOf = (row: PaymentRow): NonNullable<Batch["events"]>[number] => ({
    kind: "payment",
    ref: row.id,
    version: row.version,
    body: JSON.stringify(toPayment(row, hooks.timezone)),
  });

  const outboxItem = (row: PaymentRow): NonNullable<Batch["outbox"]>[number] => ({
    topic: "payment.settled",
    ref: row.id,
    body: JSON.stringify(toPayment(row, hooks.timezone)),
    nextAt: clock.now(),
  });

  // ---- creation ----

  async function createCall(row: PaymentRow, extra: CreateExtra): Promise<CallRow> {
    const ctx = await providers.context(row.profileId);
    return lineOf(ports, ctx, bankOf(providers, row).create(ctx, row, extra), { paymentId: row.id, refundId: null });
  }

  async function create(live: Live, first: CallRow, extra: CreateExtra): Promise<void> {
    let journaled = first;
    for (;;) {
      const ctx = { ...(await providers.context(live.row.profileId)), requestId: journaled.requestId };
      const call = bankOf(providers, live.row).create(ctx, live.row, extra);
      const { event, done } = await exchange(() => send(ctx, call), journaled, call.danger);
      if (stopped) return;
      try {
        await apply(live, event, { calls: [done] });
      } catch {
        return call.danger === "dangerous" ? keepTrying(live, event, done) : giveUpCreation(live, call.danger);
      }
      if (live.row.state !== "creating") return;
      try {
        journaled = await createCall(live.row, extra);
        await commit({ at: clock.now(), calls: [journaled] });
      } catch {
        return giveUpCreation(live, call.danger);
      }
    }
  }

  /** What must not be sent twice goes on a connection that is known to work (reliability, Kaspi `remote/create`). */
  async function send(ctx: BankContext, call: BankCall<CreateAnswer>): Promise<CreateAnswer> {
    if (call.danger === "dangerous") {
      const trouble = await providers.warm(ctx).catch((error: unknown) => {
        // Whatever broke there, not one byte of this call has left.
        throw new HttpFailure("connect", error instanceof HttpFailure ? error.problem : "other", String(error));
      });
      if (stopped) throw new HttpFailure("connect", "closed", "stopped meanwhile");
      if (trouble) return { kind: "refused", error: trouble };
    }
    return providers.send(ctx, call);
  }

  /** What could not be kept must not be shown: as if it had been lost, as soon as the disk takes that. */
  function giveUpCreation(live: Live, danger: Danger): void {
    schedule.set(`retry:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => {
      apply(live, { kind: "restart", danger }).catch(() => giveUpCreation(live, danger));
    });
  }

  /** The answer to a dangerous call cannot be had again, so it waits for the disk; nothing of it is shown before. */
  function keepTrying(live: Live, event: PaymentEvent, done: CallRow): void {
    schedule.set(`retry:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => {
      apply(live, event, { calls: [done] }).catch(() => keepTrying(live, event, done));
    });
  }

  async function exchange(
    send: () => Promise<CreateAnswer>,
    call: CallRow,
    danger: Danger,
  ): Promise<{ event: PaymentEvent; done: CallRow }> {
    try {
      const answer = await send();
      const made = answer.kind === "created" || answer.kind === "invoiced";
      const done = answered(call, clock.now(), made ? "0" : answer.error.bankCode);
      if (answer.kind === "invoiced") return { event: { kind: "invoiced", answer }, done };
      if (answer.kind === "created") {
        // The bank's wall clock decides nothing here, but a technician should know that one of the two is wrong.
        const skewed = answer.expiresAt !== null && answer.expiresAt <= clock.now();
        if (skewed) log.warn("clock.skew", { bankExpires: answer.expiresAt, now: clock.now() });
        return { event: { kind: "created", answer }, done };
      }
      if (answer.kind === "refused") return { event: { kind: "refused", error: withIncident(answer.error) }, done };
      return { event: { kind: "unanswered", danger, left: true, error: withIncident(answer.error) }, done };
    } catch (error) {
      const failure = asFailure(error);
      const left = failure.reach !== "connect";
      const told = left ? appError("answer_lost", { params: { problem: failure.problem } }) : failureError(failure);
      const event: PaymentEvent = { kind: "unanswered", danger, left, error: withIncident(told) };
      return { event, done: unanswered(call, clock.now(), failure) };
    }

    function withIncident<E extends { incident: string | null }>(error: E): E {
      return { ...error, incident: call.requestId.slice(0, 8) };
    }
  }

  // ---- status ----

  function ask(live: Live, owed = false): Promise<void> {
    if (live.asking) return owed ? live.asking.then(() => ask(live, true)) : live.asking;
    if (stopped || !isWorthAsking(live.row) || !providers.bank(live.row.provider)) return Promise.resolve();
    const now = clock.mono();
    const earliest = live.askedMono === null || owed ? now : live.askedMono + pollMs(live.row);
    if (earliest > now + 1) {
      // Asked a moment ago: the next question waits its turn, and stands in for this one.
      if (isAskedByTimer(live.row))
        schedule.set(`poll:${live.row.id}`, Math.min(earliest, nextPoll(live)), () => void ask(live));
      return Promise.resolve();
    }
    live.asking = question(live).finally(() => {
      live.asking = null;
      syncTimers(live);
      // A person asked, and sees when it was asked and answered even if nothing else has changed.
      if (!stopped && !isAskedByTimer(live.row)) hooks.changed(-1);
    });
    return live.asking;
  }

  async function question(live: Live): Promise<void> {
    const release = await slot(live);
    try {
      if (stopped) return;
      if (live.deadAt !== null && live.askedMono !== null && live.askedMono >= live.deadAt) live.watchStep += 1;
      live.askedMono = clock.mono();
      live.askedAt = clock.now();
      const ctx = await providers.context(live.row.profileId);
      const answer = await providers.send(ctx, bankOf(providers, live.row).status(ctx, live.row));
      if (stopped) return;
      heard(live, answer.kind !== "unclear");
      if (answer.kind === "unclear") noteOnce(live, answer.error);
      await apply(live, statusEvent(answer));
    } catch (error) {
      if (stopped) return;
      heard(live, false);
      if (!(error instanceof HttpFailure)) log.error("payment.ask.failed", { id: live.row.id, detail: String(error) });
      await apply(live, { kind: "silence" }).catch(() => undefined);
    } finally {
      release();
    }
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
    hooks.changed(-1);
  }

  function statusEvent(answer: StatusAnswer): PaymentEvent {
    if (answer.kind === "word") return { kind: "word", word: answer };
    return answer.kind === "notFound" ? { kind: "notFound" } : { kind: "silence" };
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
    adopt,
    adoptOld,
    live: (id) => lives.get(id),
    forget,
    all: () => lives.values(),
    apply,
    amend,
    create,
    createCall,
    ask,
    askAll() {
      const order = [...lives.values()].toSorted((a, b) => Number(a.row.watching) - Number(b.row.watching));
      for (const live of order) if (isAskedByTimer(live.row)) void ask(live);
    },
    pulse: (live) => ({ scanAt: live.scanAt, confirmAt: live.confirmAt, askedAt: live.askedAt, silent: live.silent }),
    eventOf,
    commit,
    journalDownSince: () => journalDown,
    async stop() {
      stopped = true;
      schedule.stop();
      for (const go of waiting.splice(0)) go();
      await Promise.all([...lives.values()].map((live) => live.queue));
    },
  };
}

/** Counting and hearing the same word again is not worth a write to the disk. */
function isMaterial(before: PaymentRow, next: PaymentRow): boolean {
  if (before === next) return false;
  const plain = (row: PaymentRow): string =>
    JSON.stringify({ ...row, detail: { ...row.detail, answeredAt: 0, silentPolls: 0, notFound: 0 } });
  return plain(before) !== plain(next);
}
