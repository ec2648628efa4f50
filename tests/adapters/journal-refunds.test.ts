import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, afterEach, describe, expect, test } from "vitest";
import { minor } from "../../contract/money.ts";
import { JournalConflict, type JournalFile } from "../../main/adapters/journal.ts";
import { historySelect } from "../../main/adapters/journal-history.ts";
import { SQL } from "../../main/adapters/journal-rows.ts";
import { MIGRATIONS, migrate } from "../../main/adapters/journal-schema.ts";
import { NEW_DETAIL } from "../../main/core/payment.ts";
import type { Batch, CallRow } from "../../main/core/ports.ts";
import { NEW_REFUND_DETAIL, type RefundRow } from "../../main/core/refund.ts";
import { newRefund } from "../support/refund-rows.ts";
import { temporaryFolder } from "./support/folder.ts";
import { openTestJournal } from "./support/journal.ts";
import { batchOf, NOON, payment, POSTED, profile, without } from "./support/rows.ts";

const folder = await temporaryFolder();
let files = 0;
const fresh = (): string => join(folder, `${++files}`, "journal.db");

const DAY = 86_400_000;

type Changes = Partial<Omit<RefundRow, "detail">> & { detail?: Partial<RefundRow["detail"]> };
function refund(n: number, { detail, ...more }: Changes = {}): RefundRow {
  const number = `A1-R${String(n).padStart(6, "0")}`;
  const changes = { seq: 0, id: `ref-${n}`, number, profileId: profile.id, idemKey: `refund-key-${n}`, ...more };
  return newRefund({ createdAt: NOON + n, updatedAt: NOON + n, ...changes }, detail);
}

function told(...rows: RefundRow[]): Batch {
  return {
    at: NOON,
    profiles: [profile],
    refunds: rows,
    events: rows.map((row) => ({
      kind: "refund",
      ref: row.id,
      version: row.version,
      body: JSON.stringify({ seq: row.seq, id: row.id, state: row.state }),
    })),
  };
}

let journal: JournalFile;
beforeEach(async () => {
  journal = await openTestJournal(fresh());
});
afterEach(() => journal.close());

