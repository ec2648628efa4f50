/** What both of Halyk's storms are made of: one bank, two tills on one terminal, chance that repeats, and dying processes. */
import type { CommandInput, CommandName, CommandOutput } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import type { HalykOptions } from "../../simulator/index.ts";
import { openRealDesk, type RealDesk } from "../support/real-desk.ts";
import { scaledClock, type ScaledClock } from "../support/scaled-clock.ts";
import { startHalykSide, type HalykSide } from "./halyk-harness.ts";
import { inTurn, SECOND } from "./scene.ts";

/** Ten minutes of a storm are fifteen seconds here. */
const SCALE = 40;
/** Past this nobody at the till waits for an answer any more: the process behind it may be dead. */
const PATIENCE = 15 * SECOND;

/** The same draws for the same seed, whatever the others do meanwhile. */
export interface Chance {
  /** True so often, from 0 to 1. */
  happens(part: number): boolean;
  /** A whole number from `least` up to and without `end`. */
  from(least: number, end: number): number;
  one<T>(all: readonly T[]): T;
  /** Draws of its own, named by a number. */
  of(name: number): Chance;
}

export function chanceOf(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const from = (least: number, end: number): number => least + Math.floor(next() * (end - least));
  return {
    happens: (part) => next() < part,
    from,
    one: (all) => all[from(0, all.length)] as (typeof all)[number],
    of: (name) => chanceOf(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(name + 1, 0x85ebca6b)),
  };
}

/** `STORM_SEEDS=20-59` or `20,31` in the environment: those instead of the suite's. */
export function seedsOf(usual: readonly number[]): readonly number[] {
  const asked = process.env["STORM_SEEDS"];
  if (asked === undefined) return usual;
  return asked.split(",").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

export interface Storm {
  readonly seed: number;
  readonly clock: ScaledClock;
  readonly bank: HalykSide;
  readonly tills: readonly [RealDesk, RealDesk];
  readonly chance: Chance;
}

export async function openStorm(
  seed: number,
  simulator: HalykOptions,
  options: Readonly<Record<string, string>>,
): Promise<Storm> {
  const clock = scaledClock(SCALE);
  const bank = await startHalykSide({ clock, simulator, options });
  const second = { ...bank, profile: { ...bank.profile, id: "profile-of-till-2" } };
  const first = await openRealDesk({ clock, bank });
  const tills = [first, await openRealDesk({ clock, bank: second })] as const;
  return { seed, clock, bank, tills, chance: chanceOf(seed) };
}

/** A whole storm, from opening to closing. */
export async function weathered(open: () => Promise<Storm>, run: (storm: Storm) => Promise<void>): Promise<void> {
  const storm = await inTurn(open);
  try {
    await run(storm);
  } finally {
    storm.clock.stop();
    await Promise.all([...storm.tills.map((till) => till.close()), storm.bank.stop()]);
  }
}

/** null when no answer came: the process died, or hangs. */
export async function tried<N extends CommandName>(
  till: RealDesk,
  name: N,
  input: CommandInput<N>,
  as: Parameters<RealDesk["core"]["call"]>[0] = { kind: "person", name: "cashier" },
): Promise<Result<CommandOutput[N]> | null> {
  const answer = (till.core.call(as, name, input) as Promise<Result<CommandOutput[N]>>).catch(() => null);
  return Promise.race([answer, till.clock.sleep(PATIENCE).then(() => null)]);
}

/** Processes die and come back while `goesOn`; each restart waits for the one before. */
export async function kills({ clock, tills, chance }: Storm, goesOn: () => boolean): Promise<void> {
  const draw = chance.of(900);
  for (;;) {
    await clock.sleep(draw.from(8, 50) * SECOND + draw.from(0, 1000));
    if (!goesOn()) return;
    await tills[draw.from(0, 2) === 0 ? 0 : 1].restart();
  }
}

/** The bank cannot be reached at all for a while, now and then. */
export async function outages({ clock, bank, chance }: Storm, goesOn: () => boolean): Promise<void> {
  const draw = chance.of(901);
  for (;;) {
    await clock.sleep(draw.from(20, 120) * SECOND);
    if (!goesOn()) return;
    await bank.down();
    await clock.sleep(draw.from(2, 25) * SECOND);
    await bank.up();
  }
}

/** The bank's status bodies are broken for a while, now and then. */
export async function brokenBodies({ clock, bank, chance }: Storm, goesOn: () => boolean): Promise<void> {
  const draw = chance.of(902);
  for (;;) {
    await clock.sleep(draw.from(10, 60) * SECOND);
    if (!goesOn()) return;
    await bank.simulator.configure({ malformed: true });
    await clock.sleep(draw.from(5, 60) * SECOND);
    await bank.simulator.configure({ malformed: false });
  }
}

export const decimal = (minor: number | bigint): string => {
  const text = String(minor).padStart(3, "0");
  return `${text.slice(0, -2)}.${text.slice(-2)}`;
};
