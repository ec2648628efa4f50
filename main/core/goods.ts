/**
 * The goods of a sale in vending mode: given, or not given and then the money goes back. Pure. Decided in the payment's own
 * turn, together with the payment's events, so that of two that come at once one is the first for good.
 */
import type { ErrorCode } from "../../contract/errors.ts";
import type { FulfilmentState, MoneyBack } from "../../contract/fulfilment.ts";
import type { Outcome } from "../../contract/states.ts";
import type { DoubtCause } from "../../contract/review.ts";
import { TREATED_AS } from "./doubt.ts";
import type { Goods, PaymentRow, Resolution } from "./payment.ts";
import { move, touched } from "./reduce-steps.ts";

/** Who begins the refunds of goods that were not given. */
export const GOODS_ACTOR = "till:goods";
/** Name of the journal's note of the epoch in which this till has last sold goods. */
export const GOODS_EPOCH = "goods|epoch";
/**
 * Nobody has begun to hand out in time; the money went back by a person's doing; a person had treated it as paid; the journal is
 * an older one, and how they ended may have stood in the newer.
 */
export const NO_REPORT = "no_report";
const REFUNDED = "refunded";
const TREATED = "treated_as_paid";
const RESTORED = "restored";

export type GoodsEvent =
  /** Somebody is about to hand the goods out. */
  | { readonly kind: "goodsBegun"; readonly by: string }
  | { readonly kind: "goodsReported"; readonly ok: boolean; readonly reason: string | null; readonly by: string }
  /** The time until `dueAt` is over. */
  | { readonly kind: "goodsDue"; readonly dueAt: number }
  /** A refund is made for it, in the same commit; it is sent, in the same commit; not one byte of it has left after all. */
  | {
      readonly kind: "backBegun";
      readonly refundId: string;
      readonly refundNumber: string;
      readonly way: "till" | "customer";
    }
  | { readonly kind: "backSent"; readonly refundId: string }
  | { readonly kind: "backUnsent"; readonly refundId: string }
  /** Somebody else's refund of the sale is sent, in the same commit. Nothing changes where it must not be: they are coming out. */
  | { readonly kind: "backByHand" }
  /** The journal is a backup's: what was said of them since is lost, and silence says nothing any more. */
  | { readonly kind: "goodsRestored" }
  /** The money does not go back by itself. */
  | { readonly kind: "backStuck"; readonly error: ErrorCode }
  /** A named person decides about the goods; `matter` is what he was asked about. */
  | { readonly kind: "goodsResolved"; readonly resolution: Resolution; readonly matter: string };

const KINDS: Readonly<Record<GoodsEvent["kind"], true>> = {
  goodsBegun: true,
  goodsReported: true,
  goodsDue: true,
  backBegun: true,
  backSent: true,
  backUnsent: true,
  backByHand: true,
  goodsRestored: true,
  backStuck: true,
  goodsResolved: true,
};

export function isGoodsEvent<E extends { readonly kind: string }>(event: E): event is Extract<E, GoodsEvent> {
  return Object.hasOwn(KINDS, event.kind);
}

/** The goods of a sale that is about to be made. */
export function newGoods({
  fulfilSeconds,
  dispenseSeconds,
}: {
  fulfilSeconds: number;
  dispenseSeconds: number;
}): Goods {
  return {
    state: "waiting",
    at: null,
    dueAt: null,
    reason: null,
    by: null,
    open: true,
    fulfilMs: fulfilSeconds * 1000,
    dispenseMs: dispenseSeconds * 1000,
    tries: 0,
    refundId: null,
    refundNumber: null,
    way: null,
    sent: false,
    byHand: 0,
    stuck: null,
    disputedAt: null,
    against: null,
  };
}

