/** A way to Halyk ePay while it is being set up. Its secrets stay in memory until it is put in use. */
import { EPAY_CONFIRM_PATH, type EpayConfig, type EpayTerminal } from "../../contract/banks/epay.ts";
import type { EpayDraft, EpaySettingsView, EpayTerminalView } from "../../contract/desk.ts";
import { formatAmount, minor } from "../../contract/money.ts";
import type { Problem } from "../../contract/problem.ts";
import { readProvision } from "../../contract/provision.ts";
import type { TlsIdentity } from "../adapters/tls-identity.ts";
import type { Secrets } from "../core/bank.ts";
import type { Vault } from "../core/ports.ts";
import { identityName, secretsName } from "../core/settings.ts";
import { factsOf, viewOf } from "./certificates/index.ts";
import { documentOf } from "./draft.ts";
import { EPAY_URLS, epayIdentity, epayProfile, epaySecrets, terminalIn, usualKeyUrl, type Purpose } from "./epay.ts";
import { activeProvider, type StoredProvider, type StoredSettings } from "./stored.ts";
import type { Way } from "./trial.ts";

interface Terminal {
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly terminalId: string;
}

export interface Draft {
  readonly environment: "test" | "production";
  /** null: the documents' address of the environment. */
  readonly oauthUrl: string | null;
  readonly apiUrl: string | null;
  readonly payment: Terminal;
  /** null: those of `payment`. */
  readonly verification: Terminal | null;
  readonly transfer: Terminal | null;
  readonly postLink: string | null;
  readonly failurePostLink: string | null;
  readonly backLink: string | null;
  readonly failureBackLink: string | null;
  readonly publicKeyUrl: string | null;
  readonly confirmPath: string;
  readonly cyrillicCryptogram: boolean;
  readonly invoiceRange: { readonly from: string; readonly to: string };
  readonly limits: { readonly min: string; readonly max: string };
  readonly cards: boolean;
  readonly transfers: boolean;
  readonly operations: boolean;
  /** PEM; none: the public ones. */
  readonly roots: readonly string[];
}

const NO_TERMINAL: Terminal = { clientId: "", clientSecret: null, terminalId: "" };

const EMPTY: Draft = {
  environment: "test",
  oauthUrl: null,
  apiUrl: null,
  payment: NO_TERMINAL,
  verification: null,
  transfer: null,
  postLink: null,
  failurePostLink: null,
  backLink: null,
  failureBackLink: null,
  publicKeyUrl: null,
  confirmPath: EPAY_CONFIRM_PATH,
  cyrillicCryptogram: false,
  invoiceRange: { from: "100000", to: "999999" },
  limits: { min: "1.00", max: "1000000.00" },
  cards: false,
  transfers: false,
  operations: false,
  roots: [],
};

/** The draft that says what is in use; an empty one where nothing is. */
export async function draftOf(stored: StoredSettings, vault: Vault): Promise<Draft> {
  const provider = activeProvider(stored, "epay", null);
  return provider ? inUseDraft(provider, vault) : EMPTY;
}

async function inUseDraft({ profile, min, max, invoices }: StoredProvider, vault: Vault): Promise<Draft> {
  const kept = async <T>(name: string): Promise<T | null> => {
    const text = await vault.get(name);
    return text === null ? null : (JSON.parse(text) as T);
  };
  const own = (await kept<Secrets>(secretsName(profile.id))) ?? {};
  const identity = await kept<TlsIdentity>(identityName(profile.id));
  const { options, url } = profile;
  const environment = profile.environment === "production" ? "production" : "test";
  const usual = EPAY_URLS[environment];
  const terminal = (purpose: Purpose): Terminal => ({
    clientId: own[`${purpose}Client`] ?? "",
    clientSecret: own[`${purpose}Secret`] ?? null,
    terminalId: terminalIn(profile, purpose),
  });
  const payment = terminal("payment");
  const unless = <T>(usually: T, value: T): T | null => (value === usually ? null : value);
  const apart = (purpose: Purpose): Terminal | null => {
    const found = terminal(purpose);
    return JSON.stringify(found) === JSON.stringify(payment) ? null : found;
  };
  return {
    environment,
    oauthUrl: unless<string>(usual.oauth, options["oauthUrl"] ?? ""),
    apiUrl: unless<string>(usual.api, url),
    payment,
    verification: apart("verification"),
    transfer: apart("transfer"),
    postLink: options["postLink"] ?? null,
    failurePostLink: options["failurePostLink"] ?? null,
    backLink: options["backLink"] ?? null,
    failureBackLink: options["failureBackLink"] ?? null,
    publicKeyUrl: unless(usualKeyUrl(url), options["keyUrl"] ?? ""),
    confirmPath: options["confirmPath"] ?? EPAY_CONFIRM_PATH,
    cyrillicCryptogram: options["cyrillicCryptogram"] === "true",
    invoiceRange: invoices ? { from: String(invoices.from), to: String(invoices.to) } : EMPTY.invoiceRange,
    limits: { min: formatAmount(minor(min)), max: formatAmount(minor(max)) },
    cards: options["cards"] === "true",
    transfers: options["transfers"] === "true",
    operations: options["operations"] === "true",
    roots: identity?.ca ?? [],
  };
}

