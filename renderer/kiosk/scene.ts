/** Which screen of an unattended till is shown: pure, so that what is spoken and what is drawn cannot differ. */
import type { FulfilmentView, PaymentView, ProductView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import type { State } from "../store.ts";

/**
 * The screens by what they say. `refund-code`: goods were not given, and the customer scans a code for his money;
 * `money-going`, `money-back`, `money-owed`: the same, where it needs no scan, is done, or is a person's to do.
 */
export type Scene =
  | "technician"
  | "out-of-service"
  | "attract"
  | "outside"
  | "catalogue"
  | "product"
  | "refused"
  | "creating"
  | "qr"
  | "confirming"
  | "paid"
  | "goods-waiting"
  | "goods-unknown"
  | "money-going"
  | "refund-code"
  | "money-back"
  | "money-owed"
  | "not-paid"
  | "in-doubt";

/** What the page itself knows beside the snapshot. */
export type Session = Pick<State, "visit" | "starting" | "problem" | "link">;

/** Names the screen that is shown. */
export function sceneOf(snapshot: Snapshot, session: Session): Scene {
  const { kiosk, current, refund, app } = snapshot;
  const { visit, starting, problem, link } = session;
  // Without any PIN nobody could come in by the corner: an empty till is set up as every other.
  if (visit.technician || (app.setupNeeded && !app.pinKnown)) return "technician";
  if (starting) return "creating";
  if (problem) return "refused";
  if (current) return sceneOfSale(current, refund);
  // In a page that was loaded anew while a technician was here, another refund is his.
  if (refund && (app.locked || refund.actor === FOR_GOODS)) return sceneOfRefund(refund);
  if (link === "silent" || kiosk?.outOfService) return "out-of-service";
  if (!visit.begun) return "attract";
  if (!kiosk || kiosk.catalogue.length === 0) return "outside";
  return chosen(snapshot, session) ? "product" : "catalogue";
}

/** The product that is chosen; where there is only one, that one. */
export function chosen({ kiosk }: Snapshot, { visit }: Pick<Session, "visit">): ProductView | null {
  const catalogue = kiosk?.catalogue ?? [];
  return catalogue.find(({ id }) => id === visit.item) ?? (catalogue.length === 1 ? (catalogue[0] ?? null) : null);
}

/** Whose doing a refund for goods that were not given is, in the core's words. */
const FOR_GOODS = "till:goods";

function sceneOfSale(payment: PaymentView, refund: RefundView | null): Scene {
  switch (payment.state) {
    case "creating":
      return "creating";
    case "awaiting_scan":
      return "qr";
    // The last three are begun by programs of the shop alone, with a card; the customer waits for his bank all the same.
    case "awaiting_confirmation":
    case "awaiting_payment":
    case "awaiting_3ds":
    case "authorized":
      return "confirming";
    case "paid":
      return payment.fulfilment ? sceneOfGoods(payment.fulfilment, refund) : "paid";
    case "verified":
    case "released":
      return "paid";
    case "declined":
    case "failed":
    case "expired":
    case "cancelled":
      return "not-paid";
    case "in_doubt":
    case "needs_review":
      return "in-doubt";
  }
}

function sceneOfGoods({ state, moneyBack }: FulfilmentView, refund: RefundView | null): Scene {
  switch (state) {
    case "waiting":
    case "dispensing":
      return "goods-waiting";
    case "given":
      return "paid";
    case "unknown":
      return "goods-unknown";
    case "not_given":
      switch (moneyBack) {
        case "returned":
          return "money-back";
        case "support":
          return "money-owed";
        case "customer":
          return refund ? sceneOfRefund(refund) : "refund-code";
        // Nothing has been begun for it yet, and it will be in this moment.
        case "none":
        case "going":
          return "money-going";
      }
  }
}

function sceneOfRefund({ state }: RefundView): Scene {
  switch (state) {
    case "creating":
    case "awaiting_scan":
      return "refund-code";
    case "choosing":
    case "sending":
    case "pending":
    case "in_doubt":
      return "money-going";
    case "refunded":
    case "recorded":
      return "money-back";
    case "failed":
    case "expired":
    case "cancelled":
    case "not_executed":
    case "needs_review":
      return "money-owed";
  }
}

/** Money or goods may still move: nothing may turn the customer away from it, not even the idle warning (design U31). */
const UNDECIDED: ReadonlySet<Scene> = new Set([
  "creating",
  "qr",
  "confirming",
  "in-doubt",
  "goods-waiting",
  "money-going",
  "refund-code",
]);
export const isUndecided = (scene: Scene): boolean => UNDECIDED.has(scene);

/** What leaves the screen by itself, and only then. */
const RESULTS: ReadonlySet<Scene> = new Set(["paid", "not-paid", "goods-unknown", "money-back", "money-owed"]);
export const isResult = (scene: Scene): boolean => RESULTS.has(scene);

/** Nobody stands before it, as far as the till knows. */
export const isResting = (scene: Scene): boolean => scene === "attract" || scene === "out-of-service";

/** The name of a scene as tests and the machine's makers find it: `data-screen` of the contract, section 4. */
export function screenOf(scene: Scene): string {
  switch (scene) {
    case "paid":
    case "goods-waiting":
    case "goods-unknown":
    case "money-going":
    case "money-back":
    case "money-owed":
    case "not-paid":
    case "refused":
      return "result";
    case "refund-code":
      return "refund-qr";
    case "technician":
    case "out-of-service":
    case "attract":
    case "outside":
    case "catalogue":
    case "product":
    case "creating":
    case "qr":
    case "confirming":
    case "in-doubt":
      return scene;
  }
}
