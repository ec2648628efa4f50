/**
 * The technician's desk: unlocking, settings, the set-up wizard, certificates and devices. Its own file, since none of it
 * is in the till API. Secrets go in and never come out: a view says only that they are there.
 */
import { z } from "zod";
import type { AppError } from "./errors.ts";
import { displaySettings, kioskSettings, PICTURE_CAP, type DisplayView, type KioskSettings } from "./kiosk.ts";
import { amountText } from "./payment.ts";
import type { Language, Role, Scope } from "./states.ts";

/** Given by `desk.unlock`; ends after a while without use, with `desk.lock` and with the process. */
export const session = z.string().min(20).max(64);
const pin = z.string().regex(/^\d{4,12}$/);
const name = z.string().trim().min(1).max(80);
const plainId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/);
const bin = z.string().regex(/^\d{12}$/);
const phone = z.string().regex(/^[+0-9][0-9 ()-]{1,31}$/);
const int64 = z.string().regex(/^[1-9]\d{0,18}$/);
/** A file as it was picked, base64; certificates are small. */
const file = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .max(400_000);
/** A picture as it was picked, base64. */
const picture = z
  .string()
  .regex(/^[A-Za-z0-9+/]*={0,2}$/)
  .max(Math.ceil(PICTURE_CAP / 3) * 4);
const role = z.enum(["cashier", "senior", "technician", "owner"]);

const merchant = z.strictObject({
  name: z.string().trim().min(1).max(120),
  bin: bin.nullable(),
  address: z.string().trim().min(1).max(200).nullable(),
  supportPhone: phone.nullable(),
});

/** What can be changed without touching the way to the bank. */
export const generalSettings = z.strictObject({
  merchant,
  language: z.enum(["kk", "ru", "en"]),
  timezone: z.string().min(1).max(64),
  till: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,11}$/), name }),
  screen: z.strictObject({ autoReturnSeconds: z.int().min(1).max(600), idleSeconds: z.int().min(10).max(3600) }),
  refund: z.strictObject({ pinAbove: amountText.nullable() }),
  mode: z.enum(["cashier", "refund", "kiosk", "vending"]),
  displays: displaySettings,
});
export type GeneralSettings = z.infer<typeof generalSettings>;

export const organization = z.strictObject({
  bin,
  name: z.string().trim().min(1).max(120),
  deviceId: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  tradePointId: int64.nullable(),
});

/** A step of the wizard: only what is named changes. The rules of the provisioning file hold for the whole. */
export const kaspiDraft = z.strictObject({
  environment: z.enum(["test", "production"]).optional(),
  scheme: z.literal([1, 2, 3]).optional(),
  /** null: the document's test address of the scheme. */
  url: z.string().trim().max(2048).nullable().optional(),
  apiKey: z.string().trim().max(256).optional(),
  /** Headers of the merchant's own gateway; null as a value keeps the secret that is there. */
  headers: z.record(z.string(), z.string().nullable()).optional(),
  deviceId: z.string().max(64).optional(),
  tradePointId: int64.nullable().optional(),
  /** Scheme 3: one or several legal entities behind one certificate, and which of them takes the money here. */
  organizations: z.array(organization).min(1).max(50).optional(),
  bin: bin.optional(),
  limits: z.strictObject({ min: amountText, max: amountText }).optional(),
});
export type KaspiDraft = z.infer<typeof kaspiDraft>;

const secret = z.string().max(256);

/** The same for Halyk QR. A secret that is not given stays what it was. */
export const halykQrDraft = z.strictObject({
  provider: z.literal("halykQr"),
  environment: z.enum(["test", "production"]).optional(),
  /** null: the document's test address. */
  url: z.string().trim().max(2048).nullable().optional(),
  username: z.string().trim().max(128).optional(),
  password: secret.optional(),
  terminal: z.string().trim().max(32).optional(),
  mpan: z.string().trim().max(16).nullable().optional(),
  pointOfSale: z.string().trim().max(120).nullable().optional(),
  channel: z.string().trim().max(32).optional(),
  scanSeconds: z.int().optional(),
  pollSeconds: z.int().optional(),
  /** null: warn in test, block in production. */
  emvMismatch: z.enum(["warn", "block"]).nullable().optional(),
  makesFinDocument: z.boolean().optional(),
  amountAsString: z.boolean().optional(),
  invoiceRange: z.strictObject({ from: z.string().max(7), to: z.string().max(7) }).optional(),
  limits: z.strictObject({ min: amountText, max: amountText }).optional(),
  /** null: no event stream. */
  kafka: z
    .strictObject({
      brokers: z.array(z.string().trim().max(300)).max(16),
      topic: z.string().trim().max(249),
      groupId: z.string().trim().max(128).nullable(),
      tls: z.boolean(),
      sasl: z
        .strictObject({
          mechanism: z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]),
          username: z.string().max(256),
          password: secret.optional(),
        })
        .nullable(),
    })
    .nullable()
    .optional(),
});
export type HalykQrDraft = z.infer<typeof halykQrDraft>;

