/** Between the core's rows and SQLite's. Columns and fields are named alike: saleId is sale_id. */
import type { SQLInputValue, SQLOutputValue } from "node:sqlite";
import { NEW_DETAIL, type PaymentDetail, type PaymentRow } from "../core/payment.ts";
import type { CallRow, NoticeRow, Profile, StoredEvent } from "../core/ports.ts";
import { NEW_REFUND_DETAIL, type RefundDetail, type RefundRow } from "../core/refund.ts";
import type { Mac } from "./journal-chain.ts";
import { JournalChanged } from "./journal-errors.ts";
import type { SealedTable } from "./journal-schema.ts";

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
const JSONS: ReadonlySet<string> = new Set(["resolution", "error", "detail", "options", "fulfilment"]);
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

/** What the end of a call, and a person's reading of a notice, add. */
const CALL_END = ["answeredAt", "outcome", "bankCode"] as const;
const NOTICE_END = ["acknowledgedAt", "acknowledgedBy"] as const;

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const list = (fields: readonly string[]): string => fields.map(snake).join(", ");
const places = (fields: readonly string[]): string => fields.map((field) => `:${field}`).join(", ");
const sets = (fields: readonly string[]): string => fields.map((field) => `${snake(field)} = :${field}`).join(", ");
const updates = (fields: readonly string[]): string =>
  fields.map((field) => `${snake(field)} = excluded.${snake(field)}`).join(", ");

/** What a seal covers, by table; the first field is the key. */
const SEALED: Readonly<Record<SealedTable, readonly string[]>> = {
  payments: PAYMENT,
  refunds: REFUND,
  profiles: PROFILE,
  counters: ["name", "next"],
  calls: CALL,
  notices: NOTICE,
  meta: ["name", "value"],
};

const SELECT_PAYMENT = `SELECT ${list(PAYMENT)}, seal FROM payments`;
const SELECT_REFUND = `SELECT ${list(REFUND)}, seal FROM refunds`;
const SELECT_PROFILE = `SELECT ${list(PROFILE)}, seal FROM profiles`;
const SELECT_CALL = `SELECT ${list(CALL)}, seal FROM calls`;
const SELECT_NOTICE = `SELECT ${list(NOTICE)}, seal FROM notices`;

export const SQL = {
  insertPayment: `INSERT INTO payments (${list(PAYMENT)}, seal) VALUES (${places(PAYMENT)}, :seal)`,
  updatePayment: `UPDATE payments SET ${sets(PAYMENT)}, seal = :seal WHERE id = :id AND version = :version - 1`,
  selectPayment: SELECT_PAYMENT,
  // Each part has a partial index of its own; the plus keeps SQLite from walking the whole table in order of seq instead.
  unfinished: `${SELECT_PAYMENT} WHERE settled = 0 OR watching = 1 OR ask_at_start = 1 OR doubtful = 1
    OR goods_open = 1 OR (dismissed = 0 AND updated_at >= ?) ORDER BY +seq`,
  insertRefund: `INSERT INTO refunds (${list(REFUND)}, seal) VALUES (${places(REFUND)}, :seal)`,
  updateRefund: `UPDATE refunds SET ${sets(REFUND)}, seal = :seal WHERE id = :id AND version = :version - 1`,
  selectRefund: SELECT_REFUND,
  unfinishedRefunds: `${SELECT_REFUND} WHERE settled = 0 OR watching = 1 OR doubtful = 1
    OR (shown = 1 AND updated_at >= ?) ORDER BY +seq`,
  insertProfile: `INSERT INTO profiles (${list(PROFILE)}, seal) VALUES (${places(PROFILE)}, :seal)`,
  selectProfile: `${SELECT_PROFILE} WHERE id = ?`,
  selectProfiles: `${SELECT_PROFILE} ORDER BY id`,
  putCall: `INSERT INTO calls (${list(CALL)}, seal) VALUES (${places(CALL)}, :seal)
    ON CONFLICT (request_id) DO UPDATE SET ${updates([...CALL_END, "seal"])}`,
  selectCall: `${SELECT_CALL} WHERE request_id = ?`,
  selectCalls: `${SELECT_CALL} WHERE payment_id = ? ORDER BY sent_at, rowid`,
  selectRefundCalls: `${SELECT_CALL} WHERE refund_id = ? ORDER BY sent_at, rowid`,
  putNotice: `INSERT INTO notices (${list(NOTICE)}, seal) VALUES (${places(NOTICE)}, :seal)
    ON CONFLICT (id) DO UPDATE SET ${updates([...NOTICE_END, "seal"])}`,
  selectNotice: `${SELECT_NOTICE} WHERE id = ?`,
  selectNotices: `${SELECT_NOTICE} ORDER BY at, rowid`,
  selectMeta: "SELECT name, value, seal FROM meta WHERE name = ?",
  putMeta: `INSERT INTO meta (name, value, seal) VALUES (:name, :value, :seal)
    ON CONFLICT (name) DO UPDATE SET ${updates(["value", "seal"])}`,
  selectCounter: "SELECT name, next, seal FROM counters WHERE name = ?",
  putCounter: `INSERT INTO counters (name, next, seal) VALUES (:name, :next, :seal)
    ON CONFLICT (name) DO UPDATE SET ${updates(["next", "seal"])} WHERE excluded.next >= next`,
} as const;

