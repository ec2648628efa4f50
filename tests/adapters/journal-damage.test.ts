/** Flipped bits, torn pages, lost logs: the journal holds what was acknowledged, or says that it does not; never other facts. */
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, describe, expect, test } from "vitest";
import { JournalDamaged, JournalForeign, JournalMissing, openJournal } from "../../main/adapters/journal.ts";
import { openingError } from "../../main/adapters/journal-errors.ts";
import { newRefund } from "../support/refund-rows.ts";
import { copyFiles, DAMAGE, factsOf, outcomeOf, type DamageName, type Pick } from "../support/journal-damage.ts";
import { seeded } from "../support/random.ts";
import { temporaryFolder } from "./support/folder.ts";
import { mac, openTestJournal } from "./support/journal.ts";
import { batchOf, NOON, payment, profile } from "./support/rows.ts";

const folder = await temporaryFolder();
const now = (): number => NOON;
const closed = join(folder, "closed.db");
const killed = join(folder, "killed.db");
let facts = "";

const call = (n: number) => ({
  requestId: `request-${n}`,
  paymentId: `pay-${n}`,
  refundId: null,
  name: "qr/create",
  danger: "harmless" as const,
  mac: "m",
  sentAt: NOON,
  answeredAt: NOON + 5,
  outcome: "answered" as const,
  bankCode: "0",
});

beforeAll(async () => {
  const file = join(folder, "own.db");
  const journal = await openTestJournal(file);
  await journal.commit({ at: NOON, meta: { settings: JSON.stringify({ limit: 200_000 }) }, profiles: [profile] });
  for (let n = 1; n <= 30; n += 1) {
    await journal.commit({
      ...batchOf(payment(n, n % 3 === 0 ? { state: "in_doubt" } : { state: "paid", settled: true })),
      calls: [call(n)],
      counters: [{ name: "receipt", next: BigInt(n + 1) }],
    });
  }
  const notice = { id: "n1", kind: "late", paymentId: "pay-1", at: NOON, acknowledgedAt: null, acknowledgedBy: null };
  await journal.commit({
    at: NOON,
    notices: [notice],
    refunds: [newRefund({ seq: 0, profileId: "p1", paymentId: "pay-1", state: "in_doubt" })],
  });
  facts = await factsOf(journal);
  copyFiles(file, killed);
  await journal.close();
  copyFiles(file, closed);
});

let copies = 0;
function copyOf(file: string): string {
  const copy = join(folder, `copy-${(copies += 1)}.db`);
  copyFiles(file, copy);
  return copy;
}

/** More by QABYL_DAMAGE, which counts the runs of each kind. */
const RUNS = Number(process.env["QABYL_DAMAGE"] ?? 6);

describe.each([
  ["closed", closed],
  ["killed", killed],
])("a %s journal", (_, source) => {
  test("that nobody has touched holds what was written", async () => {
    expect(await outcomeOf(copyOf(source), mac, now, facts)).toEqual({ kind: "whole" });
  });

  test.each(Object.keys(DAMAGE) as DamageName[])("after %s never holds other facts", async (name) => {
    for (let seed = 1; seed <= RUNS; seed += 1) {
      const random = seeded(seed * 7919);
      const pick: Pick = (below) => Math.floor(random() * below);
      const copy = copyOf(source);
      DAMAGE[name](copy, pick);
      const outcome = await outcomeOf(copy, mac, now, facts);
      expect(outcome.kind, `${name}, seed ${seed}: ${JSON.stringify(outcome)}`).not.toBe("changed");
      for (const suffix of ["", "-wal", "-shm", "-head"]) rmSync(`${copy}${suffix}`, { force: true });
    }
  });
});

/** Changes the file behind the journal's back, as a flipped bit does where it hits the wrong place. */
function tamper(file: string, sql: string): void {
  const db = new DatabaseSync(file);
  db.enableDefensive(false);
  db.exec("PRAGMA writable_schema = ON");
  db.exec(sql);
  db.close();
}

