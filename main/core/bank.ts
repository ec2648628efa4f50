/** What a bank is to the core: requests as data, and pure readers of its answers. A bank never sends. */
import type { AppError } from "../../contract/errors.ts";
import type { Minor } from "../../contract/money.ts";
import type { Provider, RefundWay } from "../../contract/states.ts";
import type { BankWord, PaymentFacts, PaymentRow, Windows } from "./payment.ts";
import type { Danger, HttpAnswer, Profile } from "./ports.ts";
import type { Purchase, RefundRow } from "./refund.ts";

export interface BankCall<Event> {
  readonly name: string;
  readonly danger: Danger;
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  /** The request in canonical form without any secret: what its fingerprint in the journal is made of. */
  readonly canonical: string;
  read(answer: HttpAnswer): Event;
}

/** A well-formed refusal: the bank has spoken, nothing was made. */
export interface Refused {
  readonly kind: "refused";
  readonly error: AppError;
}

/** An answer that cannot be read, or one that says nothing: as if it had been lost. */
export interface Unclear {
  readonly kind: "unclear";
  readonly error: AppError;
}

export interface Created {
  readonly kind: "created";
  readonly bankId: string;
  readonly payload: string | null;
  readonly link: string | null;
  readonly paymentMethods: readonly string[];
  readonly windows: Windows;
  /** For display and as a sign of clock skew only. */
  readonly expiresAt: number | null;
  /**
   * How long the bank itself takes to end one that is not paid, where it promises nothing about a token that nobody
   * scanned. Absent: such a token is dead after both windows (contract, "Dead token").
   */
  readonly lifeMs?: number;
  /** Shown all the same, with this warning. */
  readonly warning?: AppError;
}

/** The bank's word about a payment. `unsure`: a "no" outside the document, believed after a second read. */
export interface Word {
  readonly kind: "word";
  readonly word: BankWord;
  readonly raw: string;
  readonly unsure: boolean;
  /** The amount the bank names, where it does; must be exactly what was asked. */
  readonly minor: Minor | null;
  /** Why, in the bank's own words. */
  readonly message?: string;
  readonly facts?: PaymentFacts;
}

/**
 * "Paid", said in a way that proves nothing: in a body that had to be repaired, or without its amount. Counts as
 * silence, but the payment may not be refused any more.
 */
export interface Claim {
  readonly kind: "claim";
  readonly error: AppError;
}

/** What stands at the bank under our own number: made by the creation whose answer was lost. */
export interface Found {
  readonly kind: "found";
  readonly created: Created;
  readonly word: Word | Claim;
}

/** Under our number stands what cannot be ours: another amount, or another time. */
export interface Foreign {
  readonly kind: "foreign";
  readonly error: AppError;
}

/** What a message of the bank's event stream speaks of. `raw` is its status, which is no result. */
export interface Hint {
  readonly bankId: string | null;
  readonly invoiceId: string | null;
  readonly raw: string;
}

/** Purchase not found: may be lag right after creation. */
export interface NotFound {
  readonly kind: "notFound";
  readonly error: AppError;
}

/** An invoice was made: no token, no windows of its own; a person asks about it. */
export interface Invoiced {
  readonly kind: "invoiced";
  readonly bankId: string;
  /** How long it can be paid (Kaspi: 24 h). */
  readonly lifeMs: number;
}

/** The name behind a telephone number, whole: to be masked before anybody sees it. */
export interface Client {
  readonly kind: "client";
  readonly name: string;
}

export interface TradePoints {
  readonly kind: "tradePoints";
  readonly points: readonly { readonly id: string; readonly name: string }[];
}

/** A refund code to scan. */
export interface ReturnCreated {
  readonly kind: "created";
  readonly bankReturnId: string;
  readonly payload: string;
  readonly pollMs: number;
  readonly scanMs: number;
  readonly expiresAt: number | null;
}

/** `identified` ends the scan stage only; `over`: the bank has ended it. */
export interface ReturnWord {
  readonly kind: "word";
  readonly word: "created" | "identified" | "over";
  readonly raw: string;
}

export interface Purchases {
  readonly kind: "purchases";
  readonly purchases: readonly Purchase[];
}

/** The bank's own figures for a purchase. */
export interface Details {
  readonly kind: "details";
  readonly purchaseId: string;
  readonly total: Minor;
  /** null: the bank has no such figure, and our own sum must do. */
  readonly available: Minor | null;
  readonly at: number | null;
}

/** The money goes back: the bank's yes with its own number for it. Anything less is `unclear`. */
export interface Refunded {
  readonly kind: "refunded";
  readonly bankId: string;
}

/** The bank has taken it, and will do it in its own time: the refund's own bill says whether it did. */
export interface RefundPending {
  readonly kind: "pending";
  readonly bankId: string;
}

