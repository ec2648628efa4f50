import { useCallback, useEffect, useRef, useState } from "react";
import type { AppError } from "../../contract/errors.ts";
import type { DoubtItem } from "../../contract/review.ts";
import { send } from "../actions.ts";

/** Snapshots come in bursts while payments are watched. */
const NEWS_MS = 500;

/** What nobody knows, with its evidence; read anew when the till's state changes, at most twice a second. */
export function useDoubts(version: number) {
  const [items, setItems] = useState<readonly DoubtItem[] | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const round = useRef(0);
  const readAt = useRef(-Infinity);

  const reload = useCallback(async (): Promise<void> => {
    const mine = ++round.current;
    readAt.current = performance.now();
    const answer = await send("review.list", {});
    // An answer that was overtaken may still hold what has just been decided.
    if (mine !== round.current) return;
    setError(answer.ok ? null : answer.error);
    if (answer.ok) setItems(answer.value.items);
  }, []);

  useEffect(() => {
    const timer = setTimeout(() => void reload(), Math.max(0, readAt.current + NEWS_MS - performance.now()));
    return () => clearTimeout(timer);
  }, [reload, version]);

  return { items, error, reload };
}
