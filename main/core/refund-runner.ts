/**
 * Refunds while they live: their queue, their timers, and the safe questions to the bank (the scanned code, the
 * customer's purchases, the available figure, the refund's own bill). What moves money is in refund-send.ts.
 */
import { LATE_DELIVERY } from "./pace.ts";
import type { Minor } from "../../contract/money.ts";
import { isGone, refundDoubtOf } from "./doubt.ts";
import { GOODS_ACTOR, isUngiven } from "./goods.ts";
import { HttpFailure, type Batch } from "./ports.ts";
import { readFigure } from "./refund-bank.ts";
import { askBill, billMs, BILL_WATCH, hasOpenBill } from "./refund-bill.ts";
import { createRefundCodes, type RefundCodes } from "./refund-code.ts";
import { toRefund, type RefundPulse } from "./refund-present.ts";
import { GIVE_UP, LAST_READING, readingDue } from "./refund-readings.ts";
import { isHeld, isTreated, reduceRefund, type RefundEvent } from "./refund-reduce.ts";
import type { KnownPurchase, RefundRow } from "./refund.ts";
import type { RefundParts } from "./refunds.ts";
import type { Also, Live } from "./runner.ts";
import { nextOnGrid, onMonotonic } from "./schedule.ts";

/** Other people's purchases do not stay on a screen that nobody touches. */
const IDLE = 600_000;
/** A person may have the figure read this often. */
const ASK_PAUSE = 5_000;
const JOURNAL_AGAIN = 1_000;
const DEFAULT_POLL = 5_000;
/** How many refunds of one purchase are looked through. */
const PAST = 100;

export interface LiveRefund {
  row: RefundRow;
  queue: Promise<unknown>;
  gridAt: number;
  /** Monotonic; the wall clock decides nothing. */
  scanAt: number | null;
  idleAt: number | null;
  doubtAt: number | null;
  holdAt: number | null;
  /** When the bank's own time for it is over. */
  overAt: number | null;
  askedMono: number | null;
  /** When the last figure that was answered had been asked for. */
  readMono: number | null;
  silent: boolean;
  asking: Promise<void> | null;
  /** When it was begun the goods of its sale were not given: it was asked for because of that. */
  readonly forUngiven: boolean;
  /** The customer's purchases, while what was chosen is on its way: a refusal brings him back to them. */
  operations: readonly KnownPurchase[];
}

export interface RefundRunner {
  adopt(row: RefundRow): LiveRefund;
  /** The refund in memory, else from the journal. */
  known(id: string): Promise<LiveRefund | null>;
  live(id: string): LiveRefund | undefined;
  all(): Iterable<LiveRefund>;
  /** Applies an event: reduced, committed, then shown; false when it changes nothing. Rejects when the journal refuses. */
  apply(live: LiveRefund, event: RefundEvent, more?: Also): Promise<boolean>;
  /** The same for what cannot be had again: it waits for the disk, for as long as it takes. */
  keep(live: LiveRefund, event: RefundEvent, more?: Also): Promise<void>;
  readonly codes: RefundCodes;
  /** Asks what can be asked now; politely. */
  ask(live: LiveRefund): Promise<void>;
  canAsk(live: LiveRefund): boolean;
  /** Somebody is choosing. */
  touch(live: LiveRefund): void;
  /** Until when (monotonic) nothing may be sent after this one. */
  holdOf(row: RefundRow): number;
  /** Whether a figure after a lost refund speaks of something else than of it; read for the refund `next`. */
  explained(row: RefundRow, available: Minor, next: string | null): Promise<boolean>;
  pulse(live: LiveRefund): RefundPulse;
  eventsOf(row: RefundRow, before: RefundRow | null): Required<Pick<Batch, "events" | "outbox">>;
  begin(): void;
  wake(): void;
  stopped(): boolean;
  stop(): Promise<void>;
}

