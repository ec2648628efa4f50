import { appError } from "../../../contract/errors.ts";
import type { HistoryItem, PurchaseLook } from "../../../contract/commands.ts";
import type { Card } from "../../../contract/card.ts";
import type { Payment } from "../../../contract/payment.ts";
import type { Refund } from "../../../contract/refund.ts";
import type {
  Banner,
  BannerKind,
  PaymentView,
  ProviderView,
  RefundView,
  Snapshot,
} from "../../../contract/snapshot.ts";

/** A real Kaspi token is a row of digits of about this length. */
export const TOKEN = "51984113796152384051260094321675840297713";
/** Halyk's is an EMV text of about this length, with Cyrillic letters in it. */
export const EMV =
  "00020101021228730008HSBKKZKX0120KZ0000000000000000000208000000000304310310ONLINEBANK0407000000000164000000000000000052045999530339854072500.005802KZ5906АЛМАТЫ6006АЛМАТЫ621901159007199254740996304A1B2";

let version = 0;

const provider = (name: ProviderView["name"], more: Partial<ProviderView> = {}): ProviderView => ({
  name,
  environment: "production",
  ready: true,
  reason: null,
  minMinor: 1_000,
  maxMinor: 100_000_000,
  methods: ["qr"],
  refunds: "elsewhere",
  organization: null,
  ...more,
});

export const KASPI = provider("kaspi");
/** The second scheme refunds after the customer's scan; the third by the till alone, and can send invoices. */
export const KASPI_2 = provider("kaspi", { methods: ["qr", "link"], refunds: "customer" });
export const KASPI_3 = provider("kaspi", { methods: ["qr", "link", "invoice"], refunds: "till" });
export const HALYK = provider("halykQr", { minMinor: 100, refunds: "till" });
export const EPAY = provider("epay", {
  methods: ["googlePay", "card", "cardVerification", "transfer"],
  refunds: "till",
});

/** A whole snapshot, newer than every one before it. */
export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    inDoubt: { count: 0, since: null, announce: false },
    boot: "boot-1",
    version: ++version,
    view: "cashier",
    app: {
      version: "0.1.0",
      mode: "cashier",
      setupNeeded: false,
      locked: false,
      pinKnown: false,
      training: false,
      environment: "production",
      language: "ru",
      timezone: "Asia/Almaty",
    },
    merchant: { name: "Дүкен №1", address: "Абай даңғылы, 150", supportPhone: "+7 727 000 00 00" },
    till: { id: "A1", name: "Касса 04" },
    screen: { autoReturnSeconds: 5, idleSeconds: 60 },
    night: null,
    kiosk: null,
    providers: [KASPI],
    lastProvider: "kaspi",
    offlineSince: null,
    current: null,
    refund: null,
    refundPinAboveMinor: null,
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
    resolution: null,
    number: "A1-000123",
    saleId: "s-1",
    kind: "sale",
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
    invoiceId: null,
    card: null,
    details: null,
    qr: null,
    link: null,
    phone: null,
    payableUntil: null,
    receiver: null,
    bankPage: null,
    operations: false,
    refundedMinor: 0,
    items: [],
    fulfilment: null,
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
  refund: null,
  since: "2026-11-22T14:31:00+05:00",
  params: {},
  dismissible: false,
  ...more,
});

