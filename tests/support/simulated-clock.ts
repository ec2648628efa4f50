import type { Clock } from "../../main/core/ports.ts";

export interface SimulatedClock extends Clock {
  /** Moves time on, running due timers in order and letting everything they start come to rest. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as a person or a time server does. */
  jump(ms: number): void;
  pending(): number;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to move. */
export function simulatedClock(start = Date.UTC(2026, 10, 22, 9, 0, 0)): SimulatedClock {
  let mono = 1_000;
  let wall = start;
  let order = 0;
  const timers = new Map<number, Timer>();

  return {
    now: () => wall,
    mono: () => mono,
    setTimeout(run, ms) {
      order += 1;
      timers.set(order, { at: mono + Math.max(0, ms), order, run });
      return order;
    },
    clearTimeout(timer) {
      timers.delete(timer as number);
    },
    async advance(ms) {
      const end = mono + ms;
      await rest();
      for (;;) {
        const next = [...timers.values()]
          .filter((timer) => timer.at <= end)
          .toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
        if (!next) break;
        timers.delete(next.order);
        wall += Math.max(0, next.at - mono);
        mono = Math.max(mono, next.at);
        next.run();
        await rest();
      }
      wall += end - mono;
      mono = end;
      await rest();
    },
    jump(ms) {
      wall += ms;
    },
    pending: () => timers.size,
  };
}

/** Lets promises settle; the journal of the tests answers without a macrotask of its own. */
async function rest(): Promise<void> {
  for (let i = 0; i < 6; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
