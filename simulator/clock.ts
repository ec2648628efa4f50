interface Timer {
  due: number;
  order: number;
  run: (at: number) => void;
}

export interface Scheduled {
  cancel(): void;
}

const LONGEST_REAL_DELAY = 2 ** 30;

/** The bank's own time: real time × scale, plus whatever it was advanced by. Scale 0 stands still. */
export class VirtualClock {
  #base: number;
  #realStart = performance.now();
  #scale: number;
  #timers: Timer[] = [];
  #order = 0;
  #handle: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(startAt: number, scale: number) {
    this.#base = startAt;
    this.#scale = scale;
  }

  /** Virtual milliseconds since 1970. */
  now(): number {
    return Math.floor(this.#base + (performance.now() - this.#realStart) * this.#scale);
  }

  after(ms: number, run: (at: number) => void): Scheduled {
    return this.at(this.now() + ms, run);
  }

  /** The callback gets the time it was due at, which may lie a little before now. */
  at(due: number, run: (at: number) => void): Scheduled {
    const timer = { due, order: this.#order++, run };
    this.#timers.push(timer);
    this.#timers.sort((a, b) => a.due - b.due || a.order - b.order);
    this.#arm();
    return {
      cancel: () => {
        const index = this.#timers.indexOf(timer);
        if (index >= 0) this.#timers.splice(index, 1);
      },
    };
  }

  /** Moves time forward, running every timer on the way at exactly its own time. */
  advance(ms: number): void {
    const target = this.now() + ms;
    for (let next = this.#timers[0]; next && next.due <= target; next = this.#timers[0]) {
      this.#timers.shift();
      if (next.due > this.now()) this.#set(next.due);
      next.run(next.due);
    }
    if (target > this.now()) this.#set(target);
    this.#arm();
  }

  /** Runs what is due: real timers are late by some milliseconds, answers must not be. */
  settle(): void {
    for (let next = this.#timers[0]; next && next.due <= this.now(); next = this.#timers[0]) {
      this.#timers.shift();
      next.run(next.due);
    }
    this.#arm();
  }

  setScale(scale: number): void {
    this.#set(this.now());
    this.#scale = scale;
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#handle);
    this.#timers = [];
  }

  #set(now: number): void {
    this.#base = now;
    this.#realStart = performance.now();
  }

  #arm(): void {
    clearTimeout(this.#handle);
    const next = this.#timers[0];
    if (!next || this.#stopped || this.#scale === 0) return;
    const wait = Math.ceil((next.due - this.now()) / this.#scale);
    this.#handle = setTimeout(() => this.settle(), Math.min(Math.max(wait, 0), LONGEST_REAL_DELAY));
  }
}
