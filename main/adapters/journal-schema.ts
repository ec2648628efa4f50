/** The journal's tables, as migrations: `user_version` counts those applied. A released one is never edited. */
import { DatabaseSync } from "node:sqlite";
import { JournalDamaged, JournalTooNew } from "./journal-errors.ts";

/** Marks the file as a journal of this program ("QBYL"). */
const APPLICATION_ID = 0x5142594c;

/** Tables whose rows carry a seal. */
export const SEALED_TABLES = ["payments", "refunds", "profiles", "counters", "calls", "notices", "meta"] as const;
export type SealedTable = (typeof SEALED_TABLES)[number];

const PAYMENT_FACTS =
  "id seq number till_id sale_id replaces kind profile_id provider environment method minor currency external_id idem_key idem_mac actor business_day created_at";

const FIRST = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE profiles (
  id TEXT PRIMARY KEY, provider TEXT NOT NULL, environment TEXT NOT NULL, scheme TEXT, url TEXT NOT NULL,
  bin TEXT, trade_point TEXT, device TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE counters (name TEXT PRIMARY KEY, next INTEGER NOT NULL, low INTEGER, high INTEGER) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE CHECK (seq > 0),
  version INTEGER NOT NULL,
  number TEXT NOT NULL,
  till_id TEXT NOT NULL,
  sale_id TEXT NOT NULL,
  replaces TEXT,
  kind TEXT NOT NULL,
  profile_id TEXT NOT NULL REFERENCES profiles (id),
  provider TEXT NOT NULL,
  environment TEXT NOT NULL,
  method TEXT NOT NULL,
  minor INTEGER NOT NULL CHECK (minor BETWEEN 0 AND 9007199254740991),
  currency TEXT NOT NULL,
  state TEXT NOT NULL,
  settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  watching INTEGER NOT NULL CHECK (watching IN (0, 1)),
  parked INTEGER NOT NULL CHECK (parked IN (0, 1)),
  late INTEGER NOT NULL CHECK (late IN (0, 1)),
  bank_id TEXT,
  external_id TEXT,
  idem_key TEXT NOT NULL UNIQUE,
  idem_mac TEXT NOT NULL,
  actor TEXT NOT NULL,
  business_day TEXT NOT NULL,
  shift_id TEXT,
  fulfilment TEXT,
  resolution TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  ask_at_start INTEGER GENERATED ALWAYS AS (json_extract(detail, '$.askAtStart')) VIRTUAL,
  dismissed INTEGER GENERATED ALWAYS AS (json_extract(detail, '$.dismissed')) VIRTUAL,
  UNIQUE (till_id, number)
) STRICT;
CREATE INDEX payments_state ON payments (state, seq);
CREATE INDEX payments_created ON payments (created_at);
CREATE INDEX payments_external ON payments (external_id, seq) WHERE external_id IS NOT NULL;
CREATE INDEX payments_sale ON payments (sale_id, seq);
CREATE INDEX payments_bank ON payments (bank_id) WHERE bank_id IS NOT NULL;
CREATE INDEX payments_unsettled ON payments (settled) WHERE settled = 0;
CREATE INDEX payments_watching ON payments (watching) WHERE watching = 1;
CREATE INDEX payments_ask ON payments (ask_at_start) WHERE ask_at_start = 1;
CREATE INDEX payments_shown ON payments (updated_at) WHERE dismissed = 0;