describe("what SQLite itself would not notice", () => {
  test.each([
    "UPDATE payments SET state = 'paie' WHERE id = 'pay-3'",
    "UPDATE payments SET updated_at = updated_at + 1 WHERE id = 'pay-3'",
    "UPDATE payments SET seal = '' WHERE id = 'pay-3'",
  ])("a changed payment that is still waited for refuses to be read: %s", async (sql) => {
    const copy = copyOf(closed);
    tamper(copy, sql);
    const journal = await openTestJournal(copy);
    await expect(journal.payment("pay-3")).rejects.toThrow(JournalDamaged);
    await expect(journal.unfinished()).rejects.toThrow(/payments "A1-000003" is not what was written/);
    expect(await journal.payment("pay-4")).toMatchObject({ state: "paid" });
    expect(await journal.verifyChain({ last: 5 })).toMatchObject({ ok: true });
    expect(await journal.verifyChain()).toMatchObject({ ok: false, problem: "changed" });
    await journal.close();
  });

  test.each([
    ["a setting", "UPDATE meta SET value = replace(value, '2', '3') WHERE name = 'settings'"],
    ["a counter", "UPDATE counters SET next = 5 WHERE name = 'receipt'"],
    ["a call", "UPDATE calls SET bank_code = '1' WHERE request_id = 'request-1'"],
    ["a notice", "UPDATE notices SET acknowledged_at = 1"],
    ["a profile", "DROP TRIGGER profiles_fixed; UPDATE profiles SET url = 'https://other.example'"],
  ])("%s", async (_, sql) => {
    const copy = copyOf(closed);
    tamper(copy, sql);
    expect((await outcomeOf(copy, mac, now, facts)).kind).toBe("told");
  });

  test.each([
    "DELETE FROM calls WHERE request_id = 'request-1'",
    "DELETE FROM notices",
    "DELETE FROM counters",
    "DROP TRIGGER profiles_kept; DELETE FROM profiles",
    "DROP TRIGGER payments_kept; DELETE FROM payments WHERE id = 'pay-3'",
    "DELETE FROM meta WHERE name = 'census'",
  ])("rows that are gone: %s", async (sql) => {
    const copy = copyOf(closed);
    tamper(copy, `PRAGMA foreign_keys = OFF; ${sql}`);
    await expect(openTestJournal(copy)).rejects.toThrow(/damaged: (\w+ has \d+ of \d+ rows|its rows are not counted)/);
  });

  test("an older state of a payment, with the seal it had", async () => {
    const file = join(folder, "older.db");
    const journal = await openTestJournal(file);
    await journal.commit(batchOf(payment(1)));
    const old = new DatabaseSync(file);
    const seal = String(old.prepare("SELECT seal FROM payments").get()?.["seal"]);
    old.close();
    await journal.commit(batchOf(payment(1, { seq: 1, version: 2, state: "paid", settled: true })));
    await journal.close();
    tamper(file, `UPDATE payments SET version = 1, state = 'creating', settled = 0, seal = '${seal}'`);
    const again = await openTestJournal(file);
    expect((await again.payment("pay-1"))?.state).toBe("creating");
    expect(await again.verifyChain()).toEqual({ ok: false, problem: "changed", seq: 2 });
    await again.close();
  });

  test("a generated column that says something else is told, and is not made the truth by mending the index", async () => {
    for (const name of ["disputedAt", "dismissed", "askAtStart"]) {
      const copy = copyOf(closed);
      tamper(copy, `UPDATE sqlite_schema SET sql = replace(sql, '$.${name}', '$.other') WHERE name = 'payments'`);
      expect((await outcomeOf(copy, mac, now, facts)).kind).toMatch(/told|refused/);
    }
  });
});

test("two rows with one number, found while an index is made anew, are damage and no conflict", () => {
  const clash = Object.assign(new Error("UNIQUE constraint failed: payments.till_id, payments.number"), {
    errcode: 2067,
  });
  expect(openingError(clash)).toBeInstanceOf(JournalDamaged);
});

describe("what can be mended", () => {
  test("an index that does not fit its table is made anew, and said", async () => {
    const copy = copyOf(closed);
    // Its rows are found in no other way: two payments in doubt would be forgotten.
    const partial = (from: string, to: string): void =>
      tamper(copy, `UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}') WHERE name = 'payments_unsettled'`);
    partial("settled = 0", "settled = 7");
    tamper(copy, "REINDEX payments_unsettled");
    partial("settled = 7", "settled = 0");
    const journal = await openTestJournal(copy);
    expect(journal.opening.repaired).toMatch(/payments_unsettled/);
    expect(await factsOf(journal)).toBe(facts);
    await journal.close();
    const again = await openTestJournal(copy);
    expect(again.opening.repaired).toBeNull();
    await again.close();
  });
});

