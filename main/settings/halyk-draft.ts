/** A way to Halyk QR while it is being set up. Its secrets stay in memory until it is put in use. */
import { HALYK_QR_TEST_URL, HALYK_QR_TOPIC, type HalykQrConfig } from "../../contract/banks/halykQr.ts";
import type { HalykQrDraft, HalykQrSettingsView } from "../../contract/desk.ts";
import { formatAmount, minor } from "../../contract/money.ts";
import { readProvision, type Problem } from "../../contract/provision.ts";
import type { EventSettings } from "../adapters/event-settings.ts";
import type { TlsIdentity } from "../adapters/tls-identity.ts";
import type { Vault } from "../core/ports.ts";
import { eventsName, identityName, secretsName } from "../core/settings.ts";
import { factsOf, viewOf } from "./certificates/index.ts";
import { documentOf } from "./draft.ts";
import { eventsOf, halykQrProfile, identityOf, ownSecrets, pointOfSaleOf, type HalykQrRoots } from "./halyk-qr.ts";
import { activeProvider, type StoredProvider, type StoredSettings } from "./stored.ts";
import type { Way } from "./trial.ts";

interface Sasl {
  readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
  readonly username: string;
  readonly password: string | null;
}

interface Kafka {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** null: this till's own. */
  readonly groupId: string | null;
  readonly tls: boolean;
  readonly sasl: Sasl | null;
}

export interface Draft {
  readonly environment: "test" | "production";
  /** null: the document's test address. */
  readonly url: string | null;
  readonly username: string | null;
  readonly password: string | null;
  readonly terminal: string | null;
  readonly mpan: string | null;
  readonly pointOfSale: string | null;
  readonly channel: string;
  readonly scanSeconds: number;
  readonly pollSeconds: number;
  readonly emvMismatch: "warn" | "block" | null;
  readonly makesFinDocument: boolean;
  readonly amountAsString: boolean;
  readonly invoiceRange: { readonly from: string; readonly to: string };
  readonly limits: { readonly min: string; readonly max: string };
  readonly kafka: Kafka | null;
  readonly roots: HalykQrRoots;
}

const EMPTY: Draft = {
  environment: "test",
  url: null,
  username: null,
  password: null,
  terminal: null,
  mpan: null,
  pointOfSale: null,
  channel: "SMART_POS",
  scanSeconds: 180,
  pollSeconds: 3,
  emvMismatch: null,
  makesFinDocument: false,
  amountAsString: false,
  invoiceRange: { from: "1", to: "999999" },
  limits: { min: "1.00", max: "1000000.00" },
  kafka: null,
  roots: { server: [], events: [] },
};

/** The draft that says what is in use; an empty one where nothing is. */
export async function draftOf(stored: StoredSettings, vault: Vault): Promise<Draft> {
  const provider = activeProvider(stored, "halykQr", null);
  return provider ? inUseDraft(provider, vault) : EMPTY;
}

async function inUseDraft({ profile, given, min, max, invoices }: StoredProvider, vault: Vault): Promise<Draft> {
  const kept = async <T>(name: string): Promise<T | null> => {
    const text = await vault.get(name);
    return text === null ? null : (JSON.parse(text) as T);
  };
  const own = await kept<Readonly<Record<string, string>>>(secretsName(profile.id));
  const identity = await kept<TlsIdentity>(identityName(profile.id));
  const events = await kept<EventSettings>(eventsName(profile.id));
  const { options, url } = profile;
  const environment = profile.environment === "production" ? "production" : "test";
  return {
    environment,
    url: environment === "test" && url === HALYK_QR_TEST_URL ? null : url,
    username: own?.["username"] ?? null,
    password: own?.["password"] ?? null,
    terminal: profile.device,
    mpan: options["mpan"] ?? null,
    pointOfSale: given["pointOfSale"] ?? null,
    channel: options["channel"] ?? EMPTY.channel,
    scanSeconds: Number(options["scanSeconds"]),
    pollSeconds: Number(options["pollSeconds"]),
    emvMismatch: (given["emvMismatch"] ?? null) as Draft["emvMismatch"],
    makesFinDocument: options["skipFin"] === "Y",
    amountAsString: options["amountAsString"] === "true",
    invoiceRange: invoices ? { from: String(invoices.from), to: String(invoices.to) } : EMPTY.invoiceRange,
    limits: { min: formatAmount(minor(min)), max: formatAmount(minor(max)) },
    kafka: events && {
      brokers: events.brokers,
      topic: events.topic,
      groupId: given["groupId"] ?? null,
      tls: events.tls !== null,
      sasl: events.sasl,
    },
    roots: { server: identity?.ca ?? [], events: events?.tls?.ca ?? [] },
  };
}

