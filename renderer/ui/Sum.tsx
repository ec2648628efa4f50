import type { ReactNode } from "react";
import { groupDigits, minor } from "../../contract/money.ts";
import type { Currency } from "../../contract/money.ts";

// The sum shrinks by a table, not by measuring: the width of a figure is known.
const LENGTHS = ["s", "s", "s", "s", "s", "s", "m", "l", "xl", "xl"] as const;

/** The size class of a sum by its figures. */
export const lengthOf = (digits: string): string => LENGTHS[digits.replace(/[^\d,]/g, "").length] ?? "xxl";

/** Digits and sign of the sum that stands on the line. */
export function SumDigits({
  digits,
  currency = "KZT",
  testid = "amount",
}: {
  readonly digits: string;
  readonly currency?: Currency;
  readonly testid?: string;
}): ReactNode {
  return (
    <p className="amount" data-testid={testid} data-len={lengthOf(digits)} data-currency={currency}>
      <span className="n">{digits}</span>
      <span className="cur">{currency === "KZT" ? "\u00a0₸" : "\u00a0$"}</span>
    </p>
  );
}

/** The sum of a payment. */
export function Sum({ tiyn, currency }: { readonly tiyn: number; readonly currency?: Currency }): ReactNode {
  return <SumDigits digits={groupDigits(minor(tiyn))} {...(currency ? { currency } : {})} />;
}