/** A client and terminal of ePay. A secret that is not given stays what it was. */
const epayTerminal = z.strictObject({
  clientId: z.string().trim().max(128).optional(),
  clientSecret: secret.optional(),
  terminalId: z.string().trim().max(36).optional(),
});
const link = z.string().trim().max(2048).nullable().optional();

/** The same for Halyk ePay. */
export const epayDraft = z.strictObject({
  provider: z.literal("epay"),
  environment: z.enum(["test", "production"]).optional(),
  /** null: the documents' address of the environment. */
  oauthUrl: link,
  apiUrl: link,
  payment: epayTerminal.optional(),
  /** null: those of `payment`. */
  verification: epayTerminal.nullable().optional(),
  transfer: epayTerminal.nullable().optional(),
  postLink: link,
  failurePostLink: link,
  backLink: link,
  failureBackLink: link,
  publicKeyUrl: link,
  confirmPath: z.string().trim().max(201).optional(),
  cyrillicCryptogram: z.boolean().optional(),
  invoiceRange: z.strictObject({ from: z.string().max(6), to: z.string().max(6) }).optional(),
  limits: z.strictObject({ min: amountText, max: amountText }).optional(),
  cards: z.boolean().optional(),
  transfers: z.boolean().optional(),
  operations: z.boolean().optional(),
});
export type EpayDraft = z.infer<typeof epayDraft>;

/** Banks whose way is set up by the `bank.*` commands; Kaspi's has commands of its own. */
const otherBank = z.enum(["halykQr", "epay"]);
export type OtherBank = z.infer<typeof otherBank>;

/** Subject of a certificate request, in any script: it is transliterated (Kaspi appendix 2). */
export const certificateSubject = z.strictObject({
  organization: z.string().trim().min(1).max(120),
  region: z.string().trim().min(1).max(80),
  city: z.string().trim().min(1).max(80),
  /** Host name or IP of the machine that calls the bank. */
  commonName: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9.:-]{1,64}$/),
  email: z.string().trim().email().max(120),
});
export type CertificateSubject = z.infer<typeof certificateSubject>;

const screenOnly = { screen: true, till: null } as const;

