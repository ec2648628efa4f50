/** PINs and sessions: the delays run on a clock of the test. */
import { scryptSync } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Journal } from "../../main/core/ports.ts";
import { createPeople } from "../../main/settings/people.ts";
import { createPinGuard, META_TRIES, type PinGuard } from "../../main/settings/pin-guard.ts";
import type { PinHash } from "../../main/settings/pin.ts";
import { createSessions, idleSecondsOf, type Sessions } from "../../main/settings/sessions.ts";
import type { StoredPerson } from "../../main/settings/stored.ts";
import { silentLog } from "../support/desk.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

/** At a cost that a test can pay often. */
function cheap(pin: string): PinHash {
  const hash = scryptSync(pin, "salt", 32, { N: 2, r: 8, p: 1 });
  return { salt: Buffer.from("salt").toString("base64"), hash: hash.toString("base64"), n: 2 };
}
const people: StoredPerson[] = [
  { id: "t1", name: "Техник", role: "technician", pin: cheap("730155") },
  { id: "c1", name: "Кассир", role: "cashier", pin: cheap("1111") },
];

let wall = 0;
let mono = 0;
let up = 0;
const clock = { now: () => wall, mono: () => mono, setTimeout: () => null, clearTimeout: () => undefined };
const IDLE_SECONDS = idleSecondsOf("cashier");
const openSessions = (): Sessions => createSessions({ clock, idleSeconds: () => IDLE_SECONDS });
let meta: Map<string, string>;
let refuse = false;
let commits: string[];
const journal: Pick<Journal, "meta" | "commit"> = {
  meta: async (name) => meta.get(name) ?? null,
  async commit(batch) {
    if (refuse) throw new Error("disk full");
    for (const [name, value] of Object.entries(batch.meta ?? {})) {
      if (value === null) meta.delete(name);
      else meta.set(name, value);
      commits.push(value ?? "none");
    }
    return { head: 0, seqs: {} };
  },
};
let guard: PinGuard;
const open = (): PinGuard => createPinGuard({ clock, uptime: () => up, journal, log: silentLog });
const pass = (seconds: number): void => {
  wall += seconds * 1000;
  mono += seconds * 1000;
  up += seconds * 1000;
};
const tell = async (pin: string): Promise<string> => {
  const result = await guard.check(pin, people);
  if (result.ok) return result.value.id;
  return `${result.error.code} ${Object.values(result.error.params).join()}`;
};
async function wrong(times: number): Promise<string[]> {
  const said: string[] = [];
  for (let i = 0; i < times; i += 1) said.push(await tell("0000"));
  return said;
}

beforeEach(() => {
  wall = Date.UTC(2026, 10, 22);
  mono = 5_000;
  up = 7_000_000;
  meta = new Map();
  commits = [];
  refuse = false;
  guard = open();
});

describe("a PIN", () => {
  it("says who it is", async () => {
    expect(await tell("730155")).toBe("t1");
    expect(await tell("1111")).toBe("c1");
  });

  it("may be wrong five times; then everybody waits a minute, and twice as long after each further one", async () => {
    expect(await wrong(5)).toEqual(["wrong_pin 4", "wrong_pin 3", "wrong_pin 2", "wrong_pin 1", "wrong_pin 0"]);
    expect(await tell("730155")).toBe("pin_wait 60");
    pass(59);
    expect(await tell("730155")).toBe("pin_wait 1");
    pass(1);
    for (const seconds of [120, 240, 480, 900, 900]) {
      expect(await wrong(1)).toEqual(["wrong_pin 0"]);
      expect(await wrong(1)).toEqual([`pin_wait ${seconds}`]);
      pass(seconds);
    }
    expect(await tell("730155")).toBe("t1");
    expect(await wrong(1)).toEqual(["wrong_pin 4"]);
  });

  it("of a cashier does not wipe out the tries at somebody else's, so that nobody guesses for ever between two of his own", async () => {
    for (let round = 0; round < 4; round += 1) {
      await wrong(1);
      expect(await tell("1111")).toBe("c1");
    }
    expect(await wrong(1)).toEqual(["wrong_pin 0"]);
    expect(await tell("1111")).toBe("pin_wait 60");
    // Not for ever either: slips of the finger long past are forgiven.
    pass(60);
    expect(await tell("1111")).toBe("c1");
    expect(await wrong(1)).toEqual(["wrong_pin 0"]);
    pass(3_600);
    guard = open();
    expect(await tell("1111")).toBe("c1");
    expect(await wrong(1)).toEqual(["wrong_pin 4"]);
  });

  it("of a technician wipes them out", async () => {
    await wrong(4);
    expect(await tell("730155")).toBe("t1");
    expect(await wrong(1)).toEqual(["wrong_pin 4"]);
  });

  it("is not looked at while the pause lasts", async () => {
    await wrong(5);
    const before = commits.length;
    await wrong(3);
    expect(commits).toHaveLength(before);
    pass(60);
    expect(await tell("730155")).toBe("t1");
  });

  it("is counted before it is compared, so that a kill in between gives no free try", async () => {
    const checking = guard.check("0000", people);
    await Promise.resolve();
    await checking;
    expect(JSON.parse(commits[0] ?? "")).toMatchObject({ wrong: 1 });
    guard = open();
    expect(await wrong(1)).toEqual(["wrong_pin 3"]);
  });

  it("that cannot be counted is not compared", async () => {
    refuse = true;
    expect(await tell("730155")).toBe("journal_unavailable ");
  });

  it("is compared one at a time: five at once are five tries", async () => {
    const said = await Promise.all(Array.from({ length: 7 }, () => tell("0000")));
    expect(said.slice(4)).toEqual(["wrong_pin 0", "pin_wait 60", "pin_wait 60"]);
  });

  it("waits through a restart, and a clock set forward while it runs shortens nothing", async () => {
    await wrong(6);
    pass(60);
    await wrong(1);
    wall += 86_400_000;
    expect(await tell("730155")).toBe("pin_wait 120");
    pass(20);
    wall -= 86_400_000;
    mono = 0;
    guard = open();
    expect(await tell("730155")).toBe("pin_wait 100");
  });

  it("waits as long when the clock is set forward over a restart, and after one of the machine till it has run so long", async () => {
    await wrong(6);
    pass(60);
    await wrong(1);
    wall += 30 * 86_400_000;
    pass(20);
    mono = 0;
    guard = open();
    expect(await tell("730155")).toBe("pin_wait 100");
    pass(100);
    await wrong(1);
    wall += 86_400_000;
    mono = 0;
    up = 40_000;
    guard = open();
    expect(await tell("730155")).toBe("pin_wait 200");
    pass(200);
    expect(await tell("730155")).toBe("t1");
  });

  it("written down by an older version waits a whole pause", async () => {
    meta.set(META_TRIES, JSON.stringify({ wrong: 6, until: wall, at: wall - 120_000 }));
    guard = open();
    expect(await tell("730155")).toBe("pin_wait 120");
  });

  it("never waits longer than a whole pause when the clock was set back over a restart", async () => {
    await wrong(5);
    wall -= 30 * 86_400_000;
    guard = open();
    expect(await tell("730155")).toBe("pin_wait 60");
    expect(meta.get(META_TRIES)).toBeDefined();
  });

  it("counts for the roles that were asked for alone", async () => {
    const port = createPeople({ guard, sessions: openSessions(), all: () => people });
    expect(await port.identify("1111", ["technician", "owner"])).toMatchObject({
      ok: false,
      error: { code: "wrong_pin" },
    });
    expect(await port.identify("730155", ["technician"])).toEqual({
      ok: true,
      value: { id: "t1", name: "Техник", role: "technician" },
    });
  });
});

