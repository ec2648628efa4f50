/** The parts of the three commands that decide something. */
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { findChromium } from "../../scripts/lib/chromium.mjs";
import { satisfies, wantedRange } from "../../scripts/lib/node24.mjs";
import { root } from "../../scripts/lib/paths.mjs";
import { ended, killTree, run, start } from "../../scripts/lib/processes.mjs";
import { readPlaywright, readVitest } from "../../scripts/lib/reports.mjs";

const work = mkdtempSync(join(tmpdir(), "qabyl-tools-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("the range of Node", () => {
  test.each([
    ["v20.20.2", false],
    ["v22.21.9", false],
    ["v22.22.0", true],
    ["v23.11.0", false],
    ["v24.5.9", false],
    ["v24.6.0", true],
    ["v24.21.0", true],
    ["v26.0.0", true],
  ])("%s: %s", (version, expected) => {
    expect(satisfies(version, ">=22.22 <23 || >=24.6")).toBe(expected);
  });

  test("is the one in package.json, and holds for the Node that runs this", () => {
    expect(wantedRange()).toBe(">=22.22 <23 || >=24.6");
    expect(satisfies(process.version, wantedRange())).toBe(true);
  });
});

describe("the sum of the runners", () => {
  const file = (name: string, status: string, tests: string[], message = "") => ({
    name: `/x/tests/unit/${name}`,
    status,
    message,
    assertionResults: tests.map((one, i) => ({ status: one, fullName: `test ${i}` })),
  });

  test("vitest: counts tests, and a file that could not be loaded as one failure", () => {
    const tally = readVitest({
      testResults: [
        file("a.test.ts", "failed", ["passed", "failed", "skipped"]),
        file("b.test.ts", "failed", [], "Cannot find module\nat x"),
        file("c.test.ts", "passed", ["passed"]),
      ],
    });
    expect(tally).toMatchObject({ passed: 2, failed: 2, skipped: 1 });
    expect(tally.failures).toEqual(["tests/unit/a.test.ts: test 1", "tests/unit/b.test.ts: Cannot find module"]);
    expect(tally.suites.get("unit")).toBe(3);
  });

  test("playwright: a test that needed a second try has failed, and so has a run with an error of its own", () => {
    const spec = (title: string, status: string) => ({ title, tests: [{ status, projectName: "browser" }] });
    const tally = readPlaywright(
      {
        suites: [
          {
            title: "pay.spec.ts",
            file: "pay.spec.ts",
            specs: [spec("a", "expected"), spec("b", "flaky"), spec("s", "skipped")],
            suites: [{ title: "inner", file: "pay.spec.ts", specs: [spec("c", "unexpected")] }],
          },
        ],
        errors: [{ message: "worker died\nstack" }],
      },
      "e2e",
    );
    expect(tally).toMatchObject({ passed: 1, failed: 3, skipped: 1 });
    expect(tally.failures).toContain("[browser] tests/e2e/pay.spec.ts: inner › c (unexpected)");
    expect(tally.failures).toContain("worker died");
    expect(tally.suites.get("e2e")).toBe(3);
  });
});

describe.skipIf(process.platform === "win32")("processes", () => {
  const script = (name: string, text: string) => {
    const path = join(work, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  test("one that takes too long is killed with everything it started", async () => {
    const begun = performance.now();
    const trace = join(work, "still-alive");
    const outcome = await run(script("slow", `(sleep 1.5; echo > ${trace}) & sleep 30`), [], { timeoutMs: 300 });
    expect(outcome).toMatchObject({ timedOut: true, signal: "SIGKILL" });
    expect(performance.now() - begun).toBeLessThan(1_400);
    await sleep(2_000);
    expect(existsSync(trace)).toBe(false);
  });

  test("killing the tree of one that has ended harms nobody", async () => {
    const child = start("true", []);
    expect(await ended(child)).toMatchObject({ code: 0 });
    killTree(child);
  });

  test("a browser counts only when it starts: a script that tells how to install one does not", async () => {
    const before = process.env["POS_CHROMIUM"];
    delete process.env["POS_CHROMIUM"];
    try {
      const stub = script("chromium-stub", 'echo "please install the snap"; exit 1');
      const real = script("chromium-real", 'echo "Chromium 156.0.8078.79"');
      expect(await findChromium([join(work, "absent"), stub])).toBeNull();
      expect(await findChromium([join(work, "absent"), stub, real])).toBe(real);
      process.env["POS_CHROMIUM"] = stub;
      await expect(findChromium([real])).rejects.toThrow("POS_CHROMIUM");
    } finally {
      if (before === undefined) delete process.env["POS_CHROMIUM"];
      else process.env["POS_CHROMIUM"] = before;
    }
  });
});

describe.skipIf(process.platform === "win32")("npm run start:node", () => {
  test.each<[NodeJS.Signals, { code: number | null; signal: NodeJS.Signals | null }]>([
    ["SIGTERM", { code: 0, signal: null }],
    ["SIGINT", { code: 0, signal: null }],
    // Whoever kills npm outright must not be left with a till that holds the data folder.
    ["SIGKILL", { code: null, signal: "SIGKILL" }],
  ])("%s to npm ends the host too", async (signal, expected) => {
    const data = join(work, `data-${signal}`);
    const options = ["--training", "--port", "0", "--no-browser", "--data", data];
    const npm = start("npm", ["run", "--silent", "start:node", "--", ...options], { cwd: root, stdio: "pipe" });
    let said = "";
    npm.stderr?.on("data", (text) => (said += String(text)));
    const url = await new Promise<string>((resolve, reject) => {
      npm.stdout?.on("data", (text) => {
        const address = /"event":"ready","url":"([^"]+)"/.exec(String(text))?.[1];
        if (address !== undefined) resolve(address);
      });
      npm.once("exit", () => reject(new Error(`it ended before it was ready: ${said}`)));
    });
    const end = ended(npm);
    const asked = performance.now();
    npm.kill(signal);
    expect(await end).toMatchObject(expected);
    while (await serves(url)) {
      expect(performance.now() - asked, "still serving").toBeLessThan(3_000);
      await sleep(50);
    }
  });
});

async function serves(url: string): Promise<boolean> {
  try {
    await fetch(new URL("/", url), { signal: AbortSignal.timeout(1_000) });
    return true;
  } catch {
    return false;
  }
}
