import { appError } from "../../../contract/errors.ts";
import type { Banner, BannerKind, PaymentView, ProviderView, Snapshot } from "../../../contract/snapshot.ts";

/** A real Kaspi token is a row of digits of about this length. */
export const TOKEN = "51984113796152384051260094321675840297713";

let version = 0;

const provider = (name: ProviderView["name"], more: Partial<ProviderView> = {}): ProviderView => ({
  name,
  environment: "production",
  ready: true,
  reason: null,
  minMinor: 1_000,
  maxMinor: 100_000_000,
  ...more,
});

export const KASPI = provider("kaspi");
export const HALYK = provider("halykQr");
export const EPAY = provider("epay");

/** A whole snapshot, newer than every one before it. */
export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    boot: "boot-1",
    version: ++version,
    view: "cashier",
    app: {
      version: "0.1.0",
      mode: "cashier",
      setupNeeded: false,
      training: false,
      environment: "production",
      language: "ru",
      timezone: "Asia/Almaty",
    },
    merchant: { name: "Дүкен №1", address: "Абай даңғылы, 150", supportPhone: "+7 727 000 00 00" },
    till: { id: "A1", name: "Касса 04" },
    screen: { autoReturnSeconds: 5, idleSeconds: 60 },
    providers: [KASPI],
    lastProvider: "kaspi",
    offlineSince: null,
    current: null,
    parked: [],
    watched: 0,
    banners: [],
    trainingFault: null,
    ...more,
  };
}

export function payment(more: Partial<PaymentView> = {}): PaymentView {
  return {
    id: "p-1",
    number: "A1-000123",
    saleId: "s-1",
    provider: "kaspi",
    environment: "production",
    method: "qr",
    minor: 250_000,
    currency: "KZT",
    state: "awaiting_scan",
    settled: false,
    late: false,
    watching: true,
    parked: false,
    scanned: false,
    bankId: "9007199254740993",
    qr: null,
    link: null,
    paymentMethods: ["Gold", "Red", "Loan"],
    countdown: null,
    silent: false,
    askedAt: "2026-11-22T14:34:52+05:00",
    answeredAt: null,
    watchUntil: "2026-11-22T14:39:00+05:00",
    error: null,
    actor: "person:cashier",
    createdAt: "2026-11-22T14:32:00+05:00",
    updatedAt: "2026-11-22T14:33:07+05:00",
    ...more,
  };
}

export const banner = (kind: BannerKind, more: Partial<Banner> = {}): Banner => ({
  id: `${kind}-1`,
  kind,
  payment: null,
  since: "2026-11-22T14:31:00+05:00",
  params: {},
  dismissible: false,
  ...more,
});

export const scan = (remainingMs = 134_000): PaymentView["countdown"] => ({
  kind: "scan",
  remainingMs,
  totalMs: 180_000,
});
export const confirm = (remainingMs = 52_000): PaymentView["countdown"] => ({
  kind: "confirm",
  remainingMs,
  totalMs: 65_000,
});

export const awaitingScan = (more: Partial<PaymentView> = {}): PaymentView =>
  payment({ state: "awaiting_scan", qr: { payload: TOKEN }, countdown: scan(), ...more });
export const awaitingConfirmation = (more: Partial<PaymentView> = {}): PaymentView =>
  payment({ state: "awaiting_confirmation", scanned: true, countdown: confirm(), ...more });
export const ended = (state: PaymentView["state"], more: Partial<PaymentView> = {}): PaymentView =>
  payment({ state, settled: true, watching: false, watchUntil: null, ...more });

const parked = (id: string, minor = 250_000): PaymentView =>
  payment({ id, parked: true, state: "in_doubt", minor, number: `A1-00012${id.slice(-1)}` });

const late = banner("late", {
  dismissible: true,
  payment: ended("paid", { id: "p-9", late: true, number: "A1-000119" }),
});
const offline = { offlineSince: "2026-11-22T14:31:00+05:00", banners: [banner("offline")] };

/** Every state of the screen that a person can meet: what the snapshot holds, and what is typed before. */
export const STATES: Readonly<
  Record<
    string,
    {
      readonly screen: string;
      readonly snapshot: () => Partial<Snapshot>;
      readonly typed?: string;
      readonly click?: string;
    }
  >
