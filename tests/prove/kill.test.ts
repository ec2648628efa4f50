/** A few deaths of the real program by SIGKILL; `npm run prove -- --long` has a thousand. */
import { expect, it } from "vitest";
import { NO_LOSSES } from "./part.ts";
import { run } from "./kill/part.ts";

it("killed in the middle of anything it loses nothing, doubles nothing and is back with the same picture", async () => {
  const { runs, losses, failures, figures } = await run({
    seed: 20,
    scale: "short",
    count: null,
    report: () => undefined,
  });
  expect(failures).toEqual([]);
  expect(losses).toEqual(NO_LOSSES);
  expect(runs, JSON.stringify(figures)).toBeGreaterThanOrEqual(14);
}, 120_000);
