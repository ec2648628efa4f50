import { useEffect, useState } from "react";

/** Seconds that a control is not to be used, counted down; the second value begins a wait. */
export function useWait(): readonly [left: number, begin: (seconds: number) => void] {
  const [endsAt, setEndsAt] = useState<number | null>(null);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (endsAt === null) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    const step = (): void => {
      const rest = endsAt - performance.now();
      setLeft(Math.max(0, Math.ceil(rest / 1000)));
      if (rest > 0) timer = setTimeout(step, rest % 1000 || 1000);
    };
    step();
    return () => clearTimeout(timer);
  }, [endsAt]);
  return [left, (seconds) => setEndsAt(performance.now() + seconds * 1000)];
}
