/** What a bank is to the core: requests as data, and pure readers of its answers. A bank never sends. */
import type { AppError } from "../../contract/errors.ts";
import type { Minor } from "../../contract/money.ts";
import type { Provider } from "../../contract/states.ts";
import type { BankWord, PaymentRow, Windows } from "./payment.ts";
import type { Danger, HttpAnswer, Profile } from "./ports.ts";

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
}

/** The bank's word about a payment. `unsure`: a "no" outside the document, believed after a second read. */
export interface Word {
  readonly kind: "word";
  readonly word: BankWord;
  readonly raw: string;
  readonly unsure: boolean;
  /** The amount the bank names, where it does; must be exactly what was asked. */
  readonly minor: Minor | null;
}

/** Purchase not found: may be lag right after creation. */
export interface NotFound {
  readonly kind: "notFound";
  readonly error: AppError;
}

export type CreateAnswer = Created | Refused | Unclear;
export type StatusAnswer = Word | NotFound | Unclear;
export type RegisterAnswer = { readonly kind: "registered"; readonly deviceToken: string } | Refused | Unclear;
export type PingAnswer = { readonly kind: "alive" } | Refused | Unclear;

/** The secrets of one profile, read from the vault; never logged, never journaled. */
export type Secrets = Readonly<Record<string, string>>;

export interface BankContext {
  readonly profile: Profile;
  readonly secrets: Secrets;
  /** A fresh id for this one request. */
  readonly requestId: string;
}

export type PhoneAction = "scan" | "confirm" | "decline";

export interface Bank {
  readonly name: Provider;
  readonly methods: readonly string[];
  create(context: BankContext, payment: PaymentRow): BankCall<CreateAnswer>;
  status(context: BankContext, payment: PaymentRow): BankCall<StatusAnswer>;
  ping(context: BankContext): BankCall<PingAnswer>;
  /** What makes this till known to the bank; absent where a bank has no such thing, null where nothing is missing. */
  register?(context: BankContext): BankCall<RegisterAnswer> | null;
  /** The bank's documented emulation of the customer's telephone (test and training only). */
  emulate?(context: BankContext, payment: PaymentRow, action: PhoneAction): BankCall<PingAnswer>;
}
