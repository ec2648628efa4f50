import type { ReactNode } from "react";
import { Checkbox, CheckboxGroup, FieldError, Label } from "react-aria-components";
import { Mark } from "../../ui/Mark.tsx";
import type { Option } from "./Choice.tsx";

interface Props<T extends string> {
  /** Before the values in the ids of the boxes. */
  readonly prefix: string;
  readonly label: string;
  readonly value: readonly T[];
  readonly onChange: (value: readonly T[]) => void;
  readonly options: readonly Option<T>[];
  readonly error?: string | null;
  readonly bare?: boolean;
}

/** Any of several, each with what it means. */
export function Boxes<T extends string>(props: Props<T>): ReactNode {
  const { prefix, label, value, onChange, options, error, bare = false } = props;
  return (
    <CheckboxGroup
      className="choice cards"
      value={[...value]}
      onChange={(next) => onChange(options.flatMap((one) => (next.includes(one.value) ? [one.value] : [])))}
      isInvalid={error != null}
      validationBehavior="aria"
    >
      <Label className={bare ? "sr" : "legend"}>{label}</Label>
      <div className="options">
        {options.map((option) => (
          <Checkbox
            key={option.value}
            value={option.value}
            className="option box"
            data-testid={`${prefix}${option.value}`}
          >
            <i className="knob">
              <Mark name="tick" />
            </i>
            <span>
              <b>{option.title}</b>
              {option.text !== undefined && <span className="text">{option.text}</span>}
            </span>
          </Checkbox>
        ))}
      </div>
      <FieldError>{error}</FieldError>
    </CheckboxGroup>
  );
}