export const scan = (remainingMs = 134_000) => ({
  kind: "scan" as const,
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

/** A payment at Halyk, which has a number of ours, names no ways to pay, and may warn of its own code. */
const HALYK_SALE = { provider: "halykQr" as const, invoiceId: "482913070000123", paymentMethods: [] as string[] };
export const halyk = (more: Partial<PaymentView> = {}): PaymentView => payment({ ...HALYK_SALE, ...more });
export const halykScan = (more: Partial<PaymentView> = {}): PaymentView =>
  awaitingScan({ ...HALYK_SALE, qr: { payload: EMV }, ...more });
export const WARNED = { error: appError("qr_mismatch", { params: { asked: "2\u2009500\u00a0₸" }, incident: "K7QX" }) };

const TOLD = {
  reference: "ONB111111223301",
  fee: "12.50",
  bonusAmount: "150.00",
  lines: [
    { label: "Loan terms", value: "2 month" },
    { label: "Effective rate", value: "5%" },
  ],
};
/** As much as a slip may hold: ten lines of eighty letters. */
const TOLD_LONG = {
  ...TOLD,
  reference: "HBLQR118907055931675",
  lines: Array.from({ length: 10 }, (_, index) => ({
    label: `Условие рассрочки номер ${String(index)}: сумма ежемесячного платежа`,
    value: "33 333,33 тенге до 20-го числа каждого месяца, всего двенадцать платежей, без переплаты",
  })),
};
const CARD = { id: null, mask: "440563XXXXXX3134", type: "Visa" };
export const halykPaid = (more: Partial<PaymentView> = {}): PaymentView =>
  ended("paid", { ...HALYK_SALE, card: CARD, details: TOLD, ...more });
const MISMATCH = appError("amount_mismatch", {
  params: { asked: "2\u2009500\u00a0₸", named: "2\u2009000\u00a0₸" },
  incident: "K7QX",
});

export const LINK = "https://qr.example.kz/8fk2m0xa";
export const awaitingLink = (more: Partial<PaymentView> = {}): PaymentView =>
  payment({ state: "awaiting_scan", method: "link", link: LINK, countdown: scan(), ...more });
export const invoiceSent = (more: Partial<PaymentView> = {}): PaymentView =>
  payment({
    state: "awaiting_payment",
    method: "invoice",
    phone: "+7 707 ••• 77 77",
    payableUntil: "2026-11-23T14:32:00+05:00",
    answeredAt: "2026-11-22T14:32:01+05:00",
    watching: false,
    ...more,
  });

const EPAY_SALE = {
  provider: "epay" as const,
  method: "card",
  bankId: "482913",
  invoiceId: "482913",
  paymentMethods: [] as string[],
  card: { id: null, mask: "400303...9821", type: "VISA" },
};
/** What this till posts to the bank: by card, unless it says otherwise. */
export const posted = (more: Partial<PaymentView> = {}): PaymentView => payment({ ...EPAY_SALE, ...more });
/** A check of a card takes nothing. */
export const CHECK = { kind: "verification", method: "cardVerification", minor: 0, currency: "USD" } as const;
export const TRANSFER = { kind: "transfer", method: "transfer", receiver: "516949...3404" } as const;
export const deciding = (more: Partial<PaymentView> = {}): PaymentView =>
  posted({ state: "awaiting_confirmation", scanned: true, countdown: minutes("confirm", 19, 20), ...more });
export const threeds = (
  page: "waiting" | "open" | "closed",
  path: string | null = "/bank/0f1e2d",
  more: Partial<PaymentView> = {},
): PaymentView =>
  posted({
    state: "awaiting_3ds",
    scanned: true,
    bankPage: { path, page },
    countdown: minutes("page", 9, 10),
    ...more,
  });
function minutes(kind: "confirm" | "page", left: number, total: number): PaymentView["countdown"] {
  return { kind, remainingMs: left * 60_000 + 31_000, totalMs: total * 60_000 };
}
export const SAVED: readonly Card[] = [
  ["card_11111111", "440564...3134", "VISA", "client-42"],
  ["card_22222222", "516949...3404", "MASTERCARD", "8 707 123 45 67"],
].map(([id = "", mask = "", type = "", accountId = ""]) => ({
  id,
  mask,
  type,
  accountId,
  environment: "production",
  savedAt: "2026-11-20T11:08:00+05:00",
}));
const WITH_CARDS = { "cards.list": { ok: true, value: { items: SAVED } } };

export function refundView(more: Partial<RefundView> = {}): RefundView {
  return {
    id: "r-1",
    resolution: null,
    number: "A1-R000001",
    provider: "kaspi",
    environment: "production",
    paymentId: "p-1",
    sale: { number: "A1-000123", purchaseId: "12800627774", minor: 350_000, at: "2026-11-22T14:33:00+05:00" },
    minor: 120_000,
    currency: "KZT",
    state: "refunded",
    settled: true,
    availableMinor: 250_000,
    availableAt: "2026-11-22T14:36:02+05:00",
    availableIsOurs: false,
    rrn: null,
    beforeMinor: 250_000,
    readings: [],
    operations: [],
    qr: null,
    countdown: null,
    silent: false,
    bankId: "15",
    error: null,
    by: null,
    reason: null,
    actor: "person:cashier",
    createdAt: "2026-11-22T14:36:00+05:00",
    updatedAt: "2026-11-22T14:36:40+05:00",
    ...more,
  };
}

export const RETURN_TOKEN = "90031776248810559301742266150938274610485";
const NEW = { sale: null, paymentId: null, minor: null, settled: false, beforeMinor: null, bankId: null } as const;
export const refundQr = (more: Partial<RefundView> = {}): RefundView =>
  refundView({ ...NEW, state: "awaiting_scan", qr: { payload: RETURN_TOKEN }, countdown: scan(171_000), ...more });
export const choosing = (more: Partial<RefundView> = {}): RefundView =>
  refundView({
    ...NEW,
    state: "choosing",
    operations: [
      { id: "12800627774", minor: 250_000, at: "2026-11-22T14:33:00+05:00", number: "A1-000123" },
      { id: "12800627012", minor: 89_000, at: "2026-11-22T11:08:00+05:00", number: "A1-000110" },
      { id: "12799914430", minor: 1_475_000, at: "2026-11-19T18:47:00+05:00", number: null },
      { id: "12799320081", minor: 250_000, at: "2026-11-17T09:15:00+05:00", number: "A1-000058" },
      { id: "12798800412", minor: 100_000_000, at: "2026-11-15T20:02:00+05:00", number: null },
      { id: "12797715509", minor: 48_000, at: null, number: null },
    ],
    ...more,
  });
export const refundDoubt = (more: Partial<RefundView> = {}): RefundView =>
  refundView({
    state: "in_doubt",
    settled: false,
    bankId: null,
    readings: [{ at: "2026-11-22T14:36:50+05:00", minor: 250_000 }],
    countdown: { kind: "check", remainingMs: 83_000, totalMs: 120_000 },
    error: appError("refund_unconfirmed", { incident: "K999" }),
    ...more,
  });

export const halykRefund = (more: Partial<RefundView> = {}): RefundView =>
  refundView({ provider: "halykQr", bankId: "9007199254740997", availableIsOurs: true, ...more });
/** The answer was lost, and with it the refund's number at the bank: it waits for a person. */
export const refundLost = (more: Partial<RefundView> = {}): RefundView =>
  halykRefund({
    state: "needs_review",
    settled: false,
    bankId: null,
    error: appError("refund_lost", { incident: "K7QX" }),
    ...more,
  });

export const LOOK: PurchaseLook = {
  purchaseId: "12800627774",
  paymentId: "p-1",
  total: "3500.00",
  refunded: "1000.00",
  available: "2500.00",
  isOurs: false,
  at: "2026-11-22T14:36:02+05:00",
};

/** A payment as the till API and the history have it. */
export function sale(more: Partial<Payment> = {}): Payment {
  return {
    seq: 7,
    id: "p-1",
    number: "A1-000123",
    tillId: "A1",
    saleId: "s-1",
    replaces: null,
    kind: "sale",
    provider: "kaspi",
    environment: "production",
    method: "qr",
    amount: "3500.00",
    currency: "KZT",
    state: "paid",
    settled: true,
    late: false,
    watching: false,
    parked: false,
    externalId: null,
    bankId: "12800627774",
    invoiceId: null,
    qr: null,
    link: null,
    paymentMethods: ["Gold"],
    scanDeadline: null,
    confirmDeadline: null,
    card: null,
    details: null,
    error: null,
    resolution: null,
    refundedAmount: "0.00",
    items: [],
    fulfilment: null,
    actor: "person:cashier",
    createdAt: "2026-11-22T14:33:00+05:00",
    updatedAt: "2026-11-22T14:33:07+05:00",
    history: [],
    ...more,
  };
}

export function refundOf(more: Partial<Refund> = {}): Refund {
  return {
    seq: 9,
    id: "r-1",
    number: "A1-R000001",
    tillId: "A1",
    paymentId: "p-1",
    provider: "kaspi",
    environment: "production",
    amount: "1000.00",
    currency: "KZT",
    state: "refunded",
    settled: true,
    available: "3500.00",
    availableAt: "2026-11-22T14:20:00+05:00",
    availableIsOurs: false,
    operations: [],
    qr: null,
    bankReturnId: null,
    bankId: "15",
    evidence: {
      kind: "answer",
      purchaseId: "12800627774",
      rrn: null,
      before: "3500.00",
      beforeAt: "2026-11-22T14:20:00+05:00",
      readings: [],
      by: null,
      reason: null,
    },
    error: null,
    resolution: null,
    actor: "person:cashier",
    createdAt: "2026-11-22T14:21:00+05:00",
    updatedAt: "2026-11-22T14:21:05+05:00",
    history: [],
    ...more,
  };
}

const sold = (id: string, more: Partial<Payment> = {}): HistoryItem => ({
  payment: sale({ id, number: `A1-0001${id.slice(-2)}`, amount: "2500.00", ...more }),
  refunds: [],
});

export const HISTORY: readonly HistoryItem[] = [
  {
    payment: sale({ refundedAmount: "1000.00" }),
    refunds: [
      refundOf({
        id: "r-2",
        number: "A1-R000002",
        amount: "500.00",
        state: "failed",
        evidence: { ...refundOf().evidence, kind: "none", before: null },
      }),
      refundOf(),
    ],
  },
  sold("p-22", { amount: "12900.00" }),
  sold("p-21", { amount: "12900.00", state: "declined" }),
  sold("p-20", { state: "in_doubt", settled: false, method: "link" }),
  sold("p-19", { amount: "4750.00", late: true }),
  sold("p-18", { amount: "1000000.00", refundedAmount: "1000000.00" }),
  sold("p-17", { amount: "890.00", state: "expired", method: "invoice" }),
  sold("p-16", { amount: "60000.00", state: "awaiting_payment", settled: false, method: "invoice" }),
];

/** A sale at Halyk of which a refund is being made, and one of which nobody knows. */
const refunding = (state: Refund["state"], more: Partial<Refund> = {}): HistoryItem => ({
  payment: sale({
    ...HALYK_SALE,
    id: `p-${state}`,
    bankId: "9007199254740993",
    card: CARD,
    details: TOLD_LONG,
  }),
  refunds: [
    refundOf({
      provider: "halykQr",
      state,
      settled: false,
      availableIsOurs: true,
      evidence: { ...refundOf().evidence, kind: "none" },
      ...more,
    }),
  ],
});
export const HALYK_HISTORY: readonly HistoryItem[] = [
  refunding("pending"),
  refunding("needs_review", { bankId: null, error: appError("refund_lost") }),
  sold("p-31", { ...HALYK_SALE, card: CARD, details: TOLD }),
];

/** Beside a sale by card: what looks like one in a list and is not. */
const EPAY_SOLD = { ...EPAY_SALE, method: "card" } as const;
export const EPAY_HISTORY: readonly HistoryItem[] = [
  sold("p-44", { ...EPAY_SOLD, state: "authorized", settled: false }),
  sold("p-43", { ...EPAY_SOLD, kind: "transfer", method: "transfer" }),
  sold("p-42", {
    ...EPAY_SOLD,
    kind: "verification",
    method: "cardVerification",
    amount: "0.00",
    currency: "USD",
    state: "verified",
  }),
  sold("p-41", { ...EPAY_SOLD, method: "googlePay" }),
  sold("p-40", { ...EPAY_SOLD, state: "released" }),
];
const EPAY_LIST = { "history.list": { ok: true, value: { items: EPAY_HISTORY, nextCursor: null } } };

const parked = (id: string, minor = 250_000): PaymentView =>
  payment({ id, parked: true, state: "in_doubt", minor, number: `A1-00012${id.slice(-1)}` });

const late = banner("late", {
  dismissible: true,
  payment: ended("paid", { id: "p-9", late: true, number: "A1-000119" }),
});
const offline = { offlineSince: "2026-11-22T14:31:00+05:00", banners: [banner("offline")] };

const INVOICE = "pay-kaspi-invoice";
const WITH_PIN = { app: { ...snapshot().app, pinKnown: true }, refundPinAboveMinor: 200_000 };

/** Every state of the screen that a person can meet: what the snapshot holds, and what is typed before. */
export const STATES: Readonly<
  Record<
    string,
    {
      readonly screen: string;
      readonly snapshot: () => Partial<Snapshot>;
      readonly typed?: string;
      /** Touched one after the other, when each is there. */
      readonly click?: readonly string[];
      /** Typed after that. */
      readonly after?: string;
      /** What commands answer here. */
      readonly answers?: Readonly<Record<string, unknown>>;
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
  "confirming-ask": { screen: "confirming", snapshot: () => ({ current: awaitingConfirmation() }), click: ["cancel"] },
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
  "amount-ways": { screen: "amount", snapshot: () => ({ providers: [KASPI_3] }), typed: "2500" },
  "amount-ways-two": { screen: "amount", snapshot: () => ({ providers: [KASPI_3, HALYK] }), typed: "1000000" },
  "idle-fix": {
    screen: "idle",
    snapshot: () => ({ providers: [{ ...KASPI_3, ready: false, reason: appError("device_not_found") }] }),
  },
  "idle-two": { screen: "idle", snapshot: () => ({ providers: [KASPI_3, HALYK] }) },
  "amount-two": {
    screen: "amount",
    snapshot: () => ({ providers: [KASPI_2, HALYK], lastProvider: "halykQr" }),
    typed: "2500",
  },
  "halyk-qr": { screen: "qr", snapshot: () => ({ current: halykScan() }) },
  "halyk-qr-warn": { screen: "qr", snapshot: () => ({ current: halykScan({ ...WARNED, minor: 100_000_000 }) }) },
  "halyk-qr-warn-low": {
    screen: "qr",
    snapshot: () => ({ current: halykScan({ ...WARNED, countdown: scan(21_000), silent: true }), banners: [late] }),
  },
  "halyk-confirming-warn": {
    screen: "confirming",
    snapshot: () => ({ current: awaitingConfirmation({ ...HALYK_SALE, ...WARNED }) }),
  },
  "halyk-paid": { screen: "result", snapshot: () => ({ current: halykPaid() }) },
  "halyk-paid-banner": {
    screen: "result",
    snapshot: () => ({ current: halykPaid({ late: true, minor: 100_000_000 }), banners: [late] }),
  },
  "halyk-paid-details": {
    screen: "result",
    snapshot: () => ({ current: halykPaid({ details: TOLD_LONG }) }),
    click: ["details"],
  },
  "halyk-declined": {
    screen: "result",
    snapshot: () => ({
      current: ended("declined", {
        ...HALYK_SALE,
        error: appError("declined_by_bank", {
          bankMessage:
            "Недостаточно средств на карте. Пополните счёт или выберите другую карту в приложении и повторите",
        }),
      }),
      providers: [KASPI, HALYK],
    }),
  },
  "halyk-review": {
    screen: "result",
    snapshot: () => ({ current: halyk({ state: "needs_review", watching: false, error: MISMATCH }) }),
  },
  link: { screen: "qr", snapshot: () => ({ current: awaitingLink() }) },
  "link-low": { screen: "qr", snapshot: () => ({ current: awaitingLink({ countdown: scan(21_000), silent: true }) }) },
  invoice: { screen: "invoice", snapshot: () => ({ providers: [KASPI_3] }), typed: "2500", click: [INVOICE] },
  "invoice-found": {
    screen: "invoice",
    snapshot: () => ({ providers: [KASPI_3] }),
    typed: "1000000",
    click: [INVOICE],
    after: "87071234577\n",
    answers: { "payments.lookUp": { ok: true, value: { name: "Қарлығаш С.", phone: "+7 707 ••• 45 77", left: 49 } } },
  },
  "invoice-limit": {
    screen: "invoice",
    snapshot: () => ({ providers: [KASPI_3] }),
    typed: "2500",
    click: [INVOICE],
    after: "7071234577\n",
    answers: { "payments.lookUp": { ok: false, error: appError("lookup_limit", { params: { seconds: "41" } }) } },
  },
  "invoice-sent": { screen: "invoice", snapshot: () => ({ current: invoiceSent() }) },
  "invoice-unconfirmed": {
    screen: "invoice",
    snapshot: () => ({ current: invoiceSent({ error: appError("cancel_unconfirmed", { incident: "K7QX" }) }) }),
  },
  "invoice-ask": { screen: "invoice", snapshot: () => ({ current: invoiceSent() }), click: ["cancel"] },
  "invoice-lost": {
    screen: "result",
    snapshot: () => ({
      current: invoiceSent({ state: "needs_review", error: appError("invoice_lost", { incident: "K7QX" }) }),
    }),
  },
  duplicate: {
    screen: "result",
    snapshot: () => ({ providers: [KASPI_3] }),
    typed: "2500",
    click: [
      INVOICE,
      "key-7",
      "key-0",
      "key-7",
      "key-1",
      "key-2",
      "key-3",
      "key-4",
      "key-5",
      "key-7",
      "key-7",
      "invoice-send",
    ],
    answers: {
      "payments.create": {
        ok: false,
        error: appError("possible_duplicate", { params: { number: "A1-000119" } }),
        payment: sale({ id: "p-0", number: "A1-000119", method: "invoice", state: "needs_review", amount: "2500.00" }),
      },
    },
  },
  "amount-epay": { screen: "amount", snapshot: () => ({ providers: [KASPI_3, HALYK, EPAY] }), typed: "2500" },
  card: {
    screen: "card",
    snapshot: () => ({ providers: [EPAY] }),
    typed: "1000000",
    click: ["pay-epay", "saved-open:seen"],
    answers: WITH_CARDS,
  },
  transfer: {
    screen: "transfer",
    snapshot: () => ({ providers: [EPAY] }),
    typed: "2500",
    click: ["open-transfer", "saved-open-to:seen"],
    answers: WITH_CARDS,
  },
  "card-creating": {
    screen: "creating",
    snapshot: () => ({ current: posted({ ...TRANSFER, state: "creating", bankId: null }) }),
  },
  deciding: { screen: "confirming", snapshot: () => ({ current: deciding() }) },
  "deciding-refused": {
    screen: "confirming",
    snapshot: () => ({
      current: deciding({ ...CHECK, silent: true, error: appError("terminal_refused", { incident: "K7QX" }) }),
    }),
  },
  threeds: { screen: "threeds", snapshot: () => ({ current: threeds("waiting") }) },
  "threeds-closed": { screen: "threeds", snapshot: () => ({ current: threeds("closed", null, CHECK) }) },
  "threeds-ask": { screen: "threeds", snapshot: () => ({ current: threeds("open") }), click: ["cancel"] },
  verified: {
    screen: "result",
    snapshot: () => ({
      current: posted({ ...CHECK, state: "verified", settled: true, card: { ...EPAY_SALE.card, id: "card_11111111" } }),
    }),
  },
  transferred: {
    screen: "result",
    snapshot: () => ({ current: posted({ ...TRANSFER, state: "paid", settled: true, minor: 100_000_000 }) }),
  },
  held: { screen: "result", snapshot: () => ({ current: posted({ state: "authorized", operations: true }) }) },
  "held-ask": {
    screen: "result",
    snapshot: () => ({ current: posted({ state: "authorized", operations: true }) }),
    click: ["void"],
  },
  "held-unconfirmed": {
    screen: "result",
    snapshot: () => ({
      current: posted({
        state: "authorized",
        operations: true,
        error: appError("capture_unconfirmed", { incident: "K7QX" }),
      }),
    }),
  },
  "card-declined": {
    screen: "result",
    snapshot: () => ({
      current: posted({
        state: "declined",
        settled: true,
        watching: false,
        error: appError("card_limit", { bankCode: "465", incident: "K7QX" }),
      }),
      providers: [KASPI, EPAY],
    }),
  },
  "card-open": {
    screen: "result",
    snapshot: () => ({
      current: posted({ ...TRANSFER, state: "declined", error: appError("bank_page_failed", { incident: "K7QX" }) }),
    }),
  },
  "card-disputed": {
    screen: "result",
    snapshot: () => ({
      current: posted({ state: "failed", settled: true, error: appError("money_at_bank", { incident: "K7QX" }) }),
      providers: [KASPI, EPAY],
    }),
  },
  "late-held": {
    screen: "idle",
    snapshot: () => ({
      banners: [
        banner("late", { payment: posted({ id: "p-9", state: "authorized", operations: true }), dismissible: true }),
      ],
    }),
  },
  "card-doubt": {
    screen: "in-doubt",
    snapshot: () => ({ current: posted({ state: "in_doubt", error: appError("answer_lost") }), ...offline }),
  },
  "history-epay": {
    screen: "history",
    snapshot: () => ({ providers: [EPAY] }),
    click: ["open-history", "sale-p-44:seen"],
    answers: EPAY_LIST,
  },
  "sale-held": {
    screen: "history",
    snapshot: () => ({ providers: [EPAY] }),
    click: ["open-history", "sale-p-44"],
    answers: EPAY_LIST,
  },
  "refund-start": { screen: "refund-start", snapshot: () => ({ providers: [KASPI_2] }), click: ["open-refund"] },
  "refund-start-till": { screen: "refund-start", snapshot: () => ({ providers: [KASPI_3] }), click: ["open-refund"] },
  "refund-elsewhere": { screen: "refund-start", snapshot: () => ({}), click: ["open-refund"] },
  "refund-number": {
    screen: "refund-start",
    snapshot: () => ({ providers: [KASPI_3] }),
    click: ["open-refund", "refund-number"],
    after: "12800627774",
  },
  "refund-start-three": {
    screen: "refund-start",
    snapshot: () => ({ providers: [KASPI_3, { ...HALYK, ready: false, reason: appError("login_refused") }] }),
    click: ["open-refund"],
  },
  "refund-start-else": {
    screen: "refund-start",
    snapshot: () => ({ providers: [KASPI, HALYK] }),
    click: ["open-refund"],
  },
  "refund-rrn": {
    screen: "refund-start",
    snapshot: () => ({ providers: [KASPI_3, HALYK] }),
    click: ["open-refund", "refund-number-halykQr", "number-rrn"],
    after: "123502391607123502391607",
  },
  "refund-amount-ours": {
    screen: "refund-amount",
    snapshot: () => ({ providers: [KASPI_3, HALYK] }),
    click: ["open-history", "sale-p-31", "sale-refund", "refund-all"],
    answers: {
      "history.list": { ok: true, value: { items: HALYK_HISTORY, nextCursor: null } },
      "refunds.look": { ok: true, value: { ...LOOK, isOurs: true } },
    },
  },
  "refund-pending": {
    screen: "refund-result",
    snapshot: () => ({ refund: halykRefund({ state: "pending", settled: false }) }),
  },
  "refund-pending-silent": {
    screen: "refund-result",
    snapshot: () => ({ refund: halykRefund({ state: "pending", settled: false, silent: true }), ...offline }),
  },
  "refund-lost": { screen: "refund-result", snapshot: () => ({ refund: refundLost() }) },
  "refund-lost-banner": {
    screen: "refund-result",
    snapshot: () => ({ refund: refundLost({ sale: null, paymentId: null }), ...offline }),
  },
  "refund-rejected": {
    screen: "refund-result",
    snapshot: () => ({
      refund: halykRefund({
        state: "failed",
        error: appError("refund_rejected", { bankMessage: "Возврат по данной операции невозможен", incident: "K7QX" }),
      }),
    }),
  },
  "refund-preparing": {
    screen: "refund-qr",
    snapshot: () => ({ refund: refundQr({ state: "creating", qr: null, countdown: null }) }),
  },
  "refund-qr": { screen: "refund-qr", snapshot: () => ({ refund: refundQr() }) },
  "refund-qr-sum": { screen: "refund-qr", snapshot: () => ({ refund: refundQr({ minor: 120_000, silent: true }) }) },
  "refund-choose": { screen: "refund-choose", snapshot: () => ({ refund: choosing() }) },
  "refund-choose-refused": {
    screen: "refund-choose",
    snapshot: () => ({ refund: choosing({ error: appError("refund_refused", { bankCode: "-14000001" }) }) }),
  },
  "refund-choose-none": { screen: "refund-choose", snapshot: () => ({ refund: choosing({ operations: [] }) }) },
  "refund-amount": {
    screen: "refund-amount",
    snapshot: () => ({ refund: choosing(), ...WITH_PIN }),
    click: ["operation-12800627774", "refund-all"],
    after: "\u00081200",
  },
  "refund-amount-above": {
    screen: "refund-amount",
    snapshot: () => ({ refund: choosing() }),
    click: ["operation-12799914430", "refund-all"],
    after: "9",
  },
  "refund-amount-unread": {
    screen: "refund-amount",
    snapshot: () => ({ refund: choosing() }),
    click: ["operation-12799914430", "refund-look"],
    answers: { "refunds.look": { ok: false, error: appError("bank_timeout") } },
  },
  "refund-pin": {
    screen: "refund-amount",
    snapshot: () => ({ refund: choosing(), ...WITH_PIN }),
    click: ["operation-12800627774", "refund-all", "refund-send"],
    after: "1234\n",
    answers: { "refunds.select": { ok: false, error: appError("wrong_pin", { params: { left: "3" } }) } },
  },
  "refund-reason": {
    screen: "refund-amount",
    snapshot: () => ({}),
    click: ["open-history", "sale-p-1", "sale-refund", "refund-all", "refund-send"],
  },
  "refund-sending": {
    screen: "refund-sending",
    snapshot: () => ({ refund: refundView({ state: "sending", settled: false }) }),
  },
  refunded: { screen: "refund-result", snapshot: () => ({ refund: refundView() }) },
  "refunded-max": {
    screen: "refund-result",
    snapshot: () => ({
      refund: refundView({
        minor: 100_000_000,
        beforeMinor: 100_000_000,
        readings: [{ at: "2026-11-22T14:36:50+05:00", minor: 0 }],
      }),
    }),
  },
  "refund-recorded": {
    screen: "refund-result",
    snapshot: () => ({
      refund: refundView({ state: "recorded", by: "Айгүл", reason: "Вернули товар", beforeMinor: null }),
    }),
  },
  "refund-failed": {
    screen: "refund-result",
    snapshot: () => ({
      refund: refundView({ state: "failed", error: appError("other_trade_point", { incident: "K7QX" }) }),
    }),
  },
  "refund-expired": {
    screen: "refund-result",
    snapshot: () => ({ refund: refundQr({ state: "expired", settled: true, qr: null, countdown: null }) }),
  },
  "refund-not-executed": {
    screen: "refund-result",
    snapshot: () => ({ refund: refundDoubt({ state: "not_executed", settled: true, countdown: null, error: null }) }),
  },
  "refund-doubt": { screen: "refund-result", snapshot: () => ({ refund: refundDoubt() }) },
  "refund-doubt-banner": { screen: "refund-result", snapshot: () => ({ refund: refundDoubt(), ...offline }) },
  "refund-review": {
    screen: "refund-result",
    snapshot: () => ({ refund: refundDoubt({ state: "needs_review", countdown: null }) }),
  },
  "refund-banner": {
    screen: "idle",
    snapshot: () => ({ banners: [banner("in-doubt", { refund: refundDoubt() })], providers: [KASPI_3] }),
  },
  certificate: {
    screen: "idle",
    snapshot: () => ({ banners: [banner("certificate", { params: { days: "5", level: "7", provider: "kaspi" } })] }),
  },
  history: { screen: "history", snapshot: () => ({ providers: [KASPI_3] }), click: ["open-history", "sale-p-1:seen"] },
  "history-none": {
    screen: "history",
    snapshot: () => ({}),
    click: ["open-history", "history-list"],
    answers: { "history.list": { ok: true, value: { items: [], nextCursor: null } } },
  },
  sale: { screen: "history", snapshot: () => ({ providers: [KASPI_3] }), click: ["open-history", "sale-p-1"] },
  "sale-halyk": {
    screen: "history",
    snapshot: () => ({ providers: [KASPI_3, HALYK] }),
    click: ["open-history", "sale-p-pending"],
    answers: { "history.list": { ok: true, value: { items: HALYK_HISTORY, nextCursor: null } } },
  },
  "sale-lost": {
    screen: "history",
    snapshot: () => ({ providers: [KASPI_3, HALYK] }),
    click: ["open-history", "sale-p-needs_review"],
    answers: { "history.list": { ok: true, value: { items: HALYK_HISTORY, nextCursor: null } } },
  },
  "sale-doubt": { screen: "history", snapshot: () => ({ providers: [KASPI_3] }), click: ["open-history", "sale-p-20"] },
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
    "link",
    "invoice-found",
    "refund-qr",
    "refund-amount",
    "refund-doubt",
    "halyk-qr-warn",
    "halyk-paid-banner",
    "refund-lost",
    "card",
  ].map((name) => [`training-${name}`, { ...(STATES[name] ?? { screen: "" }), snapshot: inTraining(name) }]),
);
