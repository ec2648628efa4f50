import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { writePlain } from "./json.ts";
import type { BankState, KaspiBank } from "./kaspi/bank.ts";
import type { PaymentRecord, RefundRecord, ReturnRecord } from "./records.ts";

type Saved<Stored, Amounts extends keyof Stored> = Omit<Stored, Amounts> & Record<Amounts, string>;

interface SavedState extends BankState {
  version: 2;
  now: number;
  payments: Saved<PaymentRecord, "amountMinor" | "refundedMinor">[];
  returns: ReturnRecord[];
  refunds: Saved<RefundRecord, "amountMinor">[];
}

/**
 * What the bank knew when it stopped; null when there is no such file. One of another version is put aside: after an
 * update the bank of a training till must start, even if it has forgotten the practice before.
 */
export function loadState(path: string): SavedState | null {
  if (!existsSync(path)) return null;
  const saved = JSON.parse(readFileSync(path, "utf8")) as SavedState;
  if (saved.version === 2) return saved;
  renameSync(path, `${path}.old`);
  return null;
}

/** Puts what was saved back; what fell due meanwhile happens at once, at the time it was due. */
export function restoreState(bank: KaspiBank, saved: SavedState): void {
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

export function saveState(path: string, bank: KaspiBank): void {
  const { payments, returns, refunds } = bank.ledger;
  const state = {
    version: 2,
    now: bank.clock.now(),
    ...bank.state(),
    payments: [...payments.values()],
    returns: [...returns.values()],
    refunds,
  };
  writeFileSync(`${path}.tmp`, writePlain(state), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
