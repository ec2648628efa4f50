/** The eyes that look at a page: they are put into it once, and then one call sees a whole state. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "playwright/test";
import type { Snapshot } from "../../../contract/snapshot.ts";
import type { Language } from "../../../contract/states.ts";
import { findWeak } from "./contrast.ts";
import { findClipped } from "./clipped.ts";
import { findBadWords, findFar, findFaults, findNear, findSmall, lengthen } from "./measure.ts";

/** What axe holds a page to. */
export const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const THEMES = {
  light: { colorScheme: "light", contrast: "no-preference" },
  dark: { colorScheme: "dark", contrast: "no-preference" },
  contrast: { colorScheme: "light", contrast: "more" },
} as const;

interface Axe {
  run(
    where: Document,
    how: object,
  ): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>;
}

/** What axe says of the page as it is; of colours only where findWeak does not look at each of them anyway. */
async function askAxe(tags: readonly string[], colours: boolean): Promise<string[]> {
  const { axe } = window as unknown as { axe: Axe };
  const rules = { "color-contrast": { enabled: colours } };
  const { violations } = await axe.run(document, { runOnly: tags, rules, resultTypes: ["violations"], preload: false });
  return violations.map(
    ({ id, impact, nodes }) => `${id} (${impact}) ${nodes.map(({ html }) => html.slice(0, 90)).join(" | ")}`,
  );
}

/** Switches the language by its button, as a finger would: a button that something lies on is not touched. */
function touchLanguage(language: string): string[] {
  const button = document.querySelector<HTMLElement>(`[data-testid=language-${language}]`);
  if (!button) return [`no button for ${language}`];
  const { left, top, width, height } = button.getBoundingClientRect();
  // A list over the screen is closed before anything else is touched.
  const modal = document.querySelector("dialog[open]") !== null;
  if (!modal && !button.contains(document.elementFromPoint(left + width / 2, top + height / 2)))
    return [`the button for ${language} is covered`];
  button.click();
  return [];
}

const painted = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

/** What the page needs before it is measured. React is done in one turn; only the QR is fitted to its plate in a frame. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    if (document.querySelector(".plate svg")) requestAnimationFrame(() => setTimeout(resolve));
    else {
      // A timer would let a frame be drawn, for nobody.
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => resolve(), { once: true });
      port1.start();
      port2.postMessage(null);
    }
  });

const EYES = {
  findFaults,
  findClipped,
  findWeak,
  findSmall,
  findNear,
  findFar,
  findBadWords,
  lengthen,
  askAxe,
  touchLanguage,
  painted,
  settled,
};

declare global {
  interface Window {
    eyes: typeof EYES;
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A way to give the page its sizes. It is laid out as ever but painted at a tenth: painting takes a quarter of a look, and
 * nobody sees the picture. Boxes, media, colours and what lies on what stay as they are; a mouse would miss, and a picture
 * taken in this tab later is blurred, so the page is one of the test's own.
 */
export async function drawSmall(page: Page): Promise<(size: Size) => Promise<void>> {
  const session = await page.context().newCDPSession(page);
  return async ({ width, height }) => {
    await page.setViewportSize({ width, height });
    await session.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      screenWidth: width,
      screenHeight: height,
      deviceScaleFactor: 1,
      mobile: false,
      scale: 0.1,
    });
  };
}

/** Puts the eyes and axe's half megabyte into the page. */
export async function openEyes(page: Page): Promise<void> {
  await new AxeBuilder({ page }).setLegacyMode().withRules("html-has-lang").analyze();
  const all = Object.entries(EYES).map(([name, eye]) => `${name}: ${String(eye)}`);
  await page.evaluate(`window.eyes = { ${all.join(", ")} }; undefined`);
}

interface Look {
  readonly shown: Snapshot;
  /** The same under another name of the shop. */
  readonly long: Snapshot;
  /** The language in which axe looks; null: it does not. */
  readonly axeIn: Language | null;
  /** The least edge of a target, in pixels. */
  readonly least: number;
  /** A pattern of the keys of all words. */
  readonly keys: string;
  /** Whether words 40 % longer than the English ones have to fit as well. */
  readonly longWords: boolean;
}

/** Everything that is wrong with the state on the screen, in three languages, with a long name and with long words. */
export function lookAround(page: Page, look: Look): Promise<string[]> {
  return page.evaluate(
    async ({ shown, long, axeIn, least, keys, longWords, tags }) => {
      const { eyes, fakeTill } = window;
      const faults: string[] = [];
      const say = (where: string, found: readonly string[]): void => {
        for (const fault of found) faults.push(`${where}: ${fault}`);
      };
      for (const language of ["kk", "en", "ru"]) {
        say(language, eyes.touchLanguage(language));
        await eyes.settled();
        if (document.documentElement.lang !== language) say(language, ["the language did not change"]);
        say(language, eyes.findFaults());
        say(language, eyes.findSmall(least));
        say(language, eyes.findBadWords(keys));
        if (language === axeIn) say(language, await eyes.askAxe(tags, true));
        if (language === "kk") {
          fakeTill.push(long);
          await eyes.settled();
          say("long name", eyes.findFaults());
          fakeTill.push(shown);
        }
        if (language === "en" && longWords) {
          const shorten = eyes.lengthen();
          await eyes.settled();
          say("long words", eyes.findFaults());
          shorten();
        }
      }
      say("colours", eyes.findWeak());
      return faults;
    },
    { ...look, tags: RULES },
  );
}

interface DeskLook {
  readonly language: Language;
  readonly theme: keyof typeof THEMES;
  /** Whether the language is switched here, by its button. */
  readonly touch: boolean;
  readonly keys: string;
  readonly axe: boolean;
}

/** Everything that is wrong with the screen of the desk as it is, in one language; with `axe`, axe looks too. */
export function lookAtDesk(page: Page, look: DeskLook): Promise<string[]> {
  return page.evaluate(
    async ({ language, theme, touch, keys, axe, tags }) => {
      const { eyes } = window;
      const faults = touch ? eyes.touchLanguage(language) : [];
      await eyes.painted();
      const { lang, dataset } = document.documentElement;
      if (lang !== language) faults.push("the language did not change");
      if (dataset["theme"] !== theme) faults.push("the theme did not change");
      return [
        ...faults,
        ...eyes.findClipped(),
        ...eyes.findBadWords(keys),
        ...eyes.findWeak(),
        ...(axe ? await eyes.askAxe(tags, false) : []),
      ];
    },
    { ...look, tags: RULES },
  );
}
