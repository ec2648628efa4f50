/**
 * What the customer's display shows, by naming each thing that goes there. Made from the cashier's snapshot: what his screen
 * does not show is not here to be named.
 */
import type { CustomerRefund, CustomerSale, CustomerSnapshot, CustomerStep } from "../../contract/customer.ts";
import type { PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import { isPostedMethod } from "../../contract/states.ts";

/** Whatever else a bank may call a way to pay one day is its own text, and nobody has read it. */
const METHODS: ReadonlySet<string> = new Set(["Gold", "Red", "Loan"]);

/** `asksCustomer`: the refund on the screen is one that begins with the customer's scan; no other comes here. */
export function customerView(snapshot: Snapshot, asksCustomer: boolean): CustomerSnapshot {
  const { boot, version, app, merchant, night, current, refund } = snapshot;
  const { training, environment, language, timezone } = app;
  return {
    boot,
    version,
    view: "customer",
    app: { training, environment, language, timezone },
    shop: merchant.name,
    night: night === null ? null : { from: night.from, to: night.to, percent: night.percent },
    sale: current === null ? null : saleOf(current),
    refund: refund === null || !asksCustomer ? null : refundOf(refund),
  };
}

/** A late success may stand before another customer than the one who has paid: the cashier tells it. */
function saleOf(view: PaymentView): CustomerSale | null {
  if (view.late) return null;
  const { number, kind, provider, minor, currency, countdown, fulfilment: goods } = view;
  const link = view.method === "link";
  return {
    number,
    kind,
    provider,
    link,
    minor,
    currency,
    step: stepOf(view),
    code: view.state === "awaiting_scan" ? (link ? view.link : (view.qr?.payload ?? null)) : null,
    warned: view.error?.code === "qr_mismatch",
    countdown: countdown && { kind: countdown.kind, remainingMs: countdown.remainingMs, totalMs: countdown.totalMs },
    paymentMethods: view.paymentMethods.filter((method) => METHODS.has(method)),
    items: view.items.map((item) => ({
      name: { kk: item.name.kk, ru: item.name.ru, en: item.name.en },
      minor: item.minor,
      quantity: item.quantity,
    })),
    goods: goods && { state: goods.state, moneyBack: goods.moneyBack, remainingMs: goods.remainingMs },
    scanned: view.scanned,
    settled: view.settled,
    at: view.updatedAt,
  };
}

function stepOf({ state, method }: PaymentView): CustomerStep {
  switch (state) {
    case "creating":
    case "paid":
    case "verified":
    case "released":
    case "cancelled":
      return state;
    case "awaiting_scan":
      return "code";
    case "awaiting_payment":
      return "bill";
    case "awaiting_confirmation":
      return isPostedMethod(method) ? "wait" : "confirm";
    case "awaiting_3ds":
      return "page";
    case "authorized":
      return "held";
    case "in_doubt":
    case "needs_review":
      return "wait";
    case "declined":
    case "failed":
      return "unpaid";
    case "expired":
      return "over";
  }
}

/** One that was given up, and one that is only written down, has nothing to tell the customer. */
function refundOf(view: RefundView): CustomerRefund | null {
  const { number, provider, minor, currency, state, countdown, qr } = view;
  const step = refundStepOf(state);
  if (step === null) return null;
  return {
    number,
    provider,
    minor,
    currency,
    step,
    code: step === "code" ? (qr?.payload ?? null) : null,
    countdown:
      step === "code" && countdown?.kind === "scan"
        ? { kind: "scan", remainingMs: countdown.remainingMs, totalMs: countdown.totalMs }
        : null,
    at: view.updatedAt,
  };
}

function refundStepOf(state: RefundView["state"]): CustomerRefund["step"] | null {
  switch (state) {
    case "creating":
      return "creating";
    case "awaiting_scan":
      return "code";
    case "choosing":
    case "sending":
    case "pending":
    case "in_doubt":
    case "needs_review":
      return "wait";
    case "refunded":
      return "done";
    case "expired":
      return "over";
    case "failed":
    case "not_executed":
      return "failed";
    case "recorded":
    case "cancelled":
      return null;
  }
}
