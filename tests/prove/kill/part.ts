/**
 * Real SIGKILL of the Node host at every boundary of its journal, its requests and its screen, in sales of every kind,
 * before banks that live on. Then the next start: the same picture, the sale goes on, and in the end the books agree.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandOutput } from "../../../contract/commands.ts";
import type { Payment } from "../../../contract/payment.ts";
import { seeded } from "../../support/random.ts";
import { compareSales, type Sale } from "../books.ts";
import { addLosses, type Losses, type Part } from "../part.ts";
import { createAttribution } from "./books.ts";
import { buildKillableHost } from "./bundle.ts";
import { playRound, saleOf, type Death, type Round, type RoundPlan, type Stage } from "./round.ts";
import { newKey, SCENARIOS, type Scenario } from "./scenarios.ts";
import { makeAuthority, openBanks, TOKEN, writeShop, type Kind } from "./shop.ts";
import { createTill, type Life } from "./till.ts";

/** How many times faster than real time tills and banks live. */
const SCALE = 20;
/** The goal of docs/reliability.md. */
const BACK_WITHIN = 2_000;
const USUAL = { short: 14, long: 1_000 } as const;

/** On a machine that does other things besides; this is then no measurement. */
const BACK_WITHIN_BUSY = 15_000;

type Choice = Pick<RoundPlan, "scenario" | "at" | "afterMs" | "starts">;

type Played = Round & Pick<RoundPlan, "scenario" | "key" | "minor">;

interface Lane {
  readonly deaths: readonly Death[];
  readonly losses: Losses;
  readonly failures: readonly string[];
  readonly sales: number;
}

