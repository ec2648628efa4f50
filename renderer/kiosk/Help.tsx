import type { ReactNode } from "react";
import type { AppError } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import { clockTime } from "../time.ts";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly number: string | null;
  readonly at: string | null;
  readonly error?: AppError | null;
}

/** What a customer reads out on the telephone: large, for he stands there and writes it down. */
export function Help({ snapshot, number, at, error = null }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const { till, merchant, app } = snapshot;
  const rows = [
    [kiosk("help.phone"), merchant.supportPhone, "support-phone"],
    [kiosk("help.number"), number, "receipt-number"],
  ] as const;
  // For whoever answers the telephone, or comes to look.
  const facts = [
    till.name.includes(till.id) ? till.name : `${till.name} ${till.id}`,
    at && clockTime(at, app.timezone),
    error && `${words("code")} ${[error.incident ?? error.code, error.bankCode].filter(Boolean).join(" · ")}`,
  ];
  return (
    <>
      <dl className="facts help" data-testid="foot">
        {rows.map(
          ([label, value, id]) =>
            value && (
              <div key={id}>
                <dt>{label}</dt>
                <dd data-testid={id}>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <p className="small dim where">{facts.filter(Boolean).join(" · ")}</p>
    </>
  );
}
