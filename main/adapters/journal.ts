/** The journal on node:sqlite: one file, one writer, every commit on disk before it is acknowledged. */
import { chmod } from "node:fs/promises";
import { dirname } from "node:path";
import type { SQLInputValue } from "node:sqlite";
import type { Journal, PaymentFilter, RefundFilter } from "../core/ports.ts";
import { privateDirectory, privateFile, readableByOthers } from "./files.ts";
import { copyJournal } from "./journal-backup.ts";
import type { ChainHead, ChainReport, Mac } from "./journal-chain.ts";
import { checkChain, checkRows, type CheckOptions } from "./journal-check.ts";
import { connect } from "./journal-connection.ts";
import type { Connection } from "./journal-connection.ts";
import {
  JournalChanged,
  JournalConflict,
  JournalDamaged,
  journalError,
  JournalForeign,
  JournalMissing,
  JournalTooNew,
  JournalUnavailable,
} from "./journal-errors.ts";
import { historySelect } from "./journal-history.ts";
import { assertThere, epochOf, META_RESTORED, openFile, type Opening, type Restored } from "./journal-open.ts";
import { createReaders, readEvent, SQL } from "./journal-rows.ts";
import type { SqlRow } from "./journal-rows.ts";
import { openWitness, readWitness, type Mark } from "./journal-witness.ts";
import { storedHead, storedMark, writeBatch } from "./journal-write.ts";
import type { Writer, Written } from "./journal-write.ts";

export {
  JournalChanged,
  JournalConflict,
  JournalDamaged,
  JournalForeign,
  JournalMissing,
  JournalTooNew,
  JournalUnavailable,
};
export type { ChainHead, ChainReport, Restored };

export interface JournalOptions {
  readonly file: string;
  readonly tillId: string;
  /** HMAC with the vault's chain key. */
  readonly mac: Mac;
  readonly now: () => number;
  /** A head kept apart from the file; the one that lies beside it is read too. */
  readonly anchor?: ChainHead | null;
  /** Takes over a journal that another vault's keys sealed; what is in it is believed unproven. */
  readonly takeOver?: boolean;
}

export interface JournalFile extends Journal {
  readonly opening: Opening;
  /** When this life of the journal was begun with something else than what was written last; null: never. */
  restored(): Promise<Restored | null>;
  /** The last event and its mac: to be kept in the vault, in every backup and export, as an anchor. */
  head(): Promise<ChainHead>;
  /** Checks the chain: its last events, or all of it and then the seal of every row; an anchor kept elsewhere must lie on it. */
  verifyChain(options?: CheckOptions): Promise<ChainReport>;
  /** A whole copy under a new name, taken while the till goes on. It has this journal's epoch: a restore gives it a new one. */
  backup(toFile: string): Promise<void>;
}

const DAY = 86_400_000;

/**
 * Opens the journal, making or migrating it. Rejects with JournalTooNew (a newer program wrote it), JournalDamaged (it
 * must be restored), JournalMissing (it is gone, or empty), JournalForeign (another vault's) or JournalUnavailable (the disk
 * refuses). One that is older than what was acknowledged is opened under a new epoch: see `opening`.
 */
