/** Rows as the core would write them. */
import { NEW_DETAIL, type PaymentDetail, type PaymentRow } from "../../../main/core/payment.ts";
import type { Batch, NewEvent, Profile } from "../../../main/core/ports.ts";
import { newRow } from "../../support/rows.ts";

export const NOON = Date.UTC(2026, 8, 1, 7, 0, 0);

export const profile: Profile = {
  id: "p1",
  provider: "kaspi",
  environment: "test",
  scheme: "2",
  url: "https://bank.example/r2/v01",
  bin: null,
  tradePoint: "12",
  device: "GFC-456397",
  options: {},
};

/** Fields that came with the posted payments. */
export const POSTED = [
  "postedAt",
  "posted",
  "pageEnd",
  "confirmed",
  "paused",
  "operationId",
  "operation",
  "card",
  "receiver",
  "saveCard",
  "accountId",
] as const satisfies readonly (keyof PaymentDetail)[];

/** A row's detail as a version before some fields wrote it. */
export function without<T extends object, K extends keyof T>(whole: T, fields: readonly K[]): Omit<T, K> {
  const missing: readonly PropertyKey[] = fields;
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !missing.includes(name))) as Omit<T, K>;
}

const detail: PaymentDetail = { ...NEW_DETAIL, history: [{ at: NOON, state: "creating", cause: "person" }] };

export function payment(
  n: number,
  more: Partial<Omit<PaymentRow, "detail">> & { detail?: Partial<PaymentDetail> } = {},
): PaymentRow {
  const id = `pay-${n}`;
  const plain = newRow({
    seq: 0,
    id,
    number: `A1-${String(n).padStart(6, "0")}`,
    saleId: `sale-${n}`,
    profileId: profile.id,
    idemKey: `key-${n}`,
    businessDay: "2026-09-01",
    createdAt: NOON + n,
    updatedAt: NOON + n,
  });
  return {
    ...plain,
    ...more,
    detail: { ...detail, ...more.detail },
  };
}

/** The event that tells of this state of the payment. */
export function told(row: PaymentRow): NewEvent {
  return {
    kind: "payment",
    ref: row.id,
    version: row.version,
    body: JSON.stringify({ seq: row.seq, id: row.id, state: row.state }),
  };
}

export function batchOf(...rows: PaymentRow[]): Batch {
  return { at: NOON, profiles: [profile], payments: rows, events: rows.map(told) };
}
