/** The black box as a file: private, whole, few of them, and a disk that refuses is said in words. */
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import type { SupportFile } from "../../contract/support.ts";
import { saveSupport } from "../../main/support.ts";
import { temporaryFolder } from "../adapters/support/folder.ts";

const folder = await temporaryFolder();
let count = 0;
const place = (): string => join(folder, `${++count}`);
const BOX = { purpose: "qabyl-support", transitions: [{}, {}] } as unknown as SupportFile;
const box = async (): Promise<{ ok: true; value: SupportFile }> => ({ ok: true, value: BOX });
const AT = Date.UTC(2026, 10, 22, 9, 5, 7);
const clock = { now: () => AT };

describe("the support file", () => {
  it("lies in a private folder, readable by this user alone", async () => {
    const dir = place();
    const { file, transitions } = await saveSupport({ dir, box, clock });
    expect([file, transitions]).toEqual([join(dir, "support", "support-2026-11-22-090507.json"), 2]);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(BOX);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect((await stat(join(dir, "support"))).mode & 0o077).toBe(0);
  });
  it("of the older ones the last ten stay, and nobody else's file is touched", async () => {
    const dir = place();
    await mkdir(join(dir, "support"), { recursive: true });
    await writeFile(join(dir, "support", "notes.json"), "mine");
    for (let n = 0; n < 12; n += 1) await saveSupport({ dir, box, clock: { now: () => AT + n * 1000 } });
    const names = (await readdir(join(dir, "support"))).toSorted();
    expect(names).toHaveLength(11);
    expect(names[0]).toBe("notes.json");
    expect(names[1]).toBe("support-2026-11-22-090509.json");
  });
  it("is refused in words where nothing can be written, and where the journal cannot be read", async () => {
    const dir = place();
    await mkdir(dir);
    await writeFile(join(dir, "support"), "a file in its place");
    await expect(saveSupport({ dir, box, clock })).rejects.toMatchObject({
      error: { code: "not_written", params: { detail: expect.stringMatching(/support-.*\.json \(EEXIST\)$/) } },
    });
    const unread = async (): Promise<never> => ({ ok: false, error: appError("journal_unavailable") }) as never;
    await expect(saveSupport({ dir: place(), box: unread, clock })).rejects.toMatchObject({
      error: { code: "journal_unavailable" },
    });
  });
});
