/** Who is at the technician's desk. In memory only: a restart locks it. */
import { randomBytes } from "node:crypto";
import { isUnattended } from "../../contract/kiosk.ts";
import type { Clock } from "../core/ports.ts";

const IDLE_SECONDS = 600;
/** A customer may step before a till that was left unlocked. */
const IDLE_SECONDS_UNATTENDED = 120;
const MOST = 16;

/** So long after its last command a session is over, by the till's mode. */
export const idleSecondsOf = (mode: string): number => (isUnattended(mode) ? IDLE_SECONDS_UNATTENDED : IDLE_SECONDS);

interface Session {
  readonly token: string;
  readonly personId: string;
  mono: number;
  wall: number;
}

export interface Sessions {
  begin(personId: string): string;
  /** The person of an open session, which begins its idle time anew; null when there is none. */
  touch(token: string): string | null;
  end(token: string): void;
  endOf(personId: string): void;
  endAll(): void;
  /** Some session is open. */
  any(): boolean;
  /** Told when `any` has changed, also by time alone. Returns the end of it. */
  watch(listener: () => void): () => void;
  /** Ends them all: nothing runs any more. */
  close(): void;
}

export interface SessionsParts {
  readonly clock: Clock;
  /** As it is now: a change of the mode holds for open sessions too. */
  readonly idleSeconds: () => number;
}

export function createSessions({ clock, idleSeconds }: SessionsParts): Sessions {
  let open: Session[] = [];
  let told = false;
  let timer: unknown = null;
  const listeners = new Set<() => void>();
  /** By both clocks: the monotonic one may stand still while the machine sleeps, and the other can be set back. */
  const leftMs = ({ mono, wall }: Session): number =>
    idleSeconds() * 1000 - Math.max(clock.mono() - mono, clock.now() - wall);
  const isAlive = (session: Session): boolean => leftMs(session) > 0;

  /** After every change: forgets what is over, tells who listens, and looks again when the next one is due. */
  function settle(): void {
    open = open.filter(isAlive);
    if (timer !== null) clock.clearTimeout(timer);
    timer = open.length === 0 ? null : clock.setTimeout(settle, Math.min(...open.map(leftMs)));
    if (told === open.length > 0) return;
    told = open.length > 0;
    for (const listener of listeners) listener();
  }

  const keep = (which: (session: Session) => boolean): void => {
    open = open.filter(which);
    settle();
  };

  return {
    begin(personId) {
      const token = randomBytes(32).toString("base64url");
      open = [...open.slice(1 - MOST), { token, personId, mono: clock.mono(), wall: clock.now() }];
      settle();
      return token;
    },
    touch(token) {
      open = open.filter(isAlive);
      const found = open.find((session) => session.token === token);
      if (found) {
        found.mono = clock.mono();
        found.wall = clock.now();
      }
      settle();
      return found?.personId ?? null;
    },
    end: (token) => keep((session) => session.token !== token),
    endOf: (personId) => keep((session) => session.personId !== personId),
    endAll: () => keep(() => false),
    any: () => open.some(isAlive),
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      listeners.clear();
      keep(() => false);
    },
  };
}