export const DESK_COMMANDS = {
  /** Opens a session for a technician or the owner. */
  "desk.unlock": { input: z.strictObject({ pin }), ...screenOnly },
  "desk.lock": { input: z.strictObject({ session }), ...screenOnly },
  /** The first words of an empty till: who it belongs to, and the first PIN. Refused once there is one. */
  "setup.begin": {
    input: z.strictObject({
      language: z.enum(["kk", "ru", "en"]),
      merchant,
      till: z.strictObject({ id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,11}$/), name }),
      technician: z.strictObject({ name, pin }),
    }),
    ...screenOnly,
  },
  "settings.get": { input: z.strictObject({ session }), ...screenOnly },
  "settings.save": { input: z.strictObject({ session, general: generalSettings }), ...screenOnly },
  /** The catalogue, the machine, and what else an unattended till needs. */
  "kiosk.save": { input: z.strictObject({ session, kiosk: kioskSettings }), ...screenOnly },
  /** Takes a picture in (PNG, JPEG, WebP; 300 KB); what no product shows is let go of when the catalogue is saved. */
  "kiosk.picture": { input: z.strictObject({ session, file: picture }), ...screenOnly },
  /** Ends the program, or its window where a browser shows the screen: the only way out of an unattended till. */
  "kiosk.leave": { input: z.strictObject({ session }), ...screenOnly },
  "people.put": {
    input: z.strictObject({ session, id: plainId.nullable(), name, role, pin: pin.optional() }),
    ...screenOnly,
  },
  "people.remove": { input: z.strictObject({ session, id: plainId }), ...screenOnly },
  /** A token for the till API: shown once, kept as a hash. */
  "token.make": {
    input: z.strictObject({
      session,
      name: plainId,
      may: z.array(z.enum(["pay", "refund", "read", "cards", "support"])).min(1),
    }),
    ...screenOnly,
  },
  "token.remove": { input: z.strictObject({ session, name: plainId }), ...screenOnly },

  /** Changes the draft of the way to the bank; one is begun from what is in use. */
  "connection.draft": { input: z.strictObject({ session, change: kaspiDraft }), ...screenOnly },
  "connection.discard": { input: z.strictObject({ session }), ...screenOnly },
  /** Tries the draft (or what is in use) layer by layer; changes nothing at the bank. */
  "connection.check": { input: z.strictObject({ session }), ...screenOnly },
  /** Makes this till known to the bank at the draft's trade point (Kaspi 3.2.3). */
  "connection.register": { input: z.strictObject({ session }), ...screenOnly },
  /** Puts the draft in use, after the bank has answered through it. */
  "connection.apply": { input: z.strictObject({ session }), ...screenOnly },

  /** The same for the other banks. A draft is begun from what is in use. */
  "bank.draft": {
    input: z.strictObject({ session, change: z.discriminatedUnion("provider", [halykQrDraft, epayDraft]) }),
    ...screenOnly,
  },
  /** Root certificates of the bank's server, or of its event stream, into the draft; an empty list: the public ones. */
  "bank.roots": {
    input: z.strictObject({
      session,
      provider: otherBank,
      of: z.enum(["server", "events"]),
      files: z.array(file).max(16),
    }),
    ...screenOnly,
  },
  "bank.discard": { input: z.strictObject({ session, provider: otherBank }), ...screenOnly },
  "bank.check": { input: z.strictObject({ session, provider: otherBank }), ...screenOnly },
  "bank.apply": { input: z.strictObject({ session, provider: otherBank }), ...screenOnly },
  /** Takes the bank off this till: no new payments; the old ones are still asked about and refunded. */
  "bank.remove": { input: z.strictObject({ session, provider: otherBank }), ...screenOnly },

  /** Registers the device in use once more, after the bank has said that it does not know it or that it is off. */
  "device.register": { input: z.strictObject({ session }), ...screenOnly },
  /** Takes this till off the trade point (Kaspi 3.2.4); the token is forgotten after the bank's yes. */
  "device.delete": { input: z.strictObject({ session }), ...screenOnly },
  /** Which of several organisations takes the money on this till. */
  "organization.use": { input: z.strictObject({ session, bin }), ...screenOnly },

  /** Opens a client certificate into the draft: PFX, or PEM with its key. */
  "certificate.open": {
    input: z.strictObject({
      session,
      certificate: file,
      privateKey: file.nullable(),
      passphrase: z.string().max(1024),
    }),
    ...screenOnly,
  },
  /** The bank's root certificates, into the draft. */
  "certificate.roots": { input: z.strictObject({ session, files: z.array(file).min(1).max(16) }), ...screenOnly },
  /** A new key, which stays in the vault, and the request to send to the bank. */
  "certificate.request": { input: z.strictObject({ session, subject: certificateSubject }), ...screenOnly },
  "certificate.forget": { input: z.strictObject({ session, id: plainId }), ...screenOnly },
  /** The four things of the bank's letter: certificate, two CA files, the production address. */
  "certificate.answer": {
    input: z.strictObject({
      session,
      id: plainId,
      certificate: file,
      roots: z.array(file).max(16),
      url: z.string().trim().max(2048).nullable(),
    }),
    ...screenOnly,
  },
  /** Opens a file that was dropped into the data folder's certs/ into the draft. */
  "certificate.dropped": {
    input: z.strictObject({ session, name: z.string().min(1).max(255), passphrase: z.string().max(1024) }),
    ...screenOnly,
  },

  /** Writes the black box into the data folder's support/. */
  "support.save": { input: z.strictObject({ session }), ...screenOnly },
  /** Takes a backup of the journal now, and proves it. */
  "journal.backup": { input: z.strictObject({ session }), ...screenOnly },
  /** Checks the whole chain of the journal now. */
  "journal.verify": { input: z.strictObject({ session }), ...screenOnly },
} as const;

