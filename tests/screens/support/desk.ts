/** The technician's desk in the test's hands: its views, and the way to each of its screens. */
import { USUAL_DISPLAYS, USUAL_KIOSK, type KioskSettings } from "../../../contract/kiosk.ts";
import { appError } from "../../../contract/errors.ts";
import type { AppError } from "../../../contract/errors.ts";
import type {
  CareView,
  CertificateView,
  BankDeskView,
  ConnectionCheck,
  DeskView,
  EpaySettingsView,
  EpayTerminalView,
  HalykQrSettingsView,
  KaspiSettingsView,
  Layer,
  LayerCheck,
} from "../../../contract/desk.ts";
import { LAYERS } from "../../../contract/desk.ts";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { awaitingScan, banner, HALYK, halykScan, KASPI, snapshot } from "./snapshots.ts";
import type { Till } from "./till.ts";

export const SESSION = "session-of-the-technician";

const PRINT = "4F:0C:9A:77:21:5B:E8:63:10:AD:94:CE:3B:72:F5:08:6D:B1:2E:47:99:0A:C3:5F:E6:84:1D:70:BB:26:58:D2";

const certificate = (more: Partial<CertificateView> = {}): CertificateView => ({
  subject: "TOO Bereke, till.bereke.kz",
  issuer: "Kaspi Bank Services CA",
  notBefore: "2026-11-01T00:00:00Z",
  notAfter: "2031-10-31T00:00:00Z",
  daysLeft: 1804,
  fingerprint: PRINT,
  ...more,
});

const ROOTS = [
  certificate({ subject: "Kaspi Bank Services Root CA", fingerprint: `00${PRINT.slice(2)}` }),
  certificate({ subject: "Kaspi Bank Services CA", fingerprint: `01${PRINT.slice(2)}` }),
];

export const kaspi = (more: Partial<KaspiSettingsView> = {}): KaspiSettingsView => ({
  environment: "test",
  scheme: 2,
  url: "https://mtokentest.kaspi.kz:8544/r2/v01",
  hasApiKey: false,
  headerNames: [],
  certificate: certificate(),
  roots: ROOTS,
  deviceId: "A1-7K3F",
  tradePointId: "1042",
  registered: true,
  organizations: [],
  limits: { min: "1.00", max: "1000000.00" },
  ...more,
});

export const halyk = (more: Partial<HalykQrSettingsView> = {}): HalykQrSettingsView => ({
  environment: "test",
  url: "https://testapi.onlinebank.kz/internal/qr-service/internal",
  roots: [],
  username: "BEREKE",
  hasPassword: true,
  terminal: "92059431",
  mpan: null,
  pointOfSale: null,
  pointOfSaleLatin: "Duken No1",
  channel: "SMART_POS",
  scanSeconds: 180,
  pollSeconds: 3,
  emvMismatch: null,
  makesFinDocument: false,
  amountAsString: false,
  invoiceRange: { from: "1", to: "999999" },
  limits: { min: "1.00", max: "1000000.00" },
  kafka: null,
  ...more,
});

const terminal = (more: Partial<EpayTerminalView> = {}): EpayTerminalView => ({
  clientId: "BEREKE.KZ",
  hasSecret: true,
  terminalId: "5c1f0e2a-7b44-4d0e-9a53-2f6b8d90c417",
  ...more,
});

export const epay = (more: Partial<EpaySettingsView> = {}): EpaySettingsView => ({
  environment: "test",
  oauthUrl: "https://testoauth.homebank.kz/epay2/oauth2/token",
  apiUrl: "https://testepay.homebank.kz/api",
  roots: [],
  terminals: { payment: terminal(), verification: null, transfer: null },
  postLink: null,
  failurePostLink: null,
  backLink: null,
  failureBackLink: null,
  publicKeyUrl: null,
  confirmPath: "/payments/confirm",
  cyrillicCryptogram: false,
  invoiceRange: { from: "100000", to: "999999" },
  limits: { min: "1.00", max: "1000000.00" },
  cards: false,
  transfers: false,
  operations: false,
  ...more,
});

const NO_BANK = {
  inUse: null,
  reason: null,
  events: "off",
  draft: null,
  missing: [],
  check: null,
} as const;

