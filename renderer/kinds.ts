import { formatMoney, minor } from "../contract/money.ts";
import type { Currency } from "../contract/money.ts";
import type { PaymentView } from "../contract/snapshot.ts";
import type { Words } from "./messages/index.ts";

/** A sale, or what looks like one and is not: a check that takes nothing, and a transfer that the shop does not receive. */
export type Kind = PaymentView["kind"];

/** The kind that a method makes. */
export function kindOf(method: string): Kind {
  if (method === "cardVerification") return "verification";
  return method === "transfer" ? "transfer" : "sale";
}

/** A check has an amount of nothing in dollars. */
export const currencyOf = (kind: Kind): Currency => (kind === "verification" ? "USD" : "KZT");

/** The sum by which a list names a payment; a check has none. */
export function nameOf(
  { kind, minor: tiyn, currency }: Pick<PaymentView, "kind" | "minor" | "currency">,
  words: Words,
) {
  return kind === "verification" ? words("what.verification") : formatMoney(minor(tiyn), currency);
}
