/** The anti-patterns are working programs, and lose what they are said to lose; the till loses nothing in the same days. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttp, type HttpAdapter } from "../../main/adapters/http.ts";
import { openCaFiles, startSimulator, type Simulator } from "../../simulator/index.ts";
import { silentLog } from "../support/desk.ts";
import { simulatedClock } from "../support/simulated-clock.ts";
import { LOSS_KINDS, NO_LOSSES } from "./part.ts";
import { PATTERNS } from "./rivals/patterns.ts";
import { openPlain, RIGHT, type Habits } from "./rivals/plain.ts";
import { run } from "./rivals/part.ts";
import { KASPI_BIN } from "./world/banks.ts";

const dir = mkdtempSync(join(tmpdir(), "qabyl-rivals-"));
let bank: Simulator;
let http: HttpAdapter;

beforeAll(async () => {
  const { paths, passphrase } = await openCaFiles(dir);
  bank = await startSimulator({ dir, scheme: 3, timeScale: 0 });
  const read = (path: string): string => readFileSync(path, "utf8");
  const identity = { cert: read(paths.certificate), key: read(paths.privateKey), passphrase, ca: paths.ca.map(read) };
  http = createHttp({ identity: async () => identity, log: silentLog });
});
afterAll(async () => {
  await http.close();
  await bank.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Waits in steps of the program's clock, and of real time for what is really on the way. */
async function until(clock: ReturnType<typeof simulatedClock>, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await clock.advance(500);
    await new Promise((again) => setTimeout(again, 2));
  }
  throw new Error("it never came to that");
}

async function sellAndGiveBack(name: string, habits: Habits): Promise<void> {
  const clock = simulatedClock();
  const account = { url: bank.url, bin: KASPI_BIN, tradePoint: "12", device: `D-${name.length}`, identity: "till" };
  const till = await openPlain(clock, http, account, habits);
  till.charge(name, 500_000);
  await until(clock, () => till.code() !== null);
  const payment = bank.ledger.paymentByToken(till.code() ?? "");
  bank.scan(payment?.id ?? "");
  bank.confirm(payment?.id ?? "");
  await until(clock, async () => (await till.says(name)) === "paid");
  till.refund(name, 120_000);
  await until(clock, async () => (await till.openRefunds(name)) === 0);
  await till.close();
  expect({ minor: payment?.amountMinor, back: payment?.refundedMinor, captured: payment?.captured }).toEqual({
    minor: 500_000n,
    back: 120_000n,
    captured: true,
  });
}

describe("the public anti-patterns", () => {
  it.each(Object.entries({ "none of them": RIGHT, ...PATTERNS }))(
    "%s: a sale is paid and partly given back, over real TLS",
    async (name, habits) => {
      await sellAndGiveBack(name, habits);
    },
  );

  it("each is the plain program with one other function", () => {
    for (const [name, habits] of Object.entries(PATTERNS)) {
      const others = Object.entries(habits).filter(([key, habit]) => habit !== RIGHT[key as keyof Habits]);
      expect(others, name).toHaveLength(1);
    }
  });

  it("every one of them loses in the days in which the till loses nothing", async () => {
    const result = await run({ seed: 3, scale: "short", count: null, report: () => undefined });
    expect(result.failures).toEqual([]);
    expect(result.losses).toEqual(NO_LOSSES);
    expect(Object.keys(result.rivals ?? {})).toEqual(Object.keys(PATTERNS));
    for (const [name, losses] of Object.entries(result.rivals ?? {}))
      expect(
        LOSS_KINDS.some((kind) => losses[kind] > 0),
        name,
      ).toBe(true);
  }, 120_000);
});
