/**
 * Payment storms at Halyk: two tills on one terminal, lost and late creations, status bodies that are no JSON, refusals
 * that arrive when they like, customers who pay when they like, dying processes. At the end every payment is held against
 * the bank's own bills. Each storm is one seed.
 */
import { describe, expect, it, vi } from "vitest";
import { comparePayments } from "./halyk-storm-books.ts";
import { OPTIONS, serve } from "./halyk-storm-people.ts";
import { brokenBodies, chanceOf, kills, openStorm, outages, seedsOf, weathered, type Storm } from "./halyk-storm.ts";
import { REAL_LIMIT, SECOND } from "./scene.ts";

// Most of a storm is waiting, so they wait side by side.
vi.setConfig({ maxConcurrency: 8 });

const SEEDS = [1, 2, 3, 4];
/** The bank's own end of a bill, and what a watch needs to hear of it. */
const OWN_END = 20 * 60 * SECOND;
const DECIDED_WITHIN = OWN_END + 10 * 60 * SECOND;
const CALM_PACE = 10;

function open(seed: number): Promise<Storm> {
  const draw = chanceOf(seed).of(0);
  const usedInvoice = draw.one(["refuse", "same", "second"] as const);
  const policy = draw.one(["loose", "strict"] as const);
  const amounts = draw.one(["string", "number"] as const);
  return openStorm(seed, { usedInvoice, policy, amounts, rejectSeconds: OWN_END / SECOND }, OPTIONS);
}

async function rage(storm: Storm): Promise<void> {
  let over = false;
  const goesOn = (): boolean => !over;
  const people: Promise<void>[] = [];
  const world = [kills(storm, goesOn), outages(storm, goesOn), brokenBodies(storm, goesOn)];
  await Promise.all([serve(storm, 0, people), serve(storm, 1, people)]);
  over = true;
  storm.clock.hurry(CALM_PACE);
  await Promise.all([...world, ...people]);
  storm.bank.simulator.faults.clear();
}

/** The weather is over and the bank answers: what is undecided then is so for a person. */
async function decided({ clock, tills }: Storm): Promise<void> {
  const end = clock.mono() + DECIDED_WITHIN;
  for (;;) {
    const open = tills
      .flatMap((till) => till.rows())
      .filter(({ settled, state }) => !settled && state !== "needs_review");
    if (open.length === 0) return;
    expect(
      clock.mono(),
      `never decided: ${open.map(({ number, state }) => `${number} ${state}`).join(", ")}`,
    ).toBeLessThan(end);
    await clock.sleep(5 * SECOND);
  }
}

describe.concurrent("payment storms", () => {
  for (const seed of seedsOf(SEEDS))
    it.concurrent(
      `seed ${seed}: what is paid at the bank is paid here, once, and nothing else is`,
      () =>
        weathered(
          () => open(seed),
          async (storm) => {
            await rage(storm);
            await decided(storm);
            await comparePayments(storm);
          },
        ),
      REAL_LIMIT,
    );
});
