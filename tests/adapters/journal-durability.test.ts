import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmod, mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { JournalDamaged, JournalUnavailable } from "../../main/adapters/journal.ts";
import { connect } from "../../main/adapters/journal-connection.ts";
import { temporaryFolder } from "./support/folder.ts";
import { openTestJournal } from "./support/journal.ts";
import { batchOf, payment } from "./support/rows.ts";

const folder = await temporaryFolder();
const LOOP = fileURLToPath(new URL("./support/commit-loop.ts", import.meta.url));
const root = process.getuid?.() === 0;

function loop(
  file: string,
  from: number,
  pause = 0,
  env: Record<string, string> = {},
): { child: ChildProcess; lines: AsyncIterableIterator<string> } {
  const child = spawn(process.execPath, [LOOP, file, String(from), String(pause)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  if (child.stdout === null) throw new Error("no output");
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function next(lines: AsyncIterableIterator<string>, wanted: RegExp): Promise<string> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`ended before ${String(wanted)}`);
    if (wanted.test(value)) return value;
  }
}

test("after 20 kills every acknowledged commit is there, and the chain is whole", async () => {
  const file = join(folder, "kills", "journal.db");
  let from = 1;
  for (let kill = 0; kill < 20; kill++) {
    const { child, lines } = loop(file, from);
    let acknowledged = from - 1;
    const died = new Promise((resolve) => child.once("exit", resolve));
    let timer: NodeJS.Timeout | null = null;
    for await (const line of lines) {
      const [word, n] = line.split(" ");
      if (word !== "ok") continue;
      acknowledged = Number(n);
      // Counted from the first commit: a busy machine may need longer than that for the start alone.
      timer ??= setTimeout(() => child.kill("SIGKILL"), 5 + ((kill * 37) % 50));
    }
    await died;
    const journal = await openTestJournal(file);
    for (let n = from; n <= acknowledged; n++) expect(await journal.payment(`pay-${n}`)).not.toBeNull();
    const { head } = await journal.info();
    expect(head).toBeGreaterThanOrEqual(acknowledged);
    expect(head).toBeLessThanOrEqual(acknowledged + 1);
    expect(await journal.payments({ limit: 1 })).toMatchObject([{ seq: head, id: `pay-${head}` }]);
    expect(await journal.verifyChain()).toMatchObject({ ok: true, checked: head });
    await journal.close();
    from = head + 1;
  }
  expect(from).toBeGreaterThan(20); // however slow the machine: commits did happen
}, 60_000);

// A kill proves nothing about a power cut; the setting that does can only be read back.
test("each commit reaches the disk before it is acknowledged", async () => {
  const file = join(folder, "pragma", "journal.db");
  await (await openTestJournal(file)).close();
  const { db, close } = connect(file);
  const value = (name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect([value("journal_mode"), value("synchronous"), value("foreign_keys")]).toEqual(["wal", 2, 1]);
  close();
});

describe("a disk that refuses", () => {
  test.skipIf(process.platform === "win32")("a folder that cannot be written is said at opening", async () => {
    const locked = join(folder, "locked");
    await mkdir(locked);
    await chmod(locked, 0o555);
    await chmod(folder, 0o755);
    const { lines } = loop(join(locked, "journal.db"), 1, 0, root ? { AS_NOBODY: "1" } : {});
    expect(await next(lines, /./)).toBe("closed JournalUnavailable");
    await chmod(locked, 0o700);
  });

  test.skipIf(process.platform !== "linux" || spawnSync("prlimit", ["--version"]).status !== 0)(
    "a full disk refuses commits, loses none, and takes them again when there is room",
    async () => {
      const file = join(folder, "full", "journal.db");
      const { child, lines } = loop(file, 1, 5);
      const limit = (bytes: string): void => {
        expect(spawnSync("prlimit", ["--pid", String(child.pid), `--fsize=${bytes}:`]).status).toBe(0);
      };
      await next(lines, /^ok 10 /);
      const size = (await stat(`${file}-wal`)).size;
      limit(String(size + 20_000));
      const failed = await next(lines, /^failed/);
      expect(failed).toMatch(/JournalUnavailable$/);
      const lost = Number(failed.split(" ")[1]);
      await next(lines, /^failed/);
      limit("unlimited");
      const again = await next(lines, /^ok/);
      await next(lines, /^ok/);
      child.kill("SIGKILL");
      const journal = await openTestJournal(file);
      expect(await journal.payment(`pay-${lost - 1}`)).not.toBeNull();
      expect(await journal.payment(`pay-${lost}`)).toBeNull();
      expect(await journal.payment(`pay-${again.split(" ")[1]}`)).not.toBeNull();
      expect((await journal.verifyChain()).ok).toBe(true);
      await journal.close();
    },
  );

  test("a file that another holds refuses, and works again", async () => {
    const file = join(folder, "held.db");
    const journal = await openTestJournal(file);
    await journal.commit(batchOf(payment(1)));
    const other = new DatabaseSync(file);
    other.exec("BEGIN IMMEDIATE");
    await expect(journal.commit(batchOf(payment(2)))).rejects.toThrow(JournalUnavailable);
    other.exec("ROLLBACK");
    other.close();
    expect((await journal.commit(batchOf(payment(2)))).head).toBe(2);
    await journal.close();
  });

  test.skipIf(process.platform === "win32")(
    "a file taken away is noticed at once, and used again when it is back",
    async () => {
      const file = join(folder, "away", "journal.db");
      const journal = await openTestJournal(file);
      await journal.commit(batchOf(payment(1)));
      await rename(join(folder, "away"), join(folder, "aside"));
      await expect(journal.commit(batchOf(payment(2)))).rejects.toThrow(JournalUnavailable);
      await expect(journal.payment("pay-1")).rejects.toThrow(JournalUnavailable);
      await rename(join(folder, "aside"), join(folder, "away"));
      expect((await journal.commit(batchOf(payment(2)))).head).toBe(2);

      await rm(join(folder, "away"), { recursive: true });
      const other = await openTestJournal(file);
      await expect(journal.commit(batchOf(payment(3)))).rejects.toThrow(JournalUnavailable);
      await expect(journal.commit(batchOf(payment(3)))).rejects.toThrow(JournalDamaged);
      await other.close();
      await journal.close();
    },
  );
});
