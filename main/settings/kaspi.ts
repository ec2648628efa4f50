/** From Kaspi's part of the provisioning document to profiles and their secrets; the file and the desk both come this way. */
import { parseAmount } from "../../contract/money.ts";
import { KASPI_TEST_URLS, type KaspiConfig } from "../../contract/banks/kaspi.ts";
import type { Environment } from "../../contract/states.ts";
import type { TlsIdentity } from "../adapters/tls-identity.ts";
import type { Journal, Profile, Vault } from "../core/ports.ts";
import { identityName, secretsName, type Settings } from "../core/settings.ts";
import { profileId } from "./profile-id.ts";
import type { StoredProvider } from "./stored.ts";

export interface Identity {
  /** For the vault. The PFX itself and the technician's passphrase are not kept. */
  readonly stored: TlsIdentity;
  readonly expires: number | null;
}

export interface KaspiParts {
  /** One for each organisation, in the document's order. */
  readonly providers: readonly StoredProvider[];
  readonly secrets: Readonly<Record<string, string>>;
}

export interface KaspiInput {
  readonly config: KaspiConfig;
  readonly merchant: Pick<Settings["merchant"], "name" | "bin">;
  readonly identity: Identity;
  /** Overrules the document's; training is no word of it. */
  readonly environment?: Environment | undefined;
  /** Device tokens the bank has given meanwhile, by profile. */
  readonly tokens?: ReadonlyMap<string, string>;
}

/** Makes the profiles, and what the vault is to hold for them. Nothing is written. */
export async function kaspiParts(
  { vault, journal }: { readonly vault: Vault; readonly journal: Pick<Journal, "profiles"> },
  input: KaspiInput,
): Promise<KaspiParts> {
  const { config, identity, tokens } = input;
  const providers: StoredProvider[] = [];
  const secrets: Record<string, string> = {};
  for (const { profile, organization, deviceToken: given } of seatsOf(input)) {
    const deviceToken = given ?? tokens?.get(profile.id) ?? (await keptDeviceToken(vault, profile.id));
    const own: Record<string, string> = {};
    if (config.apiKey !== undefined) own.apiKey = config.apiKey;
    if (deviceToken !== null) own.deviceToken = deviceToken;
    if (Object.keys(config.headers).length > 0) own.headers = JSON.stringify(config.headers);
    secrets[secretsName(profile.id)] = JSON.stringify(own);
    secrets[identityName(profile.id)] = JSON.stringify(identity.stored);
    providers.push({
      name: "kaspi",
      profile,
      organization,
      min: parseAmount(config.limits.min) ?? 0,
      max: parseAmount(config.limits.max) ?? 0,
      certificateExpires: identity.expires,
      unfinished: profile.tradePoint === null && deviceToken === null,
      invoices: null,
      events: false,
      given: {},
    });
  }
  return { providers, secrets: { ...(await kinIdentities(journal, vault, providers, identity)), ...secrets } };
}

export interface Seat {
  readonly profile: Profile;
  readonly organization: StoredProvider["organization"];
  readonly deviceToken: string | null;
}

/** The profiles that a document means, one for each organisation. */
export function seatsOf({ config, merchant, environment = config.environment }: Omit<KaspiInput, "identity">): Seat[] {
  const seat = (
    bin: string | null,
    name: string | null,
    at: Pick<KaspiConfig, "deviceId" | "tradePointId" | "deviceToken">,
  ): Seat => {
    const facts: Omit<Profile, "id"> = {
      provider: "kaspi",
      environment,
      scheme: String(config.scheme),
      url: (config.url ?? KASPI_TEST_URLS[config.scheme]).replace(/\/+$/, ""),
      bin,
      tradePoint: at.tradePointId,
      device: at.deviceId ?? null,
      options: {},
    };
    const organization = bin === null || name === null ? null : { bin, name };
    return { profile: { id: profileId(facts), ...facts }, organization, deviceToken: at.deviceToken };
  };
  if (config.organizations) return config.organizations.map((one) => seat(one.bin, one.name, one));
  const { organizationBin } = config;
  return [seat(organizationBin ?? merchant.bin, organizationBin === undefined ? null : merchant.name, config)];
}

/**
 * A device that the till has registered itself stays registered when its settings are applied again. Only under the very
 * same facts: another scheme, environment or BIN is another profile, which begins without a token (Kaspi 3.2.3). The old
 * profile keeps its own, since a refund goes through the profile its payment was made with.
 */
async function keptDeviceToken(vault: Vault, id: string): Promise<string | null> {
  const text = await vault.get(secretsName(id));
  const kept = text === null ? {} : (JSON.parse(text) as { deviceToken?: string });
  return kept.deviceToken ?? null;
}

/**
 * A renewed certificate is also the one of earlier profiles at the same address: their payments are still asked about. In
 * scheme 3 one certificate serves several organisations, elsewhere it belongs to one.
 */
export async function kinIdentities(
  journal: Pick<Journal, "profiles">,
  vault: Vault,
  providers: readonly StoredProvider[],
  { stored }: Pick<Identity, "stored">,
): Promise<Record<string, string>> {
  const entries: Record<string, string> = {};
  for (const known of await journal.profiles()) {
    const kin = providers.some(({ profile }) => isKin(profile, known));
    if (kin && (await vault.get(identityName(known.id))) !== null)
      entries[identityName(known.id)] = JSON.stringify(stored);
  }
  return entries;
}

function isKin(a: Profile, b: Profile): boolean {
  return (
    a.provider === b.provider &&
    a.environment === b.environment &&
    a.scheme === b.scheme &&
    a.url === b.url &&
    (a.scheme === "3" || a.bin === b.bin)
  );
}
