/**
 * What a part of the proof is: a module that exports `run`. `scripts/prove.mjs` bundles each, runs it as a process of its
 * own and prints one table of all of them.
 */

/** Ways to lose money or truth; each is a count that must be 0 for the till. */
export interface Losses {
  /** The bank has the customer's money for a sale, and the till neither says paid nor keeps it in doubt before a person. */
  readonly lost: number;
  /** One human intent took money more than once. */
  readonly doubled: number;
  readonly wrongAmount: number;
  /** The till says paid, and the bank has no money for it. */
  readonly falsePaid: number;
  /** The till says that nothing was paid, and the bank has the money. */
  readonly falseNotPaid: number;
  /** More went back to the customer than people meant. */
  readonly doubleRefund: number;
  /** Neither the bank's final word nor before a person, though the bank could be reached. */
  readonly stuck: number;
}

export const LOSS_KINDS = [
  "lost",
  "doubled",
  "wrongAmount",
  "falsePaid",
  "falseNotPaid",
  "doubleRefund",
  "stuck",
] as const satisfies readonly (keyof Losses)[];

export const NO_LOSSES: Losses = {
  lost: 0,
  doubled: 0,
  wrongAmount: 0,
  falsePaid: 0,
  falseNotPaid: 0,
  doubleRefund: 0,
  stuck: 0,
};

export function addLosses(all: Iterable<Losses>): Losses {
  const sum: Record<keyof Losses, number> = { ...NO_LOSSES };
  for (const losses of all) for (const kind of LOSS_KINDS) sum[kind] += losses[kind];
  return sum;
}

export interface PartOptions {
  /** Everything random in a part follows from it: the same seed and counts do the same again. */
  readonly seed: number;
  readonly scale: "short" | "long";
  /** How many runs were asked for by hand (`--count N`); null: as the scale says. */
  readonly count: number | null;
  /** One line of progress, for a person who waits. */
  readonly report: (line: string) => void;
}

export interface PartResult {
  /** As on the command line: `kill`, `model`, … */
  readonly name: string;
  readonly runs: number;
  /** What `runs` counts, in the plural: `kills`, `payments`. */
  readonly unit: string;
  /** What was measured, by its words in the report. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** What came of each case, for the document: a row of headings, then one a case. */
  readonly cases?: readonly (readonly string[])[];
  readonly losses: Losses;
  /** Broken promises that are no loss of money (a wrong screen, an unvisited cell): sentences with the seed that replays them. */
  readonly failures: readonly string[];
  readonly seeds: readonly number[];
  /** The public anti-patterns' losses in the same scenarios, by name. */
  readonly rivals?: Readonly<Record<string, Losses>>;
}

export type Part = (options: PartOptions) => Promise<PartResult>;
