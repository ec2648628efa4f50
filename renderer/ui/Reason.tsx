import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import type { AppError, ErrorCode } from "../../contract/errors.ts";
import { useStore } from "../store.ts";
import { Text, useWords } from "../words.tsx";

/** Codes behind which the bank gave an answer without a documented meaning: its own words help (design U24). */
const QUOTED: ReadonlySet<ErrorCode> = new Set(["bank_refused", "declined_by_bank", "refund_rejected"]);

/** Longer words of the bank would push what can be done off the screen. */
const LONGEST = 120;

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1).trimEnd()}…` : text);

/** What happened and what to do next, in our words; the bank's only as a marked quotation below them. */
export function Reason({ error }: { readonly error: AppError }): ReactNode {
  const words = useWords();
  const language = useStore((state) => state.language);
  const { title, next } = errorText(language, error);
  return (
    <div className="reason" data-testid="error" data-code={error.code}>
      <p className="lead">
        <b>
          <Text>{title}</Text>
        </b>
      </p>
      <p className="lead dim">
        <Text>{next}</Text>
      </p>
      {error.bankMessage && QUOTED.has(error.code) && (
        <p className="quote" data-testid="bank-message">
          {words("no.said", { text: cut(error.bankMessage) })}
        </p>
      )}
    </div>
  );
}
