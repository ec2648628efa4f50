import type { ReactNode } from "react";
import { useDesk } from "../session.ts";
import { ApplyStep } from "../wizard/ApplyStep.tsx";
import { CheckStep } from "../wizard/CheckStep.tsx";
import { PayStep } from "../wizard/PayStep.tsx";
import type { StepName, StepProps } from "../wizard/steps.ts";
import { Wizard } from "../wizard/Wizard.tsx";
import type { WizardProps } from "../wizard/Wizard.tsx";
import { CertificateStep } from "./CertificateStep.tsx";
import { DeviceStep } from "./DeviceStep.tsx";
import { KaspiFacts } from "./KaspiFacts.tsx";
import { KeyStep } from "./KeyStep.tsx";
import { PointStep } from "./PointStep.tsx";
import { RootsStep } from "./RootsStep.tsx";
import { SchemeStep } from "./SchemeStep.tsx";
import { KASPI } from "./way.ts";
import { WhereStep } from "./WhereStep.tsx";

const WITH_KEY: readonly StepName[] = ["scheme", "where", "key", "roots", "device", "check", "point", "apply", "pay"];
const WITH_CERTIFICATE: readonly StepName[] = WITH_KEY.map((step) => (step === "key" ? "certificate" : step));

/** The way to Kaspi. Which steps it has, the contract decides. */
export function KaspiWizard(props: WizardProps): ReactNode {
  const { draft, kaspi } = useDesk().view;
  const steps = (draft ?? kaspi)?.scheme === 1 ? WITH_KEY : WITH_CERTIFICATE;
  const step = (name: StepName, to: StepProps): ReactNode => {
    switch (name) {
      case "where":
        return <WhereStep {...to} />;
      case "key":
        return <KeyStep {...to} />;
      case "certificate":
        return <CertificateStep {...to} />;
      case "roots":
        return <RootsStep {...to} />;
      case "device":
        return <DeviceStep {...to} />;
      case "check":
        return <CheckStep way={KASPI} {...to} />;
      case "point":
        return <PointStep {...to} />;
      case "apply":
        return <ApplyStep way={KASPI} facts={draft && <KaspiFacts shown={draft} />} {...to} />;
      case "pay":
        return <PayStep bank="kaspi" back={to.back} {...props} />;
      default:
        return <SchemeStep {...to} />;
    }
  };
  return <Wizard {...props} way={KASPI} steps={steps} checked={draft?.registered ? "apply" : "point"} step={step} />;
}