export async function openJournal(options: JournalOptions): Promise<JournalFile> {
  const { file, tillId, mac, now, anchor = null, takeOver = false } = options;
  const beside = readWitness(file, mac);
  const newer = (beside?.seq ?? 0) >= (anchor?.seq ?? 0);
  const known: Mark | null = newer ? beside : anchor && { ...anchor, commits: beside?.commits ?? 0 };
  assertThere(file, known);
  await prepareFile(file);
  const rows = createReaders(mac);
  const writer: Writer = { tillId, mac, readers: rows };
  const opened = openFile({ file, writer, now, known, takeOver });
  const { epoch, schema } = opened;
  const witness = openWitness(file, mac);
  let connection: Connection | null = opened.connection;
  let acknowledged = storedHead(opened.connection).seq;
  witness.write(storedMark(opened.connection));
  let closed = false;

  const reconnect = (): Connection => {
    const again = connect(file);
    // More than was acknowledged: a commit that reported failure is there after all. What runs does not know of it.
    if (epochOf(again, writer) === epoch && storedHead(again).seq === acknowledged) return again;
    again.close();
    throw new JournalDamaged("another state of the journal stands in its place; the program must start anew");
  };

  /** Runs `work` on the open file. After a failure before anything was written the next call connects anew. */
  const use = <T>(work: (c: Connection, begun: () => void) => T): T => {
    if (closed) throw new JournalUnavailable("the journal is closed");
    let written = false;
    try {
      connection ??= reconnect();
      connection.assertInPlace();
      return work(connection, () => (written = true));
    } catch (error) {
      const ours = journalError(error);
      // Not after a write: closing would leave its frames in the log, and reopening could bring them back to life.
      const lost = ours instanceof JournalUnavailable || ours instanceof JournalDamaged;
      if (lost && !written && connection !== null) {
        const broken = connection;
        quietly(() => broken.close());
        connection = null;
      }
      throw ours;
    }
  };

  const read = async <T>(work: (c: Connection) => T): Promise<T> => use(work);
  const one = async <T>(sql: string, reader: (row: SqlRow) => T, ...values: SQLInputValue[]): Promise<T | null> =>
    read((c) => {
      const row = c.sql(sql).get(...values);
      return row === undefined ? null : reader(row);
    });
  const many = async <T>(sql: string, reader: (row: SqlRow) => T, ...values: SQLInputValue[]): Promise<readonly T[]> =>
    read((c) =>
      c
        .sql(sql)
        .all(...values)
        .map(reader),
    );

  return {
    opening: { repaired: opened.repaired, altered: opened.altered, behind: opened.behind },
    restored: () => one(SQL.selectMeta, (row) => JSON.parse(rows.meta(row)) as Restored, META_RESTORED),
    async commit(batch): Promise<Written> {
      const written = use((c, begun) => {
        if (c.db.isTransaction) c.db.exec("ROLLBACK"); // one that failed when the disk did
        c.db.exec("BEGIN IMMEDIATE");
        begun();
        try {
          const result = writeBatch(c, batch, writer);
          // Read before it is on the disk: what fails afterwards would be told as a commit that failed.
          const mark = storedMark(c);
          c.db.exec("COMMIT");
          witness.write(mark);
          return result;
        } catch (error) {
          if (c.db.isTransaction) quietly(() => c.db.exec("ROLLBACK"));
          throw error;
        }
      });
      acknowledged = written.head;
      return written;
    },
    info: () =>
      read((c) => {
        const { seq, mac: own } = storedHead(c);
        return { schema, epoch, head: seq, mac: own };
      }),
    payment: (id) => one(`${SQL.selectPayment} WHERE id = ?`, rows.payment, id),
    paymentByKey: (key) => one(`${SQL.selectPayment} WHERE idem_key = ?`, rows.payment, key),
    payments(filter) {
      const { where, values } = together(paymentConditions(filter));
      return many(`${SQL.selectPayment} ${where} ORDER BY seq DESC LIMIT ?`, rows.payment, ...values, filter.limit);
    },
    unfinished: () => many(SQL.unfinished, rows.payment, now() - DAY),
    notices: () => many(SQL.selectNotices, rows.noticeToTell),
    events: (after, limit) =>
      many(
        "SELECT seq, at, kind, ref, version, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        readEvent,
        after,
        limit,
      ),
    firstEvent: () => read((c) => Number(c.sql("SELECT coalesce(min(seq), 0) AS seq FROM events").get()?.["seq"])),
    calls: (paymentId) => many(SQL.selectCalls, rows.call, paymentId),
    refund: (id) => one(`${SQL.selectRefund} WHERE id = ?`, rows.refund, id),
    refundByKey: (key) => one(`${SQL.selectRefund} WHERE idem_key = ?`, rows.refund, key),
    refunds(filter) {
      const { where, values } = together(refundConditions(filter));
      return many(`${SQL.selectRefund} ${where} ORDER BY seq DESC LIMIT ?`, rows.refund, ...values, filter.limit);
    },
    unfinishedRefunds: () => many(SQL.unfinishedRefunds, rows.refund, now() - DAY),
    refundCalls: (refundId) => many(SQL.selectRefundCalls, rows.call, refundId),
    history(filter) {
      const { sql, values } = historySelect(filter);
      return many(sql, rows.payment, ...values);
    },
    profiles: () => many(SQL.selectProfiles, rows.profile),
    profile: (id) => one(SQL.selectProfile, rows.profile, id),
    counter: (name) =>
      read((c) => {
        const row = c.big(SQL.selectCounter).get(name);
        return row === undefined ? null : rows.counter(row);
      }),
    meta: (name) => one(SQL.selectMeta, rows.meta, name),
    head: () => read(storedHead),
    async verifyChain(check = {}) {
      const chain = await checkChain(read, mac, check);
      const all = chain.ok && (check.last ?? null) === null;
      return (all ? await checkRows(read, mac, check) : null) ?? chain;
    },
    async backup(toFile) {
      await read((c) => c.assertInPlace());
      await copyJournal(file, toFile);
    },
    async close() {
      closed = true;
      witness.close();
      connection?.close();
      connection = null;
    },
  };
}

// --- helpers ---

async function prepareFile(file: string): Promise<void> {
  try {
    await privateDirectory(dirname(file));
    if (!(await privateFile(file)) && (await readableByOthers(file))) await chmod(file, 0o600);
  } catch (error) {
    throw new JournalUnavailable("the journal's file cannot be made", error);
  }
}

type Condition = readonly [text: string, value: SQLInputValue | undefined];

const paymentConditions = (filter: PaymentFilter): readonly Condition[] => [
  ["state = ?", filter.state],
  ["created_at >= ?", filter.fromMs],
  ["created_at < ?", filter.toMs],
  ["external_id = ?", filter.externalId],
  ["sale_id = ?", filter.saleId],
  ["bank_id = ?", filter.bankId],
  ["invoice_id = ?", filter.invoiceId],
  ["reference = ?", filter.reference],
  ["seq < ?", filter.beforeSeq],
];

const refundConditions = (filter: RefundFilter): readonly Condition[] => [
  ["state = ?", filter.state],
  ["payment_id = ?", filter.paymentId],
  ["purchase_key = ?", filter.purchaseKey],
  ["created_at >= ?", filter.fromMs],
  ["created_at < ?", filter.toMs],
  ["seq < ?", filter.beforeSeq],
];

function together(parts: readonly Condition[]): { where: string; values: SQLInputValue[] } {
  const used = parts.filter(([, value]) => value !== undefined);
  const where = used.length === 0 ? "" : `WHERE ${used.map(([text]) => text).join(" AND ")}`;
  return { where, values: used.map(([, value]) => value as SQLInputValue) };
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // the failure that led here is the one to report
  }
}
