import type { HistoryItem } from "../../contract/commands.ts";
import { once } from "../actions.ts";
import { openRefund } from "./face.ts";

/** Asks the bank about what is not decided of a sale: its refund first, since the money of the sale is known by then. */
export async function askAbout(item: HistoryItem): Promise<void> {
  const refund = openRefund(item);
  if (refund) await once("refunds.refresh", refund.id, { id: refund.id });
  else await once("payments.refresh", item.payment.id, { id: item.payment.id });
}
