import type { ReactNode } from "react";
import { FieldError, Label, Radio, RadioGroup, Text } from "react-aria-components";

export interface Option<T extends string> {
  readonly value: T;
  readonly title: string;
  readonly text?: ReactNode;
}

interface Props<T extends string> {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly value: T | null;
  readonly onChange: (value: T) => void;
  readonly options: readonly Option<T>[];
  readonly error?: string | null;
  /** `row`: short words beside each other; `tiles`: cards, two abreast where there is room. */
  readonly kind?: "cards" | "row" | "tiles";
  readonly bare?: boolean;
}

/** One of several, each with what it means. */
export function Choice<T extends string>(props: Props<T>): ReactNode {
  const { id, label, hint, value, onChange, options, error, kind = "cards", bare = false } = props;
  return (
    <RadioGroup
      className={`choice ${kind}`}
      value={value}
      onChange={(next) => onChange(next as T)}
      isInvalid={error != null}
      validationBehavior="aria"
      data-testid={id}
    >
      <Label className={bare ? "sr" : "legend"}>{label}</Label>
      {hint !== undefined && <Text slot="description">{hint}</Text>}
      <div className="options">
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className="option" data-testid={`${id}-${option.value}`}>
            <i className="knob" />
            <span>
              <b>{option.title}</b>
              {option.text !== undefined && <span className="text">{option.text}</span>}
            </span>
          </Radio>
        ))}
      </div>
      <FieldError>{error}</FieldError>
    </RadioGroup>
  );
}
