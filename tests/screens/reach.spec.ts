/** Who stands low or sits, has large fingers or weak eyes: design U33, U40, features row 40. */
import type { Page } from "playwright/test";
import { quick } from "./support/hands.ts";
import { drawn, KIOSK_STATES, reachKiosk } from "./support/kiosk.ts";
import { snapshot, STATES } from "./support/snapshots.ts";
import { expect, test } from "./support/till.ts";

const LANGUAGES = ["kk", "ru", "en"] as const;
/** What leads on, as it is called on the screens; the rest leads away. */
const PRIMARY = ".btn.main, .payway, .tongues button, .good";

test.beforeEach(async ({ page }) => {
  await page.route("**/pictures/**", (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: drawn(new URL(route.request().url()).pathname) }),
  );
});
test.afterEach(({ page }) => page.unrouteAll());

/** Runs in the page: buttons too small, too near one another, or the main ones out of reach of a low arm. */
function findOutOfReach(primary: string): string[] {
  const faults: string[] = [];
  const boxes = [...document.querySelectorAll<HTMLElement>(".self button")]
    .filter((button) => button.checkVisibility())
    .map((button) => ({ button, box: button.getBoundingClientRect() }));
  const name = (button: HTMLElement): string => button.dataset["testid"] ?? button.className;
  for (const [index, { button, box }] of boxes.entries()) {
    const [top, bottom] = [box.top / innerHeight, box.bottom / innerHeight];
    if (box.width < 64 || box.height < 64) faults.push(`small: ${name(button)} ${box.width}x${box.height}`);
    if (button.matches(primary) && (top < 0.395 || bottom > 0.805))
      faults.push(`out of reach: ${name(button)} ${top.toFixed(3)} to ${bottom.toFixed(3)}`);
    for (const other of boxes.slice(index + 1)) {
      const across = Math.max(other.box.left - box.right, box.left - other.box.right);
      const down = Math.max(other.box.top - box.bottom, box.top - other.box.bottom);
      if (Math.max(across, down) < 11.5)
        faults.push(`too near: ${name(button)} and ${name(other.button)}, ${Math.max(across, down).toFixed(1)} px`);
    }
  }
  // 8.6 mm on a 24-inch panel of 1080 x 1920 is a capital of 31 px, and so a letter size of 44 (EN 301 549, 5.1.4).
  for (const element of document.querySelectorAll<HTMLElement>(
    ".self .lead, .self .steps li, .self .three dd, .self .btn, .self .said b",
  )) {
    const size = Number.parseFloat(getComputedStyle(element).fontSize);
    if (element.checkVisibility() && element.textContent !== "" && size < 44)
      faults.push(`letters of ${size} px: ${element.className} "${(element.textContent ?? "").slice(0, 30)}"`);
  }
  return faults;
}

test("U33, U40: at a kiosk what leads on stands between 40 and 80 % of the height, large and apart, in large letters", async ({
  till,
  page,
}) => {
  await page.setViewportSize({ width: 1080, height: 1920 });
  const faults: string[] = [];
  for (const [name, state] of Object.entries(KIOSK_STATES)) {
    await reachKiosk(quick(till), state);
    for (const fault of await page.evaluate(findOutOfReach, PRIMARY)) faults.push(`${name}, ${fault}`);
  }
  expect(faults).toEqual([]);
});

/**
 * Runs in the page: what is lost of a screen that scrolls. The page is as wide as the box, so nothing may stand beside it; no
 * text is cut, none lies on another, and each button can be brought under the finger.
 */
