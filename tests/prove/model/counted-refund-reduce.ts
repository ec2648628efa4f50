/** What the core gets instead of its reducer of refunds while the model runs: the same one, counted. */
import { reduceRefund as real, type RefundEvent } from "../../../main/core/refund-reduce.ts";
import type { RefundRow } from "../../../main/core/refund.ts";
import { count } from "./cells.ts";
import { judgeRefund } from "./rules.ts";

export * from "../../../main/core/refund-reduce.ts";

export function reduceRefund(row: RefundRow, event: RefundEvent, at: number): RefundRow {
  count(row, event);
  const next = real(row, event, at);
  judgeRefund(row, event, next);
  return next;
}
