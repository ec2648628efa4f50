import { loadState, saveState } from "../state-file.ts";
import type { HalykBank } from "./bank.ts";
import type { Bill } from "./records.ts";

const VERSION = 1;
const amounts = ["amountMinor", "feeMinor", "bonusMinor", "refundedMinor"] as const;
type Amount = (typeof amounts)[number];

interface SavedState {
  version: number;
  now: number;
  username: string;
  password: string;
  nextBillNumber: string;
  bills: (Omit<Bill, Amount> & Record<Amount, string>)[];
}

/** What the bank knew when it stopped; null when there is no such file. */
export function loadBank(path: string): SavedState | null {
  return loadState<SavedState>(path, VERSION);
}

/** Puts what was saved back; what fell due meanwhile happens at once, at the time it was due. */
export function restoreBank(bank: HalykBank, saved: SavedState): void {
  const { username, password, nextBillNumber } = saved;
  Object.assign(bank.config, { username, password, nextBillNumber });
  for (const bill of saved.bills) {
    const minor = Object.fromEntries(amounts.map((key) => [key, BigInt(bill[key])])) as Record<Amount, bigint>;
    bank.ledger.bills.set(bill.billNumber, { ...bill, ...minor });
  }
  for (const bill of bank.ledger.bills.values()) bank[bill.kind === "payment" ? "bills" : "refunds"].watch(bill);
  bank.clock.settle();
}

export function saveBank(path: string, bank: HalykBank): void {
  const { username, password, nextBillNumber } = bank.config;
  const bills = [...bank.ledger.bills.values()];
  const state = { version: VERSION, now: bank.clock.now(), username, password, nextBillNumber, bills };
  saveState(path, state);
}
