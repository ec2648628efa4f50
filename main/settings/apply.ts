/** Applies the provisioning file whole: secrets to the vault, everything else to the journal. */
import { createHash } from "node:crypto";
import { parseAmount } from "../../contract/money.ts";
import { KASPI_TEST_URLS, type KaspiConfig } from "../../contract/banks/kaspi.ts";
import { SHORT_PERSON, SHORT_TOKEN, type Provision } from "../../contract/provision.ts";
import type { Environment } from "../../contract/states.ts";
import type { Clock, Crypto, Journal, Profile, Vault } from "../core/ports.ts";
import { identityName, secretsName } from "../core/settings.ts";
import { importIdentity } from "./identity.ts";
import { hashPin } from "./pin.ts";
import type { ProvisionDocument } from "./read.ts";
import {
  META_FINGERPRINT,
  META_PATH,
  META_SETTINGS,
  type StoredPerson,
  type StoredProvider,
  type StoredSettings,
  type StoredToken,
} from "./stored.ts";

export interface Stores {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly journal: Journal;
  readonly vault: Vault;
  /** The worker that opens a PFX: its key derivation may take seconds. */
  readonly certificateWorker: string;
}

/** Raised when what is stored for the same file changes its form, so that every till applies its file again. */
const FORM = "1";

/**
 * Applies the document unless it is what was applied last, and says which. `environment` overrules the file's (training
 * is no word of the file). The vault is written before the journal:
 * a crash in between leaves the old fingerprint, and the next start does it again.
 */
export async function applyDocument(
  stores: Stores,
  document: ProvisionDocument,
  environment?: Environment,
): Promise<"applied" | "unchanged"> {
  const { journal, vault, clock } = stores;
  const fingerprint = fingerprintOf(stores.crypto, document);
  if ((await journal.meta(META_FINGERPRINT)) === fingerprint) {
    if ((await journal.meta(META_PATH)) !== document.path)
      await journal.commit({ at: clock.now(), meta: { [META_PATH]: document.path } });
    return "unchanged";
  }
  const { value } = document;
  const kaspi = value.providers.kaspi
    ? await kaspiParts(stores, document, value, value.providers.kaspi, environment)
    : null;
  const stored: StoredSettings = {
    version: 1,
    mode: value.mode,
    language: value.language,
    timezone: value.timezone,
    merchant: value.merchant,
    till: { id: value.till.id, name: value.till.name ?? value.till.id },
    screen: value.screen,
    tokens: tokensOf(value, stores.crypto),
    people: await peopleOf(value),
    providers: kaspi ? [kaspi.provider] : [],
  };
  if (kaspi) await vault.put(kaspi.secrets);
  // A language chosen on the screen gives way to a new file.
  const meta = {
    [META_SETTINGS]: JSON.stringify(stored),
    [META_FINGERPRINT]: fingerprint,
    [META_PATH]: document.path,
    language: null,
  };
  await journal.commit({ at: clock.now(), profiles: kaspi ? [kaspi.provider.profile] : [], meta });
  return "applied";
}

/** What was applied last; null on a till that was never provisioned. */
export async function readStored(journal: Journal): Promise<StoredSettings | null> {
  const text = await journal.meta(META_SETTINGS);
  return text === null ? null : (JSON.parse(text) as StoredSettings);
}

/** Keyed, so that the journal does not let anybody try out secrets against it. */
function fingerprintOf(crypto: Crypto, { bytes, files }: ProvisionDocument): string {
  const parts = [["", bytes] as const, ...files].map(([field, content]) => [
    field,
    createHash("sha256").update(content).digest("hex"),
  ]);
  return crypto.mac("request", JSON.stringify(["provision", FORM, parts]));
}

/** The fingerprint under which a token is kept and looked up. */
export function tokenHash(crypto: Crypto, token: string): string {
  return crypto.mac("request", `till-token\0${token}`);
}

function tokensOf({ till }: Provision, crypto: Crypto): StoredToken[] {
  const tokens = (till.tokens ?? []).map(({ name, token, may }): StoredToken => ({
    name,
    may,
    hash: tokenHash(crypto, token),
  }));
  if (till.token !== undefined)
    tokens.unshift({ name: SHORT_TOKEN, may: ["pay", "refund", "read"], hash: tokenHash(crypto, till.token) });
  return tokens;
}

async function peopleOf({ adminPin, people }: Provision): Promise<StoredPerson[]> {
  const all = [...people];
  if (adminPin !== undefined) all.unshift({ id: SHORT_PERSON, name: SHORT_PERSON, role: "technician", pin: adminPin });
  const stored: StoredPerson[] = [];
  for (const { id, name, role, pin } of all) stored.push({ id, name, role, pin: await hashPin(pin) });
  return stored;
}

interface KaspiParts {
  readonly provider: StoredProvider;
  readonly secrets: Record<string, string | null>;
}

async function kaspiParts(
  stores: Stores,
  document: ProvisionDocument,
  value: Provision,
  kaspi: KaspiConfig,
  environment: Environment = kaspi.environment,
): Promise<KaspiParts> {
  const facts: Omit<Profile, "id"> = {
    provider: "kaspi",
    environment,
    scheme: String(kaspi.scheme),
    url: (kaspi.url ?? KASPI_TEST_URLS[kaspi.scheme]).replace(/\/+$/, ""),
    bin: kaspi.organizationBin ?? value.merchant.bin,
    tradePoint: kaspi.tradePointId,
    device: kaspi.deviceId ?? null,
  };
  const profile: Profile = { id: profileId(facts), ...facts };
  const identity = await importIdentity(stores, document, kaspi);
  const deviceToken = kaspi.deviceToken ?? (await keptDeviceToken(stores.vault, profile.id));
  const secrets: Record<string, string> = {};
  if (kaspi.apiKey !== undefined) secrets.apiKey = kaspi.apiKey;
  if (deviceToken !== null) secrets.deviceToken = deviceToken;
  if (Object.keys(kaspi.headers).length > 0) secrets.headers = JSON.stringify(kaspi.headers);
  return {
    provider: {
      name: "kaspi",
      profile,
      min: parseAmount(kaspi.limits.min) ?? 0,
      max: parseAmount(kaspi.limits.max) ?? 0,
      certificateExpires: identity.expires,
      unfinished: kaspi.tradePointId === null && deviceToken === null,
    },
    secrets: {
      [secretsName(profile.id)]: JSON.stringify(secrets),
      [identityName(profile.id)]: JSON.stringify(identity.stored),
    },
  };
}

/** A device that the till has registered itself stays registered when its file is applied again. */
async function keptDeviceToken(vault: Vault, id: string): Promise<string | null> {
  const text = await vault.get(secretsName(id));
  const kept = text === null ? {} : (JSON.parse(text) as { deviceToken?: string });
  return kept.deviceToken ?? null;
}

/** The same facts give the same id on every till and after every re-installation. */
export function profileId(facts: Omit<Profile, "id">): string {
  const { provider, environment, scheme, url, bin, tradePoint, device } = facts;
  const text = JSON.stringify([provider, environment, scheme, url, bin, tradePoint, device]);
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
