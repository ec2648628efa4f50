import type { AppError } from "./errors.ts";
import type { FulfilmentState, MoneyBack } from "./fulfilment.ts";
import type { DisplaySettings, LocalText } from "./kiosk.ts";
import type { Currency } from "./money.ts";
import type { PaymentDetails } from "./payment.ts";
import type { Environment, Language, Outcome, PaymentState, Provider, RefundState, RefundWay } from "./states.ts";

export type View = "cashier" | "customer";

/** What the screen draws of a payment. `minor` is whole tiyn. */
export interface PaymentView {
  readonly id: string;
  readonly number: string;
  readonly saleId: string;
  readonly kind: "sale" | "verification" | "transfer";
  readonly provider: Provider;
  readonly environment: Environment;
  readonly method: string;
  readonly minor: number;
  readonly currency: Currency;
  readonly state: PaymentState;
  readonly settled: boolean;
  readonly late: boolean;
  readonly watching: boolean;
  readonly parked: boolean;
  /** The customer had scanned: the bank may still cancel or take the money by itself (design U21). */
  readonly scanned: boolean;
  readonly bankId: string | null;
  readonly invoiceId: string | null;
  /** Mask and kind of the card, and what the bank says for the slip; once it is paid, where the bank tells. */
  readonly card: { readonly id: string | null; readonly mask: string; readonly type: string } | null;
  readonly details: PaymentDetails | null;
  readonly qr: { readonly payload: string } | null;
  readonly link: string | null;
  /** Invoice: the telephone it went to, masked; and until when it can be paid. */
  readonly phone: string | null;
  readonly payableUntil: string | null;
  /** Transfer: the card it goes to, masked. */
  readonly receiver: string | null;
  /**
   * The bank's page stands before the payer (`awaiting_3ds`). `path`: the screen opens it in a window of its own, at our
   * own address; null: this host opens it.
   */
  readonly bankPage: { readonly path: string | null; readonly page: "waiting" | "open" | "closed" } | null;
  /** `authorized`: whether this till may take or give back the money, or it is done in the bank's own office. */
  readonly operations: boolean;
  readonly refundedMinor: number;
  readonly items: readonly ItemView[];
  readonly fulfilment: FulfilmentView | null;
  readonly paymentMethods: readonly string[];
  /** Time left, in milliseconds at the moment of sending; the wall clock of the screen plays no part. */
  readonly countdown: {
    readonly kind: "scan" | "confirm" | "page";
    readonly remainingMs: number;
    readonly totalMs: number;
  } | null;
  /** The last polls brought no usable answer. */
  readonly silent: boolean;
  readonly askedAt: string | null;
  readonly answeredAt: string | null;
  readonly watchUntil: string | null;
  readonly error: AppError | null;
  readonly resolution: ResolutionView | null;
  readonly actor: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A product at a price (whole tiyn). */
export interface ProductView {
  readonly id: string;
  readonly name: LocalText;
  readonly minor: number;
  /** A file of `/pictures/`; null: none. */
  readonly picture: string | null;
}

/** What was bought, as it was named then. `minor`: of one piece. */
export interface ItemView {
  readonly id: string;
  readonly name: LocalText;
  readonly minor: number;
  readonly quantity: number;
}

/** Vending: the goods of a paid sale, and what becomes of the money when they were not given. */
export interface FulfilmentView {
  readonly state: FulfilmentState;
  readonly reason: string | null;
  readonly moneyBack: MoneyBack;
  /** The receipt number of the refund that was made for it. */
  readonly refundNumber: string | null;
  /** `waiting` once it is paid, and `dispensing`: time left, in milliseconds at the moment of sending. */
  readonly remainingMs: number | null;
}

/** What a till without a cashier shows. */
export interface KioskView {
  /** Empty: the sum comes from the till API or from the machine alone. */
  readonly catalogue: readonly ProductView[];
  readonly voice: boolean;
  /** Where else a customer can pay. */
  readonly elsewhere: LocalText | null;
  /** No payment can be taken; null: it can. `since`: ISO 8601. */
  readonly outOfService: { readonly since: string; readonly reason: AppError } | null;
}

/** A named person's decision about what nobody knew. */
export interface ResolutionView {
  readonly outcome: Outcome;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

export interface ProviderView {
  readonly name: Provider;
  readonly environment: Environment;
  readonly ready: boolean;
  /** Why the button is disabled; null when ready. */
  readonly reason: AppError | null;
  readonly minMinor: number;
  readonly maxMinor: number;
  /** What this shop's contract with the bank allows: `qr`, `link`, `invoice`, or the posted ones. */
  readonly methods: readonly string[];
  readonly refunds: RefundWay;
  /** The legal entity that takes the money; more than one may be set up. */
  readonly organization: { readonly bin: string; readonly name: string } | null;
}

/** What the screen draws of a refund. Amounts are whole tiyn. */
export interface RefundView {
  readonly id: string;
  readonly number: string;
  readonly provider: Provider;
  readonly environment: Environment;
  readonly paymentId: string | null;
  /** The sale's own receipt number and sum, where it is known which purchase goes back. */
  readonly sale: {
    readonly number: string | null;
    readonly purchaseId: string;
    readonly minor: number | null;
    readonly at: string | null;
  } | null;
  readonly minor: number | null;
  readonly currency: Currency;
  readonly state: RefundState;
  readonly settled: boolean;
  readonly availableMinor: number | null;
  readonly availableAt: string | null;
  /** The bank has no such figure: it is what this till knows of. */
  readonly availableIsOurs: boolean;
  /** The purchase is known by the bank's number of its transaction alone. */
  readonly rrn: string | null;
  /** The bank's figure before the refund was sent, and each reading after it (in doubt: U28). */
  readonly beforeMinor: number | null;
  readonly readings: readonly { readonly at: string; readonly minor: number }[];
  readonly operations: readonly {
    readonly id: string;
    readonly minor: number;
    readonly at: string | null;
    readonly number: string | null;
  }[];
  readonly qr: { readonly payload: string } | null;
  /** `scan`: the refund code; `check`: until it is decided whether the money went back. */
  readonly countdown: {
    readonly kind: "scan" | "check";
    readonly remainingMs: number;
    readonly totalMs: number;
  } | null;
  readonly silent: boolean;
  readonly bankId: string | null;
  readonly error: AppError | null;
  readonly by: string | null;
  readonly reason: string | null;
  readonly resolution: ResolutionView | null;
  readonly actor: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * The last five stand for what the till has found out about itself: `chain`: the journal was changed or cut; `restored`: it was
 * put back from a backup; `backup`: none could be made lately; `vault`: this computer has no real key store; `contradiction`:
 * the bank says the opposite of what was final, or of what a person decided.
 */
export type BannerKind =
  | "late"
  | "offline"
  | "journal"
  | "certificate"
  | "in-doubt"
  | "double-paid"
  | "provision-file"
  | "contradiction"
  | "chain"
  | "restored"
  | "backup"
  | "vault";

export interface Banner {
  readonly id: string;
  readonly kind: BannerKind;
  /** A late success and a double payment name their sale. */
  readonly payment: PaymentView | null;
  /** An undecided refund that has left the screen. */
  readonly refund: RefundView | null;
  readonly since: string;
  readonly params: Readonly<Record<string, string>>;
  /** Can be taken away by a person; the others go when their cause does. */
  readonly dismissible: boolean;
}

/** All that a screen needs, pushed whole with a rising version: reload, crash and a second display are one case. */
export interface Snapshot {
  readonly boot: string;
  readonly version: number;
  readonly view: View;
  readonly app: {
    readonly version: string;
    readonly mode: "cashier" | "refund" | "kiosk" | "vending";
    readonly setupNeeded: boolean;
    /** A customer stands alone at this screen: nothing but his own sale is in this snapshot, until a technician unlocks it. */
    readonly locked: boolean;
    /** Somebody has a PIN: settings are behind it. */
    readonly pinKnown: boolean;
    readonly training: boolean;
    /** Anything but production is stamped on screen and paper. */
    readonly environment: Environment | "none";
    readonly language: Language;
    /** IANA zone of the shop: times on the screen are the shop's, whatever the machine thinks. */
    readonly timezone: string;
  };
  readonly merchant: { readonly name: string; readonly address: string | null; readonly supportPhone: string | null };
  readonly till: { readonly id: string; readonly name: string };
  readonly screen: { readonly autoReturnSeconds: number; readonly idleSeconds: number };
  readonly night: DisplaySettings["night"];
  /** null: there is a cashier. */
  readonly kiosk: KioskView | null;
  readonly providers: readonly ProviderView[];
  readonly lastProvider: Provider | null;
  /** No way to the bank at present. */
  readonly offlineSince: string | null;
  /** The payment on the screen: an open one, or a result nobody has put away yet. */
  readonly current: PaymentView | null;
  /** The refund on the screen; a payment that stands there comes first. */
  readonly refund: RefundView | null;
  /** A refund above this needs a PIN; null: none does. */
  readonly refundPinAboveMinor: number | null;
  readonly parked: readonly PaymentView[];
  readonly watched: number;
  readonly banners: readonly Banner[];
  /**
   * What nobody knows, wherever it stands: on this screen, parked or long put away. `announce`: some of it was there when the
   * program started, and nobody has looked at the list since.
   */
  readonly inDoubt: { readonly count: number; readonly since: string | null; readonly announce: boolean };
  readonly trainingFault: "none" | "silent" | "offline" | "late" | null;
}

/** What the preload script (or the browser bridge) gives the page, and nothing else. */
export interface Bridge {
  call(name: string, input: unknown): Promise<unknown>;
  watch(view: View, listener: (snapshot: Snapshot) => void): () => void;
}
