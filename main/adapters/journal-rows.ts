/** Between the core's rows and SQLite's. Columns and fields are named alike: saleId is sale_id. */
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { NEW_DETAIL, type PaymentDetail, type PaymentRow } from "../core/payment.ts";
import type { CallRow, NoticeRow, Profile, StoredEvent } from "../core/ports.ts";
import { NEW_REFUND_DETAIL, type RefundDetail, type RefundRow } from "../core/refund.ts";

export type SqlRow = Record<string, SQLOutputValue>;
export type SqlValues = Record<string, SQLInputValue>;

const PAYMENT: readonly (keyof PaymentRow)[] = [
  "id",
  "seq",
  "version",
  "number",
  "tillId",
  "saleId",
  "replaces",
  "kind",
  "profileId",
  "provider",
  "environment",
  "method",
  "minor",
  "currency",
  "state",
  "settled",
  "watching",
  "parked",
  "late",
  "bankId",
  "externalId",
  "idemKey",
  "idemMac",
  "actor",
  "businessDay",
  "shiftId",
  "fulfilment",
  "resolution",
  "error",
  "createdAt",
  "updatedAt",
  "detail",
];
const REFUND: readonly (keyof RefundRow)[] = [
  "id",
  "seq",
  "version",
  "number",
  "tillId",
  "paymentId",
  "purchaseKey",
  "profileId",
  "provider",
  "environment",
  "minor",
  "currency",
  "state",
  "settled",
  "watching",
  "a0",
  "a0At",
  "bankId",
  "bankReturnId",
  "idemKey",
  "idemMac",
  "actor",
  "businessDay",
  "shiftId",
  "resolution",
  "error",
  "createdAt",
  "updatedAt",
  "detail",
];
const FLAGS: ReadonlySet<string> = new Set(["settled", "watching", "parked", "late"]);
const JSONS: ReadonlySet<string> = new Set(["resolution", "error", "detail", "options"]);
const PROFILE: readonly (keyof Profile)[] = [
  "id",
  "provider",
  "environment",
  "scheme",
  "url",
  "bin",
  "tradePoint",
  "device",
  "options",
];
const CALL: readonly (keyof CallRow)[] = [
  "requestId",
  "paymentId",
  "refundId",
  "name",
  "danger",
  "mac",
  "sentAt",
  "answeredAt",
  "outcome",
  "bankCode",
];
const NOTICE: readonly (keyof NoticeRow)[] = ["id", "kind", "paymentId", "at", "acknowledgedAt", "acknowledgedBy"];

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const list = (fields: readonly string[]): string => fields.map(snake).join(", ");
const places = (fields: readonly string[]): string => fields.map((field) => `:${field}`).join(", ");
const sets = (fields: readonly string[]): string => fields.map((field) => `${snake(field)} = :${field}`).join(", ");
const updates = (fields: readonly string[]): string =>
  fields.map((field) => `${snake(field)} = excluded.${snake(field)}`).join(", ");

const SELECT_PAYMENT = `SELECT ${list(PAYMENT)} FROM payments`;
const SELECT_REFUND = `SELECT ${list(REFUND)} FROM refunds`;
const SELECT_PROFILE = `SELECT ${list(PROFILE)} FROM profiles`;
const SELECT_CALL = `SELECT ${list(CALL)} FROM calls`;

