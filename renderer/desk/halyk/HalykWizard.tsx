import type { ReactNode } from "react";
import { useDesk } from "../session.ts";
import { ApplyStep } from "../wizard/ApplyStep.tsx";
import { CheckStep } from "../wizard/CheckStep.tsx";
import { PayStep } from "../wizard/PayStep.tsx";
import type { StepName, StepProps } from "../wizard/steps.ts";
import { ServerRootsStep } from "../wizard/ServerRootsStep.tsx";
import { Wizard } from "../wizard/Wizard.tsx";
import type { WizardProps } from "../wizard/Wizard.tsx";
import { DocumentStep } from "./DocumentStep.tsx";
import { EventsStep } from "./EventsStep.tsx";
import { HalykFacts } from "./HalykFacts.tsx";
import { LimitsStep } from "./LimitsStep.tsx";
import { LoginStep } from "./LoginStep.tsx";
import { ShopStep } from "./ShopStep.tsx";
import { HALYK } from "./way.ts";
import { WhereStep } from "./WhereStep.tsx";

const STEPS: readonly StepName[] = [
  "where",
  "login",
  "shop",
  "roots",
  "limits",
  "document",
  "events",
  "check",
  "apply",
  "pay",
];

/** The way to Halyk QR. */
export function HalykWizard(props: WizardProps): ReactNode {
  const { draft } = useDesk().view.halykQr;
  const step = (name: StepName, to: StepProps): ReactNode => {
    switch (name) {
      case "login":
        return <LoginStep {...to} />;
      case "shop":
        return <ShopStep {...to} />;
      case "roots":
        return <ServerRootsStep bank="halykQr" {...to} />;
      case "limits":
        return <LimitsStep {...to} />;
      case "document":
        return <DocumentStep {...to} />;
      case "events":
        return <EventsStep {...to} />;
      case "check":
        return <CheckStep way={HALYK} {...to} />;
      case "apply":
        return <ApplyStep way={HALYK} facts={draft && <HalykFacts shown={draft} />} {...to} />;
      case "pay":
        return <PayStep bank="halykQr" back={to.back} {...props} />;
      default:
        return <WhereStep {...to} />;
    }
  };
  return <Wizard {...props} way={HALYK} steps={STEPS} checked="apply" step={step} />;
}
