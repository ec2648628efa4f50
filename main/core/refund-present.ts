/** From a refund's row to what people and programs see: the till API's object, and the screen's view. Pure. */
import { formatAmount, type Minor } from "../../contract/money.ts";
import type { Refund } from "../../contract/refund.ts";
import type { RefundView } from "../../contract/snapshot.ts";
import type { RefundRow } from "./refund.ts";
import { isoTime } from "./time.ts";

/** The till API's object; `timezone` is the shop's. */
export function toRefund(row: RefundRow, timezone: string): Refund {
  const time = (at: number): string => isoTime(at, timezone);
  const maybe = (at: number | null): string | null => (at === null ? null : time(at));
  const sum = (amount: Minor | null): string | null => (amount === null ? null : formatAmount(amount));
  const { detail } = row;
  return {
    seq: row.seq,
    id: row.id,
    number: row.number,
    tillId: row.tillId,
    paymentId: row.paymentId,
    provider: row.provider,
    environment: row.environment,
    amount: sum(row.minor),
    currency: row.currency,
    state: row.state,
    settled: row.settled,
    available: sum(row.a0),
    availableAt: maybe(row.a0At),
    availableIsOurs: row.detail.ours,
    operations: detail.operations.map(({ id, minor, at, paymentId }) => ({
      id,
      amount: formatAmount(minor),
      at: maybe(at),
      paymentId,
    })),
    qr: isShown(row) && detail.payload !== null ? { payload: detail.payload } : null,
    bankReturnId: row.bankReturnId,
    bankId: row.bankId,
    evidence: {
      kind: detail.evidence,
      purchaseId: detail.purchaseId,
      rrn: detail.rrn,
      before: sum(row.a0),
      beforeAt: maybe(row.a0At),
      readings: detail.readings.map(({ at, minor }) => ({ at: time(at), available: formatAmount(minor) })),
      by: detail.by,
      reason: detail.reason,
    },
    error: row.error === null ? null : { ...row.error, params: { ...row.error.params } },
    resolution: row.resolution === null ? null : { ...row.resolution, at: time(row.resolution.at) },
    actor: row.actor,
    createdAt: time(row.createdAt),
    updatedAt: time(row.updatedAt),
    history: detail.history.map((entry) => ({ ...entry, at: time(entry.at) })),
  };
}

/** What only the running process knows of a refund. Monotonic milliseconds. */
export interface RefundPulse {
  readonly scanAt: number | null;
  /** When the last of the two minutes' readings is due. */
  readonly checkAt: number | null;
  readonly checkMs: number;
  readonly silent: boolean;
}

/** The screen's view; `mono` is the monotonic now in milliseconds. */
export function toRefundView(row: RefundRow, pulse: RefundPulse, mono: number, timezone: string): RefundView {
  const time = (at: number | null): string | null => (at === null ? null : isoTime(at, timezone));
  const { detail } = row;
  return {
    id: row.id,
    number: row.number,
    provider: row.provider,
    environment: row.environment,
    paymentId: row.paymentId,
    sale:
      detail.purchaseId === null
        ? null
        : {
            number: detail.saleNumber,
            purchaseId: detail.purchaseId,
            minor: detail.purchaseMinor,
            at: time(detail.purchaseAt),
          },
    minor: row.minor,
    currency: row.currency,
    state: row.state,
    settled: row.settled,
    availableMinor: row.a0,
    availableAt: time(row.a0At),
    availableIsOurs: row.detail.ours,
    rrn: detail.rrn,
    beforeMinor: row.a0,
    readings: detail.readings.map(({ at, minor }) => ({ at: isoTime(at, timezone), minor })),
    operations: detail.operations.map(({ id, minor, at, number }) => ({ id, minor, at: time(at), number })),
    qr: isShown(row) && detail.payload !== null ? { payload: detail.payload } : null,
    countdown: countdown(row, pulse, mono),
    silent: pulse.silent,
    bankId: row.bankId,
    error: row.error,
    by: detail.by,
    reason: detail.reason,
    resolution: row.resolution === null ? null : { ...row.resolution, at: isoTime(row.resolution.at, timezone) },
    actor: row.actor,
    createdAt: isoTime(row.createdAt, timezone),
    updatedAt: isoTime(row.updatedAt, timezone),
  };
}

function isShown(row: RefundRow): boolean {
  return row.state === "awaiting_scan";
}

function countdown(row: RefundRow, pulse: RefundPulse, mono: number): RefundView["countdown"] {
  const left = (at: number): number => Math.max(0, Math.round(at - mono));
  if (isShown(row) && row.detail.payload !== null && pulse.scanAt !== null)
    return { kind: "scan", remainingMs: left(pulse.scanAt), totalMs: row.detail.scanMs ?? 0 };
  if (!row.settled && pulse.checkAt !== null)
    return { kind: "check", remainingMs: left(pulse.checkAt), totalMs: pulse.checkMs };
  return null;
}
