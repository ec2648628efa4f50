/** The connections under one TLS identity: an agent of their own, and what is known about their age. */
import type { Socket } from "node:net";
import { Agent, buildConnector } from "undici";
import { isRefusal } from "./http-problems.ts";
import { secureContext } from "./tls-identity.ts";
import type { TlsIdentity } from "./tls-identity.ts";

/** Waits no longer than this for TCP and TLS together, whatever the whole exchange may take. */
const CONNECT_MS = 10_000;
/** Longer than the 5 s within which a dangerous call wants a connection that has just carried a good answer. */
const KEEP_ALIVE_MS = 10_000;
const KEEP_ALIVE_MAX_MS = 60_000;

export interface Lane {
  readonly agent: Agent;
  readonly identity: TlsIdentity;
  /** To be called when a request starts to be written: tells later what became of the connections that can have carried it. */
  mark(): Witness;
  answered(): void;
  /** Refuses new requests; those under way end first. */
  retire(): Promise<void>;
  readonly retired: boolean;
}

export interface Witness {
  /** Every connection open at that moment was new: none had carried an answer. */
  readonly fresh: boolean;
  /** The server's alert about our certificate, when it refused each connection that can have carried the request. */
  refusal(): Error | null;
}

interface Seen {
  readonly born: number;
  alert: Error | null;
}

/** Throws when key, passphrase and certificate do not go together. */
export function openLane(identity: TlsIdentity): Lane {
  const live = new Set<Seen>();
  let tick = 0;
  let lastAnswer = 0;
  let retired = false;

  const dial = buildConnector({
    secureContext: secureContext(identity),
    rejectUnauthorized: true,
    allowH2: false,
    timeout: CONNECT_MS,
  });
  const agent = new Agent({
    connect(options, callback) {
      dial(options, (...result) => {
        const [error, socket] = result;
        if (error === null) watch(socket);
        callback(...result);
      });
    },
    connections: 4,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MAX_MS,
  });

  const watch = (socket: Socket): void => {
    const seen: Seen = { born: ++tick, alert: null };
    live.add(seen);
    socket.once("close", () => live.delete(seen));
    // Under TLS 1.3 the server judges our certificate after our side of the handshake is done, so its alert comes when a
    // request may have been written. undici then reports a closed socket; the alert itself is seen here alone.
    socket.prependListener("error", (error: Error) => {
      if (isRefusal(error)) seen.alert ??= error;
    });
  };

  return {
    agent,
    identity,
    mark() {
      const open = [...live];
      const fresh = open.length > 0 && open.every((seen) => seen.born > lastAnswer);
      const refusal = (): Error | null =>
        fresh && open.every((seen) => seen.alert !== null) ? (open[0]?.alert ?? null) : null;
      return { fresh, refusal };
    },
    answered: () => void (lastAnswer = ++tick),
    get retired() {
      return retired;
    },
    async retire() {
      retired = true;
      await agent.close();
    },
  };
}
