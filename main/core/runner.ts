/**
 * The payments in memory. Each has a queue of its own, in which events are applied one after the other in the order they
 * were received: reduced, committed, then shown; and its timers.
 */
import { isPostedMethod } from "../../contract/states.ts";
import { createAsking } from "./asking.ts";
import type { PaymentPages } from "./bank-page.ts";
import type { Cards } from "./cards.ts";
import { createCreation, type Creation } from "./creation.ts";
import { createLookUps } from "./look-up.ts";
import { BRISK_FOR, DEFAULT_POLL, JOURNAL_AGAIN, nextPoll, pollMs } from "./pace.ts";
import { doubtOf } from "./doubt.ts";
import type { PaymentRow } from "./payment.ts";
import type { Batch, NoticeRow, Ports } from "./ports.ts";
import { createPosts } from "./post.ts";
import { toPayment, type Pulse } from "./present.ts";
import type { Providers } from "./providers.ts";
import {
  CONTRADICTION,
  deadlineOf,
  isAskedByTimer,
  isWorthAsking,
  owesRefusal,
  reduce,
  type PaymentEvent,
} from "./reduce.ts";
import { SILENT_POLLS } from "./reduce-steps.ts";
import { hasOpenPage, LAG, SESSION } from "./reduce-posted.ts";
import { createRefusals } from "./refusal.ts";
import { onMonotonic, type Schedule } from "./schedule.ts";

export interface Live {
  row: PaymentRow;
  queue: Promise<unknown>;
  /** Monotonic deadlines; null where there is none. */
  scanAt: number | null;
  confirmAt: number | null;
  deadAt: number | null;
  watchEndAt: number | null;
  /** Vending: until when somebody has to say how the goods stand. */
  goodsAt: number | null;
  /** Anchor of the polling grid. */
  gridAt: number;
  askedMono: number | null;
  askedAt: number | null;
  silent: boolean;
  watchStep: number;
  /** So many questions have ended since nobody knows what became of it. */
  looks: number;
  /** A posted one is asked about often until then (monotonic). */
  briskUntil: number;
  asking: Promise<void> | null;
  /** The last answer that could not be read, so that it is noted once. */
  odd: string | null;
  /** The creation that is on its way; done when the bank has spoken or cannot. */
  creating: Promise<void> | null;
  /** The bank is being told that it is refused. */
  refusing: Promise<void> | null;
  /** Works that go on holding this object while they wait: it is not let go of before. */
  out: number;
  /** The bank's last word as it was written. */
  raw: string | null;
  /** What hints have said and the bank's own answer has not confirmed yet. */
  readonly hinted: Set<string>;
}

/** What belongs into the same commit as a change of a payment. It is written even when the payment does not change. */
export type Also = Pick<Batch, "calls" | "refunds" | "events" | "outbox" | "profiles" | "counters">;

export interface Runner extends Creation {
  readonly pages: PaymentPages;
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
  /** The same, but nothing at all is written where the event changes nothing; says whether it did. */
  applyIfNew(live: Live, event: PaymentEvent, more: Also): Promise<boolean>;
  /** Runs what writes the payment in a commit of its own making in the payment's turn: no event comes between. */
  inTurn<T>(live: Live, work: () => Promise<T>): Promise<T>;
  /** `apply` for a payment that may be in the journal alone. */
  amend(id: string, event: PaymentEvent, more: Also): Promise<void>;
  /** Asks the bank now; politely: not within the bank's interval of the question before, unless it is `owed`. */
  ask(live: Live, owed?: boolean): Promise<void>;
  /** First questions after a start or a pause: the open payment at once, the others a few at a time. */
  askAll(): void;
  /** A hint of the bank's event stream says `raw` of it: it is asked at once, and rarely no more until it is confirmed. */
  hurry(live: Live, raw: string): void;
  /** The event stream came up or went down: the next question of each payment comes when it is due now. */
  repace(): void;
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
  readonly pages: PaymentPages;
  readonly cards: Pick<Cards, "keep">;
  /** A commit has been made; the screen and the event stream may be told. */
  changed(head: number): void;
  /** Notices (late success, double payment) that belong into the same commit. */
  notices(before: PaymentRow, after: PaymentRow): Promise<readonly NoticeRow[]>;
  noticed(notices: readonly NoticeRow[]): void;
  /** The bank's event stream is up: payments of this profile need few polls. */
  hurried(profileId: string): boolean;
}