> = {
  idle: { screen: "idle", snapshot: () => ({}) },
  "idle-three": { screen: "idle", snapshot: () => ({ providers: [KASPI, HALYK, EPAY] }) },
  amount: { screen: "amount", snapshot: () => ({}), typed: "2500" },
  "amount-three": { screen: "amount", snapshot: () => ({ providers: [KASPI, HALYK, EPAY] }), typed: "2500" },
  "amount-max": { screen: "amount", snapshot: () => ({ providers: [KASPI, HALYK] }), typed: "1000000" },
  "amount-tiyn": { screen: "amount", snapshot: () => ({}), typed: "999999,99" },
  "amount-above": { screen: "amount", snapshot: () => ({ providers: [KASPI, HALYK] }), typed: "99999999" },
  "amount-below": { screen: "amount", snapshot: () => ({}), typed: "5" },
  "amount-unready": {
    screen: "amount",
    snapshot: () => ({ providers: [{ ...KASPI, ready: false, reason: appError("certificate_refused") }, HALYK] }),
    typed: "2500",
  },
  "amount-banner": { screen: "amount", snapshot: () => ({ banners: [late], parked: [parked("p-7")] }), typed: "1200" },
  creating: { screen: "creating", snapshot: () => ({ current: payment({ state: "creating" }) }) },
  qr: { screen: "qr", snapshot: () => ({ current: awaitingScan() }) },
  "qr-low": { screen: "qr", snapshot: () => ({ current: awaitingScan({ countdown: scan(21_000) }) }) },
  "qr-max": { screen: "qr", snapshot: () => ({ current: awaitingScan({ minor: 100_000_000 }) }) },
  "qr-silent": { screen: "qr", snapshot: () => ({ current: awaitingScan({ silent: true }) }) },
  "qr-over": { screen: "qr", snapshot: () => ({ current: awaitingScan({ qr: null, countdown: scan(0) }) }) },
  "qr-banner": {
    screen: "qr",
    snapshot: () => ({ current: awaitingScan(), banners: [late], parked: [parked("p-7")] }),
  },
  "qr-offline": { screen: "qr", snapshot: () => ({ current: awaitingScan({ silent: true }), watched: 1, ...offline }) },
  confirming: { screen: "confirming", snapshot: () => ({ current: awaitingConfirmation() }) },
  "confirming-low": {
    screen: "confirming",
    snapshot: () => ({ current: awaitingConfirmation({ countdown: confirm(17_000), silent: true }) }),
  },
  "confirming-ask": { screen: "confirming", snapshot: () => ({ current: awaitingConfirmation() }), click: "cancel" },
  "confirming-banner": { screen: "confirming", snapshot: () => ({ current: awaitingConfirmation(), banners: [late] }) },
  paid: { screen: "result", snapshot: () => ({ current: ended("paid") }) },
  "paid-max": { screen: "result", snapshot: () => ({ current: ended("paid", { minor: 100_000_000 }) }) },
  "paid-late": { screen: "result", snapshot: () => ({ current: ended("paid", { late: true }) }) },
  "paid-banner": { screen: "result", snapshot: () => ({ current: ended("paid"), banners: [late] }) },
  declined: {
    screen: "result",
    snapshot: () => ({
      current: ended("declined", {
        error: appError("declined_by_bank", { bankMessage: "Недостаточно средств", bankCode: "-51" }),
      }),
      providers: [KASPI, HALYK],
    }),
  },
  failed: {
    screen: "result",
    snapshot: () => ({
      current: ended("failed", {
        error: appError("device_elsewhere", { bankCode: "-1503", incident: "K7QX" }),
        bankId: null,
      }),
    }),
  },
  expired: {
    screen: "result",
    snapshot: () => ({ current: payment({ state: "expired" }), providers: [KASPI, HALYK] }),
  },
  "expired-settled": { screen: "result", snapshot: () => ({ current: ended("expired") }) },
  "expired-scanned": { screen: "result", snapshot: () => ({ current: payment({ state: "expired", scanned: true }) }) },
  cancelled: { screen: "result", snapshot: () => ({ current: ended("cancelled") }) },
  "cancelled-watched": { screen: "result", snapshot: () => ({ current: payment({ state: "cancelled" }) }) },
  "cancelled-scanned": {
    screen: "result",
    snapshot: () => ({ current: payment({ state: "cancelled", scanned: true }) }),
  },
  "in-doubt": {
    screen: "in-doubt",
    snapshot: () => ({ current: payment({ state: "in_doubt", scanned: true, error: appError("bank_timeout") }) }),
  },
  "in-doubt-banner": {
    screen: "in-doubt",
    snapshot: () => ({
      current: payment({ state: "in_doubt", error: appError("bank_timeout") }),
      watched: 1,
      ...offline,
    }),
  },
  review: {
    screen: "result",
    snapshot: () => ({
      current: payment({
        state: "needs_review",
        watching: false,
        error: appError("amount_mismatch", { incident: "K7QX" }),
      }),
    }),
  },
  offline: {
    screen: "offline",
    snapshot: () => ({ providers: [KASPI, HALYK, EPAY], parked: [parked("p-7")], watched: 1, ...offline }),
  },
  "offline-typed": { screen: "offline", snapshot: () => offline, typed: "1200" },
  "all-banners": {
    screen: "idle",
    snapshot: () => ({
      banners: [
        late,
        banner("journal"),
        banner("certificate", { params: { days: "12", provider: "kaspi" } }),
        banner("in-doubt", { payment: parked("p-8"), params: { count: "3" } }),
        banner("double-paid", { payment: ended("paid", { id: "p-6" }), dismissible: true }),
        banner("provision-file", { params: { file: "provision.json" } }),
      ],
      parked: [parked("p-7", 100_000_000), parked("p-8"), parked("p-5"), parked("p-4")],
    }),
  },
  test: { screen: "idle", snapshot: () => ({ app: { ...snapshot().app, environment: "test" } }) },
  setup: {
    screen: "setup",
    snapshot: () => ({
      app: { ...snapshot().app, setupNeeded: true, environment: "none" },
      providers: [],
      merchant: { name: "", address: null, supportPhone: null },
    }),
  },
};

const inTraining = (of: string): (() => Partial<Snapshot>) => {
  return () => ({
    ...STATES[of]?.snapshot(),
    app: { ...snapshot().app, training: true, environment: "training" },
    trainingFault: "none",
  });
};

/** The same in the frame of the training mode. */
export const TRAINING: typeof STATES = Object.fromEntries(
  [
    "idle",
    "amount",
    "amount-max",
    "amount-banner",
    "creating",
    "qr",
    "qr-low",
    "qr-max",
    "qr-banner",
    "confirming",
    "confirming-ask",
    "paid",
    "declined",
    "failed",
    "expired-scanned",
    "in-doubt",
    "in-doubt-banner",
    "offline",
  ].map((name) => [`training-${name}`, { ...(STATES[name] ?? { screen: "" }), snapshot: inTraining(name) }]),
);
