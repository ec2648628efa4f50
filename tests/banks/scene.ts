/** One case before one bank: its own simulator, its own till, its own time. */
import { expect, it, vi } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { TlsIdentity } from "../../main/adapters/http.ts";
import { openRealDesk, type DeskBank, type RealDesk, type RealDeskOptions } from "../support/real-desk.ts";
import { scaledClock, type ScaledClock } from "../support/scaled-clock.ts";
import { compareBooks, type BooksOptions } from "./books.ts";
import type { BankSide } from "./harness.ts";

/** Five minutes of the bank's are fifteen seconds here. */
export const SCALE = 20;
export const SECOND = 1_000;
/** Real time, for the busiest of machines; on an idle one the longest case takes a quarter of a minute. */
export const REAL_LIMIT = 300_000;
/** Most of a case is waiting, so they wait side by side. */
export const AT_ONCE = 16;

export interface Scene<Bank extends BankSide = BankSide> {
  readonly desk: RealDesk;
  readonly bank: Bank;
}

export interface SceneOptions<Bank, Options> {
  readonly side?: Omit<Options, "clock">;
  readonly desk?: Partial<RealDeskOptions>;
  /** Who the till is instead of the bank's own client. */
  readonly identity?: (bank: Bank) => Partial<TlsIdentity> | Promise<Partial<TlsIdentity>>;
}

export type Sale = PaymentRow & { readonly bankId: string };

/** What cases are made of. `start` starts the bank; to be called once in a test file. */
export function scenes<Bank extends BankSide, Options extends { readonly clock: ScaledClock }>(
  start: (options: Options) => Promise<Bank>,
  pollMs: number,
) {
  vi.setConfig({ maxConcurrency: AT_ONCE });

  async function open(options: SceneOptions<Bank, Options>): Promise<Scene<Bank>> {
    const clock = scaledClock(SCALE);
    const bank = await start({ ...options.side, clock } as Options);
    try {
      const client: DeskBank = { ...bank, identity: { ...bank.identity, ...(await options.identity?.(bank)) } };
      return { bank, desk: await openRealDesk({ clock, bank: client, ...options.desk }) };
    } catch (error) {
      clock.stop();
      await bank.stop();
      throw error;
    }
  }

  /** A case; its books are compared at its end. */
  function scene(
    sentence: string,
    run: (scene: Scene<Bank>) => Promise<BooksOptions | void>,
    options: SceneOptions<Bank, Options> = {},
  ): void {
    it.concurrent(
      sentence,
      async () => {
        const opened = await inTurn(() => open(options));
        const { desk, bank } = opened;
        try {
          await compareBooks(desk, [bank], (await run(opened)) ?? {});
        } finally {
          desk.clock.stop();
          await Promise.all([desk.close(), bank.stop()]);
        }
      },
      REAL_LIMIT,
    );
  }

  /** A sale with its token on the screen. */
  async function sell({ desk }: Scene, amount?: string): Promise<Sale> {
    const { id } = await desk.charge(amount);
    const row = await desk.reaches(id, "awaiting_scan");
    if (row.bankId === null) throw new Error("no id of the bank's");
    return { ...row, bankId: row.bankId };
  }

  async function sellScanned(s: Scene): Promise<Sale> {
    const sale = await sell(s);
    s.bank.scan(sale.bankId);
    await s.desk.reaches(sale.id, "awaiting_confirmation");
    return sale;
  }

  /** The bank has been asked `count` times more, and the last of them is over. */
  async function asked({ desk, bank }: Scene, bankId: string, count: number): Promise<void> {
    const wanted = bank.questions(bankId).length + count;
    await desk.until(`${count} questions`, () => bank.questions(bankId).length >= wanted, (count + 2) * 25 * SECOND);
    const last = bank.questions(bankId)[wanted - 1];
    // Its time limit is real time, which is more of the scaled one on a busy machine.
    await desk.until(
      "the last of them is over",
      () => desk.sent.some((one) => one.requestId === last?.requestId && one.endedAt !== null),
      300 * SECOND,
    );
  }

  /** Three intervals pass and the bank is not asked. */
  async function quiet({ desk, bank }: Scene, bankId: string): Promise<void> {
    const before = bank.questions(bankId).length;
    await desk.clock.sleep(3 * pollMs);
    expect(bank.questions(bankId), "asked after the end").toHaveLength(before);
  }

  return { scene, sell, sellScanned, asked, quiet };
}

// Opening is what costs the processor most; one after the other, so that the cases already running keep their pace.
let turn: Promise<unknown> = Promise.resolve();
export function inTurn<T>(open: () => Promise<T>): Promise<T> {
  const opened = turn.then(open);
  turn = opened.catch(() => undefined);
  return opened;
}
