import { useState } from "react";
import type { ReactNode } from "react";
import { Ask } from "../ui/Ask.tsx";
import { Boxes } from "../ui/Boxes.tsx";
import { Note } from "../ui/Fault.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useEpayStep } from "./step.ts";

const MEANS = ["cards", "transfers", "operations"] as const;
type Means = (typeof MEANS)[number];

/** What this till may do beside Google Pay. Typed card numbers bring it within the scope of PCI DSS: they are asked about twice. */
export function MeansStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { task, form, set, on } = useEpayStep(
    "means",
    (shown): { on: readonly Means[] } => ({ on: MEANS.filter((name) => shown?.[name] === true) }),
    () => ({}),
    next,
  );
  const [asking, ask] = useState(false);
  const choose = (value: readonly Means[]): void => {
    if (value.includes("cards") && !has("cards")) return ask(true);
    set({ on: value });
  };
  const has = (name: Means): boolean => form.on.includes(name);
  return (
    <FormStep
      name="means"
      title={words("epay.means.q")}
      lead={words("epay.means.t")}
      task={task}
      on={() => on({ cards: has("cards"), transfers: has("transfers"), operations: has("operations") })}
      back={back}
    >
      <Boxes
        prefix="epay-"
        label={words("epay.means.q")}
        bare
        value={form.on}
        onChange={choose}
        options={MEANS.map((value) => ({ value, title: words(`epay.${value}`), text: words(`epay.${value}.t`) }))}
      />
      {has("cards") && (
        <Note kind="doubt">
          <p data-testid="epay-cards-warning">
            <b>{words("epay.pci.q")}</b>
          </p>
          <p>{words("epay.pci.better")}</p>
        </Note>
      )}
      {asking && (
        <Ask
          title={words("epay.pci.q")}
          text={`${words("epay.pci.t")} ${words("epay.pci.better")}`}
          yes={words("epay.pci.yes")}
          onNo={() => ask(false)}
          onYes={() => {
            ask(false);
            set({ on: ["cards", ...form.on] });
          }}
        />
      )}
    </FormStep>
  );
}
