/** What nobody knows, for the tests of its list: one item of each cause. */
import { appError } from "../../../contract/errors.ts";
import type { DoubtCall, DoubtItem } from "../../../contract/review.ts";
import type { Snapshot } from "../../../contract/snapshot.ts";
import {
  awaitingScan,
  banner,
  ended,
  invoiceSent,
  KASPI_3,
  payment,
  posted,
  refundDoubt,
  refundLost,
  sale,
  snapshot,
} from "./snapshots.ts";
import type { STATES } from "./snapshots.ts";

const call = (more: Partial<DoubtCall> = {}): DoubtCall => ({
  at: "2026-11-22T14:33:07+05:00",
  name: "payment/status",
  requestId: "5c1f0e2a-7b44-4d0e-9a53-2f6b8d90c417",
  answeredAt: "2026-11-22T14:33:08+05:00",
  outcome: "answered",
  bankCode: "0",
  ...more,
});

const LOST = call({
  at: "2026-11-22T14:32:01+05:00",
  name: "qr/create",
  requestId: "0b9d6c3e-15f8-4a27-8e60-d41c79a2b583",
  answeredAt: null,
  outcome: "sent",
  bankCode: null,
});

const NEXT_DAY = call({
  at: "2026-11-23T14:33:37+05:00",
  requestId: "e87a20d4-63cb-4f19-b5ad-90f1c2463e7b",
  answeredAt: "2026-11-23T14:33:38+05:00",
});

export const doubt = (more: Partial<DoubtItem> = {}): DoubtItem => ({
  of: "payment",
  id: "p-7",
  number: "A1-000127",
  cause: "no_answer",
  since: "2026-11-22T14:33:07+05:00",
  payment: payment({
    id: "p-7",
    number: "A1-000127",
    state: "in_doubt",
    parked: true,
    error: appError("bank_timeout"),
  }),
  refund: null,
  calls: [LOST, call(), NEXT_DAY],
  availableBefore: null,
  availableAfter: [],
  asksUntil: "2026-11-23T14:39:00+05:00",
  canAsk: true,
  outcomes: ["treatedAsPaid", "treatedAsUnpaid"],
  ...more,
});

/** Kaspi says how much can go back: before, and twice after. */
export const REFUND: DoubtItem = doubt({
  of: "refund",
  id: "r-1",
  number: "A1-R000001",
  cause: "review",
  payment: null,
  refund: refundDoubt({ state: "needs_review", countdown: null }),
  calls: [
    call({ name: "payment/details", requestId: "11111111-7b44-4d0e-9a53-2f6b8d90c417" }),
    call({
      name: "payment/return",
      requestId: "22222222-7b44-4d0e-9a53-2f6b8d90c417",
      answeredAt: null,
      outcome: "body",
      bankCode: null,
    }),
  ],
  availableBefore: { at: "2026-11-22T14:36:02+05:00", minor: 250_000 },
  availableAfter: [
    { at: "2026-11-22T14:36:50+05:00", minor: 250_000 },
    { at: "2026-11-22T14:38:40+05:00", minor: 190_000 },
  ],
  asksUntil: null,
  outcomes: ["treatedAsRefunded", "treatedAsNotRefunded"],
});

/** The answer was lost and with it the refund's number: only a person can end it. */
export const LOST_REFUND: DoubtItem = doubt({
  of: "refund",
  id: "r-2",
  number: "A1-R000002",
  cause: "review",
  payment: null,
  refund: refundLost({ id: "r-2", number: "A1-R000002" }),
  calls: [{ ...LOST, name: "generate/refund" }],
  asksUntil: null,
  canAsk: false,
  outcomes: ["treatedAsRefunded", "treatedAsNotRefunded"],
});

export const DOUBTS: readonly DoubtItem[] = [
  doubt(),
  REFUND,
  LOST_REFUND,
  doubt({
    id: "p-11",
    number: "A1-000111",
    cause: "operation",
    payment: posted({ id: "p-11", state: "authorized", operations: true, error: appError("capture_unconfirmed") }),
    outcomes: [],
  }),
  doubt({
    id: "p-12",
    number: "A1-000112",
    cause: "money_at_bank",
    payment: posted({ id: "p-12", state: "failed", error: appError("money_at_bank") }),
    asksUntil: null,
  }),
  doubt({
    id: "p-13",
    number: "A1-000113",
    cause: "contradicted",
    payment: ended("declined", {
      id: "p-13",
      resolution: decided("treatedAsPaid"),
    }),
    asksUntil: null,
  }),
  doubt({
    id: "p-14",
    number: "A1-000114",
    cause: "review",
    payment: invoiceSent({ id: "p-14", payableUntil: "2026-11-21T14:32:00+05:00" }),
    calls: [],
    asksUntil: null,
    outcomes: [],
  }),
];

export const LISTED = { "review.list": { ok: true, value: { items: DOUBTS } } };

/** A till with something in doubt and somebody who may decide; `announce`: it was so when the program started. */
export const doubtful = (announce = false, count = DOUBTS.length): Partial<Snapshot> => ({
  app: { ...snapshot().app, pinKnown: true },
  inDoubt: { count, since: "2026-11-22T14:33:07+05:00", announce },
  banners: [banner("in-doubt", { id: "in-doubt", payment: doubt().payment, params: { count: String(count) } })],
});

const WHY = ["doubt-open", "doubt-item", "doubt-decide", "doubt-outcome-treatedAsUnpaid"] as const;

/** Paid after all, although a person had decided otherwise; the strip with the most buttons, and the most signs beside it. */
export const LATE = banner("late", {
  id: "n-1",
  dismissible: true,
  payment: ended("paid", { late: true, resolution: decided("treatedAsUnpaid") }),
});

/** A named person's decision. */
export function decided(outcome: "treatedAsPaid" | "treatedAsUnpaid") {
  return { outcome, by: "Айгүл", reason: "У покупателя такой оплаты нет", at: "2026-11-22T15:01:00+05:00" };
}

/** A sale of the history with such a decision. */
export const RESOLVED = sale({ late: true, resolution: decided("treatedAsUnpaid") });

/** What a person meets of it, for the walk through all states: the fullest of each kind. */
export const DOUBT_STATES: typeof STATES = {
  "doubt-list": {
    screen: "in-doubt-list",
    snapshot: () => doubtful(true),
    click: ["doubt-item:seen"],
    answers: LISTED,
  },
  "doubt-why": { screen: "in-doubt-list", snapshot: () => doubtful(), click: WHY, answers: LISTED },
  "doubt-beside-news": {
    screen: "idle",
    snapshot: () => ({
      ...doubtful(),
      banners: [LATE, banner("chain"), banner("vault"), banner("backup"), ...(doubtful().banners ?? [])],
      parked: [payment({ id: "p-7", parked: true, state: "in_doubt" }), payment({ id: "p-8", parked: true })],
    }),
  },
  "doubt-beside-sale": { screen: "qr", snapshot: () => ({ ...doubtful(), current: awaitingScan() }) },
  "late-sale": {
    screen: "history",
    snapshot: () => ({ ...doubtful(), banners: [LATE], providers: [KASPI_3] }),
    click: ["banner-sale", "sale:seen"],
    answers: { "history.list": { ok: true, value: { items: [{ payment: RESOLVED, refunds: [] }], nextCursor: null } } },
  },
};
