import type { ReactNode } from "react";
import type { AppError } from "../../contract/errors.ts";
import { useWords } from "../words.tsx";

/** The sum that was asked for beside the one in the bank's answer, where they differ. */
export function Sums({ error, asked }: { readonly error: AppError; readonly asked: string }): ReactNode {
  const words = useWords();
  const { params, code } = error;
  if (code !== "amount_mismatch" || !params["asked"] || !params["named"]) return null;
  return (
    <dl className="facts tight" data-testid="sums">
      <div>
        <dt>{asked}</dt>
        <dd>{params["asked"]}</dd>
      </div>
      <div>
        <dt>{words("review.named")}</dt>
        <dd>{params["named"]}</dd>
      </div>
    </dl>
  );
}
