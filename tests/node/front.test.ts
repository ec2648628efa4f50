/** The core as hosts hold it, while the one behind it is exchanged. */
import { beforeEach, describe, expect, it } from "vitest";
import type { Result } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { createFront, type Front } from "../../main/front.ts";
import type { Actor, Core } from "../../main/core/index.ts";

const PERSON: Actor = { kind: "person", name: "cashier" };

interface FakeCore extends Core {
  readonly name: string;
  publish(): void;
  commit(head: number): void;
  busyNow: boolean;
}

let events: string[];
let cores: FakeCore[];
let hold: Promise<void> | null;

function fakeCore(): FakeCore {
  const name = `core ${cores.length + 1}`;
  const watchers = new Set<(snapshot: Snapshot) => void>();
  const journal = new Set<(head: number) => void>();
  const snapshot = () => ({ boot: name }) as Snapshot;
  const core: FakeCore = {
    name,
    busyNow: false,
    start: async () => void events.push(`${name} started`),
    async call(_, command): Promise<Result<unknown>> {
      await hold;
      events.push(`${name} did ${command}`);
      return { ok: true, value: name };
    },
    watch(_, listener) {
      const tell = listener as (snapshot: Snapshot) => void;
      watchers.add(tell);
      tell(snapshot());
      return () => void watchers.delete(tell);
    },
    onJournal(listener) {
      journal.add(listener);
      return () => void journal.delete(listener);
    },
    bank: {
      registerAgain: async () => {
        await hold;
        events.push(`${name} registered`);
        return { ok: true, value: null };
      },
      deleteDevice: async () => ({ ok: true, value: null }),
      reason: () => null,
      events: () => "off",
      busy: () => core.busyNow,
    },
    wake: (reason) => void events.push(`${name} woke: ${reason}`),
    async stop() {
      events.push(`${name} stopped`);
      watchers.clear();
      journal.clear();
    },
    publish: () => {
      for (const listener of watchers) listener(snapshot());
    },
    commit: (head) => {
      for (const listener of journal) listener(head);
    },
  };
  cores.push(core);
  return core;
}

let front: Front;
const change = async (): Promise<void> => void events.push("changed");
const turns = () => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  events = [];
  cores = [];
  hold = null;
  front = createFront({
    first: fakeCore(),
    make: async () => fakeCore(),
    desk: async (name, input) => ({ ok: true, value: { name, input } }),
  });
});

