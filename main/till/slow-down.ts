/** What wrong tokens and keys meet: they are answered later and later. A right one is never counted, delayed or refused. */
import type { IncomingMessage } from "node:http";

/** So many wrong ones on one connection, or of one token again and again, before the first pause. */
const FREE = 5;
/** So many from one address, whatever they were: on a till several programs share the one of this machine. */
const FREE_OF_ADDRESS = 20;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
const FORGOTTEN_AFTER = 10 * 60_000;
const SOURCES = 512;
/** So long an answer is held back at most, and so many at once: whoever is held back holds a connection of ours. */
const LONGEST_HOLD = 2_000;
const HELD = 32;

export interface SlowDown {
  /**
   * Counts a wrong one, holds it back, and says for how many seconds its sender should be quiet; 0: he has not tried too
   * often yet. `print`: a fingerprint of what was presented; empty where there is none.
   */
  wrong(request: IncomingMessage, print: string): Promise<number>;
}

interface Source {
  wrong: number;
  at: number;
}

/**
 * `mono` in ms. `note` is told the number of wrong ones from one address each time it has doubled. It bounds no guessing:
 * whoever has to let a right one in at once answers a guess at once too (docs/adr/0045). It makes trying loud and slow.
 */
export function createSlowDown(mono: () => number, note: (wrong: number) => void = () => undefined): SlowDown {
  const sources = new Map<string, Source>();
  const connections = new WeakMap<object, Source>();
  let held = 0;

  function count(source: Source | undefined): Source {
    const fresh = !source || mono() - source.at > FORGOTTEN_AFTER;
    return { wrong: fresh ? 1 : source.wrong + 1, at: mono() };
  }

  function countOf(name: string): number {
    const source = count(sources.get(name));
    // Deleted first: the map is in the order of last use, and the oldest goes when it is full.
    sources.delete(name);
    sources.set(name, source);
    const [oldest] = sources.keys();
    if (sources.size > SOURCES && oldest !== undefined) sources.delete(oldest);
    return source.wrong;
  }

  return {
    async wrong(request, print) {
      const { socket } = request;
      const connection = count(connections.get(socket));
      connections.set(socket, connection);
      const address = socket.remoteAddress ?? "";
      const ofAddress = countOf(address);
      if (ofAddress > FREE_OF_ADDRESS && Number.isInteger(Math.log2(ofAddress))) note(ofAddress);
      const same = print === "" ? 0 : countOf(`${address} ${print}`);
      const over = Math.max(connection.wrong - FREE, same - FREE, ofAddress - FREE_OF_ADDRESS);
      if (over <= 0) return 0;
      const pause = Math.min(FIRST_PAUSE * 2 ** (over - 1), LONGEST_PAUSE);
      if (held < HELD) {
        held += 1;
        await goneOrAfter(request, Math.min(pause / 4, LONGEST_HOLD));
        held -= 1;
      }
      return pause / 1_000;
    },
  };
}

/** Whoever hangs up is not waited for. */
function goneOrAfter({ socket }: IncomingMessage, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      socket.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    timer.unref();
    socket.once("close", done);
    if (socket.destroyed) done();
  });
}
