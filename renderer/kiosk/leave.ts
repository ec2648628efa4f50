import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useStore } from "../store.ts";
import { drainUntilTouched } from "../ui/drain.ts";
import { stayAt } from "./visit.ts";

/** Asked for again after this, where the till did not answer. */
const AGAIN_MS = 5_000;

/**
 * Leaves a result after so many seconds. Any touch or key but the one on `done` stops that; from then on it is the idle
 * warning that sees whether somebody is still there.
 */
export function useLeave(
  name: string,
  seconds: number,
  leave: () => void,
): { readonly left: number | null; readonly line: React.RefObject<HTMLElement | null> } {
  const stays = useStore((state) => state.visit.stays === name);
  const [left, setLeft] = useState(seconds);
  const line = useRef<HTMLElement>(null);
  const finish = useEffectEvent(leave);
  useEffect(() => {
    if (stays) return undefined;
    const endsAt = performance.now() + seconds * 1000;
    let timer: ReturnType<typeof setTimeout>;
    const step = (): void => {
      const rest = endsAt - performance.now();
      setLeft(Math.max(0, Math.ceil((rest - 20) / 1000)));
      if (rest <= 20) finish();
      timer = setTimeout(step, rest <= 20 ? AGAIN_MS : rest % 1000 || 1000);
    };
    step();
    const end = drainUntilTouched(line.current, seconds * 1000, () => stayAt(name));
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [stays, name, seconds]);
  return { left: stays ? null : left, line };
}
