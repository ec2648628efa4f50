import { useState } from "react";
import type { ReactNode } from "react";
import { Ask } from "../ui/Ask.tsx";
import { Choice } from "../ui/Choice.tsx";
import { Note } from "../ui/Fault.tsx";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { useHalykStep } from "./step.ts";

type Maker = "bank" | "shop";

/** Who makes the financial document. Said wrongly, no payment is ever completed: it is asked twice. */
export function DocumentStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { task, form, set, on } = useHalykStep(
    "document",
    (shown): { maker: Maker } => ({ maker: shown?.makesFinDocument ? "shop" : "bank" }),
    () => ({}),
    next,
  );
  const [asking, ask] = useState(false);
  const choose = (maker: Maker): void => (maker === "shop" ? ask(true) : set({ maker }));
  const go = (): void => on({ makesFinDocument: form.maker === "shop" });
  return (
    <FormStep name="document" title={words("doc.q")} lead={words("doc.t")} task={task} on={go} back={back}>
      <Choice
        id="halyk-document"
        label={words("doc.q")}
        bare
        value={form.maker}
        onChange={choose}
        options={(["bank", "shop"] as const).map((value) => ({
          value,
          title: words(`doc.${value}`),
          text: words(`doc.${value}.t`),
        }))}
      />
      {form.maker === "shop" && (
        <Note kind="doubt">
          <p data-testid="halyk-document-warning">{words("doc.warning")}</p>
        </Note>
      )}
      {asking && (
        <Ask
          title={words("doc.sure.q")}
          text={words("doc.sure.t")}
          yes={words("doc.sure.yes")}
          onNo={() => ask(false)}
          onYes={() => {
            ask(false);
            set({ maker: "shop" });
          }}
        />
      )}
    </FormStep>
  );
}
