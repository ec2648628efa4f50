/**
 * How many connections may stay. A plain bound (`maxConnections`) turns away whoever comes last, so that one program with
 * many idle connections locks out the shop's own. Here the newcomer is let in and a stranger has to go.
 */
import type { Socket } from "node:net";
import { isVouched } from "./till/guard.ts";

/** Of those that have shown no right token or key yet. */
const STRANGERS = 128;
/** Of all: well below the 1,024 files that a process may have open on many systems. */
const MOST = 512;
/** The time to say who one is, which even a crowd leaves a newcomer while there is room. */
const GRACE = 500;

interface Guest {
  /** What a request comes on: of a TLS connection not the socket itself. */
  face: Socket;
  readonly at: number;
}

export interface Door {
  admit(this: void, socket: Socket): void;
  /** The TLS connection on a socket that was let in before. */
  secured(this: void, socket: Socket): void;
}

/** `mono` in ms. */
export function createDoor(mono: () => number): Door {
  /** Oldest first; whoever is found to have shown a right is moved to the others. */
  const strangers = new Map<Socket, Guest>();
  const known = new Set<Socket>();

  function oldest(): [Socket, Guest] | null {
    for (const [socket, guest] of strangers) {
      if (!isVouched(guest.face)) return [socket, guest];
      strangers.delete(socket);
      known.add(socket);
    }
    return null;
  }

  function turnOut(guest: [Socket, Guest] | null): void {
    if (!guest) return;
    const [socket] = guest;
    strangers.delete(socket);
    socket.destroy();
  }

  return {
    admit(socket) {
      strangers.set(socket, { face: socket, at: mono() });
      socket.once("close", () => {
        strangers.delete(socket);
        known.delete(socket);
      });
      while (strangers.size > STRANGERS) {
        const guest = oldest();
        if (!guest || mono() - guest[1].at < GRACE) break;
        turnOut(guest);
      }
      // With nobody but known ones the newcomer is the stranger.
      if (strangers.size + known.size > MOST) turnOut(oldest());
    },
    secured(socket) {
      for (const [bare, guest] of strangers)
        if (bare.remotePort === socket.remotePort && bare.remoteAddress === socket.remoteAddress) guest.face = socket;
    },
  };
}
