import { useState } from "react";
import type { ReactNode } from "react";
import { CertificateCard } from "../certificate/Card.tsx";
import { CertificateWays } from "../certificate/Open.tsx";
import { useDesk } from "../session.ts";
import { Note } from "../ui/Fault.tsx";
import { useDeskWords } from "../words.ts";
import { Buttons } from "../wizard/Buttons.tsx";
import { Step } from "../wizard/Step.tsx";
import type { StepProps } from "../wizard/steps.ts";

/** Schemes 2 and 3: the certificate by which the bank knows the till. */
export function CertificateStep({ next, back }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, busy } = useDesk();
  const [asked, setAsked] = useState(false);
  const certificate = view.draft?.certificate ?? null;
  // A gateway that proves itself with its own headers needs none (contract, section 2).
  const gateway = (view.draft?.headerNames.length ?? 0) > 0;
  const on = (): void => {
    setAsked(true);
    if (certificate || gateway) next();
  };
  return (
    <Step
      name="certificate"
      title={words("cert.q")}
      {...(certificate ? {} : { lead: words("cert.t") })}
      buttons={<Buttons next={on} back={back} busy={busy} />}
    >
      {certificate && <CertificateCard certificate={certificate} id="draft-certificate" />}
      {asked && !certificate && !gateway && (
        <Note kind="doubt">
          <p data-testid="missing-certificate">{words("miss.certificate")}</p>
        </Note>
      )}
      {certificate ? (
        <details className="more">
          <summary data-testid="certificate-other">{words("cert.other")}</summary>
          <CertificateWays />
        </details>
      ) : (
        <CertificateWays />
      )}
    </Step>
  );
}