CREATE TABLE refunds (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL UNIQUE CHECK (seq > 0),
  version INTEGER NOT NULL,
  number TEXT NOT NULL,
  till_id TEXT NOT NULL,
  payment_id TEXT REFERENCES payments (id),
  purchase_key TEXT,
  profile_id TEXT NOT NULL REFERENCES profiles (id),
  provider TEXT NOT NULL,
  environment TEXT NOT NULL,
  minor INTEGER CHECK (minor BETWEEN 0 AND 9007199254740991),
  currency TEXT NOT NULL,
  state TEXT NOT NULL,
  settled INTEGER NOT NULL CHECK (settled IN (0, 1)),
  watching INTEGER NOT NULL CHECK (watching IN (0, 1)),
  a0 INTEGER,
  a0_at INTEGER,
  bank_id TEXT,
  bank_return_id TEXT,
  idem_key TEXT NOT NULL UNIQUE,
  idem_mac TEXT NOT NULL,
  actor TEXT NOT NULL,
  business_day TEXT NOT NULL,
  shift_id TEXT,
  resolution TEXT,
  error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail)),
  UNIQUE (till_id, number)
) STRICT;
CREATE INDEX refunds_payment ON refunds (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX refunds_unsettled ON refunds (purchase_key) WHERE settled = 0;

CREATE TABLE calls (
  request_id TEXT PRIMARY KEY,
  payment_id TEXT REFERENCES payments (id),
  refund_id TEXT REFERENCES refunds (id),
  name TEXT NOT NULL,
  danger TEXT NOT NULL,
  mac TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  answered_at INTEGER,
  outcome TEXT,
  bank_code TEXT
) STRICT;
CREATE INDEX calls_payment ON calls (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX calls_refund ON calls (refund_id) WHERE refund_id IS NOT NULL;

CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES payments (id),
  at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT
) STRICT;

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  ref TEXT NOT NULL,
  body TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL,
  done_at INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at) WHERE done_at IS NULL;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  till_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  ref TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL,
  prev TEXT NOT NULL,
  mac TEXT NOT NULL
) STRICT;

CREATE TRIGGER events_fixed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER profiles_fixed BEFORE UPDATE ON profiles BEGIN SELECT RAISE(ABORT, 'profiles never change'); END;
CREATE TRIGGER profiles_kept BEFORE DELETE ON profiles BEGIN SELECT RAISE(ABORT, 'profiles are kept'); END;
CREATE TRIGGER payments_kept BEFORE DELETE ON payments BEGIN SELECT RAISE(ABORT, 'payments are kept'); END;
CREATE TRIGGER payments_fixed BEFORE UPDATE ON payments
WHEN ${PAYMENT_FACTS.split(" ")
  .map((name) => `NEW.${name} IS NOT OLD.${name}`)
  .join(" OR ")}
BEGIN SELECT RAISE(ABORT, 'a fact of a payment cannot change'); END;

-- Contract section 3: one space of keys for payments and refunds.
CREATE TRIGGER payments_key BEFORE INSERT ON payments
WHEN EXISTS (SELECT 1 FROM refunds WHERE idem_key = NEW.idem_key)
BEGIN SELECT RAISE(ABORT, 'the key is used by a refund'); END;
CREATE TRIGGER refunds_key BEFORE INSERT ON refunds
WHEN EXISTS (SELECT 1 FROM payments WHERE idem_key = NEW.idem_key)
BEGIN SELECT RAISE(ABORT, 'the key is used by a payment'); END;
`;

const REFUND_FACTS =
  "id seq number till_id profile_id provider environment currency idem_key idem_mac actor business_day created_at";
/** What goes back, of what, and the bank's figure before: open until the money-moving call, a fact afterwards. */
const REFUND_INTENT = "payment_id purchase_key minor a0";

const changed = (names: string): string =>
  names
    .split(" ")
    .map((name) => `NEW.${name} IS NOT OLD.${name}`)
    .join(" OR ");

const SECOND = `
ALTER TABLE refunds ADD COLUMN shown INTEGER GENERATED ALWAYS AS
  (json_extract(detail, '$.onScreen') = 1 AND json_extract(detail, '$.dismissed') = 0) VIRTUAL;