describe("a journal that is behind what was acknowledged", () => {
  test("begins a new epoch, gives no number a second time, and says from where to where it does not know", async () => {
    const copy = copyOf(closed);
    const own = await openTestJournal(copy);
    for (let n = 31; n <= 34; n += 1)
      await own.commit({ ...batchOf(payment(n)), counters: [{ name: "receipt", next: BigInt(n + 1) }] });
    const late = copyOf(copy);
    await own.close();
    rmSync(`${late}-wal`);
    const journal = await openTestJournal(late);
    const { behind } = journal.opening;
    expect(behind).toMatchObject({ why: "behind", head: 30, known: 35, backupAt: null });
    expect(await journal.restored()).toEqual(behind);
    expect(await journal.counter("receipt")).toBe(36n);
    const { seqs } = await journal.commit(batchOf(payment(77)));
    expect(seqs["pay-77"]).toBeGreaterThan(35);
    const { epoch } = await journal.info();
    await journal.close();
    const again = await openTestJournal(late);
    expect(again.opening.behind).toBeNull();
    expect((await again.info()).epoch).toBe(epoch);
    expect(await again.verifyChain()).toMatchObject({ ok: true });
    await again.close();
  });

  test("is found by an anchor where the file beside it is gone too", async () => {
    const copy = copyOf(closed);
    rmSync(`${copy}-head`);
    const anchor = { seq: 40, mac: "0".repeat(64) };
    const journal = await openJournal({ file: copy, tillId: "A1", mac, now, anchor });
    expect(journal.opening.behind).toMatchObject({ head: 30, known: 40 });
    expect(await journal.counter("receipt")).toBe(41n);
    await journal.close();
  });
});

describe("a journal that is not there", () => {
  test.each(["missing", "empty"])("%s, where there was one, is not begun anew by itself", async (how) => {
    const copy = copyOf(killed);
    if (how === "missing") rmSync(copy);
    else truncateSync(copy);
    const log = readFileSync(`${copy}-wal`);
    await expect(openTestJournal(copy)).rejects.toThrow(JournalMissing);
    rmSync(`${copy}-head`);
    const anchor = { seq: 31, mac: "0".repeat(64) };
    await expect(openJournal({ file: copy, tillId: "A1", mac, now, anchor })).rejects.toThrow(/had 31 events/);
    // SQLite deletes the log of an empty file: it may be all that is left.
    expect(readFileSync(`${copy}-wal`).equals(log)).toBe(true);
  });

  test("nor where all of it lay in a log that is lost", async () => {
    const copy = copyOf(killed);
    rmSync(`${copy}-wal`);
    await expect(openTestJournal(copy)).rejects.toThrow(JournalMissing);
  });

  test("nor with its whole folder", async () => {
    const gone = join(folder, "gone", "journal.db");
    const anchor = { seq: 1, mac: "0".repeat(64) };
    await expect(openJournal({ file: gone, tillId: "A1", mac, now, anchor })).rejects.toThrow(JournalMissing);
  });

  test("is begun where there never was one, also beside an anchor of nothing", async () => {
    const anchor = { seq: 0, mac: "0".repeat(64) };
    const journal = await openJournal({ file: join(folder, "first.db"), tillId: "A1", mac, now, anchor });
    expect(journal.opening).toEqual({ repaired: null, altered: false, behind: null });
    await journal.close();
  });
});

describe("a journal under other keys", () => {
  const other = (text: string): string => mac(`other ${text}`);

  test("is refused, and left as it was", async () => {
    const copy = copyOf(closed);
    await expect(openJournal({ file: copy, tillId: "A1", mac: other, now })).rejects.toThrow(JournalForeign);
    expect(await outcomeOf(copy, mac, now, facts)).toEqual({ kind: "whole" });
  });

  test("can be taken over as it is: its facts are believed, and what follows is proven again", async () => {
    const copy = copyOf(closed);
    const journal = await openJournal({ file: copy, tillId: "A1", mac: other, now, takeOver: true });
    expect(await factsOf(journal)).toBe(facts);
    await journal.commit(batchOf(payment(88)));
    expect(await journal.verifyChain()).toMatchObject({ ok: true, checked: 1 });
    await journal.close();
    tamper(copy, "DROP TRIGGER events_fixed; UPDATE events SET body = '{}' WHERE seq = (SELECT max(seq) FROM events)");
    const again = await openJournal({ file: copy, tillId: "A1", mac: other, now });
    expect(await again.verifyChain()).toMatchObject({ ok: false });
    await again.close();
  });
});

test("a file that is no journal is refused in words, and not written to", async () => {
  mkdirSync(join(folder, "foreign"));
  const file = join(folder, "foreign", "journal.db");
  writeFileSync(file, "a letter\n".repeat(1000));
  await expect(openTestJournal(file)).rejects.toThrow(JournalDamaged);
  expect(readFileSync(file, "utf8")).toBe("a letter\n".repeat(1000));
});
