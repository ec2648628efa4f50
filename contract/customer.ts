/**
 * What the display that faces the customer is told. Its own type, and not the cashier's with parts taken out: what has no name
 * here cannot come there.
 */
import type { Currency } from "./money.ts";
import type { FulfilmentState, MoneyBack } from "./fulfilment.ts";
import type { DisplaySettings, LocalText } from "./kiosk.ts";
import type { PaymentView, Snapshot } from "./snapshot.ts";
import type { Environment, Language, Provider } from "./states.ts";

/**
 * What the customer has to do or to know. `code`: to be scanned; `bill`: it was sent to his telephone; `confirm`: in his app;
 * `page`: on the bank's page; `wait`: the bank is asked, or a person looks; `held`: the money stands on his card; `unpaid`: the
 * bank said no, or was never asked; `over`: the time for it is.
 */
export type CustomerStep =
  | "creating"
  | "code"
  | "bill"
  | "confirm"
  | "page"
  | "wait"
  | "held"
  | "paid"
  | "verified"
  | "released"
  | "unpaid"
  | "over"
  | "cancelled";

/** `minor`: whole tiyn, of one piece. */
export interface CustomerItem {
  readonly name: LocalText;
  readonly minor: number;
  readonly quantity: number;
}

export interface CustomerSale {
  /** The receipt's: it stands on the customer's own slip. */
  readonly number: string;
  readonly kind: PaymentView["kind"];
  readonly provider: Provider;
  readonly link: boolean;
  readonly minor: number;
  readonly currency: Currency;
  readonly step: CustomerStep;
  /** What is drawn as a QR, while it can be scanned. */
  readonly code: string | null;
  /** The bank's code names something else than this sale: the sum in the telephone is to be looked at. */
  readonly warned: boolean;
  readonly countdown: PaymentView["countdown"];
  readonly paymentMethods: readonly string[];
  readonly items: readonly CustomerItem[];
  readonly goods: {
    readonly state: FulfilmentState;
    readonly moneyBack: MoneyBack;
    readonly remainingMs: number | null;
  } | null;
  /** The customer had scanned before the time was over. */
  readonly scanned: boolean;
  /** Final: whether money was taken is not asked about any more. */
  readonly settled: boolean;
  readonly at: string;
}

/** A refund for which the customer has to scan, and how it ended. */
export interface CustomerRefund {
  readonly number: string;
  readonly provider: Provider;
  /** null: not known before the customer's purchases are. */
  readonly minor: number | null;
  readonly currency: Currency;
  readonly step: "creating" | "code" | "wait" | "done" | "over" | "failed";
  readonly code: string | null;
  readonly countdown: { readonly kind: "scan"; readonly remainingMs: number; readonly totalMs: number } | null;
  readonly at: string;
}

export interface CustomerSnapshot {
  readonly boot: string;
  readonly version: number;
  readonly view: "customer";
  readonly app: {
    readonly training: boolean;
    /** Anything but production is stamped. */
    readonly environment: Environment | "none";
    readonly language: Language;
    readonly timezone: string;
  };
  readonly shop: string;
  readonly night: DisplaySettings["night"];
  /** The sale on the till's screen. */
  readonly sale: CustomerSale | null;
  readonly refund: CustomerRefund | null;
}

export interface Snapshots {
  readonly cashier: Snapshot;
  readonly customer: CustomerSnapshot;
}

/** What the preload script of the customer's window gives its page: nothing can be asked for. */
export interface CustomerBridge {
  watch(listener: (snapshot: CustomerSnapshot) => void): () => void;
}
