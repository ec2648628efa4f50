/**
 * Every state × event cell of the product's reducers, counted as the core runs through them. A cell is legal where the
 * reducer changes a row that really came about; that is found by asking it: each event that was seen is put to rows of every
 * state that was seen. A legal cell that no run has gone through fails the long run, unless `unreachable.ts` says why no
 * way leads there.
 */
import type { PaymentEvent } from "../../../main/core/reduce.ts";
import { reduce } from "../../../main/core/reduce.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import { reduceRefund, type RefundEvent } from "../../../main/core/refund-reduce.ts";
import type { RefundRow } from "../../../main/core/refund.ts";
import { isPostedMethod } from "../../../contract/states.ts";

export interface Cells {
  /** How often each cell was gone through: "code | awaiting_scan | word paid". */
  readonly visits: Record<string, number>;
  readonly legal: readonly string[];
}

const ROWS = 24;
const EVENTS = 4;
const LATER = 1_000;

const visits = new Map<string, number>();
const rows = new Map<string, (PaymentRow | RefundRow)[]>();
const events = new Map<string, (PaymentEvent | RefundEvent)[]>();
let drawn = 1;

/** What of an event makes it another one to the reducers. */
function nameOf(event: PaymentEvent | RefundEvent): string {
  switch (event.kind) {
    case "word":
      return `word ${event.word.word}`;
    case "unanswered":
      return event.left ? `unanswered ${event.danger}` : "unanswered, never left";
    case "bill":
      return `bill ${event.word.word}`;
    case "operating":
      return `operating ${event.operation}`;
    default:
      return event.kind;
  }
}

function lifeOf(row: PaymentRow | RefundRow): string {
  if (!("method" in row)) return `refund ${row.detail.way}`;
  if (isPostedMethod(row.method)) return "posted";
  return row.method === "invoice" ? "invoice" : row.detail.invoiceId === null ? "code" : "numbered code";
}

/** Keeps a sample of what was seen, spread over the whole run; the same for the same seed. */
function keep<T>(kept: Map<string, T[]>, key: string, one: T, most: number): void {
  const list = kept.get(key) ?? [];
  kept.set(key, list);
  if (list.length < most) {
    list.push(one);
    return;
  }
  drawn = (Math.imul(drawn, 1_103_515_245) + 12_345) & 0x7fff_ffff;
  if (drawn % 50 === 0) list[(drawn >> 8) % most] = one;
}

export function count(row: PaymentRow | RefundRow, event: PaymentEvent | RefundEvent): void {
  const life = lifeOf(row);
  const cell = `${life} | ${row.state} | ${nameOf(event)}`;
  visits.set(cell, (visits.get(cell) ?? 0) + 1);
  keep(rows, `${life} | ${row.state}`, row, ROWS);
  keep(events, `${life} | ${nameOf(event)}`, event, EVENTS);
}

/** What was counted in this process so far. */
export function counted(): Cells {
  const legal: string[] = [];
  for (const [where, seen] of rows)
    for (const [what, given] of events) {
      const [life = ""] = where.split(" | ");
      if (!what.startsWith(`${life} | `)) continue;
      const cell = `${where}${what.slice(life.length)}`;
      if (seen.some((row) => given.some((event) => isChanged(row, event)))) legal.push(cell);
    }
  return { visits: Object.fromEntries(visits), legal };
}

function isChanged(row: PaymentRow | RefundRow, event: PaymentEvent | RefundEvent): boolean {
  const at = row.updatedAt + LATER;
  return "method" in row
    ? reduce(row, event as PaymentEvent, at) !== row
    : reduceRefund(row, event as RefundEvent, at) !== row;
}
