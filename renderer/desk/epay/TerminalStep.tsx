import type { ReactNode } from "react";
import { FormStep } from "../wizard/FormStep.tsx";
import type { StepProps } from "../wizard/steps.ts";
import { useDeskWords } from "../words.ts";
import { shownOf, useEpayStep } from "./step.ts";
import { terminalChange, terminalFaults, TerminalFields, terminalKnown } from "./TerminalFields.tsx";

/** By what the bank knows the till: the terminal that takes payments. */
export function TerminalStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, task, form, field, on } = useEpayStep(
    "terminal",
    (shown) => terminalKnown(shown?.terminals.payment),
    (typed, now) => terminalFaults(typed, shownOf(now)?.terminals.payment.hasSecret === true, words),
    next,
  );
  return (
    <FormStep
      name="terminal"
      title={words("epay.terminal.q")}
      lead={words("epay.terminal.lead")}
      task={task}
      on={() => on({ payment: terminalChange(form) })}
      back={back}
    >
      <TerminalFields
        id="epay"
        hasSecret={shownOf(view)?.terminals.payment.hasSecret === true}
        field={(part) => field(part, `terminals.payment.${part}`)}
      />
    </FormStep>
  );
}
