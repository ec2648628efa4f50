import type { Struck } from "./faults.ts";
import type { KaspiBank } from "./kaspi/bank.ts";
import { Refusal } from "./kaspi/refusal.ts";
import type { CallRecord } from "./records.ts";

/** The refunds another till makes around this call, as its `foreign` faults demand. */
export function foreignRefunds(bank: KaspiBank, record: CallRecord, struck: Struck[]) {
  const refund = (minor: number): void => {
    try {
      bank.refunds.elsewhere(record.paymentId ?? "", BigInt(minor));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      record.faults.push(`foreign refused ${error.code}`);
    }
  };
  const faults = struck.flatMap(({ fault }) => (fault.kind === "foreign" ? [fault] : []));
  return {
    before(): void {
      for (const { minor, ms } of faults) if (ms === undefined) refund(minor);
    },
    after(): void {
      for (const { minor, ms } of faults) if (ms !== undefined) bank.clock.after(ms, () => refund(minor));
      bank.clock.settle();
    },
  };
}
