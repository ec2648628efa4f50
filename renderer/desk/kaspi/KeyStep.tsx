import type { ReactNode } from "react";
import { useDesk } from "../session.ts";
import { Field } from "../ui/Field.tsx";
import { useDraftStep } from "../wizard/draft.ts";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { KASPI } from "./way.ts";

/** Scheme 1: the key of the bank's letter. */
export function KeyStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { send } = useDesk();
  const { view, task, form, set, lacking, save } = useDraftStep(KASPI, "key", () => ({ key: "" }), next);
  const there = view.draft?.hasApiKey ?? false;
  const on = (): void => {
    const apiKey = form.key.trim();
    save(() => send("connection.draft", { change: apiKey === "" ? {} : { apiKey } }));
  };
  return (
    <FormStep name="key" title={words("key.q")} lead={words("key.t")} task={task} on={on} back={back}>
      <Field
        id="api-key"
        kind="secret"
        label={words("key.label")}
        hint={words("key.hint")}
        placeholder={there ? words("kept") : ""}
        value={form.key}
        onChange={(key) => set({ key })}
        error={lacking.of("apiKey")}
      />
    </FormStep>
  );
}