export const KAFKA = {
  brokers: ["10.0.67.22:31097", "10.0.67.21:31096", "10.0.67.20:31095"],
  topic: "ob-qr-service-status-events",
  groupId: null,
  tls: true,
  roots: [],
  sasl: { mechanism: "SCRAM-SHA-512", username: "bereke", hasPassword: true },
} as const;

export const CARE: CareView = {
  journal: {
    schema: 3,
    epoch: "0d6a2c6e-0f6c-4a53-9a43-5a2b1f2f3c11",
    events: 1204,
    chain: { at: "2026-10-05T09:00:00+05:00", result: "ok", seq: 1204 },
    restored: null,
  },
  backup: {
    folder: "/home/till/.local/share/qabyl/backups",
    last: {
      at: "2026-10-05T03:00:00+05:00",
      file: "/home/till/.local/share/qabyl/backups/journal-2026-10-05.db",
      bytes: 2_481_152,
    },
    failed: null,
  },
  vault: { source: "os-key-store", warning: false },
};

/** What an unattended till sells. The names are as long as shops write them. */
export const CATALOGUE: KioskSettings["catalogue"] = [
  {
    id: "11",
    name: { kk: "Су газсыз 0,5 л", ru: "Вода без газа 0,5 л", en: "Still water 0.5 l" },
    price: "250.00",
    picture: null,
  },
  {
    id: "12",
    name: {
      kk: "Сүт пен бал қосылған қара шай, үлкен стақан",
      ru: "Чёрный чай с молоком и мёдом, большой стакан",
      en: "Black tea with milk and honey, a large cup",
    },
    price: "1300.00",
    picture: null,
  },
  { id: "B-7", name: { kk: "Бауырсақ", ru: "Баурсаки", en: "Baursak" }, price: "400.50", picture: null },
];

/** Everything about the till's own stores that can be amiss. */
export const ILL_CARE: CareView = {
  journal: {
    ...CARE.journal,
    chain: { at: "2026-11-22T09:00:00+05:00", result: "changed", seq: 12 },
    restored: { at: "2026-11-21T09:00:00+05:00", backupAt: "2026-11-20T03:00:00+05:00" },
  },
  backup: { ...CARE.backup, failed: { at: "2026-11-22T03:00:00+05:00", words: "ENOSPC: no space left" } },
  vault: { source: "plain", warning: true },
};

export const view = (more: Partial<DeskView> = {}): DeskView => ({
  care: CARE,
  person: { id: "t1", name: "Ержан", role: "technician" },
  idleSeconds: 600,
  general: {
    merchant: { name: "Дүкен №1", bin: "180340021791", address: "Абай даңғылы, 150", supportPhone: "+7 727 000 00 00" },
    language: "ru",
    timezone: "Asia/Almaty",
    till: { id: "A1", name: "Касса 04" },
    screen: { autoReturnSeconds: 5, idleSeconds: 60 },
    refund: { pinAbove: "50000.00" },
    mode: "cashier",
    displays: USUAL_DISPLAYS,
  },
  kiosk: USUAL_KIOSK,
  displays: [],
  people: [
    { id: "t1", name: "Ержан", role: "technician" },
    { id: "s1", name: "Айгүл", role: "senior" },
  ],
  tokens: [{ name: "1c", may: ["pay", "refund", "read"] }],
  kaspi: kaspi(),
  reason: null,
  draft: null,
  missing: [],
  check: null,
  halykQr: NO_BANK,
  epay: NO_BANK,
  requests: [],
  dropped: [],
  dropFolder: "/var/lib/qabyl/certs",
  version: "0.1.0",
  language: "ru",
  ...more,
});

/** A till with Halyk QR alone: in use, or being set up. */
export const withHalyk = (bank: Partial<BankDeskView<HalykQrSettingsView>>, more: Partial<DeskView> = {}): DeskView =>
  view({ kaspi: null, halykQr: { ...NO_BANK, ...bank }, ...more });

/** The same with Halyk ePay alone. */
export const withEpay = (bank: Partial<BankDeskView<EpaySettingsView>>, more: Partial<DeskView> = {}): DeskView =>
  view({ kaspi: null, epay: { ...NO_BANK, ...bank }, ...more });

