import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LockHeld, takeLock } from "../../main/adapters/lock.ts";
import { temporaryFolder } from "./support/folder.ts";

const folder = await temporaryFolder();
const HOLDER = fileURLToPath(new URL("./support/hold-lock.ts", import.meta.url));

async function holder(file: string): Promise<{ child: ChildProcess; word: string }> {
  const child = spawn(process.execPath, [HOLDER, file], { stdio: ["pipe", "pipe", "inherit"] });
  const [data] = (await once(child.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  return { child, word: data.toString().trim() };
}

test("one process holds it, and its death by SIGKILL frees it at once", async () => {
  const file = join(folder, "data", "lock");
  const { child, word } = await holder(file);
  expect(word).toBe("held");
  await expect(takeLock(file)).rejects.toThrow(LockHeld);
  await expect(takeLock(file)).rejects.toThrow(LockHeld);
  child.kill("SIGKILL");
  await once(child, "exit");
  const mine = await takeLock(file);
  expect((await holder(file)).word).toBe("LockHeld");
  mine.release();
  mine.release();
  (await takeLock(file)).release();
});

test("a second take in the same process is refused and does not loosen the first", async () => {
  const file = join(folder, "twice", "lock");
  const lock = await takeLock(file);
  await expect(takeLock(file)).rejects.toThrow(LockHeld);
  expect((await holder(file)).word).toBe("LockHeld");
  lock.release();
});

test("two folders are two locks", async () => {
  const locks = await Promise.all(["a", "b"].map((name) => takeLock(join(folder, name, "lock"))));
  for (const lock of locks) lock.release();
});
