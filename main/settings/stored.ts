/** The settings as the journal's meta keeps them: everything that is no secret, and hashes of what is. */
import { appError } from "../../contract/errors.ts";
import { USUAL_DISPLAYS, USUAL_KIOSK, type DisplaySettings, type KioskSettings } from "../../contract/kiosk.ts";
import { minor, parseAmount } from "../../contract/money.ts";
import { USUAL_PIN_LIMIT } from "../../contract/provision.ts";
import type { Language, Provider, Role, Scope } from "../../contract/states.ts";
import type { Journal, Profile } from "../core/ports.ts";
import type { ProviderSettings, Settings } from "../core/settings.ts";
import type { PinHash } from "./pin.ts";

export const META_SETTINGS = "settings";
export const META_FINGERPRINT = "provision.fingerprint";
export const META_PATH = "provision.path";
/** BIN of the organisation that takes the money, where several are set up: a choice of the till, not of the file. */
export const META_ORGANIZATION = "organization";

const USUAL_LIMIT = parseAmount(USUAL_PIN_LIMIT);

export interface StoredToken {
  readonly name: string;
  readonly may: readonly Scope[];
  /** Keyed fingerprint with a key of the vault: the journal alone gives no token away. */
  readonly hash: string;
}

export interface StoredPerson {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly pin: PinHash;
}

/** The order of the banks on the screen and everywhere else. */
const ORDER: readonly Provider[] = ["kaspi", "halykQr", "epay"];

/** A way to a bank: with several organisations one for each, and one of them in use. */
export interface StoredProvider {
  readonly name: Provider;
  readonly profile: Profile;
  readonly organization: { readonly bin: string; readonly name: string } | null;
  readonly min: number;
  readonly max: number;
  readonly certificateExpires: number | null;
  /** Neither a trade point nor a device token is known: no payment before the set-up is finished. */
  readonly unfinished: boolean;
  readonly invoices: ProviderSettings["invoices"];
  readonly events: boolean;
  /** Settings that the profile holds only as what came of them; null: nothing was said. */
  readonly given: Readonly<Record<string, string | null>>;
}

export interface StoredSettings {
  readonly version: 1;
  readonly mode: Settings["mode"];
  readonly language: Language;
  readonly timezone: string;
  readonly merchant: Settings["merchant"];
  readonly till: Settings["till"];
  readonly screen: Settings["screen"];
  /** In tiyn; null: no refund needs a PIN. */
  readonly refundPinAbove: number | null;
  readonly kiosk: KioskSettings;
  readonly displays: DisplaySettings;
  readonly tokens: readonly StoredToken[];
  readonly people: readonly StoredPerson[];
  readonly providers: readonly StoredProvider[];
}

/** What was applied last; null on a till that was never set up. */
export async function readStored(journal: Pick<Journal, "meta">): Promise<StoredSettings | null> {
  const text = await journal.meta(META_SETTINGS);
  if (text === null) return null;
  // Version 0.1 knew neither organisations nor the limit, and its file may be deleted by now.
  const kept = JSON.parse(text) as StoredSettings;
  return {
    ...kept,
    refundPinAbove: kept.refundPinAbove === undefined ? USUAL_LIMIT : kept.refundPinAbove,
    kiosk: { ...USUAL_KIOSK, ...kept.kiosk },
    displays: { ...USUAL_DISPLAYS, ...kept.displays },
    providers: kept.providers.map((provider) => ({
      ...provider,
      // Settings from before there was a second bank: Kaspi has none of these.
      profile: { ...provider.profile, options: provider.profile.options ?? {} },
      organization: provider.organization ?? null,
      invoices: provider.invoices ?? null,
      events: provider.events ?? false,
      given: provider.given ?? {},
    })),
  };
}

export function providersOf({ providers }: Pick<StoredSettings, "providers">, name: Provider): StoredProvider[] {
  return providers.filter((provider) => provider.name === name);
}

/** The settings with another way to one bank (none: the bank is off); the other banks stay as they are. */
export function withBank(stored: StoredSettings, name: Provider, own: readonly StoredProvider[]): StoredSettings {
  const providers = ORDER.flatMap((bank) => (bank === name ? own : providersOf(stored, bank)));
  return { ...stored, providers };
}

/** A bank's organisation in use: the one that was chosen, else the first. Takes the choice from the journal's meta. */
export function activeProvider(stored: StoredSettings, name: Provider, chosen: string | null): StoredProvider | null {
  const own = providersOf(stored, name);
  return own.find(({ organization }) => organization?.bin === chosen) ?? own[0] ?? null;
}

/** What the core gets at start. `now` decides only whether a certificate is already worthless. */
export function settingsFrom(
  stored: StoredSettings,
  more: { now: number; training: boolean; provisionFile: string | null; organization?: string | null },
): Settings {
  const { mode, language, timezone, merchant, till, screen, people, refundPinAbove, kiosk, displays } = stored;
  const active = ORDER.map((name) => activeProvider(stored, name, more.organization ?? null)).filter(
    (provider) => provider !== null,
  );
  return {
    mode,
    language,
    timezone,
    merchant,
    till,
    screen,
    kiosk: {
      ...kiosk,
      catalogue: kiosk.catalogue.map(({ price, ...item }) => ({ ...item, price: parseAmount(price) ?? minor(0) })),
    },
    displays,
    // Nobody could give a PIN where nobody has one.
    refundPinAbove: people.length === 0 || refundPinAbove === null ? null : minor(refundPinAbove),
    providers: active.map((provider) => providerFrom(provider, more.now)),
    training: more.training,
    setupNeeded: active.length === 0,
    provisionFile: more.provisionFile,
  };
}

function providerFrom(
  { name, profile, organization, min, max, certificateExpires, unfinished, invoices, events }: StoredProvider,
  now: number,
): ProviderSettings {
  const expired = certificateExpires !== null && certificateExpires <= now;
  const blocked = expired
    ? appError("certificate_expired")
    : unfinished
      ? appError("not_configured", { params: { provider: name, field: "tradePointId" } })
      : null;
  return {
    name,
    profile,
    min: minor(min),
    max: minor(max),
    certificateExpires,
    organization,
    invoices,
    events,
    blocked,
  };
}

/** Nothing was ever provisioned: the set-up screen. */
export const NOTHING_STORED: StoredSettings = {
  version: 1,
  mode: "cashier",
  language: "ru",
  timezone: "Asia/Almaty",
  merchant: { name: "", bin: null, address: null, supportPhone: null },
  till: { id: "T1", name: "T1" },
  screen: { autoReturnSeconds: 5, idleSeconds: 60 },
  refundPinAbove: USUAL_LIMIT,
  kiosk: USUAL_KIOSK,
  displays: USUAL_DISPLAYS,
  tokens: [],
  people: [],
  providers: [],
};