describe("a refund in the journal", () => {
  test("comes back as it was written, under the number of the event that made it", async () => {
    await journal.commit(batchOf(payment(1)));
    const row = refund(1, {
      paymentId: "pay-1",
      minor: minor(99_999_999_999_999),
      a0: minor(500_000),
      a0At: NOON,
      bankId: "9223372036854775807",
      bankReturnId: "9007199254740993",
      settled: true,
      detail: { operations: [{ id: "1", minor: minor(1), at: null, paymentId: null, number: null }], reason: "ә" },
    });
    const { head, seqs } = await journal.commit({
      ...told(row),
      outbox: [{ topic: "refund.settled", ref: row.id, body: '{"seq":0}', nextAt: NOON }],
    });
    expect({ head, seqs }).toEqual({ head: 2, seqs: { "ref-1": 2 } });
    expect(await journal.refund("ref-1")).toEqual({ ...row, seq: 2 });
    expect(await journal.refundByKey("refund-key-1")).toEqual({ ...row, seq: 2 });
    expect(await journal.refund("nobody")).toBeNull();
    expect((await journal.events(1, 9)).map(({ body }) => JSON.parse(body))).toEqual([
      { seq: 2, id: "ref-1", state: "creating" },
    ]);
    expect(await journal.verifyChain()).toMatchObject({ ok: true, checked: 2 });
  });

  test("and its payment are written in one commit, each under its own number; the outbox carries it too", async () => {
    const file = fresh();
    const own = await openTestJournal(file);
    const row = refund(1, { paymentId: "pay-1" });
    const both = { ...batchOf(payment(1)), refunds: [row] };
    const { seqs, head } = await own.commit({
      ...both,
      events: [...(both.events ?? []), ...(told(row).events ?? [])],
      outbox: [{ topic: "refund.settled", ref: row.id, body: '{"seq":0}', nextAt: NOON }],
    });
    expect({ seqs, head }).toEqual({ seqs: { "pay-1": 1, "ref-1": 2 }, head: 2 });
    await own.close();
    const db = new DatabaseSync(file);
    expect(db.prepare("SELECT body FROM outbox").get()).toEqual({ body: '{"seq":2}' });
    db.close();
  });

  test("changes only from the version before, and only in what may change", async () => {
    await journal.commit(told(refund(1)));
    const next = (more: Changes): Promise<unknown> => journal.commit(told(refund(1, { seq: 1, version: 2, ...more })));
    await expect(next({ version: 3 })).rejects.toThrow(JournalConflict);
    await expect(next({ seq: 7 })).rejects.toThrow(JournalConflict);
    for (const change of [
      { number: "A1-R000009" },
      { tillId: "A2" },
      { environment: "production" },
      { currency: "USD" },
      { idemKey: "other" },
      { idemMac: "other" },
      { actor: "api:1c" },
      { businessDay: "2026-01-01" },
      { createdAt: NOON },
    ] as const)
      await expect(next(change), JSON.stringify(change)).rejects.toThrow(/a fact of a refund cannot change/);
    await next({ state: "choosing", minor: minor(5), a0: minor(7), purchaseKey: "kaspi|test|78" });
    expect(await journal.refund("ref-1")).toMatchObject({ minor: 5, a0: 7, purchaseKey: "kaspi|test|78", version: 2 });
  });

  test("what it was sent with is a fact from then on, and it is never deleted", async () => {
    const file = fresh();
    const own = await openTestJournal(file);
    await own.commit(told(refund(1, { state: "sending", a0: minor(9) })));
    for (const change of [{ minor: minor(1) }, { a0: minor(8) }, { purchaseKey: "x" }] as const) {
      const row = refund(1, { seq: 1, version: 2, state: "in_doubt", a0: minor(9), ...change });
      await expect(own.commit(told(row))).rejects.toThrow(/what a refund was sent with cannot change/);
    }
    await own.close();
    const db = new DatabaseSync(file);
    expect(() => db.exec("DELETE FROM refunds")).toThrow(/refunds are kept/);
    db.close();
  });

  test("shares one space of keys with payments", async () => {
    await journal.commit(batchOf(payment(1)));
    await expect(journal.commit(told(refund(1, { idemKey: "key-1" })))).rejects.toThrow(/used by a payment/);
    await journal.commit(told(refund(2)));
    await expect(journal.commit(batchOf(payment(3, { idemKey: "refund-key-2" })))).rejects.toThrow(/used by a refund/);
    expect(await journal.paymentByKey("refund-key-2")).toBeNull();
    expect(await journal.refundByKey("key-1")).toBeNull();
  });

  test("has its calls, in the order in which they were sent", async () => {
    await journal.commit(batchOf(payment(1)));
    const call = (requestId: string, sentAt: number): CallRow => ({
      requestId,
      paymentId: "pay-1",
      refundId: "ref-1",
      name: "payment/return",
      danger: "dangerous",
      mac: "m",
      sentAt,
      answeredAt: null,
      outcome: null,
      bankCode: null,
    });
    await journal.commit({ ...told(refund(1, { paymentId: "pay-1" })), calls: [call("b", 2), call("a", 1)] });
    await journal.commit({ at: NOON, calls: [{ ...call("b", 2), answeredAt: 3, outcome: "answered", bankCode: "0" }] });
    expect(await journal.refundCalls("ref-1")).toEqual([
      call("a", 1),
      { ...call("b", 2), answeredAt: 3, outcome: "answered", bankCode: "0" },
    ]);
    expect(await journal.refundCalls("ref-2")).toEqual([]);
    expect((await journal.calls("pay-1")).length).toBe(2);
  });

  test("is found by state, payment, purchase and time, newest first, by pages", async () => {
    await journal.commit(batchOf(payment(1)));
    await journal.commit(told(refund(1, { paymentId: "pay-1", state: "failed" })));
    await journal.commit(told(refund(2, { purchaseKey: "kaspi|test|78" }), refund(3, { paymentId: "pay-1" })));
    const ids = async (filter: Parameters<JournalFile["refunds"]>[0]): Promise<string[]> =>
      (await journal.refunds(filter)).map(({ id }) => id);
    expect(await ids({ limit: 9 })).toEqual(["ref-3", "ref-2", "ref-1"]);
    expect(await ids({ limit: 1, beforeSeq: 4 })).toEqual(["ref-2"]);
    expect(await ids({ limit: 9, state: "failed" })).toEqual(["ref-1"]);
    expect(await ids({ limit: 9, paymentId: "pay-1" })).toEqual(["ref-3", "ref-1"]);
    expect(await ids({ limit: 9, purchaseKey: "kaspi|test|78" })).toEqual(["ref-2"]);
    expect(await ids({ limit: 9, fromMs: NOON + 2, toMs: NOON + 3 })).toEqual(["ref-2"]);
  });

  test("recovery finds what is undecided, looked at once more, or not yet put away, and by indexes", async () => {
    const file = fresh();
    const own = await openTestJournal(file, () => NOON + DAY);
    const settled = { state: "refunded", settled: true } as const;
    await own.commit(
      told(
        refund(1, { state: "in_doubt" }),
        refund(2, { state: "not_executed", settled: true, watching: true }),
        refund(3, { ...settled, detail: { onScreen: true } }),
        refund(4, { ...settled, detail: { onScreen: true, dismissed: true } }),
        refund(5, { ...settled, detail: { onScreen: false } }),
        refund(6, { ...settled, detail: { onScreen: true }, updatedAt: NOON - 1 }),
      ),
    );
    expect((await own.unfinishedRefunds()).map(({ id }) => id)).toEqual(["ref-1", "ref-2", "ref-3"]);
    await own.close();
    const db = new DatabaseSync(file);
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${SQL.unfinishedRefunds}`).all(1);
    expect(plan.map((step) => String(step["detail"])).filter((step) => step.startsWith("SCAN"))).toEqual([]);
    db.close();
  });

  test("profiles are all told, so that each one's token can be taken care of", async () => {
    await journal.commit({ at: NOON, profiles: [{ ...profile, id: "p2", scheme: "3" }, profile] });
    expect(await journal.profiles()).toEqual([profile, { ...profile, id: "p2", scheme: "3" }]);
  });
});

describe("the shop's own search", () => {
  beforeEach(async () => {
    await journal.commit(
      batchOf(
        payment(123, { bankId: "9223372036854775807", state: "paid", settled: true, businessDay: "2026-09-01" }),
        payment(1_123, { externalId: "order-5", minor: minor(12_300), businessDay: "2026-09-02" }),
        payment(7, { externalId: "123", state: "declined", settled: true, businessDay: "2026-09-03" }),
        payment(8, { state: "paid", settled: true, businessDay: "2026-09-04" }),
      ),
    );
    await journal.commit(
      told(
        refund(1, { paymentId: "pay-123", state: "refunded", settled: true, bankId: "55" }),
        refund(2, { paymentId: "pay-8", state: "in_doubt" }),
      ),
    );
  });
  const ids = async (filter: Partial<Parameters<JournalFile["history"]>[0]>): Promise<string[]> =>
    (await journal.history({ limit: 9, ...filter })).map(({ id }) => id);

  test("by the last digits of a number, a whole number, any id, a refund's, or an amount", async () => {
    expect(await ids({ text: "123" })).toEqual(["pay-7", "pay-1123", "pay-123"]);
    expect(await ids({ text: "0123" })).toEqual(["pay-123"]);
    expect(await ids({ text: "8" })).toEqual(["pay-8"]);
    expect(await ids({ text: "23" })).toEqual(["pay-1123", "pay-123"]);
    expect(await ids({ text: "a1-000123" })).toEqual(["pay-123"]);
    expect(await ids({ text: "9223372036854775807" })).toEqual(["pay-123"]);
    expect(await ids({ text: "order-5" })).toEqual(["pay-1123"]);
    expect(await ids({ text: "pay-7" })).toEqual(["pay-7"]);
    expect(await ids({ text: "A1-R000001" })).toEqual(["pay-123"]);
    expect(await ids({ text: "55" })).toEqual(["pay-123"]);
    expect(await ids({ text: "123.00", minor: minor(12_300) })).toEqual(["pay-1123"]);
    expect(await ids({ text: "%" })).toEqual([]);
    expect(await ids({ text: "nobody" })).toEqual([]);
  });

  test("by day, by what became of it, and by pages", async () => {
    expect(await ids({ fromDay: "2026-09-02", toDay: "2026-09-03" })).toEqual(["pay-7", "pay-1123"]);
    expect(await ids({ show: "paid" })).toEqual(["pay-8", "pay-123"]);
    expect(await ids({ show: "open" })).toEqual(["pay-8", "pay-1123"]);
    expect(await ids({ show: "refunded" })).toEqual(["pay-123"]);
    expect(await ids({ show: "all" })).toHaveLength(4);
    expect(await ids({ limit: 1 })).toEqual(["pay-8"]);
    expect(await ids({ limit: 1, beforeSeq: 4 })).toEqual(["pay-7"]);
    expect(await ids({ text: "123", show: "paid", toDay: "2026-09-01" })).toEqual(["pay-123"]);
  });

  test("walks the whole journal for no text that people type", () => {
    const db = new DatabaseSync(":memory:");
    migrate(db);
    for (const text of ["123", "A1-000123", "9223372036854775807", "pay-1"]) {
      const { sql, values } = historySelect({ text, minor: minor(12_300), limit: 9 });
      const plan = db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...values)
        .map((step) => String(step["detail"]));
      expect(
        plan.filter((step) => /^SCAN (payments|refunds)\b/.test(step)),
        plan.join("\n"),
      ).toEqual([]);
    }
    db.close();
  });
});

describe("a journal of the first schema", () => {
  test("is brought up to date with its rows, which get the fields that came later", async () => {
    const file = fresh();
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const old = new DatabaseSync(file);
    migrate(old, MIGRATIONS.slice(0, 1));
    old.exec(
      `INSERT INTO profiles (id, provider, environment, url) VALUES ('p1', 'kaspi', 'test', 'https://bank.example')`,
    );
    const before = without(NEW_DETAIL, ["refundedMinor", "phoneMask", ...POSTED]);
    old
      .prepare(
        `INSERT INTO payments (id, seq, version, number, till_id, sale_id, kind, profile_id, provider, environment, method,
          minor, currency, state, settled, watching, parked, late, idem_key, idem_mac, actor, business_day, created_at,
          updated_at, detail)
        VALUES ('pay-1', 1, 1, 'A1-000001', 'A1', 's1', 'sale', 'p1', 'kaspi', 'test', 'qr',
          500000, 'KZT', 'paid', 1, 0, 0, 0, 'key-1', 'm', 'person:cashier', '2026-09-01', 1, 1, ?)`,
      )
      .run(JSON.stringify({ ...before, dismissed: true }));
    old
      .prepare(
        `INSERT INTO refunds (id, seq, version, number, till_id, payment_id, profile_id, provider, environment, currency,
          state, settled, watching, idem_key, idem_mac, actor, business_day, created_at, updated_at, detail)
        VALUES ('ref-1', 2, 1, 'A1-R000001', 'A1', 'pay-1', 'p1', 'kaspi', 'test', 'KZT',
          'sending', 0, 1, 'key-2', 'm', 'person:cashier', '2026-09-01', 1, 1, '{"way":"till","onScreen":true}')`,
      )
      .run();
    old.close();
    const upgraded = await openTestJournal(file);
    expect((await upgraded.info()).schema).toBe(MIGRATIONS.length);
    const row = await upgraded.payment("pay-1");
    expect(row?.detail).toEqual({ ...NEW_DETAIL, dismissed: true });
    expect((await upgraded.refund("ref-1"))?.detail).toEqual({ ...NEW_REFUND_DETAIL, onScreen: true });
    expect((await upgraded.history({ text: "001", limit: 9 })).map(({ id }) => id)).toEqual(["pay-1"]);
    expect((await upgraded.unfinishedRefunds()).map(({ id }) => id)).toEqual(["ref-1"]);
    const again = { ...(await upgraded.refund("ref-1")), version: 2, state: "in_doubt" } as RefundRow;
    await upgraded.commit({ at: NOON, refunds: [again] });
    await expect(upgraded.commit({ at: NOON, refunds: [{ ...again, version: 3, minor: minor(1) }] })).rejects.toThrow(
      /cannot change/,
    );
    await upgraded.close();
    expect((await stat(file)).mode & 0o077).toBe(0);
  });
});
