/** Some broken inputs; QABYL_FUZZ gives another count, QABYL_SEED another seed. */
import { beforeAll, describe, expect, it } from "vitest";
import { fuzz } from "./all.ts";
import { createMutator } from "./mutate.ts";
import type { Report } from "./target.ts";

const COUNT = Number(process.env["QABYL_FUZZ"] ?? 1_200);
const SEED = Number(process.env["QABYL_SEED"] ?? 6);

describe(`${COUNT} broken inputs from the seed ${SEED}`, () => {
  let report: Report;
  beforeAll(
    async () => {
      report = await fuzz(COUNT, SEED);
    },
    Math.max(240_000, COUNT * 20),
  );

  it("crash nothing and change nothing", () => {
    expect(report.failures).toEqual([]);
    expect(report.inputs).toBeGreaterThanOrEqual(COUNT * 0.99);
  });
  it("get past the envelope, three in ten of each kind at least", () => {
    for (const { name, inputs, past } of report.targets) expect(past / inputs, name).toBeGreaterThanOrEqual(0.3);
    expect(report.targets).toHaveLength(5);
  });
});

describe("the mutator", () => {
  it("does the same again from the same seed, and another thing from another", () => {
    const some = (seed: number): unknown[] => {
      const mutator = createMutator(seed);
      return Array.from({ length: 30 }, () => [
        mutator.value({ a: "text", b: [1, { c: null }] }),
        mutator.text("some text"),
      ]);
    };
    expect(some(7)).toEqual(some(7));
    expect(some(7)).not.toEqual(some(8));
  });
  it("leaves the whole as it was, and changes it nearly always", () => {
    const whole = { a: "text", b: [1, { c: null }] };
    const mutator = createMutator(1);
    const changed = Array.from({ length: 200 }, () => JSON.stringify(mutator.value(whole)));
    expect(whole).toEqual({ a: "text", b: [1, { c: null }] });
    expect(changed.filter((text) => text !== JSON.stringify(whole)).length).toBeGreaterThan(150);
  });
});
