/**
 * Our own number of a payment at a bank that asks for one. It must never come twice for a terminal: not at another till,
 * after a new installation or after a restored backup, which nobody may even notice.
 */
import type { Crypto } from "./ports.ts";

/** The counter of a terminal, as the journal keeps it: the round times this, plus the number that comes next. */
const ROUND = 10_000_000n;
const LEAD = 8;

export interface InvoiceRange {
  readonly from: number;
  readonly to: number;
}

/** What makes this life of this till a different one from every other; text. */
export interface InvoiceSource {
  readonly tillId: string;
  readonly provider: string;
  readonly terminal: string;
  readonly epoch: string;
  /** Drawn at each start of the process: a restored journal goes on from an old count, but under another lead. */
  readonly run: string;
}

/** Name of the journal's counter for the numbers of one terminal. */
export const invoiceCounter = (provider: string, terminal: string): string => `invoice|${provider}|${terminal}`;

/**
 * The next number and what the counter is afterwards. `kept` is the journal's counter, null before the first; `range` has
 * both ends included and at most seven digits. At most fifteen digits: eight that are this life's and this round's own,
 * then the plain count, padded to the width of the range's end, since ePay asks for its last six to be unique. A count
 * outside the range, at its end or after the range was changed, begins a new round at its start.
 */
export function nextInvoice(
  keyed: Pick<Crypto, "mac">,
  source: InvoiceSource,
  { from, to }: InvoiceRange,
  kept: bigint | null,
): { readonly invoiceId: string; readonly next: bigint } {
  const value = kept ?? BigInt(from);
  const within = value % ROUND >= BigInt(from) && value % ROUND <= BigInt(to);
  const round = value / ROUND + (within ? 0n : 1n);
  const count = within ? value % ROUND : BigInt(from);
  const { tillId, provider, terminal, epoch, run } = source;
  const mac = keyed.mac("request", JSON.stringify(["invoice", tillId, provider, terminal, epoch, run, String(round)]));
  // Never a leading zero: a bank that reads the number as a number would know another one.
  const least = 10n ** BigInt(LEAD - 1);
  const lead = least + (BigInt(`0x${mac.slice(0, 16)}`) % (9n * least));
  return {
    invoiceId: `${lead}${String(count).padStart(String(to).length, "0")}`,
    next: round * ROUND + count + 1n,
  };
}
