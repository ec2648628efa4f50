/**
 * Storms at ePay: every method, lost and late posts, confirmations and operations, a bank that lags and stammers, payers on
 * its page, dying processes. At the end every payment and refund is held against the bank's own operations. Each storm is
 * one seed.
 */
import { describe, expect, it, vi } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import { operationsOf } from "./epay-side.ts";
import { compareEpay, storyOf } from "./epay-storm-books.ts";
import { serve } from "./epay-storm-people.ts";
import { kills, outages, weathered, type EpayStorm } from "./epay-storm.ts";
import { seedsOf, tried } from "./halyk-storm.ts";
import { REAL_LIMIT, SECOND } from "./scene.ts";

// Most of a storm is waiting, so they wait side by side.
vi.setConfig({ maxConcurrency: 8 });

const SEEDS = [1, 4, 6, 7];
/** An hour after which "not known here" means that it never came, and what the back-off of the watch may take after that. */
const DECIDED_WITHIN = 3_600 * SECOND + 1_500 * SECOND;
const CALM_PACE = 20;

async function rage(storm: EpayStorm): Promise<void> {
  let over = false;
  const goesOn = (): boolean => !over;
  const people: Promise<void>[] = [];
  const world = [kills(storm, goesOn), outages(storm, goesOn)];
  await serve(storm, people);
  await Promise.all(people);
  over = true;
  storm.clock.hurry(CALM_PACE);
  await Promise.all(world);
  storm.side.simulator.faults.clear();
  await storm.side.simulator.configure({ nextOutcome: "ok" });
}

/** Decided for good, held, or at the bank as undecided as here. */
function isDone({ side }: EpayStorm, row: PaymentRow): boolean {
  if (row.settled || row.state === "authorized") return true;
  const [own] = operationsOf(side, row);
  if (own?.status === "NEW" && own.outcome.ends === "open")
    return row.state === "needs_review" || row.state === "cancelled";
  // What it said of one it has never had, it cannot take back.
  return own === undefined && row.state === "needs_review" && row.detail.lastWord !== null;
}

/** The weather is over and the bank answers: what time alone decides is decided, and where settings stood in the way somebody asks. */
async function decided(storm: EpayStorm): Promise<void> {
  const { clock, till, side } = storm;
  const end = clock.mono() + DECIDED_WITHIN;
  for (;;) {
    const open = till.rows().filter((row) => !isDone(storm, row));
    const refunds = (await till.journal.refunds({ limit: 200 })).filter(
      ({ settled, state }) => !settled && state !== "not_executed",
    );
    if (open.length === 0 && refunds.length === 0) break;
    const told = open.map((row) => storyOf(row, operationsOf(side, row)[0]));
    expect(
      clock.mono(),
      `never decided: ${[...told, ...refunds.map(({ number, state }) => `${number} ${state}`)].join("\n")}`,
    ).toBeLessThan(end);
    for (const { id, detail } of open) if (detail.paused) await tried(till, "payments.refresh", { id });
    await clock.sleep(20 * SECOND);
  }
  // Held money is not asked about by timer.
  for (const { id, state } of till.rows()) if (state === "authorized") await tried(till, "payments.refresh", { id });
}

describe.concurrent("ePay storms", () => {
  for (const seed of seedsOf(SEEDS))
    it.concurrent(
      `seed ${seed}: what is charged at the bank is paid here, once, and nothing else is`,
      () =>
        weathered(seed, async (storm) => {
          await rage(storm);
          await decided(storm);
          await compareEpay(storm.till, storm.side);
        }),
      REAL_LIMIT,
    );
});
