/** Verify, back up, restore, begin anew, take over: on the real files, while the till stands still, and never on a guess. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../main/core/ports.ts";
import { takeLock } from "../../main/adapters/lock.ts";
import { VaultUnreadable, type KeySource } from "../../main/adapters/vault.ts";
import { runMaintenance } from "../../main/maintenance.ts";
import { StartFailure } from "../../main/failure.ts";
import { journalFailure, openStores } from "../../main/stores.ts";
import { batchOf, payment } from "../adapters/support/rows.ts";

const KEY = Buffer.alloc(32, 7);
const source: KeySource = { kind: "key-file", name: "test", warning: null, key: async () => KEY };
const keyless: KeySource = {
  ...source,
  key: () => Promise.reject(new VaultUnreadable("the key is with the window alone")),
};
let dir: string;
const at = (...path: string[]): string => join(dir, ...path);

/** The till with its stores for a moment, as the host opens them. */
async function till<T>(work: (stores: Awaited<ReturnType<typeof openStores>>) => Promise<T>): Promise<T> {
  const undo: (() => unknown)[] = [];
  try {
    return await work(await openStores(dir, source, undo));
  } finally {
    for (const step of undo.toReversed()) await step();
  }
}
const sell = (from: number, to: number): Promise<void> =>
  till(async (stores) => {
    const journal = await stores.openJournal("A1");
    for (let n = from; n <= to; n += 1)
      await journal.commit({ ...batchOf(payment(n)), counters: [{ name: "receipt", next: BigInt(n + 1) }] });
  });
const sold = (): Promise<{ ids: string[]; receipt: bigint | null; epoch: string; findings: readonly Finding[] }> =>
  till(async (stores) => {
    const journal = await stores.openJournal("A1");
    return {
      ids: (await journal.payments({ limit: 99 })).map(({ id }) => id).toReversed(),
      receipt: await journal.counter("receipt"),
      epoch: (await journal.info()).epoch,
      findings: stores.care.findings.all(),
    };
  });

let clock = Date.UTC(2026, 10, 22, 9, 0, 0);
async function run(args: string[], keySource = source): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const code = await runMaintenance([...args, "--data", dir], {
    say: (line) => void lines.push(line),
    now: () => (clock += 1000),
    keySource: () => keySource,
  });
  return { code, said: lines.join("\n") };
}
const newest = (): string =>
  at(
    "backups",
    readdirSync(at("backups"))
      .filter((name) => name.endsWith(".db"))
      .toSorted()
      .at(-1) ?? "",
  );

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-journal-"));
  await sell(1, 3);
});
afterEach(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));

describe("restore", () => {
  test("puts a backup in place under a new epoch, keeps what was there, and says what it cannot know", async () => {
    expect(await run(["backup"])).toMatchObject({ code: 0, said: expect.stringMatching(/journal-2026.*: 3 events/) });
    await sell(4, 5);
    const before = await sold();
    const { code, said } = await run(["restore", newest()]);
    expect([code, said]).toEqual([0, expect.stringMatching(/NOT KNOWN: .*after 2026-11-22T/)]);
    expect(said).toMatch(/Of 2 events it is known/);
    const [aside = ""] = readdirSync(dir).filter((name) => name.startsWith("replaced-"));
    expect(readdirSync(at(aside))).toContain("journal.db");

    const after = await sold();
    expect(after.ids).toEqual(["pay-1", "pay-2", "pay-3"]);
    expect(after.epoch).not.toBe(before.epoch);
    // Receipts 4 and 5 are in customers' hands.
    expect(after.receipt).toBeGreaterThanOrEqual(6n);
    expect(after.findings).toMatchObject([{ kind: "restored", dismissible: true, params: { why: "restored" } }]);
    expect(await run(["verify"])).toMatchObject({ code: 0 });
    await till((stores) => stores.care.findings.acknowledge(after.findings[0]?.id ?? "", "person:t"));
    expect((await sold()).findings).toEqual([]);
  });

  test("without the key at hand leaves the new epoch and the proof to the till's next start", async () => {
    await run(["backup"]);
    await sell(4, 4);
    const before = await sold();
    const { code, said } = await run(["restore", newest()], keyless);
    expect([code, said]).toEqual([0, expect.stringMatching(/the window alone.*[^]*new epoch from the next start/)]);
    const after = await sold();
    expect(after.epoch).not.toBe(before.epoch);
    expect(after).toMatchObject({ ids: ["pay-1", "pay-2", "pay-3"], findings: [{ kind: "restored" }] });
  });

  test("refuses a copy that was changed, that is torn, or that is no journal, and touches nothing", async () => {
    await run(["backup"]);
    const good = newest();
    const journal = readFileSync(at("journal.db"));
    const refuse = async (words: RegExp, file = good): Promise<void> => {
      const { code, said } = await run(["restore", file]);
      expect([code, said]).toEqual([1, expect.stringMatching(words)]);
      expect(readFileSync(at("journal.db")).equals(journal)).toBe(true);
      expect(readdirSync(dir).filter((name) => /replaced|note|restoring/.test(name))).toEqual([]);
    };
    const bytes = readFileSync(good);
    const torn = Buffer.from(bytes);
    torn.fill(0, 8192, 16_384);
    writeFileSync(good, torn);
    await refuse(/damaged/);
    writeFileSync(good, bytes);
    const db = new DatabaseSync(good);
    db.exec("UPDATE payments SET state = 'paid' WHERE id = 'pay-1'");
    db.close();
    await refuse(/SHA-256/);
    rmSync(good.replace(".db", ".json"));
    await refuse(/changed at event 1/);
    writeFileSync(at("letter"), "no journal at all, a letter".repeat(99));
    await refuse(/not a database|no journal|damaged/, at("letter"));
    expect((await run(["restore", at("nobody")])).code).toBe(2);
  });

  test("cut off in the middle does not begin an empty journal", async () => {
    await run(["backup"]);
    writeFileSync(at("journal.db-note"), JSON.stringify({ what: "restored", at: clock, backupAt: null }));
    for (const name of readdirSync(dir)) if (/^journal\.db(-head|-wal)?$/.test(name)) rmSync(at(name));
    await expect(sold()).rejects.toThrow(/missing/);
    expect(await run(["restore", newest()])).toMatchObject({ code: 0 });
    expect((await sold()).ids).toEqual(["pay-1", "pay-2", "pay-3"]);
  });
});

