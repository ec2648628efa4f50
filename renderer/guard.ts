/**
 * What the browser below the page must not do where a customer stands alone: its keys, its mouse buttons, its two-finger
 * gestures, a file dropped on it. In an app window the page is asked before the browser is; docs/kiosk.md says who closes the rest.
 */
import { isCustomersKey } from "../contract/keys.ts";

/** Installed once, for good; `unattended` is asked at each event. */
export function guardPage(unattended: () => boolean): void {
  const on = <N extends keyof WindowEventMap>(
    names: readonly N[],
    stops: (event: WindowEventMap[N]) => boolean,
  ): void => {
    for (const name of names)
      addEventListener(
        name,
        (event) => {
          if (unattended() && stops(event)) event.preventDefault();
        },
        { capture: true, passive: false },
      );
  };
  addEventListener(
    "keydown",
    (event) => {
      const { key, ctrlKey: control, altKey: alt, shiftKey: shift, metaKey: meta } = event;
      if (!unattended() || isCustomersKey({ key, control, alt, shift, meta })) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
  // 1 scrolls by itself and opens links elsewhere; 3 and 4 go through the history.
  on(["mousedown", "mouseup", "auxclick"], ({ button }) => button === 1 || button > 2);
  on(["wheel"], ({ ctrlKey }) => ctrlKey);
  on(["touchstart", "touchmove"], ({ touches }) => touches.length > 1);
  on(["selectstart"], ({ target }) => !(target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement));
  // The till's own pages have no links but to what they made themselves.
  on(["click"], ({ target }) => {
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>("a[href]") : null;
    return link !== null && (link.origin !== location.origin || link.target !== "");
  });
  // A file that is dropped takes the page's place; no till has a use for one.
  for (const name of ["dragover", "drop"] as const) addEventListener(name, (event) => event.preventDefault());
}
