/** What the screens see: one whole snapshot, put together from the live payments, the banks and the notices. */
import { isOpen } from "../../contract/states.ts";
import type { Banner, PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import type { PaymentPages } from "./bank-page.ts";
import { doubtOf, isClosed } from "./doubt.ts";
import type { Live, Runner } from "./runner.ts";
import type { Finding, NoticeRow, Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import type { PaymentRow } from "./payment.ts";
import { toView } from "./present.ts";
import type { DoubtedRefund, Refunds } from "./refunds.ts";
import type { Settings } from "./settings.ts";
import { isoTime } from "./time.ts";

const DAY = 24 * 60 * 60 * 1000;
/** A certificate's end is announced from here on, and each further step is a warning of its own. */
const CERTIFICATE_WARNING_DAYS = [1, 7, 30, 60] as const;

export interface SnapshotState {
  readonly boot: string;
  readonly version: number;
  readonly appVersion: string;
  readonly settings: Settings;
  readonly language: Snapshot["app"]["language"];
  readonly lastProvider: Snapshot["lastProvider"];
  readonly notices: readonly NoticeRow[];
  readonly trainingFault: Snapshot["trainingFault"];
  readonly pinKnown: boolean;
  readonly findings: readonly Finding[];
  readonly inDoubt: Snapshot["inDoubt"];
  readonly locked: boolean;
  readonly kiosk: Snapshot["kiosk"];
}

/** The payment on the screen: the open one, else the newest that nobody has put away. */
export function currentOf(lives: Iterable<Live>): Live | null {
  const shown = [...lives].filter((live) => !live.row.parked && !live.row.detail.dismissed);
  return shown.find((live) => isOpen(live.row)) ?? shown.toSorted((a, b) => b.row.seq - a.row.seq)[0] ?? null;
}

/** Draws a payment for the cashier. */
export function drawer(
  ports: Pick<Ports, "clock">,
  timezone: string,
  runner: Pick<Runner, "pulse">,
  providers: Pick<Providers, "operates">,
  pages: Pick<PaymentPages, "view">,
): (live: Live) => PaymentView {
  const mono = ports.clock.mono();
  return (live) =>
    toView(live.row, runner.pulse(live), mono, timezone, {
      bankPage: pages.view(live),
      operations: providers.operates(live.row.profileId),
    });
}

/** Builds the cashier's snapshot, from which the customer's is made. */
export function buildSnapshot(
  state: SnapshotState,
  ports: Ports,
  runner: Runner,
  providers: Providers,
  refunds: Refunds,
  pages: Pick<PaymentPages, "view">,
): Snapshot {
  const { settings } = state;
  const { timezone } = settings;
  const draw = drawer(ports, timezone, runner, providers, pages);
  const lives = [...runner.all()];
  const current = currentOf(lives);
  const offline = providers.offlineSince();
  const environments = settings.providers.map((provider) => provider.profile.environment);
  return {
    boot: state.boot,
    version: state.version,
    view: "cashier",
    app: {
      version: state.appVersion,
      mode: settings.mode,
      setupNeeded: settings.setupNeeded,
      locked: state.locked,
      pinKnown: state.pinKnown,
      training: settings.training,
      environment: settings.training
        ? "training"
        : (environments.find((name) => name !== "production") ?? environments[0] ?? "none"),
      language: state.language,
      timezone,
    },
    merchant: {
      name: settings.merchant.name,
      address: settings.merchant.address,
      supportPhone: settings.merchant.supportPhone,
    },
    till: settings.till,
    screen: settings.screen,
    night: settings.displays.night,
    kiosk: state.kiosk,
    providers: providers.views(),
    lastProvider: state.lastProvider,
    offlineSince: offline === null ? null : isoTime(offline, timezone),
    current: current === null ? null : draw(current),
    refund: current === null ? refunds.current() : null,
    refundPinAboveMinor: settings.refundPinAbove,
    parked: lives.filter(({ row }) => isOnStrip(row, ports.clock.now())).map(draw),
    watched: lives.filter((live) => live.row.watching && !live.row.settled).length,
    banners: banners(state, ports, runner, lives, current, offline, draw, refunds.undecided(), refunds.doubted()),
    inDoubt: state.inDoubt,
    trainingFault: settings.training ? state.trainingFault : null,
  };
}

/** An invoice that can no longer be paid waits in the history for somebody to ask about it (Kaspi 4.6: 24 hours). */
function isOnStrip(row: PaymentRow, now: number): boolean {
  const { payableUntil } = row.detail;
  return row.parked && !row.settled && !isClosed(row) && (payableUntil === null || payableUntil > now);
}

function banners(
  state: SnapshotState,
  ports: Ports,
  runner: Runner,
  lives: readonly Live[],
  current: Live | null,
  offline: number | null,
  draw: (live: Live) => PaymentView,
  undecidedRefunds: readonly RefundView[],
  doubtedRefunds: readonly DoubtedRefund[],
): Banner[] {
  const { timezone, provisionFile, providers } = state.settings;
  const now = ports.clock.now();
  const list: Banner[] = [];
  const plain = (kind: Banner["kind"], since: number, params: Record<string, string> = {}, id: string = kind): void => {
    list.push({
      id,
      kind,
      payment: null,
      refund: null,
      since: isoTime(since, timezone),
      params,
      dismissible: false,
    });
  };
  const down = runner.journalDownSince();
  if (down !== null) plain("journal", down);
  if (offline !== null) plain("offline", offline);
  for (const notice of state.notices) {
    const live = lives.find((candidate) => candidate.row.id === notice.paymentId);
    if (notice.acknowledgedAt !== null || !live || (notice.kind !== "late" && notice.kind !== "double-paid")) continue;
    list.push({
      id: notice.id,
      kind: notice.kind,
      payment: draw(live),
      refund: null,
      since: isoTime(notice.at, timezone),
      params: {},
      dismissible: true,
    });
  }
  const open = lives.filter((live) => live !== current && doubtOf(live.row, now) !== null);
  const oldest = open.toSorted((a, b) => a.row.seq - b.row.seq)[0];
  if (oldest) {
    const since = isoTime(oldest.row.updatedAt, timezone);
    list.push({
      id: "in-doubt",
      kind: "in-doubt",
      payment: draw(oldest),
      refund: null,
      since,
      params: { count: String(open.length) },
      dismissible: false,
    });
  }
  const [refund] = undecidedRefunds;
  /** It goes when a person decides anew: what nobody has decided about must not be waved away. */
  const disputed = (payment: PaymentView | null, refund: RefundView | null, since: number): void => {
    const id = `contradiction-${payment?.id ?? refund?.id ?? ""}`;
    const at = isoTime(since, timezone);
    list.push({ id, kind: "contradiction", payment, refund, since: at, params: {}, dismissible: false });
  };
  if (refund) {
    list.push({
      id: "refund-in-doubt",
      kind: "in-doubt",
      payment: null,
      refund,
      since: refund.updatedAt,
      params: { count: String(undecidedRefunds.length) },
      dismissible: false,
    });
  }
  for (const live of lives)
    if (live.row.detail.disputedAt !== null) disputed(draw(live), null, live.row.detail.disputedAt);
  for (const { row, cause, view } of doubtedRefunds)
    if (cause === "contradicted") disputed(null, view, row.detail.disputedAt ?? row.updatedAt);
  for (const provider of providers) {
    if (provider.certificateExpires === null) continue;
    const days = Math.floor((provider.certificateExpires - now) / DAY);
    const level = CERTIFICATE_WARNING_DAYS.find((step) => days <= step);
    if (level === undefined) continue;
    const params = { days: String(Math.max(0, days)), level: String(level), provider: provider.name };
    plain("certificate", provider.certificateExpires, params, `certificate-${provider.name}`);
  }
  for (const { id, kind, since, params, dismissible } of state.findings)
    list.push({ id, kind, payment: null, refund: null, since: isoTime(since, timezone), params, dismissible });
  if (provisionFile !== null) plain("provision-file", now, { file: provisionFile });
  return list;
}