export const run: Part = async ({ seed, scale, count, report }) => {
  const wanted = count ?? USUAL[scale];
  const dir = await mkdtemp(join(tmpdir(), "qabyl-deaths-"));
  const bundle = await buildKillableHost();
  try {
    let died = 0;
    const told = (more: number, wrong: readonly string[]): void => {
      for (const words of wrong) report(words);
      const before = died;
      died += more;
      if (Math.floor(died / 50) > Math.floor(before / 50)) report(`${died} of ${wanted} deaths`);
    };
    await makeAuthority(join(dir, "authority"));
    const shares = sharesOf(scale === "long" ? 2 : 1);
    const lanes = await Promise.all(
      shares.map((scenarios, lane) => {
        const kills = Math.ceil((wanted * scenarios.length) / SCENARIOS.length);
        const options = { bundle: bundle.path("node.cjs"), dir: join(dir, String(lane)), told, scenarios, kills };
        return runLane({ ...options, seed: seed + lane, long: scale === "long" });
      }),
    );
    const deaths = lanes.flatMap((lane) => lane.deaths);
    return {
      name: "kill",
      runs: deaths.length,
      unit: "kills",
      figures: { ...figuresOf(deaths), sales: lanes.reduce((sum, lane) => sum + lane.sales, 0) },
      losses: addLosses(lanes.map((lane) => lane.losses)),
      failures: lanes.flatMap((lane) => lane.failures).map((words) => `seed ${seed}: ${words}`),
      seeds: [seed],
    };
  } finally {
    await bundle.remove();
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
};

/** Scenarios for each till: those of scheme 3 for one, the others for `tills`. */
function sharesOf(tills: number): Scenario[][] {
  const of = (kind: Kind): Scenario[] => SCENARIOS.filter((one) => one.kind === kind);
  return [of(3), ...Array.from({ length: tills }, (_, index) => of(2).filter((_one, n) => n % tills === index))];
}

interface LaneOptions {
  readonly bundle: string;
  readonly dir: string;
  /** All of one kind. */
  readonly scenarios: readonly Scenario[];
  readonly kills: number;
  readonly seed: number;
  /** Dies at each boundary of each sale once before it dies at random. */
  readonly long: boolean;
  readonly told: (deaths: number, wrong: readonly string[]) => void;
}

/** One till before banks of its own. */
async function runLane({ bundle, dir, scenarios, kills, seed, long, told }: LaneOptions): Promise<Lane> {
  const random = seeded(seed);
  const anchor = Date.now();
  const banks = await openBanks(join(dir, "..", "authority"), SCALE, anchor);
  const till = await createTill({ bundle, dir, token: TOKEN, scale: SCALE, anchor });
  const setUp = await till.begin(0, ["--provision", await writeShop(dir, scenarios[0]?.kind ?? 2, banks)]);
  // An orderly end, the only one: it leaves the compiled code for the next start to find.
  await setUp?.stop();
  const first = await till.begin(0);
  if (first === null) throw new Error("the till died before anybody killed it");
  const stage: Stage = { till, banks, life: first };
  const books = createAttribution(banks);
  const rounds: Played[] = [];
  const deaths: Death[] = [];
  const failures: string[] = [];
  const play = async (choice: Choice): Promise<number> => {
    const key = newKey();
    // Whole tenge, so that half of it is whole tiyn; no two alike, for the till asks whether a like one is meant.
    const minor = 1_000_000 + rounds.length * 200;
    const round = await playRound(stage, { ...choice, key, minor }).catch((error: unknown) => {
      throw new Error(`${describe(choice)}: ${String(error)}`, { cause: error });
    });
    books.claim(key);
    rounds.push({ ...round, scenario: choice.scenario, key, minor });
    deaths.push(...round.deaths);
    const wrong = [...round.wrong, ...tooLong(round.deaths, long && !isBusy() ? BACK_WITHIN : BACK_WITHIN_BUSY)];
    failures.push(...wrong);
    told(round.deaths.length, wrong);
    return round.boundaries;
  };
  try {
    const places: Choice[] = [];
    if (long)
      for (const scenario of scenarios) {
        const boundaries = await play({ scenario, at: 0, afterMs: null, starts: [] });
        for (let at = 1; at <= boundaries; at += 1) places.push({ scenario, at, afterMs: null, starts: [] });
      }
    for (const choice of shuffled(places, random)) if (deaths.length < kills) await play(choice);
    while (deaths.length < kills) await play(anyPlace(scenarios, random));
    for (const { kind } of stage.life.screen().banners)
      if (kind === "chain" || kind === "journal") failures.push(`a banner says ${kind}`);
    const sales: Sale[] = [];
    for (const round of rounds) sales.push(await settle(stage.life, round));
    const { losses, notes } = compareSales(sales, books.taken());
    failures.push(...notes, ...(await forgotten(stage.life, rounds, sales)));
    return { deaths, losses, failures, sales: sales.length };
  } catch (error) {
    // What it had come to is still worth telling; a sale without an end is a loss.
    const { losses, notes } = compareSales(
      rounds.map(({ sale }) => sale),
      books.taken(),
    );
    const words = error instanceof Error ? error.message : String(error);
    const stuck = { ...losses, stuck: losses.stuck + 1 };
    return { deaths, losses: stuck, failures: [...failures, ...notes, words], sales: rounds.length };
  } finally {
    await stage.life.stop();
    await banks.stop();
  }
}

/** How a sale stands now that everybody has had time: what was parked in doubt may have been decided since. */
async function settle(life: Life, round: Played): Promise<Sale> {
  const payment = (await life.api("GET", `/payments/${round.payment.id}`)).json() as Payment;
  return saleOf(payment, round.refund, round);
}

/** What is in doubt, and stands before nobody. */
async function forgotten(life: Life, rounds: readonly Played[], sales: readonly Sale[]): Promise<string[]> {
  const listed = await life.call("review.list", {});
  if (!listed.ok) return [`the list of what is in doubt: ${listed.error.code}`];
  const { items } = listed.value as CommandOutput["review.list"];
  const ids = new Set(items.map(({ id }) => id));
  return rounds.flatMap(({ payment, refund, scenario }, n) => [
    ...(sales[n]?.says === "doubt" && !ids.has(payment.id)
      ? [`${scenario.name}: ${payment.number} is not listed`]
      : []),
    ...(refund?.state === "needs_review" && !ids.has(refund.id)
      ? [`${scenario.name}: ${refund.number} is not listed`]
      : []),
  ]);
}

function anyPlace(scenarios: readonly Scenario[], random: () => number): Choice {
  const upTo = (n: number): number => 1 + Math.floor(random() * n);
  const scenario = scenarios[upTo(scenarios.length) - 1] as Scenario;
  const outside = random() < 0.2;
  const starts = random() < 0.3 ? [upTo(16), ...(random() < 0.3 ? [upTo(16)] : [])] : [];
  return { scenario, at: outside ? 0 : upTo(24), afterMs: outside ? upTo(500) : null, starts };
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((one) => ({ one, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

const describe = ({ scenario, at, afterMs, starts }: Choice): string =>
  `${scenario.name}, killed ${afterMs === null ? `at boundary ${at}` : `after ${afterMs} ms`}, starts ${starts.join(", ") || "as usual"}`;

/** Ours are three tills on two cores; beyond that it is others who make it late. */
const isBusy = (): boolean => (loadavg()[0] ?? 0) > 3 * availableParallelism();

const tooLong = (deaths: readonly Death[], bound: number): string[] =>
  deaths
    .filter(({ backMs }) => backMs > bound)
    .map(({ at, backMs }) => `killed ${at}, back after ${Math.round(backMs)} ms`);

function figuresOf(deaths: readonly Death[]): Record<string, number | string> {
  const figures: Record<string, number> = {};
  for (const { at, during } of deaths) {
    const name = during === "the start" ? "while it started" : at;
    figures[name] = (figures[name] ?? 0) + 1;
  }
  const back = deaths.map(({ backMs }) => backMs).toSorted((a, b) => a - b);
  const at = (part: number): string => `${Math.round(back[Math.floor((back.length - 1) * part)] ?? 0)} ms`;
  return {
    ...figures,
    "later than 2 s, on a machine busy with other things": back.filter((ms) => ms > BACK_WITHIN).length,
    "back on the screen, median": at(0.5),
    "back on the screen, longest": at(1),
  };
}
