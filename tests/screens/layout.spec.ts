/**
 * Every state of the screen, at every size: design U33, U34, U38, U39, U42. A state is brought up once for a size, and
 * there everything is looked at: in each language, with a long shop name, with words 40 % longer than the English ones.
 */
import { backKk } from "../../renderer/messages/back.kk.ts";
import { cardKk } from "../../renderer/messages/card.kk.ts";
import { doubtKk } from "../../renderer/messages/doubt.kk.ts";
import { kk } from "../../renderer/messages/kk.ts";
import { DOUBT_STATES } from "./support/doubts.ts";
import { drawSmall, lookAround, openEyes, THEMES } from "./support/eyes.ts";
import { snapshot, STATES, TRAINING } from "./support/snapshots.ts";
import { expect, freshTest as test } from "./support/till.ts";

const ALL = Object.entries({ ...STATES, ...TRAINING, ...DOUBT_STATES });
const LANGUAGES = ["kk", "ru", "en"] as const;
/**
 * Each size in another theme: themes change colours, sizes change boxes, and nothing depends on both. So every state is
 * seen in every theme; the theme with the most lines goes with the tightest screen. The kiosk has the larger targets.
 */
const WALKS = [
  { width: 1024, height: 768, theme: "light", least: 44 },
  { width: 1080, height: 1920, theme: "dark", least: 64 },
  { width: 800, height: 480, theme: "contrast", least: 44 },
] as const;
/** A walk is several tests, so that two workers end together. */
const PARTS = 4;

const LONG = {
  name: "Қарағанды қаласындағы «Береке» азық-түлік дүкені",
  address: "Бұқар жырау даңғылы, 49/6",
  supportPhone: "+7 727 000 00 00",
};
const RELAXED = { screen: { autoReturnSeconds: 30, idleSeconds: 60 } };
const KEYS = Object.keys({ ...kk, ...backKk, ...cardKk, ...doubtKk })
  .filter((key) => key.includes("."))
  .map((key) => key.replaceAll(".", "\\."))
  .join("|");

/** To axe, states that differ only in a number are one: the same elements, the same colours. So is the frame of the training mode. */
const sameToAxe = (name: string): boolean =>
  /-(max|tiyn|three|typed|two|sum|none|above|warn-low)$|^(amount-below|expired-settled|cancelled-watched|refund-pending-silent|refund-lost-banner|sale-lost|card-creating|deciding|threeds|card-open|sale-held|doubt-beside-.*)$/.test(
    name,
  ) ||
  (name in TRAINING && !["training-qr", "training-confirming"].includes(name));

for (const [walk, { width, height, theme, least }] of WALKS.entries()) {
  for (let part = 0; part < PARTS; part++) {
    test(`U33, U34, U38, U39, U42: nothing is wrong with any state at ${width}x${height}, ${theme}, part ${part + 1}`, async ({
      till,
      page,
    }) => {
      const resize = await drawSmall(page);
      await resize({ width, height });
      await page.emulateMedia({ ...THEMES[theme], reducedMotion: "reduce" });
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      await openEyes(page);
      const faults: string[] = [];
      for (const [index, [name, state]] of ALL.entries()) {
        if (index % PARTS !== part) continue;
        const shown = await till.reach(state, RELAXED);
        const long = { ...shown, merchant: LONG, version: snapshot().version };
        // One language a walk: over the three walks axe sees every state in each language and in each theme.
        const axeIn = sameToAxe(name) ? null : (LANGUAGES[(Math.floor(index / PARTS) + walk) % 3] ?? null);
        const again = { ...shown, version: snapshot().version };
        // The training mode teaches in the till's own three languages; there is no room for a fourth beside its phone.
        const longWords = !(name in TRAINING);
        for (const fault of await lookAround(page, { shown: again, long, axeIn, least, keys: KEYS, longWords }))
          faults.push(`${name}, ${fault}`);
      }
      expect(faults).toEqual([]);
    });
  }
}
