import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JournalConflict, type JournalFile } from "../../main/adapters/journal.ts";
import { historySelect } from "../../main/adapters/journal-history.ts";
import { MIGRATIONS, migrate } from "../../main/adapters/journal-schema.ts";
import { NEW_DETAIL, type PaymentFacts } from "../../main/core/payment.ts";
import type { Profile } from "../../main/core/ports.ts";
import { NEW_REFUND_DETAIL, type RefundRow } from "../../main/core/refund.ts";
import { newRefund } from "../support/refund-rows.ts";
import { temporaryFolder } from "./support/folder.ts";
import { openTestJournal } from "./support/journal.ts";
import { batchOf, NOON, payment, POSTED, profile, without } from "./support/rows.ts";

const folder = await temporaryFolder();
let files = 0;
const fresh = (): string => join(folder, `${++files}`, "journal.db");

const FACTS: PaymentFacts = { reference: "508812345678", fee: null, bonus: null, card: null, lines: [] };
const shop: Profile = {
  ...profile,
  id: "p2",
  options: { pointOfSale: "Dukan", channel: "SMART_POS", emvMismatch: "warn" },
};

let journal: JournalFile;
beforeEach(async () => {
  journal = await openTestJournal(fresh());
});
afterEach(() => journal.close());

describe("what else a bank's requests are made of", () => {
  test("is kept with its profile, and read as it was written", async () => {
    await journal.commit({ at: NOON, profiles: [shop, profile] });
    expect(await journal.profile("p2")).toEqual(shop);
    expect(await journal.profiles()).toEqual([profile, shop]);
  });

  test("is the same in any order, and never changes under the same id", async () => {
    await journal.commit({ at: NOON, profiles: [shop] });
    const again = (options: Profile["options"]): Promise<unknown> =>
      journal.commit({ at: NOON, profiles: [{ ...shop, options }] });
    await again({ emvMismatch: "warn", channel: "SMART_POS", pointOfSale: "Dukan" });
    for (const options of [{}, { ...shop.options, emvMismatch: "block" }, { ...shop.options, mpan: "1" }])
      await expect(again(options), JSON.stringify(options)).rejects.toThrow(JournalConflict);
    expect(await journal.profile("p2")).toEqual(shop);
  });
});

describe("a payment's numbers at the bank", () => {
  test("lead to it: our own, and the bank's of the transaction", async () => {
    await journal.commit(
      batchOf(
        payment(1, { detail: { invoiceId: "483920170000041", facts: FACTS } }),
        payment(2, { detail: { invoiceId: "483920170000042" } }),
        payment(3),
      ),
    );
    const ids = async (filter: Partial<Parameters<JournalFile["payments"]>[0]>): Promise<string[]> =>
      (await journal.payments({ ...filter, limit: 9 })).map(({ id }) => id);
    expect(await ids({ invoiceId: "483920170000042" })).toEqual(["pay-2"]);
    expect(await ids({ reference: "508812345678" })).toEqual(["pay-1"]);
    expect(await ids({ reference: "508812345678", invoiceId: "483920170000042" })).toEqual([]);
    const found = async (text: string): Promise<string[]> =>
      (await journal.history({ text, limit: 9 })).map(({ id }) => id);
    expect(await found("483920170000041")).toEqual(["pay-1"]);
    expect(await found("508812345678")).toEqual(["pay-1"]);
    expect(await found("50881234567")).toEqual([]);
  });

  test("are looked up by an index", () => {
    const db = new DatabaseSync(":memory:");
    migrate(db);
    const plan = (sql: string, ...values: (string | number | null)[]): string[] =>
      db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...values)
        .map((step) => String(step["detail"]));
    const { sql, values } = historySelect({ text: "483920170000041", limit: 9 });
    const steps = [
      ...plan(sql, ...(values as string[])),
      ...plan("SELECT id FROM payments WHERE invoice_id = ? ORDER BY seq DESC LIMIT ?", "1", 9),
      ...plan("SELECT id FROM payments WHERE reference = ? ORDER BY seq DESC LIMIT ?", "1", 9),
    ];
    expect(steps.filter((step) => /^SCAN (payments|refunds)\b/.test(step))).toEqual([]);
    expect(steps.join("\n")).toMatch(/payments_invoice[^]*payments_reference/);
    db.close();
  });

  test("a number of ours is given once and never changed", async () => {
    const row = payment(1, { detail: { invoiceId: "41" } });
    await journal.commit(batchOf(row));
    await expect(journal.commit(batchOf(payment(2, { detail: { invoiceId: "41" } })))).rejects.toThrow(JournalConflict);
    await journal.commit(batchOf(payment(3, { environment: "production", detail: { invoiceId: "41" } })));
    for (const invoiceId of ["42", null])
      await expect(
        journal.commit(batchOf({ ...row, seq: 1, version: 2, detail: { ...row.detail, invoiceId } })),
      ).rejects.toThrow(/cannot change/);
    await journal.commit(batchOf({ ...row, seq: 1, version: 2, state: "paid", settled: true }));
    expect(await journal.payment("pay-1")).toMatchObject({ state: "paid", detail: { invoiceId: "41" } });
  });
});

