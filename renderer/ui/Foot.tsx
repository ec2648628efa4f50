import type { ReactNode } from "react";
import type { AppError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { clockTime } from "../time.ts";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  /** The payment or the refund that the person would be asked about. */
  readonly payment: { readonly number: string; readonly updatedAt: string } | null;
  readonly error: AppError | null;
}

/** What a person reads out to the support desk (design U24). */
export function Foot({ snapshot, payment, error }: Props): ReactNode {
  const words = useWords();
  const { till, merchant, app } = snapshot;
  const rows: readonly (readonly [string, string | null])[] = [
    [words("number"), payment?.number ?? null],
    [words("code"), error && [error.incident ?? error.code, error.bankCode].filter(Boolean).join(" · ")],
    [words("time"), payment && clockTime(payment.updatedAt, app.timezone)],
    [words("support"), merchant.supportPhone],
  ];
  return (
    <p className="foot" data-testid="foot">
      <span>
        <b>{till.name}</b>
        {till.name.includes(till.id) ? "" : ` ${till.id}`}
      </span>
      {rows.map(
        ([label, value]) =>
          value && (
            <span key={label}>
              {label} <b>{value}</b>
            </span>
          ),
      )}
    </p>
  );
}
