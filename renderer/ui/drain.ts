/** Leaving by itself: the line drains, and a touch or a key says that somebody stays. */

/**
 * Drains `line` over `ms` and tells `stays` of every touch and key that does not leave by `done` anyway (design U18). Still with
 * reduced motion. Returns the end of it.
 */
export function drainUntilTouched(line: HTMLElement | null, ms: number, stays: () => void): () => void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const drain = still
    ? undefined
    : line?.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], {
        duration: ms,
        fill: "forwards",
        pseudoElement: "::after",
      });
  const stop = (event: Event): void => {
    const on = event.target instanceof Element ? event.target.closest("button") : null;
    const onDone = on?.matches("[data-testid=done]") === true;
    const leaves = event instanceof KeyboardEvent ? event.key === "Enter" && (onDone || on === null) : onDone;
    if (!leaves) stays();
  };
  addEventListener("pointerdown", stop, { capture: true });
  addEventListener("keydown", stop, { capture: true });
  return () => {
    drain?.cancel();
    removeEventListener("pointerdown", stop, { capture: true });
    removeEventListener("keydown", stop, { capture: true });
  };
}
