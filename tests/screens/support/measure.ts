/** What is measured on the page. Each function runs there, and so leans on nothing outside itself. */

/** What is cut off, covered, or would have to be scrolled to. */
export function findFaults(): string[] {
  const faults: string[] = [];
  const say = (element: Element, what: string): void => {
    const name = element.getAttribute("data-testid") ?? element.className.toString();
    faults.push(
      `${what}: ${element.tagName.toLowerCase()}.${name} "${(element.textContent ?? "").trim().slice(0, 40)}"`,
    );
  };
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) faults.push("the page scrolls");

  const visible = [...document.querySelectorAll<HTMLElement>("body *")].filter((element) => {
    if (
      element.closest("dialog:not([open]), [popover]:not(:popover-open), .sr, .above .phone h2, svg") ||
      !element.checkVisibility({ visibilityProperty: true })
    )
      return false;
    return element.getClientRects().length > 0;
  });
  const boxOf = (element: Element): DOMRect => element.getBoundingClientRect();

  for (const section of document.querySelectorAll<HTMLElement>(
    ".screen, .sky, .ground, .side, .result, .phone, .stamp",
  )) {
    // Lists are scrolled; what leads to money is not.
    if (getComputedStyle(section).overflowY === "auto") continue;
    if (section.scrollHeight > section.clientHeight + 1 && !section.matches(".sky, .side, .result"))
      say(section, "overflows downwards");
    if (section.scrollWidth > section.clientWidth + 1 && !section.matches(".sky")) say(section, "overflows sideways");
  }
  for (const element of visible) {
    // A name too long for the bar ends in dots; the whole of it stands beside the sum.
    if (element.closest(".shop")) continue;
    const list = element.closest(".scroll, .ops > .ground");
    if (list && list.scrollHeight > list.clientHeight + 1) continue;
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (!own) continue;
    const range = document.createRange();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect();
    if (text.width === 0) continue;
    if (text.left < -1 || text.top < -1 || text.right > innerWidth + 1 || text.bottom > innerHeight + 1)
      say(element, "leaves the window");
    const button = element.closest("button");
    if (button) {
      const box = boxOf(button);
      if (
        text.left < box.left - 1 ||
        text.right > box.right + 1 ||
        text.top < box.top - 1 ||
        text.bottom > box.bottom + 1
      )
        say(button, "text leaves its button");
    }
    for (let parent: HTMLElement | null = element; parent && parent !== document.body; parent = parent.parentElement) {
      const style = getComputedStyle(parent);
      if (style.overflow !== "hidden" && style.overflowX !== "hidden") continue;
      if (parent.matches(".till, .screen")) break;
      // Two lines of a very long shop name are enough.
      if (
        parent.matches(".who") &&
        parent.scrollHeight > parent.clientHeight + 1 &&
        (parent.textContent ?? "").length > 60
      )
        break;
      const box = boxOf(parent);
      if (text.right > box.right + 1 || text.bottom > box.bottom + 4) say(element, "is cut off");
    }
  }

  // Things that may never lie on one another: texts, controls, the QR.
  const solid = visible.filter((element) =>
    element.matches(
      "button, h1, h2, dt, dd, .who, .amount, .lead, .dim, .foot, .said, .steps li, .badges, .strip p, .shop b, .teststamp, .digits, .quote, .reason p, .saleno p, .phoneno, .small, .field, .find, .item > span, .plate:not(.empty), .sun",
    ),
  );
  const inks = solid.map(inkOf);
  for (const [index, one] of solid.entries()) {
    const a = inks[index] ?? inkOf(one);
    for (let next = index + 1; next < solid.length; next++) {
      const other = solid[next];
      const b = inks[next];
      if (!other || !b) continue;
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide <= 1 || high <= 2 || one.contains(other) || other.contains(one)) continue;
      if (one.closest(".faults, .sheet") === other.closest(".faults, .sheet"))
        say(
          one,
          `covers ${other.getAttribute("data-testid") ?? other.className} by ${Math.round(wide)}x${Math.round(high)}`,
        );
    }
  }
  // A strip has a ground of its own, which hides what it lies on.
  const amount = document.querySelector<HTMLElement>(".amount");
  for (const strip of amount ? document.querySelectorAll<HTMLElement>(".sky .strip") : []) {
    const hidden = amount ? boxOf(strip).bottom - inkOf(amount).top : 0;
    if (hidden > 2) say(strip, `hides ${Math.round(hidden)} of the amount`);
  }
  return faults;

  /** Its box, as far as a list that scrolls shows it. */
  function shownOf(element: HTMLElement): { left: number; right: number; top: number; bottom: number } {
    const { left, right, top, bottom } = boxOf(element);
    const list = element.closest(".scroll");
    if (!list) return { left, right, top, bottom };
    const edge = boxOf(list);
    return { left, right, top: Math.max(top, edge.top), bottom: Math.min(bottom, edge.bottom) };
  }

  /** Where an element has ink: for text the lines themselves, less the leading. */
  function inkOf(element: HTMLElement): { left: number; right: number; top: number; bottom: number } {
    const box = shownOf(element);
    if (element.matches("button, .field, .find, .plate, .sun, .teststamp")) return box;
    const range = document.createRange();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect();
    const trim = element.matches(".amount") ? text.height * 0.17 : 2;
    return {
      left: Math.max(box.left, text.left),
      right: Math.min(box.right, text.right),
      top: element.matches(".amount") ? text.top + trim : Math.max(box.top, text.top) + trim,
      bottom: element.matches(".amount") ? text.bottom - trim : Math.min(box.bottom, text.bottom) - trim,
    };
  }
}

