/** What stands between a PIN's few digits and somebody who tries them all. */
import { appError, type Result } from "../../contract/errors.ts";
import type { Role } from "../../contract/states.ts";
import type { Clock, Journal, Log } from "../core/ports.ts";
import { isPin } from "./pin.ts";
import type { StoredPerson } from "./stored.ts";

export const META_TRIES = "pin.tries";

/** So many wrong ones, then a pause; each further wrong one doubles it. */
const FREE = 5;
const FIRST_PAUSE = 60_000;
const LONGEST_PAUSE = 15 * 60_000;
/** A right PIN forgives wrong tries this old, whosever it is. */
const FORGET = 60 * 60_000;
/** Theirs forgives all: they may give out every other PIN anyway. */
const TRUSTED: ReadonlySet<Role> = new Set(["technician", "owner"]);

interface Tries {
  readonly wrong: number;
  /** Whether there was a pause to wait for: a right PIN ends it. */
  readonly paused?: boolean;
  /** When the last wrong one was typed, in ms since the machine was started. Both are absent in what older versions wrote. */
  readonly up?: number;
}

/** The same on the monotonic clock. */
interface Known {
  readonly wrong: number;
  readonly waitUntil: number;
  readonly at: number;
}

export interface PinGuard {
  /**
   * The one of `people` with this PIN. `wrong_pin` {left: tries before the pause}, `pin_wait` {seconds} while it lasts (the
   * PIN is then not looked at), `journal_unavailable` when the try cannot be counted.
   */
  check(pin: string, people: readonly StoredPerson[]): Promise<Result<StoredPerson>>;
}

export interface PinGuardParts {
  readonly clock: Pick<Clock, "now" | "mono">;
  /** Milliseconds since the machine was started: unlike the wall clock nobody sets it, and it outlives the program. */
  readonly uptime: () => number;
  readonly journal: Pick<Journal, "meta" | "commit">;
  readonly log: Log;
}

/** One guard for all PINs of the till: whoever waits, all wait. */
export function createPinGuard({ clock, uptime, journal, log }: PinGuardParts): PinGuard {
  let last: Promise<unknown> = Promise.resolve();
  let known: Known | null = null;

  /**
   * What has passed for certain since the last wrong one: after a restart of the machine no more than since that. A wall
   * clock set forward would end every pause.
   */
  async function read(): Promise<Known> {
    const text = await journal.meta(META_TRIES);
    if (text === null) return { wrong: 0, waitUntil: 0, at: 0 };
    const { wrong, paused = true, up } = JSON.parse(text) as Tries;
    const now = uptime();
    const passed = up === undefined ? 0 : up <= now ? now - up : now;
    const left = paused ? Math.max(pauseAfter(wrong) - passed, 0) : 0;
    return { wrong, waitUntil: clock.mono() + left, at: clock.mono() - passed };
  }

  async function write(tries: Tries | null): Promise<void> {
    await journal.commit({ at: clock.now(), meta: { [META_TRIES]: tries && JSON.stringify(tries) } });
  }

  async function check(pin: string, people: readonly StoredPerson[]): Promise<Result<StoredPerson>> {
    try {
      known ??= await read();
      const wait = known.waitUntil - clock.mono();
      if (wait > 0) return { ok: false, error: waitError(wait) };
      const before = known;
      const wrong = before.wrong + 1;
      // Counted before it is compared: whoever kills the process in between has not won a try.
      await write({ wrong, paused: true, up: uptime() });
      known = { wrong, waitUntil: clock.mono() + pauseAfter(wrong), at: clock.mono() };
      let found: StoredPerson | null = null;
      for (const person of people) if (await isPin(pin, person.pin)) found = person;
      if (found === null) {
        log.warn("pin.wrong", { wrong });
        return { ok: false, error: appError("wrong_pin", { params: { left: String(Math.max(FREE - wrong, 0)) } }) };
      }
      // Else whoever has a PIN of his own could try all others, four at a time between two of his own.
      const age = clock.mono() - before.at;
      const forgiven = before.wrong === 0 || TRUSTED.has(found.role) || age >= FORGET;
      known = forgiven ? { wrong: 0, waitUntil: 0, at: 0 } : before;
      await write(forgiven ? null : { wrong: before.wrong, paused: false, up: uptime() - age });
      return { ok: true, value: found };
    } catch (error) {
      log.error("pin.uncounted", { detail: String(error) });
      return { ok: false, error: appError("journal_unavailable") };
    }
  }

  return {
    check(pin, people) {
      const done = last.then(() => check(pin, people));
      last = done;
      return done;
    },
  };
}

function pauseAfter(wrong: number): number {
  return wrong < FREE ? 0 : Math.min(FIRST_PAUSE * 2 ** (wrong - FREE), LONGEST_PAUSE);
}

function waitError(ms: number): ReturnType<typeof appError> {
  return appError("pin_wait", { params: { seconds: String(Math.ceil(ms / 1000)) } });
}
