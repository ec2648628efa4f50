import { useEffect, useEffectEvent } from "react";

const TAPS = 5;
const WITHIN_MS = 3_000;
/** Large enough for a finger (design U33), small enough that nobody finds it by leaning on the screen. */
const SIDE = 0.09;
const LEAST_PX = 64;
const MOST_PX = 120;

/**
 * The technician's corner: five taps in the top right corner of the till's box within three seconds (design U35). It is a
 * place, not an element: nothing to see, to reach by keys or to find in the page.
 */
export function useCorner(open: () => void): void {
  const found = useEffectEvent(open);
  useEffect(() => {
    let taps: number[] = [];
    const tap = ({ clientX, clientY, isPrimary, timeStamp }: PointerEvent): void => {
      const till = document.querySelector(".till");
      if (!isPrimary || !till) return;
      const { right, top, width, height } = till.getBoundingClientRect();
      const side = Math.min(MOST_PX, Math.max(LEAST_PX, Math.min(width, height) * SIDE));
      const inside = clientX > right - side && clientX <= right && clientY >= top && clientY < top + side;
      taps = inside ? [...taps.filter((at) => timeStamp - at < WITHIN_MS), timeStamp] : [];
      if (taps.length < TAPS) return;
      taps = [];
      found();
    };
    addEventListener("pointerdown", tap, { capture: true });
    return () => removeEventListener("pointerdown", tap, { capture: true });
  }, []);
}
