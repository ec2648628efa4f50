/**
 * Payments one after another in compressed time through the real Node host: TLS, SQLite, log, till API and screen. Then
 * what must not grow has not grown, and everything has come to its end.
 */
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compareSales, type Sale } from "../books.ts";
import { createAttribution } from "../kill/books.ts";
import { buildKillableHost } from "../kill/bundle.ts";
import { playRound, type Stage } from "../kill/round.ts";
import { newKey, SCENARIOS, type Scenario } from "../kill/scenarios.ts";
import { makeAuthority, openBanks, TOKEN, writeShop } from "../kill/shop.ts";
import { createTill } from "../kill/till.ts";
import type { Part } from "../part.ts";
import { perThousand } from "./slope.ts";

const SCALE = 120;
const USUAL = { short: 200, long: 10_000 } as const;
const SAMPLES = 50;
/** Only what comes to its end soon, so that ten thousand fit into minutes; half of them end well. */
const NAMES: readonly string[] = [
  "Kaspi: paid",
  "Halyk QR: paid",
  "ePay: paid with a card",
  "Kaspi: declined",
  "ePay: declined",
  "Kaspi: cancelled, then paid",
  "Halyk QR: cancelled, then paid",
  "ePay: refunded in part",
];
/** More growth than this in a thousand payments is a leak: of memory (MiB), of open files. */
const MEMORY_MIB = 1.5;
const HANDLES = 0.5;
/** The log keeps ten files of 5 MB: it is flat when a payment does not write more than this (KiB in a thousand). */
const LOG_KIB = 1_500;

interface Sample {
  readonly payments: number;
  readonly memory: number;
  readonly handles: number;
  readonly log: number;
  readonly journal: number;
}

export const run: Part = async ({ seed, scale, count, report }) => {
  const wanted = count ?? USUAL[scale];
  const dir = await mkdtemp(join(tmpdir(), "qabyl-soak-"));
  const anchor = Date.now();
  const bundle = await buildKillableHost();
  await makeAuthority(join(dir, "authority"));
  const banks = await openBanks(join(dir, "authority"), SCALE, anchor);
  const till = await createTill({ bundle: bundle.path("node.cjs"), dir, token: TOKEN, scale: SCALE, anchor });
  const life = await till.begin(0, ["--provision", await writeShop(dir, 2, banks)]);
  if (life === null) throw new Error("the till died by itself");
  const stage: Stage = { till, banks, life };
  const books = createAttribution(banks);
  const sales: Sale[] = [];
  const samples: Sample[] = [];
  const failures: string[] = [];
  const scenarios = SCENARIOS.filter(({ name }) => NAMES.includes(name));
  try {
    const begun = performance.now();
    for (let n = 0; n < wanted; n += 1) {
      if (n % Math.ceil(wanted / SAMPLES) === 0) samples.push(await measure(stage.life.pid, dir, n));
      if (n > 0 && n % 1_000 === 0) report(`${n} of ${wanted} payments`);
      const key = newKey();
      const scenario = scenarios[n % scenarios.length] as Scenario;
      const round = await playRound(stage, { scenario, key, minor: 100_000 + n * 2, at: 0, afterMs: null, starts: [] });
      books.claim(key);
      sales.push(round.sale);
      failures.push(...round.wrong);
    }
    samples.push(await measure(stage.life.pid, dir, wanted));
    const { losses, notes } = compareSales(sales, books.taken());
    failures.push(...notes);
    // The first third fills pools and caches.
    const steady = samples.slice(Math.floor(samples.length / 3));
    const memory = perThousand(steady, (sample) => sample.memory);
    const handles = perThousand(steady, (sample) => sample.handles);
    const log = perThousand(samples, (sample) => sample.log);
    if (log > LOG_KIB) failures.push(`the log grows by ${Math.round(log)} KiB in a thousand payments`);
    if (wanted >= USUAL.long) {
      if (memory > MEMORY_MIB) failures.push(`memory grows by ${memory.toFixed(2)} MiB in a thousand payments`);
      if (handles > HANDLES) failures.push(`open files grow by ${handles.toFixed(2)} in a thousand payments`);
    }
    const last = samples.at(-1);
    return {
      name: "soak",
      runs: wanted,
      unit: "payments",
      figures: {
        "memory now, MiB": Math.round(last?.memory ?? 0),
        "memory, MiB in a thousand payments": memory.toFixed(2),
        "open files now": last?.handles ?? 0,
        "open files in a thousand payments": handles.toFixed(2),
        "log, KiB in a thousand payments": Math.round(log),
        "journal, KiB in a thousand payments": Math.round(perThousand(samples, ({ journal }) => journal)),
        "hours of the shop": Math.round(((performance.now() - begun) * SCALE) / 3_600_000),
      },
      losses,
      failures,
      seeds: [seed],
    };
  } finally {
    await stage.life.stop();
    await banks.stop();
    await bundle.remove();
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
};

/** Of the till's process, as Linux counts it (elsewhere this rejects): memory in MiB, files in KiB. */
async function measure(pid: number, dir: string, payments: number): Promise<Sample> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const handles = await readdir(`/proc/${pid}/fd`);
  return {
    payments,
    memory: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024,
    handles: handles.length,
    log: await sizeOf(join(dir, "data", "logs")),
    journal: await sizeOf(join(dir, "data"), "journal.db"),
  };
}

async function sizeOf(folder: string, only = ""): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = names
    .filter((name) => name.startsWith(only))
    .map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0) / 1024;
}
