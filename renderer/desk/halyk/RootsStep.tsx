import type { ReactNode } from "react";
import { RootFiles } from "../certificate/Roots.tsx";
import { useDesk } from "../session.ts";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { shownOf } from "./step.ts";

/** Root certificates of the bank's server: hardly ever needed, the public ones are trusted. */
export function RootsStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, busy, send } = useDesk();
  return (
    <FormStep
      name="roots"
      title={words("roots.q")}
      lead={words("halyk.roots.t")}
      task={{ error: null, busy }}
      on={next}
      back={back}
    >
      <RootFiles
        id="halyk-roots"
        kept="halykQr.roots"
        roots={shownOf(view)?.roots ?? []}
        hint={words("halyk.roots.files.t")}
        take={(files) => send("bank.roots", { provider: "halykQr", of: "server", files: [...files] })}
        removable
      />
    </FormStep>
  );
}