/** With every part of its own: a terminal for each purpose, all means, links and fine points of the protocol. */
export const WHOLE_EPAY: Partial<EpaySettingsView> = {
  terminals: {
    payment: terminal(),
    verification: terminal({ clientId: "BEREKE.VERIFY", terminalId: "0b9d6c3e-15f8-4a27-8e60-d41c79a2b583" }),
    transfer: terminal({ clientId: "BEREKE.P2P", terminalId: "e87a20d4-63cb-4f19-b5ad-90f1c2463e7b" }),
  },
  postLink: "https://bereke.kz/epay/result",
  failurePostLink: "https://bereke.kz/epay/failure",
  publicKeyUrl: "https://testepay.homebank.kz/keys/public.rsa",
  cyrillicCryptogram: true,
  cards: true,
  transfers: true,
  operations: true,
};

export const POINTS = [
  { id: "1042", name: "Дүкен №1, Абай даңғылы, 150" },
  { id: "1043", name: "Дүкен №2, Бұқар жырау даңғылы, 49/6" },
];

/** A check that got as far as `until`, and failed there with `error`; without them it is well. */
export function check(scheme: 1 | 2 | 3, until: Layer | null = null, error: AppError | null = null): ConnectionCheck {
  const own: readonly Layer[] = scheme === 1 ? ["certificate", "access"] : scheme === 2 ? ["access", "key"] : ["key"];
  const none: readonly Layer[] = [...own, "cardKey", "events"];
  let failed = false;
  const checks = LAYERS.map((layer): LayerCheck => {
    if (none.includes(layer)) return { layer, state: "none", ms: null, error: null };
    if (failed) return { layer, state: "untried", ms: null, error: null };
    failed = layer === until;
    if (failed) return { layer, state: "failed", ms: 41, error };
    return { layer, state: layer === "device" ? "untried" : "ok", ms: 12, error: null };
  });
  return { checks, tradePoints: failed ? [] : POINTS, ok: !failed };
}

/** The same of Halyk QR, which has no certificate, trade point or device. A broken stream of events stops nobody. */
export function halykCheck(until: Layer | null = null, error: AppError | null = null): ConnectionCheck {
  return otherCheck(["certificate", "cardKey", "tradePoint", "device"], until, error);
}

function otherCheck(none: readonly Layer[], until: Layer | null, error: AppError | null): ConnectionCheck {
  let failed = false;
  const checks = LAYERS.map((layer): LayerCheck => {
    if (none.includes(layer)) return { layer, state: "none", ms: null, error: null };
    if (failed) return { layer, state: "untried", ms: null, error: null };
    failed = layer === until;
    return failed ? { layer, state: "failed", ms: 41, error } : { layer, state: "ok", ms: 12, error: null };
  });
  return { checks, tradePoints: [], ok: !failed || until === "events" };
}

/** The same of Halyk ePay, which has a key for cards and no stream of events. */
export function epayCheck(until: Layer | null = null, error: AppError | null = null): ConnectionCheck {
  const { checks } = otherCheck(["certificate", "tradePoint", "device", "events"], until, error);
  return { checks, tradePoints: [], ok: until === null };
}

const REFUSED = appError("certificate_refused", { bankCode: "-10000", bankMessage: "No required client certificate" });

export const REQUEST = {
  id: "req-1",
  createdAt: "2026-11-20T10:00:00+05:00",
  subject: "C=KZ, ST=Almaty, L=Almaty, O=TOO Bereke, CN=till.bereke.kz",
  csr: `-----BEGIN CERTIFICATE REQUEST-----\n${"MIICuTCCAaECAQAwdDELMAkGA1UEBhMCS1oxDzANBgNVBAgMBkFsbWF0eTEPMA0G\n".repeat(12)}-----END CERTIFICATE REQUEST-----\n`,
  sendTo: "cert.request@kaspi.kz",
};

const ORGANIZATIONS = [
  {
    bin: "180340021791",
    name: "ТОО «Береке»",
    deviceId: "A1-7K3F",
    tradePointId: "1042",
    registered: true,
    active: true,
  },
  {
    bin: "990140004242",
    name: "ИП Сапаров",
    deviceId: "A1-9QXW",
    tradePointId: "77",
    registered: false,
    active: false,
  },
];

/** A till that waits for its bank: nothing in use, the draft as far as `draft` says. */
export const fresh = (draft: Partial<KaspiSettingsView> | null, more: Partial<DeskView> = {}): DeskView =>
  view({
    kaspi: null,
    draft:
      draft && kaspi({ certificate: null, roots: [], deviceId: null, tradePointId: null, registered: false, ...draft }),
    ...more,
  });

