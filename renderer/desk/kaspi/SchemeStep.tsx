import type { ReactNode } from "react";
import { useDesk, useKept, useTask } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import { useDeskWords } from "../words.ts";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";

const SCHEMES = ["1", "2", "3"] as const;
type Scheme = (typeof SCHEMES)[number];

/** Which of the bank's three contracts the shop has. */
export function SchemeStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const known = (view.draft ?? view.kaspi)?.scheme;
  const [form, set] = useKept<{ scheme: Scheme | null; asked: boolean }>("kaspi.scheme", () => ({
    scheme: known ? (String(known) as Scheme) : null,
    asked: false,
  }));
  const on = (): void => {
    set({ asked: true });
    const { scheme } = form;
    if (scheme === null) return;
    task.run(
      () => send("connection.draft", { change: { scheme: Number(scheme) as 1 | 2 | 3 } }),
      () => next(),
    );
  };
  return (
    <FormStep name="scheme" title={words("scheme.q")} lead={words("scheme.t")} task={task} on={on} back={back}>
      <Choice
        id="scheme"
        label={words("scheme.q")}
        bare
        value={form.scheme}
        onChange={(scheme) => set({ scheme })}
        options={SCHEMES.map((value) => ({
          value,
          title: words(`scheme.${value}`),
          text: (
            <>
              <span>{words(`scheme.${value}.letter`)}</span>
              <span className="dim">{words(`scheme.${value}.can`)}</span>
            </>
          ),
        }))}
        error={form.asked && form.scheme === null ? words("need.choice") : null}
      />
    </FormStep>
  );
}
