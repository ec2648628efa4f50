import type { ReactNode } from "react";
import { FieldError, Input, Label, Text, TextField } from "react-aria-components";

interface Props {
  readonly id: string;
  readonly label: string;
  /** One sentence: what it is and where it is written. */
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error?: string | null;
  readonly kind?: "text" | "secret" | "digits" | "tel" | "url";
  readonly placeholder?: string;
  readonly size?: "short" | "full";
}

const MODES = { text: "text", secret: "text", digits: "numeric", tel: "tel", url: "url" } as const;

/** A labelled field with its explanation and, in place, what is wrong with it. */
export function Field(props: Props): ReactNode {
  const { id, label, hint, value, onChange, error, kind = "text", placeholder, size = "full" } = props;
  return (
    <TextField
      className={`fld ${size}`}
      value={value}
      onChange={onChange}
      isInvalid={error != null}
      validationBehavior="aria"
      type={kind === "secret" ? "password" : "text"}
      inputMode={MODES[kind]}
      autoComplete="off"
      spellCheck="false"
    >
      <Label>{label}</Label>
      {hint !== undefined && <Text slot="description">{hint}</Text>}
      <Input data-testid={id} placeholder={placeholder} autoCapitalize="off" />
      <FieldError>{error}</FieldError>
    </TextField>
  );
}
