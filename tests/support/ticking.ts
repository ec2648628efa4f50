import type { SimulatedClock } from "./simulated-clock.ts";

/**
 * Lets what was started over a real socket come to rest while simulated time stands still. Advances go one after the
 * other: two at once would set the time back. Returns the end of it.
 */
export function keepTicking(clock: SimulatedClock): () => void {
  const advance = clock.advance.bind(clock);
  let last: Promise<void> = Promise.resolve();
  clock.advance = (ms) => (last = last.then(() => advance(ms)));
  const timer = setInterval(() => void clock.advance(0), 5);
  return () => clearInterval(timer);
}
