/** Who is at the technician's desk. In memory only: a restart locks it. */
import { randomBytes } from "node:crypto";
import type { Clock } from "../core/ports.ts";

export const IDLE_SECONDS = 600;
const MOST = 16;

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
}

export function createSessions(clock: Pick<Clock, "now" | "mono">): Sessions {
  let open: Session[] = [];
  /** By both clocks: the monotonic one may stand still while the machine sleeps, and the other can be set back. */
  const isAlive = ({ mono, wall }: Session): boolean =>
    clock.mono() - mono < IDLE_SECONDS * 1000 && clock.now() - wall < IDLE_SECONDS * 1000;
  return {
    begin(personId) {
      const token = randomBytes(32).toString("base64url");
      open = [...open.slice(1 - MOST), { token, personId, mono: clock.mono(), wall: clock.now() }];
      return token;
    },
    touch(token) {
      open = open.filter(isAlive);
      const found = open.find((session) => session.token === token);
      if (!found) return null;
      found.mono = clock.mono();
      found.wall = clock.now();
      return found.personId;
    },
    end(token) {
      open = open.filter((session) => session.token !== token);
    },
    endOf(personId) {
      open = open.filter((session) => session.personId !== personId);
    },
  };
}
