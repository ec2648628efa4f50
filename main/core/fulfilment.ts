/**
 * Vending while it runs: what a machine says of its goods, and the way the money goes back by itself where they were not given.
 * What is decided is decided in goods.ts; the deadlines run beside the payment's others (runner.ts).
 */
import { appError, type AppError, type ErrorCode, type Result } from "../../contract/errors.ts";
import type { CommandInput } from "../../contract/commands.ts";
import type { Payment } from "../../contract/payment.ts";
import { isGone } from "./doubt.ts";
import { holdsTill, isOwed } from "./goods.ts";
import type { Goods, PaymentRow } from "./payment.ts";
import type { Ports } from "./ports.ts";
import { toPayment } from "./present.ts";
import type { Providers } from "./providers.ts";
import { DAY } from "./reduce-steps.ts";
import type { RefundRow } from "./refund.ts";
import type { Refunds } from "./refunds.ts";
import type { Live, Runner } from "./runner.ts";
import { onMonotonic, type Schedule } from "./schedule.ts";

/** A refund that never left the till is begun anew after so long; the last one counts from then on. */
const AGAIN = [30_000, 60_000, 300_000, 900_000] as const;
/** What stands in the way of a refund is looked at again after this. */
const LOOK_AGAIN = 5_000;
/** So long the customer is believed to stand there for a code that the screen had no room for, or the bank did not make. */
const CUSTOMER_WAITS = 300_000;
/** Ours, and the way to the bank: what they stop has not moved any money and may be mended. Never the bank's word. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "offline",
  "bank_unreachable",
  "bank_name_unknown",
  "bank_timeout",
  "server_untrusted",
  "server_name_mismatch",
  "tls_failed",
  "certificate_refused",
  "certificate_expired",
  "certificate_missing",
  "key_refused",
  "login_refused",
  "address_not_allowed",
  "answer_lost",
  "malformed_answer",
  "bank_unavailable",
  "rate_limited",
  "repeat_later",
  "device_not_found",
  "device_inactive",
  "not_registered",
  "not_ready",
  "refund_open",
  "journal_unavailable",
  "internal",
]);

export interface Fulfilment {
  /**
   * Somebody is about to hand the goods out; the same once more is the same. Refuses with `not_found`, `not_supported` (nothing
   * has to be handed out), `not_paid`, `goods_decided` (also where another has begun) and `journal_unavailable`.
   */
  dispense(actor: string, id: string): Promise<Result<Payment>>;
  /** How it ended. Refuses as `dispense` does; `goods_decided` stands in the list from then on. */
  fulfil(actor: string, input: CommandInput<"payments.fulfil">): Promise<Result<Payment>>;
  /** A paid sale whose goods somebody has yet to tell of. */
  holdsTill(): PaymentRow | null;
  /** Something has changed: what is owed is looked at. */
  sync(): void;
  stop(): void;
}

export interface FulfilmentParts {
  readonly ports: Pick<Ports, "clock" | "journal" | "log">;
  readonly schedule: Schedule;
  readonly timezone: string;
  readonly providers: Pick<Providers, "isOffline">;
  readonly runner: Pick<Runner, "all" | "live" | "apply" | "adoptOld">;
  readonly refunds: Pick<Refunds, "giveBack" | "row" | "takeUp" | "cancel">;
}

