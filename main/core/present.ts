/** From rows to what people and programs see: the till API's payment, and the screen's snapshot. Pure. */
import type { Card } from "../../contract/card.ts";
import { formatAmount, minor } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { PaymentView } from "../../contract/snapshot.ts";
import type { SavedCard } from "./cards.ts";
import type { PaymentFacts, PaymentRow } from "./payment.ts";
import { moneyBackOf } from "./goods.ts";
import { isoTime } from "./time.ts";

/** The till API's object; `timezone` is the shop's. */
export function toPayment(row: PaymentRow, timezone: string): Payment {
  const time = (at: number): string => isoTime(at, timezone);
  const maybe = (at: number | null): string | null => (at === null ? null : time(at));
  const shown = isShown(row);
  const { facts } = row.detail;
  return {
    seq: row.seq,
    id: row.id,
    number: row.number,
    tillId: row.tillId,
    saleId: row.saleId,
    replaces: row.replaces,
    kind: row.kind,
    provider: row.provider,
    environment: row.environment,
    method: row.method as Payment["method"],
    amount: formatAmount(row.minor),
    currency: row.currency,
    state: row.state,
    settled: row.settled,
    late: row.late,
    watching: row.watching,
    parked: row.parked,
    externalId: row.externalId,
    bankId: row.bankId,
    invoiceId: row.detail.invoiceId,
    qr: shown && row.detail.payload !== null ? { payload: row.detail.payload } : null,
    link: shown ? row.detail.link : null,
    paymentMethods: [...row.detail.paymentMethods],
    scanDeadline: maybe(row.detail.scanDeadline),
    confirmDeadline: maybe(row.detail.confirmDeadline),
    card: cardOf(row),
    details: detailsOf(facts),
    error: row.error === null ? null : { ...row.error, params: { ...row.error.params } },
    resolution: row.resolution === null ? null : { ...row.resolution, at: time(row.resolution.at) },
    refundedAmount: formatAmount(minor(row.detail.refundedMinor)),
    items: row.detail.items.map(({ price, ...item }) => ({ ...item, price: formatAmount(price) })),
    fulfilment: fulfilmentOf(row, time),
    actor: row.actor,
    createdAt: time(row.createdAt),
    updatedAt: time(row.updatedAt),
    history: row.detail.history.map((entry) => ({ ...entry, at: time(entry.at) })),
  };
}

function fulfilmentOf(row: PaymentRow, time: (at: number) => string): Payment["fulfilment"] {
  const { fulfilment: goods } = row;
  if (goods === null) return null;
  const { state, at, dueAt, reason, by, refundId } = goods;
  const maybe = (moment: number | null): string | null => (moment === null ? null : time(moment));
  return { state, at: maybe(at), dueAt: maybe(dueAt), reason, by, moneyBack: moneyBackOf(row), refundId };
}

/** The bank's own word about the card before what we know of it. */
function cardOf({ detail: { card, facts } }: PaymentRow): Payment["card"] {
  if (facts?.card) return { id: card?.id ?? null, ...facts.card };
  return card === null ? null : { ...card };
}

function detailsOf(facts: PaymentFacts | null): Payment["details"] {
  if (facts === null) return null;
  const sum = (whole: number | null): string | null => (whole === null ? null : formatAmount(minor(whole)));
  const { reference, fee, bonus, lines } = facts;
  return { reference, fee: sum(fee), bonusAmount: sum(bonus), lines: lines.map((line) => ({ ...line })) };
}

/** A saved card without the bank's own number of it. */
export function toCard({ id, mask, type, accountId, environment, savedAt }: SavedCard, timezone: string): Card {
  return { id, mask, type, accountId, environment, savedAt: isoTime(savedAt, timezone) };
}

/** What only the running process knows of a payment: its monotonic deadlines and its last questions. */
export interface Pulse {
  readonly scanAt: number | null;
  readonly confirmAt: number | null;
  readonly goodsAt: number | null;
  readonly askedAt: number | null;
  readonly silent: boolean;
}

