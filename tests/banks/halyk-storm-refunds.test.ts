/**
 * Refund storms at Halyk, where no figure of the bank ever decides a doubt: two tills, two clerks, partial sums, lost and
 * late orders, answers with another bill's number, other people's refunds, dying processes. At the end every wish is held
 * against the bank's own bills. Each storm is one seed; all sums differ, so that a bill tells whose it is.
 */
import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { Fault } from "../../simulator/index.ts";
import { compareBlocked, compareRefunds, rowsOf } from "./halyk-storm-refund-books.ts";
import { decimal, kills, openStorm, seedsOf, tried, weathered, type Chance, type Storm } from "./halyk-storm.ts";
import { CLERK } from "./refund-books.ts";
import { REAL_LIMIT, SECOND } from "./scene.ts";

// Most of a storm is waiting, so they wait side by side.
vi.setConfig({ maxConcurrency: 8 });

const SEEDS = [2, 3, 6, 7];
const ROUNDS = 12;
/** An order that is on its way arrives within this. */
const LATEST = 180 * SECOND;
/** So long a bill is watched, and a little more. */
const WATCHED = 21 * 60 * SECOND;
const CALM_PACE = 10;

type Request = CommandInput<"refunds.create">["request"];

interface Sold {
  readonly id: string;
  readonly bankId: string;
  readonly reference: string;
  readonly amount: string;
}

interface Wish {
  readonly on: 0 | 1;
  readonly key: string;
  readonly request: Request;
  readonly amount: string;
}

interface Shop extends Storm {
  readonly sales: readonly Sold[];
  readonly wishes: Wish[];
}

/** All sales are the first till's; the other till knows them by the bank's numbers alone. */
async function opened(storm: Storm): Promise<Shop> {
  const [till] = storm.tills;
  const sales: Sold[] = [];
  for (const amount of ["90000.99", "80000.99", "3900.99", "2800.99", "1700.99"]) {
    const { id } = await till.charge(amount);
    const { bankId } = await till.reaches(id, "awaiting_scan");
    const bill = storm.bank.simulator.pay(bankId ?? "", { feeMinor: 150 });
    await till.reaches(id, "paid");
    await till.call("payments.dismiss", { id });
    sales.push({ id, bankId: bill.billNumber, reference: bill.card?.reference ?? "", amount });
  }
  return { ...storm, sales, wishes: [] };
}

function wishOf({ sales, wishes }: Shop, on: 0 | 1, draw: Chance): Wish {
  const { id, bankId, reference, amount: whole } = draw.one(sales);
  const part = decimal(draw.from(500, 4_000) * 100 + wishes.length);
  const isWhole = draw.happens(0.35) && wishes.every((other) => other.amount !== whole);
  const amount = isWhole ? whole : part;
  const purchase = draw.happens(0.25) ? { rrn: reference } : on === 0 ? null : { bankId };
  const request: Request = purchase === null ? { paymentId: id, amount } : { provider: "halykQr", ...purchase, amount };
  const wish = { on, key: randomUUID(), request, amount };
  wishes.push(wish);
  return wish;
}

/** One clerk's wish; what the till refuses is refused. No answer: the clerk says the same again. */
async function giveBack({ tills, clock }: Shop, { on, key, request }: Wish): Promise<void> {
  for (let tries = 0; tries < 2; tries += 1) {
    if ((await tried(tills[on], "refunds.create", { key, request }, CLERK)) !== null) return;
    await clock.sleep(3 * SECOND);
  }
}

async function rage(shop: Shop): Promise<void> {
  const { bank, clock, chance, wishes, tills } = shop;
  let over = false;
  const goesOn = (): boolean => !over;
  const world = [kills(shop, goesOn), decide(shop, goesOn)];
  for (let round = 0; round < ROUNDS; round += 1) {
    const draw = chance.of(100 + round);
    // The purchase's own number, as in the document's sample.
    const refundNumber = draw.happens(0.25) ? "purchase" : "own";
    await bank.simulator.configure({ refundSeconds: draw.one([2, 2, 20, 45, null]), refundNumber });
    bank.simulator.faults.clear();
    if (refundNumber === "own") for (const fault of weather(shop, draw)) bank.simulator.faults.add(fault);
    const on = draw.one([0, 1] as const);
    const both = draw.happens(0.4) ? [wishOf(shop, draw.one([0, 1] as const), draw)] : [];
    const again = draw.happens(0.3) ? [draw.one([...wishes, wishOf(shop, on, draw)])] : [];
    await Promise.all([wishOf(shop, on, draw), ...both, ...again].map((wish) => giveBack(shop, wish)));
    await clock.sleep(draw.from(0, 30) * SECOND);
    if (draw.happens(0.3)) await look(shop, tills[on]);
  }
  over = true;
  await Promise.all(world);
  bank.simulator.faults.clear();
}

