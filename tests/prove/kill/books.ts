/** What the three banks have of the sales, whoever made it. */
import type { Taken } from "../books.ts";
import type { Banks } from "./shop.ts";

/** Remembers which of the banks' payments came into being during which sale: one till, one sale at a time. */
export interface Attribution {
  /** Everything new since the last call belongs to this sale. */
  claim(sale: string): void;
  /** As things stand now. */
  taken(): Taken[];
}

export function createAttribution(banks: Banks): Attribution {
  const owners = new Map<string, string>();
  return {
    claim(sale) {
      for (const { id } of entries(banks)) if (!owners.has(id)) owners.set(id, sale);
    },
    taken: () =>
      entries(banks).map(({ id, minor, captured, backMinor }) => ({
        sale: owners.get(id) ?? id,
        minor,
        captured,
        backMinor,
      })),
  };
}

interface Entry {
  readonly id: string;
  readonly minor: number;
  readonly captured: boolean;
  readonly backMinor: number;
}

function entries({ kaspi, halyk, epay }: Banks): Entry[] {
  const bills = halyk.bills();
  return [
    ...kaspi.payments().map(({ id, amountMinor, captured, refundedMinor }) => ({
      id: `kaspi ${id}`,
      minor: Number(amountMinor),
      captured,
      backMinor: Number(refundedMinor),
    })),
    ...bills
      .filter(({ kind }) => kind === "payment")
      .map(({ billNumber, amountMinor, captured }) => ({
        id: `halyk ${billNumber}`,
        minor: Number(amountMinor),
        captured,
        // Also what is on its way: it cannot be called back.
        backMinor: bills
          .filter(({ of, status }) => of === billNumber && status !== "REJECTED")
          .reduce((sum, refund) => sum + Number(refund.amountMinor), 0),
      })),
    ...epay.transactions().map(({ id, status, orgAmountMinor, payoutAmountMinor }) => ({
      id: `epay ${id}`,
      minor: Number(orgAmountMinor),
      captured: status === "CHARGE" || status === "AUTH" || status === "REFUND",
      backMinor: Number(payoutAmountMinor),
    })),
  ];
}
