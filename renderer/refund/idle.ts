import { useEffect, useEffectEvent, useState } from "react";

/** Seconds until nobody has touched anything for this long; then `end` is called. A touch or a key begins anew, and so does an end that ended nothing. */
export function useIdleEnd(seconds: number, end: () => void): number {
  const [left, setLeft] = useState(seconds);
  const finish = useEffectEvent(end);
  useEffect(() => {
    let endsAt = performance.now() + seconds * 1000;
    const touched = (): void => {
      endsAt = performance.now() + seconds * 1000;
      setLeft(seconds);
    };
    const timer = setInterval(() => {
      const rest = Math.max(0, Math.ceil((endsAt - performance.now()) / 1000));
      setLeft(rest);
      if (rest > 0) return;
      endsAt = performance.now() + seconds * 1000;
      finish();
    }, 500);
    addEventListener("pointerdown", touched, { capture: true });
    addEventListener("keydown", touched, { capture: true });
    return () => {
      clearInterval(timer);
      removeEventListener("pointerdown", touched, { capture: true });
      removeEventListener("keydown", touched, { capture: true });
    };
  }, [seconds]);
  return left;
}
