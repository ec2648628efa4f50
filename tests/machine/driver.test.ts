/** What the driver does with each word of the machine, before a core of one shelf. */
import { beforeEach, expect, it } from "vitest";
import type { ErrorCode } from "../../contract/errors.ts";
import { createDriver, type Driver } from "../../main/machine/driver.ts";
import type { Said } from "../../main/machine/link.ts";
import { silentLog } from "../support/desk.ts";
import { simulatedClock, type SimulatedClock } from "../support/simulated-clock.ts";
import { fakeCore, type FakeCore } from "./fake-core.ts";

let core: FakeCore;
let clock: SimulatedClock;
let driver: Driver;
let sent: string[];
/** Holds the next command of that name until it is called. */
let hold: { readonly name: string; readonly until: Promise<unknown> } | null;

const hello = (): void => driver.hello({ word: "HELLO", v: "1", id: "VM-1", boot: "1" });

beforeEach(async () => {
  core = fakeCore();
  clock = simulatedClock();
  sent = [];
  hold = null;
  driver = createDriver({
    core: {
      async call(actor, name, input) {
        if (hold?.name === name) await hold.until;
        return core.call(actor, name, input);
      },
    },
    clock,
    log: silentLog,
    send: (word, fields = {}) =>
      void sent.push([word, ...Object.values(fields)].filter((one) => one !== undefined).join(" ")),
  });
  core.onJournal(() => driver.journaled());
  hello();
  await clock.advance(0);
});

/** What the till says to it. */
async function after(message: Said): Promise<string[]> {
  sent.length = 0;
  driver.said(message);
  await clock.advance(0);
  return [...sent];
}

/** A sale of the machine's own, paid. */
async function sold(order = "1-1"): Promise<string> {
  await after({ word: "VEND", order, amount: "450.00" });
  const [id = ""] = [...core.sales.keys()].slice(-1);
  core.change(id, { state: "paid" });
  await clock.advance(0);
  return id;
}

it("says GO when the journal has it, and not a moment before", async () => {
  const id = await sold();
  const written = Promise.withResolvers<void>();
  hold = { name: "payments.dispense", until: written.promise };
  expect(await after({ word: "BEGIN", order: "1-1" })).toEqual([]);
  // Once more meanwhile: it is not begun twice.
  expect(await after({ word: "BEGIN", order: "1-1" })).toEqual([]);
  written.resolve();
  await clock.advance(0);
  expect(sent).toEqual(["GO 1-1"]);
  expect(core.commands.filter((name) => name === "payments.dispense")).toHaveLength(1);
  expect(core.sales.get(id)?.fulfilment?.state).toBe("dispensing");
});

it("says DONE when the journal has it, and does not let a report overtake its BEGIN", async () => {
  await sold();
  const written = Promise.withResolvers<void>();
  hold = { name: "payments.dispense", until: written.promise };
  await after({ word: "BEGIN", order: "1-1" });
  expect(await after({ word: "GIVEN", order: "1-1" })).toEqual([]);
  written.resolve();
  await clock.advance(0);
  expect(sent).toEqual(["GO 1-1", "STATE 1-1 given", "DONE 1-1 given"]);
});

it("answers the same word the same way, as often as it comes", async () => {
  await sold();
  for (let n = 0; n < 3; n += 1) expect(await after({ word: "BEGIN", order: "1-1" })).toContain("GO 1-1");
  for (let n = 0; n < 3; n += 1)
    expect(await after({ word: "FAILED", order: "1-1", reason: "jam" })).toContain("DONE 1-1 not_given");
  expect(await after({ word: "BEGIN", order: "1-1" })).toEqual(["STOP 1-1 goods_decided"]);
  expect(await after({ word: "GIVEN", order: "1-1" })).toEqual(["DONE 1-1 disputed"]);
});

it("goods that are lost are begun first where nobody had, so that time gives no money back", async () => {
  const id = await sold();
  expect(await after({ word: "LOST", order: "1-1" })).toContain("DONE 1-1 unknown");
  expect(core.sales.get(id)?.fulfilment?.state).toBe("dispensing");
  core.broken = "journal_unavailable";
  expect(await after({ word: "LOST", order: "1-1" })).toEqual(["NAK journal_unavailable 1-1"]);
});

