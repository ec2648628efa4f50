/**
 * The daily restart of a till that nobody looks after (design: a touch screen and a browser that run for weeks): at a time of the
 * shop's clock, when nobody is there and nothing is in hand. It is a new start like after a fault, and counts as none.
 */
import type { Snapshot } from "../contract/snapshot.ts";
import { isUnattended } from "../contract/kiosk.ts";
import type { App, Setup } from "./app.ts";
import type { Core } from "./core/index.ts";

const MINUTE = 60_000;
const DAY = 1_440;
/** So many minutes after its time it is still tried; then not before the next day. */
const TRIED_FOR = 120;
/** Longer than `TRIED_FOR`, by a clock that nobody can set: whatever the wall clock says, it is no loop. */
const LEAST_UP = 180 * MINUTE;
/** So long nobody has touched the screen. */
const ALONE_FOR = 2 * MINUTE;
/** What has not ended by then has nothing to lose: the journal is on disk. */
const STOP_WITHIN = 2_500;

/** Milliseconds; `now` is the wall clock, the others are of clocks that cannot be set. */
export interface Moment {
  readonly now: number;
  /** Since this program has started. */
  readonly up: number;
  /** Since the screen has sent its last command. */
  readonly alone: number;
}

/** What the customer's screen shows; null: nothing yet. */
type Scene = Pick<Snapshot, "current" | "refund"> & { readonly app: Pick<Snapshot["app"], "locked"> };

/** Whether the till should begin anew now. Pure; `busy` is the core's own word. */
export function isTime(
  setup: Pick<Setup, "mode" | "timezone"> & { readonly kiosk: Pick<Setup["kiosk"], "restartAt"> },
  { now, up, alone }: Moment,
  scene: Scene | null,
  busy: boolean,
): boolean {
  const { restartAt } = setup.kiosk;
  if (restartAt === null || !isUnattended(setup.mode)) return false;
  if (up < LEAST_UP || alone < ALONE_FOR) return false;
  // Somebody is looking at a result, or a technician is at work.
  if (busy || scene === null || scene.current !== null || scene.refund !== null || !scene.app.locked) return false;
  const [hours = 0, minutes = 0] = restartAt.split(":").map(Number);
  return (minuteOf(now, setup.timezone) - (hours * 60 + minutes) + DAY) % DAY < TRIED_FOR;
}

/** Minutes since midnight in the shop's zone. */
function minuteOf(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .formatToParts(now)
    .map(({ type, value }) => [type, Number(value)] as const);
  const of = Object.fromEntries(parts) as { hour: number; minute: number };
  return of.hour * 60 + of.minute;
}

export interface Daily {
  /** The core for a screen: each command that it sends is a sign that somebody is there. */
  seen(core: Core): Core;
  /** Looks each minute from now on. */
  begin(app: Pick<App, "core" | "log" | "setup" | "stopIfFree" | "stop">): void;
  end(): void;
}

export interface DailyParts {
  readonly now: () => number;
  /** Since this program has started, in milliseconds. */
  readonly up: () => number;
  /** Everything is stopped: the new start. */
  readonly again: () => void;
}

/** The restart of one run of the program. */
export function createDaily({ now, up, again }: DailyParts): Daily {
  let touched = up();
  let timer: NodeJS.Timeout | null = null;
  let stopping = false;

  return {
    seen: (core) => ({
      ...core,
      call(actor, name, input) {
        touched = up();
        return core.call(actor, name, input);
      },
    }),
    begin({ core, log, setup, stopIfFree, stop }) {
      let scene: Scene | null = null;
      core.watch("cashier", (snapshot) => (scene = snapshot));
      async function look(): Promise<void> {
        if (stopping || !isTime(setup(), { now: now(), up: up(), alone: up() - touched }, scene, core.bank.busy()))
          return;
        stopping = true;
        if (!(await stopIfFree())) return void (stopping = false);
        log.info("program.daily", { up: Math.round(up()) });
        const late = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN));
        await Promise.race([stop().catch(() => undefined), late]);
        again();
      }
      timer = setInterval(() => void look(), MINUTE);
      timer.unref();
    },
    end() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };
}
