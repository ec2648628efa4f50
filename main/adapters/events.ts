/** Events on Kafka: a thread for each profile that is listened for, replaced by a new one after every failure. */
import { connect } from "node:net";
import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Events, EventSource, Log } from "../core/ports.ts";
import type { EventSettings } from "./event-settings.ts";
import { LEAVE, type EventsSaid, type EventsTask } from "./events-task.ts";

/** In the built app the bundle of this name, which lies beside the one that this file is in. */
const WORKER = join(import.meta.dirname, `events-worker${extname(import.meta.filename)}`);
/** From the start of the thread to the first answer of a joined group. */
const JOIN_MS = 25_000;
const WAIT_MS = 1_500;
/** An idle stream answers after each wait: one that is silent for so long is dead, whatever its sockets say. */
const SILENCE_MS = 5_000;
/** A doubling pause between attempts. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const REACH_MS = 3_000;
const PROBE_MS = 10_000;
/** How long `close` waits for a polite good-bye to the group; without one the next start waits for the session's end. */
const LEAVE_MS = 300;
/** Reasons told in one outage. */
const REASONS = 5;

export interface EventsOptions {
  /** The way to a profile's stream, usually from the vault; null where there is none. Asked before each attempt. */
  readonly settings: (profileId: string) => Promise<EventSettings | null>;
  readonly log: Log;
  /**
   * How long a broker may hold back the answer that there is nothing new, in milliseconds (1500). A broker answers at once
   * when something is; one that does not needs a short time here.
   */
  readonly waitMs?: number;
}

export interface EventsAdapter extends Events {
  /** Ends everything, within half a second also before brokers that are dead. */
  close(): Promise<void>;
}

/**
 * Listens to the banks' event streams (Halyk: "Kafka topic for callbacks"). Each profile has a consumer in a group of its
 * own, from the newest message on. What is longer than 64 KiB or is no UTF-8 is dropped.
 */
export function createEvents({ settings, log, waitMs = WAIT_MS }: EventsOptions): EventsAdapter {
  const open = new Set<EventSource>();
  return {
    listen(profileId, on) {
      const source = follow(profileId, { settings: () => settings(profileId), log, waitMs }, on);
      const own: EventSource = {
        async close() {
          open.delete(own);
          await source.close();
        },
      };
      open.add(own);
      return own;
    },
    async close() {
      await Promise.all([...open].map((source) => source.close()));
    },
  };
}

/**
 * Connects once, looks for topic and group, and hangs up; joins nothing. Within 13 s. `detail` is a line
 * for a technician, without secrets.
 */
export async function probeEvents(settings: EventSettings): Promise<{ ok: true } | { ok: false; detail: string }> {
  const unreachable = await whyUnreachable(settings.brokers);
  if (unreachable !== null) return { ok: false, detail: unreachable };
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const limit = setTimeout(() => resolve("no answer"), PROBE_MS);
  const thread = startThread({ kind: "probe", settings }, (said) => {
    if (said.kind === "found") resolve(null);
    if (said.kind === "failed") resolve(said.why);
  });
  const detail = await promise;
  clearTimeout(limit);
  await thread.stop();
  return detail === null ? { ok: true } : { ok: false, detail };
}

type Listener = Parameters<Events["listen"]>[1];

interface Way {
  readonly settings: () => Promise<EventSettings | null>;
  readonly log: Log;
  readonly waitMs: number;
}

