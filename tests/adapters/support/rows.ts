/** Rows as the core would write them. */
import { minor } from "../../../contract/money.ts";
import type { PaymentDetail, PaymentRow } from "../../../main/core/payment.ts";
import type { Batch, NewEvent, Profile } from "../../../main/core/ports.ts";

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
};

const detail: PaymentDetail = {
  createTries: 1,
  payload: null,
  link: null,
  paymentMethods: [],
  windows: null,
  tokenAt: null,
  scanDeadline: null,
  confirmDeadline: null,
  deadAt: null,
  watchUntil: null,
  lastWord: null,
  overdue: false,
  silentPolls: 0,
  deadDue: false,
  askAtStart: false,
  unsureNo: null,
  notFound: 0,
  answeredAt: null,
  dismissed: false,
  history: [{ at: NOON, state: "creating", cause: "person" }],
  description: null,
};

export function payment(
  n: number,
  more: Partial<Omit<PaymentRow, "detail">> & { detail?: Partial<PaymentDetail> } = {},
): PaymentRow {
  return {
    seq: 0,
    id: `pay-${n}`,
    version: 1,
    number: `A1-${String(n).padStart(6, "0")}`,
    tillId: "A1",
    saleId: `sale-${n}`,
    replaces: null,
    kind: "sale",
    profileId: profile.id,
    provider: "kaspi",
    environment: "test",
    method: "qr",
    minor: minor(500_000),
    currency: "KZT",
    state: "creating",
    settled: false,
    watching: false,
    parked: false,
    late: false,
    bankId: null,
    externalId: null,
    idemKey: `key-${n}`,
    idemMac: "mac",
    actor: "person:till",
    businessDay: "2026-09-01",
    shiftId: null,
    fulfilment: null,
    resolution: null,
    error: null,
    createdAt: NOON + n,
    updatedAt: NOON + n,
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
