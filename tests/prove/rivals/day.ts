/**
 * A shop's day before Kaspi: customers, an impatient cashier, a bad line, a clock that jumps, refunds whose answers are
 * lost. It is drawn from its seed before it begins, so that every program lives through the same one.
 */
import { seeded } from "../../support/random.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";
import type { Fault } from "../../../simulator/faults.ts";
import { compareSales, type Comparison, type Sale, type Taken } from "../books.ts";
import type { Banks } from "../world/banks.ts";
import type { Till } from "./till.ts";

const SECOND = 1_000;
const HOUR = 3_600_000;
export const SALES = 16;
/** The cashier looks so often. */
const LOOK = SECOND;
/** Nobody waits at the counter for longer. */
const PATIENCE = 330;
/** At the end of the day everything has come to rest after this; a doubt of ours is read for two minutes, twice. */
const REST = 2 * HOUR;

type Struck = Fault extends infer F ? (F extends Fault ? Omit<F, "method" | "nth" | "count"> : never) : never;

interface Customer {
  /** Seconds from seeing the code; null: never. */
  readonly scans: number | null;
  /** Seconds from the scan; the bank gives him 65. */
  readonly decides: number | null;
  readonly decision: "confirm" | "decline";
}

interface Plan {
  readonly minor: number;
  /** Of the first code he sees, the second, … */
  readonly customer: readonly Customer[];
  /** Seconds from the charge; null: not in this sale. */
  readonly again: number | null;
  readonly showsPhone: number | null;
  readonly reload: number | null;
  readonly outage: readonly [from: number, to: number] | null;
  readonly jump: { readonly at: number; readonly ms: number } | null;
  readonly creation: Struck | null;
  readonly refund: { readonly minor: number; readonly fault: Struck | null } | null;
}

