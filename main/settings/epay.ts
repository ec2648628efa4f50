/** From ePay's part of the provisioning document to its profile and secrets; the file and the desk both come this way. */
import {
  EPAY_API_URL,
  EPAY_OAUTH_URL,
  EPAY_TEST_API_URL,
  EPAY_TEST_OAUTH_URL,
  type EpayConfig,
  type EpayTerminal,
} from "../../contract/banks/epay.ts";
import { parseAmount } from "../../contract/money.ts";
import type { Environment } from "../../contract/states.ts";
import type { TlsIdentity } from "../adapters/tls-identity.ts";
import type { Secrets } from "../core/bank.ts";
import type { Profile } from "../core/ports.ts";
import { identityName, secretsName, type Settings } from "../core/settings.ts";
import type { ProfileStores } from "./halyk-qr.ts";
import { profileId } from "./profile-id.ts";
import type { StoredProvider } from "./stored.ts";
import type { Way } from "./trial.ts";

/** For what the bank gives a client and terminal of its own. */
export const PURPOSES = ["payment", "verification", "transfer"] as const;
export type Purpose = (typeof PURPOSES)[number];

export const EPAY_URLS = {
  test: { oauth: EPAY_TEST_OAUTH_URL, api: EPAY_TEST_API_URL },
  production: { oauth: EPAY_OAUTH_URL, api: EPAY_API_URL },
} as const;

const LINKS = ["postLink", "failurePostLink", "backLink", "failureBackLink"] as const;

export interface EpayInput {
  readonly config: EpayConfig;
  readonly merchant: Pick<Settings["merchant"], "name" | "bin">;
  /** Root certificates in PEM; none: the public ones. */
  readonly roots: readonly string[];
  /** Overrules the document's; training is no word of it. */
  readonly environment?: Environment | undefined;
}

export interface EpayParts {
  readonly providers: readonly [StoredProvider];
  readonly secrets: Readonly<Record<string, string>>;
}

/** Makes the profile, and what the vault is to hold for it and for earlier ones of its terminals. Nothing is written. */
export async function epayParts(stores: ProfileStores, input: EpayInput): Promise<EpayParts> {
  const { config, roots } = input;
  const profile = epayProfile(input);
  const own = epaySecrets(config);
  const identity = JSON.stringify(epayIdentity(roots));
  const secrets: Record<string, string> = {
    [secretsName(profile.id)]: JSON.stringify(own),
    [identityName(profile.id)]: identity,
  };
  for (const known of await stores.journal.profiles()) {
    if (known.id === profile.id || !isSameDoor(profile, known)) continue;
    const text = await stores.vault.get(secretsName(known.id));
    const before = (text === null ? {} : JSON.parse(text)) as Secrets;
    const renewed = renewedSecrets({ profile, secrets: own }, { profile: known, secrets: before });
    if (renewed === null) continue;
    // Payments of earlier profiles of a terminal are still asked about, with what the bank knows it by now.
    secrets[secretsName(known.id)] = JSON.stringify(renewed);
    secrets[identityName(known.id)] = identity;
  }
  const provider: StoredProvider = {
    name: "epay",
    profile,
    organization: null,
    min: parseAmount(config.limits.min) ?? 0,
    max: parseAmount(config.limits.max) ?? 0,
    certificateExpires: null,
    unfinished: false,
    invoices: { from: Number(config.invoiceRange.from), to: Number(config.invoiceRange.to) },
    events: false,
    given: {},
  };
  return { providers: [provider], secrets };
}

