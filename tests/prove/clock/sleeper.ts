import type { SimulatedClock } from "../../support/simulated-clock.ts";

export interface Sleeper extends SimulatedClock {
  /** The machine falls asleep: time runs on, nothing of it fires. */
  suspend(): void;
  /** It wakes up: what fell due meanwhile fires now, late. */
  resume(): void;
}

/** A till's clock on the world's: the machine under it may sleep while the bank does not. */
export function sleeperOn(world: SimulatedClock): Sleeper {
  let asleep = false;
  let missed: (() => void)[] = [];
  return {
    ...world,
    setTimeout(run, ms) {
      let isCleared = false;
      const timer = world.setTimeout(() => {
        if (asleep) missed.push(() => !isCleared && run());
        else run();
      }, ms);
      return { clear: () => ((isCleared = true), world.clearTimeout(timer)) };
    },
    clearTimeout(timer) {
      (timer as { clear(): void } | null)?.clear();
    },
    suspend() {
      asleep = true;
    },
    resume() {
      asleep = false;
      const due = missed;
      missed = [];
      for (const run of due) run();
    },
  };
}
