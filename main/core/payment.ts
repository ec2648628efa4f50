/** A payment as the journal keeps it: contract section 3 plus what recovery needs. Times are epoch milliseconds. */
import type { AppError, ErrorCode } from "../../contract/errors.ts";
import type { FulfilmentState } from "../../contract/fulfilment.ts";
import type { LocalText } from "../../contract/kiosk.ts";
import type { Currency, Minor } from "../../contract/money.ts";
import type { Environment, Outcome, PaymentState, Provider } from "../../contract/states.ts";

export interface HistoryEntry {
  readonly at: number;
  readonly state: PaymentState;
  readonly cause: string;
}

export interface Resolution {
  readonly outcome: Outcome;
  readonly by: string;
  readonly reason: string;
  readonly at: number;
}

/** The bank's own times for this payment, clamped to sane values, in milliseconds. */
export interface Windows {
  readonly pollMs: number;
  readonly scanMs: number;
  readonly confirmMs: number;
}

/**
 * What a bank last said about a payment, in our words. `created`: nobody scanned yet; `pending`: not decided, and nobody can
 * tell whether the customer is busy with it; `held`: money blocked on the way to being paid. Of a posted one also:
 * `authorized`: blocked until we take it or give it back; `released`: given back; `verified`: a card check has passed;
 * `unproven`: the payer has not proved himself on the bank's page (ePay `3D`).
 */
export type BankWord =
  | "created"
  | "pending"
  | "scanned"
  | "held"
  | "paid"
  | "declined"
  | "authorized"
  | "released"
  | "verified"
  | "unproven";

/** What the bank tells of a payment beside its word. A sum is whole tiyn. */
export interface PaymentFacts {
  readonly reference: string | null;
  readonly fee: number | null;
  readonly bonus: number | null;
  readonly card: { readonly mask: string; readonly type: string } | null;
  readonly lines: readonly { readonly label: string; readonly value: string }[];
}

/** The bank is told that the payment is not waited for any more (Halyk: POST REJECTED). */
export interface Refusal {
  readonly tries: number;
  /** A well-formed answer has come. Whatever it said, the status decides. */
  readonly heard: boolean;
}

/** How the bank's page ended without a confirmation. */
export type PageEnd = "cancelled" | "timeout" | "mismatch" | "restart";

/** What was bought, named and priced as it was then. */
export interface BoughtItem {
  readonly id: string;
  readonly name: LocalText;
  readonly price: Minor;
  readonly quantity: number;
}

/** Vending: how the goods stand. Decided in the payment's own turn, so that it is either goods or money. Epoch milliseconds. */
export interface Goods {
  readonly state: FulfilmentState;
  /** Since it stands so; null: not paid yet. */
  readonly at: number | null;
  /** `waiting` and `dispensing`: until when somebody has to say more; null: not paid yet, or nothing is waited for. */
  readonly dueAt: number | null;
  /** The machine's own words, or ours: `no_report`. */
  readonly reason: string | null;
  readonly by: string | null;
  /** Something is still to be done about it by this till: it is taken up after a restart. */
  readonly open: boolean;
  /** How long each of the two may take (milliseconds), by the settings it was sold under. */
  readonly fulfilMs: number;
  readonly dispenseMs: number;
  /** So many refunds were begun for it, and the last of them. */
  readonly tries: number;
  readonly refundId: string | null;
  readonly refundNumber: string | null;
  readonly way: "till" | "customer" | null;
  /** The last of them was sent: the money may be back, so the goods cannot be said to be given any more. */
  readonly sent: boolean;
  /** So many refunds of others were sent while they were not given: the same is true of these. */
  readonly byHand: number;
  /** Why the money does not go back by itself; null: it does, it has, or it need not. */
  readonly stuck: ErrorCode | null;
  /** Goods and money were both said to be given, or neither: since when; null once a person has decided. */
  readonly disputedAt: number | null;
  /** The last report (`ok`) that went against what was decided: the same one once more is nothing new. */
  readonly against: boolean | null;
}

