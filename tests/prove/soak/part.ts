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
import { addLosses, type Losses, type Part, type PartOptions } from "../part.ts";
import { perThousand } from "./slope.ts";

const SCALE = 120;
/** Side by side, so that it takes half the time. */
const TILLS = 2;
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

interface Soaked {
  readonly samples: readonly Sample[];
  readonly losses: Losses;
  readonly failures: readonly string[];
}

export const run: Part = async ({ seed, scale, count, report }) => {
  const wanted = count ?? USUAL[scale];
  const tills = scale === "long" ? TILLS : 1;
  const dir = await mkdtemp(join(tmpdir(), "qabyl-soak-"));
  const bundle = await buildKillableHost();
  try {
    await makeAuthority(join(dir, "authority"));
    const begun = performance.now();
    const each = Math.ceil(wanted / tills);
    const soaked = await Promise.all(
      Array.from({ length: tills }, (_, till) =>
        soak(bundle.path("node.cjs"), dir, till, each, (line) => report(tills === 1 ? line : `till ${till}: ${line}`)),
      ),
    );
    const hours = ((performance.now() - begun) * SCALE) / 3_600_000;
    const failures: string[] = [];
    const growths = soaked.map(({ samples }) => growthOf(samples));
    for (const { memory, handles, log } of growths) {
      if (log > LOG_KIB) failures.push(`the log grows by ${Math.round(log)} KiB in a thousand payments`);
      // A short run is all filling of pools and caches.
      if (wanted < USUAL.long) continue;
      if (memory > MEMORY_MIB) failures.push(`memory grows by ${memory.toFixed(2)} MiB in a thousand payments`);
      if (handles > HANDLES) failures.push(`open files grow by ${handles.toFixed(2)} in a thousand payments`);
    }
    const most = (of: (growth: Growth) => number): number => Math.max(...growths.map(of));
    const last = soaked.flatMap(({ samples }) => samples.slice(-1));
    return {
      name: "soak",
      runs: each * tills,
      unit: "payments",
      figures: {
        "tills, each with banks of its own": tills,
        "memory at the end, MiB": last.map(({ memory }) => Math.round(memory)).join(" and "),
        "memory, MiB in a thousand payments": most(({ memory }) => memory).toFixed(2),
        "open files at the end": last.map(({ handles }) => handles).join(" and "),
        "open files in a thousand payments": most(({ handles }) => handles).toFixed(2),
        "log, KiB in a thousand payments": Math.round(most(({ log }) => log)),
        "journal, KiB in a thousand payments": Math.round(most(({ journal }) => journal)),
        "hours of each shop": Math.round(hours),
      },
      losses: addLosses(soaked.map(({ losses }) => losses)),
      failures: [...failures, ...soaked.flatMap((one) => one.failures)].map((words) => `seed ${seed}: ${words}`),
      seeds: [seed],
    };
  } finally {
    await bundle.remove();
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
};

/** One till's payments, one after another. */
async function soak(
  bundle: string,
  dir: string,
  till: number,
  wanted: number,
  report: PartOptions["report"],
): Promise<Soaked> {
  const anchor = Date.now();
  const own = join(dir, String(till));
  const banks = await openBanks(join(dir, "authority"), SCALE, anchor);
  const host = await createTill({ bundle, dir: own, token: TOKEN, scale: SCALE, anchor });
  const life = await host.begin(0, ["--provision", await writeShop(own, 2, banks)]);
  if (life === null) throw new Error("the till died by itself");
  const stage: Stage = { till: host, banks, life };
  const books = createAttribution(banks);
  const sales: Sale[] = [];
  const samples: Sample[] = [];
  const wrong: string[] = [];
  const scenarios = SCENARIOS.filter(({ name }) => NAMES.includes(name));
  try {
    for (let n = 0; n < wanted; n += 1) {
      if (n % Math.ceil(wanted / SAMPLES) === 0) samples.push(await measure(life.pid, own, n));
      if (n > 0 && n % 1_000 === 0) report(`${n} of ${wanted} payments`);
      const key = newKey();
      const scenario = scenarios[n % scenarios.length] as Scenario;
      const round = await playRound(stage, { scenario, key, minor: 100_000 + n * 2, at: 0, afterMs: null, starts: [] });
      books.claim(key);
      sales.push(round.sale);
      wrong.push(...round.wrong);
      if (round.deaths.length > 0) throw new Error("the till died by itself");
    }
    samples.push(await measure(life.pid, own, wanted));
    const { losses, notes } = compareSales(sales, books.taken());
    return { samples, losses, failures: [...wrong, ...notes] };
  } finally {
    await stage.life.stop();
    await banks.stop();
  }
}

interface Growth {
  readonly memory: number;
  readonly handles: number;
  readonly log: number;
  readonly journal: number;
}

function growthOf(samples: readonly Sample[]): Growth {
  // The first third fills pools and caches.
  const steady = samples.slice(Math.floor(samples.length / 3));
  return {
    memory: perThousand(steady, (sample) => sample.memory),
    handles: perThousand(steady, (sample) => sample.handles),
    log: perThousand(samples, (sample) => sample.log),
    journal: perThousand(samples, (sample) => sample.journal),
  };
}

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
