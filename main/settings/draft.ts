/** A way to Kaspi while it is being set up. Its secrets stay in memory until it is put in use. */
import { KASPI_TEST_URLS, type KaspiConfig } from "../../contract/banks/kaspi.ts";
import type { KaspiDraft } from "../../contract/desk.ts";
import { formatAmount, minor } from "../../contract/money.ts";
import type { Problem } from "../../contract/problem.ts";
import { readProvision } from "../../contract/provision.ts";
import type { TlsIdentity } from "../adapters/tls-identity.ts";
import type { Vault } from "../core/ports.ts";
import { identityName, secretsName } from "../core/settings.ts";
import { seatsOf, type Seat } from "./kaspi.ts";
import { activeProvider, providersOf, type StoredSettings } from "./stored.ts";
import type { Way } from "./trial.ts";

type Organization = NonNullable<KaspiDraft["organizations"]>[number];

export interface Draft {
  readonly environment: "test" | "production";
  readonly scheme: 1 | 2 | 3;
  /** null: the document's test address of the scheme. */
  readonly url: string | null;
  readonly apiKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The legal entity that takes the money; one of `organizations` where there are any. */
  readonly bin: string | null;
  readonly deviceId: string | null;
  readonly tradePointId: string | null;
  readonly organizations: readonly Organization[];
  readonly limits: { readonly min: string; readonly max: string };
  readonly identity: TlsIdentity;
  /** Device tokens by profile: what was registered under other facts is never used for these. */
  readonly tokens: ReadonlyMap<string, string>;
}

const NOBODY: TlsIdentity = { cert: null, key: null, passphrase: null, ca: [] };
const EMPTY: Draft = {
  environment: "test",
  scheme: 2,
  url: null,
  apiKey: null,
  headers: {},
  bin: null,
  deviceId: null,
  tradePointId: null,
  organizations: [],
  limits: { min: "1.00", max: "1000000.00" },
  identity: NOBODY,
  tokens: new Map(),
};

/** The draft that says what is in use; an empty one on a till without Kaspi. */
export async function draftOf(stored: StoredSettings, chosen: string | null, vault: Vault): Promise<Draft> {
  const active = activeProvider(stored, "kaspi", chosen);
  if (!active) return { ...EMPTY, bin: stored.merchant.bin };
  const { profile } = active;
  const own = providersOf(stored, "kaspi");
  const secrets = new Map<string, Readonly<Record<string, string>>>();
  for (const provider of own) {
    const { id } = provider.profile;
    secrets.set(id, JSON.parse((await vault.get(secretsName(id))) ?? "{}") as Record<string, string>);
  }
  const used = secrets.get(profile.id) ?? {};
  const identity = await vault.get(identityName(profile.id));
  const scheme = Number(profile.scheme) as 1 | 2 | 3;
  const environment = profile.environment === "production" ? "production" : "test";
  return {
    environment,
    scheme,
    url: environment === "test" && profile.url === KASPI_TEST_URLS[scheme] ? null : profile.url,
    apiKey: used["apiKey"] ?? null,
    headers: JSON.parse(used["headers"] ?? "{}") as Record<string, string>,
    bin: profile.bin,
    deviceId: profile.device,
    tradePointId: profile.tradePoint,
    organizations: own.flatMap(({ organization, profile: { device, tradePoint } }) =>
      organization === null ? [] : [{ ...organization, deviceId: device ?? "", tradePointId: tradePoint }],
    ),
    limits: { min: formatAmount(minor(active.min)), max: formatAmount(minor(active.max)) },
    identity: identity === null ? NOBODY : (JSON.parse(identity) as TlsIdentity),
    tokens: new Map([...secrets].flatMap(([id, { deviceToken }]) => (deviceToken ? [[id, deviceToken]] : []))),
  };
}

/** Takes over what a step of the wizard names. */
export function changed(draft: Draft, change: KaspiDraft): Draft {
  const { apiKey, headers, deviceId, tradePointId, ...rest } = change;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Partial<Draft>;
  const next = {
    ...draft,
    ...given,
    ...(apiKey === undefined ? {} : { apiKey: apiKey || null }),
    ...(headers === undefined ? {} : { headers: headersOf(headers, draft.headers) }),
    ...(deviceId === undefined ? {} : { deviceId: deviceId || null }),
    ...(tradePointId === undefined ? {} : { tradePointId }),
  };
  // A step that names one device means the one of the organisation that takes the money.
  const active = activeOf(next);
  if (active === null || (deviceId === undefined && tradePointId === undefined)) return next;
  const organizations = next.organizations.map((one) =>
    one.bin === active.bin
      ? {
          ...one,
          deviceId: deviceId ?? one.deviceId,
          tradePointId: tradePointId === undefined ? one.tradePointId : tradePointId,
        }
      : one,
  );
  return { ...next, organizations };
}

