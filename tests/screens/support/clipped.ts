/** Runs in the page: what is cut off. The pane scrolls downwards, and nothing else does. */
export function findClipped(): string[] {
  const faults: string[] = [];
  const name = (element: Element): string =>
    `${element.tagName.toLowerCase()}.${element.className.toString()} "${(element.textContent ?? "").trim().slice(0, 40)}"`;
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight) faults.push("the page scrolls");
  const modal = document.querySelector("dialog[open]");
  for (const element of (modal ?? document).querySelectorAll<HTMLElement>("body *, dialog *")) {
    if (element.closest("svg, .sr, dialog:not([open]), textarea") || !element.checkVisibility()) continue;
    // For a screen reader alone.
    if (getComputedStyle(element).clipPath !== "none") continue;
    const box = element.getBoundingClientRect();
    if (element.matches(".pane, .sheet, .ground, .railbox") && element.scrollWidth > element.clientWidth + 1)
      faults.push(`overflows sideways: ${name(element)}`);
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    if (!own || element.closest(".shop")) continue;
    const range = document.createRange();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect();
    if (text.width === 0) continue;
    if (text.left < -1 || text.right > innerWidth + 1) faults.push(`leaves the window: ${name(element)}`);
    if (text.right > box.right + 1 && getComputedStyle(element).display !== "inline")
      faults.push(`leaves its box: ${name(element)}`);
    if (!element.closest(".pane, .sheet, .railbox, .sectionlist") && text.bottom > innerHeight + 1)
      faults.push(`out of reach: ${name(element)}`);
    const button = element.closest("button");
    if (button) {
      const edge = button.getBoundingClientRect();
      if (
        text.left < edge.left - 1 ||
        text.right > edge.right + 1 ||
        text.top < edge.top - 1 ||
        text.bottom > edge.bottom + 1
      )
        faults.push(`leaves its button: ${name(button)}`);
    }
  }
  return faults;
}
