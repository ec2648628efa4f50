/** The one comparison by which losses are counted: of the till and of the anti-patterns alike. */
import { NO_LOSSES, type Losses } from "./part.ts";

/** One human intent to be paid, and what the till says of it at the end. Money in whole tiyn. */
export interface Sale {
  readonly sale: string;
  readonly minor: number;
  /** `doubt`: before a person, who can see it; `open`: still on its way. */
  readonly says: "paid" | "not_paid" | "doubt" | "open";
  /** What people meant to give back, at most. */
  readonly meantBack?: number;
  /** A refund that is neither decided nor before a person. */
  readonly openRefunds?: number;
}

/** One payment as the bank has it. `sale`: whose it is, by the number or request it was made with. */
export interface Taken {
  readonly sale: string;
  readonly minor: number;
  /** The customer's money is or was with the shop. */
  readonly captured: boolean;
  readonly backMinor?: number;
}

export interface Comparison {
  readonly losses: Losses;
  /** One sentence a loss. */
  readonly notes: readonly string[];
}

/** Compares when all has come to rest: whatever is `open` then is stuck. Of a payment nobody ever meant the money is lost. */
export function compareSales(sales: readonly Sale[], taken: readonly Taken[]): Comparison {
  const losses: Record<keyof Losses, number> = { ...NO_LOSSES };
  const notes: string[] = [];
  const count = (kind: keyof Losses, sale: string, words: string): void => {
    losses[kind] += 1;
    notes.push(`${kind}: ${sale}: ${words}`);
  };
  const known = new Set(sales.map(({ sale }) => sale));
  for (const one of taken)
    if (one.captured && !known.has(one.sale)) count("lost", one.sale, "the bank has money that nobody here knows of");
  for (const { sale, minor, says, meantBack = 0, openRefunds = 0 } of sales) {
    const own = taken.filter((one) => one.sale === sale);
    const captured = own.filter((one) => one.captured);
    const [first] = captured;
    if (captured.length > 1) count("doubled", sale, `${captured.length} payments took money`);
    if (captured.some((one) => one.minor !== minor)) count("wrongAmount", sale, `meant ${minor}, took ${first?.minor}`);
    if (says === "paid" && !first) count("falsePaid", sale, "said to be paid");
    if (says === "not_paid" && first) {
      count("falseNotPaid", sale, "said not to be paid");
      count("lost", sale, "the bank has the money, and nobody here is told");
    }
    if (says === "open") count("stuck", sale, "never came to an end");
    for (let i = 0; i < openRefunds; i += 1) count("stuck", sale, "a refund never came to an end");
    const back = own.reduce((sum, one) => sum + (one.backMinor ?? 0), 0);
    if (back > meantBack) count("doubleRefund", sale, `meant to give back ${meantBack}, gave ${back}`);
  }
  return { losses, notes };
}
