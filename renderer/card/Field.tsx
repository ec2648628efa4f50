import { useLayoutEffect, useRef } from "react";
import type { KeyboardEvent, ReactNode, SyntheticEvent } from "react";
import { useCardWords } from "../messages/card.ts";
import { formatField, isFull } from "./fields.ts";
import type { FieldName } from "./fields.ts";
import type { Inputs } from "./inputs.ts";

interface Props {
  readonly name: FieldName;
  readonly id: string;
  readonly label: string;
  readonly inputs: Inputs;
  readonly wrong: FieldName | null;
  readonly onFocus: (name: FieldName) => void;
  /** After every change, when the text has its form. */
  readonly onText: (name: FieldName, input: HTMLInputElement) => void;
  readonly start?: string;
  readonly optional?: boolean;
  /** The sum on the line has its label elsewhere. */
  readonly bare?: boolean;
}

const KEYBOARD: Partial<Record<FieldName, "text" | "email" | "tel" | "decimal">> = {
  name: "text",
  account: "text",
  email: "email",
  phone: "tel",
  amount: "decimal",
};
const LONGEST: Readonly<Record<FieldName, number>> = {
  number: 32,
  receiver: 32,
  expiry: 5,
  cvc: 4,
  name: 60,
  account: 64,
  email: 120,
  phone: 24,
  amount: 16,
};

const refuse = (event: SyntheticEvent): void => event.preventDefault();

/** A field whose text belongs to nobody but its input: no state, no autofill, no spelling service, no copy, not even by dragging it away. */
export function Field(props: Props): ReactNode {
  const { name, id, label, inputs, wrong, start = "" } = props;
  const card = useCardWords();
  const own = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => (own.current ? inputs.add(name, own.current) : undefined), [inputs, name]);

  const put = (input: HTMLInputElement): void => {
    const text = formatField(name, input.value);
    if (text !== input.value) {
      // As many signs stand before the caret as did, whatever was put between them.
      const before = formatField(name, input.value.slice(0, input.selectionStart ?? input.value.length)).length;
      input.value = text;
      input.setSelectionRange(before, before);
    }
    props.onText(name, input);
    if (isFull(name, text) && input.selectionStart === text.length && document.activeElement === input)
      inputs.next(name);
  };
  // Enter goes on to the next field, and never sends.
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.repeat) return;
    event.preventDefault();
    inputs.next(name);
  };
  const input = (
    // A password field would make the browser offer to keep what is in it: the code is masked by its style.
    <input
      ref={own}
      data-testid={id}
      className={name === "cvc" ? "masked" : undefined}
      type="text"
      inputMode={KEYBOARD[name] ?? "numeric"}
      autoComplete="off"
      autoCorrect="off"
      autoCapitalize="off"
      spellCheck={false}
      maxLength={LONGEST[name]}
      defaultValue={start}
      aria-label={props.bare ? label : undefined}
      aria-invalid={wrong === name || undefined}
      aria-required={!props.optional}
      placeholder={props.optional ? card("card.optional") : name === "amount" ? "0" : undefined}
      onInput={(event) => put(event.currentTarget)}
      onFocus={() => props.onFocus(name)}
      onKeyDown={onKey}
      onCopy={refuse}
      onCut={refuse}
      onDragStart={refuse}
    />
  );
  if (props.bare) return input;
  return (
    <label className="cardfield" data-wrong={wrong === name ? "" : undefined}>
      <span>{label}</span>
      {input}
    </label>
  );
}
