/** What is written of a fault, and when the program stops starting by itself. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCrashes, type Crashes } from "../../main/crash.ts";
import { stoppedPage } from "../../main/stopped.ts";

const MINUTE = 60_000;
let dir: string;
let up: number;
let crashes: Crashes;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-crash-"));
  up = 1_000_000;
  crashes = openCrashes(join(dir, "data"), "1.2.3", () => up);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const file = (): string => join(dir, "data", "crashes.json");
/** Faults so many milliseconds apart. */
function faults(count: number, apart: number): void {
  for (let i = 0; i < count; i += 1) {
    if (i > 0) up += apart;
    crashes.note(new Error("x"), "uncaughtException");
  }
}

describe("the program stops starting by itself", () => {
  it("after five faults within five minutes, and not after four", () => {
    faults(4, 10);
    expect(crashes.stopped()).toBeNull();
    const { fault } = crashes.note(new Error("x"), "uncaughtException");
    expect(crashes.stopped()).toMatchObject({ incident: fault.incident, support: null, api: false });
  });
  it("not when they are spread over more", () => {
    faults(8, (5 * MINUTE) / 4 + 1);
    expect(crashes.stopped()).toBeNull();
    faults(5, (5 * MINUTE) / 4);
    expect(crashes.stopped()).not.toBeNull();
  });
  it("until a person says again, however long that takes", () => {
    faults(5, 1);
    up += 600 * MINUTE;
    expect(crashes.stopped()).not.toBeNull();
    crashes.again();
    expect(crashes.stopped()).toBeNull();
    faults(4, 1);
    expect(crashes.stopped()).toBeNull();
    faults(1, 1);
    expect(crashes.stopped()).not.toBeNull();
  });
  it("or until the computer has been switched off and on", () => {
    faults(5, 1);
    up = 30_000;
    expect(crashes.stopped()).toBeNull();
  });
  it("whatever the wall clock says: only the time since the computer started counts", async () => {
    faults(5, 1);
    const kept = JSON.parse(await readFile(file(), "utf8"));
    for (const [index, fault] of kept.faults.entries()) fault.at = `20${10 + index}-01-01T00:00:00.000Z`;
    await writeFile(file(), JSON.stringify(kept));
    expect(crashes.stopped()).toMatchObject({ since: "2010-01-01T00:00:00.000Z" });
  });
});

describe("of an error", () => {
  it("its name, code and places are kept, never its words, whatever it calls itself", async () => {
    const secret = "4111-SECRET";
    const bad: unknown[] = [
      Object.assign(new RangeError(secret), { code: "E_EXAMPLE" }),
      Object.assign(new Error(`first line\n    at ${secret} (${secret}.js:1:1)`), { code: secret.repeat(3) }),
      Object.assign(new Error("x"), { name: secret }),
      secret,
      { toString: () => secret, message: secret },
      null,
      undefined,
      Object.assign(new Error("x"), { stack: 5 }),
    ];
    try {
      JSON.parse(`{"token": "${secret}" x}`);
    } catch (error) {
      bad.push(error);
    }
    for (const error of bad) expect(crashes.note(error, "uncaughtException").kept).toBe(true);
    const text = await readFile(file(), "utf8");
    expect(text).not.toContain("SECRET");
    const { faults: kept } = JSON.parse(text);
    expect(kept[0]).toMatchObject({ name: "RangeError", code: "E_EXAMPLE", program: "1.2.3", told: false });
    expect(kept[0].places[0]).toMatch(/crash\.test\.ts:\d+:\d+$/);
    expect(kept.map(({ name }: { name: string }) => name).slice(3)).toEqual([
      "string",
      "object",
      "null",
      "undefined",
      "Error",
      "SyntaxError",
    ]);
  });
  it("it is told once, and the file stays short", async () => {
    faults(30, 400 * MINUTE);
    expect(crashes.untold()).toHaveLength(20);
    crashes.told();
    expect(crashes.untold()).toEqual([]);
    faults(1, 1);
    expect(crashes.untold()).toHaveLength(1);
  });
});

describe("the file", () => {
  it("that is damaged is begun anew; one that cannot be written is said, and nothing is thrown", async () => {
    for (const content of ["", "{", "null", '{"faults":[null,{"up":1}],"support":5}']) {
      await mkdir(join(dir, "data"), { recursive: true });
      await writeFile(file(), content);
      expect([crashes.stopped(), crashes.untold()]).toEqual([null, []]);
    }
    faults(5, 1);
    expect(crashes.stopped()).not.toBeNull();
    await writeFile(join(dir, "no-folder"), "");
    const nowhere = openCrashes(join(dir, "no-folder"), "1");
    expect(nowhere.note(new Error("x"), "uncaughtException")).toMatchObject({ kept: false, fault: { name: "Error" } });
  });
  it.skipIf(process.platform !== "linux")(
    "that a full disk keeps from being written is deleted by a person's again: the page must not stay for ever",
    async () => {
      faults(5, 1);
      // Room for the file's own name, and none for the one it is written under first: as real a refusal as that of a full disk.
      const room = 4_095 - "/crashes.json".length;
      let deep = join(dir, "d".repeat(100));
      while (deep.length + 101 <= room) deep = join(deep, "d".repeat(100));
      if (room - deep.length > 1) deep = join(deep, "d".repeat(room - deep.length - 1));
      await mkdir(deep, { recursive: true });
      await writeFile(join(deep, "crashes.json"), await readFile(file()));
      const full = openCrashes(deep, "1.2.3", () => up);
      expect(full.note(new Error("x"), "uncaughtException").kept).toBe(false);
      expect(full.stopped()).not.toBeNull();
      full.again();
      expect(full.stopped()).toBeNull();
    },
  );
  it("keeps what the page says; the page cannot be written into", () => {
    crashes.about({ support: '<b>"+7"</b>', api: true, alone: true });
    faults(5, 1);
    const stopped = crashes.stopped();
    expect(stopped).toMatchObject({ support: '<b>"+7"</b>', api: true, alone: true });
    if (!stopped) return;
    const { content } = stoppedPage(stopped, null);
    expect(content).toContain("&lt;b&gt;&quot;+7&quot;&lt;/b&gt;");
    expect(content).not.toContain("<b>&quot;");
    expect(content).not.toContain('<b>"+7"');
  });
});
