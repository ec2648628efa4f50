import { loadState, saveState } from "../state-file.ts";
import type { BankState, KaspiBank } from "./bank.ts";
import type { PaymentRecord, RefundRecord, ReturnRecord } from "./records.ts";

type Saved<Stored, Amounts extends keyof Stored> = Omit<Stored, Amounts> & Record<Amounts, string>;

interface SavedState extends BankState {
  version: number;
  now: number;
  payments: Saved<PaymentRecord, "amountMinor" | "refundedMinor">[];
  returns: ReturnRecord[];
  refunds: Saved<RefundRecord, "amountMinor">[];
}

const VERSION = 2;

/** What the bank knew when it stopped; null when there is no such file. */
export function loadBank(path: string): SavedState | null {
  return loadState<SavedState>(path, VERSION);
}

/** Puts what was saved back; what fell due meanwhile happens at once, at the time it was due. */
export function restoreBank(bank: KaspiBank, saved: SavedState): void {
  bank.restore(
    saved,
    saved.refunds.map((refund) => ({ ...refund, amountMinor: BigInt(refund.amountMinor) })),
  );
  for (const payment of saved.payments) {
    const record = {
      ...payment,
      amountMinor: BigInt(payment.amountMinor),
      refundedMinor: BigInt(payment.refundedMinor),
    };
    bank.ledger.payments.set(record.id, record);
    bank.payments.watch(record);
  }
  for (const record of saved.returns) {
    bank.ledger.returns.set(record.id, record);
    bank.returns.watch(record);
  }
  bank.clock.settle();
}

export function saveBank(path: string, bank: KaspiBank): void {
  const { payments, returns, refunds } = bank.ledger;
  const state = {
    version: VERSION,
    now: bank.clock.now(),
    ...bank.state(),
    payments: [...payments.values()],
    returns: [...returns.values()],
    refunds,
  };
  saveState(path, state);
}
