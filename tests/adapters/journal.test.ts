import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { minor } from "../../contract/money.ts";
import { JournalConflict, JournalDamaged, JournalTooNew, JournalUnavailable } from "../../main/adapters/journal.ts";
import { MIGRATIONS, migrate } from "../../main/adapters/journal-schema.ts";
import { SQL } from "../../main/adapters/journal-rows.ts";
import type { CallRow } from "../../main/core/ports.ts";
import { temporaryFolder } from "./support/folder.ts";
import { openTestJournal } from "./support/journal.ts";
import { batchOf, NOON, payment, profile, told } from "./support/rows.ts";

const folder = await temporaryFolder();
let files = 0;
const fresh = (): string => join(folder, `${++files}`, "journal.db");

describe("a payment in the journal", () => {
  test("comes back as it was written, under the number of the event that made it", async () => {
    const journal = await openTestJournal(fresh());
    const row = payment(1, {
      minor: minor(99_999_999_999_999),
      bankId: "9007199254740993",
      resolution: { outcome: "treatedAsPaid", by: "Техник", reason: "чек", at: NOON },
      error: {
        code: "offline",
        remedy: "retry",
        params: { a: "ә" },
        bankCode: null,
        bankMessage: null,
        incident: "K7",
      },
    });
    const { head, seqs } = await journal.commit({
      ...batchOf(row),
      events: [{ kind: "audit", ref: "x", version: 0, body: "{}" }, told(row)],
    });
    expect({ head, seqs }).toEqual({ head: 2, seqs: { "pay-1": 2 } });
    expect(await journal.payment("pay-1")).toEqual({ ...row, seq: 2 });
    expect(await journal.paymentByKey("key-1")).toEqual({ ...row, seq: 2 });
    expect(await journal.payment("nobody")).toBeNull();
    expect(await journal.profile("p1")).toEqual(profile);
    const events = await journal.events(0, 10);
    expect(events.map((event) => event.seq)).toEqual([1, 2]);
    expect(JSON.parse(events[1]?.body ?? "")).toEqual({ seq: 2, id: "pay-1", state: "creating" });
    expect(events[1]?.at).toBe(NOON);
    expect(await journal.firstEvent()).toBe(1);
    await journal.close();
  });

  test("is there after closing and opening, with the same epoch", async () => {
    const file = fresh();
    const first = await openTestJournal(file);
    const { epoch } = await first.info();
    await first.commit(batchOf(payment(1)));
    await first.close();
    const second = await openTestJournal(file);
    expect(await second.info()).toEqual({ schema: MIGRATIONS.length, epoch, head: 1, mac: (await second.head()).mac });
    expect((await second.payment("pay-1"))?.number).toBe("A1-000001");
    await second.close();
    expect((await stat(file)).mode & 0o077).toBe(0);
  });

  test("without an event takes a number that no event takes after it", async () => {
    const journal = await openTestJournal(fresh());
    const first = await journal.commit({ ...batchOf(payment(1), payment(2)), events: [] });
    expect(first).toEqual({ head: 0, seqs: { "pay-1": 1, "pay-2": 2 } });
    const second = await journal.commit(batchOf(payment(3)));
    expect(second).toEqual({ head: 3, seqs: { "pay-3": 3 } });
    expect((await journal.verifyChain()).ok).toBe(true);
    await journal.close();
  });

  test("changes only from the version before, and only in what may change", async () => {
    const journal = await openTestJournal(fresh());
    await journal.commit(batchOf(payment(1)));
    const paid = payment(1, { seq: 1, version: 2, state: "paid", settled: true });
    expect((await journal.commit(batchOf(paid))).seqs).toEqual({ "pay-1": 1 });
    expect(await journal.payment("pay-1")).toEqual(paid);

    const stale = journal.commit(batchOf(payment(1, { seq: 1, version: 2, state: "declined" })));
    await expect(stale).rejects.toThrow(JournalConflict);
    const skipped = journal.commit(batchOf(payment(1, { seq: 1, version: 4 })));
    await expect(skipped).rejects.toThrow(JournalConflict);
    const dearer = journal.commit(batchOf(payment(1, { seq: 1, version: 3, minor: minor(1) })));
    await expect(dearer).rejects.toThrow(/a fact of a payment cannot change/);
    const unknown = journal.commit(batchOf(payment(2, { seq: 9, version: 2 })));
    await expect(unknown).rejects.toThrow(JournalConflict);
    expect(await journal.payment("pay-1")).toEqual(paid);
    expect((await journal.info()).head).toBe(2);
    await journal.close();
  });
});

