/** Writing one batch, inside the caller's transaction. */
import type { Batch, NewEvent, Profile } from "../core/ports.ts";
import type { PaymentRow } from "../core/payment.ts";
import type { ChainHead, Mac } from "./journal-chain.ts";
import { link, sealHead, START } from "./journal-chain.ts";
import type { Connection } from "./journal-connection.ts";
import { JournalConflict } from "./journal-errors.ts";
import { callValues, noticeValues, paymentValues, profileValues, readProfile, SQL } from "./journal-rows.ts";

export interface Written {
  readonly head: number;
  readonly seqs: Readonly<Record<string, number>>;
}

/** Kept by the journal itself; a batch cannot write them. */
const OWN_META: ReadonlySet<string> = new Set(["epoch", "head"]);

const PUT_META = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/** Writes the whole batch and returns the new head and the number of every payment in it. */
export function writeBatch(c: Connection, batch: Batch, tillId: string, mac: Mac): Written {
  const events = batch.events ?? [];
  const before = storedHead(c);
  const first = nextSeq(c, before);
  let spare = first + events.length;
  const seqs: Record<string, number> = {};

  for (const profile of batch.profiles ?? []) putProfile(c, profile);
  for (const row of batch.payments ?? []) {
    // The journal's order of a payment is the number of the event that made it known.
    const index = events.findIndex((event) => event.kind === "payment" && event.ref === row.id);
    seqs[row.id] = putPayment(c, row, () => (index < 0 ? spare++ : first + index));
  }
  for (const call of batch.calls ?? []) c.sql(SQL.putCall).run(callValues(call));
  for (const notice of batch.notices ?? []) c.sql(SQL.putNotice).run(noticeValues(notice));
  for (const counter of batch.counters ?? []) putCounter(c, counter.name, counter.next);
  for (const item of batch.outbox ?? []) {
    c.sql("INSERT INTO outbox (topic, ref, body, next_at) VALUES (?, ?, ?, ?)").run(
      item.topic,
      item.ref,
      item.body,
      item.nextAt,
    );
  }
  for (const [name, value] of Object.entries(batch.meta ?? {})) {
    if (OWN_META.has(name)) throw new JournalConflict(`meta "${name}" belongs to the journal`);
    if (value === null) c.sql("DELETE FROM meta WHERE name = ?").run(name);
    else c.sql(PUT_META).run(name, value);
  }

  let head = before;
  for (const [index, given] of events.entries()) {
    const event = given.kind === "payment" ? { ...given, body: numbered(given.body, seqs[given.ref]) } : given;
    head = appendEvent(c, head, first + index, batch.at, tillId, event, mac);
  }
  if (head !== before) c.sql(PUT_META).run("head", sealHead(mac, head));
  return { head: head.seq, seqs };
}

/** The head as stored. Its seal is not asked about here: evidence of tampering must not stop a payment. */
export function storedHead(c: Connection): ChainHead {
  const row = c.sql("SELECT value FROM meta WHERE name = 'head'").get();
  if (row === undefined) return START;
  const [seq, mac] = String(row["value"]).split(" ");
  return { seq: Number(seq) || 0, mac: mac ?? "" };
}

// --- helpers ---

/** One sequence for events, payments and refunds, so that a number is never given twice. */
function nextSeq(c: Connection, head: ChainHead): number {
  const row = c
    .sql(`SELECT max(
    (SELECT coalesce(max(seq), 0) FROM events),
    (SELECT coalesce(max(seq), 0) FROM payments),
    (SELECT coalesce(max(seq), 0) FROM refunds)) AS seq`)
    .get();
  return Math.max(Number(row?.["seq"] ?? 0), head.seq) + 1;
}

function putPayment(c: Connection, row: PaymentRow, fresh: () => number): number {
  const stored = c.sql("SELECT seq, version FROM payments WHERE id = ?").get(row.id);
  if (stored === undefined) {
    if (row.seq !== 0 || row.version !== 1) {
      throw new JournalConflict(
        `payment ${row.id} is unknown, yet comes as version ${row.version} of number ${row.seq}`,
      );
    }
    const seq = fresh();
    c.sql(SQL.insertPayment).run(paymentValues(row, seq));
    return seq;
  }
  const seq = Number(stored["seq"]);
  if (row.seq !== 0 && row.seq !== seq)
    throw new JournalConflict(`payment ${row.id} has number ${seq}, not ${row.seq}`);
  if (c.sql(SQL.updatePayment).run(paymentValues(row, seq)).changes !== 1) {
    throw new JournalConflict(
      `payment ${row.id} is at version ${String(stored["version"])}; ${row.version} cannot follow`,
    );
  }
  return seq;
}

function putProfile(c: Connection, profile: Profile): void {
  const stored = c.sql(SQL.selectProfile).get(profile.id);
  if (stored === undefined) {
    c.sql(SQL.insertProfile).run(profileValues(profile));
    return;
  }
  const was: object = readProfile(stored);
  const same = Object.entries(profileValues(profile)).every(
    ([name, value]) => (was as Record<string, unknown>)[name] === value,
  );
  if (!same) throw new JournalConflict(`profile ${profile.id} is kept with other content; a change needs a new id`);
}

function putCounter(c: Connection, name: string, next: bigint): void {
  const result = c
    .sql(`INSERT INTO counters (name, next) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET next = excluded.next WHERE excluded.next >= next`)
    .run(name, next);
  if (result.changes !== 1) throw new JournalConflict(`counter ${name} cannot go back to ${next}`);
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

/** The object of a `payment` event carries its number, which nobody knows before this transaction. */
function numbered(body: string, seq: number | undefined): string {
  const object = JSON.parse(body) as Record<string, unknown>;
  return object["seq"] === 0 && seq !== undefined ? JSON.stringify({ ...object, seq }) : body;
}