function follow(profileId: string, { settings, log, waitMs }: Way, on: Listener): EventSource {
  let up = false;
  let closed = false;
  let pause = FIRST_PAUSE_MS;
  let thread: Thread | null = null;
  let timer: NodeJS.Timeout | undefined;
  const told = new Set<string>();
  const ended = new AbortController();

  const attempt = async (): Promise<void> => {
    const found = await settings();
    if (closed) return;
    if (found === null) return failed("nothing is set up");
    // Costs next to nothing, where a thread with its client would take its half second in vain every half minute.
    const unreachable = await whyUnreachable(found.brokers, ended.signal);
    if (closed) return;
    if (unreachable !== null) return failed(unreachable);
    thread = startThread({ kind: "listen", settings: found, waitMs }, hear);
    wait(JOIN_MS, () => failed("the group could not be joined in time"));
  };

  const begin = (): void => {
    attempt().catch((error: unknown) => failed(String(error)));
  };

  function wait(ms: number, run: () => void): void {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(run, ms);
  }

  function hear(said: EventsSaid): void {
    if (closed) return;
    if (said.kind === "message") return on.message(said.text);
    if (said.kind === "failed") return failed(said.why);
    if (said.kind !== "beat") return;
    wait(SILENCE_MS, () => failed("the brokers are silent"));
    pause = FIRST_PAUSE_MS;
    if (!said.whole) complain("the group is shared: a part of the events goes to somebody else");
    turn(said.whole);
  }

  function failed(why: string): void {
    if (closed) return;
    void thread?.stop();
    thread = null;
    complain(why);
    turn(false);
    wait(pause, begin);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }

  /** Each reason once in an outage, not once for every attempt. */
  function complain(why: string): void {
    if (told.has(why) || told.size >= REASONS) return;
    told.add(why);
    log.warn("events.down", { profile: profileId, why });
  }

  function turn(now: boolean): void {
    if (up === now) return;
    up = now;
    if (up) {
      told.clear();
      log.info("events.up", { profile: profileId });
    }
    on.health(up);
  }

  begin();
  return {
    async close() {
      closed = true;
      ended.abort();
      clearTimeout(timer);
      await thread?.stop(LEAVE_MS);
      thread = null;
    },
  };
}

interface Thread {
  /** Ends it with all its sockets and timers; `politely`: it may say good-bye first, for so many milliseconds. */
  stop(politely?: number): Promise<void>;
}

function startThread(task: EventsTask, hear: (said: EventsSaid) => void): Thread {
  const worker = new Worker(WORKER, { workerData: task, resourceLimits: { maxOldGenerationSizeMb: 128 } });
  let over = false;
  const last = (why: string): void => {
    if (over) return;
    over = true;
    hear({ kind: "failed", why });
  };
  worker.on("message", (said: EventsSaid) => {
    if (!over) hear(said);
  });
  worker.on("error", (error) => last(`the thread broke: ${error instanceof Error ? error.message : String(error)}`));
  worker.on("exit", () => last("the thread ended"));
  return {
    async stop(politely = 0) {
      over = true;
      if (politely > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        const limit = setTimeout(resolve, politely);
        worker.once("exit", resolve);
        worker.postMessage(LEAVE);
        await promise;
        clearTimeout(limit);
      }
      await worker.terminate();
    },
  };
}

/** Why not one of the brokers takes a connection; null as soon as one does. */
async function whyUnreachable(brokers: readonly string[], signal?: AbortSignal): Promise<string | null> {
  const done = new AbortController();
  const end = AbortSignal.any([done.signal, ...(signal ? [signal] : [])]);
  const tries = brokers.map(async (broker) => {
    const why = await whyRefused(broker, end);
    if (why !== null) throw new Error(why);
  });
  try {
    await Promise.any(tries);
    return null;
  } catch (error) {
    return String(((error as AggregateError).errors[0] as Error | undefined)?.message ?? "no broker");
  } finally {
    done.abort();
  }
}

function whyRefused(broker: string, signal: AbortSignal): Promise<string | null> {
  const at = broker.lastIndexOf(":");
  const host = broker.slice(0, at).replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(broker.slice(at + 1)), signal });
    const end = (why: string | null): void => {
      socket.destroy();
      resolve(why === null ? null : `${broker}: ${why}`);
    };
    socket.setTimeout(REACH_MS, () => end("no answer"));
    socket.once("connect", () => end(null));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  });
}
