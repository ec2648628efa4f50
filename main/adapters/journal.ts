/** The journal on node:sqlite: one file, one writer, every commit on disk before it is acknowledged. */
import { randomUUID } from "node:crypto";
import { chmod, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { SQLInputValue } from "node:sqlite";
import type { Journal, PaymentFilter, RefundFilter } from "../core/ports.ts";
import { privateDirectory, privateFile, readableByOthers, syncDirectory } from "./files.ts";
import type { ChainHead, ChainLink, ChainReport, Mac } from "./journal-chain.ts";
import { chainChecker, openHead, START } from "./journal-chain.ts";
import { connect } from "./journal-connection.ts";
import type { Connection } from "./journal-connection.ts";
import { JournalConflict, JournalDamaged, journalError, JournalTooNew, JournalUnavailable } from "./journal-errors.ts";
import { historySelect } from "./journal-history.ts";
import { readCall, readEvent, readNotice, readPayment, readProfile, readRefund, SQL } from "./journal-rows.ts";
import type { SqlRow } from "./journal-rows.ts";
import { migrate } from "./journal-schema.ts";
import { storedHead, writeBatch } from "./journal-write.ts";
import type { Written } from "./journal-write.ts";

export { JournalConflict, JournalDamaged, JournalTooNew, JournalUnavailable };
export type { ChainHead, ChainReport };

export interface JournalOptions {
  readonly file: string;
  readonly tillId: string;
  /** HMAC with the vault's chain key. */
  readonly mac: Mac;
  readonly now: () => number;
}

export interface JournalFile extends Journal {
  /** The last event and its mac: to be kept in the vault, in every backup and export, as an anchor. */
  head(): Promise<ChainHead>;
  /** Checks the chain: all of it, or its last events; an anchor kept elsewhere must lie on it. */
  verifyChain(options?: { readonly last?: number; readonly anchor?: ChainHead | null }): Promise<ChainReport>;
  /** A whole, sound copy under a new name. It has this journal's epoch: a restore must give it a new one. */
  backup(toFile: string): Promise<void>;
}

const DAY = 86_400_000;
const PAGE = 500;

/**
 * Opens the journal, making or migrating it. Rejects with JournalTooNew (a newer program wrote it), JournalDamaged (it
 * must be restored) or JournalUnavailable (the disk refuses).
 */
export async function openJournal({ file, tillId, mac, now }: JournalOptions): Promise<JournalFile> {
  await prepareFile(file);
  const opened = openFile(file);
  const { epoch, schema } = opened;
  let connection: Connection | null = opened.connection;
  let acknowledged = storedHead(opened.connection).seq;
  let closed = false;

  const reconnect = (): Connection => {
    const again = connect(file);
    const found = again.sql("SELECT value FROM meta WHERE name = 'epoch'").get()?.["value"];
    // More than was acknowledged: a commit that reported failure is there after all. What runs does not know of it.
    if (found === epoch && storedHead(again).seq === acknowledged) return again;
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
    async commit(batch): Promise<Written> {
      const written = use((c, begun) => {
        if (c.db.isTransaction) c.db.exec("ROLLBACK"); // one that failed when the disk did
        c.db.exec("BEGIN IMMEDIATE");
        begun();
        try {
          const result = writeBatch(c, batch, tillId, mac);
          c.db.exec("COMMIT");
          return result;
        } catch (error) {
          if (c.db.isTransaction) quietly(() => c.db.exec("ROLLBACK"));
          throw error;
        }
      });
      acknowledged = written.head;
      return written;
    },
    info: () => read((c) => ({ schema, epoch, head: storedHead(c).seq })),
    payment: (id) => one(`${SQL.selectPayment} WHERE id = ?`, readPayment, id),
    paymentByKey: (key) => one(`${SQL.selectPayment} WHERE idem_key = ?`, readPayment, key),
    payments(filter) {
      const { where, values } = together(paymentConditions(filter));
      return many(`${SQL.selectPayment} ${where} ORDER BY seq DESC LIMIT ?`, readPayment, ...values, filter.limit);
    },
    unfinished: () => many(SQL.unfinished, readPayment, now() - DAY),
    notices: () => many(SQL.selectNotices, readNotice),
    events: (after, limit) =>
      many(
        "SELECT seq, at, kind, ref, version, body FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
        readEvent,
        after,
        limit,
      ),
    firstEvent: () => read((c) => Number(c.sql("SELECT coalesce(min(seq), 0) AS seq FROM events").get()?.["seq"])),
    calls: (paymentId) => many(SQL.selectCalls, readCall, paymentId),
    refund: (id) => one(`${SQL.selectRefund} WHERE id = ?`, readRefund, id),
    refundByKey: (key) => one(`${SQL.selectRefund} WHERE idem_key = ?`, readRefund, key),
    refunds(filter) {
      const { where, values } = together(refundConditions(filter));
      return many(`${SQL.selectRefund} ${where} ORDER BY seq DESC LIMIT ?`, readRefund, ...values, filter.limit);
    },
    unfinishedRefunds: () => many(SQL.unfinishedRefunds, readRefund, now() - DAY),
    refundCalls: (refundId) => many(SQL.selectRefundCalls, readCall, refundId),
    history(filter) {
      const { sql, values } = historySelect(filter);
      return many(sql, readPayment, ...values);
    },
    profiles: () => many(SQL.selectProfiles, readProfile),
    profile: (id) => one(SQL.selectProfile, readProfile, id),
    counter: (name) =>
      read((c) => {
        const row = c.big("SELECT next FROM counters WHERE name = ?").get(name);
        return row === undefined ? null : (row["next"] as bigint);
      }),
    meta: (name) => one("SELECT value FROM meta WHERE name = ?", (row) => String(row["value"]), name),
    head: () => read(storedHead),
    verifyChain: (options = {}) => verify(read, mac, options.last ?? null, options.anchor ?? null),
    async backup(toFile) {
      const part = `${toFile}.part`;
      await rm(part, { force: true });
      await privateFile(part); // VACUUM INTO takes an empty file; one it made itself would be readable by others
      await read((c) => c.sql("VACUUM INTO ?").run(part));
      const handle = await open(part, "r+");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, toFile);
      await syncDirectory(dirname(toFile));
    },
    async close() {
      closed = true;
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

function openFile(file: string): { connection: Connection; epoch: string; schema: number } {
  let connection: Connection | null = null;
  try {
    connection = connect(file);
    const { db } = connection;
    const check = Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {})[0];
    if (check !== "ok") throw new JournalDamaged(`the journal's file is damaged: ${String(check)}`);
    const mode = db.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"];
    if (mode !== "wal")
      throw new JournalUnavailable("the journal's folder cannot hold a write-ahead log (a network drive?)");
    const schema = migrate(db);
    connection.sql("INSERT INTO meta (name, value) VALUES ('epoch', ?) ON CONFLICT DO NOTHING").run(randomUUID());
    const epoch = String(connection.sql("SELECT value FROM meta WHERE name = 'epoch'").get()?.["value"]);
    return { connection, epoch, schema };
  } catch (error) {
    const broken = connection;
    if (broken !== null) quietly(() => broken.close());
    throw journalError(error);
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

const LINK = "SELECT seq, at, till_id AS tillId, kind, ref, version, body, prev, mac FROM events";

async function verify(
  read: <T>(work: (c: Connection) => T) => Promise<T>,
  mac: Mac,
  last: number | null,
  anchor: ChainHead | null,
): Promise<ChainReport> {
  const sealed = await read((c) => c.sql("SELECT value FROM meta WHERE name = 'head'").get()?.["value"]);
  const head = typeof sealed === "string" ? openHead(mac, sealed) : START;
  const empty = await read((c) => c.sql("SELECT 1 FROM events LIMIT 1").get() === undefined);
  if (head === null || (sealed === undefined && !empty)) return { ok: false, problem: "changed", seq: 0 };
  const before =
    last === null
      ? null
      : await read((c) =>
          c.sql("SELECT seq, mac FROM events WHERE seq <= ? ORDER BY seq DESC LIMIT 1 OFFSET ?").get(head.seq, last),
        );
  const start = (before ?? START) as unknown as ChainHead;
  const chain = chainChecker(mac, { seq: start.seq, mac: start.mac });

  let checked = 0;
  for (;;) {
    const page = await read((c) =>
      c.sql(`${LINK} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`).all(chain.head().seq, head.seq, PAGE),
    );
    for (const row of page) {
      if (!chain.check(row as unknown as ChainLink)) return { ok: false, problem: "changed", seq: Number(row["seq"]) };
    }
    checked += page.length;
    if (page.length < PAGE) break;
    await new Promise((resolve) => setImmediate(resolve)); // a long journal must not stop the till
  }
  if (chain.head().seq !== head.seq || chain.head().mac !== head.mac)
    return { ok: false, problem: "cut", seq: chain.head().seq };

  if (anchor !== null && anchor.seq > 0) {
    if (anchor.seq > head.seq) return { ok: false, problem: "cut", seq: head.seq };
    const there = await read((c) => c.sql("SELECT mac FROM events WHERE seq = ?").get(anchor.seq)?.["mac"]);
    if (there !== anchor.mac) return { ok: false, problem: "changed", seq: anchor.seq };
  }
  return { ok: true, checked, head };
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // the failure that led here is the one to report
  }
}