export interface PaymentDetail {
  /** How often a creation was sent; a harmless one may be sent twice. */
  readonly createTries: number;
  readonly payload: string | null;
  readonly link: string | null;
  readonly paymentMethods: readonly string[];
  readonly windows: Windows | null;
  /** When the bank's answer with the token was received; anchor of the polling grid. */
  readonly tokenAt: number | null;
  readonly scanDeadline: number | null;
  readonly confirmDeadline: number | null;
  /** scan window + confirmation window + 30 s after the token: an unscanned token is dead then. */
  readonly deadAt: number | null;
  /** 24 h after the deadline, the cancellation or the doubt. */
  readonly watchUntil: number | null;
  readonly lastWord: BankWord | null;
  /** The deadline that counts now has passed; the next well-formed answer decides, silence makes `in_doubt`. */
  readonly overdue: boolean;
  /** Polls without an answer since the deadline passed. */
  readonly silentPolls: number;
  /** The moment of the dead token has passed; an answer `created` received from now on settles it. */
  readonly deadDue: boolean;
  /** Settled as a dead token: asked once more at the next start. */
  readonly askAtStart: boolean;
  /** A tolerant "no" waits for a confirming read. */
  readonly unsureNo: string | null;
  /** Purchase-not-found answers right after creation may be replication lag. */
  readonly notFound: number;
  readonly answeredAt: number | null;
  /** A person or a program has put it away from the screen. */
  readonly dismissed: boolean;
  readonly history: readonly HistoryEntry[];
  readonly description: string | null;
  /** Invoice: the telephone masked for people, a keyed fingerprint of it for the guard against a second one, a line for the customer. */
  readonly phoneMask: string | null;
  readonly phoneMac: string | null;
  readonly comment: string | null;
  /** Invoice: until when it can be paid. */
  readonly payableUntil: number | null;
  /** A cancellation was asked for and its answer was lost. */
  readonly cancelAsked: boolean;
  /** Our own number of it at the bank (Halyk invoiceId), journaled before it is sent and never used twice. */
  readonly invoiceId: string | null;
  /** When the answer to its creation was first found lost: it is looked up from then on. */
  readonly lostAt: number | null;
  /** The bank promises no end of a token that nobody scanned: it is watched on, not called dead. */
  readonly undying: boolean;
  readonly refusal: Refusal | null;
  /** The bank has said "paid" in a way that cannot be believed: nothing may be refused any more. */
  readonly claimed: boolean;
  readonly facts: PaymentFacts | null;
  /** Posted: when it was first sent, and whether the bank has answered to that. */
  readonly postedAt: number | null;
  readonly posted: "answered" | "lost" | null;
  /** Posted: how the bank's page ended, and whether the confirmation has been sent. */
  readonly pageEnd: PageEnd | null;
  readonly confirmed: boolean;
  /** The bank complains of our settings: not asked again by timer before they change (contract, "A payment"). */
  readonly paused: boolean;
  /** The bank's own number of the operation, by which it is captured, released and refunded (ePay `id`). */
  readonly operationId: string | null;
  /** A capture or release that was sent and whose outcome the bank's word has not shown yet. */
  readonly operation: "capture" | "release" | null;
  /** How much of it was to be taken by that capture. */
  readonly captureMinor: Minor | null;
  /** The card used: our handle where it is a saved one, and what may be shown of it. Transfer: the card it goes to. */
  readonly card: { readonly id: string | null; readonly mask: string; readonly type: string } | null;
  readonly receiver: string | null;
  /** The bank was asked to keep the card, for this customer of the shop. */
  readonly saveCard: boolean;
  readonly accountId: string | null;
  /** What went back of it as far as this till knows. */
  readonly refundedMinor: number;
  /** When the bank said the opposite of its own final word or of a person's decision; null once a person has decided about that. */
  readonly disputedAt: number | null;
  readonly items: readonly BoughtItem[];
}

/** What is known before anything has happened. */
export const NEW_DETAIL: PaymentDetail = {
  createTries: 1,
  payload: null,
  link: null,
  paymentMethods: [],
  windows: null,
  tokenAt: null,
  scanDeadline: null,
  confirmDeadline: null,
  deadAt: null,
  watchUntil: null,
  lastWord: null,
  overdue: false,
  silentPolls: 0,
  deadDue: false,
  askAtStart: false,
  unsureNo: null,
  notFound: 0,
  answeredAt: null,
  dismissed: false,
  history: [],
  description: null,
  phoneMask: null,
  phoneMac: null,
  comment: null,
  payableUntil: null,
  cancelAsked: false,
  invoiceId: null,
  lostAt: null,
  undying: false,
  refusal: null,
  claimed: false,
  facts: null,
  postedAt: null,
  posted: null,
  pageEnd: null,
  confirmed: false,
  paused: false,
  operationId: null,
  operation: null,
  captureMinor: null,
  card: null,
  receiver: null,
  saveCard: false,
  accountId: null,
  refundedMinor: 0,
  disputedAt: null,
  items: [],
};

export interface PaymentRow {
  readonly seq: number;
  readonly id: string;
  /** Rises by one with each commit of this row. */
  readonly version: number;
  readonly number: string;
  readonly tillId: string;
  readonly saleId: string;
  readonly replaces: string | null;
  readonly kind: "sale" | "verification" | "transfer";
  readonly profileId: string;
  readonly provider: Provider;
  readonly environment: Environment;
  readonly method: string;
  readonly minor: Minor;
  readonly currency: Currency;
  readonly state: PaymentState;
  readonly settled: boolean;
  readonly watching: boolean;
  readonly parked: boolean;
  readonly late: boolean;
  readonly bankId: string | null;
  readonly externalId: string | null;
  readonly idemKey: string;
  readonly idemMac: string;
  readonly actor: string;
  /** The shop's date (YYYY-MM-DD in its own time zone) on which it was made. */
  readonly businessDay: string;
  readonly shiftId: string | null;
  readonly fulfilment: Goods | null;
  readonly resolution: Resolution | null;
  readonly error: AppError | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly detail: PaymentDetail;
}
