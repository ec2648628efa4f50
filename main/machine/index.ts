/** The line to the machine that hands goods out: the port that the core looks at, and the client of the core behind it. */
import type { MachineLine } from "../../contract/kiosk.ts";
import type { Core } from "../core/index.ts";
import type { Clock, Ids, Log, Machine } from "../core/ports.ts";
import { createDriver, type Driver } from "./driver.ts";
import type { LinePort } from "./line.ts";
import { openLink, type Link } from "./link.ts";
import { serialLine } from "./serial.ts";
import { tcpLine } from "./tcp.ts";

export interface MachineParts {
  readonly clock: Clock;
  readonly ids: Pick<Ids, "requestId">;
  readonly log: Log;
  /** How the line is opened; default: TCP or serial, as the settings say. */
  readonly portOf?: (line: MachineLine) => LinePort;
}

export interface MachineService {
  readonly port: Machine;
  /** The line the settings name; null: there is none. The same one as before goes on undisturbed. */
  use(line: MachineLine | null, tillId: string): void;
  /** The core can be called from now on: the line is opened. */
  begin(core: Pick<Core, "call" | "onJournal">): void;
  stop(): void;
}

/** Opens nothing before `begin`. */
export function createMachine({ clock, ids, log, portOf = lineOf }: MachineParts): MachineService {
  const run = ids.requestId().slice(0, 8);
  const listeners = new Set<() => void>();
  let wanted: { readonly line: MachineLine; readonly tillId: string } | null = null;
  let core: Pick<Core, "call" | "onJournal"> | null = null;
  let ends: (() => void)[] = [];
  let state: ReturnType<Machine["state"]> = "off";
  let since = clock.now();

  function become(next: typeof state): void {
    if (state === next) return;
    state = next;
    since = clock.now();
    for (const listener of listeners) listener();
  }

  function open(): void {
    if (wanted === null || core === null) return;
    // The two name each other: what is heard goes to the driver, what the driver says goes out here.
    const send: Link["send"] = (word, fields) => link.send(word, fields);
    const driver: Driver = createDriver({ core, clock, log, send });
    const link = openLink({
      port: portOf(wanted.line),
      clock,
      log,
      self: { id: wanted.tillId, run },
      on: {
        hello: (hello) => driver.hello(hello),
        said: (message) => driver.said(message),
        changed: (up) => become(up ? "up" : "down"),
      },
    });
    ends = [core.onJournal(() => driver.journaled()), () => driver.stop(), () => link.stop()];
  }

  function close(): void {
    for (const end of ends.splice(0)) end();
  }

  return {
    port: {
      state: () => state,
      since: () => since,
      watch(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    use(line, tillId) {
      const next = line === null ? null : { line, tillId };
      if (JSON.stringify(next) === JSON.stringify(wanted)) return;
      close();
      wanted = next;
      become(next === null ? "off" : "down");
      open();
    },
    begin(running) {
      core = running;
      open();
    },
    stop() {
      close();
      wanted = null;
    },
  };
}

function lineOf(line: MachineLine): LinePort {
  if ("serial" in line) return serialLine(line.serial, line.baud);
  return tcpLine(Number(line.tcp.split(":")[1]));
}
