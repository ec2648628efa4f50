/** What a bank must bring to be put through the conformance suite: neutral names for what its simulator can do. */
import type { CommandInput } from "../../contract/commands.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import type { BankWord, PaymentRow } from "../../main/core/payment.ts";
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
  /** X-Request-ID; at a bank that asks for none it is the desk's own. */
  readonly requestId: string;
  /** Our own number in it, at a bank whose requests have no id by which the journal would know them. */
  readonly ownNumber: string | null;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The bank has decided about it. */
  readonly heard: boolean;
  /** And has made what it asks for. */
  readonly acted: boolean;
  readonly bankId: string | null;
  /** Who it came from: fingerprint of the client certificate, or a user name; null where the bank asks for neither. */
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
  /** What the bank was told to know it by: the till's receipt number, or a number made for the bank. */
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
  /** At a bank that can be told that nobody waits any more: it goes on as if it had not been told. */
  readonly heedless?: boolean;
  /** Id of the next payment. */
  readonly firstId?: string;
  /** Another authority than the usual one: certificates of one are worth nothing at the other. */
  readonly foreignAuthority?: boolean;
}

/** One running bank, and the customers' telephones. */
export interface BankSide extends DeskBank {
  readonly profile: Profile;
  now(): number;
  /** "lookUp": the question by our own number about a creation whose answer was lost. */
  strike(call: "create" | "status" | "lookUp", fate: Fate, when?: When): void;
  calm(): void;
  down(): Promise<void>;
  up(): Promise<void>;
  scan(bankId: string): void;
  confirm(bankId: string): void;
  /** The bank's own no; nothing where it has been said. */
  decline(bankId: string): void;
  creations(): readonly Creation[];
  questions(bankId?: string): readonly Question[];
  payments(): readonly BankPayment[];
  /** It is told when nobody waits for a payment any more. */
  readonly refusable: boolean;
  /** What `BankPayment.number` is of this payment. */
  numberOf(row: PaymentRow): string | null;
  /** Who this bank's profile is to the bank; as in `Creation`. */
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
  /** The path of a creation, below the bank's address. */
  readonly createPath: string;
  /** The HTTP status that means "I know no such payment" by itself; null where the bank says that in its own way. */
  readonly unknownStatus: number | null;
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
    /** A token that nobody scanned is dead some time after the bank's windows: the document promises it. */
    readonly deadToken: boolean;
    /** Every request has an id of its own. */
    readonly requestIds: boolean;
  };
  start(options: SideOptions): Promise<BankSide>;
}

// ---- a bank without a code: this till posts the payment, and the status says what came of it ----

export type PostedFate =
  | Fate
  /** The true status under the number, the terminal or the currency of another payment. */
  | { readonly kind: "foreign"; readonly member: "number" | "terminal" | "currency" };

/** What the bank does with what pays: takes it; wants the payer on its own page first; says no, at once or after the page. */
export type Outcome = "taken" | "page" | { readonly code: string; readonly after?: "page"; readonly yet?: "charged" };

export type Means = Pick<
  CommandInput<"payments.create">["request"],
  "method" | "token" | "card" | "amount" | "currency" | "payer"
>;

/** One call that may move money, as it came to the bank. */
export interface Post {
  readonly name: "create" | "confirm";
  readonly invoice: string | null;
  readonly requestId: string;
  readonly body: string;
  /** The bank has carried it out. */
  readonly acted: boolean;
}

/** An operation in the bank's own books. */
export interface Operation {
  readonly id: string;
  readonly invoice: string;
  readonly minor: number;
  readonly word: BankWord;
  /** How often its money was taken. */
  readonly captured: number;
}

/** The bank's page before a payer. */
export interface PageShown {
  readonly ended: boolean;
  /** The payer presses a button there, or the page itself is broken. */
  press(how: "confirm" | "decline" | "another-mark" | "no-proof"): void;
  close(): void;
}

/** One running bank without a code, and the payers' browsers. */
export interface PostedSide extends DeskBank {
  now(): number;
  means(outcome: Outcome, method?: "googlePay" | "card" | "cardVerification"): Means;
  /** Which calls fare so from now on; "token" is the one that a post needs. */
  strike(call: "create" | "confirm" | "status" | "token", fate: PostedFate, when?: When): void;
  calm(): void;
  down(): Promise<void>;
  up(): Promise<void>;
  /** The bank's own people, or its clock, make it so. */
  says(invoice: string, word: "paid" | "declined" | "pending"): void;
  pages: NonNullable<DeskBank["pages"]>;
  /** Every page that was offered, the oldest first. */
  readonly shown: readonly PageShown[];
  posts(invoice?: string): readonly Post[];
  questions(invoice: string): readonly Pick<Question, "at" | "answeredAt" | "requestId">[];
  operations(): readonly Operation[];
  complaints(): readonly string[];
  /** Everything that may stand nowhere at the till: numbers, proofs, tokens, secrets; by what it is. */
  secrecies(): readonly { readonly name: string; readonly value: string }[];
  stop(): Promise<void>;
}

export interface PostedHarness {
  readonly name: string;
  readonly pollMs: number;
  /** How long the payer may take on the bank's page, and the bank over its decision. */
  readonly pageMs: number;
  readonly sessionMs: number;
  /** "Not known here" means that it never came, so long after the post. */
  readonly lagMs: number;
  readonly words: { readonly paid: string; readonly pending: string };
  readonly nearlyPaid: readonly string[];
  readonly unknownWords: readonly string[];
  /** A no that is final at once. */
  readonly refusals: readonly Refusal[];
  /** A no after which the money may be gone all the same. */
  readonly undecided: readonly string[];
  /** `undecided`: the bank decides about nothing by itself. */
  start(options: Pick<SideOptions, "clock"> & { readonly undecided?: boolean }): Promise<PostedSide>;
}
