/** What nobody knows: the list with its evidence, and a named person's way out of it (reliability, rule 4). */
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import { appError, type AppError, type Result } from "../../contract/errors.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { DoubtCall, DoubtCause, DoubtItem } from "../../contract/review.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import type { Outcome } from "../../contract/states.ts";
import { doubtOf, doubtSince, isPastItsLife, matterOf, PAYMENT_OUTCOMES, REFUND_OUTCOMES } from "./doubt.ts";
import { goodsDoubtOf, goodsMatterOf, goodsOutcomes, goodsSince } from "./goods.ts";
import type { People } from "./index.ts";
import type { PaymentRow, Resolution } from "./payment.ts";
import type { CallRow, Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import { DAY, isAskedByTimer, isWorthAsking } from "./reduce.ts";
import { SILENT_POLLS } from "./reduce-steps.ts";
import { SENIORS } from "./refund-request.ts";
import type { RefundRow } from "./refund.ts";
import type { DoubtedRefund, Refunds } from "./refunds.ts";
import type { Live, Runner } from "./runner.ts";
import type { Schedule } from "./schedule.ts";
import { isoTime } from "./time.ts";

/** So many of an item's last calls are shown. */
const CALLS = 20;
/** A wall clock may be put right meanwhile, so that the end of an invoice's life is looked for again after this. */
const LOOK_AGAIN = 60 * 60_000;

export interface Reviews {
  list(): Promise<Result<CommandOutput["review.list"]>>;
  /**
   * Refuses with `not_found`, `not_resolvable` (not in doubt, not with this outcome, or the till is still finding out by
   * itself), `pin_needed` where nobody has a PIN, `wrong_pin`, `pin_wait` and `journal_unavailable`.
   */
  resolve(input: CommandInput<"review.resolve">): Promise<Result<null>>;
  seen(): Promise<Result<null>>;
  summary(): Snapshot["inDoubt"];
  /** What is in doubt now has been there when the program started. */
  begin(): void;
  /** Something has changed: the end of the next invoice's life is waited for, so that it is told then. */
  sync(): void;
}

export interface ReviewParts {
  readonly ports: Pick<Ports, "clock" | "journal">;
  readonly schedule: Schedule;
  readonly timezone: string;
  readonly people: People;
  readonly providers: Pick<Providers, "bank">;
  readonly runner: Pick<Runner, "all" | "live" | "apply" | "applyIfNew">;
  readonly refunds: Pick<Refunds, "doubted" | "resolve">;
  draw(live: Live): PaymentView;
  changed(): void;
}

type Item = { readonly cause: DoubtCause; readonly since: number } & (
  | { readonly payment: Live; readonly goods: "goods" | "owed" | null }
  | { readonly refund: DoubtedRefund }
);

/** What a person decides about, as it stood when he was asked. */
interface Matter {
  readonly what: string;
  readonly isGoods: boolean;
}

/** Makes the place of what nobody knows, over the payments and refunds in memory: recovery brings all of them there. */
export function createReviews(parts: ReviewParts): Reviews {
  const { ports, schedule, timezone, people, providers, runner, refunds } = parts;
  const { clock, journal } = ports;
  /** What was in doubt at the start, until somebody has looked at the list. */
  let unseen: ReadonlySet<string> = new Set();

  const time = (at: number | null): string | null => (at === null ? null : isoTime(at, timezone));

  function items(): readonly Item[] {
    const found: Item[] = refunds
      .doubted()
      .map((refund) => ({ cause: refund.cause, since: doubtSince(refund.row), refund }));
    for (const live of runner.all()) {
      const cause = doubtOf(live.row, clock.now());
      const goods = cause === null ? goodsOf(live.row, found) : null;
      if (cause !== null) found.push({ cause, since: doubtSince(live.row), payment: live, goods: null });
      else if (goods !== null) found.push({ cause: goods, since: goodsSince(live.row), payment: live, goods });
    }
    return found.toSorted((a, b) => a.since - b.since);
  }

  /** Owed money stands here as the refund of it that nobody knows the end of, whoever has begun that. */
  function goodsOf(row: PaymentRow, found: readonly Item[]): "goods" | "owed" | null {
    const cause = goodsDoubtOf(row);
    const isTold = found.some((item) => "refund" in item && item.refund.row.paymentId === row.id);
    return cause === "owed" && isTold ? null : cause;
  }

  const rowOf = (item: Item): PaymentRow | RefundRow => ("payment" in item ? item.payment.row : item.refund.row);

  /** What a person may decide now: nothing while the till is still finding out by itself. */
  function outcomes(item: Item): readonly Outcome[] {
    if (!("payment" in item)) return item.refund.isBeingFound ? [] : REFUND_OUTCOMES;
    if (item.goods !== null) return goodsOutcomes(item.goods);
    return isBeingFound(item.payment, item.cause) ? [] : PAYMENT_OUTCOMES;
  }

  const matter = (item: Item): string =>
    "payment" in item && item.goods !== null ? goodsMatterOf(item.payment.row) : matterOf(rowOf(item));

  function isBeingFound({ row, looks, asking, askedAt }: Live, cause: DoubtCause): boolean {
    if (!canAsk(row)) return false;
    if (isPastItsLife(row, clock.now())) {
      const end = row.detail.payableUntil ?? 0;
      return asking !== null || Math.max(askedAt ?? 0, row.detail.answeredAt ?? 0) < end;
    }
    return (cause === "no_answer" || cause === "operation") && isAskedByTimer(row) && looks < SILENT_POLLS;
  }

  const canAsk = (row: PaymentRow): boolean => isWorthAsking(row) && providers.bank(row.provider) !== null;

  function asksUntil({ row }: Live): number | null {
    if (!isAskedByTimer(row) || !canAsk(row)) return null;
    // Held money is asked about for as long as nobody knows.
    return row.detail.watchUntil ?? clock.now() + DAY;
  }

  async function draw(item: Item): Promise<DoubtItem> {
    const { id, number } = rowOf(item);
    const common = { id, number, cause: item.cause, since: isoTime(item.since, timezone), outcomes: outcomes(item) };
    if ("payment" in item) {
      const { payment } = item;
      return {
        ...common,
        of: "payment",
        payment: { ...parts.draw(payment), ...(item.goods === "owed" ? { error: stuckBy(payment.row) } : {}) },
        refund: null,
        calls: await callsOf(item.goods === "owed" ? moneyCalls(payment.row) : journal.calls(id)),
        availableBefore: null,
        availableAfter: [],
        asksUntil: item.goods === null ? time(asksUntil(payment)) : null,
        canAsk: item.goods === null && canAsk(payment.row),
      };
    }
    const { row, view, canAsk: askable, asksUntil: until } = item.refund;
    const { a0, a0At, detail } = row;
    const before = detail.ours || a0 === null || a0At === null ? null : { at: isoTime(a0At, timezone), minor: a0 };
    return {
      ...common,
      of: "refund",
      payment: null,
      refund: view,
      calls: await callsOf(journal.refundCalls(id)),
      availableBefore: before,
      availableAfter: detail.ours ? [] : detail.readings.map(({ at, minor }) => ({ at: isoTime(at, timezone), minor })),
      asksUntil: time(until),
      canAsk: askable,
    };
  }

  function stuckBy({ fulfilment }: PaymentRow): AppError | null {
    const code = fulfilment?.stuck ?? null;
    return code === null ? null : appError(code);
  }

  /** What was tried to give the money back. */
  async function moneyCalls({ id, fulfilment }: PaymentRow): Promise<readonly CallRow[]> {
    const refundId = fulfilment?.refundId ?? null;
    const tried = refundId === null ? [] : await journal.refundCalls(refundId);
    return tried.length > 0 ? tried : journal.calls(id);
  }

  /** Evidence that cannot be read must not hide the item, nor the others. */
  async function callsOf(reading: Promise<readonly CallRow[]>): Promise<DoubtCall[]> {
    return (await reading.catch(() => [])).slice(-CALLS).map(toCall);
  }

  function toCall({ name, requestId, sentAt, answeredAt, outcome, bankCode }: CallRow): DoubtCall {
    return { at: isoTime(sentAt, timezone), name, requestId, answeredAt: time(answeredAt), outcome, bankCode };
  }

  const find = (id: string): Item | undefined => items().find((item) => rowOf(item).id === id);

  /** What it is that would be decided so, or why it cannot be. */
  async function fit(id: string, outcome: Outcome): Promise<Result<Matter>> {
    const item = find(id);
    if (item && outcomes(item).includes(outcome))
      return { ok: true, value: { what: matter(item), isGoods: "payment" in item && item.goods !== null } };
    const known = item ?? (await journal.payment(id)) ?? (await journal.refund(id));
    return { ok: false, error: appError(known ? "not_resolvable" : "not_found") };
  }

  async function decide(id: string, resolution: Resolution, { what, isGoods }: Matter): Promise<boolean> {
    const live = runner.live(id);
    if (!live) return refunds.resolve(id, resolution, what);
    if (isGoods) return runner.applyIfNew(live, { kind: "goodsResolved", resolution, matter: what }, {});
    await runner.apply(live, { kind: "resolved", resolution, matter: what });
    return live.row.resolution === resolution;
  }

  return {
    async list() {
      return { ok: true, value: { items: await Promise.all(items().map(draw)) } };
    },
    async resolve({ id, outcome, reason, pin }) {
      const asked = await fit(id, outcome);
      if (!asked.ok) return asked;
      if (!people.known())
        return { ok: false, error: appError("pin_needed", { params: { limit: formatMoney(minor(0)) } }) };
      const person = await people.identify(pin, SENIORS);
      if (!person.ok) return person;
      try {
        // A PIN takes its time: what the bank has said meanwhile leaves nothing to decide, or something else.
        const resolution = { outcome, by: person.value.name, reason, at: clock.now() };
        const done = await decide(id, resolution, asked.value);
        return done ? { ok: true, value: null } : { ok: false, error: appError("not_resolvable") };
      } catch {
        return { ok: false, error: appError("journal_unavailable") };
      }
    },
    async seen() {
      unseen = new Set();
      parts.changed();
      return { ok: true, value: null };
    },
    summary() {
      const found = items();
      const [oldest] = found;
      return {
        count: found.length,
        since: oldest ? isoTime(oldest.since, timezone) : null,
        announce: found.some((item) => unseen.has(rowOf(item).id)),
      };
    },
    begin() {
      unseen = new Set(items().map((item) => rowOf(item).id));
    },
    sync() {
      const now = clock.now();
      const ends = [...runner.all()]
        .filter(({ row }) => row.state === "awaiting_payment" && !row.settled)
        .map(({ row }) => row.detail.payableUntil ?? 0)
        .filter((end) => end > now);
      if (ends.length === 0) return schedule.cancel("review");
      schedule.set("review", clock.mono() + Math.min(LOOK_AGAIN, Math.min(...ends) - now), parts.changed);
    },
  };
}
