import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, test } from "vitest";
import type { ChainHead } from "../../main/adapters/journal.ts";
import { temporaryFolder } from "./support/folder.ts";
import { openTestJournal } from "./support/journal.ts";
import { batchOf, payment } from "./support/rows.ts";

const folder = await temporaryFolder();
let files = 0;
let file = "";
let anchor: ChainHead;

beforeEach(async () => {
  file = join(folder, `${++files}.db`);
  const journal = await openTestJournal(file);
  for (let n = 1; n <= 9; n++) await journal.commit(batchOf(payment(n)));
  anchor = await journal.head();
  await journal.close();
});

/** What someone with the file in hand and a tool can do; the triggers stop a program, not a person. */
function tamper(sql: string): void {
  const db = new DatabaseSync(file);
  db.exec("DROP TRIGGER IF EXISTS events_fixed; DROP TRIGGER IF EXISTS events_kept");
  db.exec(sql);
  db.close();
}

async function verified(options = {}) {
  const journal = await openTestJournal(file);
  try {
    return await journal.verifyChain(options);
  } finally {
    await journal.close();
  }
}

describe("the chain of events", () => {
  test("is sound as written, whole and at its end, and holds the anchor kept elsewhere", async () => {
    expect(await verified()).toEqual({ ok: true, checked: 9, head: anchor });
    expect(await verified({ last: 4, anchor })).toEqual({ ok: true, checked: 4, head: anchor });
    expect(await verified({ last: 1000 })).toMatchObject({ ok: true, checked: 9 });
  });

  test("no program can change or remove an event or a payment", async () => {
    const db = new DatabaseSync(file);
    expect(() => db.exec("UPDATE events SET body = '{}' WHERE seq = 3")).toThrow(/append-only/);
    expect(() => db.exec("DELETE FROM events")).toThrow(/append-only/);
    expect(() => db.exec("DELETE FROM payments")).toThrow(/kept/);
    expect(() => db.exec("UPDATE profiles SET url = 'x'")).toThrow(/never change/);
    db.close();
  });

  test.each([
    "at = at + 1",
    "till_id = 'B2'",
    "kind = 'paymenT'",
    "ref = 'pay-4'",
    "version = 2",
    "body = replace(body, 'creating', 'creatinG')",
    "prev = upper(prev)",
    "mac = upper(mac)",
  ])("one changed byte is found: %s", async (change) => {
    tamper(`UPDATE events SET ${change} WHERE seq = 5`);
    expect(await verified()).toEqual({ ok: false, problem: "changed", seq: 5 });
    expect(await verified({ last: 6 })).toMatchObject({ ok: false, seq: 5 });
  });

  test("an event taken from the middle is found", async () => {
    tamper("DELETE FROM events WHERE seq = 5");
    expect(await verified()).toEqual({ ok: false, problem: "changed", seq: 6 });
  });

  test("a cut tail is found by the sealed head, which cannot be made for an earlier event", async () => {
    tamper("DELETE FROM events WHERE seq > 6");
    expect(await verified()).toEqual({ ok: false, problem: "cut", seq: 6 });
    tamper("UPDATE meta SET value = (SELECT '6 ' || mac || ' ' || mac FROM events WHERE seq = 6) WHERE name = 'head'");
    expect(await verified()).toMatchObject({ ok: false, problem: "changed" });
    tamper("DELETE FROM meta WHERE name = 'head'");
    expect((await verified()).ok).toBe(false);
  });

  test("a cut tail shows for ever, also after the next commit", async () => {
    tamper("DELETE FROM events WHERE seq > 6");
    const journal = await openTestJournal(file);
    expect((await journal.commit(batchOf(payment(10)))).head).toBe(10);
    expect(await journal.verifyChain()).toEqual({ ok: false, problem: "changed", seq: 10 });
    await journal.close();
  });

  test("a file put back to an older state is found by the anchor", async () => {
    const journal = await openTestJournal(file);
    await journal.backup(`${file}.old`);
    await journal.commit(batchOf(payment(10)));
    const later = await journal.head();
    await journal.close();
    file = `${file}.old`;
    expect((await verified()).ok).toBe(true);
    expect(await verified({ anchor: later })).toEqual({ ok: false, problem: "cut", seq: 9 });
    expect(await verified({ anchor: { seq: 8, mac: "0" } })).toEqual({ ok: false, problem: "changed", seq: 8 });
  });
});
