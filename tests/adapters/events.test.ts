/** The bank's event stream against a real broker: what comes, how fast, and what its deaths look like. */
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EventSettings } from "../../main/adapters/event-settings.ts";
import type { createEvents, EventsAdapter, probeEvents } from "../../main/adapters/events.ts";
import type { EventSource } from "../../main/core/ports.ts";
import { startBroker, type Broker, type BrokerOptions } from "../support/broker.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { issue } from "./support/certificates.ts";
import { closedPort } from "./support/servers.ts";

const TOPIC = "ob-qr-service-status-events";
/** The mock broker does not wake for a new message: it looks when this is over. */
const WAIT_MS = 40;
let bundles: Bundles;
/** As it is built, in a folder without packages. */
let built: { readonly createEvents: typeof createEvents; readonly probeEvents: typeof probeEvents };
const ca = issue({ kind: "ca", name: "Broker CA" });
const server = issue({ kind: "server", name: "broker", issuer: ca });
const tls = { cert: server.cert, key: server.keyPem };
const brokers: Broker[] = [];
const adapters: EventsAdapter[] = [];

beforeAll(async () => {
  bundles = await buildBundles(["events-worker.cjs"]);
  const outfile = join(bundles.dir, "events.cjs");
  await build({
    entryPoints: [join(import.meta.dirname, "../../main/adapters/events.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
  });
  built = createRequire(import.meta.url)(outfile) as typeof built;
});

afterAll(async () => {
  await Promise.all(adapters.map((adapter) => adapter.close()));
  await Promise.all(brokers.map((broker) => broker.close()));
  await bundles.remove();
});

async function open(options: Partial<BrokerOptions> = {}): Promise<Broker> {
  const broker = await startBroker({ topic: TOPIC, ...options });
  brokers.push(broker);
  return broker;
}

const settingsFor = (address: string, more: Partial<EventSettings> = {}): EventSettings => ({
  brokers: [address],
  topic: TOPIC,
  groupId: "qabyl-T1-0a1b2c3d",
  tls: null,
  sasl: null,
  ...more,
});

interface Till {
  readonly source: EventSource;
  readonly events: EventsAdapter;
  readonly texts: readonly string[];
  readonly log: readonly string[];
  up(): boolean;
  until(what: string, holds: () => boolean, withinMs?: number): Promise<void>;
}

function listen(settings: EventSettings): Till {
  const texts: string[] = [];
  const log: string[] = [];
  let up = false;
  const write = (event: string, fields?: object): void => void log.push(`${event} ${JSON.stringify(fields ?? {})}`);
  const events = built.createEvents({
    settings: async () => settings,
    log: { info: write, warn: write, error: write },
    waitMs: WAIT_MS,
  });
  adapters.push(events);
  const source = events.listen("p1", { message: (text) => texts.push(text), health: (now) => (up = now) });
  return {
    source,
    events,
    texts,
    log,
    up: () => up,
    async until(what, holds, withinMs = 30_000) {
      const end = performance.now() + withinMs;
      while (!holds()) {
        if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}\n${log.join("\n")}`);
        await new Promise((again) => setTimeout(again, 2));
      }
    },
  };
}

const isUp = (till: Till): Promise<void> => till.until("the stream is up", till.up);
const took = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

describe.concurrent("a bank's event stream", { timeout: 60_000 }, () => {
  test("every till with a group of its own gets every event, in order, doubled ones too, within 150 ms", async () => {
    const broker = await open();
    await broker.produce("from before the start");
    const one = listen(settingsFor(broker.address));
    const two = listen(settingsFor(broker.address, { groupId: "qabyl-T2-4e5f6a7b" }));
    await Promise.all([isUp(one), isUp(two)]);

    const times: number[] = [];
    for (let n = 0; n < 9; n += 1)
      times.push(
        await took(async () => {
          await broker.produce(`event ${n}`);
          await one.until(`event ${n}`, () => one.texts.length > n);
        }),
      );
    expect(times.toSorted((a, b) => a - b)[4]).toBeLessThan(150);

    await broker.produce(["same", "same", "{"]);
    await broker.produce(["x".repeat(900_000), Buffer.from([0xff, 0xfe, 0x01]), "", "y".repeat(65_537)]);
    await broker.produce(["z".repeat(65_536), "last, оплачено"]);
    const all = [...times.map((_, n) => `event ${n}`), "same", "same", "{", "", "z".repeat(65_536), "last, оплачено"];
    for (const till of [one, two]) {
      await till.until("the last one", () => till.texts.includes("last, оплачено"));
      expect(till.texts).toEqual(all);
      expect(till.log).toEqual(['events.up {"profile":"p1"}']);
    }

    expect(await took(() => one.events.close())).toBeLessThan(1_000);
    await broker.produce("after the end");
    await two.until("the one after", () => two.texts.includes("after the end"));
    expect(one.texts).toEqual(all);
    expect(one.up()).toBe(true);
  });

  test("a broker that is killed is noticed at once, and found again when it is back, over TLS", async () => {
    const broker = await open({ tls });
    const till = listen(settingsFor(broker.address, { tls: { ca: [ca.cert] } }));
    await isUp(till);
    await broker.kill();
    await till.until("the death is noticed", () => !till.up(), 2_000);
    await broker.start();
    await isUp(till);
    await broker.produce("back");
    await till.until("an event", () => till.texts.includes("back"));
    expect(till.log.filter((line) => line.startsWith("events.up"))).toHaveLength(2);
  });

  test("one that stands still is noticed within six seconds, and does not hold up the end", async () => {
    const broker = await open();
    const till = listen(settingsFor(broker.address));
    await isUp(till);
    broker.freeze();
    expect(await took(() => till.until("the silence is noticed", () => !till.up(), 8_000))).toBeGreaterThan(1_000);
    expect(till.log.at(-1)).toBe('events.down {"profile":"p1","why":"the brokers are silent"}');
    expect(await took(() => till.events.close())).toBeLessThan(1_000);
  });

  test("a wrong address is told once and not for every attempt", async () => {
    const address = `127.0.0.1:${await closedPort()}`;
    const till = listen(settingsFor(address));
    const nameless = listen(settingsFor("no-such-host.invalid:9092"));
    await new Promise((later) => setTimeout(later, 3_500));
    expect(till.log).toEqual([`events.down {"profile":"p1","why":"${address}: ECONNREFUSED"}`]);
    expect(nameless.log).toHaveLength(1);
    expect([till.up(), nameless.up()]).toEqual([false, false]);
    expect(await took(() => Promise.all([till.events.close(), nameless.source.close()]))).toBeLessThan(500);
    expect(await built.probeEvents(settingsFor(address))).toEqual({ ok: false, detail: `${address}: ECONNREFUSED` });
  });

  test("what is no broker at all breaks nothing, and no password is told", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
      setTimeout(() => socket.resetAndDestroy(), 200);
    });
    server.listen(0, "127.0.0.1");
    const address = await new Promise<string>((resolve) =>
      server.once("listening", () => resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)),
    );
    const sasl = { mechanism: "SCRAM-SHA-512", username: "till", password: "correct horse" } as const;
    const till = listen(settingsFor(address, { sasl }));
    await till.until("it is down", () => till.log.length > 0);
    const probed = await built.probeEvents(settingsFor(address, { sasl, tls: { ca: [] } }));
    expect(probed.ok).toBe(false);
    expect(JSON.stringify([till.log, probed])).not.toContain("correct horse");
    await till.source.close();
    server.close();
  });

  test("TLS trusts the roots that were given, and nobody else", async () => {
    const broker = await open({ tls });
    const [right, publicRoots, without] = await Promise.all([
      built.probeEvents(settingsFor(broker.address, { tls: { ca: [ca.cert] } })),
      built.probeEvents(settingsFor(broker.address, { tls: { ca: [] } })),
      built.probeEvents(settingsFor(broker.address)),
    ]);
    expect(right).toEqual({ ok: true });
    expect(publicRoots).toMatchObject({ ok: false, detail: expect.stringMatching(/certificate/) });
    expect(without.ok).toBe(false);
  });

  test("SASL lets in who knows the password; who does not is told in the log, without it", async () => {
    const login = { username: "till", password: "correct horse" };
    const broker = await open({ login });
    const probe = (mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512", password = login.password) =>
      built.probeEvents(settingsFor(broker.address, { sasl: { mechanism, username: "till", password } }));
    const known = await Promise.all([probe("PLAIN"), probe("SCRAM-SHA-256"), probe("SCRAM-SHA-512")]);
    expect(known).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    const sasl = { mechanism: "PLAIN", username: "till", password: "battery staple" } as const;
    const till = listen(settingsFor(broker.address, { sasl }));
    const refused = await probe("SCRAM-SHA-512", "battery staple");
    expect(refused.ok).toBe(false);
    await till.until("it is refused", () => till.log.length > 0);
    expect(till.up()).toBe(false);
    expect(JSON.stringify([refused, till.log])).toMatch(/SASL authentication failed/);
    expect(JSON.stringify([refused, till.log])).not.toMatch(/battery|staple/);
    await till.source.close();
  });
});
