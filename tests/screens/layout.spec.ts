import { faultsOf, lengthen } from "./support/measure.ts";
import { awaitingScan, STATES, TRAINING, snapshot } from "./support/snapshots.ts";
import { expect, test } from "./support/till.ts";

const SIZES = [
  [1024, 768],
  [1080, 1920],
  [800, 480],
] as const;
const ALL = { ...STATES, ...TRAINING };
const LONG = {
  name: "Қарағанды қаласындағы «Береке» азық-түлік дүкені",
  address: "Бұқар жырау даңғылы, 49/6",
  supportPhone: "+7 727 000 00 00",
};
const RELAXED = { screen: { autoReturnSeconds: 30, idleSeconds: 60 } };

for (const [width, height] of SIZES) {
  for (const language of ["kk", "ru", "en"] as const) {
    test(`U34: nothing scrolls, is cut off or covered at ${width}x${height}, ${language}`, async ({ till, page }) => {
      await page.setViewportSize({ width, height });
      const app = { ...snapshot().app, language };
      const faults: string[] = [];
      for (const [name, state] of Object.entries(ALL)) {
        await till.reach(state, { app, ...RELAXED });
        for (const fault of await faultsOf(page)) faults.push(`${name}: ${fault}`);
      }
      expect(faults).toEqual([]);
    });
  }

  test(`a long shop name fits at ${width}x${height}`, async ({ till, page }) => {
    await page.setViewportSize({ width, height });
    const faults: string[] = [];
    for (const [name, state] of Object.entries(ALL)) {
      if (name === "setup") continue;
      await till.reach(state, { app: snapshot().app, merchant: LONG, ...RELAXED });
      for (const fault of await faultsOf(page)) faults.push(`${name}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });

  test(`U42: words 40 % longer than the English ones are not cut off at ${width}x${height}`, async ({ till, page }) => {
    await page.setViewportSize({ width, height });
    const faults: string[] = [];
    for (const [name, state] of Object.entries(STATES)) {
      // The words of the last round were changed behind React's back: only another screen makes it write them anew.
      await till.show(["idle", "amount", "offline"].includes(state.screen) ? { current: awaitingScan() } : {});
      await till.reach(state, { app: { ...snapshot().app, language: "en" }, ...RELAXED });
      await lengthen(page);
      for (const fault of await faultsOf(page)) faults.push(`${name}: ${fault}`);
    }
    expect(faults).toEqual([]);
  });
}
