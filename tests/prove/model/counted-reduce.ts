/** What the core gets instead of its reducer while the model runs: the same one, counted and judged. */
import { reduce as real, type PaymentEvent } from "../../../main/core/reduce.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import { count } from "./cells.ts";
import { judgePayment } from "./rules.ts";

export * from "../../../main/core/reduce.ts";

export function reduce(row: PaymentRow, event: PaymentEvent, at: number): PaymentRow {
  count(row, event);
  const next = real(row, event, at);
  judgePayment(row, event, next);
  return next;
}
