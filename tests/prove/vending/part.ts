/**
 * Vending: machine and till killed at each named point of a sale, a line that garbles and breaks, banks that fail at the refund;
 * in virtual time before the simulator's banks, and some of it with real processes. `npm run prove -- --only vending`;
 * `--seed N --count 1` does one life again, without the processes.
 */
import { existsSync } from "node:fs";
import { addLosses, NO_LOSSES, type Part } from "../part.ts";
import { killForReal, ROUNDS, type Died } from "./deaths.ts";
import { live, NAMED, type Lived } from "./life.ts";

const LIVES = { short: 96, long: 2_000 } as const;
/** Sales over real processes; two deaths in each of the first. */
const REAL = { short: 6, long: 60 } as const;
/** From so many on, every named point must have killed somebody. */
const ENOUGH = 90;

export const run: Part = async ({ seed, scale, count, report }) => {
  if (scale === "long" && existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";
  const lives = count ?? LIVES[scale];
  const all: Lived[] = [];
  const failures: string[] = [];
  for (let n = 0; n < lives; n += 1) {
    try {
      const lived = await live(seed + n);
      all.push(lived);
      for (const words of [...lived.notes, ...lived.failures]) {
        failures.push(words);
        report(words);
      }
    } catch (error) {
      failures.push(`seed ${seed + n}: ${String(error instanceof Error ? error.stack : error)}`);
    }
    if ((n + 1) % 250 === 0) report(`${n + 1} of ${lives} lives`);
  }
  const real = count === null ? await overProcesses(seed, REAL[scale], failures) : NOBODY;
  const deaths = all.flatMap((lived) => lived.deaths);
  const times = Object.fromEntries(NAMED.map((at) => [`killed ${at}`, deaths.filter((one) => one === at).length]));
  if (lives >= ENOUGH)
    for (const [at, hit] of Object.entries(times)) if (hit === 0) failures.push(`nobody was ever ${at}`);
  const paid = all.filter((one) => one.paid);
  const part = (of: (one: Lived) => boolean): number => all.filter(of).length;
  return {
    name: "vending",
    runs: all.length,
    unit: "sales",
    figures: {
      paid: paid.length,
      "ended with the goods": part(({ ended }) => ended === "goods"),
      "ended with the money back": part(({ ended }) => ended === "money"),
      "needed a person": part(({ decisions }) => decisions.length > 0),
      "of them for the goods": part(({ decisions }) => decisions.some((one) => one.endsWith("Given"))),
      "said both ways": part(({ disputed }) => disputed),
      ...times,
      "sales over real processes": real.sales,
      "of them processes killed": real.deaths.length,
      "of them needed a person": real.people,
    },
    losses: addLosses([...all.map(({ losses }) => losses), real.losses]),
    failures,
    seeds: [seed],
  };
};

const NOBODY: Died = { deaths: [], losses: NO_LOSSES, failures: [], sales: 0, people: 0 };

async function overProcesses(seed: number, sales: number, failures: string[]): Promise<Died> {
  try {
    const real = await killForReal(seed, sales);
    failures.push(...real.failures);
    const named = ROUNDS.slice(0, sales).reduce(
      (sum, { machine, till }) => sum + (machine ? 1 : 0) + (till ? 1 : 0),
      0,
    );
    if (real.deaths.length < named)
      failures.push(`only ${real.deaths.length} processes were killed: ${real.deaths.join(", ")}`);
    return real;
  } catch (error) {
    failures.push(`seed ${seed}, real processes: ${String(error instanceof Error ? error.stack : error)}`);
    return { ...NOBODY, losses: { ...NO_LOSSES, stuck: 1 } };
  }
}
