/** Saved cards: the bank's own number of each is in the vault, our handle and the mask are all that leaves. */
import type { Environment, Provider } from "../../contract/states.ts";
import type { PaymentRow } from "./payment.ts";
import type { Ports, Profile } from "./ports.ts";
import { createTurn } from "./turn.ts";

/** Name under which they stand in the vault: one JSON list. */
const VAULT_NAME = "cards";

export interface SavedCard {
  /** Our handle. */
  readonly id: string;
  /** A reusable means of payment: never shown, logged or journaled (state machines 3.9). */
  readonly bankCardId: string;
  readonly mask: string;
  readonly type: string;
  /** The shop's customer it belongs to. */
  readonly accountId: string | null;
  readonly provider: Provider;
  readonly environment: Environment;
  /** Epoch milliseconds. */
  readonly savedAt: number;
}

export interface Cards {
  /**
   * Keeps the card of a payment under a handle, which it returns; the same card of the same customer keeps the one it has.
   * `shown` is what the bank says of it. Rejects where the vault refuses.
   */
  keep(
    row: PaymentRow,
    bankCardId: string,
    shown: { readonly mask: string; readonly type: string } | null,
  ): Promise<string>;
  /** Newest first. */
  list(): Promise<readonly SavedCard[]>;
  /** The card of a handle as far as it can be used with a profile: that of another bank or environment is none. */
  find(id: string, profile: Pick<Profile, "provider" | "environment">): Promise<SavedCard | null>;
  /** Forgets a card; false where there is none of that handle. */
  remove(id: string): Promise<boolean>;
}

/** Makes the saved cards of one till. */
export function createCards({ clock, vault }: Pick<Ports, "clock" | "vault">): Cards {
  // One change at a time: the list is written whole.
  const inTurn = createTurn();

  async function read(): Promise<readonly SavedCard[]> {
    return JSON.parse((await vault.get(VAULT_NAME)) ?? "[]") as readonly SavedCard[];
  }

  const write = (cards: readonly SavedCard[]): Promise<void> => vault.put({ [VAULT_NAME]: JSON.stringify(cards) });

  return {
    keep: (row, bankCardId, shown) =>
      inTurn(async () => {
        const { provider, environment } = row;
        const { accountId, card } = row.detail;
        const cards = await read();
        const known = cards.find(
          (other) =>
            other.bankCardId === bankCardId &&
            other.accountId === accountId &&
            other.provider === provider &&
            other.environment === environment,
        );
        if (known) return known.id;
        const id = `card_${row.id.replaceAll("-", "").toLowerCase()}`;
        const mask = shown?.mask ?? card?.mask ?? "";
        const type = shown?.type ?? card?.type ?? "";
        const saved = { id, bankCardId, mask, type, accountId, provider, environment, savedAt: clock.now() };
        await write([saved, ...cards.filter((other) => other.id !== id)]);
        return id;
      }),
    list: () => inTurn(read),
    find: (id, { provider, environment }) =>
      inTurn(async () => {
        const card = (await read()).find((other) => other.id === id);
        return card?.provider === provider && card.environment === environment ? card : null;
      }),
    remove: (id) =>
      inTurn(async () => {
        const cards = await read();
        const left = cards.filter((other) => other.id !== id);
        if (left.length === cards.length) return false;
        await write(left);
        return true;
      }),
  };
}
