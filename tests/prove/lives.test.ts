/** The short runs of the model and of its kin; `npm run prove -- --long` makes the long ones. */
import { describe, expect, it } from "vitest";
import { run as clock } from "./clock/part.ts";
import { run as matrix } from "./matrix/part.ts";
import { live } from "./model/run.ts";
import { run as model } from "./model/part.ts";
import { NO_LOSSES, type Part } from "./part.ts";
import { run as refunds } from "./refunds/part.ts";

const LIMIT = 120_000;

async function short(part: Part, seed: number) {
  const result = await part({ seed, scale: "short", count: null, report: () => undefined });
  expect(result.failures).toEqual([]);
  expect(result.losses).toEqual(NO_LOSSES);
  return result;
}

describe("in virtual time before the simulator's banks", () => {
  it(
    "random lives of a till end with books that agree",
    async () => {
      const { figures, runs } = await short(model, 1);
      expect(runs).toBe(30);
      expect(figures["median of steps"]).toBeGreaterThanOrEqual(30);
      // It has been about something: sales were paid, and hundreds of cells gone through.
      expect(figures["of them paid"]).toBeGreaterThan(15);
      expect(figures["of them cells that change something"]).toBeGreaterThan(60);
    },
    LIMIT,
  );

  it("the same seed is the same life", async () => {
    const [once, again] = [await live(77), await live(77)];
    expect(again.decisions).toEqual(once.decisions);
    expect(once.decisions.length).toBeGreaterThan(0);
  });

  it(
    "a lying clock, a wrong zone and a sleeping machine change no decision and lose nothing",
    async () => {
      const { figures } = await short(clock, 1);
      expect(figures["decisions that had to be the same"]).toBeGreaterThan(10);
    },
    LIMIT,
  );

  it(
    "what a lost answer means holds for a ninth of all calls × faults",
    async () => {
      const { runs } = await short(matrix, 1);
      expect(runs).toBeGreaterThan(40);
    },
    LIMIT,
  );

  it(
    "refund storms of two tills never give back more than was meant",
    async () => {
      const { figures } = await short(refunds, 1);
      expect(figures["ended refunded"]).toBeGreaterThan(5);
    },
    LIMIT,
  );
});
