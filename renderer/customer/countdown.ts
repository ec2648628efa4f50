import type { CustomerRefund, CustomerSale, CustomerSnapshot } from "../../contract/customer.ts";

/** When what is on the display runs out, on the page's own monotonic clock. */
export interface Countdown {
  readonly of: string;
  readonly endsAt: number;
  readonly totalMs: number;
}

/** The remaining time is as of the sending: a later word about the same countdown that differs by less is only jitter. */
const JITTER_MS = 400;

/** One of them at a time: a refund code for goods that were not given stands before their sale. */
export function shownOf({ sale, refund }: Pick<CustomerSnapshot, "sale" | "refund">): {
  readonly sale: CustomerSale | null;
  readonly refund: CustomerRefund | null;
} {
  const isRefund = refund !== null && (sale === null || sale.goods?.state === "not_given");
  return isRefund ? { sale: null, refund } : { sale, refund: null };
}

/** `now` is the page's monotonic clock. */
export function countdownOf(
  snapshot: Pick<CustomerSnapshot, "sale" | "refund">,
  known: Countdown | null,
  now: number,
): Countdown | null {
  const { sale, refund } = shownOf(snapshot);
  const shown = sale ?? refund;
  const told = shown?.countdown;
  if (!shown || !told) return null;
  const of = `${shown.number} ${told.kind}`;
  const endsAt = now + told.remainingMs;
  if (known?.of === of && Math.abs(known.endsAt - endsAt) < JITTER_MS) return known;
  return { of, endsAt, totalMs: told.totalMs };
}
