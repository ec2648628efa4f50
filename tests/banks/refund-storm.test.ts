/**
 * Refund storms: two tills, lost and late answers, partial amounts, other people's refunds, killed processes. At the end
 * every refund is held against the bank's own list: no human intent gave money back twice, and none is called decided
 * that was not. Each storm is one seed; amounts are all different, since a figure cannot tell two equal refunds apart
 * (docs/kaspi.md, "How a doubt is decided").
 */
import { randomUUID } from "node:crypto";
import { describe, it, vi } from "vitest";
import type { Refund } from "../../contract/refund.ts";
import type { Fault } from "../../simulator/index.ts";
import { openRealDesk, type RealDesk } from "../support/real-desk.ts";
import { scaledClock } from "../support/scaled-clock.ts";
import { makeAuthorities, startKaspi, type KaspiSide } from "./kaspi-harness.ts";
import { ask, compareRefunds, decimal, refundsOf } from "./refund-books.ts";

await makeAuthorities();
// Most of a storm is waiting, so they wait side by side.
vi.setConfig({ maxConcurrency: 8 });

const SECOND = 1_000;
const SCALE = 40;
const ROUNDS = 7;
/** How long a storm may take for its last refund to be decided: two minutes of readings, and the same after a second try. */
const DECIDED_WITHIN = 30 * 60 * SECOND;
const REAL_LIMIT = 240_000;
const SEEDS = [11, 12, 13, 14];
const UNDECIDED: ReadonlySet<string> = new Set(["creating", "awaiting_scan", "choosing", "sending", "in_doubt"]);

type Struck = Fault extends infer F ? (F extends Fault ? Omit<F, "method" | "nth" | "count"> : never) : never;

interface Storm {
  readonly bank: KaspiSide;
  readonly tills: readonly RealDesk[];
  readonly sales: readonly { readonly id: string; readonly bankId: string }[];
  /** From 0 to 1, the same for the same seed. */
  chance(): number;
  below(limit: number): number;
  /** A sum that nobody else gives back in this storm. */
  amount(): number;
}

function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function weather({ chance, below, amount }: Storm): Struck[] {
  const kinds: (() => Struck[])[] = [
    () => [],
    () => [],
    () => [{ kind: "eat" }],
    () => [{ kind: "drop" }],
    () => [{ kind: "late", ms: 1 * SECOND + below(170 * SECOND) }],
    // After the till has found no sign of it, and before another may be sent.
    () => [{ kind: "late", ms: 130 * SECOND + below(45 * SECOND) }],
    () => [{ kind: "hang", acts: chance() < 0.5 }],
    () => [{ kind: "garbage" }],
    () => [{ kind: "answer", statusCode: "-999", acts: chance() < 0.5 }],
    () => [{ kind: "answer", statusCode: "-99000006", acts: chance() < 0.5 }],
    () => [{ kind: "answer", statusCode: "-990000011", acts: false }],
    () => [{ kind: "answer", extra: { ReturnOperationId: null } }],
    () => [{ kind: "foreign", minor: amount() }],
    () => [{ kind: "foreign", minor: amount() }, { kind: "eat" }],
    () => [{ kind: "foreign", minor: amount(), ms: 1 + below(60 * SECOND) }, { kind: "drop" }],
  ];
  return kinds[below(kinds.length)]?.() ?? [];
}

async function openStorm(seed: number, scheme: 2 | 3): Promise<Storm> {
  const clock = scaledClock(SCALE);
  const bank = await startKaspi({ clock, scheme });
  const second = { ...bank, profile: { ...bank.profile, id: "profile-of-till-2", device: "GFC-456398" } };
  const tills = [await openRealDesk({ clock, bank }), await openRealDesk({ clock, bank: second })];
  const [first] = tills as [RealDesk];
  const sales: { id: string; bankId: string }[] = [];
  for (const amount of ["90000.00", "70000.00"]) {
    const { id } = await first.charge(amount);
    const { bankId } = await first.reaches(id, "awaiting_scan");
    bank.simulator.pay(bankId ?? "", "customer");
    await first.reaches(id, "paid");
    await first.call("payments.dismiss", { id });
    sales.push({ id, bankId: bankId ?? "" });
  }
  const chance = chances(seed);
  const below = (limit: number): number => Math.floor(chance() * limit);
  let given = 0;
  const amount = (): number => {
    given += 1;
    return (500 + below(1_500)) * 100 + given;
  };
  return { bank, tills, sales, chance, below, amount };
}

