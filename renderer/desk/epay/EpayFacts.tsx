import type { ReactNode } from "react";
import { EPAY_CONFIRM_PATH } from "../../../contract/banks/epay.ts";
import type { EpaySettingsView, EpayTerminalView } from "../../../contract/desk.ts";
import { Facts, limitsText, Long } from "../ui/Facts.tsx";
import type { Fact } from "../ui/Facts.tsx";
import { useDeskWords } from "../words.ts";

const LINKS = ["postLink", "failurePostLink", "backLink", "failureBackLink"] as const;
const MEANS = ["cards", "transfers", "operations"] as const;

interface Props {
  readonly shown: EpaySettingsView;
  /** What is hardly ever looked at is folded away. */
  readonly folded?: boolean;
}

/** The way to Halyk ePay, as names and values. No secret is among them. */
export function EpayFacts({ shown, folded = false }: Props): ReactNode {
  const words = useDeskWords();
  const { terminals, invoiceRange } = shown;
  const means = MEANS.filter((name) => shown[name]).map((name) => words(`epay.has.${name}`));
  const terminal = (of: EpayTerminalView | null): ReactNode =>
    of ? <Long>{of.terminalId || words("fact.absent")}</Long> : words("epay.same");
  const rest = (
    <Facts
      rows={[
        [words("epay.where.oauth"), <Long key="oauth">{shown.oauthUrl}</Long>],
        [words("epay.verification"), terminal(terminals.verification)],
        [words("epay.transfer"), terminal(terminals.transfer)],
        [words("fact.roots"), shown.roots.length > 0 ? String(shown.roots.length) : words("fact.public")],
        [
          words("invoice.title"),
          <span key="range" className="num">{`${invoiceRange.from} – ${invoiceRange.to}`}</span>,
        ],
        [words("fact.limits"), limitsText(shown.limits)],
        ...LINKS.map((name): Fact => {
          const link = shown[name];
          return link !== null && [words(`epay.${name}`), <Long key={name}>{link}</Long>];
        }),
        shown.publicKeyUrl !== null && [words("epay.keyUrl"), <Long key="key">{shown.publicKeyUrl}</Long>],
        shown.confirmPath !== EPAY_CONFIRM_PATH && [words("epay.confirmPath"), shown.confirmPath],
        shown.cyrillicCryptogram && [words("epay.cryptogram"), words("epay.cryptogram.cyrillic")],
      ]}
    />
  );
  return (
    <>
      <Facts
        rows={[
          [words("fact.environment"), words(`env.${shown.environment}`)],
          [words("fact.url"), <Long key="api">{shown.apiUrl}</Long>],
          [words("epay.client"), terminals.payment.clientId || words("fact.absent")],
          [words("epay.secret"), words(terminals.payment.hasSecret ? "fact.there" : "fact.absent")],
          [words("wiz.terminal"), terminal(terminals.payment)],
          [words("wiz.means"), ["Google Pay", ...means].join(", ")],
        ]}
      />
      {folded ? (
        <details className="more">
          <summary data-testid="facts-more">{words("epay.more")}</summary>
          {rest}
        </details>
      ) : (
        rest
      )}
    </>
  );
}