/** Buttons with an edge shorter than `least` pixels. */
export function findSmall(least: number): string[] {
  return [...document.querySelectorAll<HTMLElement>("button")]
    .filter((button) => button.checkVisibility() && (button.offsetHeight < least || button.offsetWidth < least))
    .map((button) => `too small: ${button.dataset["testid"] ?? ""} ${button.offsetWidth}x${button.offsetHeight}`);
}

/** Buttons that stand closer to one another than `least` pixels: a finger would hit both. */
export function findNear(least: number): string[] {
  const buttons = [...document.querySelectorAll<HTMLElement>("button")].filter((button) => button.checkVisibility());
  const boxes = buttons.map((button) => button.getBoundingClientRect());
  const faults: string[] = [];
  for (const [index, a] of boxes.entries())
    for (let next = index + 1; next < boxes.length; next++) {
      const b = boxes[next] ?? a;
      const wide = Math.max(a.left, b.left) - Math.min(a.right, b.right);
      const high = Math.max(a.top, b.top) - Math.min(a.bottom, b.bottom);
      const apart = Math.max(wide, high);
      const [one, other] = [buttons[index], buttons[next]].map((button) => button?.dataset["testid"] ?? "");
      if (apart < least - 0.5) faults.push(`too near: ${one} and ${other}, ${Math.round(apart)}`);
    }
  return faults;
}

/** Primary buttons outside the part of the height, from `top` to `bottom` (shares of it), that everybody reaches. */
export function findFar(top: number, bottom: number): string[] {
  const primary = ".main, .payway, .good, .tongues button, [data-testid=more], [data-testid=less]";
  return [...document.querySelectorAll<HTMLElement>(primary)]
    .filter((button) => button.checkVisibility())
    .map((button) => ({ id: button.dataset["testid"] ?? "", box: button.getBoundingClientRect() }))
    .filter(({ box }) => box.top < innerHeight * top - 1 || box.bottom > innerHeight * bottom + 1)
    .map(({ id, box }) => `out of reach: ${id} ${Math.round(box.top)}-${Math.round(box.bottom)}`);
}

/** Keys that show through in place of their words (`keys` is a pattern of them), and words that were put together wrongly. */
export function findBadWords(keys: string): string[] {
  const text = document.body.innerText;
  return [/[{}]|undefined|NaN|\[object/, new RegExp(keys)]
    .map((bad) => bad.exec(text))
    .filter((found) => found !== null)
    .map(({ index }) => `no words: "${text.slice(Math.max(0, index - 20), index + 40)}"`);
}

/** Makes every sentence of the page 40 % longer, as another language may. What it returns takes that back. */
export function lengthen(): () => void {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: { readonly node: Text; readonly before: string }[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    texts.push({ node, before: node.data });
  }
  for (const { node, before } of texts) {
    // Sums, numbers, names and the languages' own names are the same in every language.
    if (
      !/\p{L}{3}/u.test(before) ||
      node.parentElement?.closest(
        ".amount, .digits, .shop, p.who, .foot b, .name, .langs, .tongues, .num, code, .badges b, dd, .teststamp",
      )
    )
      continue;
    const words = before.split(" ");
    let extra = Math.ceil(before.trim().length * 0.4);
    const added: string[] = [];
    for (let index = 0; extra > 0; index++) {
      const word = words[index % words.length]?.slice(0, Math.max(2, extra)) ?? "xx";
      added.push(word);
      extra -= word.length + 1;
    }
    node.data =
      words.length === 1 && before.trim().length < 12
        ? before.trim() + "ы".repeat(Math.ceil(before.trim().length * 0.4))
        : `${before} ${added.join(" ")}`;
  }
  return () => {
    for (const { node, before } of texts) if (node.data !== before) node.data = before;
  };
}