CREATE INDEX refunds_watching ON refunds (watching) WHERE watching = 1;
CREATE INDEX refunds_shown ON refunds (updated_at) WHERE shown = 1;
CREATE INDEX refunds_open ON refunds (settled) WHERE settled = 0;
CREATE INDEX refunds_purchase ON refunds (purchase_key, seq) WHERE purchase_key IS NOT NULL;
CREATE INDEX refunds_state ON refunds (state, seq);
CREATE INDEX refunds_created ON refunds (created_at);
CREATE INDEX refunds_number ON refunds (number);
CREATE INDEX refunds_bank ON refunds (bank_id) WHERE bank_id IS NOT NULL;

CREATE INDEX payments_number ON payments (number);
CREATE INDEX payments_tail ON payments (substr(number, -3));
CREATE INDEX payments_minor ON payments (minor, seq);
CREATE INDEX payments_day ON payments (business_day, seq);

CREATE TRIGGER refunds_kept BEFORE DELETE ON refunds BEGIN SELECT RAISE(ABORT, 'refunds are kept'); END;
CREATE TRIGGER refunds_fixed BEFORE UPDATE ON refunds
WHEN ${changed(REFUND_FACTS)}
BEGIN SELECT RAISE(ABORT, 'a fact of a refund cannot change'); END;
CREATE TRIGGER refunds_sent BEFORE UPDATE ON refunds
WHEN OLD.state NOT IN ('creating', 'awaiting_scan', 'choosing') AND (${changed(REFUND_INTENT)})
BEGIN SELECT RAISE(ABORT, 'what a refund was sent with cannot change'); END;
`;

/** Numbers of ours at a bank: one of them twice would be two sales under one bill. */
const THIRD = `
ALTER TABLE profiles ADD COLUMN options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options));

ALTER TABLE payments ADD COLUMN invoice_id TEXT GENERATED ALWAYS AS (json_extract(detail, '$.invoiceId')) VIRTUAL;
ALTER TABLE payments ADD COLUMN reference TEXT GENERATED ALWAYS AS (json_extract(detail, '$.facts.reference')) VIRTUAL;
CREATE UNIQUE INDEX payments_invoice ON payments (invoice_id, provider, environment) WHERE invoice_id IS NOT NULL;
CREATE INDEX payments_reference ON payments (reference) WHERE reference IS NOT NULL;

CREATE TRIGGER payments_invoice_fixed BEFORE UPDATE ON payments
WHEN json_extract(NEW.detail, '$.invoiceId') IS NOT json_extract(OLD.detail, '$.invoiceId')
BEGIN SELECT RAISE(ABORT, 'the number of a payment at the bank cannot change'); END;
`;

/** Around sealing all rows: a profile never changes otherwise. What is made again has to read as it was written first. */
export const UNFIX_PROFILES = "DROP TRIGGER profiles_fixed;";
export const FIX_PROFILES =
  "CREATE TRIGGER profiles_fixed BEFORE UPDATE ON profiles BEGIN SELECT RAISE(ABORT, 'profiles never change'); END;";

/**
 * What nobody knows although it is settled, by an index. And a seal on every row that is acted upon: SQLite has no checksums, and a flipped bit in an amount or an address is a sound
 * file. Rows that are there already are sealed in the same transaction, as they are found.
 */
const FOURTH = `
${UNFIX_PROFILES}
${SEALED_TABLES.map((table) => `ALTER TABLE ${table} ADD COLUMN seal TEXT NOT NULL DEFAULT '';`).join("\n")}

ALTER TABLE payments ADD COLUMN doubtful INTEGER GENERATED ALWAYS AS
  (settled = 1 AND (json_extract(detail, '$.disputedAt') IS NOT NULL OR (json_extract(detail, '$.claimed') = 1
    AND resolution IS NULL AND json_extract(error, '$.code') = 'money_at_bank'))) VIRTUAL;
CREATE INDEX payments_doubtful ON payments (doubtful) WHERE doubtful = 1;
ALTER TABLE refunds ADD COLUMN doubtful INTEGER GENERATED ALWAYS AS
  (json_extract(detail, '$.disputedAt') IS NOT NULL) VIRTUAL;
