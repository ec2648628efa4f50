/**
 * Our own number of a payment at a bank that asks for one. It must never come twice for a terminal: not at another till,
 * after a new installation or after a restored backup, which nobody may even notice.
 */
import type { Batch, Crypto, Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import type { ProviderSettings } from "./settings.ts";

/** The counter of a terminal, as the journal keeps it: the round times this, plus the number that comes next. */
const ROUND = 10_000_000n;
const LEAD = 8;
/** More numbers of a terminal than anybody gives out between a backup and the day it is needed: a tenth of the range. */
const JUMP = 10n;

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

/** What the journal keeps of a terminal's numbers. */
export interface Counted {
  /** The counter. */
  readonly next: bigint;
  /** The journal's epoch it was counted under; null: by a version that did not write it down. */
  readonly epoch: string | null;
}

/** Name of the journal's counter for the numbers of one terminal. */
export const invoiceCounter = (provider: string, terminal: string): string => `invoice|${provider}|${terminal}`;

/** Name of the journal's note under which epoch a counter was counted. */
export const epochOf = (counter: string): string => `${counter}|epoch`;

/**
 * The next number and what the counter is afterwards. `kept` is the journal's count, null before the first; `range` has
 * both ends included and at most seven digits. At most fifteen digits: eight that are this life's and this round's own,
 * then the plain count, padded to the width of the range's end, since ePay asks for its last six to be unique. A count
 * outside the range, at its end or after the range was changed, begins a new round at its start. Under another epoch than
 * the journal's own now, a restored backup goes on: the count jumps ahead, so that those last six do not come again.
 */
export function nextInvoice(
  keyed: Pick<Crypto, "mac">,
  source: InvoiceSource,
  { from, to }: InvoiceRange,
  kept: Counted | null,
): { readonly invoiceId: string; readonly next: bigint } {
  const first = BigInt(from);
  const width = BigInt(to) - first + 1n;
  const value = kept?.next ?? first;
  const within = value % ROUND >= first && value % ROUND < first + width;
  const restored = kept !== null && kept.epoch !== source.epoch;
  const place = (within ? (value % ROUND) - first : 0n) + (restored ? (width + JUMP - 1n) / JUMP : 0n);
  const round = value / ROUND + (within ? 0n : 1n) + place / width;
  const count = first + (place % width);
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

/** A number that is used up with the commit that counter and epoch go into. */
export interface DrawnNumber {
  readonly invoiceId: string;
  readonly counter: NonNullable<Batch["counters"]>[number];
  readonly meta: NonNullable<Batch["meta"]>;
}

export interface InvoiceNumbers {
  /** Our own number for a payment by such a method; null at a bank that takes none. One at a time, up to its commit. */
  next(bank: Pick<ProviderSettings, "name" | "profile" | "invoices">, method: string): Promise<DrawnNumber | null>;
}

/** Makes the numbers of one till; `run` is this life of the process. */
export function createInvoiceNumbers(
  { crypto, journal }: Pick<Ports, "crypto" | "journal">,
  providers: Pick<Providers, "bank">,
  tillId: string,
  run: string,
): InvoiceNumbers {
  return {
    async next({ name, profile, invoices: range }, method) {
      if (range === null) return null;
      const terminal = providers.bank(name)?.terminalOf?.(profile, method) ?? profile.device ?? "";
      const counter = invoiceCounter(name, terminal);
      const { epoch } = await journal.info();
      const kept = await journal.counter(counter);
      const counted = kept === null ? null : { next: kept, epoch: await journal.meta(epochOf(counter)) };
      const { invoiceId, next } = nextInvoice(crypto, { tillId, provider: name, terminal, epoch, run }, range, counted);
      return { invoiceId, counter: { name: counter, next }, meta: { [epochOf(counter)]: epoch } };
    },
  };
}
