import { afterEach, describe, expect, it } from "vitest";
import { COMMANDS, PUBLIC_COMMANDS, type CommandInput, type CommandName } from "../../contract/commands.ts";
import { DESK_COMMANDS } from "../../contract/desk.ts";
import { minor } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { People } from "../../main/core/index.ts";
import type { Machine, NoticeRow } from "../../main/core/ports.ts";
import {
  openDesk,
  PROFILE,
  profileOf,
  testPeople,
  testSettings,
  type Desk,
  type DeskOptions,
} from "../support/desk.ts";
import { HOUR, MINUTE, SECOND } from "./refund-helpers.ts";
import { KIOSK, machineAt, PINS, vending, WATER } from "./vending-desk.ts";

let desk: Desk;
afterEach(() => desk.close());
const machine = machineAt(() => desk);
const ONE = [{ id: "24", quantity: 1 }] as const;

/** Whether a technician has unlocked the screen. */
function lock(): { readonly people: People; open(is: boolean): void } {
  let unlocked = false;
  const listeners = new Set<() => void>();
  const set = (is: boolean): void => {
    unlocked = is;
    for (const listener of listeners) listener();
  };
  return {
    people: {
      ...testPeople(PINS),
      unlocked: () => unlocked,
      lock: () => set(false),
      watch(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    open: set,
  };
}

const kiosk = (more: Partial<Parameters<typeof testSettings>[1] & object> = {}): ReturnType<typeof testSettings> =>
  testSettings(PROFILE, { mode: "kiosk", kiosk: KIOSK, ...more });
let technician = lock();
const open = async (options: DeskOptions = {}): Promise<void> => {
  technician = lock();
  desk = await openDesk({ settings: kiosk(), people: technician.people, ...options });
};

const buy = (
  more: Partial<CommandInput<"payments.create">["request"]> = {},
): ReturnType<typeof desk.call<"payments.create">> =>
  desk.call("payments.create", {
    key: `k-${Math.random().toString(36).slice(2)}`,
    request: { amount: "450.00", provider: "kaspi", items: [...ONE], ...more },
  });
const bought = async (): Promise<string> => {
  const made = await buy();
  if (!made.ok) throw new Error(made.error.code);
  return made.value.payment.id;
};
const paid = async (): Promise<string> => {
  const id = await bought();
  desk.bank.status("Processed");
  await desk.clock.advance(5 * SECOND);
  return id;
};
const code = (result: { ok: boolean; error?: { code: string } }): string =>
  result.ok ? "ok" : (result.error?.code ?? "");

describe("what a screen may send that a customer stands alone at", () => {
  const ID = "0197b1f2-c3d4-7a6b-8c9d-0e1f2a3b4c5d";
  const INPUTS: Partial<Record<CommandName, unknown>> = {
    "payments.create": { key: "k", request: { amount: "450.00", provider: "kaspi", items: ONE } },
    "payments.renew": { id: ID, key: "k2" },
    "payments.list": {},
    "payments.lookUp": { provider: "kaspi", phone: "+77010000000" },
    "payments.bankPage": { id: ID, did: "open" },
    "cards.remove": { id: `card_${"0".repeat(32)}` },
    "refunds.create": { key: "k3", request: { paymentId: ID, amount: "450.00" } },
    "refunds.list": {},
    "refunds.select": { id: ID, operationId: "1", amount: "1.00" },
    "refunds.look": { paymentId: ID },
    "history.list": {},
    "review.resolve": { id: ID, outcome: "treatedAsPaid", reason: "because", pin: "2222" },
    "bank.prepare": { provider: "kaspi" },
    "language.set": { language: "en" },
    "events.after": { seq: 0, limit: 1 },
    "training.phone": { id: ID, action: "scan" },
    "training.fault": { fault: "none" },
    "payments.fulfil": { id: ID, ok: true },
  };
  const CORE = Object.keys(COMMANDS).filter((name) => !Object.hasOwn(DESK_COMMANDS, name)) as CommandName[];
  const EMPTY = /\.(seen|rest|list)$|^(health|support)$/;

  it.each(CORE)("%s: locked, and unlocked", async (name) => {
    await open();
    const input = INPUTS[name] ?? (EMPTY.test(name) ? {} : { id: ID });
    const isPublic = (PUBLIC_COMMANDS as readonly string[]).includes(name);
    const sent = async (): Promise<string> => code(await desk.core.call({ kind: "person", name: "x" }, name, input));
    const locked = await sent();
    if (!isPublic || !COMMANDS[name].screen) {
      expect(locked).toBe("forbidden");
      return;
    }
    expect(locked).not.toMatch(/forbidden|bad_request/);
    technician.open(true);
    expect(await sent()).not.toBe("forbidden");
  });

  it("unlocked, it may what a cashier's may; locked again, it may not; a program may all the same", async () => {
    await open();
    technician.open(true);
    for (const name of ["history.list", "review.list"] as const) expect(code(await desk.call(name, {}))).toBe("ok");
    technician.open(false);
    for (const name of ["history.list", "review.list"] as const)
      expect(code(await desk.call(name, {}))).toBe("forbidden");
    expect(code(await machine.call("payments.list", {}))).toBe("ok");
    await desk.restart(testSettings(PROFILE, { kiosk: KIOSK }));
    expect(code(await desk.call("history.list", {}))).toBe("ok");
  });

  it.each([
    ["no items", { items: undefined }, "bad_request"],
    ["a product that is not sold", { items: [{ id: "99", quantity: 1 }] }, "not_in_catalogue"],
    ["another sum than its price", { amount: "45.00" }, "wrong_price"],
    ["the price of one for two", { items: [{ id: "24", quantity: 2 }] }, "wrong_price"],
    ["an invoice", { method: "invoice", phone: "+77010000000" }, "forbidden"],
    ["a link", { method: "link" }, "forbidden"],
    ["a sale of its own naming", { saleId: "s1" }, "forbidden"],
    ["an order's number", { externalId: "o1" }, "forbidden"],
    ["instead of another", { replaces: ID }, "forbidden"],
  ] as const)("%s is refused, and nothing is journaled", async (_, request, refused) => {
    await open();
    const asked = { amount: "450.00", provider: "kaspi", items: [...ONE], ...request };
    const plain = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
    expect(code(await desk.call("payments.create", { key: "k", request: plain as never }))).toBe(refused);
    expect((await desk.journal.info()).head).toBe(0);
  });

  it("several products at once, each as often as asked, at their prices; they are kept as they were called then", async () => {
    await open();
    const made = await buy({
      amount: "1500.00",
      items: [
        { id: "24", quantity: 2 },
        { id: "25", quantity: 1 },
      ],
    });
    if (!made.ok) throw new Error(made.error.code);
    const { payment } = made.value;
    expect(payment.items).toEqual([
      { id: "24", name: WATER, price: "450.00", quantity: 2 },
      { id: "25", name: WATER, price: "600.00", quantity: 1 },
    ]);
    expect(desk.snapshot().current?.items[1]).toEqual({ id: "25", name: WATER, minor: 60_000, quantity: 1 });
    await desk.restart(kiosk({ kiosk: { ...KIOSK, catalogue: [] } }));
    expect((await desk.get(payment.id).catch(() => null)) ?? (await machine.row(payment.id)).detail.items).toEqual([
      { id: "24", name: WATER, price: 45_000, quantity: 2 },
      { id: "25", name: WATER, price: 60_000, quantity: 1 },
    ]);
  });

  it("a program names products for the screen, and asks for its own sum; an unknown one is refused", async () => {
    await open();
    const asked = { amount: "77.00", provider: "kaspi" as const, items: [...ONE] };
    expect(await machine.call("payments.create", { key: "p1", request: asked })).toMatchObject({
      ok: true,
      value: { payment: { amount: "77.00", items: [{ id: "24", price: "450.00" }] } },
    });
    // The products are part of what was asked for: the same words are the same request, others are not.
    expect(await machine.call("payments.create", { key: "p1", request: asked })).toMatchObject({ ok: true });
    const other = { ...asked, items: [{ id: "25", quantity: 1 }] };
    expect(await machine.call("payments.create", { key: "p1", request: other })).toMatchObject({
      ok: false,
      error: { code: "key_reused" },
    });
    const unknown = { ...asked, items: [{ id: "99", quantity: 1 }] };
    expect(await machine.call("payments.create", { key: "p2", request: unknown })).toMatchObject({
      ok: false,
      error: { code: "not_in_catalogue" },
    });
  });

  it("a new code is for the same products; what a program has asked for it has to ask for anew", async () => {
    await open();
    const id = await bought();
    const again = await desk.call("payments.renew", { id, key: "again" });
    expect(again).toMatchObject({ ok: true, value: { payment: { replaces: id, items: [{ id: "24" }] } } });
    expect(await desk.call("payments.renew", { id, key: "again" })).toMatchObject({
      ok: true,
      value: { created: false },
    });
    if (again.ok) await desk.call("payments.cancel", { id: again.value.payment.id });
    const own = await machine.call("payments.create", { key: "p", request: { amount: "1.00", provider: "kaspi" } });
    if (!own.ok) throw new Error(own.error.code);
    expect(await desk.call("payments.renew", { id: own.value.payment.id, key: "x" })).toMatchObject({
      ok: false,
      error: { code: "not_supported" },
    });
  });

  it("touches no sale but the one on the screen, and learns nothing of another by an error", async () => {
    await open();
    const first = await paid();
    await desk.call("payments.dismiss", { id: first });
    const second = await bought();
    for (const name of ["payments.cancel", "payments.refresh", "payments.dismiss"] as const)
      expect(await desk.call(name, { id: first })).toEqual({
        ok: false,
        error: expect.objectContaining({ code: "not_found" }),
      });
    expect(await desk.call("payments.renew", { id: first, key: "n" })).toMatchObject({ error: { code: "not_found" } });
    const busy = await buy();
    expect(busy).toMatchObject({ ok: false, error: { code: "till_busy" } });
    expect(busy).not.toHaveProperty("payment");
    expect(code(await desk.call("payments.cancel", { id: second }))).toBe("ok");
  });
});

describe("a locked snapshot", () => {
  it("has nothing of a customer before, nor of the shop's worries; unlocked it has all of it again, at once", async () => {
    await open({ settings: testSettings(PROFILE, { kiosk: KIOSK }) });
    // One in doubt, one parked, a late one with its notice, a refund on the screen.
    const lost = (await desk.charge()).id;
    desk.bank.always("/payment/status", { fail: "timeout", reach: "sent" });
    await desk.clock.advance(10 * MINUTE);
    await desk.call("payments.dismiss", { id: lost });
    const notice: NoticeRow = {
      id: "n",
      kind: "late",
      paymentId: lost,
      at: desk.clock.now(),
      acknowledgedAt: null,
      acknowledgedBy: null,
    };
    await desk.journal.commit({ at: desk.clock.now(), notices: [notice] });
    await desk.restart(kiosk());
    await desk.call("language.set", { language: "kk" });
    const refund = await machine.call("refunds.create", { key: "r", request: { provider: "kaspi" } });
    expect(refund.ok).toBe(true);

    const locked = desk.snapshot();
    expect(locked.app.locked).toBe(true);
    expect(locked).toMatchObject({
      current: null,
      refund: null,
      parked: [],
      banners: [],
      watched: 0,
      lastProvider: null,
      inDoubt: { count: 0, since: null, announce: false },
      kiosk: { catalogue: [{ id: "24", minor: 45_000 }, { id: "25" }] },
    });
    const text = JSON.stringify(locked);
    for (const secret of [lost, "A1-000001", "A1-R000001", "in-doubt"]) expect(text).not.toContain(secret);
    expect(await desk.call("health", {})).toMatchObject({ ok: true, value: { inDoubt: 0 } });
    expect(await machine.call("health", {})).toMatchObject({ ok: true, value: { inDoubt: 1 } });
    technician.open(true);
    const whole = desk.snapshot();
    expect(whole).toMatchObject({ app: { locked: false }, refund: { number: "A1-R000001" }, parked: [{ id: lost }] });
    expect(whole.banners.map(({ kind }) => kind)).toContain("late");
    technician.open(false);
    expect(JSON.stringify(desk.snapshot())).not.toContain(lost);
  });

  it("has the refund of the goods that this customer did not get", async () => {
    await open({ settings: vending(profileOf("2")) });
    const { id } = await machine.paid();
    await machine.failed(id);
    const { refund } = desk.snapshot();
    expect(refund).toMatchObject({ paymentId: id, actor: "till:goods" });
    expect(code(await desk.call("refunds.cancel", { id: refund?.id ?? "" }))).toBe("ok");
  });

  it("is not locked where there is a cashier", async () => {
    await open({ settings: testSettings() });
    expect(desk.snapshot()).toMatchObject({ app: { locked: false }, kiosk: null });
    expect(code(await desk.call("kiosk.rest", {}))).toBe("ok");
  });
});

describe("the customer has gone", () => {
  const language = (): Snapshot["app"]["language"] => desk.snapshot().app.language;

  it("his language is forgotten, with the result; the shop's comes back, also after a start", async () => {
    await open();
    await desk.call("language.set", { language: "kk" });
    const id = await paid();
    expect([language(), desk.snapshot().current?.state]).toEqual(["kk", "paid"]);
    await desk.call("kiosk.rest", {});
    expect([language(), desk.snapshot().current]).toEqual(["ru", null]);
    await desk.call("language.set", { language: "en" });
    await desk.restart();
    expect(language()).toBe("ru");
    expect((await machine.row(id)).detail.dismissed).toBe(true);
    expect(await desk.journal.meta("language")).toBeNull();
  });

  it("what a cashier chose on this till before it was a kiosk is not the kiosk's language", async () => {
    await open({ settings: testSettings(PROFILE, { kiosk: KIOSK }) });
    await desk.call("language.set", { language: "en" });
    await desk.restart(kiosk());
    expect(language()).toBe("ru");
  });

  it("while a payment can still complete nothing rests", async () => {
    await open();
    await desk.call("language.set", { language: "kk" });
    await bought();
    expect(code(await desk.call("kiosk.rest", {}))).toBe("ok");
    expect([language(), desk.snapshot().current?.state]).toEqual(["kk", "awaiting_scan"]);
    desk.bank.status("Wait");
    await desk.clock.advance(60 * SECOND);
    await desk.call("kiosk.rest", {});
    expect([language(), desk.snapshot().current?.state]).toEqual(["kk", "awaiting_confirmation"]);
  });

  it.each([
    ["paid", "Processed", 65],
    ["declined", "Error", 65],
  ] as const)(
    "a result that no page puts away (%s) leaves by itself, and the language with it",
    async (state, word, after) => {
      await open();
      await desk.call("language.set", { language: "kk" });
      await bought();
      desk.bank.status(word);
      await desk.clock.advance(5 * SECOND);
      await desk.clock.advance(after * SECOND - 1);
      expect([desk.snapshot().current?.state, language()]).toEqual([state, "kk"]);
      await desk.clock.advance(1);
      expect([desk.snapshot().current, language()]).toEqual([null, "ru"]);
    },
  );

  it("what nobody knows is parked after two minutes, and asked about on", async () => {
    await open();
    const id = await bought();
    desk.bank.always("/payment/status", { fail: "timeout", reach: "sent" });
    while (desk.snapshot().current?.state !== "in_doubt") await desk.clock.advance(SECOND);
    await desk.clock.advance(118 * SECOND);
    expect(desk.snapshot().current?.state).toBe("in_doubt");
    await desk.clock.advance(2 * SECOND);
    expect(desk.snapshot().current).toBeNull();
    expect(await machine.row(id)).toMatchObject({ state: "in_doubt", parked: true, watching: true });
  });

  it("a code whose time is over leaves as well", async () => {
    await open();
    await bought();
    await desk.clock.advance(190 * SECOND);
    expect(desk.snapshot().current?.state).toBe("expired");
    await desk.clock.advance(65 * SECOND);
    expect(desk.snapshot().current).toBeNull();
  });

  it("goods: the screen stays until they are decided, and a minute longer where the money went back", async () => {
    await open({ settings: vending() });
    const { id } = await machine.paid();
    await desk.clock.advance(50 * SECOND);
    await machine.dispense(id);
    await desk.clock.advance(80 * SECOND);
    expect(desk.snapshot().current?.id).toBe(id);
    await machine.failed(id);
    await desk.clock.advance(125 * SECOND - 1);
    expect(desk.snapshot().current?.fulfilment?.moneyBack).toBe("returned");
    await desk.clock.advance(1);
    expect(desk.snapshot().current).toBeNull();

    const given = await machine.paid("600.00");
    await machine.given(given.id);
    await desk.clock.advance(65 * SECOND);
    expect(desk.snapshot().current).toBeNull();

    const nobody = await machine.paid("700.00");
    await machine.dispense(nobody.id);
    await desk.clock.advance(90 * SECOND + 119 * SECOND);
    expect(desk.snapshot().current?.fulfilment?.state).toBe("unknown");
    await desk.clock.advance(SECOND);
    expect(desk.snapshot().current).toBeNull();
  });

  it("a code for the money that nobody scanned leaves too", async () => {
    await open({ settings: vending(profileOf("2")) });
    const { id } = await machine.paid();
    await machine.failed(id);
    await desk.clock.advance(181 * SECOND);
    expect(desk.snapshot().refund?.state).toBe("expired");
    await desk.clock.advance(126 * SECOND);
    expect(desk.snapshot().refund).toBeNull();
  });

  it("a language that was chosen, and nothing after it, is forgotten; each choice counts anew", async () => {
    await open();
    await desk.call("language.set", { language: "kk" });
    await desk.clock.advance(100 * SECOND);
    await desk.call("language.set", { language: "en" });
    await desk.clock.advance(120 * SECOND - 1);
    expect(language()).toBe("en");
    await desk.clock.advance(1);
    expect(language()).toBe("ru");
  });

  it("a disk that refuses does not keep the result on the screen for good", async () => {
    let full = false;
    await open({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (full ? Promise.reject(new Error("full")) : journal.commit(batch)),
      }),
    });
    await paid();
    full = true;
    expect(code(await desk.call("kiosk.rest", {}))).toBe("journal_unavailable");
    await desk.clock.advance(70 * SECOND);
    full = false;
    await desk.clock.advance(10 * SECOND);
    expect(desk.snapshot().current).toBeNull();
  });

  it("a page that rests before a customer, as one that was loaded anew, leaves no technician's session open", async () => {
    await open();
    technician.open(true);
    expect(desk.snapshot().app.locked).toBe(false);
    await desk.call("kiosk.rest", {});
    expect(desk.snapshot().app.locked).toBe(true);
    expect(code(await desk.call("history.list", {}))).toBe("forbidden");
    // Also while there is something that does not rest.
    await bought();
    technician.open(true);
    await desk.call("kiosk.rest", {});
    expect(desk.snapshot()).toMatchObject({ app: { locked: true }, current: { state: "awaiting_scan" } });
  });

  it("while a technician is at work nothing is put away under his hands", async () => {
    await open();
    await paid();
    technician.open(true);
    await desk.clock.advance(10 * MINUTE);
    expect(desk.snapshot().current?.state).toBe("paid");
    technician.open(false);
    await desk.clock.advance(65 * SECOND);
    expect(desk.snapshot().current).toBeNull();
  });
});