export type DeskCommandName = keyof typeof DESK_COMMANDS;

export interface DeskPerson {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface CertificateView {
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly daysLeft: number;
  /** SHA-256, as certificate viewers show it. */
  readonly fingerprint: string;
}

export interface OrganizationView {
  readonly bin: string;
  readonly name: string;
  readonly deviceId: string;
  readonly tradePointId: string | null;
  readonly registered: boolean;
  readonly active: boolean;
}

/** The way to Kaspi as it is in use, or as it is being set up. */
export interface KaspiSettingsView {
  readonly environment: "test" | "production" | "training";
  readonly scheme: 1 | 2 | 3;
  readonly url: string;
  readonly hasApiKey: boolean;
  readonly headerNames: readonly string[];
  readonly certificate: CertificateView | null;
  readonly roots: readonly CertificateView[];
  readonly deviceId: string | null;
  readonly tradePointId: string | null;
  readonly registered: boolean;
  /** Scheme 3 only. */
  readonly organizations: readonly OrganizationView[];
  readonly limits: { readonly min: string; readonly max: string };
}

/** The way to Halyk QR as it is in use, or as it is being set up. */
export interface HalykQrSettingsView {
  readonly environment: "test" | "production" | "training";
  readonly url: string;
  readonly roots: readonly CertificateView[];
  readonly username: string;
  readonly hasPassword: boolean;
  readonly terminal: string;
  readonly mpan: string | null;
  readonly pointOfSale: string | null;
  /** What the bank is told: in Latin letters, 25 at most. */
  readonly pointOfSaleLatin: string;
  readonly channel: string;
  readonly scanSeconds: number;
  readonly pollSeconds: number;
  readonly emvMismatch: "warn" | "block" | null;
  readonly makesFinDocument: boolean;
  readonly amountAsString: boolean;
  readonly invoiceRange: { readonly from: string; readonly to: string };
  readonly limits: { readonly min: string; readonly max: string };
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly topic: string;
    readonly groupId: string | null;
    readonly tls: boolean;
    readonly roots: readonly CertificateView[];
    readonly sasl: {
      readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
      readonly username: string;
      readonly hasPassword: boolean;
    } | null;
  } | null;
}

/** A client and terminal of Halyk ePay. */
export interface EpayTerminalView {
  readonly clientId: string;
  readonly hasSecret: boolean;
  readonly terminalId: string;
}

/** The way to Halyk ePay as it is in use, or as it is being set up. */
export interface EpaySettingsView {
  readonly environment: "test" | "production" | "training";
  readonly oauthUrl: string;
  readonly apiUrl: string;
  readonly roots: readonly CertificateView[];
  readonly terminals: {
    readonly payment: EpayTerminalView;
    readonly verification: EpayTerminalView | null;
    readonly transfer: EpayTerminalView | null;
  };
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
}

/** One of the other banks at the desk. */
export interface BankDeskView<Settings> {
  readonly inUse: Settings | null;
  /** Why no payment can be taken with it now. */
  readonly reason: AppError | null;
  readonly events: "off" | "up" | "down";
  readonly draft: Settings | null;
  readonly missing: readonly { readonly path: string; readonly words: string }[];
  /** Of the layers, those that this bank has. */
  readonly check: ConnectionCheck | null;
}

export const LAYERS = [
  "dns",
  "tcp",
  "tls",
  "certificate",
  "access",
  "key",
  "cardKey",
  "tradePoint",
  "device",
  "events",
] as const;
/** `events`: the bank's event stream; `key`: an API key, user name and password, or client and secret; `cardKey`: the bank's public key for cards. `access`: the bank lets this address in (allow-list of scheme 3, or a gateway's own proof). */
export type Layer = (typeof LAYERS)[number];

export interface LayerCheck {
  readonly layer: Layer;
  /** `none`: this scheme has no such layer; `untried`: an earlier one failed. */
  readonly state: "ok" | "failed" | "untried" | "none";
  readonly ms: number | null;
  readonly error: AppError | null;
}

export interface TradePointView {
  readonly id: string;
  readonly name: string;
}

export interface ConnectionCheck {
  readonly checks: readonly LayerCheck[];
  readonly tradePoints: readonly TradePointView[];
  readonly ok: boolean;
}

