import type { ReactNode } from "react";
import { formatMoney, parseAmount } from "../../../contract/money.ts";

export type Fact = readonly [label: string, value: ReactNode] | null | false;

/** Names and values, one under the other. */
export function Facts({ rows }: { readonly rows: readonly Fact[] }): ReactNode {
  return (
    <dl className="pairs">
      {rows.map(
        (row) =>
          row && (
            <div key={row[0]}>
              <dt>{row[0]}</dt>
              <dd>{row[1]}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** A value that may break anywhere: an address. */
export function Long({ children }: { readonly children: string }): ReactNode {
  return <span className="break">{children}</span>;
}

/** "1,00 ₸ – 1 000 000,00 ₸" */
export function limitsText({ min, max }: { readonly min: string; readonly max: string }): ReactNode {
  return <span className="num">{`${money(min)} – ${money(max)}`}</span>;
}

function money(text: string): string {
  const sum = parseAmount(text);
  return sum === null ? text : formatMoney(sum);
}
