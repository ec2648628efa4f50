/** What a bank is to the core: requests as data, and pure readers of its answers. A bank never sends. */
import type { AppError } from "../../contract/errors.ts";
import type { Minor } from "../../contract/money.ts";
import type { Provider, RefundWay } from "../../contract/states.ts";
import type { Payer, TypedCard } from "../../contract/card.ts";
import type { BankWord, PaymentFacts, PaymentRow, Windows } from "./payment.ts";
import type { BankPage, Danger, HttpAnswer, Profile } from "./ports.ts";
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
  /** A right of its own that must be asked for first. */
  readonly grant?: GrantNeed;
  read(answer: HttpAnswer): Event;
}

/** A token of the bank for a call (OAuth). */
export interface GrantNeed {
  /** Under which name it is kept as long as it lives; null: for this one call alone. */
  readonly keep: string | null;
  /** Asks for it. Safe: nothing is done at the bank. null: only one that is kept will do. */
  readonly ask: BankCall<GrantAnswer> | null;
  /** What of the call is another one with the token in it. */
  with(token: string): { readonly url?: string; readonly headers: Readonly<Record<string, string>> };
}

export interface Grant {
  readonly kind: "grant";
  readonly token: string;
  readonly lifeMs: number;
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

/** Taken: from now on the bank is asked by our own number, which is `bankId`. No word of this answer is a result. */
export interface Posted {
  readonly kind: "posted";
  readonly bankId: string;
  readonly windows: Windows;
  /** The bank's own number of the operation, where it names one. */
  readonly operationId: string | null;
}

/** The payer proves himself on the bank's page first. Never journaled. `windows.confirmMs`: how long he has for it. */
export interface Challenged {
  readonly kind: "challenged";
  readonly bankId: string;
  readonly windows: Windows;
  readonly operationId: string | null;
  readonly page: BankPage;
  /** What must come back unchanged with the proof (ePay `MD`). */
  readonly mark: string;
}

/** The bank's definite no to an operation it has understood; nothing was taken. */
export interface Declined {
  readonly kind: "declined";
  readonly error: AppError;
}

/** The bank can say nothing because of our settings: nothing is known, and asking again does not help. */
export interface Misconfigured {
  readonly kind: "misconfigured";
  readonly error: AppError;
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
  readonly operationId?: string;
  /** What the bank says has gone back of it. */
  readonly refunded?: Minor;
  /** The bank's own number of the card, where it was kept: for the vault alone. */
  readonly cardId?: string;
  /** Why, where the bank gives a code of its own. */
  readonly error?: AppError;
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
  /** The bank's own number of the operation, where a refund is asked for by that. */
  readonly operationId?: string;
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

export type GrantAnswer = Grant | Refused | Unclear;
export type KeyAnswer = { readonly kind: "key"; readonly text: string } | Refused | Unclear;
export type CreateAnswer = Created | Invoiced | Posted | Challenged | Declined | Refused | Unclear;
export type ConfirmAnswer = Posted | Declined | Unclear;
/** `heard`: what came of it the status says. */
export type OperationAnswer = { readonly kind: "heard" } | Refused | Unclear;
/** `refused`: the right to ask could not be had. */
export type StatusAnswer = Word | Claim | NotFound | Misconfigured | Refused | Unclear;
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
/**
 * `refused` only for a code that is in the bank's dictionary and means a definite no. `heard`: what came of it the
 * bank's figure says, which is there at once.
 */
export type RefundAnswer = Refunded | RefundPending | { readonly kind: "heard" } | Refused | Unclear;

/** The secrets of one profile, read from the vault; never logged, never journaled. */
export type Secrets = Readonly<Record<string, string>>;

export interface BankContext {
  readonly profile: Profile;
  readonly secrets: Secrets;
  /** A fresh id for this one request. */
  readonly requestId: string;
  /** Encrypts for the bank with its own key; there only for a creation that `seals`. */
  readonly seal?: (text: string) => string;
}

export type PhoneAction = "scan" | "confirm" | "decline";

/** What is sent once and kept nowhere: the customer's whole telephone number stays out of the journal. */
export interface CreateExtra {
  readonly phone: string | null;
  readonly paying: Paying | null;
}

/** A card as the bank is told of it: typed, or by the bank's own number of a saved one, out of the vault. */
export type CardMeans = { readonly typed: TypedCard } | { readonly bankCardId: string };

/** With what a posted payment is paid. In memory until it is sent; never journaled, logged or shown. */
export interface Paying {
  /** The Google Pay object as received. */
  readonly token: Readonly<Record<string, unknown>> | null;
  readonly card: CardMeans | null;
  readonly receiver: { readonly number: string } | { readonly bankCardId: string } | null;
  readonly payer: Payer;
  /** JSON text for the bank's report. */
  readonly data: string | null;
  readonly useBonus: boolean;
}

/** What the payer's browser brought back from the bank's page. */
export interface Proof {
  readonly operationId: string | null;
  readonly mark: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface Bank {
  readonly name: Provider;
  /** What the contract behind a profile allows. */
  methods(profile: Profile): readonly string[];
  refunds(profile: Profile): RefundWay;
  /** The least a refund may be, where the bank has such a limit. */
  leastRefund?(profile: Profile): Minor;
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
  /** The bank's public key for cards; a bank that has this wants `BankContext.seal` in a creation that `seals`. */
  key?(context: BankContext): BankCall<KeyAnswer>;
  seals?(payment: PaymentRow, extra: CreateExtra): boolean;
  /** The terminal under which our numbers of such a payment are counted; the profile's device where there is only one. */
  terminalOf?(profile: Profile, method: string): string;
  /**
   * Sends the payer's proof on (ePay confirm). Once: a lost answer is settled by the status. null where what came back is
   * no proof, or not of this page.
   */
  confirm?(context: BankContext, payment: PaymentRow, proof: Proof): BankCall<ConfirmAnswer> | null;
  /** Whether held money may be taken and given back here; else that is done in the bank's own office. */
  operations?(profile: Profile): boolean;
  /** Takes held money: so much of it. Sent once. */
  capture?(context: BankContext, payment: PaymentRow, minor: Minor): BankCall<OperationAnswer>;
  /** Gives held money back. Sent once. */
  release?(context: BankContext, payment: PaymentRow): BankCall<OperationAnswer>;
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
