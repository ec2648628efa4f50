/** How the till looks after its own stores: what it finds is told until a person has seen it, and every day has its backup. */
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openJournal, type JournalFile } from "../../main/adapters/journal.ts";
import { proveCopy } from "../../main/adapters/journal-backup.ts";
import { openLog } from "../../main/adapters/log.ts";
import type { KeySource } from "../../main/adapters/vault.ts";
import { ANCHOR, createCare, readAnchor, type Care } from "../../main/care.ts";
import type { Vault } from "../../main/core/ports.ts";
import { StartFailure } from "../../main/failure.ts";
import { openStores, type OpenStores } from "../../main/stores.ts";
import { mac } from "../adapters/support/journal.ts";
import { batchOf, NOON, payment } from "../adapters/support/rows.ts";
import { memoryVault, silentLog } from "../support/desk.ts";
import { simulatedClock, type SimulatedClock } from "../support/simulated-clock.ts";

const DAY = 86_400_000;
let dir: string;
let clock: SimulatedClock;
let vault: Vault;
let journal: JournalFile;
let care: Care;
let warning: string | null;

const file = (): string => join(dir, "journal.db");
const backups = (): string[] => (existsSync(join(dir, "backups")) ? readdirSync(join(dir, "backups")).toSorted() : []);

async function open(): Promise<void> {
  journal = await openJournal({ file: file(), tillId: "A1", mac, now: clock.now, anchor: await readAnchor(vault) });
  const source: Pick<KeySource, "kind" | "warning"> = { kind: "key-file", warning };
  care = createCare({ dir, journal: () => journal, vault, source, mac, clock, log: silentLog });
  await care.begin();
}
async function close(): Promise<void> {
  await care.stop();
  await journal.close();
}
/** Moves on until the machine's own threads have done their part too. */
async function until(done: () => boolean): Promise<void> {
  for (let n = 0; n < 400 && !done(); n += 1) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(done()).toBe(true);
}
function tamper(sql: string): void {
  const db = new DatabaseSync(file());
  db.exec("DROP TRIGGER IF EXISTS events_fixed; DROP TRIGGER IF EXISTS events_kept");
  db.exec(sql);
  db.close();
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-care-"));
  clock = simulatedClock(NOON);
  vault = memoryVault();
  warning = null;
  await open();
});
afterEach(async () => {
  await close().catch(() => undefined);
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
});