/** Makes the goods desk of one till. */
export function createFulfilment(parts: FulfilmentParts): Fulfilment {
  const { ports, schedule, timezone, providers, runner, refunds } = parts;
  const { clock, journal, log } = ports;
  /** Being looked at; true: something has changed meanwhile. */
  const looking = new Map<string, boolean>();
  let stopped = false;

  const show = (row: PaymentRow): Payment => toPayment(row, timezone);
  const refuse = (code: ErrorCode, row?: PaymentRow): Extract<Result<never>, { ok: false }> => ({
    ok: false,
    error: appError(code),
    ...(row ? { payment: show(row) } : {}),
  });

  async function paidOf(id: string): Promise<Result<{ live: Live; goods: Goods }>> {
    const known = runner.live(id);
    const row = known?.row ?? (await journal.payment(id));
    if (!row) return refuse("not_found");
    const goods = row.fulfilment;
    if (goods === null) return refuse("not_supported", row);
    if (goods.at === null) return refuse("not_paid", row);
    return { ok: true, value: { live: known ?? runner.adoptOld(row), goods } };
  }

  async function dispense(actor: string, id: string): Promise<Result<Payment>> {
    const found = await paidOf(id);
    if (!found.ok) return found;
    const { live } = found.value;
    try {
      await runner.apply(live, { kind: "goodsBegun", by: actor });
    } catch {
      return refuse("journal_unavailable", live.row);
    }
    const { fulfilment: goods } = live.row;
    const isHis = goods?.state === "dispensing" && goods.by === actor;
    return isHis ? { ok: true, value: show(live.row) } : refuse("goods_decided", live.row);
  }

  async function fulfil(
    actor: string,
    { id, ok, reason = null }: { id: string; ok: boolean; reason?: string | null | undefined },
  ): Promise<Result<Payment>> {
    const found = await paidOf(id);
    if (!found.ok) return found;
    const { live } = found.value;
    try {
      await runner.apply(live, { kind: "goodsReported", ok, reason, by: actor });
    } catch {
      return refuse("journal_unavailable", live.row);
    }
    const { row } = live;
    if (row.fulfilment?.state !== (ok ? "given" : "not_given")) return refuse("goods_decided", row);
    // Begun for it and not sent: it cannot be sent any more, and its code need not stand on the screen.
    if (ok && row.fulfilment.refundId !== null && !row.fulfilment.sent) await refunds.cancel(row.fulfilment.refundId);
    return { ok: true, value: show(row) };
  }

  // ---- the money ----

  function sync(): void {
    if (stopped) return;
    for (const live of runner.all()) if (isOwed(live.row)) void look(live);
  }

  /** One look at a time for each sale, and one more where something has changed meanwhile. */
  async function look(live: Live): Promise<void> {
    const { id } = live.row;
    if (looking.has(id)) return void looking.set(id, true);
    do {
      looking.set(id, false);
      try {
        await giveBack(live);
      } catch (error) {
        log.error("goods.money.failed", { id, detail: String(error) });
        // That the journal refuses is a change too, which would be looked at on the spot, and so on without a pause.
        looking.set(id, false);
        await afterFault(live).catch(() => lookAt(live, clock.mono() + LOOK_AGAIN));
      }
    } while (looking.get(id) === true && !stopped);
    looking.delete(id);
  }

  /** A fault of ours is hoped to pass for as long as the bank's would be; then a person is told. */
  async function afterFault(live: Live): Promise<void> {
    const goods = live.row.fulfilment;
    if (goods !== null && isTooLate(goods)) await stuck(live, "internal");
    else lookAt(live, clock.mono() + LOOK_AGAIN);
  }

  function lookAt(live: Live, at: number): void {
    schedule.set(`goods-money:${live.row.id}`, at, () => void look(live));
  }

  async function giveBack(live: Live): Promise<void> {
    const goods = live.row.fulfilment;
    if (goods === null || stopped || !isOwed(live.row)) return;
    const last = goods.refundId === null ? null : await refunds.row(goods.refundId);
    if (last !== null && !(await isOver(live, goods, last))) return;
    if (stopped || !isOwed(live.row)) return;
    const begun = await refunds.giveBack(live, clock.now() - (goods.at ?? 0) >= CUSTOMER_WAITS);
    if (!begun.ok) await hindered(live, begun.error);
  }

  /** Whether the refund before has ended so that another one may be begun, now. */
  async function isOver(live: Live, goods: Goods, last: RefundRow): Promise<boolean> {
    if (!last.settled) return isGivenUp(live, last);
    const code = last.error?.code ?? "refund_unconfirmed";
    // Gone, and yet not all of it is back: what was decided about it was taken back.
    if (isGone(last) || !(await neverLeft(last))) return stuck(live, isGone(last) ? "refund_moved" : code);
    if (goods.sent) await runner.apply(live, { kind: "backUnsent", refundId: last.id });
    const isPassing = last.error !== null && PASSING.has(code);
    if (!isPassing || isTooLate(goods)) return stuck(live, last.error === null ? "not_finished" : code);
    const wait = AGAIN[Math.min(goods.tries, AGAIN.length) - 1] ?? AGAIN[0];
    const due = onMonotonic(last.updatedAt + wait, wait, clock.now(), clock.mono());
    if (due > clock.mono()) {
      lookAt(live, due);
      return false;
    }
    if (!providers.isOffline(live.row.profileId)) return true;
    // Looked at when the bank answers again: that is a change.
    lookAt(live, clock.mono() + wait);
    return false;
  }

  /** Nobody chooses at this screen: a code that has not come to its own purchase is given up. */
  async function isGivenUp(live: Live, last: RefundRow): Promise<false> {
    const { state, error, detail } = last;
    if (state === "needs_review") return stuck(live, error?.code ?? "refund_unconfirmed");
    if (state === "creating") await refunds.takeUp(last.id);
    const isThere = detail.operations.some((purchase) => purchase.id === detail.purchaseId);
    if (state === "choosing" && (!isThere || error !== null)) await refunds.cancel(last.id);
    return false;
  }

  /** Not one byte that moves money has left for the bank. */
  async function neverLeft({ id, detail }: RefundRow): Promise<boolean> {
    if (detail.sentAt === null) return true;
    const calls = await journal.refundCalls(id);
    const sent = calls.filter(({ danger }) => danger === "dangerous");
    return sent.length > 0 && sent.every(({ outcome }) => outcome === "connect");
  }

  /** Nothing was begun: the screen or another refund is in the way, or it cannot be at all. */
  async function hindered(live: Live, { code }: AppError): Promise<void> {
    const goods = live.row.fulfilment;
    if (goods === null || code === "goods_decided") return;
    if (code === "journal_unavailable") throw new Error("the journal refuses");
    const since = clock.now() - (goods.at ?? 0);
    const isWaiting = code === "till_busy" ? since < CUSTOMER_WAITS : PASSING.has(code) && !isTooLate(goods);
    if (isWaiting) lookAt(live, clock.mono() + LOOK_AGAIN);
    else await stuck(live, code);
  }

  /** A code hours later would stand before somebody else. */
  const isTooLate = ({ at, way }: Goods): boolean =>
    clock.now() - (at ?? 0) >= (way === "customer" ? CUSTOMER_WAITS : DAY);

  async function stuck(live: Live, error: ErrorCode): Promise<false> {
    await runner.apply(live, { kind: "backStuck", error });
    log.warn("goods.money.stuck", { id: live.row.id, number: live.row.number, error });
    return false;
  }

  return {
    dispense,
    fulfil,
    holdsTill: () => [...runner.all()].find(({ row }) => holdsTill(row))?.row ?? null,
    sync,
    stop: () => void (stopped = true),
  };
}
