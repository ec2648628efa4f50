/** What the core must know of the shop and its banks. Secrets are not here: they are in the vault, by profile. */
import type { AppError } from "../../contract/errors.ts";
import type { KioskSettings, DisplaySettings, LocalText } from "../../contract/kiosk.ts";
import type { Minor } from "../../contract/money.ts";
import type { Language, Provider } from "../../contract/states.ts";
import type { Profile } from "./ports.ts";

export interface ProviderSettings {
  readonly name: Provider;
  readonly profile: Profile;
  readonly min: Minor;
  readonly max: Minor;
  /** notAfter of the client certificate, epoch milliseconds. */
  readonly certificateExpires: number | null;
  /** The legal entity behind the profile, where there is a name for it. */
  readonly organization: { readonly bin: string; readonly name: string } | null;
  /** Range of our own numbers at this bank, both ends included; null where the bank takes none. */
  readonly invoices: { readonly from: number; readonly to: number } | null;
  /** An event stream is set up. */
  readonly events: boolean;
  /** A reason known beforehand why no payment can be taken. */
  readonly blocked: AppError | null;
}

/** A product of the catalogue. */
export interface Product {
  readonly id: string;
  readonly name: LocalText;
  readonly price: Minor;
  readonly picture: string | null;
}

/** An unattended till: what it sells, and how long goods may take. */
export type Kiosk = Omit<KioskSettings, "catalogue"> & { readonly catalogue: readonly Product[] };

export interface Settings {
  readonly mode: "cashier" | "refund" | "kiosk" | "vending";
  readonly language: Language;
  readonly timezone: string;
  readonly merchant: {
    readonly name: string;
    readonly bin: string | null;
    readonly address: string | null;
    readonly supportPhone: string | null;
  };
  readonly till: { readonly id: string; readonly name: string };
  readonly screen: { readonly autoReturnSeconds: number; readonly idleSeconds: number };
  readonly kiosk: Kiosk;
  readonly displays: DisplaySettings;
  /** A refund above this needs the PIN of a senior, technician or owner; null: none does. */
  readonly refundPinAbove: Minor | null;
  readonly providers: readonly ProviderSettings[];
  readonly training: boolean;
  readonly setupNeeded: boolean;
  /** The provisioning file still exists and holds secrets: the technician is told to delete it. */
  readonly provisionFile: string | null;
}

/** Name under which a profile's secrets stand in the vault: a JSON object of strings. */
export const secretsName = (profileId: string): string => `profile/${profileId}`;

/** Name under which the way to a profile's event stream stands in the vault. */
export const eventsName = (profileId: string): string => `events/${profileId}`;

/** Name under which a profile's client certificate stands in the vault. */
export const identityName = (profileId: string): string => `identity/${profileId}`;
