/**
 * The model's lives under a lying clock. Where nothing restarts, a wall clock that jumps by up to twelve hours and a wrong
 * zone must change no decision at all: each life is lived twice and compared. After a restart, and after a machine's sleep,
 * other questions are asked at other times: there the books must hold. `npm run prove -- --only clock`.
 */
import { existsSync } from "node:fs";
import { simulatedClock } from "../../support/simulated-clock.ts";
import { addLosses, type Losses, type Part } from "../part.ts";
import { live, type Lived } from "../model/run.ts";
import { chanceOf, SECOND } from "../model/shop.ts";
import { sleeperOn } from "./sleeper.ts";

const LIVES = { short: 3, long: 150 };
const HOUR = 3_600_000;
/** A jump between two steps of a life, so often. */
const ODDS = 0.25;
const ZONES = ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"];

/** Nothing but the clock differs between the two lives; a restart counts its deadlines by the wall clock (reliability, rule 8). */
const UNDISTURBED: ReadonlySet<string> = new Set([
  "the wall clock jumps",
  "restart",
  "settings",
  "sell, and the power fails",
  "refund, and the power fails",
  "choose, and the power fails",
]);
const NO_JUMPS: ReadonlySet<string> = new Set(["the wall clock jumps"]);

const jumps = (seed: number) => {
  const chance = chanceOf(seed ^ 0x5eed);
  return {
    between({ desk }: { readonly desk: { readonly clock: { jump(ms: number): void } } }): void {
      if (chance.happens(ODDS)) desk.clock.jump((chance.below(25) - 12) * HOUR);
    },
  };
};

async function asleep(seed: number): Promise<Lived> {
  const world = simulatedClock();
  const clock = sleeperOn(world);
  const chance = chanceOf(seed ^ 0x51ee9);
  return live(seed, {
    shop: { clock, banksClock: world },
    never: NO_JUMPS,
    async between({ desk }) {
      if (!chance.happens(ODDS)) return;
      clock.suspend();
      await world.advance(chance.below(1_800) * SECOND);
      clock.resume();
      desk.core.wake("resume");
      await world.advance(0);
    },
  });
}

export const run: Part = async ({ seed, scale, count, report }) => {
  if (scale === "long" && existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";
  const lives = count ?? LIVES[scale];
  const failures: string[] = [];
  const losses: Losses[] = [];
  let decisions = 0;
  let doubted = 0;
  const kept = (of: string, lived: Lived): Lived => {
    losses.push(lived.losses);
    failures.push(...[...lived.notes, ...lived.failures].map((note) => `${of}: ${note}`));
    return lived;
  };
  for (let n = 0; n < lives; n += 1) {
    const one = seed + n;
    const usual = kept("usual", await live(one, { never: UNDISTURBED }));
    decisions += usual.decisions.length;
    const same = (of: string, lived: Lived): void => {
      kept(of, lived);
      // A bill found under our number is believed to be ours only if its date is that of the sale: where our clock jumped in
      // between, a person decides instead (docs/adr/0048). What follows in such a life is another story.
      if (lived.decisions.some((decision) => decision.includes("foreign-answer"))) {
        doubted += 1;
        return;
      }
      for (const what of ["decisions", "timeline"] as const) {
        const at = usual[what].findIndex((line, index) => lived[what][index] !== line);
        if (at >= 0 || lived[what].length !== usual[what].length)
          failures.push(
            `seed ${one}, ${of}: "${lived[what].at(at) ?? "nothing"}" instead of "${usual[what].at(at) ?? "nothing"}"`,
          );
      }
    };
    same("a clock that jumps", await live(one, { never: UNDISTURBED, ...jumps(one) }));
    const timezone = ZONES[one % ZONES.length] as string;
    same(`the zone ${timezone}`, await live(one, { never: UNDISTURBED, shop: { timezone } }));
    kept("jumps and restarts", await live(one, jumps(one)));
    kept("sleep", await asleep(one));
    if ((n + 1) % 50 === 0) report(`${n + 1} of ${lives} lives, each five times`);
  }
  return {
    name: "clock",
    runs: lives * 5,
    unit: "lives",
    figures: {
      "lives compared with the same one under a true clock": lives * 2,
      "decisions that had to be the same": decisions * 2,
      "lives in which a jump left a found bill to a person": doubted,
      "lives with jumps of up to 12 h and restarts": lives,
      "lives with a machine that sleeps up to half an hour at a time": lives,
    },
    losses: addLosses(losses),
    failures,
    seeds: [seed],
  };
};
