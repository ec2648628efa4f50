/** The line between till and machine in simulated time: it delays, garbles, doubles and breaks, and either end may be dead. */
import type { LinePort } from "../../../main/machine/line.ts";
import type { Machine } from "../../../simulator/machine/machine.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";
import type { Chance } from "../model/shop.ts";

export interface Troubles {
  /** Of each line: lost or garbled on its way, said twice, held for seconds. */
  readonly garbled: number;
  readonly doubled: number;
  readonly held: number;
  /** Of each line: the whole line breaks after it. */
  readonly breaks: number;
}

export const NO_TROUBLES: Troubles = { garbled: 0, doubled: 0, held: 0, breaks: 0 };

export interface Wire {
  troubles: Troubles;
  /** A machine is switched on. */
  attach(machine: Machine): void;
  /** How a till opens it. `alive`: of that life of the till. */
  port(alive: () => boolean): LinePort;
  /** One end is dead: what it has said already still comes to the other. */
  tillDied(): void;
  machineDied(): void;
}

interface Connection {
  readonly lost: (why: string) => void;
  /** When the last of what was said either way is there (monotonic milliseconds). */
  readonly by: { machine: number; till: number };
}

export function createWire(clock: SimulatedClock, chance: Chance): Wire {
  let machine: Machine | null = null;
  let open: Connection | null = null;

  function cut(): void {
    const was = open;
    open = null;
    machine?.gone();
    was?.lost("cut");
  }

  function endAt(by: (connection: Connection) => number): void {
    const dying = open;
    if (dying === null) return;
    const end = (): void => void (open === dying && cut());
    clock.setTimeout(end, Math.max(0, by(dying) - clock.mono()) + 1);
  }

  /** One way of a connection: what was said first arrives first. Returns when the last of it arrives. */
  function way(deliver: (text: string) => void): (text: string) => number {
    let free = 0;
    return (text) => {
      const { garbled, doubled, held, breaks } = wire.troubles;
      const at = chance.below(text.length - 1);
      const wrong = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
      const said = chance.happens(garbled) ? (chance.happens(0.5) ? "" : wrong) : text;
      const times = chance.happens(doubled) ? 2 : 1;
      const wait = 5 + chance.below(40) + (chance.happens(held) ? chance.below(9_000) : 0);
      const breaking = chance.happens(breaks);
      free = Math.max(free, clock.mono() + wait);
      clock.setTimeout(() => {
        for (let n = 0; n < times; n += 1) deliver(said);
        if (breaking) cut();
      }, free - clock.mono());
      return free;
    };
  }

  const wire: Wire = {
    troubles: NO_TROUBLES,
    attach(next) {
      cut();
      machine = next;
    },
    tillDied: () => endAt(({ by }) => by.machine),
    machineDied() {
      machine = null;
      endAt(({ by }) => by.till);
    },
    port: (alive) => ({
      name: "the line of the proof",
      open(on) {
        let mine = true;
        const connection: Connection = {
          by: { machine: 0, till: 0 },
          lost(why) {
            if (!mine) return;
            mine = false;
            if (alive()) on.closed(why);
          },
        };
        let toMachine: ((text: string) => number) | null = null;
        clock.setTimeout(() => {
          if (!mine || !alive()) return;
          const there = machine;
          if (there === null) return connection.lost("refused");
          // A new till takes the line over: the old one is dead.
          if (open !== null) cut();
          open = connection;
          const isOpen = (): boolean => open === connection;
          toMachine = way((text) => isOpen() && text.trim() !== "" && there.heard(text.trimEnd()));
          const toTill = way((text) => isOpen() && alive() && text !== "" && on.data(Buffer.from(text, "latin1")));
          there.connected((text) => {
            if (isOpen()) connection.by.till = toTill(text);
          });
          on.opened();
        }, 20);
        return {
          write(text) {
            if (toMachine !== null) connection.by.machine = toMachine(text);
          },
          close() {
            mine = false;
            if (open !== connection) return;
            open = null;
            machine?.gone();
          },
        };
      },
    }),
  };
  return wire;
}