describe("a backup", () => {
  test("is taken a minute after the start, once a day, proven, and the last fourteen are kept", async () => {
    await journal.commit(batchOf(payment(1)));
    await clock.advance(60_000);
    await until(() => backups().some((name) => name.endsWith(".json")));
    expect(backups()).toEqual(["journal-2026-09-01.db", "journal-2026-09-01.json"]);
    const copy = join(dir, "backups", "journal-2026-09-01.db");
    expect(statSync(copy).mode & 0o077).toBe(0);
    const note = JSON.parse(await readFile(copy.replace(".db", ".json"), "utf8"));
    const proven = await proveCopy(copy, mac);
    expect(proven).toMatchObject({ chain: { ok: true, checked: 1 }, head: note.head, sha256: note.sha256 });
    expect(note.broken).toBeNull();
    expect((await care.view()).backup).toMatchObject({ last: { file: "journal-2026-09-01.db", bytes: note.bytes } });

    await clock.advance(3 * 3_600_000);
    expect(backups()).toHaveLength(2);
    for (let day = 1; day <= 15; day += 1) {
      clock.jump(DAY);
      const before = (await care.view()).backup.last?.at;
      await care.backup();
      expect((await care.view()).backup.last?.at).not.toBe(before);
    }
    expect(backups()).toHaveLength(28);
    expect(backups()[0]).toBe("journal-2026-09-03.db");
  });

  test("holds what was committed while it was taken or none of it, and two on one day have two names", async () => {
    for (let n = 1; n <= 40; n += 1) await journal.commit(batchOf(payment(n)));
    const taking = Promise.all([care.backup(), care.backup()]);
    for (let n = 41; n <= 80; n += 1) {
      await journal.commit(batchOf(payment(n)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await taking;
    const files = backups().filter((name) => name.endsWith(".db"));
    expect(files).toHaveLength(2);
    for (const name of files) {
      const { head, chain } = await proveCopy(join(dir, "backups", name), mac);
      expect(chain?.ok).toBe(true);
      expect(head.seq).toBeGreaterThanOrEqual(40);
    }
    expect(await journal.verifyChain()).toMatchObject({ ok: true, checked: 80 });
  });

  test("that cannot be taken is refused in words, told on the screen, and forgotten after the next good one", async () => {
    await journal.commit(batchOf(payment(1)));
    writeFileSync(join(dir, "backups"), "in the way");
    await expect(care.backup()).rejects.toMatchObject({ error: { code: "not_written" } });
    expect(care.findings.all()).toMatchObject([{ id: "backup", kind: "backup", dismissible: false, params: {} }]);
    expect(await care.findings.acknowledge("backup", "person:t")).toBe(false);
    expect((await care.view()).backup.failed?.words).toMatch(/\S/);
    await rm(join(dir, "backups"));
    await care.backup();
    expect(care.findings.all()).toEqual([]);
    clock.jump(3 * DAY);
    await rm(join(dir, "backups"), { recursive: true });
    writeFileSync(join(dir, "backups"), "in the way");
    await expect(care.backup()).rejects.toThrow();
    expect(care.findings.all()).toMatchObject([{ params: { days: "3" } }]);
  });

  test("of a journal whose chain is broken is taken all the same, and says so", async () => {
    for (let n = 1; n <= 3; n += 1) await journal.commit(batchOf(payment(n)));
    tamper("UPDATE events SET at = at + 1 WHERE seq = 2");
    await care.backup();
    const name = backups().find((one) => one.endsWith(".json")) ?? "";
    const note = JSON.parse(await readFile(join(dir, "backups", name), "utf8"));
    expect(note.broken).toEqual({ problem: "changed", seq: 2 });
    expect(care.findings.all()).toMatchObject([{ kind: "chain", params: { result: "changed", seq: "2" } }]);
  });
});

describe("the chain", () => {
  test("broken is told at the start, stops nothing, and stays told until somebody has seen it", async () => {
    for (let n = 1; n <= 3; n += 1) await journal.commit(batchOf(payment(n)));
    await close();
    tamper("UPDATE events SET body = '{}' WHERE seq = 2");
    for (let start = 1; start <= 2; start += 1) {
      await open();
      expect(care.findings.all()).toMatchObject([
        { id: "chain-changed@2", kind: "chain", dismissible: true, since: NOON },
      ]);
      await journal.commit(batchOf(payment(3 + start)));
      await close();
    }
    await open();
    expect((await care.view()).journal.chain).toMatchObject({ result: "changed", seq: 2 });
    expect(await care.findings.acknowledge("chain-changed@2", "person:t1")).toBe(true);
    expect(care.findings.all()).toEqual([]);
    expect((await journal.events(0, 99)).at(-1)).toMatchObject({ kind: "care", ref: "chain-changed@2" });
    await care.verify();
    expect((await care.view()).journal.chain).toMatchObject({ result: "ok" });
    await close();
    await open();
    expect(care.findings.all()).toEqual([]);
    // What is seen hides nothing behind it.
    tamper("UPDATE events SET at = at + 1 WHERE seq = 4");
    await care.verify();
    expect(care.findings.all()).toMatchObject([{ id: "chain-changed@4" }]);
  });

  test("further back than the start looks is found in the background", async () => {
    await journal.commit({ ...batchOf(payment(1)), events: Array.from({ length: 250 }, (_, n) => event(n)) });
    await close();
    tamper("UPDATE events SET at = at + 1 WHERE seq = 10");
    await open();
    expect(care.findings.all()).toEqual([]);
    let told = 0;
    care.findings.watch(() => void (told += 1));
    await clock.advance(10_000);
    await until(() => care.findings.all().length === 1);
    expect(told).toBeGreaterThan(0);
  });

  test("of an older file put back whole is found by the anchor in the vault", async () => {
    await journal.commit(batchOf(payment(1)));
    await care.backup();
    const copy = join(dir, "backups", backups()[0] ?? "");
    const old = await readFile(copy);
    await journal.commit(batchOf(payment(2)));
    await journal.commit(batchOf(payment(3)));
    const { epoch } = await journal.info();
    await close();
    writeFileSync(file(), old);
    await rm(`${file()}-head`);
    await open();
    expect(care.findings.all()).toMatchObject([{ id: "chain-cut@1", params: { result: "cut", seq: "1" } }]);
    expect((await journal.info()).epoch).not.toBe(epoch);
    expect((await care.view()).journal.restored).toMatchObject({ backupAt: null });
    const { seqs } = await journal.commit(batchOf(payment(9)));
    expect(seqs["pay-9"]).toBeGreaterThan(3);
    await close();
    await open();
    expect(care.findings.all()).toMatchObject([{ id: "chain-cut@1" }]);
    await care.findings.acknowledge("chain-cut@1", "person:t1");
    await care.verify();
    expect(care.findings.all()).toEqual([]);
  });

  test("has its head in the vault a few minutes later and at the end", async () => {
    const anchor = async (): Promise<number> => (JSON.parse((await vault.get(ANCHOR)) ?? "{}") as { seq: number }).seq;
    expect(await anchor()).toBe(0);
    await journal.commit(batchOf(payment(1)));
    await clock.advance(300_000);
    await until(() => backups().some((name) => name.endsWith(".json")));
    expect(await anchor()).toBe(1);
    await journal.commit(batchOf(payment(2)));
    await close();
    expect(await anchor()).toBe(2);
  });
});

test("a key store that protects nothing is told until somebody has seen it, and stays in the view", async () => {
  await close();
  warning = "everybody knows its password";
  await open();
  expect(care.findings.all()).toMatchObject([{ id: "vault-key-file", kind: "vault", params: { source: "key-file" } }]);
  await care.findings.acknowledge("vault-key-file", "person:t1");
  await close();
  await open();
  expect(care.findings.all()).toEqual([]);
  expect((await care.view()).vault).toEqual({ source: "key-file", warning: true });
});

describe("the stores of a folder", () => {
  const KEY: KeySource = { kind: "key-file", name: "test", warning: null, key: async () => Buffer.alloc(32, 7) };
  let undo: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  const start = async (): Promise<OpenStores> => openStores(join(dir, "data"), KEY, undo);
  const failure = async (): Promise<string> => {
    const error: unknown = await start().catch((caught: unknown) => caught);
    await stop();
    if (!(error instanceof StartFailure)) throw error;
    return `${error.exitCode} ${error.lines.join(" ")}`;
  };
  afterEach(async () => {
    undo = [];
  });

  test("refuse in words when the journal is gone, damaged, or another vault's", async () => {
    const stores = await start();
    const own = await stores.openJournal("A1");
    await own.commit(batchOf(payment(1)));
    await stop();
    const path = join(dir, "data", "journal.db");
    const whole = await readFile(path);

    await rm(path);
    await rm(`${path}-head`);
    expect(await failure()).toMatch(/^1 .*journal\.db is missing or empty.*had 1 events.*backups/);
    expect(existsSync(path)).toBe(false);

    const torn = Buffer.from(whole);
    torn.fill(0, 4096 * 3, 4096 * 5);
    writeFileSync(path, torn);
    expect(await failure()).toMatch(/^1 the journal's file is damaged.*backups/);

    writeFileSync(path, whole);
    const vaultFile = join(dir, "data", "vault");
    const kept = await readFile(vaultFile);
    await rm(vaultFile);
    expect(await failure()).toMatch(/^1 .*was written with another vault/);
    writeFileSync(vaultFile, kept);
    expect(await (await (await start()).openJournal("A1")).payment("pay-1")).not.toBeNull();
    await stop();
  });
});

test("a log that cannot be written does not hold up the end of the stores", async () => {
  // A folder in its place; a disk that cannot be written answers alike.
  for (const name of ["qabyl.log", "qabyl.1.log"]) await mkdir(join(dir, "logs", name), { recursive: true });
  const log = await openLog({ dir });
  log.info("start");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await log.close();
  expect(existsSync(join(dir, "logs", "qabyl.1.log"))).toBe(true);
});

const event = (n: number) => ({ kind: "audit", ref: String(n), version: 0, body: "{}" });
