import { useState } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import type { Result } from "../../../contract/errors.ts";
import type { Way } from "../banks.ts";
import { useDraftStep } from "./draft.ts";
import type { StepName } from "./steps.ts";

type TextOf<Form> = { [Name in keyof Form]: Form[Name] extends string ? Name : never }[keyof Form] & string;

/** What a field of a form takes. */
export interface Bound {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly error: string | null;
}

export interface FormOf<Form, Change> {
  readonly way: Way;
  readonly place: StepName;
  known(view: DeskView): Form;
  /** What is wrong with what is typed, in words. */
  faults(form: Form, view: DeskView): Partial<Record<keyof Form, string | false | null>>;
  /** Writes into the draft. */
  readonly draft: (change: Change) => Promise<Result<DeskView>>;
  readonly next: () => void;
}

/**
 * A form of a bank's wizard. What is wrong is shown once the person wants to go on, and nothing is sent until it is put
 * right.
 */
export function useBankForm<Form extends object, Change>({
  way,
  place,
  known,
  faults,
  draft,
  next,
}: FormOf<Form, Change>) {
  const step = useDraftStep(way, place, known, next);
  const [asked, setAsked] = useState(false);
  const { view, form, set, lacking } = step;
  const wrong = faults(form, view);
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
