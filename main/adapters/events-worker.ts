/**
 * The thread in which one attempt at a bank's event stream lives. It ends with its first failure, whatever that was, and
 * everything it had open ends with it; the other side starts another. So no state of the client outlives a failure, and
 * nothing that a broker sends can harm the till's own thread.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Consumer, type ConsumerOptions } from "@platformatic/kafka";
import type { EventSettings } from "./event-settings.ts";
import { LEAVE, type EventsSaid, type EventsTask } from "./events-task.ts";

const CONNECT_MS = 5_000;
/** Longer than a join can take: the broker waits for a member that has not said good-bye until its session is over. */
const REQUEST_MS = 15_000;
/** The broker's bound for a member that is silent; less than 6 s it refuses by default. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
const FETCH_BYTES = 1_048_576;
/** An event has some 600 bytes. */
const LONGEST = 65_536;

const say = (said: EventsSaid): void => parentPort?.postMessage(said);

/** The causes from the outside in, the library's collections opened: the innermost says what is wrong. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let next = error; next instanceof Error && words.length < 4; next = innerOf(next))
    if (!words.includes(next.message)) words.push(next.message);
  return (words.join(": ") || String(error)).slice(0, 300);
}

function innerOf(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause;
}

function fail(error: unknown): void {
  say({ kind: "failed", why: wordsOf(error) });
}

function optionsOf({ brokers, groupId, tls, sasl }: EventSettings): ConsumerOptions<Buffer, Buffer, Buffer, Buffer> {
  return {
    clientId: groupId,
    groupId,
    bootstrapBrokers: [...brokers],
    connectTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retries: 0,
    sessionTimeout: SESSION_MS,
    rebalanceTimeout: SESSION_MS,
    heartbeatInterval: HEARTBEAT_MS,
    heartbeatStallTimeout: SESSION_MS,
    autocommit: false,
    // An empty list of roots would trust nobody.
    ...(tls && { tls: tls.ca.length > 0 ? { ca: [...tls.ca] } : {} }),
    // A name is also sent to the broker (SNI); an address must not be.
    ...(tls && brokers.every(isName) && { tlsServerName: true }),
    ...(sasl && { sasl }),
  };
}

function isName(broker: string): boolean {
  return /[a-z]/i.test(broker) && !broker.startsWith("[");
}

async function listen(settings: EventSettings, waitMs: number): Promise<void> {
  const { topic } = settings;
  const consumer = new Consumer(optionsOf(settings));
  parentPort?.on("message", (word) => {
    if (word === LEAVE) void consumer.close(true).finally(() => parentPort?.close());
  });
  consumer.on("error", fail);
  consumer.on("consumer:heartbeat:error", ({ error }) => fail(error));
  consumer.on("consumer:heartbeat:stalled", () => fail(new Error("the group is silent")));
  // From the newest on: what happened before is asked for over HTTPS anyway.
  const stream = await consumer.consume({
    topics: [topic],
    mode: "latest",
    fallbackMode: "latest",
    maxWaitTime: waitMs,
    maxBytes: FETCH_BYTES,
  });
  stream.on("error", fail);
  stream.on("fetch", () => {
    if (stream.destroyed) return;
    const mine = consumer.assignments?.find((assigned) => assigned.topic === topic)?.partitions.length ?? 0;
    say({ kind: "beat", whole: mine === consumer.currentMetadata?.topics.get(topic)?.partitionsCount });
  });
  stream.on("data", ({ value }) => {
    const text = textOf(value);
    if (text !== null) say({ kind: "message", text });
  });
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function textOf(value: Buffer | undefined): string | null {
  if (value === undefined || value.length > LONGEST) return null;
  try {
    return decoder.decode(value);
  } catch {
    return null;
  }
}

/** Joins no group: a till that listens already would have to share its partitions with this one. */
async function probe(settings: EventSettings): Promise<void> {
  const consumer = new Consumer(optionsOf(settings));
  consumer.on("error", fail);
  await consumer.listOffsets({ topics: [settings.topic] });
  await consumer.findGroupCoordinator();
  say({ kind: "found" });
}

const task = workerData as EventsTask;
(task.kind === "listen" ? listen(task.settings, task.waitMs) : probe(task.settings)).catch(fail);