/** `scanned` is told of a refund whose customer has shown his purchases. */
export function createRefundRunner(parts: RefundParts, scanned: (live: LiveRefund) => void): RefundRunner {
  const { ports, schedule, settings, providers, runner, changed } = parts;
  const { clock, journal, log } = ports;
  const { timezone } = settings;
  const lives = new Map<string, LiveRefund>();
  /** When each sending of this process left, monotonic: a wall clock that jumps must not let a second one go early. */
  const left = new Map<string, number>();
  /** What an earlier process sent has left before that. */
  const began = clock.mono();
  let started = false;
  let over = false;
  let waits = 0;

  const codes = createRefundCodes(parts, { apply, keep, stopped: () => over, heard, scanned });

  const timer = (name: string, id: string): string => `refund-${name}:${id}`;

  function adopt(row: RefundRow): LiveRefund {
    const known = lives.get(row.id);
    if (known) return known;
    const live: LiveRefund = {
      row,
      queue: Promise.resolve(),
      gridAt: clock.mono(),
      scanAt: null,
      idleAt: null,
      doubtAt: null,
      holdAt: null,
      overAt: null,
      askedMono: null,
      readMono: null,
      silent: false,
      asking: null,
      forUngiven: isForUngiven(row),
      operations: [],
    };
    lives.set(row.id, live);
    // When it left before the process died is not known: the wall clock may have been put right since.
    if (row.detail.sentAt !== null && row.watching && !left.has(row.id)) left.set(row.id, clock.mono());
    place(live, null);
    sync(live);
    return live;
  }

  async function known(id: string): Promise<LiveRefund | null> {
    const live = lives.get(id);
    if (live) return live;
    const row = await journal.refund(id);
    return row === null ? null : adopt(row);
  }

  /** Puts what is new on the monotonic clock; what is there already never moves. */
  function place(live: LiveRefund, before: RefundRow | null): void {
    const { row } = live;
    const { scanDeadline, scanMs, tokenAt, doubtAt, heldUntil, sentAt, sends, pendingAt } = row.detail;
    const was = before?.detail;
    const now = clock.now();
    const mono = clock.mono();
    if (scanDeadline === null) live.scanAt = null;
    else if (scanDeadline !== was?.scanDeadline) live.scanAt = onMonotonic(scanDeadline, scanMs ?? 0, now, mono);
    if (tokenAt !== null && was?.tokenAt === null) live.gridAt = mono;
    if (doubtAt === null) live.doubtAt = null;
    else if (doubtAt !== was?.doubtAt) {
      live.doubtAt = mono;
      live.readMono = null;
      live.askedMono = null;
    }
    if (pendingAt === null) live.overAt = null;
    else if (pendingAt !== was?.pendingAt) {
      live.overAt = onMonotonic(pendingAt + BILL_WATCH, BILL_WATCH, now, mono);
      live.gridAt = mono;
      live.askedMono = null;
    }
    if (row.state === "choosing" && before?.state !== "choosing") live.idleAt = mono + IDLE;
    if (before !== null && sentAt !== null && sends !== before.detail.sends) left.set(row.id, mono);
    live.holdAt = heldUntil === null ? null : (live.holdAt ?? onMonotonic(heldUntil, LATE_DELIVERY, now, mono));
  }

  /** What is not watched any more has been looked at after its hold. */
  function holdOf(row: RefundRow): number {
    const at = left.get(row.id);
    // A person's word does not call back what is on its way.
    if (isTreated(row)) return (at ?? began) + LATE_DELIVERY;
    return at === undefined || !row.watching ? clock.mono() : at + LATE_DELIVERY;
  }

  /**
   * Whether a figure after a lost refund speaks of something else: of a later refund of the purchase that was sent, or
   * of what a person has recorded since. `next` is the refund for which it was read.
   */
  async function explained(row: RefundRow, available: Minor, next: string | null): Promise<boolean> {
    const { purchaseKey, a0 } = row;
    if (purchaseKey === null || a0 === null) return true;
    const others = (await journal.refunds({ purchaseKey, limit: PAST })).filter(
      (other) => other.seq > row.seq && other.id !== next,
    );
    if (others.some((other) => other.detail.sentAt !== null)) return true;
    const recorded = others.filter((other) => other.state === "recorded");
    const sum = recorded.reduce((total, other) => total + (other.minor ?? 0), 0);
    return sum > 0 && available === a0 - sum;
  }

  function sync(live: LiveRefund): void {
    const { row } = live;
    for (const name of ["ask", "scan", "idle", "over"]) schedule.cancel(timer(name, row.id));
    if (!started || over) return;
    const on = (name: string, at: number, run: () => void): void => schedule.set(timer(name, row.id), at, run);
    if (row.state === "awaiting_scan") {
      on("ask", nextOnGrid(live.gridAt, pollMs(row), clock.mono(), live.askedMono), () => void ask(live));
      if (live.scanAt !== null) on("scan", live.scanAt, () => void scanOver(live));
    }
    if (row.state === "choosing" && !isHeld(row) && live.idleAt !== null)
      on("idle", live.idleAt, () => void attempt(live, { kind: "deadline" }));
    if (row.state === "pending" && live.overAt !== null) {
      on(
        "ask",
        nextOnGrid(live.gridAt, billMs(live.overAt, clock.mono()), clock.mono(), live.askedMono),
        () => void ask(live),
      );
      on("over", live.overAt, () => void billOver(live));
    }
    const reading = due(live);
    if (reading !== null) on("ask", reading, () => void read(live));
  }

  const pollMs = (row: RefundRow): number => row.detail.pollMs ?? DEFAULT_POLL;
  /** Timers fire a little late: the next question may be this much nearer than the interval. */
  const politely = (ms: number): number => ms - Math.min(100, ms / 50);
  const askedJustNow = ({ askedMono }: LiveRefund, pause: number): boolean =>
    askedMono !== null && clock.mono() - askedMono < pause;

  const due = (live: LiveRefund): number | null => readingDue(live, () => holdOf(live.row));

  /** What a timer brings: tried again a moment later when the disk refuses. */
  async function attempt(live: LiveRefund, event: RefundEvent): Promise<void> {
    try {
      await apply(live, event);
    } catch {
      schedule.set(timer("retry", live.row.id), clock.mono() + JOURNAL_AGAIN, () => void attempt(live, event));
    }
  }

  function apply(live: LiveRefund, event: RefundEvent, more: Also = {}): Promise<boolean> {
    // Another core may stand on the same journal by now.
    if (over) return Promise.resolve(false);
    const done = live.queue.then(async () => {
      const before = live.row;
      const next = reduceRefund(before, event, clock.now());
      if (next === before) {
        // An intent that came too late leaves nothing behind; the outcome of a call is kept even so.
        if (more.calls && event.kind !== "send") await runner.commit({ at: clock.now(), calls: more.calls });
        return false;
      }
      const row: RefundRow = { ...next, version: before.version + 1 };
      const told = eventsOf(row, before);
      const sale = event.kind === "send" && before.detail.sends === 0 ? await saleOf(live, row) : null;
      const moved = (isGone(row) ? (row.minor ?? 0) : 0) - (isGone(before) ? (before.minor ?? 0) : 0);
      let head = -1;
      if (sale !== null) {
        // The goods may have been given after all, or be coming out: then nothing is sent.
        const isOurs = row.actor === GOODS_ACTOR;
        const sent = isOurs ? ({ kind: "backSent", refundId: row.id } as const) : ({ kind: "backByHand" } as const);
        if (!(await runner.applyIfNew(sale, sent, { ...more, refunds: [row], ...told }))) return false;
      } else if (moved !== 0 && row.paymentId !== null)
        await runner.amend(row.paymentId, { kind: "refunded", minor: moved }, { ...more, refunds: [row], ...told });
      else ({ head } = await runner.commit({ at: clock.now(), ...more, refunds: [row], ...told }));
      live.operations = row.state === "sending" ? before.detail.operations : [];
      live.row = row;
      if (before.state !== row.state)
        log.info("refund.moved", { id: row.id, number: row.number, from: before.state, to: row.state });
      place(live, before);
      sync(live);
      forget(live);
      changed(head);
      return true;
    });
    live.queue = done.catch(() => undefined);
    return done;
  }

  function isForUngiven({ paymentId }: RefundRow): boolean {
    const goods = paymentId === null ? null : (runner.live(paymentId)?.row.fulfilment ?? null);
    return goods !== null && isUngiven(goods);
  }

  /** The sale whose goods have a say in this sending, in the sale's own turn; null: none have. */
  async function saleOf({ forUngiven }: LiveRefund, { actor, paymentId }: RefundRow): Promise<Live | null> {
    const isOurs = actor === GOODS_ACTOR;
    const sale = paymentId === null ? undefined : runner.live(paymentId);
    if (sale === undefined && !isOurs && !forUngiven) return null;
    // Put away meanwhile: what it says now decides all the same.
    const row = sale || paymentId === null ? null : await journal.payment(paymentId);
    const found = sale ?? (row && runner.adoptOld(row));
    if (!found) throw new Error(`payment ${paymentId} is not in the journal`);
    const goods = found.row.fulfilment;
    return goods === null || (goods.state === "given" && !isOurs && !forUngiven) ? null : found;
  }

  async function keep(live: LiveRefund, event: RefundEvent, more: Also = {}): Promise<void> {
    for (;;) {
      try {
        await apply(live, event, more);
        return;
      } catch {
        if (over) return;
        await pause(JOURNAL_AGAIN, live);
      }
    }
  }

  function pause(ms: number, live: LiveRefund): Promise<void> {
    waits += 1;
    return new Promise((resolve) => schedule.set(timer(`keep-${waits}`, live.row.id), clock.mono() + ms, resolve));
  }

  /** What is settled, put away and not looked at any more has no business in memory. */
  function forget({ row }: LiveRefund): void {
    // Looked at after its hold, or never to be looked at.
    if (row.settled && !row.watching && !isTreated(row)) left.delete(row.id);
    const shown = row.detail.onScreen && !row.detail.dismissed;
    if (row.settled && !row.watching && !shown && refundDoubtOf(row, false) === null) lives.delete(row.id);
  }

  function eventsOf(row: RefundRow, before: RefundRow | null): Required<Pick<Batch, "events" | "outbox">> {
    // What the customer bought besides is for the one who chooses, not for a journal that forgets nothing (U29).
    const body = JSON.stringify({ ...toRefund(row, timezone), operations: [] });
    const settled = row.settled && (before?.settled !== true || before.state !== row.state);
    return {
      events: [{ kind: "refund", ref: row.id, version: row.version, body }],
      outbox: settled ? [{ topic: "refund.settled", ref: row.id, body, nextAt: clock.now() }] : [],
    };
  }

  // ---- questions ----

  /** The code's time is over: one more question, since the customer may have scanned in its last seconds. */
  async function scanOver(live: LiveRefund): Promise<void> {
    const identified = live.row.detail.payload === null;
    await live.asking;
    if (!identified && !askedJustNow(live, politely(pollMs(live.row)))) await question(live, () => codes.poll(live));
    const { row } = live;
    if (row.state === "awaiting_scan" && (identified || row.detail.payload !== null))
      await attempt(live, { kind: "deadline" });
  }

  /** The bank's time is over: one more question, and then a person must look. */
  async function billOver(live: LiveRefund): Promise<void> {
    await live.asking;
    if (live.row.state === "pending" && !askedJustNow(live, billPause(live))) await bill(live);
    if (live.row.state === "pending") await attempt(live, { kind: "deadline" });
  }

  function bill(live: LiveRefund): Promise<void> {
    return question(live, () => askBill(providers, live, { apply, heard, stopped: () => over }));
  }

  const billPause = ({ overAt }: LiveRefund): number => politely(billMs(overAt ?? 0, clock.mono()));

  /** Takes one reading of a refund in doubt, of one that is to be looked at once more, or on a person's request. */
  function read(live: LiveRefund): Promise<void> {
    return question(live, async () => {
      const { row } = live;
      const { purchaseId } = row.detail;
      if (purchaseId === null) return;
      const asked = clock.mono();
      const ctx = await providers.context(row.profileId);
      const figure = await readFigure(providers, ctx, purchaseId);
      if (over) return;
      const available = "available" in figure ? figure.available : null;
      heard(live, available !== null);
      if (available !== null) await reading(live, asked, available);
      else if (asked - (live.doubtAt ?? asked) >= GIVE_UP) await apply(live, { kind: "giveUp" });
    });
  }

  async function reading(live: LiveRefund, asked: number, available: Minor): Promise<void> {
    const { row } = live;
    if ((row.state === "not_executed" || isTreated(row)) && (await explained(row, available, null)))
      return void (await apply(live, { kind: "giveUp" }));
    const last = live.doubtAt !== null && asked - live.doubtAt >= LAST_READING;
    await apply(live, { kind: "reading", minor: available, last });
    live.readMono = asked;
  }

  /** One question at a time for each refund. */
  function question(live: LiveRefund, put: () => Promise<void>): Promise<void> {
    if (live.asking) return live.asking;
    if (over) return Promise.resolve();
    live.askedMono = clock.mono();
    live.asking = put()
      .catch((error: unknown) => {
        heard(live, false);
        if (!(error instanceof HttpFailure)) log.error("refund.ask.failed", { id: live.row.id, detail: String(error) });
      })
      .finally(() => {
        live.asking = null;
        sync(live);
      });
    return live.asking;
  }

  function heard(live: LiveRefund, answered: boolean): void {
    if (live.silent === !answered) return;
    live.silent = !answered;
    changed(-1);
  }

  function ask(live: LiveRefund): Promise<void> {
    const { row } = live;
    if (live.asking) return live.asking;
    const put = questionOf(live);
    if (put === null) return Promise.resolve();
    const waiting = row.state === "pending" ? billPause(live) : ASK_PAUSE;
    if (askedJustNow(live, row.state === "awaiting_scan" ? politely(pollMs(row)) : waiting)) {
      sync(live);
      return Promise.resolve();
    }
    return put(live);
  }

  /** What can be asked of it now; null when nothing can. */
  function questionOf({ row }: LiveRefund): ((live: LiveRefund) => Promise<void>) | null {
    if (row.state === "awaiting_scan") return (live) => question(live, () => codes.poll(live));
    if (hasOpenBill(row)) return bill;
    const doubtful = row.state === "in_doubt" || row.state === "needs_review";
    return doubtful && !row.detail.ours && row.detail.purchaseId !== null ? read : null;
  }

  /** What a start, a network that is back and a machine that woke up ask at once: also a bill that outlasted the night. */
  const isWaitedFor = ({ row }: LiveRefund): boolean => row.state === "awaiting_scan" || hasOpenBill(row);

  return {
    adopt,
    known,
    live: (id) => lives.get(id),
    all: () => lives.values(),
    apply,
    keep,
    codes,
    ask,
    canAsk: (live) => questionOf(live) !== null,
    touch(live) {
      live.idleAt = clock.mono() + IDLE;
      sync(live);
    },
    holdOf,
    explained,
    pulse(live) {
      const held = live.holdAt !== null;
      return {
        scanAt: live.scanAt,
        checkAt: held
          ? live.holdAt
          : live.row.state === "in_doubt" && live.doubtAt !== null
            ? live.doubtAt + LAST_READING
            : null,
        checkMs: held ? LATE_DELIVERY : LAST_READING,
        silent: live.silent,
      };
    },
    eventsOf,
    begin() {
      started = true;
      for (const live of lives.values()) {
        sync(live);
        if (isWaitedFor(live)) void ask(live);
      }
    },
    wake() {
      for (const live of lives.values()) if (isWaitedFor(live) || (live.silent && due(live) !== null)) void ask(live);
    },
    stopped: () => over,
    async stop() {
      over = true;
      for (const { row } of lives.values())
        for (const name of ["ask", "scan", "idle", "over", "retry"]) schedule.cancel(timer(name, row.id));
      await Promise.all([...lives.values()].map((live) => live.queue));
    },
  };
}
