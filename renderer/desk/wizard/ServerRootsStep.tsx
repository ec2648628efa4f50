import type { ReactNode } from "react";
import type { OtherBank } from "../../../contract/desk.ts";
import { RootFiles } from "../certificate/Roots.tsx";
import { bankOf } from "../banks.ts";
import { useDesk } from "../session.ts";
import { FormStep } from "./FormStep.tsx";
import type { StepProps } from "./steps.ts";
import { useDeskWords } from "../words.ts";

/** Root certificates of a bank's server: hardly ever needed, the public ones are trusted. */
export function ServerRootsStep({ bank, next, back }: StepProps & { readonly bank: OtherBank }): ReactNode {
  const words = useDeskWords();
  const { view, busy, send } = useDesk();
  const { draft, inUse } = bankOf(view, bank);
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
        id={`${bank}-roots`}
        kept={`${bank}.roots`}
        roots={(draft ?? inUse)?.roots ?? []}
        hint={words("halyk.roots.files.t")}
        take={(files) => send("bank.roots", { provider: bank, of: "server", files: [...files] })}
        removable
      />
    </FormStep>
  );
}
