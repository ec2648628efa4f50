import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { Card } from "../../contract/card.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { leaveForm } from "../actions.ts";
import type { Kind } from "../kinds.ts";
import { useCardWords } from "../messages/card.ts";
import type { PlainCardKey } from "../messages/card.ts";
import { useIdleEnd } from "../refund/idle.ts";
import { announce } from "../ui/Announcer.tsx";
import { Button } from "../ui/Button.tsx";
import { cardName } from "../ui/Details.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Keypad } from "../ui/Keypad.tsx";
import { Text } from "../words.tsx";
import { Field } from "./Field.tsx";
import type { FieldName } from "./fields.ts";
import type { Inputs } from "./inputs.ts";
import { LettersPad } from "./LettersPad.tsx";
import { takeTrainingCards } from "./training.ts";

/** From here on the form says that it will be wiped (WCAG 2.2.1). */
const WARN_SECONDS = 20;

/** What the fields of a form have in common. */
export interface Fields {
  readonly inputs: Inputs;
  readonly wrong: FieldName | null;
  readonly onFocus: (name: FieldName) => void;
  readonly onText: (name: FieldName, input: HTMLInputElement) => void;
}

interface Props {
  readonly snapshot: Snapshot;
  readonly kind: Kind;
  readonly screen: "card" | "transfer";
  readonly inputs: Inputs;
  /** What stands on the line. */
  readonly sum: (fields: Fields) => ReactNode;
  /** Stands above the sum until something is wrong. */
  readonly title: PlainCardKey;
  /** Where typing begins. */
  readonly first: FieldName;
  /** Sends it, or names what cannot be sent and why. */
  readonly submit: () => FieldName | null;
  /** What is wrong with a field, where it is more than what every form says of it. */
  readonly why?: (name: FieldName) => string | null;
  readonly word: string;
  readonly onText?: (name: FieldName, input: HTMLInputElement) => void;
  readonly children: (fields: Fields) => ReactNode;
}

/** A form with a card in it: its fields beside the pad that types into them, wiped when nobody is there any more. */
export function FormFrame(props: Props): ReactNode {
  const { snapshot, inputs, kind, first, submit } = props;
  const card = useCardWords();
  const [on, setOn] = useState<FieldName>(first);
  const [wrong, setWrong] = useState<FieldName | null>(null);
  const left = useIdleEnd(snapshot.screen.idleSeconds, leaveForm);
  useEffect(() => inputs.focus(first), [inputs, first]);
  // Said once: every second of it would talk over what is typed.
  const warned = left <= WARN_SECONDS;
  useEffect(() => {
    if (warned) announce(card("card.idle", { n: WARN_SECONDS }));
  }, [warned, card]);
  const { training } = snapshot.app;
  useEffect(() => {
    if (!training) return undefined;
    return takeTrainingCards((number) => {
      for (const [name, text] of [
        ["number", number],
        ["expiry", "12/39"],
        ["cvc", "123"],
        ["name", "TRAINING"],
      ] as const)
        inputs.put(name, text);
      inputs.focus("name");
    });
  }, [inputs, training]);
  const fields: Fields = {
    inputs,
    wrong,
    onFocus: setOn,
    onText: (name, input) => {
      setWrong((before) => (before === name ? null : before));
      props.onText?.(name, input);
    },
  };
  const go = (): void => {
    const bad = submit();
    setWrong(bad);
    if (bad) inputs.focus(bad);
  };
  const bad = wrong === null ? null : (props.why?.(wrong) ?? card(`card.bad.${wrong}`));
  const said = bad ?? (warned ? card("card.idle", { n: left }) : card(props.title));
  const type = (key: string): void => inputs.type(on, key === "dot" ? "," : key);
  return (
    <Frame
      snapshot={snapshot}
      screen={props.screen}
      back={leaveForm}
      focusOn={`form ${kind}`}
      stand={
        <div className="stand">
          <div aria-live="off">
            <h1 className="who" data-bad={bad ? "" : undefined}>
              <span role={bad ? "alert" : undefined}>
                <Text>{said}</Text>
              </span>
            </h1>
            {props.sum(fields)}
          </div>
        </div>
      }
    >
      <div className="charge carding">
        <div className="side">
          {props.children(fields)}
          <div className="stack push">
            <Button id="card-send" kind="main" deliberate onPress={go}>
              <Text>{props.word}</Text>
            </Button>
          </div>
        </div>
        {on === "name" ? (
          <LettersPad onKey={type} />
        ) : (
          <Keypad plain={on !== "amount"} onKey={type} label={card("card.pad")} />
        )}
      </div>
    </Frame>
  );
}

/** The four fields of a card that is typed; beside its number stands what it can be taken from instead. */
export function TypedCard(props: {
  readonly of: Fields;
  readonly number: string;
  readonly beside?: ReactNode;
}): ReactNode {
  const { of, number, beside } = props;
  const card = useCardWords();
  return (
    <>
      <div className="beside">
        <Field {...of} name="number" id="card-number" label={number} />
        {beside}
      </div>
      <div className="pair">
        <Field {...of} name="expiry" id="card-expiry" label={card("card.expiry")} />
        <Field {...of} name="cvc" id="card-cvc" label={card("card.cvc")} />
      </div>
      <Field {...of} name="name" id="card-name" label={card("card.name")} />
    </>
  );
}

/** A saved card in the place of the fields, and the way back to them. */
export function ChosenCard(props: {
  readonly id: string;
  readonly label: string;
  readonly chosen: Card;
  readonly onOther: () => void;
}): ReactNode {
  const card = useCardWords();
  const { chosen } = props;
  return (
    <div className="chosen">
      <p data-testid={props.id}>
        <span className="dim">{props.label}</span>
        <b className="num">{cardName({ card: chosen })}</b>
        {chosen.accountId !== null && <small className="dim">{chosen.accountId}</small>}
      </p>
      <Button id={`${props.id}-other`} onPress={props.onOther}>
        {card("card.other")}
      </Button>
    </div>
  );
}

/** Opens and holds the list of saved cards. */
export const useDialog = () => useRef<HTMLDialogElement>(null);
