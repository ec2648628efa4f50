import type { Clock } from "./ports.ts";

/** Waits for the bank, but no longer than a caller can be kept waiting (milliseconds). */
export async function within(clock: Clock, work: Promise<unknown>, ms: number): Promise<void> {
  let timer: unknown;
  const bound = new Promise<void>((resolve) => (timer = clock.setTimeout(resolve, ms)));
  await Promise.race([work, bound]);
  clock.clearTimeout(timer);
}
