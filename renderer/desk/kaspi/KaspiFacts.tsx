import type { ReactNode } from "react";
import type { KaspiSettingsView } from "../../../contract/desk.ts";
import { dayOf } from "../forms.ts";
import { useDesk } from "../session.ts";
import { Facts, limitsText, Long } from "../ui/Facts.tsx";
import { useDeskWords } from "../words.ts";

/** The way to Kaspi, as names and values. No secret is among them. */
export function KaspiFacts({ shown }: { readonly shown: KaspiSettingsView }): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const { scheme, environment, certificate, limits } = shown;
  const point = view.check?.tradePoints.find(({ id }) => id === shown.tradePointId);
  return (
    <Facts
      rows={[
        [words("fact.environment"), words(`env.${environment}`)],
        [words("fact.scheme"), words(`scheme.${scheme}`)],
        [words("fact.url"), <Long key="url">{shown.url}</Long>],
        scheme === 1
          ? [words("fact.key"), words(shown.hasApiKey ? "fact.there" : "fact.absent")]
          : [
              words("fact.certificate"),
              certificate
                ? `${certificate.subject}, ${words("until", { date: dayOf(certificate.notAfter) })}`
                : words("fact.absent"),
            ],
        [words("fact.roots"), shown.roots.length > 0 ? String(shown.roots.length) : words("fact.public")],
        shown.headerNames.length > 0 && [words("fact.headers"), shown.headerNames.join(", ")],
        [words("fact.device"), shown.deviceId ?? words("fact.absent")],
        [
          words("fact.point"),
          shown.tradePointId === null
            ? words("fact.absent")
            : point
              ? `${point.name} (${point.id})`
              : shown.tradePointId,
        ],
        [words("fact.limits"), limitsText(limits)],
      ]}
    />
  );
}
