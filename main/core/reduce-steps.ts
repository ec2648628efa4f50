/** Small steps from one row to the next, which every life of a payment is made of. Times are epoch milliseconds. */
import type { AppError } from "../../contract/errors.ts";
import type { PaymentState } from "../../contract/states.ts";
import type { PaymentDetail, PaymentRow } from "./payment.ts";

export const DAY = 24 * 60 * 60 * 1000;
/** One extra poll at once and the next two (contract, `in_doubt`). */
export const SILENT_POLLS = 3;
/** Begins the cause in a payment's history of a word of the bank that goes against its final one. */
export const CONTRADICTION = "bank-contradicts:";

export function detail(row: PaymentRow, change: Partial<PaymentDetail>): PaymentRow {
  return { ...row, detail: { ...row.detail, ...change } };
}

export function touched(row: PaymentRow, at: number): PaymentRow {
  return { ...row, updatedAt: at };
}

export function move(row: PaymentRow, state: PaymentState, cause: string, at: number): PaymentRow {
  return touched(detail({ ...row, state }, { history: [...row.detail.history, { at, state, cause }] }), at);
}

/** The bank's final word, or a creation that made nothing. */
export function end(
  row: PaymentRow,
  state: PaymentState,
  cause: string,
  at: number,
  error: AppError | null,
): PaymentRow {
  return move(detail({ ...row, settled: true, watching: false, error }, { overdue: false }), state, cause, at);
}

/** Over for the people at the till, and asked about further on. */
export function watch(row: PaymentRow, state: PaymentState, cause: string, at: number): PaymentRow {
  const watchUntil = row.detail.watchUntil ?? at + DAY;
  // The warning about a code is over with the code.
  const error = row.state === "awaiting_scan" ? null : row.error;
  return move(
    detail({ ...row, watching: true, error }, { overdue: false, silentPolls: 0, watchUntil }),
    state,
    cause,
    at,
  );
}

export function settle(row: PaymentRow, cause: string, at: number): PaymentRow {
  return move({ ...row, settled: true, watching: false }, row.state, cause, at);
}

/** Once for each cause. */
export function noted(row: PaymentRow, cause: string, at: number): PaymentRow {
  return row.detail.history.some((entry) => entry.cause === cause) ? row : move(row, row.state, cause, at);
}
