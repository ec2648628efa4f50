import type { Shop } from "./shop.ts";

/** Every customer, and every bank, comes to an end with what is under way. */
export function customersGo({ banks, chance }: Shop): void {
  const { kaspi, halyk, epay } = banks;
  const tried = (act: () => unknown): void => {
    try {
      act();
    } catch {
      // It is over already.
    }
  };
  for (const { id, state } of kaspi.ledger.payments.values()) {
    if (state === "RemotePaymentCreated") tried(() => kaspi.invoices.act(id, chance.pick(["pay", "reject"])));
    if (state === "Wait") tried(() => kaspi.payments.act(id, chance.pick(["confirm", "confirmerror"])));
  }
  for (const { billNumber, status } of halyk.ledger.payments())
    if (status === "SCANNED" || status === "BLOCKED" || status === "AUTH")
      tried(() => chance.pick([() => halyk.bills.pay(billNumber), () => halyk.bills.reject(billNumber)])());
  for (const { billNumber, kind, status } of halyk.ledger.bills.values())
    if (kind === "refund" && status === "NEW")
      tried(() => (chance.happens(0.7) ? halyk.refunds.finish(billNumber) : halyk.refunds.reject(billNumber, "no")));
  for (const transaction of epay.ledger.transactions.values())
    if (transaction.status === "NEW" && transaction.due === null)
      tried(() => epay.orders.set(transaction, "REJECT", {}));
}