describe("a session", () => {
  it("ends when nobody uses it, by either clock", () => {
    const sessions = openSessions();
    const token = sessions.begin("t1");
    pass(IDLE_SECONDS - 1);
    expect(sessions.touch(token)).toBe("t1");
    pass(IDLE_SECONDS - 1);
    expect(sessions.touch(token)).toBe("t1");
    pass(IDLE_SECONDS);
    expect(sessions.touch(token)).toBeNull();
    const slept = sessions.begin("t1");
    wall += IDLE_SECONDS * 1000;
    expect(sessions.touch(slept)).toBeNull();
  });
  it("ends when it is locked, and all of a person's with his PIN", () => {
    const sessions = openSessions();
    const [one, two, other] = [sessions.begin("t1"), sessions.begin("t1"), sessions.begin("o1")];
    sessions.end(one);
    expect([one, two, other].map((token) => sessions.touch(token))).toEqual([null, "t1", "o1"]);
    sessions.endOf("t1");
    expect([one, two, other].map((token) => sessions.touch(token))).toEqual([null, null, "o1"]);
  });
  it("is none of its own making", () => expect(openSessions().touch("x".repeat(43))).toBeNull());
});

describe("whether the till is unlocked", () => {
  const told: boolean[] = [];
  function unattended(mode = { it: "kiosk" }) {
    const time = simulatedClock();
    const sessions = createSessions({ clock: time, idleSeconds: () => idleSecondsOf(mode.it) });
    const port = createPeople({ guard, sessions, all: () => people });
    told.length = 0;
    const end = port.watch(() => told.push(port.unlocked()));
    return { time, sessions, port, end, mode };
  }

  it("is told once when it changes, and without anybody asking when the time is up", async () => {
    const { time, sessions, port } = unattended();
    expect(port.unlocked()).toBe(false);
    const token = sessions.begin("t1");
    expect(port.unlocked()).toBe(true);
    sessions.begin("t1");
    await time.advance(119_000);
    sessions.touch(token);
    await time.advance(119_000);
    expect(told).toEqual([true]);
    await time.advance(1_000);
    expect(told).toEqual([true, false]);
    expect([port.unlocked(), time.pending()]).toEqual([false, 0]);
  });
  it("ends with the last session, not with the first", () => {
    const { sessions } = unattended();
    const [one, two] = [sessions.begin("t1"), sessions.begin("c1")];
    sessions.end(one);
    expect(told).toEqual([true]);
    sessions.end(two);
    expect(told).toEqual([true, false]);
  });
  it("ends sooner where a customer may stand before it, from the next touch after a change of the mode on", async () => {
    const { time, sessions, mode } = unattended({ it: "cashier" });
    const token = sessions.begin("t1");
    await time.advance(300_000);
    expect(told).toEqual([true]);
    mode.it = "vending";
    expect(sessions.touch(token), "it is over by the new measure").toBeNull();
    const next = sessions.begin("t1");
    sessions.touch(next);
    await time.advance(120_000);
    expect(told).toEqual([true, false, true, false]);
  });
  it("ends with every session at once when it is locked for all, and can be opened again", () => {
    const { sessions, port, time } = unattended();
    const tokens = [sessions.begin("t1"), sessions.begin("t1")];
    port.lock();
    port.lock();
    expect([told, ...tokens.map((token) => sessions.touch(token)), time.pending()]).toEqual([
      [true, false],
      null,
      null,
      0,
    ]);
    expect(sessions.touch(sessions.begin("t1"))).toBe("t1");
  });
  it("is told nobody any more who has ended it, and leaves no timer behind", () => {
    const { time, sessions, end } = unattended();
    end();
    sessions.begin("t1");
    sessions.close();
    expect([told, time.pending()]).toEqual([[], 0]);
  });
});
