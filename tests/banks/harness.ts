/** What a bank must bring to be put through the conformance suite: neutral names for what its simulator can do. */
import type { ErrorCode } from "../../contract/errors.ts";
import type { BankWord } from "../../main/core/payment.ts";
import type { Profile } from "../../main/core/ports.ts";
import type { DeskBank } from "../support/real-desk.ts";
import type { ScaledClock } from "../support/scaled-clock.ts";

/** How a call fares at the bank. "acted": it was carried out all the same. */
export type Fate =
  | { readonly kind: "dropped" | "eaten" | "hung" | "hung-acted" | "truncated" | "garbage" | "html" | "html-acted" }
  /** The success answer without what the call is for; without the bank's sign of success; with ids but no token. */
  | { readonly kind: "empty" | "no-sign" | "no-token" }
  /** The connection dies now, the call is carried out `ms` later. */
  | { readonly kind: "late"; readonly ms: number }
  /** The right answer, byte by byte, so that it takes about `ms`. */
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "http"; readonly status: number }
  /** The bank's own "try later" and "I know no such payment". */
  | { readonly kind: "busy" | "unknown-payment" }
  | { readonly kind: "refused"; readonly spelling: string; readonly message: string }
  /** A status in the bank's own word, spelt exactly so. */
  | { readonly kind: "word"; readonly raw: string }
  /** The true status, together with an amount in major units. */
  | { readonly kind: "names-amount"; readonly amount: string };

export interface When {
  /** Which call from now on is the first to be struck; 1 is the next. */
  readonly nth?: number;
  readonly count?: number | "all";
}

export interface Creation {
  readonly requestId: string;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly acted: boolean;
  readonly bankId: string | null;
  /** Fingerprint of the client certificate it came with; null where the bank takes none. */
  readonly client: string | null;
}

export interface Question extends Creation {
  /** When the whole answer left the bank; null when it never did. */
  readonly answeredAt: number | null;
}

/** A payment in the bank's own books. */
export interface BankPayment {
  readonly bankId: string;
  /** What the customer scans. */
  readonly token: string;
  /** The till's receipt number as the bank was told it. */
  readonly number: string | null;
  readonly minor: number;
  readonly word: BankWord;
  /** The customer's money was taken. */
  readonly captured: boolean;
}

export interface SideOptions {
  readonly clock: ScaledClock;
  readonly profileId?: string;
  /** What the bank really waits, where that is not what it says. */
  readonly realScanMs?: number;
  readonly realConfirmMs?: number;
  /** What becomes of a token that nobody scanned: the bank declines it, or says "created" for ever. */
  readonly unscanned?: "declined" | "stays";
  /** Id of the next payment. */
  readonly firstId?: string;
  /** Another authority than the usual one: certificates of one are worth nothing at the other. */
  readonly foreignAuthority?: boolean;
}

/** One running bank, and the customers' telephones. */
export interface BankSide extends DeskBank {
  readonly profile: Profile;
  now(): number;
  strike(call: "create" | "status", fate: Fate, when?: When): void;
  calm(): void;
  down(): Promise<void>;
  up(): Promise<void>;
  scan(bankId: string): void;
  confirm(bankId: string): void;
  decline(bankId: string): void;
  creations(): readonly Creation[];
  questions(bankId?: string): readonly Question[];
  payments(): readonly BankPayment[];
  /** Fingerprint of the certificate that this bank's profile shows. */
  readonly client: string;
  /** Departures from the document that the bank noticed and let pass. */
  complaints(): readonly string[];
  stop(): Promise<void>;
}

export interface Refusal {
  /** As it stands in the answer, quotes included. */
  readonly spelling: string;
  readonly code: ErrorCode;
}

/** A request as the bank's document shows it. */
export interface Sample {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface BankHarness {
  readonly name: string;
  readonly windows: { readonly pollMs: number; readonly scanMs: number; readonly confirmMs: number };
  /** The bank's spelling of each word it has. */
  readonly words: Readonly<Partial<Record<BankWord, string>>>;
  /** Spellings near the success word that are none. */
  readonly nearlyPaid: readonly string[];
  readonly unknownWords: readonly string[];
  /** A "no" that no document promises: believed after it was heard twice. */
  readonly unsureNo: readonly string[];
  readonly refusals: readonly Refusal[];
  readonly largestId: string;
  /** `statusId`: the id that stands in the status sample. */
  readonly samples: { readonly create: Sample; readonly status: Sample; readonly statusId: string };
  /** The sample's values: amount in major units and what stands for our receipt number. */
  readonly sampleAmount: string;
  readonly can: {
    /** The status may name the amount. */
    readonly namesAmount: boolean;
    /** A creation whose answer was lost can be looked up; otherwise its token was never shown and it is made again. */
    readonly lookUp: boolean;
  };
  start(options: SideOptions): Promise<BankSide>;
}