/** No goods are overdue so soon after a start, in milliseconds. */
export const GOODS_AT_START = 10_000;

/** After these the status alone says how a posted payment stands. */
const ASKED_AFTER: ReadonlySet<PaymentEvent["kind"]> = new Set([
  "posted",
  "challenged",
  "unanswered",
  "confirmLost",
  "pageOver",
  "cancel",
]);

/** Makes the runner of one till. */
export function createRunner(ports: Ports, schedule: Schedule, providers: Providers, hooks: RunnerHooks): Runner {
  const { clock, journal, log } = ports;
  const { pages, cards } = hooks;
  const lives = new Map<string, Live>();
  let journalDown: number | null = null;
  let stopped = false;
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
      goodsAt: null,
      gridAt: clock.mono(),
      askedMono: askedBefore.get(row.id) ?? null,
      askedAt: null,
      silent: false,
      watchStep: 0,
      // One question after a start: it may have waited for a long time.
      looks: SILENT_POLLS - 1,
      briskUntil: 0,
      asking: null,
      odd: null,
      creating: null,
      refusing: null,
      out: 0,
      raw: null,
      hinted: new Set(),
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
    const posted = isPostedMethod(live.row.method);
    const scanMs = windows?.scanMs ?? 0;
    const confirmMs = posted ? SESSION : (windows?.confirmMs ?? 0);
    live.scanAt = place(scanDeadline, was?.scanDeadline, live.scanAt, scanMs);
    live.confirmAt = place(confirmDeadline, was?.confirmDeadline, live.confirmAt, confirmMs);
    if (!posted)
      live.deadAt = place(deadAt, was?.deadAt, live.deadAt, deadAt === null || tokenAt === null ? 0 : deadAt - tokenAt);
    // The whole hour is counted anew from each start: a wall clock that jumped must not make it `failed`.
    else if (deadAt !== null && (deadAt !== was?.deadAt || live.deadAt === null)) live.deadAt = mono + LAG;
    live.watchEndAt = place(watchUntil, was?.watchUntil, live.watchEndAt, Number.MAX_SAFE_INTEGER);
    placeGoods(live, before, now, mono);
    if (tokenAt !== null && was !== undefined && was.tokenAt === null) live.gridAt = mono;
    if (before !== null && posted && beginsAnew(before, live.row)) {
      live.gridAt = mono;
      live.briskUntil = mono + BRISK_FOR;
      live.watchStep = 0;
    }
  }

  /** As the others; but right after a start the machine has a moment to say what it did while nobody listened. */
  function placeGoods(live: Live, before: PaymentRow | null, now: number, mono: number): void {
    const goods = live.row.fulfilment;
    const dueAt = goods?.dueAt ?? null;
    if (goods === null || dueAt === null) return void (live.goodsAt = null);
    if (dueAt === before?.fulfilment?.dueAt && live.goodsAt !== null) return;
    const full = goods.state === "waiting" ? goods.fulfilMs : goods.dispenseMs;
    const due = onMonotonic(dueAt, full, now, mono);
    live.goodsAt = before === null ? Math.max(due, mono + GOODS_AT_START) : due;
  }

  function syncTimers(live: Live): void {
    const { row } = live;
    const { id } = row;
    for (const name of ["poll", "scan", "confirm", "dead", "watch", "goods"]) schedule.cancel(`${name}:${id}`);
    if (stopped) return;
    const on = (name: string, at: number | null, event: PaymentEvent): void => {
      if (at !== null) schedule.set(`${name}:${id}`, at, () => fire(live, event));
    };
    const dueAt = row.fulfilment?.dueAt ?? null;
    if (dueAt !== null) on("goods", live.goodsAt, { kind: "goodsDue", dueAt });
    if (!(isAskedByTimer(row) || isUndecidedPost(row))) return;
    const deadline = deadlineOf(row);
    if (deadline === "scan") on("scan", live.scanAt, { kind: "deadline" });
    if (deadline === "confirm") on("confirm", live.confirmAt, { kind: "deadline" });
    if (!row.detail.deadDue) on("dead", live.deadAt, { kind: "dead" });
    if (row.watching) on("watch", live.watchEndAt, { kind: "watchEnd" });
    if (isAskedByTimer(row)) setPoll(live);
  }

  /** The next question; one that came too early is made up for at `earliest`. */
  function setPoll(live: Live, earliest?: number): void {
    const due = nextPoll(live, clock.mono(), hooks.hurried(live.row.profileId));
    schedule.set(`poll:${live.row.id}`, earliest === undefined ? due : Math.min(earliest, due), () => void ask(live));
  }

  /** A deadline: journaled first, then one extra question at once, since only an answer received after it decides. */
  function fire(live: Live, event: PaymentEvent): void {
    apply(live, event).then(
      () => {
        if (event.kind === "deadline") holdRefusal(live);
        if (event.kind !== "watchEnd" && isAskedByTimer(live.row)) void ask(live);
      },
      () => schedule.set(`retry:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => syncTimers(live)),
    );
  }

  /** The question about the deadline goes first, since who scanned in time is served; it holds a refusal back no longer than that. */
  function holdRefusal(live: Live): void {
    const now = clock.mono();
    const interval = pollMs(live, now);
    const last = live.askedMono ?? -Infinity;
    // One on its way that was asked before the deadline decides nothing: the next one does.
    const isDeciding = live.asking !== null && live.scanAt !== null && last >= live.scanAt;
    const asked = isDeciding ? now : Math.max(now, (live.asking ? now : last) + interval);
    schedule.set(`hold:${live.row.id}`, asked + interval, () => {
      if (live.row.detail.overdue) void refusals.tell(live, true);
    });
  }

  async function apply(live: Live, event: PaymentEvent, more?: Also): Promise<void> {
    await step(live, event, more, false);
  }

  function step(live: Live, event: PaymentEvent, more: Also | undefined, onlyIfNew: boolean): Promise<boolean> {
    // Another core may stand on this journal by now.
    if (stopped) return Promise.reject(new Error("this core has been stopped"));
    return inTurn(live, async () => {
      const before = live.row;
      const next = reduce(before, event, clock.now());
      const isNew = isMaterial(before, next);
      if (isNew || (more !== undefined && !onlyIfNew)) await write(live, next, more);
      else live.row = next;
      if (!owesRefusal(before, false)) void refusals.tell(live);
      if (isPostedMethod(before.method)) followPost(live, before, event);
      return isNew;
    });
  }

  /** A page that is over is closed; where only the status can say what came of it, the bank is asked at once. */
  function followPost(live: Live, before: PaymentRow, event: PaymentEvent): void {
    if (before.state === "awaiting_3ds" && !hasOpenPage(live.row)) pages.end(live);
    if (ASKED_AFTER.has(event.kind) && isAskedByTimer(live.row)) void ask(live, true);
  }

  function inTurn<T>(live: Live, work: () => Promise<T>): Promise<T> {
    const done = live.queue.then(work);
    live.queue = done.catch(() => undefined);
    return done;
  }

  async function write(live: Live, next: PaymentRow, more: Also | undefined): Promise<void> {
    const before = live.row;
    const row: PaymentRow = { ...next, version: before.version + 1 };
    const notices = await hooks.notices(before, row);
    const { head } = await commit({
      at: clock.now(),
      ...more,
      payments: [row],
      events: [eventOf(row), ...(more?.events ?? [])],
      notices,
      // A late success is told too, though it was over before.
      outbox: [
        ...(row.settled && (!before.settled || before.state !== row.state) ? [outboxItem(row)] : []),
        ...(more?.outbox ?? []),
      ],
    });
    live.row = row;
    hooks.noticed(notices);
    if (doubtOf(before, clock.now()) === null)
      live.looks = row.detail.history.at(-1)?.cause === "silence" ? SILENT_POLLS : 0;
    note(before, row);
    placeDeadlines(live, before);
    syncTimers(live);
    hooks.changed(head);
  }

  function note(before: PaymentRow, { id, number, state, settled, late, detail }: PaymentRow): void {
    const [contradiction] = detail.history
      .slice(before.detail.history.length)
      .filter(({ cause }) => cause.startsWith(CONTRADICTION));
    if (contradiction) log.error("payment.contradicted", { id, number, state, cause: contradiction.cause });
    if (before.state !== state || before.settled !== settled)
      log.info("payment.moved", { id, number, from: before.state, to: state, settled, late });
  }

  function asked(live: Live): void {
    syncTimers(live);
    live.looks += 1;
    // A person may decide from here on.
    if (live.looks === SILENT_POLLS && !stopped && doubtOf(live.row, clock.now()) !== null) hooks.changed(-1);
  }

  async function amend(id: string, event: PaymentEvent, more: Also): Promise<void> {
    const known = lives.get(id);
    if (known) return apply(known, event, more);
    const row = await journal.payment(id);
    if (!row) throw new Error(`payment ${id} is not in the journal`);
    await apply(adoptOld(row), event, more);
  }

  // Somebody else may have taken it up while it was read.
  const adoptOld = (row: PaymentRow): Live => lives.get(row.id) ?? adopt(reduce(row, { kind: "dismiss" }, clock.now()));

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

  const isStopped = (): boolean => stopped;
  const applyIfNew: Runner["applyIfNew"] = (live, event, more) => step(live, event, more, true);
  const shared = { ports, schedule, providers, pages, cards, apply, applyIfNew, commit, isStopped };
  const refusals = createRefusals({ ...shared, ended: () => hooks.changed(-1) });
  const creation = createCreation({ ...shared, lookUps: createLookUps(shared), post: createPosts(shared) });
  const asking = createAsking({
    ...shared,
    refusals,
    postpone: setPoll,
    asked,
    changed: () => hooks.changed(-1),
  });
  const { ask } = asking;

  return {
    ...creation,
    pages,
    adopt,
    adoptOld,
    live: (id) => lives.get(id),
    forget,
    all: () => lives.values(),
    apply,
    applyIfNew,
    inTurn,
    amend,
    ask,
    askAll() {
      const order = [...lives.values()].toSorted((a, b) => Number(a.row.watching) - Number(b.row.watching));
      for (const live of order) if (isAskedByTimer(live.row)) void ask(live);
    },
    hurry(live, raw) {
      if (stopped || raw === live.raw || !isWorthAsking(live.row)) return;
      live.hinted.add(raw);
      void ask(live, true);
    },
    repace() {
      for (const live of lives.values()) syncTimers(live);
    },
    pulse: ({ scanAt, confirmAt, goodsAt, askedAt, silent }) => ({ scanAt, confirmAt, goodsAt, askedAt, silent }),
    eventOf,
    commit,
    journalDownSince: () => journalDown,
    async stop() {
      stopped = true;
      schedule.stop();
      asking.stop();
      await Promise.all([...lives.values()].map((live) => live.queue));
    },
  };
}

/** Something was sent to the bank, or is not any more, that it may be about to decide. */
function beginsAnew({ bankId, detail: was }: PaymentRow, { bankId: known, detail: is }: PaymentRow): boolean {
  if (bankId === null && known !== null) return true;
  return was.confirmed !== is.confirmed || was.pageEnd !== is.pageEnd || was.operation !== is.operation;
}

/** Its deadlines count also while the bank is not asked about it by timer. */
function isUndecidedPost({ method, settled, bankId }: PaymentRow): boolean {
  return isPostedMethod(method) && !settled && bankId !== null;
}

/** Counting and hearing the same word again is not worth a write to the disk. */
function isMaterial(before: PaymentRow, next: PaymentRow): boolean {
  if (before === next) return false;
  const plain = (row: PaymentRow): string =>
    JSON.stringify({ ...row, detail: { ...row.detail, answeredAt: 0, silentPolls: 0, notFound: 0 } });
  return plain(before) !== plain(next);
}
