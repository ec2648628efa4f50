/** One case before ePay: its own simulator, its own till, its own time. */
import { expect, it, vi } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import { openRealDesk, type RealDesk } from "../support/real-desk.ts";
import { scaledClock } from "../support/scaled-clock.ts";
import { startEpaySide, type EpaySide, type EpaySideOptions, type Request, type Shown } from "./epay-side.ts";
import { compareEpay } from "./epay-storm-books.ts";
import { AT_ONCE, inTurn, REAL_LIMIT, SCALE } from "./scene.ts";

export interface EpayScene {
  readonly desk: RealDesk;
  readonly side: EpaySide;
  /** Begins a payment, and comes back when it is known to the journal. */
  begin(request: Request): Promise<PaymentRow>;
  /** Begins one, and waits until its life has got so far. */
  reaches(request: Request, state: PaymentRow["state"], withinMs?: number): Promise<PaymentRow>;
  /** The bank's page of a payment. */
  page(invoice: string | null): Promise<Shown>;
}

/** A case before one bank; at its end the books are held against the bank's. */
export function epayScene(
  sentence: string,
  run: (scene: EpayScene) => Promise<{ readonly unsettled?: number } | void>,
  options: EpaySideOptions = {},
): void {
  vi.setConfig({ maxConcurrency: AT_ONCE });
  it.concurrent(
    sentence,
    async () => {
      const scene = await inTurn(() => openEpay(options));
      const { desk, side } = scene;
      try {
        const { unsettled = 0 } = (await run(scene)) ?? {};
        const rows = await desk.journal.payments({ limit: 500 });
        const open = rows.filter(({ settled }) => !settled).map(({ number, state }) => `${number} ${state}`);
        expect(open, "not settled").toHaveLength(unsettled);
        await compareEpay(desk, side);
      } finally {
        desk.clock.stop();
        await Promise.all([desk.close(), side.stop()]);
      }
    },
    REAL_LIMIT,
  );
}

async function openEpay(options: EpaySideOptions): Promise<EpayScene> {
  const clock = scaledClock(SCALE);
  const side = await startEpaySide(clock, options);
  const desk = await openRealDesk({ clock, bank: side, min: 1 });
  const begin = async ({ amount, ...more }: Request): Promise<PaymentRow> => {
    const row = desk.row((await desk.charge(amount, more)).id);
    // A machine so busy that a token took longer than it has here: not one byte of the post has left.
    const isTooBusy = row.state === "failed" && row.error?.code === "bank_timeout";
    return isTooBusy ? begin({ amount, ...more }) : row;
  };
  return {
    desk,
    side,
    begin,
    async reaches(wanted, state, withinMs) {
      const { id } = await begin(wanted);
      return desk.reaches(id, state, undefined, withinMs);
    },
    async page(invoice) {
      const found = (): Shown | undefined => side.shown.findLast((one) => one.invoice === invoice);
      await desk.until("the bank's page", () => found() !== undefined);
      return found() as Shown;
    },
  };
}