it.each<[string, Said, readonly string[]]>([
  ["begin", { word: "BEGIN", order: "9-9" }, ["STOP 9-9 unknown"]],
  ["report", { word: "GIVEN", order: "9-9" }, ["DONE 9-9 none"]],
  ["cancel", { word: "CANCEL", order: "9-9" }, ["STATE 9-9 none"]],
  [
    "vend under the till's own kind of number",
    { word: "VEND", order: "a".repeat(32), amount: "4.50" },
    ["STATE refused"],
  ],
])("an order nobody knows: %s", async (_, message, expected) => {
  const said = await after(message);
  expect(said.map((one) => one.replace(` ${"a".repeat(32)}`, "").replace(" order", ""))).toEqual(expected);
  expect(core.sales.size).toBe(0);
});

it("an order is for ever: the same number asks about it, with another amount it is refused", async () => {
  await sold();
  expect(await after({ word: "VEND", order: "1-1", amount: "450.00" })).toEqual(["STATE 1-1 paid"]);
  expect(await after({ word: "VEND", order: "1-1", amount: "451.00" })).toEqual(["NAK key_reused 1-1"]);
  expect(core.commands).toEqual(["payments.create"]);
});

it("before it is paid nothing is begun, and it can be cancelled", async () => {
  expect(await after({ word: "VEND", order: "1-1", amount: "450.00" })).toContain("STATE 1-1 wait");
  expect(await after({ word: "BEGIN", order: "1-1" })).toEqual(["NAK not_paid 1-1"]);
  expect(await after({ word: "CANCEL", order: "1-1" })).toContain("STATE 1-1 ended cancelled");
});

it.each<ErrorCode>(["journal_unavailable", "internal"])(
  "%s is no answer: it says so, and is asked again",
  async (code) => {
    await sold();
    core.broken = code;
    for (const message of [
      { word: "BEGIN", order: "1-1" },
      { word: "GIVEN", order: "1-1" },
      { word: "VEND", order: "2-1", amount: "450.00" },
    ] as const satisfies Said[])
      expect(await after(message)).toEqual([`NAK ${code} ${message.order}`]);
  },
);

it("after a restart it asks what became of what was begun, and says again what waits", async () => {
  const begun = await sold("1-1");
  core.change(begun, { fulfilment: { state: "dispensing" } });
  const screen = core.buy([{ id: "07", quantity: 1 }]);
  core.change(screen, { state: "paid" });
  const given = await sold("1-3");
  core.change(given, { fulfilment: { state: "given" } });
  await clock.advance(0);
  sent.length = 0;
  hello();
  await clock.advance(0);
  expect(sent).toEqual(["ASK 1-1", `SELECT ${screen.replaceAll("-", "")} 07`]);
  // Whoever turns his motor is left in peace for a while, and what waits is said again and again.
  sent.length = 0;
  driver.said({ word: "TURNING", order: "1-1" });
  await clock.advance(9_000);
  expect(new Set(sent)).toEqual(new Set([`SELECT ${screen.replaceAll("-", "")} 07`]));
  expect(sent.length).toBeGreaterThan(3);
  await clock.advance(4_000);
  expect(sent).toContain("ASK 1-1");
});

it("another program's sale is not the machine's to hand out", async () => {
  const id = core.buy([{ id: "07", quantity: 1 }]);
  core.change(id, { actor: "api:1c", state: "paid" });
  await clock.advance(5_000);
  hello();
  await clock.advance(5_000);
  expect(sent).toEqual([]);
});

it("nor is that of a program whose token somebody has called `machine`", async () => {
  const id = core.buy([]);
  core.change(id, { actor: "api:machine", externalId: "VM-1:42", state: "paid" });
  await clock.advance(5_000);
  expect(await after({ word: "BEGIN", order: "42" })).toEqual(["STOP 42 unknown"]);
  expect(core.commands).toEqual([]);
});

it.each(["api:1c", "api:machine"])("nor to touch by its id, whoever made it: %s", async (actor) => {
  const id = core.buy([{ id: "07", quantity: 1 }]);
  core.change(id, { actor, externalId: "VM-9:1", state: "paid" });
  await clock.advance(0);
  core.commands.length = 0;
  const order = id.replaceAll("-", "");
  expect(await after({ word: "BEGIN", order })).toEqual([`STOP ${order} unknown`]);
  expect(await after({ word: "FAILED", order, reason: "jam" })).toEqual([`DONE ${order} none`]);
  expect(await after({ word: "CANCEL", order })).toEqual([`STATE ${order} none`]);
  expect(await after({ word: "VEND", order, amount: "450.00" })).toEqual([`STATE ${order} refused order`]);
  expect(core.commands).toEqual([]);
});
