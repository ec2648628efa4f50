/** A shop before Kaspi's simulator: one bank, one till or more, and what its clerks and customers do. */
import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import type { CommandInput } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import type { Refund } from "../../contract/refund.ts";
import type { TlsIdentity } from "../../main/adapters/http.ts";
import type { Profile } from "../../main/core/ports.ts";
import type { Fault } from "../../simulator/index.ts";
import { openRealDesk, type RealDesk, type RealDeskOptions } from "../support/real-desk.ts";
import { scaledClock, type ScaledClock } from "../support/scaled-clock.ts";
import { compareBooks, type BooksOptions } from "./books.ts";
import { startKaspi, type KaspiOptions, type KaspiSide } from "./kaspi-harness.ts";
import { ask, compareRefunds } from "./refund-books.ts";
import { AT_ONCE, inTurn, REAL_LIMIT, SCALE, SECOND } from "./scene.ts";

export type Struck = Fault extends infer F ? (F extends Fault ? Omit<F, "method" | "paymentId"> : never) : never;

export interface Shop {
  readonly clock: ScaledClock;
  readonly bank: KaspiSide;
  /** The first till. */
  readonly desk: RealDesk;
  /** Another till before the same bank. */
  open(change: Partial<Profile>, options?: Partial<RealDeskOptions>): Promise<RealDesk>;
}

export interface ShopOptions extends Omit<KaspiOptions, "clock"> {
  readonly desk?: Partial<RealDeskOptions>;
  /** Who the till is instead of the bank's own client. */
  readonly identity?: Partial<TlsIdentity>;
  /** Further profiles whose secrets the first till has, for a later restart under one of them. */
  readonly others?: readonly Partial<Profile>[];
  /** How many times faster than real time. */
  readonly scale?: number;
}

export interface Sold {
  readonly id: string;
  readonly number: string;
  readonly bankId: string;
  readonly customer: string;
}

type RefundRequest = CommandInput<"refunds.create">["request"];

/** The same bank as another till, or another profile of this one, sees it. */
export function profileOf(bank: KaspiSide, change: Partial<Profile>): KaspiSide {
  return { ...bank, profile: { ...bank.profile, ...change } };
}

// Nearly all of a case is waiting for two minutes of readings to pass, so there may be more of them than of other cases.
vi.setConfig({ maxConcurrency: 2 * AT_ONCE });

/** A case; at its end payments and refunds are compared with the bank's books, and each request had an id of its own. */
export function shop(
  sentence: string,
  run: (shop: Shop) => Promise<BooksOptions | void>,
  { desk: deskOptions = {}, identity, others = [], scale = SCALE, ...options }: ShopOptions = {},
): void {
  it.concurrent(
    sentence,
    async () => {
      const clock = scaledClock(scale);
      const tills: RealDesk[] = [];
      let bank: KaspiSide | null = null;
      try {
        const opened = await inTurn(async () => {
          const started = await startKaspi({ ...options, clock });
          bank = started;
          const client = { ...started, identity: { ...started.identity, ...identity } };
          const known = others.map((change) => profileOf(started, change));
          tills.push(await openRealDesk({ clock, bank: client, others: known, ...deskOptions }));
          return started;
        });
        const [desk] = tills as [RealDesk];
        const books = await run({
          clock,
          bank: opened,
          desk,
          async open(change, more) {
            const till = await inTurn(() => openRealDesk({ clock, bank: profileOf(opened, change), ...more }));
            tills.push(till);
            return till;
          },
        });
        await compareRefunds(opened, tills);
        if (tills.length === 1) await compareBooks(desk, [opened], books ?? {});
        const ids = opened.simulator.ledger.calls.map((call) => call.headers["x-request-id"]);
        expect(new Set(ids).size, "request ids are used once (Q-45)").toBe(ids.length);
        expect(opened.simulator.ledger.complaints, "the bank's rules of use").toEqual([]);
      } finally {
        clock.stop();
        await Promise.all([...tills.map((till) => till.close()), (bank as KaspiSide | null)?.stop()]);
      }
    },
    REAL_LIMIT,
  );
}

/** A sale that its customer has paid and that has left the screen. */
export async function sold(
  { bank }: Pick<Shop, "bank">,
  till: RealDesk,
  amount = "5000.00",
  customer = "customer",
): Promise<Sold> {
  const { id } = await till.charge(amount);
  const { bankId, number } = await till.reaches(id, "awaiting_scan");
  if (bankId === null) throw new Error("no id of the bank's");
  bank.simulator.pay(bankId, customer);
  await till.reaches(id, "paid");
  await till.call("payments.dismiss", { id });
  return { id, number, bankId, customer };
}

export function refused(result: Result<unknown>): Extract<Result<unknown>, { ok: false }> {
  if (result.ok) throw new Error("it was not refused");
  return result;
}

export function accepted<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`refused: ${result.error.code} ${JSON.stringify(result.error.params)}`);
  return result.value;
}

export function wish(till: RealDesk, request: RefundRequest): Promise<Result<{ refund: Refund }>> {
  return ask<{ refund: Refund }>(till, "refunds.create", { key: randomUUID(), request });
}

export async function refund(till: RealDesk, id: string): Promise<Refund> {
  return accepted(await ask<Refund>(till, "refunds.get", { id }));
}

/** Waits until a refund is in one of these states. */
export async function becomes(
  till: RealDesk,
  id: string,
  states: readonly Refund["state"][],
  withinMs = 60 * SECOND,
): Promise<Refund> {
  const end = till.clock.mono() + withinMs;
  for (;;) {
    const now = await refund(till, id);
    if (states.includes(now.state)) return now;
    if (till.clock.mono() > end)
      throw new Error(
        `${now.number} is not ${states.join(" or ")} but ${now.state}: ${now.history.map(({ state, cause }) => `${state} (${cause})`).join(", ")}`,
      );
    await new Promise((again) => setTimeout(again, 5));
  }
}

/** Sent and over, or in doubt: the screen is free for the next customer. */
const LEFT: readonly Refund["state"][] = ["in_doubt", "refunded", "failed", "needs_review", "not_executed"];

/** A customer comes with his telephone and scans the refund code on this till. */
export async function scans({ bank }: Pick<Shop, "bank">, till: RealDesk, id: string, customer: string): Promise<void> {
  const { bankReturnId } = await becomes(till, id, ["awaiting_scan"]);
  bank.simulator.scanReturn(bankReturnId ?? "", customer);
}

/** Asks for so much of a sale back, and has the customer scan where the scheme wants it. Resolves when the screen is free. */
export async function giveBack(shop: Pick<Shop, "bank">, till: RealDesk, sale: Sold, amount: string): Promise<Refund> {
  const { id } = accepted(await wish(till, { paymentId: sale.id, amount })).refund;
  if (shop.bank.profile.scheme !== "2") return refund(till, id);
  await scans(shop, till, id, sale.customer);
  return becomes(till, id, LEFT, 180 * SECOND);
}

/** The calls that asked for money back, oldest first. */
export function sendings({ bank }: Pick<Shop, "bank">, bankId?: string) {
  const calls = bank.simulator.ledger.callsNamed("payment/return");
  return bankId === undefined ? calls : calls.filter((call) => call.paymentId === bankId);
}

export function strike({ bank }: Pick<Shop, "bank">, method: string, bankId: string | null, faults: readonly Struck[]) {
  for (const fault of faults)
    bank.simulator.faults.add({ method, ...(bankId === null ? {} : { paymentId: bankId }), ...fault });
}
