import type { ReactNode } from "react";
import { useDesk } from "../session.ts";
import { ApplyStep } from "../wizard/ApplyStep.tsx";
import { CheckStep } from "../wizard/CheckStep.tsx";
import type { StepName, StepProps } from "../wizard/steps.ts";
import { ServerRootsStep } from "../wizard/ServerRootsStep.tsx";
import { Wizard } from "../wizard/Wizard.tsx";
import type { WizardProps } from "../wizard/Wizard.tsx";
import { EpayFacts } from "./EpayFacts.tsx";
import { FirstStep } from "./FirstStep.tsx";
import { LinksStep } from "./LinksStep.tsx";
import { MeansStep } from "./MeansStep.tsx";
import { SumsStep } from "./SumsStep.tsx";
import { TerminalsStep } from "./TerminalsStep.tsx";
import { TerminalStep } from "./TerminalStep.tsx";
import { EPAY } from "./way.ts";
import { WhereStep } from "./WhereStep.tsx";

const STEPS: readonly StepName[] = [
  "where",
  "terminal",
  "terminals",
  "links",
  "means",
  "sums",
  "roots",
  "check",
  "apply",
  "first",
];

/** The way to Halyk ePay. */
export function EpayWizard(props: WizardProps): ReactNode {
  const { draft } = useDesk().view.epay;
  const step = (name: StepName, to: StepProps): ReactNode => {
    switch (name) {
      case "terminal":
        return <TerminalStep {...to} />;
      case "terminals":
        return <TerminalsStep {...to} />;
      case "links":
        return <LinksStep {...to} />;
      case "means":
        return <MeansStep {...to} />;
      case "sums":
        return <SumsStep {...to} />;
      case "roots":
        return <ServerRootsStep bank="epay" {...to} />;
      case "check":
        return <CheckStep way={EPAY} {...to} />;
      case "apply":
        return <ApplyStep way={EPAY} facts={draft && <EpayFacts shown={draft} />} {...to} />;
      case "first":
        return <FirstStep done={props.done} connect={props.connect} />;
      default:
        return <WhereStep {...to} />;
    }
  };
  return <Wizard {...props} way={EPAY} steps={STEPS} checked="apply" step={step} />;
}