function headersOf(given: NonNullable<KaspiDraft["headers"]>, known: Draft["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const text = value ?? known[name];
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function activeOf({ scheme, organizations, bin }: Draft): Organization | null {
  if (scheme !== 3) return null;
  return organizations.find((one) => one.bin === bin) ?? organizations[0] ?? null;
}

/** The draft as the provisioning document says it: what does not belong to its scheme is left out. */
export function configOf(draft: Draft): KaspiConfig {
  const { environment, scheme, url, apiKey, headers, bin, deviceId, tradePointId, organizations, limits } = draft;
  const several = scheme === 3 && organizations.length > 0;
  return {
    environment,
    scheme,
    ...(url === null ? {} : { url }),
    ...(scheme === 1 && apiKey !== null ? { apiKey } : {}),
    ...(scheme !== 1 && draft.identity.cert !== null ? { certificate: "certificate" } : {}),
    ca: draft.identity.ca.map((_, index) => `root-${index}`),
    headers: { ...headers },
    limits: { ...limits },
    tradePointId: null,
    deviceToken: null,
    ...(several
      ? { organizations: organizations.map((one) => ({ ...one, deviceToken: null })) }
      : {
          ...(scheme === 3 && bin !== null ? { organizationBin: bin } : {}),
          ...(deviceId === null ? {} : { deviceId }),
          tradePointId,
        }),
  };
}

/** Who we are to the bank: in scheme 1 no certificate is shown, whatever lies in the draft. */
export function identityOf({ scheme, identity }: Draft): TlsIdentity {
  return scheme === 1 ? { ...NOBODY, ca: identity.ca } : identity;
}

/** The profiles the draft means. In schemes 1 and 2 the BIN says which legal entity signed the contract. */
export function seatsOfDraft(draft: Draft, { merchant }: StoredSettings): Seat[] {
  return seatsOf({ config: configOf(draft), merchant: { name: merchant.name, bin: draft.bin } });
}

/** The seat that is going to take the money. */
export function activeSeat(draft: Draft, stored: StoredSettings): Seat | null {
  const seats = seatsOfDraft(draft, stored);
  return seats.find(({ profile }) => profile.bin === draft.bin) ?? seats[0] ?? null;
}

/** What a bank is asked with before the draft is in use. */
export function wayOf(draft: Draft, { profile }: Seat): Way {
  const deviceToken = draft.tokens.get(profile.id);
  const { apiKey, headers } = draft;
  return {
    profile,
    identity: identityOf(draft),
    secrets: {
      ...(draft.scheme === 1 && apiKey !== null ? { apiKey } : {}),
      ...(deviceToken === undefined ? {} : { deviceToken }),
      ...(Object.keys(headers).length > 0 ? { headers: JSON.stringify(headers) } : {}),
    },
  };
}

/**
 * The settings as the provisioning file would say them, with one bank or none; without people and tokens, which are kept
 * as hashes, and so without the mode, which needs them (see `mustSuitMode`).
 */
export function documentOf(
  stored: StoredSettings,
  providers: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const { language, timezone, merchant, till, screen, refundPinAbove } = stored;
  return {
    version: 1,
    language,
    timezone,
    merchant,
    till,
    screen,
    refund: { pinAbove: refundPinAbove === null ? null : formatAmount(minor(refundPinAbove)) },
    providers,
  };
}

/** A file that leaves them out says nothing about them; said, they belong to one scheme only. */
function withoutDefaults(config: KaspiConfig): Readonly<Record<string, unknown>> {
  const { deviceToken, tradePointId, ...rest } = config;
  return {
    ...rest,
    ...(tradePointId === null ? {} : { tradePointId }),
    ...(deviceToken === null ? {} : { deviceToken }),
  };
}

/** What the draft lacks: the rules of the provisioning file, and a trade point, which the file may leave to this desk. */
export function missingIn(draft: Draft, stored: StoredSettings): Problem[] {
  const read = readProvision(documentOf(stored, { kaspi: withoutDefaults(configOf(draft)) }));
  const problems = read.ok ? [] : [...read.problems];
  const seat = activeSeat(draft, stored);
  if (seat && seat.profile.tradePoint === null && !draft.tokens.has(seat.profile.id))
    problems.push({ path: "providers.kaspi.tradePointId", words: "missing; choose one of those the bank names" });
  return problems;
}
