/** Journals as the earlier programs left them: opened by today's, with every fact as it was and the chain whole. */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { proveCopy } from "../../main/adapters/journal-backup.ts";
import { MIGRATIONS } from "../../main/adapters/journal-schema.ts";
import { NEW_DETAIL, type PaymentRow } from "../../main/core/payment.ts";
import { NEW_REFUND_DETAIL, type RefundRow } from "../../main/core/refund.ts";
import { temporaryFolder } from "./support/folder.ts";
import { mac, openTestJournal } from "./support/journal.ts";
import { batchOf, NOON, payment } from "./support/rows.ts";

const folder = await temporaryFolder();

/** What the program of that time answered itself. */
interface Then {
  readonly head: { readonly seq: number; readonly mac: string };
  readonly epoch: string;
  readonly payments: readonly PaymentRow[];
  readonly refunds?: readonly RefundRow[];
  readonly unfinished: readonly string[];
  readonly profiles: readonly object[];
  readonly notices: readonly object[];
  readonly calls: readonly object[];
  readonly events: readonly object[];
}

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/schemas/${name}`, import.meta.url), "utf8");

async function fileOf(schema: number): Promise<{ file: string; told: Then }> {
  const file = join(folder, `${schema}-${Math.random().toString(36).slice(2)}`, "journal.db");
  await mkdir(dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  db.exec(`BEGIN; ${fixture(`${schema}.sql`)} COMMIT`);
  db.close();
  return { file, told: JSON.parse(fixture(`${schema}.json`)) as Then };
}

describe.each([1, 2, 3, 4])("a journal of schema %i", (schema) => {
  test("is brought up to date with every fact as it was", async () => {
    const { file, told } = await fileOf(schema);
    const journal = await openTestJournal(file);
    expect(journal.opening).toEqual({ repaired: null, altered: false, behind: null });
    expect(await journal.info()).toEqual({
      schema: MIGRATIONS.length,
      epoch: told.epoch,
      head: told.head.seq,
      mac: told.head.mac,
    });
    const today = (row: PaymentRow): PaymentRow => ({ ...row, detail: { ...NEW_DETAIL, ...row.detail } });
    expect(await journal.payments({ limit: 99 })).toEqual(told.payments.map(today));
    const refunds = (told.refunds ?? []).map((row) => ({ ...row, detail: { ...NEW_REFUND_DETAIL, ...row.detail } }));
    expect(await journal.refunds({ limit: 99 })).toEqual(refunds);
    expect((await journal.unfinished()).map(({ id }) => id)).toEqual(told.unfinished);
    expect(await journal.profiles()).toEqual(told.profiles.map((profile) => ({ options: {}, ...profile })));
    expect(await journal.notices()).toEqual(told.notices);
    expect(await journal.calls("pay-1")).toEqual(told.calls.map((call) => ({ refundId: null, ...call })));
    expect(await journal.events(0, 99)).toEqual(told.events);
    expect(await journal.counter("receipt")).toBe(5n);
    expect(await journal.counter("invoice|x")).toBe(9_007_199_254_740_993n);
    expect(await journal.meta("language")).toBe("kk");
    expect(await journal.verifyChain({ anchor: told.head })).toEqual({
      ok: true,
      checked: 9 + (schema > 1 ? 1 : 0),
      head: told.head,
    });

    const [doubt] = (await journal.unfinished()).filter(({ state }) => state === "in_doubt");
    await journal.commit({
      at: NOON,
      payments: [{ ...(doubt as PaymentRow), version: 3, state: "paid", settled: true }],
    });
    await journal.commit(batchOf(payment(9)));
    expect(await journal.verifyChain()).toMatchObject({ ok: true });
    await journal.close();
    const again = await openTestJournal(file);
    expect(await again.payment(doubt?.id ?? "")).toMatchObject({ state: "paid" });
    await again.close();
  });

  test("is a backup that can be proven as it is", async () => {
    const { file, told } = await fileOf(schema);
    expect(await proveCopy(file, mac)).toMatchObject({ schema, head: told.head, chain: { ok: true } });
    const db = new DatabaseSync(file);
    db.exec("DROP TRIGGER events_fixed; UPDATE events SET body = '{}' WHERE seq = 4");
    db.close();
    expect(await proveCopy(file, mac)).toMatchObject({ chain: { ok: false, problem: "changed", seq: 4 } });
  });

  test("interrupted while it is brought up to date is the old one or the new one", async () => {
    const { file } = await fileOf(schema);
    const db = new DatabaseSync(file);
    // A step fails in its middle: the one that seals the rows, and the one after it at its second statement.
    const full = "BEFORE UPDATE ON counters BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    const [left, fault, cure] =
      schema < 4
        ? [3, `CREATE TRIGGER late ${full}`, "DROP TRIGGER late"]
        : [4, "CREATE INDEX payments_goods ON payments (id)", "DROP INDEX payments_goods"];
    db.exec(fault);
    db.close();
    await expect(openTestJournal(file)).rejects.toThrow(schema < 4 ? /the disk is full/ : /payments_goods/);
    const after = new DatabaseSync(file);
    expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: left });
    after.exec(cure);
    after.close();
    const journal = await openTestJournal(file);
    expect(await journal.verifyChain()).toMatchObject({ ok: true });
    await journal.close();
  });
});