function findLost(): string[] {
  const faults: string[] = [];
  const label = (element: Element): string =>
    `${element.tagName.toLowerCase()}.${element.getAttribute("data-testid") ?? element.className.toString()} "${(element.textContent ?? "").trim().slice(0, 30)}"`;
  const seen = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true }) &&
    !element.closest("dialog:not([open]), [popover]:not(:popover-open), .sr, svg") &&
    getComputedStyle(element).clipPath === "none";
  const texts: { element: Element; lines: DOMRect[] }[] = [];
  const root = document.querySelector("dialog[open]") ?? document.querySelector(".till") ?? document.body;
  for (const element of root.querySelectorAll("*")) {
    if (!seen(element)) continue;
    const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (own.length === 0) continue;
    // The digits of a sum fill two thirds of their line, and stand in a row of their own making.
    const trim = element.closest(".amount") ? 0.2 : 0;
    const lines = own.flatMap((node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()].map(
        ({ x, y, width, height }) => new DOMRect(x, y + height * trim, width, height * (1 - 2 * trim)),
      );
    });
    // A list that scrolls in a dialog shows a part of itself at a time.
    if (!element.closest(".told dl")) texts.push({ element, lines });
    const text = {
      left: Math.min(...lines.map(({ left }) => left)),
      right: Math.max(...lines.map(({ right }) => right)),
    };
    if (text.left < -1 || text.right > innerWidth + 1) faults.push(`beside the window: ${label(element)}`);
    for (let box: Element | null = element; box && !box.matches(".till"); box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const scrolls = ["auto", "scroll"].includes(style.overflowY);
      const edge = box.getBoundingClientRect();
      if (text.right > edge.right + 1 || text.left < edge.left - 1) faults.push(`cut at the side: ${label(element)}`);
      if (!scrolls && lines.some(({ bottom, top }) => bottom - 4 > edge.bottom || top + 4 < edge.top))
        faults.push(`cut off: ${label(element)}`);
      if (scrolls) break;
    }
  }
  for (const [index, one] of texts.entries())
    for (const other of texts.slice(index + 1)) {
      if (one.element.contains(other.element) || other.element.contains(one.element)) continue;
      if (one.element.closest(".amount") && other.element.closest(".amount")) continue;
      const over = one.lines.some((a) =>
        other.lines.some(
          (b) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
            // Less the leading.
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) * 0.3,
        ),
      );
      if (over) faults.push(`${label(one.element)} lies on ${label(other.element)}`);
    }
  for (const button of root.querySelectorAll<HTMLElement>("button")) {
    if (!seen(button)) continue;
    button.scrollIntoView({ block: "center" });
    const box = button.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!at || !button.contains(at)) faults.push(`out of reach: ${label(button)}`);
    if (box.width < 44 || box.height < 44) faults.push(`small: ${label(button)} ${box.width}x${box.height}`);
  }
  const screen = document.querySelector(".screen");
  if (screen && screen.scrollWidth > screen.clientWidth + 1)
    faults.push(`scrolls sideways by ${screen.scrollWidth - screen.clientWidth}`);
  screen?.scrollTo(0, 0);
  const code = document.querySelector(".plate:not(.empty) svg")?.getBoundingClientRect();
  if (code && (code.width < 200 || code.left < 0 || code.right > innerWidth))
    faults.push(`the code is ${code.width} px wide`);
  return faults;
}

/** 200 %, as the browser's own zoom makes it: half as many pixels to lay out, each twice as large. */
const ZOOMED = { width: 512, height: 384 };

/** The letters of a text at its usual size and now, in pixels of the panel. */
const letters = (page: Page, selector: string): Promise<number> =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => Number.parseFloat(getComputedStyle(element).fontSize));

test("row 40: at 200 % no payment screen of the cashier loses a word or a button", async ({ till, page }) => {
  await page.setViewportSize(ZOOMED);
  const faults: string[] = [];
  for (const [index, [name, state]] of Object.entries(STATES).entries()) {
    if (
      ![
        "idle",
        "amount",
        "creating",
        "qr",
        "confirming",
        "result",
        "in-doubt",
        "offline",
        "invoice",
        "threeds",
      ].includes(state.screen)
    )
      continue;
    const language = LANGUAGES[index % 3] ?? "ru";
    const app = { ...snapshot().app, ...state.snapshot().app, language };
    await till.reach(state, { app, screen: { autoReturnSeconds: 30, idleSeconds: 60 } });
    for (const fault of await page.evaluate(findLost)) faults.push(`${name} in ${language}, ${fault}`);
  }
  expect(faults).toEqual([]);
});

test("row 40: at 200 % no screen of a kiosk loses a word or a button", async ({ till, page }) => {
  await page.setViewportSize(ZOOMED);
  const faults: string[] = [];
  for (const [index, [name, state]] of Object.entries(KIOSK_STATES).entries()) {
    const shown = await reachKiosk(quick(till), state);
    const language = LANGUAGES[index % 3] ?? "ru";
    await till.show({ ...shown, app: { ...shown.app, language }, version: snapshot().version });
    for (const fault of await page.evaluate(findLost)) faults.push(`${name} in ${language}, ${fault}`);
  }
  expect(faults).toEqual([]);
});

test("200 % is twice the size of what is read", async ({ till, page }) => {
  const shown = STATES["in-doubt"];
  if (!shown) throw new Error("no such state");
  await till.reach(shown);
  for (const selector of [".three dd", ".three dt", ".btn", ".top", ".title"]) {
    await page.setViewportSize({ width: 1024, height: 768 });
    const usual = await letters(page, selector);
    await page.setViewportSize(ZOOMED);
    expect(2 * (await letters(page, selector)), selector).toBeGreaterThanOrEqual(2 * usual - 1);
  }
});
