/** Writing one batch, inside the caller's transaction. */
import type { Batch, NewEvent, Profile } from "../core/ports.ts";
import type { PaymentRow } from "../core/payment.ts";
import type { RefundRow } from "../core/refund.ts";
import type { ChainHead, Mac } from "./journal-chain.ts";
import { link, sealHead, START } from "./journal-chain.ts";
import type { Mark } from "./journal-witness.ts";
import type { Connection } from "./journal-connection.ts";
import { JournalConflict, JournalDamaged } from "./journal-errors.ts";
import {
  callValues,
  noticeValues,
  paymentValues,
  profileValues,
  refundValues,
  sealed,
  SQL,
  type Readers,
  type SqlValues,
} from "./journal-rows.ts";

export interface Written {
  readonly head: number;
  readonly seqs: Readonly<Record<string, number>>;
}

/** Kept by the journal itself; a batch cannot write them. */
const OWN_META: ReadonlySet<string> = new Set(["epoch", "head", "floor", "restored", "key", "from", "census"]);

/** What writing needs besides the connection. */
export interface Writer {
  readonly tillId: string;
  readonly mac: Mac;
  readonly readers: Readers;
}

/** Writes the whole batch and returns the new head and the number of every payment and refund in it. */
export function writeBatch(c: Connection, batch: Batch, writer: Writer): Written {
  const { mac, tillId, readers } = writer;
  const events = batch.events ?? [];
  const before = storedHead(c);
  const first = nextSeq(c, before);
  let spare = first + events.length;
  const seqs: Record<string, number> = {};
  const census: { -readonly [name in keyof Census]: number } = { ...(storedCensus(c) ?? countAll(c)) };

  for (const profile of batch.profiles ?? []) if (putProfile(c, profile, writer)) census.profiles += 1;
  // The journal's order of a payment or refund is the number of the event that made it known.
  const numberOf = (kind: string, id: string) => (): number => {
    const index = events.findIndex((event) => event.kind === kind && event.ref === id);
    return index < 0 ? spare++ : first + index;
  };
  for (const row of batch.payments ?? []) {
    seqs[row.id] = put(c, PAYMENTS, row, numberOf("payment", row.id), mac);
    if (row.version === 1) census.payments += 1;
  }
  for (const row of batch.refunds ?? []) {
    seqs[row.id] = put(c, REFUNDS, row, numberOf("refund", row.id), mac);
    if (row.version === 1) census.refunds += 1;
  }
  for (const call of batch.calls ?? []) {
    const stored = c.sql(SQL.selectCall).get(call.requestId);
    if (stored === undefined) census.calls += 1;
    c.sql(SQL.putCall).run(sealed(mac, "calls", callValues(call, stored === undefined ? null : readers.call(stored))));
  }
  for (const notice of batch.notices ?? []) {
    const stored = c.sql(SQL.selectNotice).get(notice.id);
    if (stored === undefined) census.notices += 1;
    const values = noticeValues(notice, stored === undefined ? null : readers.notice(stored));
    c.sql(SQL.putNotice).run(sealed(mac, "notices", values));
  }
  for (const counter of batch.counters ?? []) putCounter(c, counter.name, counter.next, mac);
  for (const item of batch.outbox ?? []) {
    c.sql("INSERT INTO outbox (topic, ref, body, next_at) VALUES (?, ?, ?, ?)").run(
      item.topic,
      item.ref,
      numbered(item.body, seqs[item.ref]),
      item.nextAt,
    );
  }
  for (const [name, value] of Object.entries(batch.meta ?? {})) {
    if (OWN_META.has(name)) throw new JournalConflict(`meta "${name}" belongs to the journal`);
    if (value === null) c.sql("DELETE FROM meta WHERE name = ?").run(name);
    else putMeta(c, mac, name, value);
  }

  let head = before;
  for (const [index, given] of events.entries()) {
    const known = given.kind === "payment" || given.kind === "refund";
    const event = known ? { ...given, body: numbered(given.body, seqs[given.ref]) } : given;
    head = appendEvent(c, head, first + index, batch.at, tillId, event, mac);
  }
  if (head !== before) putMeta(c, mac, "head", sealHead(mac, head));
  putCensus(c, mac, { ...census, commits: census.commits + 1 });
  return { head: head.seq, seqs };
}

export function putMeta(c: Connection, mac: Mac, name: string, value: string): void {
  c.sql(SQL.putMeta).run(sealed(mac, "meta", { name, value }));
}

/** The head as stored. Its seal is not asked about here: evidence of tampering must not stop a payment. */
export function storedHead(c: Connection): ChainHead {
  const row = c.sql("SELECT value FROM meta WHERE name = 'head'").get();
  if (row === undefined) return START;
  const [seq, mac] = String(row["value"]).split(" ");
  return { seq: Number(seq) || 0, mac: mac ?? "" };
}

/** How many rows there are of each kind, and how many commits made them: a page that another was written over leaves no trace. */
export interface Census {
  readonly commits: number;
  readonly payments: number;
  readonly refunds: number;
  readonly profiles: number;
  readonly calls: number;
  readonly notices: number;
  readonly counters: number;
  readonly meta: number;
}

/** What was last written down; null in a journal without commits. */
export function storedCensus(c: Connection): Census | null {
  const text = c.sql("SELECT value FROM meta WHERE name = 'census'").get()?.["value"];
  try {
    return text === undefined ? null : (JSON.parse(String(text)) as Census);
  } catch {
    throw new JournalDamaged("the journal's file is damaged: its rows were counted otherwise");
  }
}