export const SQL = {
  insertPayment: `INSERT INTO payments (${list(PAYMENT)}) VALUES (${places(PAYMENT)})`,
  updatePayment: `UPDATE payments SET ${sets(PAYMENT)} WHERE id = :id AND version = :version - 1`,
  selectPayment: SELECT_PAYMENT,
  // Each part has a partial index of its own; the plus keeps SQLite from walking the whole table in order of seq instead.
  unfinished: `${SELECT_PAYMENT} WHERE settled = 0 OR watching = 1 OR ask_at_start = 1
    OR (dismissed = 0 AND updated_at >= ?) ORDER BY +seq`,
  insertRefund: `INSERT INTO refunds (${list(REFUND)}) VALUES (${places(REFUND)})`,
  updateRefund: `UPDATE refunds SET ${sets(REFUND)} WHERE id = :id AND version = :version - 1`,
  selectRefund: SELECT_REFUND,
  unfinishedRefunds: `${SELECT_REFUND} WHERE settled = 0 OR watching = 1 OR (shown = 1 AND updated_at >= ?) ORDER BY +seq`,
  insertProfile: `INSERT INTO profiles (${list(PROFILE)}) VALUES (${places(PROFILE)})`,
  selectProfile: `${SELECT_PROFILE} WHERE id = ?`,
  selectProfiles: `${SELECT_PROFILE} ORDER BY id`,
  putCall: `INSERT INTO calls (${list(CALL)}) VALUES (${places(CALL)})
    ON CONFLICT (request_id) DO UPDATE SET ${updates(["answeredAt", "outcome", "bankCode"])}`,
  selectCalls: `${SELECT_CALL} WHERE payment_id = ? ORDER BY sent_at, rowid`,
  selectRefundCalls: `${SELECT_CALL} WHERE refund_id = ? ORDER BY sent_at, rowid`,
  putNotice: `INSERT INTO notices (${list(NOTICE)}) VALUES (${places(NOTICE)})
    ON CONFLICT (id) DO UPDATE SET ${updates(["acknowledgedAt", "acknowledgedBy"])}`,
  selectNotices: `SELECT ${list(NOTICE)} FROM notices ORDER BY at, rowid`,
} as const;

/** The values of a payment under the journal's own number `seq`. */
export function paymentValues(row: PaymentRow, seq: number): SqlValues {
  return { ...values(row, PAYMENT), seq };
}

/** The values of a refund under the journal's own number `seq`. */
export function refundValues(row: RefundRow, seq: number): SqlValues {
  return { ...values(row, REFUND), seq };
}

/** Options in one order, so that the same ones are the same text. */
export function profileValues(row: Profile): SqlValues {
  const options = Object.fromEntries(Object.entries(row.options).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return values({ ...row, options }, PROFILE);
}
export const callValues = (row: CallRow): SqlValues => values(row, CALL);
export const noticeValues = (row: NoticeRow): SqlValues => values(row, NOTICE);

/** A row that an earlier version of the program wrote lacks the fields that came later. */
export function readPayment(row: SqlRow): PaymentRow {
  const found = read(row, PAYMENT) as unknown as PaymentRow;
  const detail: PaymentDetail = { ...NEW_DETAIL, ...found.detail };
  return { ...found, detail };
}

export function readRefund(row: SqlRow): RefundRow {
  const found = read(row, REFUND) as unknown as RefundRow;
  const detail: RefundDetail = { ...NEW_REFUND_DETAIL, ...found.detail };
  return { ...found, detail };
}

export const readProfile = (row: SqlRow): Profile => read(row, PROFILE) as unknown as Profile;
export const readCall = (row: SqlRow): CallRow => read(row, CALL) as unknown as CallRow;
export const readNotice = (row: SqlRow): NoticeRow => read(row, NOTICE) as unknown as NoticeRow;

export function readEvent(row: SqlRow): StoredEvent {
  const { seq, at, kind, ref, version, body } = row;
  return { seq, at, kind, ref, version, body } as unknown as StoredEvent;
}

// --- helpers ---

function values(row: object, fields: readonly string[]): SqlValues {
  const found: SqlValues = {};
  for (const field of fields) {
    const value: unknown = (row as Record<string, unknown>)[field];
    if (value === null || value === undefined) found[field] = null;
    else if (FLAGS.has(field)) found[field] = value === true ? 1 : 0;
    else if (JSONS.has(field)) found[field] = JSON.stringify(value);
    else found[field] = value as SQLInputValue;
  }
  return found;
}

function read(row: SqlRow, fields: readonly string[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const field of fields) {
    const value = row[snake(field)] ?? null;
    if (FLAGS.has(field)) found[field] = value === 1;
    else if (JSONS.has(field)) found[field] = value === null ? null : JSON.parse(value as string);
    else found[field] = value;
  }
  return found;
}
