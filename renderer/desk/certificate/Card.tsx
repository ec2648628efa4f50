import type { ReactNode } from "react";
import type { CertificateView } from "../../../contract/desk.ts";
import { Mark } from "../../ui/Mark.tsx";
import { dayOf } from "../forms.ts";
import { Facts } from "../ui/Facts.tsx";
import { useDeskWords } from "../words.ts";

/** From here on the till warns every day. */
const SOON_DAYS = 60;

/** Whose certificate it is and how long it holds. */
export function CertificateCard({
  certificate,
  id,
}: {
  readonly certificate: CertificateView;
  readonly id: string;
}): ReactNode {
  const words = useDeskWords();
  const { daysLeft } = certificate;
  const over = daysLeft <= 0;
  const state = over ? "no" : daysLeft <= SOON_DAYS ? "doubt" : "yes";
  return (
    <div className={`card ${state}`} data-testid={id}>
      <p className="cardhead">
        <Mark name={over ? "no" : state === "doubt" ? "attention" : "yes"} className={`mark ${state}c`} />
        <b>{over ? words("cert.over") : words("cert.left", { n: daysLeft })}</b>
      </p>
      <Facts
        rows={[
          [words("cert.subject"), certificate.subject],
          [words("cert.issuer"), certificate.issuer],
          [words("cert.until"), dayOf(certificate.notAfter)],
          [
            words("cert.print"),
            <span key="print" className="print">
              {certificate.fingerprint}
            </span>,
          ],
        ]}
      />
    </div>
  );
}