/** What is there. `meta` without the rows that this file keeps for itself. */
export function countAll(c: Connection): Census {
  const count = (from: string): string => `(SELECT count(*) FROM ${from})`;
  const row = c
    .sql(`SELECT ${COUNTED.map((table) => `${count(table)} AS ${table}`).join(", ")},
      ${count("meta WHERE name NOT IN ('head', 'census')")} AS meta`)
    .get();
  return { ...(row as unknown as Census), commits: 0 };
}

/** Writes the census down, with the small tables counted anew. */
export function putCensus(c: Connection, mac: Mac, census: Census): void {
  const { counters, meta } = c
    .sql(`SELECT (SELECT count(*) FROM counters) AS counters,
      (SELECT count(*) FROM meta WHERE name NOT IN ('head', 'census')) AS meta`)
    .get() as unknown as Census;
  putMeta(c, mac, "census", JSON.stringify({ ...census, counters, meta }));
}

/** How far the journal has come, as stored. */
export function storedMark(c: Connection): Mark {
  return { ...storedHead(c), commits: storedCensus(c)?.commits ?? 0 };
}

// --- helpers ---

const COUNTED = ["payments", "refunds", "profiles", "calls", "notices", "counters"] as const;

/** One sequence for events, payments and refunds, so that a number is never given twice. */
function nextSeq(c: Connection, head: ChainHead): number {
  const row = c
    .sql(`SELECT max(
    (SELECT coalesce(max(seq), 0) FROM events),
    (SELECT coalesce(max(seq), 0) FROM payments),
    (SELECT coalesce(max(seq), 0) FROM refunds),
    (SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE name = 'floor')) AS seq`)
    .get();
  return Math.max(Number(row?.["seq"] ?? 0), head.seq) + 1;
}

/** How whole rows of a table are written: each knows its number and its version. */
interface Table<Row> {
  readonly name: "payment" | "refund";
  readonly stored: string;
  readonly insert: string;
  readonly update: string;
  values(row: Row, seq: number): SqlValues;
}

const PAYMENTS: Table<PaymentRow> = {
  name: "payment",
  stored: "SELECT seq, version FROM payments WHERE id = ?",
  insert: SQL.insertPayment,
  update: SQL.updatePayment,
  values: paymentValues,
};
const REFUNDS: Table<RefundRow> = {
  name: "refund",
  stored: "SELECT seq, version FROM refunds WHERE id = ?",
  insert: SQL.insertRefund,
  update: SQL.updateRefund,
  values: refundValues,
};

function put<Row extends PaymentRow | RefundRow>(
  c: Connection,
  { name, stored, insert, update, values }: Table<Row>,
  row: Row,
  fresh: () => number,
  mac: Mac,
): number {
  const known = c.sql(stored).get(row.id);
  if (known === undefined) {
    if (row.seq !== 0 || row.version !== 1) {
      throw new JournalConflict(
        `${name} ${row.id} is unknown, yet comes as version ${row.version} of number ${row.seq}`,
      );
    }
    const seq = fresh();
    c.sql(insert).run(sealed(mac, `${name}s`, values(row, seq)));
    return seq;
  }
  const seq = Number(known["seq"]);
  if (row.seq !== 0 && row.seq !== seq)
    throw new JournalConflict(`${name} ${row.id} has number ${seq}, not ${row.seq}`);
  if (c.sql(update).run(sealed(mac, `${name}s`, values(row, seq))).changes !== 1) {
    throw new JournalConflict(
      `${name} ${row.id} is at version ${String(known["version"])}; ${row.version} cannot follow`,
    );
  }
  return seq;
}

function putProfile(c: Connection, profile: Profile, { mac, readers }: Writer): boolean {
  const stored = c.sql(SQL.selectProfile).get(profile.id);
  if (stored === undefined) {
    c.sql(SQL.insertProfile).run(sealed(mac, "profiles", profileValues(profile)));
    return true;
  }
  const was = profileValues(readers.profile(stored));
  const same = Object.entries(profileValues(profile)).every(([name, value]) => was[name] === value);
  if (!same) throw new JournalConflict(`profile ${profile.id} is kept with other content; a change needs a new id`);
  return false;
}

export function putCounter(c: Connection, name: string, next: bigint, mac: Mac): void {
  if (c.sql(SQL.putCounter).run(sealed(mac, "counters", { name, next })).changes !== 1)
    throw new JournalConflict(`counter ${name} cannot go back to ${next}`);
}

function appendEvent(
  c: Connection,
  prev: ChainHead,
  seq: number,
  at: number,
  tillId: string,
  event: NewEvent,
  mac: Mac,
): ChainHead {
  const own = link(mac, prev.mac, seq, at, tillId, event);
  c.sql(
    `INSERT INTO events (seq, at, till_id, kind, ref, version, body, prev, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(seq, at, tillId, event.kind, event.ref, event.version, event.body, prev.mac, own);
  return { seq, mac: own };
}

/** The object of a payment or refund carries its number, which nobody knows before this transaction. */
function numbered(body: string, seq: number | undefined): string {
  const object = JSON.parse(body) as Record<string, unknown>;
  return object["seq"] === 0 && seq !== undefined ? JSON.stringify({ ...object, seq }) : body;
}