describe("a batch", () => {
  test("is written whole or not at all", async () => {
    const journal = await openTestJournal(fresh());
    await journal.commit(batchOf(payment(1)));
    const mixed = journal.commit({
      ...batchOf(payment(2), payment(3, { idemKey: "key-1" })),
      meta: { language: "kk" },
      counters: [{ name: "number", next: 5n }],
    });
    await expect(mixed).rejects.toThrow(JournalConflict);
    expect(await journal.payment("pay-2")).toBeNull();
    expect(await journal.meta("language")).toBeNull();
    expect(await journal.counter("number")).toBeNull();
    expect((await journal.info()).head).toBe(1);
    await journal.close();
  });

  test("refuses a key that is used, a number that is used, and another content under a profile's id", async () => {
    const file = fresh();
    const journal = await openTestJournal(file);
    await journal.commit(batchOf(payment(1)));
    await expect(journal.commit(batchOf(payment(2, { idemKey: "key-1" })))).rejects.toThrow(/idem_key/);
    await expect(journal.commit(batchOf(payment(3, { number: "A1-000001" })))).rejects.toThrow(/number/);
    const moved = { ...profile, url: "https://other.example" };
    await expect(journal.commit({ at: NOON, profiles: [moved] })).rejects.toThrow(JournalConflict);
    await journal.commit({ at: NOON, profiles: [profile] });
    await expect(journal.commit(batchOf(payment(4, { profileId: "p2" })))).rejects.toThrow(JournalConflict);
    await journal.close();

    const db = new DatabaseSync(file);
    db.exec(`INSERT INTO refunds (id, seq, version, number, till_id, profile_id, provider, environment, currency, state, settled,
      watching, idem_key, idem_mac, actor, business_day, created_at, updated_at, detail)
      VALUES ('r1', 99, 1, 'A1-000099', 'A1', 'p1', 'kaspi', 'test', 'KZT', 'creating', 0, 0, 'refund-key', '', '', '', 0, 0, '{}')`);
    db.close();
    const again = await openTestJournal(file);
    await expect(again.commit(batchOf(payment(5, { idemKey: "refund-key" })))).rejects.toThrow(/used by a refund/);
    await again.close();
  });

  test("keeps calls, notices, counters beyond 2^53, meta and the outbox", async () => {
    const file = fresh();
    const journal = await openTestJournal(file);
    const call: CallRow = {
      requestId: "r1",
      paymentId: "pay-1",
      refundId: null,
      name: "qr/create",
      danger: "harmless",
      mac: "m",
      sentAt: NOON,
      answeredAt: null,
      outcome: null,
      bankCode: null,
    };
    const notice = {
      id: "late/pay-1",
      kind: "late",
      paymentId: "pay-1",
      at: NOON,
      acknowledgedAt: null,
      acknowledgedBy: null,
    };
    await journal.commit({
      ...batchOf(payment(1)),
      calls: [call, { ...call, requestId: "r0", paymentId: null }],
      notices: [notice],
      counters: [{ name: "invoice/92059431", next: 9_007_199_254_740_993n }],
      meta: { language: "kk", gone: "x" },
      outbox: [{ topic: "slip", ref: "pay-1", body: "{}", nextAt: NOON }],
    });
    await journal.commit({
      at: NOON + 1,
      calls: [{ ...call, answeredAt: NOON + 1, outcome: "answered", bankCode: "0" }],
      notices: [{ ...notice, acknowledgedAt: NOON + 1, acknowledgedBy: "person:t1" }],
      meta: { gone: null },
    });
    expect(await journal.calls("pay-1")).toEqual([
      { ...call, answeredAt: NOON + 1, outcome: "answered", bankCode: "0" },
    ]);
    expect(await journal.notices()).toEqual([{ ...notice, acknowledgedAt: NOON + 1, acknowledgedBy: "person:t1" }]);
    expect(await journal.counter("invoice/92059431")).toBe(9_007_199_254_740_993n);
    expect([await journal.meta("language"), await journal.meta("gone")]).toEqual(["kk", null]);
    await expect(journal.commit({ at: NOON, counters: [{ name: "invoice/92059431", next: 5n }] })).rejects.toThrow(
      JournalConflict,
    );
    await expect(journal.commit({ at: NOON, meta: { epoch: "mine" } })).rejects.toThrow(JournalConflict);
    await journal.close();
    const db = new DatabaseSync(file);
    expect(db.prepare("SELECT topic, ref, tries, done_at FROM outbox").all()).toEqual([
      { topic: "slip", ref: "pay-1", tries: 0, done_at: null },
    ]);
    db.close();
  });
});

