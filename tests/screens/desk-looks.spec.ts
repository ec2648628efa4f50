/** The desk's screens in every size, language and theme: nothing cut off, nothing axe objects to, every word there. */
import { deskEn } from "../../renderer/messages/desk.en.ts";
import { deskKk } from "../../renderer/messages/desk.kk.ts";
import { deskRu } from "../../renderer/messages/desk.ru.ts";
import { DESK_STATES, openDesk } from "./support/desk.ts";
import { drawSmall, lookAtDesk, openEyes, THEMES } from "./support/eyes.ts";
import { quick } from "./support/hands.ts";
import { snapshot } from "./support/snapshots.ts";
import { expect, freshTest as test } from "./support/till.ts";

/** Kazakh is the longest, the small terminal the tightest. Between them the looks have each language, each size and each theme. */
const LOOKS = [
  { language: "kk", width: 800, height: 480, theme: "contrast" },
  { language: "ru", width: 1024, height: 768, theme: "light" },
  { language: "en", width: 1080, height: 1920, theme: "dark" },
  { language: "kk", width: 1080, height: 1920, theme: "light" },
] as const;
const KEYS = Object.keys(deskKk)
  .filter((key) => key.includes("."))
  .map((key) => `(?<![\\w.])${key.replaceAll(".", "\\.")}(?![\\w.])`)
  .join("|");

/** Some tests, so that two workers end together. */
const PARTS = 6;

for (let part = 0; part < PARTS; part++) {
  test(`U34, U38, U39: every screen of the desk fits and speaks in each language, size and theme, part ${part + 1}`, async ({
    till,
    page,
  }) => {
    await openEyes(page);
    const resize = await drawSmall(page);
    const faults: string[] = [];
    const hands = quick(till);
    let size = "";
    for (const [index, [name, state]] of Object.entries(DESK_STATES).entries()) {
      if (index % PARTS !== part) continue;
      await till.leave();
      await openDesk(hands, state);
      await expect(till.id("screen"), name).toHaveAttribute("data-screen", state.screen);
      // The languages' buttons cannot be reached behind a dialog.
      const dialog = (await page.locator("dialog[open]").count()) > 0;
      for (const [look, { language, width, height, theme }] of LOOKS.entries()) {
        if (size !== (size = `${width}x${height}`)) await resize({ width, height });
        await page.emulateMedia({ ...THEMES[theme], reducedMotion: "reduce" });
        if (dialog) {
          const app = { ...(state.snapshot?.app ?? snapshot().app), language };
          await till.show({ ...state.snapshot, app });
        }
        // The last look has no language and no theme that axe has not seen.
        const how = { language, theme, touch: !dialog, keys: KEYS, axe: look < 3 };
        for (const fault of await lookAtDesk(page, how)) faults.push(`${name} ${language} ${size} ${theme}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  });
}

test("U42: every word of the desk is there in each language, and a Kazakh number takes no suffix", () => {
  const keys = Object.keys(deskKk);
  expect(Object.keys(deskRu)).toEqual(keys);
  expect(Object.keys(deskEn)).toEqual(keys);
  // Words and names that Kazakh and Russian share.
  const shared =
    /^(Қабыл.*|Kaspi|Kaspi Pay|Halyk QR|Halyk ePay|Клиент \(ClientID\)|Терминал \(TerminalID\)|PIN|Api-Key|DNS|TCP|TLS|Сертификат|Касса|Кассир|Техник|Режим|Код: .*|\{\{.*\}\} мс)$/;
  for (const [key, text] of Object.entries(deskKk)) {
    if (!shared.test(text)) expect(text, key).not.toBe(deskRu[key as keyof typeof deskRu]);
    expect(text, key).not.toMatch(
      /(\}\}|\d)-?(ға|ге|қа|ке|да|де|та|те|нан|нен|дан|ден|тан|тен|ның|нің|дың|дің|тың|тің)(?![\p{L}])/iu,
    );
  }
});