/** Takes a row and what happened to its goods at `at` (epoch milliseconds); returns the same object when nothing changes. */
export function reduceGoods(row: PaymentRow, event: GoodsEvent, at: number): PaymentRow {
  const goods = row.fulfilment;
  if (goods === null) return row;
  if (event.kind === "goodsRestored") return onRestored(row, goods, at);
  if (goods.at === null) return row;
  switch (event.kind) {
    case "goodsBegun":
      return goods.state === "waiting"
        ? turned(row, goods, { state: "dispensing", dueAt: at + goods.dispenseMs, by: event.by }, at)
        : row;
    case "goodsReported":
      return onReported(row, goods, event, at);
    case "goodsDue":
      if (goods.dueAt === null || goods.dueAt !== event.dueAt) return row;
      return goods.state === "waiting"
        ? notGiven(row, goods, NO_REPORT, null, at)
        : turned(row, goods, { state: "unknown", dueAt: null }, at);
    case "backBegun": {
      const { refundId, refundNumber, way } = event;
      if (!isOwed(row)) return row;
      return put(row, { ...goods, refundId, refundNumber, way, tries: goods.tries + 1, sent: false }, at);
    }
    case "backSent":
      return isOwed(row) && goods.refundId === event.refundId && !goods.sent
        ? put(row, { ...goods, sent: true }, at)
        : row;
    case "backUnsent":
      return goods.sent && goods.refundId === event.refundId ? put(row, { ...goods, sent: false }, at) : row;
    case "backByHand":
      return isUngiven(goods) ? put(row, { ...goods, byHand: goods.byHand + 1 }, at) : row;
    case "backStuck":
      return isOwed(row) ? put(row, { ...goods, stuck: event.error }, at) : row;
    case "goodsResolved":
      return onResolved(row, goods, event.resolution, event.matter, at);
  }
}

/**
 * What an event of the payment itself means for its goods: from the bank's "paid" on somebody has to hand them out, and money
 * that has gone back is owed no more.
 */
export function followPayment(row: PaymentRow, at: number): PaymentRow {
  const goods = row.fulfilment;
  if (goods === null) return row;
  if (goods.at === null) return awaited(row, goods, at);
  const isBack = row.detail.refundedMinor >= row.minor;
  if (goods.state === "not_given") {
    // Closed with what it was stuck by: a person has given the money back past the bank.
    const isClosed = !goods.open && goods.stuck !== null;
    const open = goods.disputedAt !== null || (!isBack && !isClosed);
    const stuck = isBack ? null : goods.stuck;
    return open === goods.open && stuck === goods.stuck ? row : put(row, { ...goods, open, stuck }, at);
  }
  const isOut = goods.state !== "waiting" && goods.state !== "unknown";
  return isBack && !isOut ? notGiven(row, goods, REFUNDED, null, at) : row;
}

function awaited(row: PaymentRow, goods: Goods, at: number): PaymentRow {
  if (row.state !== "paid")
    return goods.open === !row.settled ? row : { ...row, fulfilment: { ...goods, open: !row.settled } };
  // Given back at the bank before this till heard that it was paid.
  if (row.detail.refundedMinor >= row.minor) return notGiven(row, goods, REFUNDED, null, at);
  // Somebody has settled it with the customer before the bank spoke, and only he knows whether by the goods.
  if (row.resolution?.outcome === "treatedAsPaid")
    return turned(row, goods, { state: "unknown", reason: TREATED, open: true }, at);
  if (goods.reason === RESTORED) return turned(row, goods, { state: "unknown", open: true }, at);
  return put(row, { ...goods, at, dueAt: at + goods.fulfilMs, open: true }, at);
}

function onReported(
  row: PaymentRow,
  goods: Goods,
  { ok, reason, by }: Extract<GoodsEvent, { kind: "goodsReported" }>,
  at: number,
): PaymentRow {
  if (goods.state === (ok ? "given" : "not_given")) return row;
  const isBack = goods.byHand > 0 || (goods.state === "not_given" && (goods.sent || !goods.open));
  const isDecided = goods.state === "given" || (ok && isUngiven(goods) && isBack);
  if (isDecided) {
    if (goods.against === ok) return row;
    return turned(row, goods, { state: goods.state, open: true, disputedAt: at, against: ok }, at, "goods-disputed");
  }
  return ok ? given(row, goods, null, by, at) : notGiven(row, goods, reason, by, at);
}

/** What waits, or was begun, may have been given in the time that is lost; one that is paid later may have been paid then. */
function onRestored(row: PaymentRow, goods: Goods, at: number): PaymentRow {
  if (goods.state !== "waiting" && goods.state !== "dispensing") return row;
  if (goods.at === null) return goods.reason === RESTORED ? row : put(row, { ...goods, reason: RESTORED }, at);
  return turned(row, goods, { state: "unknown", dueAt: null, reason: RESTORED }, at);
}

