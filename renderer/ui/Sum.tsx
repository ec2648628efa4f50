import type { ReactNode } from "react";
import { groupDigits, minor } from "../../contract/money.ts";

// The sum shrinks by a table, not by measuring: the width of a figure is known.
const LENGTHS = ["s", "s", "s", "s", "s", "s", "m", "l", "xl", "xl"] as const;

/** Digits and sign of the sum that stands on the line. */
export function SumDigits({
  digits,
  testid = "amount",
}: {
  readonly digits: string;
  readonly testid?: string;
}): ReactNode {
  const figures = digits.replace(/[^\d,]/g, "").length;
  return (
    <p className="amount" data-testid={testid} data-len={LENGTHS[figures] ?? "xxl"}>
      <span className="n">{digits}</span>
      <span className="cur">{"\u00a0₸"}</span>
    </p>
  );
}

/** The sum of a payment. */
export function Sum({ tiyn }: { readonly tiyn: number }): ReactNode {
  return <SumDigits digits={groupDigits(minor(tiyn))} />;
}
