import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { Producer } from "@platformatic/kafka";
import { guard, type Login } from "./broker-guard.ts";

/** A real broker of one node over TCP (librdkafka's mock cluster, inside a kcat), with four partitions for each topic. */
export interface Broker {
  /** Where it is found for its whole life, through its deaths. */
  readonly address: string;
  /** Resolves when the broker has taken them all. Messages of one key stay in order. */
  produce(texts: string | Buffer | readonly (string | Buffer)[], key?: string): Promise<void>;
  /** Kills its process; nothing of it is left. */
  kill(): Promise<void>;
  /** A new process behind the same address; it has forgotten everything. */
  start(): Promise<void>;
  /** It stands still: connections stay, nothing is answered. */
  freeze(): void;
  close(): Promise<void>;
}

export interface BrokerOptions {
  /** What is produced goes here. */
  readonly topic: string;
  /** Certificate and key of its TLS, PEM; none: no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Who is let in; none: everybody. */
  readonly login?: Login;
}

/**
 * What it says it can do (key 2, ListOffsets: versions 0 to 5), and what is true: in librdkafka 2.0.2 its answers of
 * version 4 and 5 hold a leader epoch of eight bytes instead of four.
 */
const CLAIMED = Buffer.from("00020000000500", "hex");
const TRUE = Buffer.from("00020000000300", "hex");

type Kcat = ChildProcessByStdio<Writable, null, Readable>;

/** Starts a broker. Its process ends with ours, since its input ends then. */
export async function startBroker({ topic, tls, login }: BrokerOptions): Promise<Broker> {
  let port = 0;
  let kcat: Kcat | null = null;
  let producer: Producer<Buffer, Buffer, Buffer, Buffer> | null = null;
  const sockets = new Set<Socket>();

  // It takes another port at each start and knows neither TLS nor SASL, so everybody goes through this door.
  const serve = (outside: Socket): void => {
    const inside = connect(port, "127.0.0.1");
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    if (login) guard(outside, login, () => outside.pipe(inside));
    else outside.pipe(inside);
    inside.on("data", (bytes) => {
      replace(bytes, CLAIMED, TRUE);
      replace(bytes, placeOf(port), placeOf(own()));
      outside.write(bytes);
    });
  };
  const door = tls ? createTlsServer(tls, serve) : createServer(serve);
  door.on("tlsClientError", () => undefined);
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  const own = (): number => (door.address() as AddressInfo).port;

  const broker: Broker = {
    address: `127.0.0.1:${own()}`,
    async produce(texts, key = "bill") {
      producer ??= new Producer({ clientId: "bank", bootstrapBrokers: [`127.0.0.1:${port}`], retries: 0 });
      const messages = [texts].flat().map((text) => ({ topic, key: Buffer.from(key), value: Buffer.from(text) }));
      await producer.send({ messages, acks: 1 });
    },
    async kill() {
      await producer?.close();
      producer = null;
      if (kcat === null) return;
      const gone = once(kcat, "exit");
      kcat.kill("SIGKILL");
      kcat = null;
      await gone;
    },
    async start() {
      const mock = ["-P", "-b", "none:1", "-t", topic, "-X", "test.mock.num.brokers=1"];
      kcat = spawn("kcat", mock, { stdio: ["pipe", "ignore", "pipe"] });
      kcat.stdin.on("error", () => undefined);
      port = await portOf(kcat);
    },
    freeze: () => void kcat?.kill("SIGSTOP"),
    async close() {
      await broker.kill();
      for (const socket of sockets) socket.destroy();
      door.close();
    },
  };
  await broker.start();
  return broker;
}

/** What it says about itself at its start: "… ignored and replaced with 127.0.0.1:37903". */
async function portOf(kcat: Kcat): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = "";
  kcat.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    const port = /replaced with 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  kcat.once("error", (error) => reject(new Error(`kcat, which npm test installs: ${error.message}`)));
  kcat.once("exit", (code) => reject(new Error(`kcat ended (${code ?? "signal"}): ${said}`)));
  return promise;
}

/** A host and port as they stand in an answer. */
function placeOf(port: number): Buffer {
  const place = Buffer.from("127.0.0.1....");
  place.writeInt32BE(port, 9);
  return place;
}

function replace(bytes: Buffer, old: Buffer, by: Buffer): void {
  const at = bytes.indexOf(old);
  if (at >= 0) by.copy(bytes, at);
}
