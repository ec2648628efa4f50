/** Whose order is which payment, and how a payment stands in the machine's words. */
import type { Payment } from "../../contract/payment.ts";

/** Who the line is among the till's programs: no token can have a name with a colon in it. */
export const LINE = "machine:line";

/**
 * How an order stands in the machine's words (docs/machine.md). `paid`: begin; `go`: it has been told to turn; `doubt`: the
 * bank's answer is not known; `ended`: not paid, for good.
 */
export type OrderState = "wait" | "doubt" | "paid" | "go" | "given" | "not_given" | "unknown" | "ended";

/** One whose goods are not decided. */
export interface Order {
  readonly order: string;
  readonly id: string;
  readonly state: OrderState;
  /** From the screen: what was bought, a name for each piece. null: the machine's own order. */
  readonly pieces: readonly string[] | null;
  /** By the clock that only runs on; null: not yet. */
  saidAt: number | null;
  heardAt: number | null;
}

/** The machine's own orders have at most this many characters; one of 32 hex digits is the till's. */
const OWN = /^[A-Za-z0-9_-]{1,31}$/;
const UUID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** The till's number for a machine's own order, which holds for ever; null: no machine may call an order so. */
export const orderOf = (machine: string, order: string): string | null =>
  OWN.test(order) ? `${machine}:${order}` : null;

/** The payment that the till itself named so in SELECT. */
export function paymentIdOf(order: string): string | null {
  const parts = UUID.exec(order);
  return parts === null ? null : parts.slice(1).join("-");
}

/** null: it is no affair of this machine's. */
export function viewOf(machine: string, payment: Payment): Order | null {
  const { id, actor, externalId, items, fulfilment } = payment;
  const more = { id, state: stateOf(payment).state, saidAt: null, heardAt: null };
  const prefix = `${machine}:`;
  if (actor === `api:${LINE}` && externalId?.startsWith(prefix) === true)
    return { ...more, order: externalId.slice(prefix.length), pieces: null };
  // Another program's sale is that program's to hand out.
  if (fulfilment === null || items.length === 0 || actor.startsWith("api:")) return null;
  const pieces = items.flatMap((item) => Array.from({ length: item.quantity }, () => item.id));
  return { ...more, order: id.replaceAll("-", ""), pieces };
}

export function stateOf({ state, settled, fulfilment, error }: Payment): {
  readonly state: OrderState;
  readonly why?: string;
} {
  if (state === "paid") {
    if (fulfilment === null) return { state: "ended", why: "not_vending" };
    if (fulfilment.state === "waiting") return { state: "paid" };
    return { state: fulfilment.state === "dispensing" ? "go" : fulfilment.state };
  }
  if (state === "in_doubt" || state === "needs_review") return { state: "doubt" };
  return settled ? { state: "ended", why: error?.code ?? state } : { state: "wait" };
}