/** The rows of a table for a check of all of them, a page behind a key; and how one of them gets its seal. */
export const allRows = (table: SealedTable): string => {
  const fields = SEALED[table];
  const key = snake(fields[0] ?? "");
  const order = `WHERE ${key} > ? ORDER BY ${key} LIMIT ?`;
  const seq = table === "payments" || table === "refunds" ? "" : ", 0 AS seq";
  return `SELECT ${list(fields)}${seq}, ${key} AS row_key, seal FROM ${table} ${order}`;
};
export const sealRow = (table: SealedTable): string =>
  `UPDATE ${table} SET seal = ? WHERE ${snake(SEALED[table][0] ?? "")} = ?`;

/** Values to be written, with their seal. */
export const sealed = (mac: Mac, table: SealedTable, values: SqlValues): SqlValues => ({
  ...values,
  seal: sealText(mac, table, (field) => values[field]),
});

/** The seal that a row as it was read must have. */
export const sealOf = (mac: Mac, table: SealedTable, row: SqlRow): string =>
  sealText(mac, table, (field) => row[snake(field)]);

/** Rows as they are read; JournalChanged where one is not what was written. */
export function createReaders(mac: Mac) {
  const whole =
    <T>(table: SealedTable, reader: (row: SqlRow) => T) =>
    (row: SqlRow): T => {
      if (row["seal"] === sealOf(mac, table, row)) return reader(row);
      const name = row["number"] ?? row["id"] ?? row["name"] ?? row["request_id"];
      throw new JournalChanged(`the journal's file is damaged: ${table} "${String(name)}" is not what was written`);
    };
  return {
    payment: whole("payments", readPayment),
    refund: whole("refunds", readRefund),
    profile: whole("profiles", (row) => read(row, PROFILE) as unknown as Profile),
    call: whole("calls", (row) => read(row, CALL) as unknown as CallRow),
    notice: whole("notices", readNotice),
    /** Told once more rather than not at all, where nobody can say whether it was read. */
    noticeToTell: (row: SqlRow): NoticeRow =>
      row["seal"] === sealOf(mac, "notices", row)
        ? readNotice(row)
        : { ...readNotice(row), acknowledgedAt: null, acknowledgedBy: null },
    meta: whole("meta", (row) => String(row["value"])),
    counter: whole("counters", (row) => row["next"] as bigint),
  };
}
export type Readers = ReturnType<typeof createReaders>;

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
/** The first line of a call, with its end: what it was sent with does not change. */
export const callValues = (row: CallRow, stored: CallRow | null): SqlValues => ended(row, stored, CALL, CALL_END);
export const noticeValues = (row: NoticeRow, stored: NoticeRow | null): SqlValues =>
  ended(row, stored, NOTICE, NOTICE_END);

/** A row that an earlier version of the program wrote lacks the fields that came later. */
function readPayment(row: SqlRow): PaymentRow {
  const found = read(row, PAYMENT) as unknown as PaymentRow;
  const detail: PaymentDetail = { ...NEW_DETAIL, ...found.detail };
  return { ...found, detail };
}

function readRefund(row: SqlRow): RefundRow {
  const found = read(row, REFUND) as unknown as RefundRow;
  const detail: RefundDetail = { ...NEW_REFUND_DETAIL, ...found.detail };
  return { ...found, detail };
}

const readNotice = (row: SqlRow): NoticeRow => read(row, NOTICE) as unknown as NoticeRow;

export function readEvent(row: SqlRow): StoredEvent {
  const { seq, at, kind, ref, version, body } = row;
  return { seq, at, kind, ref, version, body } as unknown as StoredEvent;
}

// --- helpers ---

function sealText(mac: Mac, table: SealedTable, value: (field: string) => SQLOutputValue | SQLInputValue | undefined) {
  const all = SEALED[table].map((field) => {
    const found = value(field) ?? null;
    return typeof found === "number" || typeof found === "bigint" ? String(found) : found;
  });
  return mac(`${table}\n${JSON.stringify(all)}`);
}

function ended<Row extends object>(row: Row, stored: Row | null, all: readonly string[], end: readonly (keyof Row)[]) {
  const late = Object.fromEntries(end.map((field) => [field, row[field]]));
  return values(stored === null ? row : { ...stored, ...late }, all);
}

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