CREATE INDEX refunds_doubtful ON refunds (doubtful) WHERE doubtful = 1;
`;

/** Sales that are paid and settled, and whose goods or money are still to be seen to. */
const FIFTH = `
ALTER TABLE payments ADD COLUMN goods_open INTEGER GENERATED ALWAYS AS (json_extract(fulfilment, '$.open')) VIRTUAL;
CREATE INDEX payments_goods ON payments (goods_open) WHERE goods_open = 1;
`;

export const MIGRATIONS: readonly string[] = [FIRST, SECOND, THIRD, FOURTH, FIFTH];
/** Steps that have an end of their own, after the rows were sealed. */
const ENDS: Readonly<Record<number, string>> = { 4: FIX_PROFILES };

/**
 * Throws JournalTooNew when the file is ahead of this program, JournalDamaged when it is another program's. Returns the number
 * of its schema; 0 is an empty file.
 */
export function schemaOf(db: DatabaseSync, known = MIGRATIONS.length): number {
  const found = pragma(db, "user_version");
  const owner = pragma(db, "application_id");
  const foreign = found === 0 ? pragma(db, "schema_version") > 0 : owner !== APPLICATION_ID;
  if (foreign) throw new JournalDamaged("the file is not a journal of this program");
  if (found > known) throw new JournalTooNew(found, known);
  return found;
}

/**
 * Brings the database to the newest schema, one transaction a step, and returns its number; `seal` seals all rows, in the
 * transaction of the step that brings the seals. A new one is made at one go. Throws as `schemaOf` does.
 */
export function migrate(
  db: DatabaseSync,
  migrations: readonly string[] = MIGRATIONS,
  seal: () => void = () => undefined,
): number {
  const found = schemaOf(db, migrations.length);
  if (found === 0 && migrations === MIGRATIONS) step(db, migrations.length, () => db.exec(template().statements));
  else inSteps(db, migrations, found, seal);
  return migrations.length;
}

/**
 * Makes triggers anew that are gone or do not read as this program writes them, and says whether the tables and indexes do. A
 * flipped bit in a generated column's text is a sound file in which rows are no longer found.
 */
export function asWritten(db: DatabaseSync): boolean {
  const { text, triggers } = template();
  if (schemaText(db) === text) return true;
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    db.exec(`DROP TRIGGER "${String(name).replaceAll('"', '""')}"`);
  db.exec(triggers);
  return schemaText(db) === text;
}

// --- helpers ---

interface Template {
  readonly text: string;
  /** In the order of making. */
  readonly statements: string;
  readonly triggers: string;
}

/** What the migrations, one after the other, come to; made once in a process. */
let made: Template | null = null;

function template(): Template {
  if (made !== null) return made;
  const db = new DatabaseSync(":memory:");
  inSteps(db, MIGRATIONS, 0, () => undefined);
  const statements = (where: string): string =>
    db
      .prepare(
        `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' AND ${where} ORDER BY type = 'table' DESC, rowid`,
      )
      .all()
      .map(({ sql }) => `${String(sql)};`)
      .join("\n");
  made = { text: schemaText(db), statements: statements("TRUE"), triggers: statements("type = 'trigger'") };
  db.close();
  return made;
}

function inSteps(db: DatabaseSync, migrations: readonly string[], found: number, seal: () => void): void {
  for (const [index, sql] of migrations.entries()) {
    const number = index + 1;
    if (number <= found) continue;
    step(db, number, () => {
      db.exec(sql);
      const end = ENDS[number];
      if (end === undefined) return;
      seal();
      db.exec(end);
    });
  }
}

function step(db: DatabaseSync, number: number, work: () => void): void {
  inTransaction(db, () => {
    work();
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${number}`);
  });
}

/** All of the work is written, or none of it; what it throws is thrown on. */
export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function schemaText(db: DatabaseSync): string {
  return JSON.stringify(db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").all());
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}
