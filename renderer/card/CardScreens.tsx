import { useState } from "react";
import type { ReactNode } from "react";
import "../styles/card.css";
import type { Card, Payer } from "../../contract/card.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { payByCard } from "../actions.ts";
import { entryDigits } from "../entry.ts";
import { useCardWords } from "../messages/card.ts";
import { useStore } from "../store.ts";
import type { CardForm } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { SumDigits } from "../ui/Sum.tsx";
import { Field } from "./Field.tsx";
import type { FieldName } from "./fields.ts";
import { ChosenCard, FormFrame, TypedCard, useDialog } from "./FormFrame.tsx";
import { useInputs } from "./inputs.ts";
import type { Inputs } from "./inputs.ts";
import { SavedCards } from "./SavedCards.tsx";
import { useSaved } from "./saved.ts";
import { TransferForm } from "./TransferForm.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly form: CardForm;
}

/** The forms in which a card is typed. Another language is another form, which has nothing of this one in it. */
export default function CardScreens({ snapshot, form }: Props): ReactNode {
  const language = useStore((state) => state.language);
  const key = `${form.method} ${language}`;
  return form.method === "transfer" ? (
    <TransferForm key={key} snapshot={snapshot} form={form} />
  ) : (
    <PayForm key={key} snapshot={snapshot} form={form} />
  );
}

/** Who pays, as far as something is said of him. */
function payerOf(inputs: Inputs): { readonly payer?: Payer } {
  const told = Object.entries({
    email: inputs.text("email"),
    phone: inputs.text("phone"),
    accountId: inputs.text("account"),
  }).filter(([, text]) => text !== "");
  return told.length === 0 ? {} : { payer: Object.fromEntries(told) };
}

/** A card for the sum, or for a check that takes nothing. */
function PayForm({ snapshot, form }: Props): ReactNode {
  const card = useCardWords();
  const entry = useStore((state) => state.entry);
  const inputs = useInputs();
  const dialog = useDialog();
  const [keeps, setKeeps] = useState(false);
  const [chosen, choose] = useState<Card | null>(null);
  const checks = form.method === "cardVerification";
  const { cards, forget } = useSaved(!checks);
  const submit = (): FieldName | null => {
    const wrong = inputs.firstWrong();
    if (wrong) return wrong;
    const means = chosen
      ? { card: { id: chosen.id }, ...payerOf(inputs) }
      : { card: inputs.card(), ...payerOf(inputs), ...(keeps ? { saveCard: true } : {}) };
    inputs.wipe();
    payByCard(means);
    return null;
  };
  return (
    <FormFrame
      snapshot={snapshot}
      kind={checks ? "verification" : "sale"}
      screen="card"
      sum={() => (checks ? <SumDigits digits="0" currency="USD" /> : <SumDigits digits={entryDigits(entry)} />)}
      inputs={inputs}
      title={checks ? "card.title.check" : "card.title"}
      first="number"
      submit={submit}
      word={checks ? card("card.send.check") : card("card.send", { sum: formatMoney(minor(entry.minor)) })}
    >
      {(fields) => (
        <>
          {chosen ? (
            <ChosenCard id="card-chosen" label={card("card.chosen")} chosen={chosen} onOther={() => choose(null)} />
          ) : (
            <>
              <TypedCard of={fields} number={card("card.number")} />
              <div className="keeping">
                <label className="keep">
                  <input
                    type="checkbox"
                    data-testid="card-save"
                    checked={keeps}
                    onChange={(event) => setKeeps(event.currentTarget.checked)}
                  />
                  <span>{card("card.save")}</span>
                </label>
                {keeps ? (
                  <Field {...fields} name="account" id="card-account" label={card("card.account")} />
                ) : (
                  cards.length > 0 && (
                    <Button id="saved-open" onPress={() => dialog.current?.showModal()}>
                      {card("card.saved", { n: cards.length })}
                    </Button>
                  )
                )}
              </div>
            </>
          )}
          <div className="pair payer">
            <Field {...fields} name="email" id="payer-email" label={card("card.email")} optional />
            <Field {...fields} name="phone" id="payer-phone" label={card("card.phone")} optional />
          </div>
          <SavedCards dialog={dialog} cards={cards} timezone={snapshot.app.timezone} choose={choose} forget={forget} />
        </>
      )}
    </FormFrame>
  );
}