/** Takes over what a step of the wizard names. */
export function changed(draft: Draft, change: EpayDraft): Draft {
  const { provider: _, payment, verification, transfer, confirmPath, ...rest } = change;
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...draft,
    // An address that was taken out of its field is none.
    ...(Object.fromEntries(given.map(([name, value]) => [name, value === "" ? null : value])) as Partial<Draft>),
    ...(confirmPath === undefined ? {} : { confirmPath: confirmPath || EPAY_CONFIRM_PATH }),
    payment: payment ? terminalOf(payment, draft.payment) : draft.payment,
    verification: otherOf(verification, draft.verification),
    transfer: otherOf(transfer, draft.transfer),
  };
}

type GivenTerminal = NonNullable<EpayDraft["payment"]>;

function terminalOf({ clientId, clientSecret, terminalId }: GivenTerminal, known: Terminal): Terminal {
  return {
    clientId: clientId ?? known.clientId,
    clientSecret: clientSecret || known.clientSecret,
    terminalId: terminalId ?? known.terminalId,
  };
}

function otherOf(given: GivenTerminal | null | undefined, known: Terminal | null): Terminal | null {
  if (given === undefined) return known;
  return given && terminalOf(given, known ?? NO_TERMINAL);
}

/** What the draft lacks, by the rules of the provisioning file. */
export function missingIn(draft: Draft, stored: StoredSettings): Problem[] {
  // What is not there is missing, not empty.
  const raw = (terminal: Terminal | null) =>
    terminal && {
      clientId: terminal.clientId || undefined,
      clientSecret: terminal.clientSecret ?? undefined,
      terminalId: terminal.terminalId || undefined,
    };
  const { payment, verification, transfer } = draft;
  const terminals = { payment: raw(payment), verification: raw(verification), transfer: raw(transfer) };
  const read = readProvision(documentOf(stored, { epay: { ...configOf(draft), terminals } }));
  return read.ok ? [] : [...read.problems];
}

/** The draft as the provisioning document says it; whether it may say so `missingIn` tells. */
export function configOf(draft: Draft): EpayConfig {
  const { roots, oauthUrl, apiUrl, payment, verification, transfer, ...rest } = draft;
  const known = (terminal: Terminal): EpayTerminal => ({ ...terminal, clientSecret: terminal.clientSecret ?? "" });
  return {
    ...rest,
    ...(oauthUrl === null ? {} : { oauthUrl }),
    ...(apiUrl === null ? {} : { apiUrl }),
    ca: roots.map((_, index) => `root-${index}`),
    terminals: {
      payment: known(payment),
      verification: verification && known(verification),
      transfer: transfer && known(transfer),
    },
  };
}

/** What a bank is asked with before the draft is in use. */
export function wayOf(draft: Draft, { merchant }: StoredSettings): Way {
  const config = configOf(draft);
  return {
    profile: epayProfile({ config, merchant }),
    secrets: epaySecrets(config),
    identity: epayIdentity(draft.roots),
  };
}

export function settingsView(draft: Draft, now: number): EpaySettingsView {
  const { roots, oauthUrl, apiUrl, payment, verification, transfer, ...rest } = draft;
  const usual = EPAY_URLS[draft.environment];
  return {
    ...rest,
    oauthUrl: oauthUrl ?? usual.oauth,
    apiUrl: apiUrl ?? usual.api,
    roots: roots.map((pem) => viewOf(factsOf(pem), now)),
    terminals: {
      payment: terminalView(payment),
      verification: verification && terminalView(verification),
      transfer: transfer && terminalView(transfer),
    },
  };
}

function terminalView({ clientId, clientSecret, terminalId }: Terminal): EpayTerminalView {
  return { clientId, hasSecret: clientSecret !== null, terminalId };
}
