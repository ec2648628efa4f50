/** The settings as the journal's meta keeps them: everything that is no secret, and hashes of what is. */
import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Language, Role, Scope } from "../../contract/states.ts";
import type { Profile } from "../core/ports.ts";
import type { ProviderSettings, Settings } from "../core/settings.ts";
import type { PinHash } from "./pin.ts";

export const META_SETTINGS = "settings";
export const META_FINGERPRINT = "provision.fingerprint";
export const META_PATH = "provision.path";

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

export interface StoredProvider {
  readonly name: "kaspi";
  readonly profile: Profile;
  readonly min: number;
  readonly max: number;
  readonly certificateExpires: number | null;
  /** Neither a trade point nor a device token is known: no payment before the set-up is finished. */
  readonly unfinished: boolean;
}

export interface StoredSettings {
  readonly version: 1;
  readonly mode: Settings["mode"];
  readonly language: Language;
  readonly timezone: string;
  readonly merchant: Settings["merchant"];
  readonly till: Settings["till"];
  readonly screen: Settings["screen"];
  readonly tokens: readonly StoredToken[];
  readonly people: readonly StoredPerson[];
  readonly providers: readonly StoredProvider[];
}

/** What the core gets at start. `now` decides only whether a certificate is already worthless. */
export function settingsFrom(
  stored: StoredSettings,
  more: { now: number; training: boolean; provisionFile: string | null },
): Settings {
  const { mode, language, timezone, merchant, till, screen } = stored;
  return {
    mode,
    language,
    timezone,
    merchant,
    till,
    screen,
    providers: stored.providers.map((provider) => providerFrom(provider, more.now)),
    training: more.training,
    setupNeeded: stored.providers.length === 0,
    provisionFile: more.provisionFile,
  };
}

function providerFrom(
  { name, profile, min, max, certificateExpires, unfinished }: StoredProvider,
  now: number,
): ProviderSettings {
  const expired = certificateExpires !== null && certificateExpires <= now;
  const blocked = expired
    ? appError("certificate_expired")
    : unfinished
      ? appError("not_configured", { params: { provider: name, field: "tradePointId" } })
      : null;
  return { name, profile, min: minor(min), max: minor(max), certificateExpires, blocked };
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
  tokens: [],
  people: [],
  providers: [],
};
