import type { ReactNode } from "react";
import { useDesk, useKept, useTask } from "../session.ts";
import { Field } from "../ui/Field.tsx";
import { useDeskWords } from "../words.ts";
import { Buttons } from "./Buttons.tsx";
import { useLacking } from "./Lacking.tsx";
import { Step } from "./Step.tsx";
import type { StepProps } from "./steps.ts";

/** Scheme 1: the key of the bank's letter. */
export function KeyStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const [form, set] = useKept("key", () => ({ key: "" }));
  const lacking = useLacking("key");
  const there = view.draft?.hasApiKey ?? false;
  const on = (): void => {
    const apiKey = form.key.trim();
    task.run(
      () => send("connection.draft", { change: apiKey === "" ? {} : { apiKey } }),
      () => lacking.pass(next),
    );
  };
  return (
    <Step
      name="key"
      title={words("key.q")}
      lead={words("key.t")}
      error={task.error}
      onEnter={on}
      buttons={<Buttons next={on} back={back} busy={task.busy} />}
    >
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
    </Step>
  );
}
