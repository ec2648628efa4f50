import { VirtualClock, type Scheduled } from "../../../simulator/clock.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";

/** The bank's time on the till's own timeline: one row of timers, so that what falls due first happens first at both. */
export class BankClock extends VirtualClock {
  readonly #clock: SimulatedClock;
  readonly #ahead: number;

  constructor(clock: SimulatedClock) {
    super(clock.now(), 0);
    this.#clock = clock;
    this.#ahead = clock.now() - clock.mono();
  }

  /** True time: it does not follow the till's wall clock when that jumps. */
  override now(): number {
    return this.#clock.mono() + this.#ahead;
  }

  override at(due: number, run: (at: number) => void): Scheduled {
    const timer = this.#clock.setTimeout(() => run(due), due - this.now());
    return { cancel: () => this.#clock.clearTimeout(timer) };
  }

  override settle(): void {}
}
