/** One run of the model: a random life of a till, the end in which every bank can be reached, and the books. */
import type { PaymentRow } from "../../../main/core/payment.ts";
import type { RefundRow } from "../../../main/core/refund.ts";
import { compareSales } from "../books.ts";
import type { Losses } from "../part.ts";
import { customersGo } from "./end.ts";
import { takeStep } from "./people.ts";
import { refundsWrong } from "./refund-books.ts";
import { saleOf, takenOf } from "./sales.ts";
import { MINUTE, openShop, SECOND, type Shop, type ShopOptions } from "./shop.ts";

export interface Lived {
  readonly losses: Losses;
  /** With the seed that does it again. */
  readonly notes: readonly string[];
  readonly failures: readonly string[];
  readonly steps: number;
  readonly payments: number;
  readonly paid: number;
  readonly refunds: number;
  readonly doubts: number;
  /** What was decided of each payment and refund, and why, in order. */
  readonly decisions: readonly string[];
  /** When each payment and refund came to which state, by the clock that only runs on. */
  readonly timeline: readonly string[];
}

const WATCHED = 3 * 24 * 60 * MINUTE;
const STEPS = { least: 30, more: 16 };

export interface Course {
  /** Steps that are not taken. */
  readonly never?: ReadonlySet<string>;
  /** Called after each step. */
  readonly between?: (shop: Shop, step: number) => Promise<void> | void;
  readonly shop?: ShopOptions;
}

export async function live(seed: number, course: Course = {}): Promise<Lived> {
  const shop = await openShop(seed, course.shop);
  try {
    return await lived(shop, course);
  } finally {
    await shop.desk.close();
  }
}

async function lived(shop: Shop, { never, between }: Course): Promise<Lived> {
  const { seed, chance, desk } = shop;
  const failures: string[] = [];
  const steps = STEPS.least + chance.below(STEPS.more);
  const trail: string[] = [];
  for (let n = 0; n < steps; n += 1) {
    trail.push(await takeStep(shop, never));
    await between?.(shop, n);
    if (n % 4 > 0) continue;
    const { current } = desk.snapshot();
    const open = (await shop.payments()).filter(
      ({ state, parked }) =>
        !parked && ["creating", "awaiting_scan", "awaiting_confirmation", "awaiting_3ds", "in_doubt"].includes(state),
    );
    if (open.length > 1) failures.push(`${open.length} open payments at once after "${trail.at(-1)}"`);
    if (open.length === 1 && current === null)
      failures.push(`an open payment that no screen shows after "${trail.at(-1)}"`);
  }
  await rest(shop);
  const payments = await shop.payments();
  const refunds = await shop.refunds();
  const { losses, notes } = compareSales(
    payments.map((row) => saleOf(row, refunds, desk.clock.now())),
    takenOf(shop, payments),
  );
  const wrong = refundsWrong(shop, payments, refunds);
  for (const { event, fields } of desk.notes)
    if (event === "command.failed") failures.push(`a command failed: ${JSON.stringify(fields)}`);
  const chain = await desk.journal.verifyChain();
  if (!chain.ok) failures.push("the journal's chain does not hold");
  const story = (row: PaymentRow | RefundRow): string =>
    `${row.number} of ${row.provider}, ${row.state}${row.settled ? ", settled" : ""} (${row.detail.history.map(({ cause }) => cause).join(", ")})`;
  const told = (note: string): string => {
    const row = [...payments, ...refunds].find(({ id, number }) => note.includes(id) || note.includes(number));
    return `seed ${seed}: ${note}${row ? ` — ${story(row)}` : ""}`;
  };
  return {
    losses: { ...losses, lost: losses.lost + wrong.lost.length, falsePaid: losses.falsePaid + wrong.made.length },
    notes: [...notes, ...wrong.lost, ...wrong.made].map(told),
    failures: failures.map((failure) => `seed ${seed}: ${failure}`),
    steps,
    payments: payments.length,
    paid: payments.filter(({ state }) => state === "paid").length,
    refunds: refunds.length,
    decisions: [...payments, ...refunds].map(
      ({ number, state, settled, minor, detail }) =>
        `${number} ${minor} ${state} ${settled}: ${detail.history.map(({ cause }) => cause).join(", ")}`,
    ),
    timeline: [...new Set(shop.timeline)],
    doubts: [...payments, ...refunds].filter(({ state }) => state === "needs_review" || state === "in_doubt").length,
  };
}

/** The bank can be reached again and decides; people ask about what only people may ask about. */
async function rest(shop: Shop): Promise<void> {
  const { banks, desk, disk } = shop;
  disk.broken = false;
  banks.line.down = false;
  for (const faults of [banks.kaspiFaults, banks.halykFaults, banks.epayFaults]) faults.clear();
  await desk.clock.advance(4 * MINUTE);
  customersGo(shop);
  await untilSettled(shop, 3);
  await shop.die();
  await desk.clock.advance(MINUTE);
  await untilSettled(shop, 14);
  customersGo(shop);
  for (const row of await shop.payments())
    if (!row.settled) {
      shop.command("payments.refresh", { id: row.id });
      await desk.clock.advance(6 * SECOND);
    }
  for (const row of await shop.refunds())
    if (!row.settled) {
      shop.command("refunds.refresh", { id: row.id });
      await desk.clock.advance(6 * SECOND);
    }
  await desk.clock.advance(MINUTE);
  // Where the bank has once said "scanned" of a code that it otherwise calls new (Q-35), only the end of the watch gives it to a
  // person: a day, and more by as much as the wall clock was put back before a restart.
  const now = desk.clock.now();
  const isOpen = (row: PaymentRow): boolean => row.watching && saleOf(row, [], now).says === "open";
  if ((await shop.payments()).some(isOpen)) await desk.clock.advance(WATCHED);
}

/** Ten minutes more, so many times, as long as anything is under way. */
async function untilSettled(shop: Shop, times: number): Promise<void> {
  for (let n = 0; n < times; n += 1) {
    const all = [...(await shop.payments()), ...(await shop.refunds())];
    if (all.every(({ settled }) => settled)) return;
    await shop.desk.clock.advance(10 * MINUTE);
  }
}
