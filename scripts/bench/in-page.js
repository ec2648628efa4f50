/**
 * Runs in the measured page before its own code: writes down when a person's hand came down, when a screen stood in the
 * document and when it had been painted. "Painted" is the start of the second frame after the change, that is, the first
 * one has been made by then: never too early, and up to one frame too late. Times are the page's performance.now().
 */
globalThis.bench = (() => {
  const screens = [];
  const waiting = [];
  let hand = null;

  const onHand = (event) => {
    if (event.type === "keydown" && event.key !== "Enter") return;
    // The event carries the moment the browser got it from the device, before the page had time for it.
    hand = Math.min(event.timeStamp, performance.now());
  };
  addEventListener("pointerdown", onHand, true);
  addEventListener("keydown", onHand, true);

  const nameNow = () => {
    const screen = document.querySelector("[data-testid=screen]");
    if (!screen) return document.querySelector("[data-testid=blank]") ? "blank" : null;
    const name = screen.getAttribute("data-screen");
    if (name === "qr") return screen.querySelector("svg[data-testid=qr]") ? "qr" : null;
    if (name === "idle") {
      const keys = [...screen.querySelectorAll("[data-testid^=key-]")];
      const dead = (key) => key.disabled || key.getAttribute("aria-disabled") === "true";
      return keys.length >= 10 && !keys.some(dead) ? "idle" : null;
    }
    return name;
  };

  const look = () => {
    const name = nameNow();
    if (name === null || name === screens.at(-1)?.name) return;
    const entry = { name, hand, inDocument: performance.now(), painted: null };
    screens.push(entry);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        entry.painted = performance.now();
        for (const wait of waiting.splice(0)) wait();
      }),
    );
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["data-screen", "aria-disabled", "disabled"],
  });

  return {
    /** The screen now; resolves when it is called so and painted. */
    async until(name) {
      for (;;) {
        const last = screens.at(-1);
        if (last?.name === name && last.painted !== null) return last;
        await new Promise((resolve) => waiting.push(resolve));
      }
    },
    payload: () => document.querySelector("svg[data-testid=qr]")?.getAttribute("data-payload") ?? null,
    /** Where the way to pay can be tapped; null while it cannot. */
    payAt(provider) {
      const tile = document.querySelector(`[data-testid=pay-${provider}]`);
      if (!tile || tile.getAttribute("aria-disabled") === "true") return null;
      const { left, top, width, height } = tile.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    },
    /** What to add to performance.now() to have the system's clock: the latest of some edges of whole milliseconds. */
    wallOffset() {
      let offset = -Infinity;
      for (let i = 0; i < 8; i += 1) {
        const before = Date.now();
        while (Date.now() === before);
        offset = Math.max(offset, Date.now() - performance.now());
      }
      return offset;
    },
  };
})();