const EMPTY_TILL = { ...snapshot().app, setupNeeded: true, pinKnown: false, environment: "none" as const };

export interface DeskState {
  readonly screen: "unlock" | "setup" | "settings";
  readonly snapshot?: Partial<Snapshot>;
  readonly answers?: Readonly<Record<string, unknown>>;
  /** What the desk shows once it is open; absent: it stays locked. */
  readonly view?: DeskView;
  readonly act?: (till: Till) => Promise<void>;
}

const ok = (value: unknown) => ({ ok: true, value });
const no = (error: AppError) => ({ ok: false, error });
const press =
  (...ids: readonly string[]) =>
  async (till: Till): Promise<void> => {
    for (const id of ids) await till.id(id).click();
  };
const fails = (code: Layer, error: AppError, scheme: 1 | 2 | 3 = 2): DeskView =>
  fresh(
    { scheme, deviceId: "A1-7K3F", certificate: certificate(), roots: ROOTS },
    { check: check(scheme, code, error) },
  );
const gone = (code: "device_not_found" | "device_inactive"): Partial<Snapshot> => ({
  providers: [{ ...KASPI, ready: false, reason: appError(code, { bankCode: "-1501" }) }],
});

/** Every screen of the desk that a person can meet. */
export const DESK_STATES: Readonly<Record<string, DeskState>> = {
  "begin-language": { screen: "setup", snapshot: { app: EMPTY_TILL, providers: [] } },
  "begin-shop": {
    screen: "setup",
    snapshot: { app: EMPTY_TILL, providers: [] },
    act: async (till) => {
      await press("next")(till);
      await till.id("shop-bin").fill("123");
      await press("next")(till);
    },
  },
  "begin-person": {
    screen: "setup",
    snapshot: { app: EMPTY_TILL, providers: [] },
    act: async (till) => {
      await press("next")(till);
      await till.id("shop-name").fill("Береке");
      await press("next")(till);
      await till.id("till-name").fill("Касса 1");
      await press("next", "next")(till);
    },
  },
  unlock: { screen: "unlock", act: (till) => till.id("pin").fill("7301") },
  "unlock-wrong": {
    screen: "unlock",
    answers: { "desk.unlock": no(appError("wrong_pin", { params: { left: "3" } })) },
    act: async (till) => {
      await till.id("pin").fill("1111");
      await press("done")(till);
    },
  },
  "unlock-wait": {
    screen: "unlock",
    answers: { "desk.unlock": no(appError("pin_wait", { params: { seconds: "60" } })) },
    act: async (till) => {
      await till.id("pin").fill("1111");
      await press("done")(till);
    },
  },
  choose: { screen: "setup", view: fresh(null), act: press("next") },
  scheme: { screen: "setup", view: fresh(null), act: press("choose-kaspi", "next", "scheme-2") },
  where: {
    screen: "setup",
    view: fresh({}),
    act: press("step-where", "environment-production", "gateway", "header-add"),
  },
  key: {
    screen: "setup",
    view: fresh({ scheme: 1 }, { missing: [{ path: "providers.kaspi.apiKey", words: "missing; scheme 1" }] }),
    answers: {
      "connection.draft": ok(
        fresh({ scheme: 1 }, { missing: [{ path: "providers.kaspi.apiKey", words: "missing; scheme 1" }] }),
      ),
    },
    act: press("next"),
  },
  "certificate-pfx": {
    screen: "setup",
    view: fresh({}, { missing: [{ path: "providers.kaspi.certificate", words: "missing; x" }] }),
    answers: { "certificate.open": no(appError("cert_wrong_passphrase")) },
    act: press("cert-way-pfx", "cert-open"),
  },
  "certificate-pem": {
    screen: "setup",
    view: fresh({}, { missing: [{ path: "providers.kaspi.certificate", words: "missing; x" }] }),
    act: press("cert-way-pem", "next"),
  },
  "certificate-dropped": {
    screen: "setup",
    view: fresh(
      {},
      {
        missing: [{ path: "providers.kaspi.certificate", words: "missing; x" }],
        dropped: [
          { name: "certfile.pfx", kind: "pfx", certificate: null },
          { name: "certfile.cer", kind: "answer", certificate: certificate() },
        ],
      },
    ),
    act: press("cert-way-dropped", "drop-certfile.pfx"),
  },
  "certificate-request": {
    screen: "setup",
    view: fresh({}, { missing: [{ path: "providers.kaspi.certificate", words: "missing; x" }] }),
    act: press("cert-way-request", "request-make"),
  },
  "certificate-waiting": {
    screen: "setup",
    view: fresh({}, { missing: [{ path: "providers.kaspi.certificate", words: "missing; x" }], requests: [REQUEST] }),
    act: press("cert-way-request"),
  },
  "certificate-answer": {
    screen: "setup",
    view: fresh({}, { missing: [{ path: "providers.kaspi.certificate", words: "missing; x" }], requests: [REQUEST] }),
    act: press("cert-way-answer"),
  },
  roots: { screen: "setup", view: fails("certificate", REFUSED), act: press("step-roots") },
  device: {
    screen: "setup",
    view: fresh({}, { missing: [{ path: "providers.kaspi.deviceId", words: "missing; the name" }] }),
    act: press("limits"),
  },
  organizations: {
    screen: "setup",
    view: fresh(
      { scheme: 3, organizations: ORGANIZATIONS },
      { missing: [{ path: "providers.kaspi.organizations", words: "missing; x" }] },
    ),
  },
  "check-failed": { screen: "setup", view: fails("certificate", REFUSED) },
  "check-access": {
    screen: "setup",
    view: fails("access", appError("address_not_allowed"), 3),
    act: press("remedy-copy"),
  },
  "check-running": {
    screen: "setup",
    view: fresh({ deviceId: "A1-7K3F", certificate: certificate(), roots: ROOTS }),
    answers: { "connection.check": "never" },
  },
  point: {
    screen: "setup",
    view: fresh({ deviceId: "A1-7K3F", certificate: certificate(), roots: ROOTS }, { check: check(2) }),
    answers: {
      "connection.draft": ok(fresh({ certificate: certificate() }, { check: check(2) })),
      "connection.register": no(appError("device_elsewhere", { bankCode: "-1503" })),
    },
    act: press("point-1043", "next"),
  },
  apply: {
    screen: "setup",
    view: fresh(
      { deviceId: "A1-7K3F", certificate: certificate(), roots: ROOTS, registered: true, tradePointId: "1042" },
      { check: check(2), missing: [{ path: "providers.kaspi.tradePointId", words: "missing; x" }] },
    ),
  },
  pay: {
    screen: "setup",
    view: fresh(
      { deviceId: "A1-7K3F", certificate: certificate(), roots: ROOTS, registered: true, tradePointId: "1042" },
      { check: check(2) },
    ),
    answers: {
      "connection.apply": ok(view()),
      "payments.create": ok({ created: true, payment: { id: "p-1" } }),
    },
    act: async (till) => {
      await press("next", "trial-start")(till);
      await till.show({ parked: [awaitingScan({ parked: true, environment: "test", minor: 1_000 })] });
    },
  },
  "pay-real": {
    screen: "setup",
    view: fresh(
      { environment: "production", deviceId: "A1-7K3F", certificate: certificate(), registered: true },
      { check: check(2) },
    ),
    answers: { "connection.apply": ok(view({ kaspi: kaspi({ environment: "production" }) })) },
    act: press("next"),
  },
  "halyk-login": {
    screen: "setup",
    view: withHalyk({
      draft: halyk({ username: "", hasPassword: false, terminal: "" }),
      missing: [{ path: "providers.halykQr.username", words: "missing; x" }],
    }),
    act: async (till) => {
      await till.id("halyk-username").fill("a:b");
      await till.id("halyk-mpan").fill("4598");
      await press("next")(till);
    },
  },
  "halyk-shop": {
    screen: "setup",
    view: withHalyk({ draft: halyk(), check: halykCheck() }),
    act: async (till) => {
      await press("step-shop")(till);
      await till.id("halyk-pointOfSale").fill("«Әйгерім» дүкені, Қабанбай батыр көшесі");
    },
  },
  "halyk-limits": {
    screen: "setup",
    view: withHalyk({ draft: halyk(), check: halykCheck() }),
    act: async (till) => {
      await press("step-limits", "halyk-protocol")(till);
      await till.id("halyk-invoiceFrom").fill("5000000");
      await till.id("halyk-scanSeconds").fill("20");
      await press("next")(till);
    },
  },
  "halyk-document": {
    screen: "setup",
    view: withHalyk({ draft: halyk({ makesFinDocument: true }), check: halykCheck() }),
    act: press("step-document"),
  },
  "halyk-events": {
    screen: "setup",
    view: withHalyk({ draft: halyk({ kafka: KAFKA }), check: halykCheck() }),
    act: async (till) => {
      await press("step-events")(till);
      await till.id("halyk-brokers").fill("10.0.67.22");
      await press("halyk-tls-no", "halyk-sasl-PLAIN", "next")(till);
    },
  },
  "halyk-check-events": {
    screen: "setup",
    view: withHalyk({
      draft: halyk({ kafka: KAFKA }),
      check: halykCheck("events", appError("events_unreachable", { params: { detail: "connect ETIMEDOUT" } })),
    }),
    act: press("step-check"),
  },
  "halyk-pay": {
    screen: "setup",
    view: withHalyk({ draft: halyk(), check: halykCheck() }),
    answers: {
      "bank.apply": ok(withHalyk({ inUse: halyk() })),
      "payments.create": ok({ created: true, payment: { id: "p-1" } }),
    },
    act: async (till) => {
      await press("next", "trial-start")(till);
      await till.show({
        parked: [halykScan({ parked: true, environment: "test", minor: 1_000 })],
      });
    },
  },
  "epay-terminal": {
    screen: "setup",
    view: withEpay({
      draft: epay({ terminals: { payment: terminal({ hasSecret: false }), verification: null, transfer: null } }),
      missing: [{ path: "providers.epay.terminals.payment.clientSecret", words: "missing; x" }],
    }),
    act: async (till) => {
      await till.id("epay-terminalId").fill("5c1f0e2a-7b44");
      await press("next")(till);
    },
  },
  "epay-terminals": {
    screen: "setup",
    view: withEpay({ draft: epay(), check: epayCheck() }),
    act: press("step-terminals", "epay-verification-own", "next"),
  },
  "epay-means": {
    screen: "setup",
    view: withEpay({ draft: epay({ cards: true }), check: epayCheck() }),
    act: press("step-means"),
  },
  "epay-pci": {
    screen: "setup",
    view: withEpay({ draft: epay(), check: epayCheck() }),
    act: press("step-means", "epay-cards"),
  },
  "epay-sums": {
    screen: "setup",
    view: withEpay({ draft: epay(), check: epayCheck() }),
    act: async (till) => {
      await press("step-sums", "epay-protocol")(till);
      await till.id("epay-invoiceFrom").fill("");
      await press("next")(till);
    },
  },
  "epay-check-terminal": {
    screen: "setup",
    view: withEpay({
      draft: epay(WHOLE_EPAY),
      check: epayCheck("key", appError("terminal_refused", { bankCode: "401", params: { terminal: "transfer" } })),
    }),
  },
  "epay-first": {
    screen: "setup",
    view: withEpay({ draft: epay({ cards: true }), check: epayCheck() }),
    answers: { "bank.apply": ok(withEpay({ inUse: epay({ cards: true }) })) },
    act: press("next"),
  },
  settings: { screen: "settings", view: view() },
  "settings-epay": {
    screen: "settings",
    view: withEpay({ inUse: epay(WHOLE_EPAY) }),
    act: press("facts-more"),
  },
  "settings-halyk": {
    screen: "settings",
    view: withHalyk({ inUse: halyk({ kafka: KAFKA, amountAsString: true }), events: "down" }),
    snapshot: { providers: [HALYK] },
  },
  "settings-unfinished": { screen: "settings", view: view({ draft: kaspi() }), act: press("draft-discard") },
  "settings-fault": {
    screen: "settings",
    view: view({ reason: appError("device_inactive", { bankCode: "-1502" }) }),
    snapshot: gone("device_inactive"),
  },
  "settings-organizations": {
    screen: "settings",
    view: view({ kaspi: kaspi({ scheme: 3, organizations: ORGANIZATIONS }) }),
    act: press("organization-use-990140004242"),
  },
  "settings-certificate": {
    screen: "settings",
    view: view({
      kaspi: kaspi({ certificate: certificate({ daysLeft: 29, notAfter: "2026-12-21T00:00:00Z" }) }),
      draft: kaspi({ certificate: certificate({ fingerprint: `02${PRINT.slice(2)}` }) }),
    }),
    act: press("tab-certificate"),
  },
  "settings-shop": {
    screen: "settings",
    view: view(),
    act: async (till) => {
      await press("tab-shop")(till);
      await till.id("shop-bin").fill("12");
      await press("save")(till);
    },
  },
  "settings-people": { screen: "settings", view: view(), act: press("tab-people") },
  "settings-person": { screen: "settings", view: view(), act: press("tab-people", "person-add", "person-save") },
  "settings-tokens": { screen: "settings", view: view(), act: press("tab-tokens", "token-add") },
  "settings-token": {
    screen: "settings",
    view: view(),
    answers: { "token.make": ok({ token: "qt_5f0c9a77215be86310ad94ce3b72f5086db12e47", view: view() }) },
    act: async (till) => {
      await press("tab-tokens", "token-add")(till);
      await till.id("token-name").fill("vending");
      await press("token-make")(till);
    },
  },
  "settings-mode": { screen: "settings", view: view(), act: press("tab-kiosk", "mode-kiosk") },
  "settings-vending": {
    screen: "settings",
    view: view({
      general: {
        ...view().general,
        mode: "vending",
        displays: { till: "DELL P2419H", customer: "HDMI-2", night: { from: "23:00", to: "07:00", percent: 30 } },
      },
      kiosk: {
        ...USUAL_KIOSK,
        catalogue: CATALOGUE,
        machine: { serial: "/dev/ttyUSB0", baud: 9600 },
        elsewhere: { kk: "№ 2 касса, кіреберіс", ru: "Касса 2, у входа", en: "Till 2, by the door" },
      },
      displays: [
        { id: "DELL P2419H", label: "DELL P2419H", width: 1080, height: 1920, primary: true },
        { id: "#2", label: "Samsung LED Commercial Display 32", width: 1920, height: 1080, primary: false },
      ],
    }),
    act: async (till) => {
      await press("tab-kiosk")(till);
      await till.id("machine-device").fill("USB0");
      await till.id("night-to").fill("23:00");
      await till.id("fulfil").fill("5");
      await press("save")(till);
    },
  },
  "settings-products": {
    screen: "settings",
    view: view({ kiosk: { ...USUAL_KIOSK, catalogue: CATALOGUE } }),
    act: press("tab-products"),
  },
  "settings-product": {
    screen: "settings",
    view: view({ kiosk: { ...USUAL_KIOSK, catalogue: CATALOGUE } }),
    act: async (till) => {
      await press("tab-products", "product-edit-12")(till);
      await till.id("product-price").fill("0");
      await till.id("product-id").fill("11");
      for (const language of ["kk", "ru", "en"]) await till.id(`product-name-${language}`).fill("");
      await press("product-save")(till);
    },
  },
  "settings-care": {
    screen: "settings",
    view: view({ care: ILL_CARE }),
    snapshot: { banners: [banner("chain", { id: "chain-changed@12", dismissible: true }), banner("vault")] },
    act: press("tab-care"),
  },
  "settings-about": {
    screen: "settings",
    view: view({ dropped: [{ name: "kbs_root_ca.crt", kind: "roots", certificate: ROOTS[0] ?? null }] }),
    act: press("tab-about"),
  },
};

/** Opens the desk from a fresh page; with a view, it is unlocked. */
export async function openDesk(till: Till, state: Omit<DeskState, "screen">): Promise<void> {
  const answers: Record<string, unknown> = {
    ...(state.view
      ? { "desk.unlock": ok({ session: SESSION, view: state.view }), "settings.get": ok(state.view) }
      : {}),
    ...state.answers,
  };
  for (const [name, answer] of Object.entries(answers)) await till.answer(name, answer);
  await till.show(snapshot(state.snapshot ?? {}));
  if (state.snapshot?.app?.setupNeeded !== true) await till.id("open-settings").click();
  await till.page.locator("[data-screen=unlock], [data-screen=setup]").waitFor();
  if (state.view) {
    await till.id("pin").fill("730155");
    await till.page.keyboard.press("Enter");
    await till.page.locator("[data-screen=setup], [data-screen=settings]").waitFor();
  }
  await state.act?.(till);
}
