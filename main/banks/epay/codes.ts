/**
 * ePay's result codes: what each means at this till. They stand in none of the three documents, which send the reader to
 * the bank's page of error codes; the union of what is known of them is outside-facts 4.2.
 */
import type { ErrorCode } from "../../../contract/errors.ts";

const GROUPS: Readonly<Partial<Record<ErrorCode, readonly number[]>>> = {
  threeds_unavailable: [455],
  threeds_failed: [473, 496, 499, 1654],
  card_data_refused: [457, 471, 472, 478, 485, 501, 522],
  issuer_declined: [462, 463, 466, 480, 486, 490, 493, 521, 523, 527],
  card_blocked: [465, 467, 479, 481, 482, 483, 489, 492, 524, 525, 2092],
  merchant_not_allowed: [464, 487, 1612],
  operation_refused: [469, 470, 477, 495, 703, 1636, 1759],
  repeat_later: [476],
  insufficient_funds: [484],
  card_limit: [488, 491, 528, 529],
  too_many_tries: [505],
  bonus_unavailable: [498],
};

/**
 * "Not final", "the sum may be blocked", and the bank's own time-outs: said at once they decide nothing, the status
 * does. 493 is a time-out of the card's bank, so it is one of them too; 459 is final on two of the bank's pages and not on
 * the third.
 */
const UNDECIDED: ReadonlySet<number> = new Set([
  454, 456, 458, 459, 460, 461, 468, 475, 493, 494, 497, 500, 502, 503, 504, 526,
]);

const MEANINGS: ReadonlyMap<number, ErrorCode> = new Map(
  Object.entries(GROUPS).flatMap(([error, codes]) => codes.map((code) => [code, error as ErrorCode] as const)),
);

/** The meaning of a code in an answer that is final; `declined_by_bank` for one that says nothing of its own. */
export function meaningOf(code: string): ErrorCode {
  return MEANINGS.get(Number(code)) ?? (UNDECIDED.has(Number(code)) ? "declined_by_bank" : "operation_refused");
}

/** Whether a code says nothing about what has become of the operation. */
export function isUndecided(code: string): boolean {
  return UNDECIDED.has(Number(code));
}

/** Whether a code is known at all. */
export function isKnown(code: string): boolean {
  return MEANINGS.has(Number(code)) || isUndecided(code);
}