/** Takes over what a step of the wizard names. */
export function changed(draft: Draft, change: HalykQrDraft): Draft {
  const { provider: _, username, password, terminal, mpan, pointOfSale, kafka, ...rest } = change;
  const texts = Object.entries({ username, password, terminal, mpan, pointOfSale });
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...draft,
    ...(Object.fromEntries(given) as Partial<Draft>),
    ...Object.fromEntries(texts.flatMap(([name, text]) => (text === undefined ? [] : [[name, text || null]]))),
    ...(kafka === undefined ? {} : { kafka: kafkaOf(kafka, draft.kafka) }),
  };
}

function kafkaOf(given: NonNullable<HalykQrDraft["kafka"]> | null, known: Kafka | null): Kafka | null {
  if (given === null) return null;
  const { brokers, topic, groupId, tls, sasl } = given;
  return {
    brokers: brokers.filter((broker) => broker !== ""),
    topic: topic || HALYK_QR_TOPIC,
    groupId: groupId || null,
    tls,
    sasl: sasl && { ...sasl, password: (sasl.password ?? known?.sasl?.password) || null },
  };
}

/** What the draft lacks, by the rules of the provisioning file. */
export function missingIn(draft: Draft, stored: StoredSettings): Problem[] {
  const { username, password, terminal, kafka } = draft;
  const config = configOf(draft);
  const raw = {
    ...config,
    // What is not there is missing, not empty.
    username: username ?? undefined,
    password: password ?? undefined,
    terminal: terminal ?? undefined,
    kafka: config.kafka && {
      ...config.kafka,
      sasl: config.kafka.sasl && { ...config.kafka.sasl, password: kafka?.sasl?.password ?? undefined },
    },
  };
  const read = readProvision(documentOf(stored, { halykQr: raw }));
  return read.ok ? [] : [...read.problems];
}

/** The draft as the provisioning document says it; whether it may say so `missingIn` tells. */
export function configOf(draft: Draft): HalykQrConfig {
  const { roots, url, username, password, terminal, pointOfSale, emvMismatch, kafka, ...rest } = draft;
  const named = (list: readonly string[]): string[] => list.map((_, index) => `root-${index}`);
  return {
    ...rest,
    ...(url === null ? {} : { url }),
    ca: named(roots.server),
    username: username ?? "",
    password: password ?? "",
    terminal: terminal ?? "",
    ...(pointOfSale === null ? {} : { pointOfSale }),
    ...(emvMismatch === null ? {} : { emvMismatch }),
    kafka: kafka && {
      ...kafka,
      brokers: [...kafka.brokers],
      tls: kafka.tls ? { ca: named(roots.events) } : null,
      sasl: kafka.sasl && { ...kafka.sasl, password: kafka.sasl.password ?? "" },
    },
  };
}

/** What a bank is asked with before the draft is in use. */
export function wayOf(draft: Draft, { merchant }: StoredSettings): Way {
  const config = configOf(draft);
  return {
    profile: halykQrProfile({ config, merchant }),
    secrets: ownSecrets(config),
    identity: identityOf(draft.roots),
  };
}

/** The event stream of the draft. The till's own group is made when the draft is put in use; a probe joins none. */
export function eventsToTry(draft: Draft, { till }: StoredSettings): EventSettings | null {
  const { kafka } = configOf(draft);
  return kafka && eventsOf(kafka, kafka.groupId ?? `qabyl-${till.id}-check`, draft.roots);
}

/** `latin`: what the bank is told already; null for a draft. */
export function settingsView(
  draft: Draft,
  { merchant }: StoredSettings,
  { now, latin }: { readonly now: number; readonly latin: string | null },
): HalykQrSettingsView {
  const { roots, url, username, password, terminal, kafka, pointOfSale, ...rest } = draft;
  const views = (list: readonly string[]) => list.map((pem) => viewOf(factsOf(pem), now));
  return {
    ...rest,
    url: url ?? (draft.environment === "test" ? HALYK_QR_TEST_URL : ""),
    roots: views(roots.server),
    username: username ?? "",
    hasPassword: password !== null,
    terminal: terminal ?? "",
    pointOfSale,
    pointOfSaleLatin: latin ?? pointOfSaleOf(pointOfSale, merchant.name, terminal ?? ""),
    kafka: kafka && {
      brokers: kafka.brokers,
      topic: kafka.topic,
      groupId: kafka.groupId,
      tls: kafka.tls,
      roots: views(roots.events),
      sasl: kafka.sasl && {
        mechanism: kafka.sasl.mechanism,
        username: kafka.sasl.username,
        hasPassword: kafka.sasl.password !== null,
      },
    },
  };
}