describe("a swap", () => {
  it("stops the old core, makes the change, begins the new one, and takes everybody along", async () => {
    const seen: string[] = [];
    const heads: number[] = [];
    const end = front.watch("cashier", ({ boot }) => seen.push(boot));
    front.onJournal((head) => heads.push(head));
    expect(await front.swap(change)).toBeNull();
    expect(events).toEqual(["core 1 stopped", "changed", "core 2 started"]);
    expect(seen).toEqual(["core 1", "core 2"]);
    cores[1]?.publish();
    cores[1]?.commit(7);
    expect(seen).toEqual(["core 1", "core 2", "core 2"]);
    expect(heads).toEqual([7]);
    end();
    cores[1]?.publish();
    expect(seen).toHaveLength(3);
    expect(await front.call(PERSON, "payments.get", {})).toEqual({ ok: true, value: "core 2" });
  });

  it("waits for commands under way, and lets later ones wait", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const before = front.call(PERSON, "payments.create", {});
    const swapped = front.swap(change);
    await turns();
    const during = front.call(PERSON, "payments.list", {});
    await turns();
    expect(events).toEqual([]);
    resolve();
    await Promise.all([before, swapped, during]);
    expect(events).toEqual([
      "core 1 did payments.create",
      "core 1 stopped",
      "changed",
      "core 2 started",
      "core 2 did payments.list",
    ]);
  });

  it("waits for a device that is being registered, and that for a swap", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise;
    const before = front.bank.registerAgain("kaspi");
    const swapped = front.swap(change);
    await turns();
    const during = front.bank.registerAgain("kaspi");
    await turns();
    resolve();
    await Promise.all([before, swapped, during]);
    expect(events).toEqual(["core 1 registered", "core 1 stopped", "changed", "core 2 started", "core 2 registered"]);
  });

  it("is refused while the core is busy, also when that comes of the last command under way", async () => {
    const [first] = cores;
    if (!first) throw new Error("no core");
    first.busyNow = true;
    expect(await front.swap(change)).toMatchObject({ code: "till_busy" });
    first.busyNow = false;
    const { promise, resolve } = Promise.withResolvers<void>();
    hold = promise.then(() => void (first.busyNow = true));
    const charge = front.call(PERSON, "payments.create", {});
    const swapped = front.swap(change);
    resolve();
    expect(await swapped).toMatchObject({ code: "till_busy" });
    await charge;
    expect(events).toEqual(["core 1 did payments.create"]);
    hold = null;
    expect(await front.call(PERSON, "payments.get", {})).toEqual({ ok: true, value: "core 1" });
  });

  it("whose change fails leaves a core running all the same", async () => {
    await expect(front.swap(() => Promise.reject(new Error("disk full")))).rejects.toThrow("disk full");
    expect(events).toEqual(["core 1 stopped", "core 2 started"]);
    expect(await front.call(PERSON, "payments.get", {})).toEqual({ ok: true, value: "core 2" });
  });

  it("that finds no journal for the next core takes no commands until one begins", async () => {
    let refuse = true;
    front = createFront({
      first: fakeCore(),
      make: () => (refuse ? Promise.reject(new Error("no disk")) : Promise.resolve(fakeCore())),
      desk: async () => ({ ok: true, value: null }),
    });
    await expect(front.swap(change)).rejects.toThrow("no disk");
    expect(await front.call(PERSON, "payments.create", {})).toMatchObject({ error: { code: "journal_unavailable" } });
    refuse = false;
    expect(await front.swap(change)).toBeNull();
    expect(await front.call(PERSON, "payments.create", {})).toMatchObject({ ok: true });
  });

  it("comes by itself once the core is free, after a refresh", async () => {
    const [first] = cores;
    if (!first) throw new Error("no core");
    first.busyNow = true;
    front.refresh();
    first.publish();
    await turns();
    expect(cores).toHaveLength(1);
    first.busyNow = false;
    first.publish();
    await turns();
    expect(events).toEqual(["core 1 stopped", "core 2 started"]);
    cores[1]?.publish();
    await turns();
    expect(cores).toHaveLength(2);
  });
});

describe("the desk", () => {
  it("gets its commands checked, from a person alone, and never the words that were typed", async () => {
    expect(await front.call(PERSON, "desk.unlock", { pin: "1234" })).toEqual({
      ok: true,
      value: { name: "desk.unlock", input: { pin: "1234" } },
    });
    const odd = await front.call(PERSON, "desk.unlock", { pin: "SECRET" });
    expect(odd).toMatchObject({ ok: false, error: { code: "bad_request", params: { field: "pin" } } });
    expect(JSON.stringify(odd)).not.toContain("SECRET");
    const api: Actor = { kind: "api", name: "1c", scopes: ["pay", "refund", "read", "cards", "support"] };
    expect(await front.call(api, "settings.get", { session: "x".repeat(43) })).toMatchObject({
      error: { code: "forbidden" },
    });
    expect(events).toEqual([]);
  });
});

describe("stopping for good", () => {
  it("is not begun while something is in hand, and nothing is touched then", async () => {
    cores[0]!.busyNow = true;
    expect(await front.stopIfFree()).toBe(false);
    expect((await front.call(PERSON, "health", {})).ok).toBe(true);
    expect(events).not.toContain("core 1 stopped");
  });
  it("waits for what is under way, and lets the till go on when that has become a payment", async () => {
    let go: (() => void) | null = null;
    hold = new Promise((resolve) => (go = resolve));
    const creating = front.call(PERSON, "payments.create", {});
    const stopping = front.stopIfFree();
    await turns();
    cores[0]!.busyNow = true;
    go!();
    expect(await stopping).toBe(false);
    expect((await creating).ok).toBe(true);
    hold = null;
    expect((await front.call(PERSON, "health", {})).ok).toBe(true);
    expect(events).not.toContain("core 1 stopped");
  });
  it("stops the core once, and what comes later waits for the end of the process", async () => {
    expect(await front.stopIfFree()).toBe(true);
    let answered = false;
    void front.call(PERSON, "payments.create", {}).then(() => (answered = true));
    await turns();
    await front.stop();
    expect(await front.stopIfFree()).toBe(true);
    expect(events.filter((line) => line === "core 1 stopped")).toHaveLength(1);
    expect(answered).toBe(false);
    expect(events).not.toContain("core 1 did payments.create");
  });
});