export interface CertificateRequestView {
  readonly id: string;
  readonly createdAt: string;
  readonly subject: string;
  /** PEM, to be sent from the mailbox named in the contract. */
  readonly csr: string;
  readonly sendTo: string;
}

export interface DroppedFileView {
  readonly name: string;
  /** What it seems to be; `answer` belongs to a request of this till. */
  readonly kind: "pfx" | "certificate" | "answer" | "roots" | "unknown";
  readonly certificate: CertificateView | null;
}

/** How the till's own stores stand. */
export interface CareView {
  readonly journal: {
    readonly schema: number;
    readonly epoch: string;
    readonly events: number;
    /** The last check of the chain: `changed` or `cut` at an event's number; null: none yet. */
    readonly chain: { readonly at: string; readonly result: "ok" | "changed" | "cut"; readonly seq: number } | null;
    readonly restored: { readonly at: string; readonly backupAt: string | null } | null;
  };
  readonly backup: {
    readonly folder: string;
    readonly last: { readonly at: string; readonly file: string; readonly bytes: number } | null;
    readonly failed: { readonly at: string; readonly words: string } | null;
  };
  /** Where the vault's key comes from. `warning`: anybody who can read the data folder can read the secrets. */
  readonly vault: { readonly source: VaultSource; readonly warning: boolean };
}

/** From the strongest to the weakest; `plain`: a key store whose password everybody knows. */
export const VAULT_SOURCES = ["systemd-credential", "os-key-store", "key-file", "environment", "plain"] as const;
export type VaultSource = (typeof VAULT_SOURCES)[number];

/** All that the technician's screens show; every change answers with it anew. */
export interface DeskView {
  readonly person: DeskPerson;
  readonly idleSeconds: number;
  readonly general: GeneralSettings;
  readonly kiosk: KioskSettings;
  /** Of this computer, where the host knows them; else empty. */
  readonly displays: readonly DisplayView[];
  readonly people: readonly DeskPerson[];
  readonly tokens: readonly { readonly name: string; readonly may: readonly Scope[] }[];
  readonly kaspi: KaspiSettingsView | null;
  /** Why no payment can be taken with Kaspi now. */
  readonly reason: AppError | null;
  readonly draft: KaspiSettingsView | null;
  /** What the draft lacks before it can be put in use; English words name the fields of the provisioning file. */
  readonly missing: readonly { readonly path: string; readonly words: string }[];
  readonly check: ConnectionCheck | null;
  readonly halykQr: BankDeskView<HalykQrSettingsView>;
  readonly epay: BankDeskView<EpaySettingsView>;
  readonly requests: readonly CertificateRequestView[];
  readonly dropped: readonly DroppedFileView[];
  /** The folder whose files are offered. */
  readonly dropFolder: string;
  readonly care: CareView;
  readonly version: string;
  readonly language: Language;
}

export interface DeskOutput {
  "desk.unlock": { readonly session: string; readonly view: DeskView };
  "desk.lock": null;
  "setup.begin": { readonly session: string; readonly view: DeskView };
  "settings.get": DeskView;
  "settings.save": DeskView;
  "kiosk.save": DeskView;
  "kiosk.picture": { readonly picture: string };
  "kiosk.leave": null;
  "people.put": DeskView;
  "people.remove": DeskView;
  "token.make": { readonly token: string; readonly view: DeskView };
  "token.remove": DeskView;
  "connection.draft": DeskView;
  "connection.discard": DeskView;
  "connection.check": DeskView;
  "connection.register": DeskView;
  "connection.apply": DeskView;
  "bank.draft": DeskView;
  "bank.roots": DeskView;
  "bank.discard": DeskView;
  "bank.check": DeskView;
  "bank.apply": DeskView;
  "bank.remove": DeskView;
  "device.register": DeskView;
  "device.delete": DeskView;
  "organization.use": DeskView;
  "certificate.open": DeskView;
  "certificate.roots": DeskView;
  "certificate.request": { readonly request: CertificateRequestView; readonly view: DeskView };
  "certificate.forget": DeskView;
  "certificate.answer": DeskView;
  "certificate.dropped": DeskView;
  /** Where it was written, on this machine. */
  "support.save": { readonly file: string; readonly transitions: number };
  "journal.backup": DeskView;
  "journal.verify": DeskView;
}