/** One clerk's wish; what the till refuses is refused. */
async function giveBack({ bank, tills, sales, below, amount }: Storm, on: number): Promise<void> {
  const till = tills[on] as RealDesk;
  const sale = sales[below(sales.length)];
  if (!sale) throw new Error("no sale");
  const sum = decimal(amount());
  const request =
    on === 0 ? { paymentId: sale.id, amount: sum } : { provider: "kaspi", bankId: sale.bankId, amount: sum };
  const made = await ask<{ refund: Refund }>(till, "refunds.create", { key: randomUUID(), request });
  if (!made.ok) return;
  if (bank.profile.scheme === "2") await showCode(bank, till, made.value.refund.id);
}

/** The customer comes and scans, unless the code is gone. */
async function showCode(bank: KaspiSide, till: RealDesk, id: string): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    const made = await ask<Refund>(till, "refunds.get", { id });
    const returnId = made.ok ? made.value.bankReturnId : null;
    if (made.ok && made.value.state !== "creating" && made.value.state !== "awaiting_scan") return;
    if (returnId !== null && bank.simulator.return(returnId)?.state === "QrTokenCreated") {
      bank.simulator.scanReturn(returnId, "customer");
      return;
    }
    await till.clock.sleep(2 * SECOND);
  }
}

/** Meanwhile a person tries again what showed no sign of itself, as soon as the till says so; each refund once. */
async function decided(storm: Storm): Promise<void> {
  const [first] = storm.tills as [RealDesk];
  const end = first.clock.mono() + DECIDED_WITHIN;
  const tried = new Set<string>();
  for (;;) {
    await tryAgain(storm, tried);
    const all = (await Promise.all(storm.tills.map(refundsOf))).flat();
    const open = all.filter((refund) => UNDECIDED.has(refund.state));
    if (open.length === 0 && all.every(({ id, state }) => state !== "not_executed" || tried.has(id))) return;
    if (first.clock.mono() > end)
      throw new Error(`never decided: ${open.map(({ number, state }) => `${number} ${state}`).join(", ")}`);
    await first.clock.sleep(2 * SECOND);
  }
}

async function rage(storm: Storm): Promise<void> {
  const { bank, tills, chance, below } = storm;
  const [first] = tills as [RealDesk];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const fault of weather(storm)) bank.simulator.faults.add({ ...fault, method: "payment/return" });
    const on = below(2);
    const both = chance() < 0.25;
    await Promise.all([giveBack(storm, on), ...(both ? [giveBack(storm, 1 - on)] : [])]);
    await first.clock.sleep(below(40 * SECOND));
    if (chance() < 0.3) await tills[below(2)]?.restart();
    if (chance() < 0.3) await tryAgain(storm, new Set());
  }
  bank.simulator.faults.clear();
}

async function tryAgain({ tills }: Storm, tried: Set<string>): Promise<void> {
  for (const till of tills) {
    for (const { id, state, amount, evidence } of await refundsOf(till)) {
      if (state !== "not_executed" || tried.has(id)) continue;
      tried.add(id);
      await ask(till, "refunds.select", { id, operationId: evidence.purchaseId, amount });
    }
  }
}

describe.concurrent("refund storms", () => {
  for (const scheme of [2, 3] as const) {
    for (const seed of SEEDS) {
      it.concurrent(
        `scheme ${scheme}, seed ${seed}: the bank never gives back more than was meant, and every doubt ends decided`,
        async () => {
          const storm = await openStorm(seed, scheme);
          try {
            await rage(storm);
            await decided(storm);
            await compareRefunds(storm.bank, storm.tills);
          } finally {
            storm.tills[0]?.clock.stop();
            await Promise.all([...storm.tills.map((till) => till.close()), storm.bank.stop()]);
          }
        },
        REAL_LIMIT,
      );
    }
  }
});