function plansOf(seed: number): Plan[] {
  const chance = seeded(seed);
  const between = (from: number, to: number): number => from + Math.floor(chance() * (to - from));
  const maybe = <T>(odds: number, make: () => T): T | null => {
    const is = chance() < odds;
    const made = make();
    return is ? made : null;
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const customer = (): Customer => ({
    scans: maybe(0.85, () => (chance() < 0.25 ? between(150, 179) : between(3, 60))),
    decides: maybe(0.9, () => between(2, 60)),
    decision: chance() < 0.85 ? "confirm" : "decline",
  });
  const lost = (): Struck =>
    pick<Struck>([
      { kind: "eat" },
      { kind: "drop" },
      { kind: "hang", acts: true },
      { kind: "late", ms: between(1, 150) * SECOND },
      { kind: "html", acts: true },
      { kind: "garbage" },
      { kind: "truncate" },
    ]);
  return Array.from({ length: SALES }, (_, n) => {
    const minor = between(1_000, 90_000) * 100 + n;
    const from = between(5, 150);
    return {
      minor,
      customer: [customer(), customer(), customer(), customer()],
      again: maybe(0.25, () => between(8, 90)),
      showsPhone: maybe(0.2, () => between(10, 100)),
      reload: maybe(0.35, () => between(4, 90)),
      outage: maybe(0.2, () => [from, from + between(10, 200)] as const),
      jump: maybe(0.35, () => ({ at: between(2, 60), ms: pick([-12, 12]) * HOUR })),
      creation: maybe(0.2, lost),
      refund: maybe(0.4, () => ({
        minor: chance() < 0.4 ? minor : between(100, 1_000) * 100,
        fault: maybe(0.6, lost),
      })),
    };
  });
}

/** What people meant to give back of a sale, whatever the program made of it. */
interface Meant {
  minor: number;
}

export interface Day extends Comparison {
  /** Sales that the program calls paid, and refunds the bank has made. */
  readonly paid: number;
  readonly refunds: number;
}

/** Runs the whole day with a program, lets everything come to rest, and compares the books. */
export async function liveThrough(
  seed: number,
  clock: SimulatedClock,
  banks: Banks,
  open: () => Promise<Till>,
): Promise<Day> {
  const plans = plansOf(seed);
  const meant = new Map<string, Meant>();
  // What is shown is seen; who has seen a code can go on with it when it is gone from the screen.
  const seen = new Set<string>();
  const nameOf = (n: number): string => `S${seed}-${n + 1}`;
  const opening = open();
  await clock.advance(SECOND);
  const till = await opening;

  function look(customers: Iterator<Customer>): void {
    const code = till.code();
    if (code === null || seen.has(code)) return;
    seen.add(code);
    const next = customers.next();
    if (next.done) return;
    const { scans, decides, decision } = next.value;
    const record = banks.kaspi.ledger.paymentByToken(code);
    if (!record || scans === null) return;
    const act = (what: "scan" | "confirm" | "confirmerror"): boolean => {
      try {
        banks.kaspi.payments.act(record.id, what);
        return true;
      } catch {
        return false; // too late: his telephone tells him so
      }
    };
    clock.setTimeout(() => {
      if (act("scan") && decides !== null)
        clock.setTimeout(() => act(decision === "confirm" ? "confirm" : "confirmerror"), decides * SECOND);
    }, scans * SECOND);
  }

  async function serve(plan: Plan, sale: string): Promise<void> {
    if (plan.creation) banks.kaspiFaults.add({ ...plan.creation, method: "qr/create" });
    const customers = plan.customer[Symbol.iterator]();
    till.charge(sale, plan.minor);
    let tries = 1;
    for (let second = 1; second <= PATIENCE; second += 1) {
      await clock.advance(LOOK);
      look(customers);
      if (second === plan.outage?.[0]) banks.line.down = true;
      if (second === plan.outage?.[1]) banks.line.down = false;
      if (second === plan.jump?.at) clock.jump(plan.jump.ms);
      if (second === plan.reload) till.reload();
      if (second === plan.again) till.again();
      if (second === plan.showsPhone) till.done();
      const says = await till.says(sale);
      if (says === "paid" || says === "doubt") break;
      // The goods are not paid for, says the program: the cashier takes the sum once more.
      if (says === "not_paid" && tries < 3) {
        tries += 1;
        till.charge(sale, plan.minor);
      } else if (says === "not_paid") break;
    }
    banks.line.down = false;
    banks.kaspiFaults.clear();
  }

  async function giveBack(plan: NonNullable<Plan["refund"]>, sale: string): Promise<void> {
    if ((await till.says(sale)) !== "paid") return;
    if (plan.fault) banks.kaspiFaults.add({ ...plan.fault, method: "payment/return", count: 2 });
    meant.set(sale, { minor: plan.minor });
    till.refund(sale, plan.minor);
    await clock.advance(90 * SECOND);
    banks.kaspiFaults.clear();
  }

  for (const [n, plan] of plans.entries()) {
    const sale = nameOf(n);
    await serve(plan, sale);
    if (plan.refund) await giveBack(plan.refund, sale);
    till.leave();
    await clock.advance(2 * SECOND);
    if (plan.jump) clock.jump(-plan.jump.ms);
  }
  await clock.advance(REST);

  const sales: Sale[] = [];
  for (const [n, { minor }] of plans.entries()) {
    const sale = nameOf(n);
    sales.push({
      sale,
      minor,
      says: await till.says(sale),
      meantBack: meant.get(sale)?.minor ?? 0,
      openRefunds: await till.openRefunds(sale),
    });
  }
  const taken: Taken[] = [];
  for (const payment of banks.kaspi.ledger.payments.values())
    taken.push({
      sale: (await till.saleOf(payment.externalId ?? "")) ?? "nobody's",
      minor: Number(payment.amountMinor),
      captured: payment.captured,
      backMinor: Number(payment.refundedMinor),
    });
  await till.close();
  return {
    ...compareSales(sales, taken),
    paid: sales.filter(({ says }) => says === "paid").length,
    refunds: banks.kaspi.ledger.refunds.length,
  };
}