describe("out of service", () => {
  const why = (): string | undefined => desk.snapshot().kiosk?.outOfService?.reason.code;
  const line = (): Machine & { set(state: "up" | "down"): void } => {
    let state: "up" | "down" = "up";
    const listeners = new Set<() => void>();
    return {
      state: () => state,
      since: () => 0,
      watch(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      set(next) {
        state = next;
        for (const listener of listeners) listener();
      },
    };
  };

  it("says so after three seconds without a way to the bank, since when, and is back at once", async () => {
    await open();
    desk.bank.always("/", { fail: "refused", reach: "connect" });
    await desk.clock.advance(64 * SECOND);
    expect(desk.snapshot().kiosk?.outOfService).toMatchObject({ reason: { code: "offline" } });
    const since = desk.snapshot().kiosk?.outOfService?.since;
    await desk.clock.advance(HOUR);
    expect(desk.snapshot().kiosk?.outOfService?.since).toBe(since);
    desk.bank.always("/", null);
    await desk.clock.advance(5 * SECOND);
    expect(why()).toBeUndefined();
  });

  it("the machine's line: not for a moment's loss, never over a sale, and no new sale meanwhile", async () => {
    const machineLine = line();
    await open({ settings: vending(), machine: machineLine });
    machineLine.set("down");
    await desk.clock.advance(2_999);
    expect(why()).toBeUndefined();
    machineLine.set("up");
    await desk.clock.advance(10 * SECOND);
    expect(why()).toBeUndefined();
    const id = await bought();
    machineLine.set("down");
    await desk.clock.advance(10 * SECOND);
    expect([why(), desk.snapshot().current?.id]).toEqual([undefined, id]);
    expect(code(await desk.call("payments.renew", { id, key: "r" }))).toBe("machine_down");
    await desk.call("payments.cancel", { id });
    await desk.call("kiosk.rest", {});
    expect(why()).toBe("machine_down");
    expect(code(await buy())).toBe("machine_down");
    // A program that asks for a payment knows its own machine.
    const own = { key: "p", request: { amount: "1.00", provider: "kaspi" } } as const;
    expect(code(await machine.call("payments.create", own))).toBe("ok");
    machineLine.set("up");
    await desk.call("payments.cancel", { id: desk.snapshot().current?.id ?? "" });
    await desk.call("kiosk.rest", {});
    expect(why()).toBeUndefined();
    expect(code(await buy())).toBe("ok");
  });

  it("the machine's line is nothing to a kiosk", async () => {
    const machineLine = line();
    await open({ machine: machineLine });
    machineLine.set("down");
    await desk.clock.advance(MINUTE);
    expect(why()).toBeUndefined();
  });

  it("the journal that refuses, and no bank at all", async () => {
    let full = false;
    await open({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (full ? Promise.reject(new Error("full")) : journal.commit(batch)),
      }),
    });
    full = true;
    expect(code(await buy())).toBe("journal_unavailable");
    await desk.clock.advance(3 * SECOND);
    expect(why()).toBe("journal_unavailable");
    full = false;
    await desk.restart(kiosk({ providers: [] }));
    await desk.clock.advance(3 * SECOND);
    expect(why()).toBe("not_configured");
  });

  it("one bank that can be used is enough", async () => {
    await open({ registered: false, prepare: (bank) => bank.always("/device/register", "hang") });
    await desk.clock.advance(3 * SECOND);
    expect(why()).toBe("not_registered");
  });

  it("is said at no till with a cashier", async () => {
    await open({ settings: testSettings(PROFILE, { providers: [] }) });
    await desk.clock.advance(MINUTE);
    expect(desk.snapshot().kiosk).toBeNull();
  });
});

it("the prices are the settings', to the tiyn", async () => {
  const catalogue = [{ id: "1", name: WATER, price: minor(12_345), picture: null }];
  await open({ settings: kiosk({ kiosk: { ...KIOSK, catalogue } }) });
  expect(code(await buy({ amount: "123.45", items: [{ id: "1", quantity: 1 }] }))).toBe("ok");
});
