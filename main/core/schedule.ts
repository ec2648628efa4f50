/** The one place where timers live. Times are monotonic milliseconds; a wall clock that jumps moves nothing here. */
import type { Clock } from "./ports.ts";

/** Node cuts a longer delay to 1 ms; longer waits are made of several. */
const LONGEST = 2_000_000_000;
/** Timers fire a little late, so a poll may be this much nearer to the one before it than the interval. */
const SLACK = 100;

export interface Schedule {
  /** Runs once when the monotonic clock reaches `at`; an earlier timer of the same key is forgotten. */
  set(key: string, at: number, run: () => void): void;
  cancel(key: string): void;
  stop(): void;
}

/** Makes an empty schedule on a clock. */
export function createSchedule(clock: Clock): Schedule {
  const timers = new Map<string, unknown>();
  let stopped = false;

  function arm(key: string, at: number, run: () => void): void {
    const wait = Math.max(0, at - clock.mono());
    const timer = clock.setTimeout(
      () => {
        if (clock.mono() < at) return arm(key, at, run);
        timers.delete(key);
        run();
      },
      Math.min(wait, LONGEST),
    );
    timers.set(key, timer);
  }

  function cancel(key: string): void {
    const timer = timers.get(key);
    if (timer === undefined) return;
    clock.clearTimeout(timer);
    timers.delete(key);
  }

  return {
    set(key, at, run) {
      cancel(key);
      if (!stopped) arm(key, at, run);
    },
    cancel,
    stop() {
      stopped = true;
      for (const key of timers.keys()) cancel(key);
    },
  };
}

/**
 * The next free point of the grid anchor + n × interval: after `now`, and a whole interval after the last question.
 * A point that passed while an answer was awaited is skipped, never made up for. A question that a busy machine sent a
 * little late pushes the next one by as much, and not to the point after: an interval without news is a long time.
 */
export function nextOnGrid(anchor: number, interval: number, now: number, lastAsked: number | null): number {
  const after = (time: number): number => anchor + (Math.floor((time - anchor) / interval) + 1) * interval;
  const next = after(now);
  const earliest = lastAsked === null ? now : lastAsked + interval - Math.min(SLACK, interval / 50);
  if (next >= earliest) return next;
  return earliest - next < interval / 2 ? earliest : after(earliest);
}

/**
 * Where a deadline of the wall clock lies on the monotonic one: never further than the full window, never before now
 * (reliability rule 8). Used when a deadline is set and once after a restart.
 */
export function onMonotonic(deadline: number, window: number, now: number, mono: number): number {
  return mono + Math.min(window, Math.max(0, deadline - now));
}
