import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { writePlain } from "./json.ts";
import type { BankState, KaspiBank } from "./kaspi/bank.ts";
import type { PaymentRecord } from "./ledger.ts";

interface SavedState extends BankState {
  version: 1;
  now: number;
  payments: (Omit<PaymentRecord, "amountMinor" | "refundedMinor"> & { amountMinor: string; refundedMinor: string })[];
}

/** What the bank knew when it stopped; null when there is no such file. */
export function loadState(path: string): SavedState | null {
  if (!existsSync(path)) return null;
  const saved = JSON.parse(readFileSync(path, "utf8")) as SavedState;
  if (saved.version !== 1) throw new Error("state file: unknown version");
  return saved;
}

/** Puts the saved payments back; what fell due meanwhile happens at once, at the time it was due. */
export function restoreState(bank: KaspiBank, saved: SavedState): void {
  bank.restore(saved);
  for (const payment of saved.payments) {
    const record = {
      ...payment,
      amountMinor: BigInt(payment.amountMinor),
      refundedMinor: BigInt(payment.refundedMinor),
    };
    bank.ledger.payments.set(record.id, record);
    bank.payments.watch(record);
  }
  bank.clock.settle();
}

export function saveState(path: string, bank: KaspiBank): void {
  const state = {
    version: 1,
    now: bank.clock.now(),
    ...bank.state(),
    payments: [...bank.ledger.payments.values()],
  };
  writeFileSync(`${path}.tmp`, writePlain(state), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
