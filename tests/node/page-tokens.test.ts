/** Page tokens over a restart: let in again, and nothing in the file from which a token could be made. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createKeys, type Keys } from "../../main/node/keys.ts";
import { keptTokens } from "../../main/node/page-tokens.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-tokens-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const started = (): Keys => createKeys(() => 0, keptTokens(dir));
const file = (): string => join(dir, "pages.json");

it("a token of before is let in after each restart, and no key is", async () => {
  const first = started();
  const key = first.issue();
  const token = first.exchange(key) ?? "";
  const second = started();
  expect([second.isToken(token), second.isToken(`${token}x`), second.isToken("")]).toEqual([true, false, false]);
  expect([second.exchange(key), second.exchange(first.issue())]).toEqual([null, null]);
  const other = second.exchange(second.issue()) ?? "";
  const third = started();
  expect([third.isToken(token), third.isToken(other)]).toEqual([true, true]);
  const text = await readFile(file(), "utf8");
  for (const secret of [token, other, key]) expect(text).not.toContain(secret);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  // What the file holds is no token itself.
  const { digests } = JSON.parse(text);
  expect(digests.map((digest: string) => third.isToken(digest))).toEqual([false, false]);
});

it("the oldest of too many is forgotten, here and in the file", () => {
  const keys = started();
  const tokens = Array.from({ length: 33 }, () => keys.exchange(keys.issue()) ?? "");
  for (const one of [keys, started()])
    expect([one.isToken(tokens[0] ?? ""), one.isToken(tokens[1] ?? ""), one.isToken(tokens[32] ?? "")]).toEqual([
      false,
      true,
      true,
    ]);
});

it("a damaged file lets nobody in and stands in nobody's way", async () => {
  for (const content of ["", "{", "null", '{"digests":5}', '{"digests":["", 7, null, "short"]}']) {
    await writeFile(file(), content);
    expect(started().isToken("")).toBe(false);
  }
  const keys = started();
  const token = keys.exchange(keys.issue()) ?? "";
  expect(started().isToken(token)).toBe(true);
});

it("a folder that cannot be written costs the way back alone", async () => {
  await writeFile(join(dir, "file"), "");
  const keys = createKeys(() => 0, keptTokens(join(dir, "file")));
  expect(keys.isToken(keys.exchange(keys.issue()) ?? "")).toBe(true);
});
