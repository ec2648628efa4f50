import type { Clock } from "../../main/core/ports.ts";

export interface ScaledClock extends Clock {
  /** How many times faster than real time it runs. */
  readonly scale: number;
  /** Waits so many of its milliseconds. */
  sleep(ms: number): Promise<void>;
  /** Told of the time after each step, before the timers that are due then: what moves another clock along with this one. */
  drives(move: (now: number) => void): void;
  /** The machine falls asleep: time runs on, no timer fires. */
  suspend(): void;
  /** It wakes up: what fell due meanwhile fires now, late. */
  resume(): void;
  /** Runs so many times faster than it does otherwise, for hours in which nothing is expected to happen; 1 is its usual pace. */
  hurry(times: number): void;
  /** It stands still while this holds: what really takes time (an exchange under way) costs none here. */
  standsWhile(holds: () => boolean): void;
  /** How many milliseconds of real time to give to something that may take so many of its own: more on a busy machine. */
  real(ms: number): number;
  stop(): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
  /** Belongs to the test, not to the machine: it fires also while that sleeps. */
  readonly outside: boolean;
}

/** Real milliseconds between two steps. */
const STEP = 2;
/**
 * Of a longer pause no more than this counts. A machine that is busy with other things slows these clocks down; it does
 * not make a poll late that a till of its own would have sent in time.
 */
const LONGEST_STEP = 20;

const running = new Set<(realMs: number) => void>();
let last = 0;
let stepping = false;
/** Which part of real time counted lately. */
let pace = 1;

function step(): void {
  const now = performance.now();
  const elapsed = now - last;
  const passed = Math.min(elapsed, LONGEST_STEP);
  last = now;
  const weight = Math.min(1, elapsed / 1_000);
  if (elapsed > 0) pace += (passed / elapsed - pace) * weight;
  try {
    for (const clock of running) clock(passed);
  } finally {
    stepping = running.size > 0;
    if (stepping) setTimeout(step, STEP);
  }
}

/** Real time, at most `scale` times faster. */
export function scaledClock(scale: number, startAt = Date.now()): ScaledClock {
  let passed = 0;
  let asleep = false;
  let hurried = 1;
  const timers = new Set<Timer>();
  const moved: ((now: number) => void)[] = [];
  const holders: (() => boolean)[] = [];

  function moveTo(target: number): void {
    passed = target;
    for (const move of moved) move(Math.floor(startAt + passed));
  }

  const fires = (timer: Timer): boolean => timer.outside || !asleep;

  function next(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const timer of timers) if (fires(timer)) first = Math.min(first, timer.at);
    return first;
  }

  function advance(realMs: number): void {
    if (holders.some((holds) => holds())) return;
    // Not past a timer in one go: what it starts must be under way before time moves on.
    const end = Math.min(passed + realMs * scale * hurried, Math.max(passed, next()));
    moveTo(end);
    for (const timer of timers) {
      if (timer.at > end || !fires(timer)) continue;
      timers.delete(timer);
      timer.run();
    }
  }

  function add(run: () => void, ms: number, outside: boolean): Timer {
    const timer = { at: passed + Math.max(1, Math.ceil(ms)), run, outside }; // as Node: whole milliseconds, at least one
    timers.add(timer);
    return timer;
  }

  running.add(advance);
  if (!stepping) {
    last = performance.now();
    step();
  }

  return {
    scale,
    now: () => Math.floor(startAt + passed),
    mono: () => 1_000 + passed,
    setTimeout: (run, ms) => add(run, ms, false),
    clearTimeout: (timer) => void timers.delete(timer as Timer),
    sleep: (ms) => new Promise((done) => void add(done, ms, true)),
    drives: (move) => void moved.push(move),
    suspend() {
      asleep = true;
    },
    resume() {
      asleep = false;
    },
    hurry(times) {
      hurried = times;
    },
    standsWhile: (holds) => void holders.push(holds),
    real: (ms) => Math.ceil(ms / (scale * hurried) / Math.max(pace, 0.02)),
    stop: () => void running.delete(advance),
  };
}