describe("a refund that the bank does in its own time", () => {
  test("is brought back at a start, as one that a person must decide is", async () => {
    const file = fresh();
    const own = await openTestJournal(file, () => NOON + 86_400_000);
    const detail = { pendingAt: NOON, ours: true, onScreen: true, dismissed: true };
    const rows = [
      newRefund({ seq: 0, profileId: "p1", state: "pending", bankId: "9007199254740994" }, detail),
      newRefund(
        { seq: 0, id: "r2", number: "A1-R000002", idemKey: "k2", profileId: "p1", state: "needs_review" },
        detail,
      ),
    ];
    await own.commit({ at: NOON, profiles: [profile], refunds: rows });
    expect(await own.unfinishedRefunds()).toEqual(rows.map((row, index) => ({ ...row, seq: index + 1 })));
    await own.close();
  });
});

describe("a journal of the second schema", () => {
  test("is brought up to date with its rows, which get the fields that came later", async () => {
    const file = fresh();
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const old = new DatabaseSync(file);
    migrate(old, MIGRATIONS.slice(0, 2));
    old.exec(`INSERT INTO profiles (id, provider, environment, scheme, url, trade_point, device)
      VALUES ('p1', 'kaspi', 'test', '2', 'https://bank.example/r2/v01', '12', 'GFC-456397')`);
    const before = without(NEW_DETAIL, ["invoiceId", "lostAt", "undying", "refusal", "claimed", "facts", ...POSTED]);
    old
      .prepare(
        `INSERT INTO payments (id, seq, version, number, till_id, sale_id, kind, profile_id, provider, environment, method,
          minor, currency, state, settled, watching, parked, late, bank_id, idem_key, idem_mac, actor, business_day,
          created_at, updated_at, detail)
        VALUES (:id, :seq, 1, :number, 'A1', 's1', 'sale', 'p1', 'kaspi', 'test', 'qr',
          500000, 'KZT', :state, :settled, 0, 0, 0, :bank, :id, 'm', 'person:cashier', '2026-09-01', 1, 1, :detail)`,
      )
      .run({
        id: "pay-1",
        seq: 1,
        number: "A1-000001",
        state: "paid",
        settled: 1,
        bank: "77",
        detail: JSON.stringify({ ...before, dismissed: true }),
      });
    old.exec(`INSERT INTO payments SELECT 'pay-2', 2, 1, 'A1-000002', till_id, sale_id, NULL, kind, profile_id, provider,
      environment, method, minor, currency, 'awaiting_scan', 0, 1, 0, 0, '78', NULL, 'key-2', 'm', actor, business_day,
      NULL, NULL, NULL, NULL, 1, 1, detail FROM payments`);
    const earlier = without(NEW_REFUND_DETAIL, ["rrn", "ours", "pendingAt", "operationId"]);
    old
      .prepare(
        `INSERT INTO refunds (id, seq, version, number, till_id, payment_id, purchase_key, profile_id, provider,
          environment, minor, currency, state, settled, watching, a0, idem_key, idem_mac, actor, business_day, created_at,
          updated_at, detail)
        VALUES ('ref-1', 3, 2, 'A1-R000001', 'A1', 'pay-1', 'kaspi|test|77', 'p1', 'kaspi', 'test', 100000, 'KZT',
          'in_doubt', 0, 1, 500000, 'key-3', 'm', 'person:cashier', '2026-09-01', 1, 1, ?)`,
      )
      .run(JSON.stringify({ ...earlier, purchaseId: "77" }));
    old.close();

    const upgraded = await openTestJournal(file);
    expect((await upgraded.info()).schema).toBe(MIGRATIONS.length);
    expect(await upgraded.profile("p1")).toEqual(profile);
    await upgraded.commit({ at: NOON, profiles: [profile] }); // the same facts are the same profile as before
    const waiting = await upgraded.payment("pay-2");
    expect(waiting?.detail).toEqual({ ...NEW_DETAIL, dismissed: true });
    expect((await upgraded.unfinished()).map(({ id }) => id)).toEqual(["pay-2"]);
    expect((await upgraded.history({ text: "77", limit: 9 })).map(({ id }) => id)).toEqual(["pay-1"]);
    const [doubt] = await upgraded.unfinishedRefunds();
    expect(doubt).toMatchObject({ id: "ref-1", state: "in_doubt", a0: 500_000 });
    expect(doubt?.detail).toEqual({ ...NEW_REFUND_DETAIL, purchaseId: "77" });

    await upgraded.commit({
      at: NOON,
      payments: [{ ...waiting, version: 2, state: "paid", settled: true } as NonNullable<typeof waiting>],
      refunds: [{ ...doubt, version: 3, state: "refunded", settled: true } as RefundRow],
    });
    await upgraded.commit(batchOf(payment(9, { detail: { invoiceId: "41" } })));
    expect((await upgraded.payments({ invoiceId: "41", limit: 1 })).map(({ id }) => id)).toEqual(["pay-9"]);
    expect((await upgraded.payment("pay-2"))?.state).toBe("paid");
    await upgraded.close();
  });
});
