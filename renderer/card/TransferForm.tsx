import { useState } from "react";
import type { ReactNode } from "react";
import type { Card } from "../../contract/card.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { payByCard } from "../actions.ts";
import { entryDigits } from "../entry.ts";
import { useCardWords } from "../messages/card.ts";
import { useStore } from "../store.ts";
import type { CardForm } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { lengthOf } from "../ui/Sum.tsx";
import { useWords } from "../words.tsx";
import { Field } from "./Field.tsx";
import { entryFrom, entryText } from "./fields.ts";
import type { FieldName } from "./fields.ts";
import { ChosenCard, FormFrame, TypedCard, useDialog } from "./FormFrame.tsx";
import { useInputs } from "./inputs.ts";
import { SavedCards } from "./SavedCards.tsx";
import { useSaved } from "./saved.ts";

/** Digits before the comma that a sum may have here: one more than any bank's greatest. */
const DIGITS = 9;

/** From card to card: nobody pays the shop. */
export function TransferForm(props: { readonly snapshot: Snapshot; readonly form: CardForm }): ReactNode {
  const { snapshot, form } = props;
  const words = useWords();
  const card = useCardWords();
  const entry = useStore((state) => state.entry);
  const inputs = useInputs();
  const dialog = useDialog();
  const [first] = useState<FieldName>(entry.minor === 0 ? "amount" : "number");
  const [side, setSide] = useState<"from" | "to">("from");
  const [from, setFrom] = useState<Card | null>(null);
  const [to, setTo] = useState<Card | null>(null);
  const { cards, forget } = useSaved(true);
  const provider = snapshot.providers.find(({ name }) => name === form.provider);
  // Without the right to type cards a transfer goes between saved ones.
  const types = provider?.methods.includes("card") ?? false;
  const min = provider?.minMinor ?? 0;
  const max = provider?.maxMinor ?? 0;
  const limit = entry.minor < min ? "amount.min" : entry.minor > max ? "amount.max" : null;
  const refused = limit && words(limit, { limit: formatMoney(minor(limit === "amount.min" ? min : max)) });
  const why = (name: FieldName): string | null => {
    if (name === "amount") return refused;
    if (types) return null;
    return card(name === "number" ? "tf.from.saved" : "tf.to.saved");
  };
  const open = (of: "from" | "to"): void => {
    setSide(of);
    dialog.current?.showModal();
  };
  const submit = (): FieldName | null => {
    if (refused !== null) return "amount";
    const wrong = inputs.firstWrong();
    if (wrong) return wrong;
    if (!types && from === null) return "number";
    if (!types && to === null) return "receiver";
    const means = {
      card: from ? { id: from.id } : inputs.card(),
      receiver: to ? { id: to.id } : { number: inputs.text("receiver") },
    };
    inputs.wipe();
    payByCard(means);
    return null;
  };
  const pick = (of: "from" | "to"): ReactNode =>
    cards.length > 0 && (
      <Button
        id={`saved-open-${of}`}
        spoken={`${card(`tf.${of}`)}. ${card("card.saved", { n: cards.length })}`}
        onPress={() => open(of)}
      >
        {card("card.saved", { n: cards.length })}
      </Button>
    );
  // Not switched on to be typed: it is one of the saved ones, or none.
  const onlySaved = (of: "from" | "to"): ReactNode => (
    <div className="chosen">
      <p>
        <b>{card(`tf.${of}`)}</b>
        {cards.length === 0 && <small className="dim">{card("tf.none")}</small>}
      </p>
      {pick(of)}
    </div>
  );
  return (
    <FormFrame
      snapshot={snapshot}
      kind="transfer"
      screen="transfer"
      sum={(fields) => (
        <p className="amount typing" data-len={lengthOf(entryDigits(entry))}>
          <Field
            {...fields}
            bare
            name="amount"
            id="transfer-amount"
            label={card("tf.amount")}
            start={entryText(entry)}
          />
          <span className="cur">{"\u00a0₸"}</span>
        </p>
      )}
      inputs={inputs}
      title="tf.title"
      first={first}
      submit={submit}
      why={why}
      word={card("tf.send", { sum: formatMoney(minor(entry.minor)) })}
      onText={(name, input) => {
        if (name !== "amount") return;
        const next = entryFrom(input.value, DIGITS);
        useStore.setState({ entry: next });
        if (input.value !== entryText(next)) input.value = entryText(next);
      }}
    >
      {(fields) => (
        <>
          {from ? (
            <ChosenCard id="sender-chosen" label={card("tf.from")} chosen={from} onOther={() => setFrom(null)} />
          ) : types ? (
            <TypedCard of={fields} number={card("tf.from")} beside={pick("from")} />
          ) : (
            onlySaved("from")
          )}
          {to ? (
            <ChosenCard id="receiver-chosen" label={card("tf.to")} chosen={to} onOther={() => setTo(null)} />
          ) : types ? (
            <div className="beside">
              <Field {...fields} name="receiver" id="receiver-number" label={card("tf.to")} />
              {pick("to")}
            </div>
          ) : (
            onlySaved("to")
          )}
          <SavedCards
            dialog={dialog}
            cards={cards}
            timezone={snapshot.app.timezone}
            choose={side === "from" ? setFrom : setTo}
            forget={forget}
          />
        </>
      )}
    </FormFrame>
  );
}
