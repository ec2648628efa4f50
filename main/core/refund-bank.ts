/** What can still go back of a purchase: the bank's own figure, or where it has none, what this till knows of. */
import { appError, type AppError } from "../../contract/errors.ts";
import { formatMoney, minor as toMinor, type Minor } from "../../contract/money.ts";
import type { RefundState } from "../../contract/states.ts";
import type { BankContext, Details } from "./bank.ts";
import { bankOf } from "./calls.ts";
import { isGone } from "./doubt.ts";
import { asFailure, failureError } from "./failure.ts";
import type { PaymentRow } from "./payment.ts";
import type { Journal, Profile } from "./ports.ts";
import type { Providers } from "./providers.ts";
import type { RefundRow } from "./refund.ts";

/** Names a purchase across tills and profiles. */
export function purchaseKeyOf(row: Pick<RefundRow, "provider" | "environment">, purchaseId: string): string {
  return `${row.provider}|${row.environment}|${purchaseId}`;
}

/** The same for one that is known by the bank's number of its transaction alone. */
export function rrnKeyOf(row: Pick<RefundRow, "provider" | "environment">, rrn: string): string {
  return purchaseKeyOf(row, `rrn:${rrn}`);
}

/**
 * The other name of a sale of ours: it may have been given back by its rrn before its own number was known to be that one
 * (paid late). null where the bank has named none.
 */
export function otherKeyOf(payment: PaymentRow | null): string | null {
  const reference = payment?.detail.facts?.reference ?? null;
  return payment === null || reference === null ? null : rrnKeyOf(payment, reference);
}

/** The bank's own figures of a purchase, or why there are none. Safe: nothing changes. */
export async function readFigure(
  providers: Pick<Providers, "bank" | "send">,
  ctx: BankContext,
  purchaseId: string,
): Promise<Details | AppError> {
  const incident = ctx.requestId.slice(0, 8);
  const request = bankOf(providers, ctx.profile).details?.(ctx, purchaseId);
  if (!request) return appError("not_supported");
  try {
    const answer = await providers.send(ctx, request);
    if (answer.kind !== "details") return { ...answer.error, incident };
    return answer.purchaseId === purchaseId ? answer : appError("foreign_answer", { incident });
  } catch (error) {
    return { ...failureError(asFailure(error)), incident };
  }
}

/** Why so little cannot go back (ePay: less than 10 KZT, Q-95); null where it can, or the bank has no such limit. */
export function tooLittle(providers: Pick<Providers, "bank">, profile: Profile, minor: Minor): AppError | null {
  const least = bankOf(providers, profile).leastRefund?.(profile) ?? 0;
  return minor < least ? appError("amount_too_small", { params: { limit: formatMoney(toMinor(least)) } }) : null;
}

/** Gone, or it may go: reserved until it is known that it did not (state machines 3.7). */
const RESERVED: ReadonlySet<RefundState> = new Set([
  "refunded",
  "recorded",
  "sending",
  "pending",
  "in_doubt",
  "needs_review",
]);
const PAGE = 100;

function isReserved(row: RefundRow): boolean {
  return isGone(row) || (RESERVED.has(row.state) && row.resolution?.outcome !== "treatedAsNotRefunded");
}

interface OwnSum {
  /** Gone, or it may go yet. */
  readonly reserved: number;
  readonly gone: number;
  /** Some of it by a person's word alone. */
  readonly decided: boolean;
}

/** What has gone back under these names of a purchase, as far as this till knows; without the refund `self`. */
async function ownSumOf(
  journal: Pick<Journal, "refunds">,
  keys: readonly (string | null)[],
  self: string | null,
): Promise<OwnSum> {
  const sum = { reserved: 0, gone: 0, decided: false };
  for (const purchaseKey of keys) {
    let beforeSeq: number | null = null;
    do {
      const page: readonly RefundRow[] =
        purchaseKey === null
          ? []
          : await journal.refunds({ purchaseKey, limit: PAGE, ...(beforeSeq === null ? {} : { beforeSeq }) });
      for (const row of page) {
        if (row.id === self) continue;
        if (isReserved(row)) sum.reserved += row.minor ?? 0;
        if (isGone(row)) sum.gone += row.minor ?? 0;
        sum.decided ||= row.resolution?.outcome === "treatedAsRefunded";
      }
      beforeSeq = page.length < PAGE ? null : (page.at(-1)?.seq ?? null);
    } while (beforeSeq !== null);
  }
  return sum;
}

/** What is left of a purchase. `ours`: by our own sum. `total`: a sale of ours is never worth more than was asked for it. */
export interface Left {
  readonly total: Minor;
  readonly available: Minor;
  /** What a later figure is compared with: the bank's own, where it has one. */
  readonly figure: Minor;
  readonly ours: boolean;
}

/**
 * Takes the bank's answer and adds our own sum where it has no figure; `payment` is the sale, where it is ours. What a person
 * says went back may have gone past the bank, in cash: no figure of the bank's makes that available once more.
 */
export async function leftOf(
  journal: Pick<Journal, "refunds">,
  { purchaseId, total, available }: Pick<Details, "purchaseId" | "total" | "available">,
  profile: Pick<RefundRow, "provider" | "environment">,
  payment: PaymentRow | null,
  self: string | null,
): Promise<Left> {
  const own = await ownSumOf(journal, [purchaseKeyOf(profile, purchaseId), otherKeyOf(payment)], self);
  if (available !== null) {
    const left = own.decided ? toMinor(Math.min(available, Math.max(0, total - own.gone))) : available;
    return { total, available: left, figure: available, ours: false };
  }
  const whole = payment === null ? total : toMinor(Math.min(total, payment.minor));
  const left = toMinor(Math.max(0, whole - own.reserved));
  return { total: whole, available: left, figure: left, ours: true };
}
