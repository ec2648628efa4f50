/** The system's clocks, and a watcher for what they do behind our back. */
import type { Clock } from "../core/ports.ts";

/** Longest delay of a Node timer; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    mono: () => performance.now(),
    setTimeout: (run, ms) => setTimeout(run, Math.min(Math.max(ms, 0), LONGEST_MS)),
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  };
}

/**
 * `jump`: the wall clock moved by `ms` against the monotonic one. Waking up looks the same where the monotonic clock stands
 * still during sleep (Linux, macOS). `sleep`: both moved on by `ms` while nothing ran (Windows; a stopped process).
 */
export interface ClockChange {
  readonly kind: "jump" | "sleep";
  readonly ms: number;
}

export interface ClockWatchOptions {
  readonly onChange: (change: ClockChange) => void;
  readonly clock?: Pick<Clock, "now" | "mono">;
  readonly everyMs?: number;
  /** Smaller differences are slewing by NTP or a busy machine. */
  readonly jumpMs?: number;
  readonly sleepMs?: number;
}

/** Compares the clocks with each tick. Keeps no process alive. Returns the end of watching. */
export function watchClock({
  onChange,
  clock = systemClock(),
  everyMs = 1000,
  jumpMs = 2000,
  sleepMs = 10_000,
}: ClockWatchOptions): () => void {
  let wall = clock.now();
  let mono = clock.mono();
  const timer = setInterval(() => {
    const nextWall = clock.now();
    const nextMono = clock.mono();
    const passed = nextMono - mono;
    const drift = nextWall - wall - passed;
    wall = nextWall;
    mono = nextMono;
    if (Math.abs(drift) >= jumpMs) onChange({ kind: "jump", ms: Math.round(drift) });
    else if (passed - everyMs >= sleepMs) onChange({ kind: "sleep", ms: Math.round(passed - everyMs) });
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
