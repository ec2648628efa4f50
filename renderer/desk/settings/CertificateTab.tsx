import type { ReactNode } from "react";
import { CertificateCard } from "../certificate/Card.tsx";
import { CertificateWays } from "../certificate/Open.tsx";
import { KaspiRoots } from "../certificate/Roots.tsx";
import { useDesk } from "../session.ts";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";

/** The certificate in use, and the ways to another one. The old one is kept until the bank has answered the new one. */
export function CertificateTab({ unfinished }: { readonly unfinished: ReactNode }): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const { kaspi, draft } = view;
  const inUse = kaspi?.certificate ?? null;
  const fresh = draft?.certificate ?? null;
  const withKey = (draft ?? kaspi)?.scheme === 1;
  return (
    <div className="pane">
      {unfinished}
      {withKey ? (
        <Group title={words("set.certificate")} lead={words("cert.scheme1")}>
          {null}
        </Group>
      ) : (
        <>
          <Group title={words("cert.used")}>
            {inUse ? (
              <CertificateCard certificate={inUse} id="certificate" />
            ) : (
              <p className="dim">{words("fact.absent")}</p>
            )}
          </Group>
          {fresh && fresh.fingerprint !== inUse?.fingerprint && (
            <Group title={words("cert.fresh")} lead={words("cert.fresh.t")}>
              <CertificateCard certificate={fresh} id="draft-certificate" />
            </Group>
          )}
          <Group title={words("cert.replace")} lead={words("cert.replace.t")}>
            <CertificateWays />
          </Group>
        </>
      )}
      <Group title={words("roots.q")} lead={words("roots.t")}>
        <KaspiRoots roots={(draft ?? kaspi)?.roots ?? []} />
      </Group>
    </div>
  );
}