describe("questions", () => {
  test("lists go from the newest back and by every filter", async () => {
    const journal = await openTestJournal(fresh());
    for (let n = 1; n <= 6; n++) {
      await journal.commit(
        batchOf(
          payment(n, {
            state: n % 2 ? "paid" : "declined",
            externalId: n < 3 ? "order" : null,
            saleId: n > 4 ? "s" : `s${n}`,
          }),
        ),
      );
    }
    const ids = async (filter: object): Promise<string[]> =>
      (await journal.payments({ limit: 10, ...filter })).map((row) => row.id.slice(4));
    expect(await ids({})).toEqual(["6", "5", "4", "3", "2", "1"]);
    expect(await ids({ limit: 2 })).toEqual(["6", "5"]);
    expect(await ids({ limit: 2, beforeSeq: 5 })).toEqual(["4", "3"]);
    expect(await ids({ state: "paid" })).toEqual(["5", "3", "1"]);
    expect(await ids({ externalId: "order" })).toEqual(["2", "1"]);
    expect(await ids({ saleId: "s" })).toEqual(["6", "5"]);
    expect(await ids({ fromMs: NOON + 2, toMs: NOON + 4 })).toEqual(["3", "2"]);
    expect(await ids({ state: "paid'; DROP TABLE payments; --" })).toEqual([]);
    await journal.close();
  });

  test("recovery sees what is unsettled, watched, to be asked at start, or not put away since yesterday", async () => {
    const done = { settled: true, state: "paid" } as const;
    const old = { updatedAt: NOON - 2 * 86_400_000 };
    const file = fresh();
    const journal = await openTestJournal(file);
    await journal.commit(
      batchOf(
        payment(1, { ...old, state: "in_doubt" }),
        payment(2, { ...done, ...old, watching: true }),
        payment(3, { ...done, ...old, detail: { askAtStart: true, dismissed: true } }),
        payment(4, { ...done }),
        payment(5, { ...done, detail: { dismissed: true } }),
        payment(6, { ...done, ...old }),
      ),
    );
    expect((await journal.unfinished()).map((row) => row.id)).toEqual(["pay-1", "pay-2", "pay-3", "pay-4"]);
    await journal.close();
    const db = new DatabaseSync(file);
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${SQL.unfinished}`).all(1);
    expect(plan.map((step) => String(step["detail"])).filter((step) => step.startsWith("SCAN"))).toEqual([]);
    db.close();
  });
});

describe("opening", () => {
  test("an older program refuses a newer journal and leaves it alone", async () => {
    const file = fresh();
    await (await openTestJournal(file)).close();
    const db = new DatabaseSync(file);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    const refused = openTestJournal(file);
    await expect(refused).rejects.toThrow(JournalTooNew);
    await expect(refused).rejects.toMatchObject({ found: MIGRATIONS.length + 1, known: MIGRATIONS.length });
  });

  test("migrations run once each, and a failing one leaves the schema before it", () => {
    const db = new DatabaseSync(":memory:");
    expect(migrate(db)).toBe(MIGRATIONS.length);
    expect(migrate(db)).toBe(MIGRATIONS.length);
    const next = [...MIGRATIONS, "CREATE TABLE shifts (id TEXT)"];
    expect(() => migrate(db, [...next, "CREATE TABLE x (id TEXT); nonsense"])).toThrow(/nonsense/);
    expect(db.prepare("PRAGMA user_version").get()).toEqual({ user_version: next.length });
    expect(() => db.prepare("SELECT * FROM x")).toThrow();
    expect(migrate(db, [...next, "CREATE TABLE x (id TEXT)"])).toBe(next.length + 1);
    db.close();
  });

  test("a file that is no journal, or another program's database, is damage, not a new journal", async () => {
    const text = fresh();
    await (await openTestJournal(text)).close();
    await writeFile(text, "not a database at all, and long enough to be looked at ".repeat(40));
    await expect(openTestJournal(text)).rejects.toThrow(JournalDamaged);

    const other = join(folder, "other.db");
    const db = new DatabaseSync(other);
    db.exec("CREATE TABLE songs (id TEXT)");
    db.close();
    await expect(openTestJournal(other)).rejects.toThrow(JournalDamaged);
  });

  test("a closed journal refuses everything", async () => {
    const journal = await openTestJournal(fresh());
    await journal.close();
    await expect(journal.commit(batchOf(payment(1)))).rejects.toThrow(JournalUnavailable);
    await expect(journal.info()).rejects.toThrow(JournalUnavailable);
  });
});

test("a backup is a whole journal with the same head, private, and can be opened", async () => {
  const file = fresh();
  const journal = await openTestJournal(file);
  await journal.commit(batchOf(payment(1)));
  const copy = join(folder, "copy.db");
  await journal.backup(copy);
  await journal.commit(batchOf(payment(2)));
  await journal.backup(`${copy}2`);
  await journal.close();
  const opened = await openTestJournal(copy);
  expect((await opened.info()).head).toBe(1);
  expect(await opened.verifyChain()).toMatchObject({ ok: true, checked: 1 });
  await opened.close();
  expect((await stat(copy)).mode & 0o077).toBe(0);
});
