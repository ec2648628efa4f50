import type { ReactNode } from "react";
import type { Provider } from "../../contract/states.ts";
import { APP_NAME, BANK_WORDS } from "../banks.ts";
import { useWords } from "../words.tsx";
import { StepList } from "./StepList.tsx";

/** What the customer does with a code. */
export function Steps({ of }: { readonly of: Provider }): ReactNode {
  const words = useWords();
  const steps = [words("qr.open", { app: APP_NAME[of] }), BANK_WORDS[of].tap(words), words("qr.aim")];
  return <StepList steps={steps} />;
}