/** What is not in the row: the bank's page that stands before the payer, and whether held money is taken and given back here. */
export type Beside = Pick<PaymentView, "bankPage" | "operations">;

/** The screen's view; `mono` is the monotonic now in milliseconds. */
export function toView(row: PaymentRow, pulse: Pulse, mono: number, timezone: string, beside: Beside): PaymentView {
  const time = (at: number | null): string | null => (at === null ? null : isoTime(at, timezone));
  const shown = isShown(row);
  const { facts } = row.detail;
  return {
    id: row.id,
    number: row.number,
    saleId: row.saleId,
    kind: row.kind,
    provider: row.provider,
    environment: row.environment,
    method: row.method,
    minor: row.minor,
    currency: row.currency,
    state: row.state,
    settled: row.settled,
    late: row.late,
    watching: row.watching,
    parked: row.parked,
    scanned: row.detail.confirmDeadline !== null,
    bankId: row.bankId,
    invoiceId: row.detail.invoiceId,
    card: cardOf(row),
    details: detailsOf(facts),
    qr: shown && row.detail.payload !== null ? { payload: row.detail.payload } : null,
    link: shown ? row.detail.link : null,
    phone: row.detail.phoneMask,
    payableUntil: time(row.detail.payableUntil),
    receiver: row.detail.receiver,
    bankPage: row.state === "awaiting_3ds" ? beside.bankPage : null,
    operations: row.state === "authorized" && beside.operations,
    refundedMinor: row.detail.refundedMinor,
    items: row.detail.items.map(({ price, ...item }) => ({ ...item, minor: price })),
    fulfilment: goodsView(row, pulse, mono),
    paymentMethods: row.detail.paymentMethods,
    countdown: countdown(row, pulse, mono),
    silent: pulse.silent,
    askedAt: time(pulse.askedAt),
    answeredAt: time(row.detail.answeredAt),
    watchUntil: time(row.detail.deadAt),
    error: row.error,
    resolution: row.resolution === null ? null : { ...row.resolution, at: isoTime(row.resolution.at, timezone) },
    actor: row.actor,
    createdAt: isoTime(row.createdAt, timezone),
    updatedAt: isoTime(row.updatedAt, timezone),
  };
}

/** A token is on show only while it can be scanned: not a moment after its deadline (Kaspi 3.3, stage 1). */
function isShown(row: PaymentRow): boolean {
  return row.state === "awaiting_scan" && !row.detail.overdue;
}

function goodsView(row: PaymentRow, { goodsAt }: Pulse, mono: number): PaymentView["fulfilment"] {
  const { fulfilment: goods } = row;
  if (goods === null) return null;
  const remainingMs = goodsAt === null ? null : Math.max(0, Math.round(goodsAt - mono));
  const { state, reason, refundNumber } = goods;
  return { state, reason, moneyBack: moneyBackOf(row), refundNumber, remainingMs };
}

function countdown(row: PaymentRow, pulse: Pulse, mono: number): PaymentView["countdown"] {
  const { windows } = row.detail;
  if (!windows) return null;
  const left = (at: number): number => Math.max(0, Math.round(at - mono));
  if (row.state === "awaiting_scan" && pulse.scanAt !== null) {
    return { kind: "scan", remainingMs: left(pulse.scanAt), totalMs: windows.scanMs };
  }
  if (pulse.confirmAt === null) return null;
  if (row.state === "awaiting_3ds" && row.detail.pageEnd === null) {
    return { kind: "page", remainingMs: left(pulse.confirmAt), totalMs: windows.confirmMs };
  }
  if (row.state === "awaiting_confirmation") {
    // A posted one has the bank's whole session, not the time for its page.
    const remainingMs = left(pulse.confirmAt);
    return { kind: "confirm", remainingMs, totalMs: Math.max(remainingMs, windows.confirmMs) };
  }
  return null;
}