/** The facts every payment is made with. An address that is not given is the documents' own of the environment. */
export function epayProfile({
  config,
  merchant,
  environment = config.environment,
}: Pick<EpayInput, "config" | "merchant" | "environment">): Profile {
  const usual = EPAY_URLS[config.environment];
  const url = (config.apiUrl ?? usual.api).replace(/\/+$/, "");
  const facts: Omit<Profile, "id"> = {
    provider: "epay",
    environment,
    scheme: null,
    url,
    bin: merchant.bin,
    tradePoint: null,
    device: config.terminals.payment.terminalId,
    options: {
      oauthUrl: config.oauthUrl ?? usual.oauth,
      verificationTerminal: terminalFor(config, "verification").terminalId,
      transferTerminal: terminalFor(config, "transfer").terminalId,
      confirmPath: config.confirmPath,
      keyUrl: config.publicKeyUrl ?? usualKeyUrl(url),
      cyrillicCryptogram: String(config.cyrillicCryptogram),
      cards: String(config.cards),
      transfers: String(config.transfers),
      operations: String(config.operations),
      merchant: merchant.name,
      ...Object.fromEntries(LINKS.flatMap((name) => (config[name] === null ? [] : [[name, config[name]]]))),
    },
  };
  return { id: profileId(facts), ...facts };
}

/** Where the bank's key for cards stands unless another address is given (E7). */
export const usualKeyUrl = (apiUrl: string): string => `${apiUrl}/public.rsa`;

/** Client and secret of each purpose, always all six. */
export function epaySecrets(config: Pick<EpayConfig, "terminals">): Secrets {
  return Object.fromEntries(
    PURPOSES.flatMap((purpose) => {
      const { clientId, clientSecret } = terminalFor(config, purpose);
      return [
        [`${purpose}Client`, clientId],
        [`${purpose}Secret`, clientSecret],
      ];
    }),
  );
}

/** The bank knows us by client and secret: there is no certificate of ours. */
export function epayIdentity(roots: readonly string[]): TlsIdentity {
  return { cert: null, key: null, passphrase: null, ca: [...roots] };
}

/** The terminal of one purpose in a profile. */
export function terminalIn({ device, options }: Profile, purpose: Purpose): string {
  return (purpose === "payment" ? device : options[`${purpose}Terminal`]) ?? "";
}

/**
 * A way for each terminal with a client or number of its own, as if that one were for payments: whoever is asked for a
 * sign of life answers for all of them.
 */
export function waysOf({ profile, secrets, identity }: Way): { readonly purpose: Purpose; readonly way: Way }[] {
  const ways = PURPOSES.map((purpose) => ({
    purpose,
    way: {
      profile: { ...profile, device: terminalIn(profile, purpose) },
      secrets: {
        ...secrets,
        paymentClient: secrets[`${purpose}Client`] ?? "",
        paymentSecret: secrets[`${purpose}Secret`] ?? "",
      },
      identity,
    },
  }));
  const same = (a: Way, b: Way): boolean =>
    a.profile.device === b.profile.device &&
    a.secrets["paymentClient"] === b.secrets["paymentClient"] &&
    a.secrets["paymentSecret"] === b.secrets["paymentSecret"];
  return ways.filter(({ way }, index) => ways.findIndex((other) => same(other.way, way)) === index);
}

// --- helpers ---

function terminalFor({ terminals }: Pick<EpayConfig, "terminals">, purpose: Purpose): EpayTerminal {
  return terminals[purpose] ?? terminals.payment;
}

/** Secrets go nowhere but where they are meant for: another address is another bank. */
function isSameDoor(a: Profile, b: Profile): boolean {
  return (
    b.provider === "epay" &&
    a.environment === b.environment &&
    a.url === b.url &&
    a.options["oauthUrl"] === b.options["oauthUrl"]
  );
}

interface Known {
  readonly profile: Profile;
  readonly secrets: Secrets;
}

/** An earlier profile's secrets, with those of the terminals that are still in use; null where none is. */
function renewedSecrets(now: Known, before: Known): Secrets | null {
  const renewed = PURPOSES.flatMap((purpose) => {
    const terminal = terminalIn(before.profile, purpose);
    // A terminal may serve several purposes: its own first, then whichever has it.
    const same = [purpose, ...PURPOSES].find((other) => terminalIn(now.profile, other) === terminal);
    if (same === undefined) return [];
    return (["Client", "Secret"] as const).map((part) => [`${purpose}${part}`, now.secrets[`${same}${part}`]] as const);
  });
  return renewed.length === 0 ? null : { ...before.secrets, ...(Object.fromEntries(renewed) as Secrets) };
}
