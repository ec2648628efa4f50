import type { ReactNode } from "react";
import type { HalykQrSettingsView } from "../../../contract/desk.ts";
import { Facts, limitsText, Long } from "../ui/Facts.tsx";
import { useDeskWords } from "../words.ts";

interface Props {
  readonly shown: HalykQrSettingsView;
  /** In use: how the stream of events does. Then what is hardly ever looked at is folded away. */
  readonly events?: ReactNode;
}

/** The way to Halyk QR, as names and values. No secret is among them. */
export function HalykFacts({ shown, events }: Props): ReactNode {
  const words = useDeskWords();
  const { environment, emvMismatch, invoiceRange, kafka, makesFinDocument } = shown;
  const mismatch = emvMismatch ?? (environment === "production" ? "block" : "warn");
  const brokers = kafka && <Long>{kafka.brokers.join(", ")}</Long>;
  const folded = events !== undefined;
  const rest = (
    <Facts
      rows={[
        shown.mpan !== null && [words("login.mpan"), shown.mpan],
        [words("fact.roots"), shown.roots.length > 0 ? String(shown.roots.length) : words("fact.public")],
        [words("wait.scan"), String(shown.scanSeconds)],
        [words("wait.poll"), String(shown.pollSeconds)],
        [
          words("invoice.title"),
          <span key="range" className="num">{`${invoiceRange.from} – ${invoiceRange.to}`}</span>,
        ],
        [words("fact.limits"), limitsText(shown.limits)],
        [words("fact.emv"), words(`emv.${mismatch}`)],
        [words("protocol.channel"), shown.channel],
        shown.amountAsString && [words("protocol.amount"), words("protocol.amount.text")],
        folded && kafka !== null && [words("events.brokers"), brokers],
      ]}
    />
  );
  return (
    <>
      <Facts
        rows={[
          [words("fact.environment"), words(`env.${environment}`)],
          [words("fact.url"), <Long key="url">{shown.url}</Long>],
          [words("login.username"), shown.username || words("fact.absent")],
          [words("login.password"), words(shown.hasPassword ? "fact.there" : "fact.absent")],
          [words("login.terminal"), shown.terminal || words("fact.absent")],
          [
            words("fact.latin"),
            <span key="latin" lang="en">
              {shown.pointOfSaleLatin}
            </span>,
          ],
          [words("wiz.document"), words(makesFinDocument ? "doc.shop" : "doc.bank")],
          [words("lay.events"), events ?? brokers ?? words("fact.off")],
        ]}
      />
      {folded ? (
        <details className="more">
          <summary data-testid="facts-more">{words("wiz.limits")}</summary>
          {rest}
        </details>
      ) : (
        rest
      )}
    </>
  );
}
