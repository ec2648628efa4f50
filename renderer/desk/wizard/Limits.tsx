import type { ReactNode } from "react";
import { amountOf } from "../forms.ts";
import { Field } from "../ui/Field.tsx";
import { useDeskWords } from "../words.ts";

export interface LimitsForm {
  readonly min: string;
  readonly max: string;
}

interface Props {
  readonly prefix: string;
  readonly form: LimitsForm;
  readonly set: (change: Partial<LimitsForm>) => void;
  readonly asked: boolean;
  readonly error?: string | null;
}

/** The least and the greatest payment of the contract. */
export function LimitFields({ prefix, form, set, asked, error = null }: Props): ReactNode {
  const words = useDeskWords();
  const wrong = (text: string): string | null => (asked && amountOf(text) === null ? words("bad.amount") : null);
  return (
    <div className="pair">
      <Field
        id={`${prefix}min`}
        kind="digits"
        size="short"
        label={words("lim.min")}
        value={form.min}
        onChange={(min) => set({ min })}
        error={wrong(form.min)}
      />
      <Field
        id={`${prefix}max`}
        kind="digits"
        size="short"
        label={words("lim.max")}
        value={form.max}
        onChange={(max) => set({ max })}
        error={wrong(form.max) ?? error}
      />
    </div>
  );
}

/** The limits as the contract wants them; null while one of them is no amount. */
export function limitsOf({ min, max }: LimitsForm): LimitsForm | null {
  const [low, high] = [amountOf(min), amountOf(max)];
  return low === null || high === null ? null : { min: low, max: high };
}
