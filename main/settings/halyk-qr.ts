/** From Halyk QR's part of the provisioning document to its profile and secrets; the file and the desk both come this way. */
import { randomBytes } from "node:crypto";
import { HALYK_QR_TEST_URL, type HalykQrConfig } from "../../contract/banks/halykQr.ts";
import { toLatin } from "../../contract/latin.ts";
import { parseAmount } from "../../contract/money.ts";
import type { Environment } from "../../contract/states.ts";
import type { EventSettings } from "../adapters/event-settings.ts";
import type { TlsIdentity } from "../adapters/tls-identity.ts";
import type { Journal, Profile, Vault } from "../core/ports.ts";
import { eventsName, identityName, secretsName, type Settings } from "../core/settings.ts";
import { profileId } from "./profile-id.ts";
import type { StoredProvider } from "./stored.ts";

/** The bank takes no longer name. */
const NAME_LENGTH = 25;

/** Root certificates in PEM, of the bank's server and of its event stream. */
export interface HalykQrRoots {
  readonly server: readonly string[];
  readonly events: readonly string[];
}

export interface ProfileStores {
  readonly vault: Vault;
  readonly journal: Pick<Journal, "profiles">;
}

export interface HalykQrInput {
  readonly config: HalykQrConfig;
  readonly merchant: Pick<Settings["merchant"], "name" | "bin">;
  readonly roots: HalykQrRoots;
  readonly tillId: string;
  /** Overrules the document's; training is no word of it. */
  readonly environment?: Environment | undefined;
}

export interface HalykQrParts {
  readonly providers: readonly [StoredProvider];
  readonly secrets: Readonly<Record<string, string | null>>;
}

/** Makes the profile, and what the vault is to hold for it. Nothing is written. */
export async function halykQrParts(stores: ProfileStores, input: HalykQrInput): Promise<HalykQrParts> {
  const { config, roots } = input;
  const profile = halykQrProfile(input);
  const own = JSON.stringify(ownSecrets(config));
  const identity = JSON.stringify(identityOf(roots));
  const known = await profilesOf(stores);
  // Payments of earlier profiles of this terminal are still asked about, with the same user name and password.
  const ways = [profile, ...known.filter((one) => isKin(profile, one))].flatMap(({ id }) => [
    [secretsName(id), own],
    [identityName(id), identity],
  ]);
  const group = config.kafka && (config.kafka.groupId ?? (await ownGroup(stores, input.tillId)));
  const events = config.kafka && group !== null ? eventsOf(config.kafka, group, roots) : null;
  const secrets = {
    ...Object.fromEntries(ways),
    ...(await endedEvents(stores)),
    ...(events && { [eventsName(profile.id)]: JSON.stringify(events) }),
  };
  const provider: StoredProvider = {
    name: "halykQr",
    profile,
    organization: null,
    min: parseAmount(config.limits.min) ?? 0,
    max: parseAmount(config.limits.max) ?? 0,
    certificateExpires: null,
    unfinished: false,
    invoices: { from: Number(config.invoiceRange.from), to: Number(config.invoiceRange.to) },
    events: events !== null,
    given: {
      pointOfSale: config.pointOfSale ?? null,
      emvMismatch: config.emvMismatch ?? null,
      groupId: config.kafka?.groupId ?? null,
    },
  };
  return { providers: [provider], secrets };
}

/** The facts every payment is made with. In training a code that does not fit is shown all the same. */
export function halykQrProfile({
  config,
  merchant,
  environment = config.environment,
}: Pick<HalykQrInput, "config" | "merchant" | "environment">): Profile {
  const facts: Omit<Profile, "id"> = {
    provider: "halykQr",
    environment,
    scheme: null,
    url: (config.url ?? HALYK_QR_TEST_URL).replace(/\/+$/, ""),
    bin: merchant.bin,
    tradePoint: null,
    device: config.terminal,
    options: {
      pointOfSale: pointOfSaleOf(config.pointOfSale ?? null, merchant.name, config.terminal),
      channel: config.channel,
      scanSeconds: String(config.scanSeconds),
      pollSeconds: String(config.pollSeconds),
      emvMismatch: config.emvMismatch ?? (environment === "production" ? "block" : "warn"),
      skipFin: config.makesFinDocument ? "Y" : "N",
      amountAsString: String(config.amountAsString),
      ...(config.mpan === null ? {} : { mpan: config.mpan }),
    },
  };
  return { id: profileId(facts), ...facts };
}

/** The shop's name as the bank takes it; a name without one Latin letter leaves the terminal's number. */
export function pointOfSaleOf(given: string | null, merchant: string, terminal: string): string {
  const latin = toLatin(given ?? "") || toLatin(merchant) || terminal;
  return latin.slice(0, NAME_LENGTH).trim();
}

/** The bank knows us by name and password: there is no certificate of ours. */
export function identityOf({ server }: Pick<HalykQrRoots, "server">): TlsIdentity {
  return { cert: null, key: null, passphrase: null, ca: [...server] };
}

export function ownSecrets({ username, password }: Pick<HalykQrConfig, "username" | "password">) {
  return { username, password };
}

export function eventsOf(
  { brokers, topic, tls, sasl }: NonNullable<HalykQrConfig["kafka"]>,
  groupId: string,
  { events }: Pick<HalykQrRoots, "events">,
): EventSettings {
  return { brokers, topic, groupId, tls: tls && { ca: [...events] }, sasl };
}

/** Takes the ways to event streams out of the vault: only the profile in use is listened for. */
export async function endedEvents(stores: ProfileStores): Promise<Record<string, null>> {
  const ended: Record<string, null> = {};
  for (const { id } of await profilesOf(stores))
    if ((await stores.vault.get(eventsName(id))) !== null) ended[eventsName(id)] = null;
  return ended;
}

// --- helpers ---

/** All that this till has ever had at this bank, the one in use among them. */
async function profilesOf({ journal }: Pick<ProfileStores, "journal">): Promise<Profile[]> {
  return (await journal.profiles()).filter(({ provider }) => provider === "halykQr");
}

/** A terminal's user name and password are the same for all its payments, whatever else was set when they were made. */
function isKin(a: Profile, b: Profile): boolean {
  return a.environment === b.environment && a.url === b.url && a.device === b.device;
}

/**
 * A group of this till alone, the same as long as the till is called the same: a group that others read too would get a
 * part of the events, a new one at every start would leave dead groups at the broker.
 */
async function ownGroup(stores: ProfileStores, tillId: string): Promise<string> {
  const prefix = `qabyl-${tillId}-`;
  for (const { id } of await profilesOf(stores)) {
    const text = await stores.vault.get(eventsName(id));
    const { groupId } = (text === null ? { groupId: "" } : JSON.parse(text)) as Pick<EventSettings, "groupId">;
    if (groupId.startsWith(prefix) && /^[0-9a-f]{8}$/.test(groupId.slice(prefix.length))) return groupId;
  }
  return prefix + randomBytes(4).toString("hex");
}