test("verify finds a changed row and an older file, and changes nothing", async () => {
  expect(await run(["verify"])).toMatchObject({ code: 0, said: expect.stringMatching(/as they were written/) });
  const old = readFileSync(at("journal.db"));
  await sell(4, 4);
  const whole = readFileSync(at("journal.db"));
  writeFileSync(at("journal.db"), old);
  expect(await run(["verify"])).toMatchObject({ code: 1, said: expect.stringMatching(/ends at event 3.*knows of 4/) });
  expect(readFileSync(at("journal.db")).equals(old)).toBe(true);
  writeFileSync(at("journal.db"), whole);
  const db = new DatabaseSync(at("journal.db"));
  db.exec("UPDATE counters SET next = 1");
  db.close();
  expect(await run(["verify"])).toMatchObject({ code: 1, said: expect.stringMatching(/changed/) });
  expect(existsSync(at("journal.verify"))).toBe(false);
});

test("new begins an empty journal where the old one is lost, and the screen says so", async () => {
  rmSync(at("journal.db"));
  await expect(sold()).rejects.toThrow(/missing/);
  expect(await run(["new"])).toMatchObject({ code: 0, said: expect.stringMatching(/NOT KNOWN: everything before/) });
  expect(await sold()).toMatchObject({
    ids: [],
    receipt: 4n,
    findings: [{ kind: "restored", params: { why: "new" } }],
  });
});

test("take-over goes on under another vault, which the till itself refuses", async () => {
  rmSync(at("vault"));
  await expect(sold()).rejects.toThrow(/another vault/);
  expect(await run(["take-over"])).toMatchObject({ code: 0, said: expect.stringMatching(/NOT KNOWN/) });
  expect(await sold()).toMatchObject({ ids: ["pay-1", "pay-2", "pay-3"], findings: [{ kind: "restored" }] });
});

test("take-over goes on with one row that is not what was written, which stops the till, and loses no other", async () => {
  const db = new DatabaseSync(at("journal.db"));
  db.exec("UPDATE payments SET state = 'in_doubt' WHERE id = 'pay-2'");
  db.close();
  const asks = till(async (stores) => (await stores.openJournal("A1")).unfinished());
  const told: unknown = await asks.catch((error: unknown) => journalFailure(error, dir));
  expect(told instanceof StartFailure && told.lines.join()).toMatch(/A1-000002.*backups.*take it over unproven/);
  const before = await sold().catch(String);
  expect(before).toMatch(/A1-000002/);
  expect(await run(["take-over"])).toMatchObject({ code: 0, said: expect.stringMatching(/NOT KNOWN/) });
  const after = await sold();
  expect(after).toMatchObject({ ids: ["pay-1", "pay-2", "pay-3"], findings: [{ kind: "restored" }] });
  expect(after.receipt).toBeGreaterThanOrEqual(4n);
  expect(await run(["verify"])).toMatchObject({ code: 0 });
});

describe("as a program", () => {
  const MAIN = fileURLToPath(new URL("../../main/maintenance-main.ts", import.meta.url));
  const program = (...args: string[]): { code: number | null; said: string } => {
    const env = {
      ...process.env,
      QABYL_KEY_STORE: "none",
      QABYL_VAULT_KEY: KEY.toString("base64"),
      XDG_CONFIG_HOME: at("config"),
    };
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env, encoding: "utf8" });
    return { code: status, said: `${stdout}${stderr}` };
  };

  test("refuses while the till runs with 3, bad words with 2, and says how it is used", async () => {
    expect(program("verify")).toMatchObject({ code: 2, said: expect.stringMatching(/journal COMMAND/) });
    const lock = await takeLock(at("lock"));
    expect(program("restore", at("journal.db"), "--data", dir)).toMatchObject({
      code: 3,
      said: expect.stringMatching(/the till runs/),
    });
    lock.release();
    expect(program("verify", "--data", dir)).toMatchObject({ code: 0, said: expect.stringMatching(/3 events/) });
    expect(statSync(at("journal.db")).mode & 0o077).toBe(0);
  });
});
