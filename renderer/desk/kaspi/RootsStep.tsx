import type { ReactNode } from "react";
import { KaspiRoots } from "../certificate/Roots.tsx";
import { useDesk } from "../session.ts";
import { useDeskWords } from "../words.ts";
import { Buttons } from "../wizard/Buttons.tsx";
import { Step } from "../wizard/Step.tsx";
import type { StepProps } from "../wizard/steps.ts";

/** The bank's root certificates. Without them only a bank with a public certificate is trusted. */
export function RootsStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, busy } = useDesk();
  const roots = view.draft?.roots ?? [];
  return (
    <Step
      name="roots"
      title={words("roots.q")}
      lead={words("roots.t")}
      onEnter={next}
      buttons={
        <Buttons next={next} back={back} busy={busy} {...(roots.length === 0 ? { face: words("roots.skip") } : {})} />
      }
    >
      <KaspiRoots roots={roots} />
    </Step>
  );
}
