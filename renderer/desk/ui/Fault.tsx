import type { ReactNode } from "react";
import type { AppError } from "../../../contract/errors.ts";
import { useStore } from "../../store.ts";
import { Mark } from "../../ui/Mark.tsx";
import { Text } from "../../words.tsx";
import { deskError } from "../errors.ts";
import { useDeskWords } from "../words.ts";

/** What was refused, what to do next, and the bank's own words where it said any. */
export function Fault({ error }: { readonly error: AppError | null }): ReactNode {
  const words = useDeskWords();
  const language = useStore((state) => state.language);
  if (!error) return null;
  const { title, next } = deskError(language, error);
  const code = [error.incident ?? error.code, error.bankCode].filter(Boolean).join(" · ");
  return (
    <div className="fault" role="alert" data-testid="error" data-code={error.code}>
      <Mark name="no" className="mark noc" />
      <div>
        <p>
          <b>
            <Text>{title}</Text>
          </b>
        </p>
        <p>
          <Text>{next}</Text>
        </p>
        {error.bankMessage && <p className="small dim">{words("bank.said", { text: error.bankMessage })}</p>}
        <p className="small dim">{words("code", { code })}</p>
      </div>
    </div>
  );
}

/** Something good or neutral that a person should know. */
export function Note({ kind, children }: { readonly kind: "yes" | "doubt"; readonly children: ReactNode }): ReactNode {
  return (
    <div className={`fault ${kind}`} role="status">
      <Mark name={kind === "yes" ? "yes" : "attention"} className={`mark ${kind}c`} />
      <div>{children}</div>
    </div>
  );
}
