/** Clock, ids, log and file helpers. */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock, watchClock } from "../../main/adapters/clock.ts";
import type { ClockChange } from "../../main/adapters/clock.ts";
import { privateDirectory, readableByOthers, readIfThere, writePrivately } from "../../main/adapters/files.ts";
import { createIds } from "../../main/adapters/ids.ts";
import { cleanFields, openLog, silentLog } from "../../main/adapters/log.ts";
import { temporaryFolder } from "./support/folder.ts";

const folder = await temporaryFolder();

describe("the clock", () => {
  test("a timer beyond Node's longest does not fire at once", async () => {
    const clock = systemClock();
    let fired = false;
    const timer = clock.setTimeout(() => (fired = true), 2 ** 40);
    await new Promise((resolve) => clock.setTimeout(() => resolve(null), 5));
    clock.clearTimeout(timer);
    expect(fired).toBe(false);
    expect(clock.mono()).toBeLessThanOrEqual(clock.mono());
  });

  test("jumps and sleep are told, small steps are not", async () => {
    let wall = 1_000_000;
    let mono = 0;
    const seen: ClockChange[] = [];
    const stop = watchClock({
      clock: { now: () => wall, mono: () => mono },
      everyMs: 2,
      onChange: (change) => seen.push(change),
    });
    const step = async (wallMs: number, monoMs: number): Promise<void> => {
      wall += wallMs;
      mono += monoMs;
      await new Promise((resolve) => setTimeout(resolve, 15));
    };
    await step(1500, 900);
    await step(12 * 3_600_000, 2);
    await step(-12 * 3_600_000, 2);
    await step(60_002, 60_002);
    stop();
    await step(9e9, 0);
    expect(seen).toEqual([
      { kind: "jump", ms: 12 * 3_600_000 - 2 },
      { kind: "jump", ms: -12 * 3_600_000 - 2 },
      { kind: "sleep", ms: 60_000 },
    ]);
  });
});

describe("ids", () => {
  test("are UUIDs of version 7 that only rise, also when the clock stands still or steps back", () => {
    let now = Date.UTC(2026, 8, 1);
    const ids = createIds(() => now);
    const made: string[] = [];
    for (let n = 0; n < 10_000; n++) made.push(ids.uuid());
    now -= 60_000;
    made.push(ids.uuid());
    now += 120_000;
    made.push(ids.uuid());
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(made).size).toBe(made.length);
    expect([...made].sort()).toEqual(made);
    expect(parseInt(made.at(-1)?.replaceAll("-", "").slice(0, 12) ?? "", 16)).toBe(now);
  });

  test("of requests are 32 hex digits, each another", () => {
    const { requestId } = createIds();
    expect(requestId()).toMatch(/^[0-9a-f]{32}$/);
    expect(requestId()).not.toBe(requestId());
  });
});

describe("the log", () => {
  test("writes a line of JSON for each event, private, and rolls by size", async () => {
    const dir = join(folder, "rolling");
    const log = await openLog({ dir, size: "1k", keep: 2 });
    log.info("till.started", { version: "0.1.0", port: 7373, training: true, none: null, missing: undefined });
    for (let n = 0; n < 40; n++) {
      log.warn("http.failed", { n, text: "x".repeat(100) });
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await log.close();
    const files = await readdir(join(dir, "logs"));
    expect(files.length).toBeGreaterThan(1);
    expect(files.length).toBeLessThanOrEqual(4);
    for (const name of files) expect((await stat(join(dir, "logs", name))).mode & 0o077).toBe(0);
    const lines = (await Promise.all(files.map((name) => readFile(join(dir, "logs", name), "utf8"))))
      .join("")
      .trim()
      .split("\n");
    const last = lines.map((line) => JSON.parse(line) as Record<string, unknown>).find((line) => line["n"] === 39);
    expect(last).toMatchObject({ level: "warn", event: "http.failed", n: 39 });
    expect(last).not.toHaveProperty("pid");
  });

  test("keeps secrets, objects, control characters and long texts out", () => {
    const given = {
      host: "bank:8544",
      passphrase: "s1",
      deviceToken: "s2",
      Authorization: "s3",
      apiKey: "s4",
      "Api-Key": "s5",
      adminPin: "s6",
      pin: "s7",
      clientSecret: "s8",
      cardNumber: "s9",
      cvc: "s10",
      mapping: "kept",
      opinion: "kept",
      text: "a\r\nb\u001b[31m\u202ec",
      long: "я".repeat(9000),
      level: "fatal",
      event: "other",
      object: { deep: "s11" },
      list: ["s12"],
      big: 5n,
      run: () => "s13",
      url: "GET https://epay.example/x?Access=s14 done",
      key: "x -----BEGIN PRIVATE KEY-----s15",
      card: "paid with 4111 1111 1111 1111 today",
      PaReq: "s16",
      paRes: "s17",
      MD: "s18",
      hpan: "s19",
      form: "grant_type=client_credentials&client_secret=s20 PaRes=s21&MD=s22",
      header: "Authorization: Bearer eyJhbGciOiJIUs23",
      path: "/payments/confirm?Access=s24",
      markdown: "kept",
      id: "9007199254740993",
    };
    const clean = cleanFields(given as never);
    expect(JSON.stringify(clean)).not.toMatch(/s\d+/);
    expect(clean).toMatchObject({
      host: "bank:8544",
      passphrase: "[hidden]",
      mapping: "kept",
      opinion: "kept",
      markdown: "kept",
      form: "grant_type=client_credentials&client_secret=[hidden] PaRes=[hidden]&MD=[hidden]",
      text: "a b [31m c",
      _level: "fatal",
      _event: "other",
      object: "[object]",
      card: "paid with [hidden] today",
      id: "9007199254740993",
      url: "GET https://epay.example/x?… done",
    });
    expect(String(clean["long"])).toHaveLength(501);
    silentLog.info("nothing");
  });
});

describe.skipIf(process.platform === "win32")("files", () => {
  test("are written whole and private, and directories closed to others", async () => {
    const dir = join(folder, "private");
    await mkdir(dir);
    await chmod(dir, 0o755);
    await privateDirectory(dir);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    const path = join(dir, "a");
    expect(await readIfThere(path)).toBeNull();
    await writeFile(path, "old", { mode: 0o644 });
    expect(await readableByOthers(path)).toBe(true);
    await writePrivately(path, "new");
    expect([await readableByOthers(path), String(await readIfThere(path))]).toEqual([false, "new"]);
    await expect(writePrivately(join(dir, "no", "folder"), "x")).rejects.toThrow();
    expect(await readdir(dir)).toEqual(["a"]);
  });
});