function onResolved(row: PaymentRow, goods: Goods, resolution: Resolution, matter: string, at: number): PaymentRow {
  const cause = goodsDoubtOf(row);
  const { outcome, by: name, reason } = resolution;
  if (cause === null || matter !== goodsMatterOf(row) || !goodsOutcomes(cause).includes(outcome)) return row;
  const plain = { ...goods, disputedAt: null };
  const by = `person:${name}`;
  const told = TREATED_AS[outcome];
  if (outcome === "treatedAsGiven") return given(row, plain, reason, by, at, told);
  if (outcome === "treatedAsNotGiven") return notGiven(row, plain, reason, by, at, told);
  return turned(row, plain, { state: goods.state, open: false, reason, by }, at, told);
}

// ---- what others ask of it ----

/** Paid, and somebody has yet to say how the goods stand: the till is busy with it. */
export function holdsTill({ fulfilment: goods }: PaymentRow): boolean {
  return goods !== null && goods.at !== null && (goods.state === "waiting" || goods.state === "dispensing");
}

/** Nobody gives them any more by what is known here, though they may have been given. */
export function isUngiven({ state }: Goods): boolean {
  return state === "not_given" || state === "unknown";
}

/** The till owes the money, and gives it back by itself. */
export function isOwed({ fulfilment: goods }: PaymentRow): boolean {
  return (
    goods !== null && goods.state === "not_given" && goods.open && goods.stuck === null && goods.disputedAt === null
  );
}

/** What becomes of the money, for people and programs. */
export function moneyBackOf({ fulfilment: goods, minor, detail: { refundedMinor } }: PaymentRow): MoneyBack {
  if (goods === null || goods.state !== "not_given") return "none";
  if (refundedMinor >= minor || !goods.open) return "returned";
  if (goods.stuck !== null || goods.disputedAt !== null) return "support";
  return goods.way === "customer" ? "customer" : "going";
}

/** Why a person has to look at the goods of a sale; null where nobody has to. */
export function goodsDoubtOf({ fulfilment: goods }: PaymentRow): Extract<DoubtCause, "goods" | "owed"> | null {
  if (goods === null) return null;
  if (goods.disputedAt !== null || goods.state === "unknown") return "goods";
  return goods.state === "not_given" && goods.open && goods.stuck !== null ? "owed" : null;
}

/** Since when it stands so (epoch milliseconds). */
export function goodsSince({ fulfilment: goods, updatedAt }: PaymentRow): number {
  return goods?.disputedAt ?? goods?.at ?? updatedAt;
}

/** What a person may decide about it. */
export function goodsOutcomes(cause: "goods" | "owed"): readonly Outcome[] {
  return cause === "goods" ? ["treatedAsGiven", "treatedAsNotGiven"] : ["treatedAsRefunded", "treatedAsGiven"];
}

/** What he decides about, as it stands: when it is another, his decision speaks of something that is no more. */
export function goodsMatterOf({ fulfilment: goods, detail: { refundedMinor } }: PaymentRow): string {
  return JSON.stringify([goods?.state, goods?.disputedAt, goods?.stuck, goods?.refundId, refundedMinor]);
}

// ---- small steps ----

function put(row: PaymentRow, fulfilment: Goods, at: number): PaymentRow {
  return touched({ ...row, fulfilment }, at);
}

/** Told in the history, beside the payment's own state. */
function turned(
  row: PaymentRow,
  goods: Goods,
  change: Partial<Goods> & { readonly state: FulfilmentState },
  at: number,
  cause = `goods-${change.state.replace("_", "-")}`,
): PaymentRow {
  return move({ ...row, fulfilment: { ...goods, at, ...change } }, row.state, cause, at);
}

function given(
  row: PaymentRow,
  goods: Goods,
  reason: string | null,
  by: string,
  at: number,
  cause?: string,
): PaymentRow {
  return turned(row, goods, { state: "given", dueAt: null, reason, by, open: false, stuck: null }, at, cause);
}

/** Out of doubt for a person's decision too: what has gone back already is not owed. */
function notGiven(
  row: PaymentRow,
  goods: Goods,
  reason: string | null,
  by: string | null,
  at: number,
  cause?: string,
): PaymentRow {
  const open = goods.disputedAt !== null || row.detail.refundedMinor < row.minor;
  return turned(row, goods, { state: "not_given", dueAt: null, reason, by, open, stuck: null }, at, cause);
}
