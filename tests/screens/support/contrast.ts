/**
 * Runs in the page: texts below 4.5:1 (large ones 3:1) and outlines of controls below 3:1, each against what lies under it.
 * axe leaves the texts of the sky undecided: the line and the sun lie in the same boxes.
 */
export function findWeak(): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  // Reading a pixel back is slow, and a page has a dozen colours.
  const known = new Map<string, { value: number; alpha: number }>();
  const light = (color: string): { value: number; alpha: number } => {
    const before = known.get(color);
    if (before) return before;
    const now = read(color);
    known.set(color, now);
    return now;
  };
  const read = (color: string): { value: number; alpha: number } => {
    if (!canvas) throw new Error("no canvas");
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = canvas.getImageData(0, 0, 1, 1).data;
    const linear = (part: number): number =>
      part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4;
    return { value: 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue), alpha };
  };
  const ratio = (one: string, other: string): number => {
    const [a, b] = [light(one).value, light(other).value];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const under = (element: Element | null): string => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (light(backgroundColor).alpha === 255) return backgroundColor;
    }
    return "white";
  };
  const weak: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>("body *")) {
    if (element.closest("svg, .sr, dialog:not([open]), [popover]:not(:popover-open)") || !element.checkVisibility())
      continue;
    const style = getComputedStyle(element);
    const name = `${element.tagName.toLowerCase()}.${element.className} "${(element.textContent ?? "").trim().slice(0, 24)}"`;
    if ([...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())) {
      const size = Number.parseFloat(style.fontSize);
      const needed = size >= 24 || (size >= 18.7 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      const found = ratio(style.color, under(element));
      if (found < needed) weak.push(`${name}: ${found.toFixed(2)}`);
    }
    if (
      element.matches(".btn, .tile, .key.fn, .signal") &&
      light(style.borderTopColor).alpha > 0 &&
      Number.parseFloat(style.borderTopWidth) > 0
    ) {
      const around = under(element.parentElement);
      const filled = light(style.backgroundColor).alpha === 255 ? ratio(style.backgroundColor, around) : 1;
      const found = Math.max(ratio(style.borderTopColor, around), filled);
      if (found < 3) weak.push(`${name} outline: ${found.toFixed(2)}`);
    }
  }
  return weak;
}