/** The bank's word about a refund's own bill. `minor`: the amount it names, which must be what was asked. */
export interface RefundWord {
  readonly kind: "word";
  readonly word: "pending" | "refunded" | "rejected";
  readonly raw: string;
  readonly minor: Minor | null;
  readonly message: string | null;
}

export type CreateAnswer = Created | Invoiced | Refused | Unclear;
export type StatusAnswer = Word | Claim | NotFound | Unclear;
export type LookUpAnswer = Found | Foreign | NotFound | Unclear;
/** Whether the refusal was heard; what came of it the status says. */
export type RefuseAnswer = { readonly kind: "heard" } | Refused | Unclear;
export type RefundStatusAnswer = RefundWord | NotFound | Unclear;
export type RegisterAnswer = { readonly kind: "registered"; readonly deviceToken: string } | Refused | Unclear;
export type PingAnswer = { readonly kind: "alive" } | Refused | Unclear;
export type ClientAnswer = Client | Refused | Unclear;
/** The bank's word after `remote/cancel`: a status, a no, or nothing clear. */
export type CancelAnswer = Word | Refused | Unclear;
export type TradePointsAnswer = TradePoints | Refused | Unclear;
export type ReturnCreateAnswer = ReturnCreated | Refused | Unclear;
export type ReturnStatusAnswer = ReturnWord | NotFound | Unclear;
export type PurchasesAnswer = Purchases | Refused | Unclear;
export type DetailsAnswer = Details | Refused | Unclear;
/** `refused` only for a code that is in the bank's dictionary and means a definite no. */
export type RefundAnswer = Refunded | RefundPending | Refused | Unclear;

/** The secrets of one profile, read from the vault; never logged, never journaled. */
export type Secrets = Readonly<Record<string, string>>;

export interface BankContext {
  readonly profile: Profile;
  readonly secrets: Secrets;
  /** A fresh id for this one request. */
  readonly requestId: string;
}

export type PhoneAction = "scan" | "confirm" | "decline";

/** What is sent once and kept nowhere: the customer's whole telephone number stays out of the journal. */
export interface CreateExtra {
  readonly phone: string | null;
}

export interface Bank {
  readonly name: Provider;
  /** What the contract behind a profile allows. */
  methods(profile: Profile): readonly string[];
  refunds(profile: Profile): RefundWay;
  /** By the payment's `method`. */
  create(context: BankContext, payment: PaymentRow, extra: CreateExtra): BankCall<CreateAnswer>;
  status(context: BankContext, payment: PaymentRow): BankCall<StatusAnswer>;
  ping(context: BankContext): BankCall<PingAnswer>;
  /**
   * Asks by our own number after a creation whose answer was lost (its danger is `resolvable`): it is adopted, or created
   * again under the same number. A bank that has this takes a number of ours with every creation.
   */
  lookUp?(context: BankContext, payment: PaymentRow): BankCall<LookUpAnswer>;
  /** Tells the bank that the payment is not waited for any more, after the deadline or a cancellation. Harmless to repeat. */
  refuse?(context: BankContext, payment: PaymentRow): BankCall<RefuseAnswer>;
  /** What a message of the event stream speaks of; null for one that is not for this profile, or no message at all. */
  hint?(profile: Profile, text: string): Hint | null;
  /** What makes this till known to the bank; absent where a bank has no such thing, null where nothing is missing. */
  register?(context: BankContext): BankCall<RegisterAnswer> | null;
  unregister?(context: BankContext): BankCall<PingAnswer>;
  tradePoints?(context: BankContext): BankCall<TradePointsAnswer>;
  /** The name behind a telephone number in the bank's own form; null for what is no number of the country. */
  phoneOf?(text: string): string | null;
  client?(context: BankContext, phone: string): BankCall<ClientAnswer>;
  /** Takes an invoice back; only its answer and the status change anything. */
  cancel?(context: BankContext, payment: PaymentRow): BankCall<CancelAnswer>;
  returnCreate?(context: BankContext, refund: RefundRow): BankCall<ReturnCreateAnswer>;
  returnStatus?(context: BankContext, refund: RefundRow): BankCall<ReturnStatusAnswer>;
  /** The customer's last purchases after the scan, ten at most. */
  purchases?(context: BankContext, refund: RefundRow): BankCall<PurchasesAnswer>;
  details?(context: BankContext, purchaseId: string): BankCall<DetailsAnswer>;
  /** The money-moving one: dangerous, sent once. Takes purchase, amount and scanned code from the row. */
  refund?(context: BankContext, refund: RefundRow): BankCall<RefundAnswer>;
  /** The refund's own bill, where the bank gives money back in its own time. */
  refundStatus?(context: BankContext, refund: RefundRow): BankCall<RefundStatusAnswer>;
  /** The bank's documented emulation of the customer's telephone (test and training only). */
  emulate?(context: BankContext, payment: PaymentRow, action: PhoneAction): BankCall<PingAnswer>;
}
