/** Short runs of the proof of vending; `npm run prove -- --long` makes the long ones. */
import { expect, it } from "vitest";
import { plainMemory, type Memory } from "../../simulator/machine/memory.ts";
import { addLosses, NO_LOSSES } from "./part.ts";
import { live, NAMED } from "./vending/life.ts";
import { run } from "./vending/part.ts";

it("whoever is killed at whatever point of a sale: exactly one of goods or money back", async () => {
  const result = await run({ seed: 1, scale: "short", count: null, report: () => undefined });
  expect(result.failures).toEqual([]);
  expect(result.losses).toEqual(NO_LOSSES);
  const { figures } = result;
  expect(result.runs).toBe(96);
  expect(figures["paid"]).toBeGreaterThan(85);
  expect(figures["ended with the goods"]).toBeGreaterThan(20);
  expect(figures["ended with the money back"]).toBeGreaterThan(20);
  for (const at of NAMED) expect(figures[`killed ${at}`], at).toBeGreaterThan(0);
  expect(figures["of them processes killed"]).toBeGreaterThanOrEqual(12);
}, 120_000);

it("the same seed is the same life", async () => {
  const [once, again] = [await live(77), await live(77)];
  expect(again).toEqual(once);
});

/** Writes nothing down before the motor turns. */
function forgetful(): Memory {
  const kept = plainMemory();
  return {
    read: kept.read,
    write: (state) =>
      kept.write({
        ...state,
        orders: state.orders.map((one) => (one.stage === "turning" ? { ...one, stage: "asked" } : one)),
      }),
  };
}

it("finds the goods that a machine without a memory gives twice", async () => {
  const at = NAMED.indexOf("machine: goods fallen");
  const lives = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => live(n * (NAMED.length + 1) + at, forgetful())));
  expect(addLosses(lives.map(({ losses }) => losses)).doubled).toBeGreaterThan(0);
});
