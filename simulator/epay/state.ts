import { loadState, saveState } from "../state-file.ts";
import type { EpayBank } from "./bank.ts";
import type { Config } from "./config.ts";
import type { Movement, SavedCard, Token, Transaction } from "./records.ts";

const VERSION = 1;
const amounts = ["orgAmountMinor", "amountMinor", "payoutAmountMinor"] as const;
type Amount = (typeof amounts)[number];

type Written<Kind, Key extends keyof Kind> = Omit<Kind, Key> & Record<Key, string>;

interface SavedState {
  version: number;
  now: number;
  terminals: Config["terminals"];
  transactions: Written<Transaction, Amount>[];
  movements: Written<Movement, "minor">[];
  savedCards: SavedCard[];
  tokens: (Omit<Token, "bound"> & { bound: Written<NonNullable<Token["bound"]>, "amountMinor"> | null })[];
}

/** What the bank knew when it stopped; null when there is no such file. */
export function loadBank(path: string): SavedState | null {
  return loadState<SavedState>(path, VERSION);
}

/** Puts what was saved back; what fell due meanwhile happens at once, at the time it was due. */
export function restoreBank(bank: EpayBank, saved: SavedState): void {
  const { ledger, config, orders, clock } = bank;
  config.terminals = saved.terminals;
  for (const one of saved.transactions) {
    const minor = Object.fromEntries(amounts.map((key) => [key, BigInt(one[key])])) as Record<Amount, bigint>;
    ledger.transactions.set(one.id, { ...one, ...minor });
  }
  ledger.movements.push(...saved.movements.map((one) => ({ ...one, minor: BigInt(one.minor) })));
  for (const card of saved.savedCards) ledger.savedCards.set(card.id, card);
  for (const { bound, ...rest } of saved.tokens) {
    ledger.tokens.push({ ...rest, bound: bound && { ...bound, amountMinor: BigInt(bound.amountMinor) } });
  }
  for (const transaction of ledger.transactions.values()) orders.watch(transaction);
  clock.settle();
}

export function saveBank(path: string, { clock, config, ledger }: EpayBank): void {
  const now = clock.now();
  const { transactions, movements, savedCards, tokens } = ledger;
  const state = {
    version: VERSION,
    now,
    terminals: config.terminals,
    transactions: [...transactions.values()],
    movements,
    savedCards: [...savedCards.values()],
    tokens: tokens.filter(({ expiresAt }) => expiresAt > now),
  };
  saveState(path, state);
}