/** A person has every bill asked about that may still say something. */
async function look({ clock }: Shop, till: Storm["tills"][number]): Promise<void> {
  const open = (await rowsOf(till)).filter(({ settled, bankId }) => !settled && bankId !== null);
  for (const { id } of open) await tried(till, "refunds.refresh", { id }, CLERK);
  await clock.sleep(5 * SECOND);
}

/** The bank's people decide what does not decide itself. */
async function decide({ clock, bank, chance }: Shop, goesOn: () => boolean): Promise<void> {
  const draw = chance.of(903);
  while (goesOn()) {
    await clock.sleep(15 * SECOND);
    const waiting = bank.simulator.bills().filter(({ kind, status, createdAt }) => {
      return kind === "refund" && status === "NEW" && bank.now() - createdAt > 50 * SECOND;
    });
    for (const { billNumber } of waiting)
      if (draw.happens(0.2)) bank.simulator.finishRefund(billNumber);
      else if (draw.happens(0.1)) bank.simulator.rejectRefund(billNumber);
  }
}

/** The weather is over: what is on its way arrives, the bank decides the rest, and people look at what stands open. */
async function decided(shop: Shop): Promise<void> {
  const { bank, clock, chance, tills } = shop;
  const draw = chance.of(904);
  clock.hurry(CALM_PACE);
  await clock.sleep(LATEST);
  if (draw.happens(0.4)) await clock.sleep(WATCHED);
  await bank.simulator.configure({ refundSeconds: 2 });
  for (const { kind, status, billNumber } of bank.simulator.bills())
    if (kind === "refund" && status === "NEW")
      if (draw.happens(0.5)) bank.simulator.finishRefund(billNumber);
      else bank.simulator.rejectRefund(billNumber);
  const end = clock.mono() + WATCHED;
  for (;;) {
    const rows = (await Promise.all(tills.map(rowsOf))).flat();
    const open = rows.filter(({ settled, state }) => !settled && state !== "needs_review");
    if (open.length === 0) break;
    const names = open.map(({ number, state }) => `${number} ${state}`).join(", ");
    expect(clock.mono(), `never decided: ${names}`).toBeLessThan(end);
    await clock.sleep(5 * SECOND);
  }
  for (const till of tills) await look(shop, till);
}

/** What goes wrong around one round; struck is whoever calls next. */
function weather({ bank, sales, wishes }: Shop, draw: Chance): Fault[] {
  const acts = draw.happens(0.5);
  const refund = bank.simulator.bills().findLast(({ kind }) => kind === "refund")?.billNumber;
  const told = (raw: string): Fault => ({ kind: "answer", extra: { billNumber: { raw } } });
  const minor = draw.from(500, 9_000) * 100 + 99 - wishes.length;
  const kinds: readonly (readonly Fault[])[] = [
    ...Array.from({ length: 6 }, () => []),
    [{ kind: "drop" }],
    [{ kind: "eat" }],
    [{ kind: "late", ms: 1 * SECOND + draw.from(0, 174 * SECOND) }],
    [{ kind: "hang", acts }],
    [{ kind: "garbage" }],
    [{ kind: "truncate" }],
    [{ kind: "html", acts }],
    // Said by a proxy on the way back, as the bank's own no would be, after the bank has acted.
    [{ kind: "http", status: draw.one([400, 403, 404, 409, 429, 500, 502]), acts }],
    [{ kind: "answer", httpStatus: 400, body: '{"message":"not now"}', acts: false }],
    [{ kind: "refuse" }],
    [{ kind: "delay", ms: draw.from(2, 40) * SECOND, acts: acts ? "first" : "last" }],
    [told("null")],
    [told(draw.one(sales).bankId)],
    ...(refund === undefined ? [] : [[told(refund)]]),
    [{ kind: "foreign", minor }],
    [{ kind: "foreign", minor }, { kind: "eat" }],
    [{ kind: "foreign", minor, ms: draw.from(1, 60 * SECOND) }, { kind: "drop" }],
  ];
  const unread: readonly Fault[] = [
    { kind: "drop" },
    { kind: "garbage" },
    { kind: "truncate" },
    { kind: "http", status: 500 },
    { kind: "answer", httpStatus: 404, body: '{"message":"QR is not found"}' },
    { kind: "answer", extra: { details: { raw: '[{"label":"Loan terms"","value":"2 month"}]' } } },
    { kind: "answer", extra: { amount: null } },
  ];
  const questions = draw.happens(0.3) ? [{ ...draw.one(unread), method: "status" }] : [];
  return [...draw.one(kinds).map((fault) => ({ ...fault, method: "generate/refund" })), ...questions];
}

describe.concurrent("refund storms", () => {
  for (const seed of seedsOf(SEEDS))
    it.concurrent(
      `seed ${seed}: each wish gives back once at most, what is called done is, and a doubt stays one`,
      () =>
        weathered(
          () => openStorm(seed, {}, { pollSeconds: "4" }),
          async (storm) => {
            const shop = await opened(storm);
            await rage(shop);
            await decided(shop);
            await compareRefunds(shop);
            await compareBlocked(shop);
          },
        ),
      REAL_LIMIT,
    );
});
