import type { CustomerRefund, CustomerSale } from "../../contract/customer.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import { APP_NAME } from "../banks.ts";
import type { MarkName } from "../ui/Mark.tsx";
import type { CustomerWords } from "./words.ts";

/** How a state looks and what it says. The look is that of the till's own screens: solid is what the bank said. */
export interface Face {
  readonly sky: "open" | "yes" | "no" | "over" | "doubt" | "refund" | "back";
  readonly line: "solid" | "dashed" | "thick" | "broken";
  /** `code`: a QR or its empty plate; `dial`: the time that is left, large. */
  readonly shows: "code" | "dial" | MarkName;
  readonly title: string;
  readonly lead: string | null;
}

const face = (
  shows: Face["shows"],
  title: string,
  lead: string | null,
  sky: Face["sky"] = "open",
  line: Face["line"] = "solid",
): Face => ({ sky, line, shows, title, lead });

export function faceOfSale(sale: CustomerSale, words: CustomerWords): Face {
  const app = APP_NAME[sale.provider];
  switch (sale.step) {
    case "creating":
      return face("code", words.preparing, null, "open", "dashed");
    case "code":
      return sale.warned
        ? face("code", words.scan, words.warned(formatMoney(minor(sale.minor), sale.currency)), "doubt", "dashed")
        : face("code", words.scan, null);
    case "bill":
      return face("phone", words.bill, words.billLead(app));
    case "confirm":
      return face("dial", words.scanned, words.confirm(app));
    case "page":
      return face("dial", words.page, words.pageLead);
    case "wait":
      return face("watch", words.wait, words.waitLead, "doubt", "dashed");
    case "held":
      return face("held", words.held, words.heldLead);
    case "paid":
      return faceOfPaid(sale, words);
    case "verified":
      return face("proven", words.verified, words.verifiedLead);
    case "released":
      return face("turn", words.released, words.releasedLead, "over");
    case "unpaid": {
      const lead = sale.settled ? `${words.notTaken} ${words.askCashier}` : words.askCashier;
      return face("no", words.unpaid, lead, "no", "broken");
    }
    case "over":
      return face("over", words.over, sale.scanned && !sale.settled ? words.overScanned : words.overLead, "over");
    case "cancelled":
      return face("gone", words.cancelled, sale.scanned && !sale.settled ? words.overScanned : null, "over");
  }
}

function faceOfPaid(sale: CustomerSale, words: CustomerWords): Face {
  if (sale.kind === "transfer") return face("swap", words.sent, null);
  if (sale.goods === null) return face("yes", words.paid, words.thanks, "yes", "thick");
  switch (sale.goods.state) {
    case "waiting":
      return face("yes", words.paid, words.goodsWaiting, "yes", "thick");
    case "dispensing":
      return face("yes", words.paid, words.goodsComing, "yes", "thick");
    case "given":
      return face("yes", words.goodsGiven, words.thanks, "yes", "thick");
    case "unknown":
      return face("doubt", words.goodsUnknown, words.backSupport, "doubt", "dashed");
    case "not_given":
      return face("back", words.goodsNot, backLead(sale.goods.moneyBack, words), "over", "dashed");
  }
}

function backLead(moneyBack: NonNullable<CustomerSale["goods"]>["moneyBack"], words: CustomerWords): string {
  switch (moneyBack) {
    case "none":
    case "going":
      return words.backGoing;
    case "customer":
      return words.refundPreparing;
    case "returned":
      return words.backReturned;
    case "support":
      return words.backSupport;
  }
}

export function faceOfRefund({ step }: CustomerRefund, words: CustomerWords): Face {
  switch (step) {
    case "creating":
      return face("code", words.refundPreparing, null, "refund", "dashed");
    case "code":
      return face("code", words.refundScan, words.refundScanLead, "refund");
    case "wait":
      return face("watch", words.refundWait, words.refundWaitLead, "open", "dashed");
    case "done":
      return face("back", words.refunded, words.refundedLead, "back", "thick");
    case "over":
      return face("over", words.refundOver, words.refundOverLead, "over");
    case "failed":
      return face("no", words.refundFailed, words.askCashier, "no", "broken");
  }
}
