import { useState } from "react";
import type { DeskView, HalykQrDraft, HalykQrSettingsView } from "../../../contract/desk.ts";
import type { Result } from "../../../contract/errors.ts";
import { useDesk } from "../session.ts";
import { useDraftStep } from "../wizard/draft.ts";
import type { StepName } from "../wizard/steps.ts";
import { HALYK } from "./way.ts";

type Change = Omit<HalykQrDraft, "provider">;
type TextOf<Form> = { [Name in keyof Form]: Form[Name] extends string ? Name : never }[keyof Form] & string;

/** What a field of a form takes. */
interface Bound {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error: string | null;
}

/** What is being set up, or what is in use where nothing is. */
export const shownOf = ({ halykQr: { draft, inUse } }: DeskView): HalykQrSettingsView | null => draft ?? inUse;

/**
 * A step of Halyk's wizard. `faults` names what is wrong with what is typed, in words: it is shown once the person wants to
 * go on, and nothing is sent until it is put right.
 */
export function useHalykStep<Form extends object>(
  place: StepName,
  known: (shown: HalykQrSettingsView | null) => Form,
  faults: (form: Form, view: DeskView) => Partial<Record<keyof Form, string | false | null>>,
  next: () => void,
) {
  const { send } = useDesk();
  const step = useDraftStep(HALYK, place, (view) => known(shownOf(view)), next);
  const [asked, setAsked] = useState(false);
  const { view, form, set, lacking } = step;
  const wrong = faults(form, view);
  const draft = (change: Change): Promise<Result<DeskView>> =>
    send("bank.draft", { change: { provider: "halykQr", ...change } });
  return {
    ...step,
    asked,
    draft,
    /** Binds a field to what is typed; `path` is its name in the provisioning file. */
    field: (name: TextOf<Form>, path: string = name): Bound => ({
      value: form[name] as string,
      onChange: (text) => set({ [name]: text } as Partial<Form>),
      error: (asked && wrong[name]) || lacking.of(path),
    }),
    /** Writes the change into the draft and goes on, unless something is wrong here. */
    on(change: Change): void {
      setAsked(true);
      if (Object.values(wrong).some(Boolean)) return;
      step.save(() => draft(change));
    },
  };
}
