/** Broken inputs, as many as the long run asks for: tests/fuzz. Whatever falls over or changes is a failure. */
import { fuzz } from "../../fuzz/all.ts";
import { NO_LOSSES, type Part } from "../part.ts";

const USUAL = { short: 5_000, long: 100_100 } as const;
/** Fewer of them past the envelope, and only the envelope would have been tried. */
const PAST = 0.3;

export const run: Part = async ({ seed, scale, count, report }) => {
  const found = await fuzz(count ?? USUAL[scale], seed, report);
  const share = found.past / found.inputs;
  const failures = found.failures.map((words) => `seed ${seed}: ${words}`);
  if (share < PAST) failures.push(`seed ${seed}: only ${(100 * share).toFixed(0)} % got past the envelope`);
  const each = found.targets.map(({ name, inputs, past }) => [name, `${inputs}, ${past} past the envelope`] as const);
  return {
    name: "fuzz",
    runs: found.inputs,
    unit: "inputs",
    figures: { "past the envelope": `${(100 * share).toFixed(0)} %`, ...Object.fromEntries(each) },
    losses: NO_LOSSES,
    failures,
    seeds: [seed],
  };
};
