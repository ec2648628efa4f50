/** Applies the provisioning file whole: secrets to the vault, everything else to the journal. */
import { createHash } from "node:crypto";
import type { CatalogueItem } from "../../contract/kiosk.ts";
import { formatAmount, minor, parseAmount } from "../../contract/money.ts";
import { SHORT_PERSON, SHORT_TOKEN, type Provision } from "../../contract/provision.ts";
import type { Environment } from "../../contract/states.ts";
import type { Clock, Crypto, Journal, Vault } from "../core/ports.ts";
import { epayParts } from "./epay.ts";
import { endedEvents, halykQrParts } from "./halyk-qr.ts";
import { importFiles } from "./identity.ts";
import { kaspiParts } from "./kaspi.ts";
import { hashPin } from "./pin.ts";
import { readPicture, type Pictures } from "./pictures.ts";
import { pictureField, type ProvisionDocument } from "./read.ts";
import {
  META_FINGERPRINT,
  META_PATH,
  META_SETTINGS,
  type StoredPerson,
  type StoredSettings,
  type StoredToken,
} from "./stored.ts";

export interface Stores {
  readonly clock: Clock;
  readonly crypto: Crypto;
  readonly journal: Pick<Journal, "commit" | "meta" | "profiles">;
  readonly vault: Vault;
  readonly pictures: Pictures;
  /** The worker that opens a PFX: its key derivation may take seconds. */
  readonly certificateWorker: string;
}

/** Raised when what is stored for the same file changes its form, so that every till applies its file again. */
const FORM = "1";

/**
 * Applies the document unless it is what was applied last, and says which. `environment` overrules the file's (training
 * is no word of the file). Pictures and the vault are written before the journal:
 * a crash in between leaves the old fingerprint, and the next start does it again.
 */
export async function applyDocument(
  stores: Stores,
  document: ProvisionDocument,
  environment?: Environment,
): Promise<"applied" | "unchanged"> {
  const { journal, clock } = stores;
  const fingerprint = fingerprintOf(stores.crypto, document);
  if ((await journal.meta(META_FINGERPRINT)) === fingerprint) {
    if ((await journal.meta(META_PATH)) !== document.path)
      await journal.commit({ at: clock.now(), meta: { [META_PATH]: document.path } });
    // The folder may have come back from a backup without them. A product without its picture is no reason not to start.
    await catalogueOf(stores, document).catch(() => undefined);
    return "unchanged";
  }
  const { value } = document;
  const { providers, secrets } = await banksOf(stores, document, environment);
  const stored: StoredSettings = {
    version: 1,
    mode: value.mode,
    language: value.language,
    timezone: value.timezone,
    merchant: value.merchant,
    till: { id: value.till.id, name: value.till.name ?? value.till.id },
    screen: value.screen,
    refundPinAbove: value.refund.pinAbove === null ? null : parseAmount(value.refund.pinAbove),
    kiosk: { ...value.kiosk, catalogue: await catalogueOf(stores, document) },
    displays: value.displays,
    tokens: tokensOf(value, stores.crypto),
    people: await peopleOf(value),
    providers,
  };
  // A language chosen on the screen gives way to a new file.
  await keep(stores, stored, {
    secrets,
    meta: { [META_FINGERPRINT]: fingerprint, [META_PATH]: document.path, language: null },
  });
  return "applied";
}

async function banksOf(
  stores: Stores,
  document: ProvisionDocument,
  environment: Environment | undefined,
): Promise<Pick<StoredSettings, "providers"> & { secrets: Record<string, string | null> }> {
  const { merchant, till, providers } = document.value;
  const { identity, roots } = await importFiles(stores, document);
  const kaspi = providers.kaspi
    ? await kaspiParts(stores, { config: providers.kaspi, merchant, identity, environment })
    : { providers: [], secrets: {} };
  const halykQr = providers.halykQr
    ? await halykQrParts(stores, {
        config: providers.halykQr,
        merchant,
        roots: roots.halykQr,
        tillId: till.id,
        environment,
      })
    : { providers: [], secrets: await endedEvents(stores) };
  const epay = providers.epay
    ? await epayParts(stores, { config: providers.epay, merchant, roots: roots.epay, environment })
    : { providers: [], secrets: {} };
  return {
    providers: [...kaspi.providers, ...halykQr.providers, ...epay.providers],
    secrets: { ...kaspi.secrets, ...halykQr.secrets, ...epay.secrets },
  };
}

/** The products, with their pictures taken in. */
async function catalogueOf(
  { pictures }: Pick<Stores, "pictures">,
  document: ProvisionDocument,
): Promise<CatalogueItem[]> {
  const items: CatalogueItem[] = [];
  for (const [index, { price, ...item }] of document.value.kiosk.catalogue.entries()) {
    const content = document.files.get(pictureField(index)) ?? null;
    const read = content && readPicture(content);
    const picture = content && read?.ok ? await pictures.take(content, read.kind) : null;
    items.push({ ...item, price: formatAmount(parseAmount(price) ?? minor(0)), picture });
  }
  return items;
}

/** Puts settings in the place of those there are: secrets first, so that the journal never names what is not there. */
export async function keep(
  { clock, journal, vault }: Pick<Stores, "clock" | "journal" | "vault">,
  stored: StoredSettings,
  more: {
    readonly secrets?: Readonly<Record<string, string | null>>;
    readonly meta?: Readonly<Record<string, string | null>>;
  } = {},
): Promise<void> {
  if (more.secrets && Object.keys(more.secrets).length > 0) await vault.put(more.secrets);
  await journal.commit({
    at: clock.now(),
    profiles: stored.providers.map(({ profile }) => profile),
    meta: { ...more.meta, [META_SETTINGS]: JSON.stringify(stored) },
  });
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
