import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { anotherWay, busyKey, dismiss, refresh, renew } from "../actions.ts";
import { BANK_WORDS } from "../banks.ts";
import type { PlainKey, Words } from "../messages/index.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Dial } from "../ui/Dial.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { Sum } from "../ui/Sum.tsx";
import { Who } from "../ui/Who.tsx";
import { Text, useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

interface Look {
  readonly sky: "no" | "over" | "doubt";
  readonly line: "broken" | "solid" | "dashed";
  readonly title: PlainKey;
  readonly lead: PlainKey;
}

/** What each ending looks like and says. "No money was taken" only where that is certain (design U21). */
function lookOf({ state, settled, scanned, method, provider }: PaymentView): Look {
  const unscanned = method === "link" ? "url.unopened" : "over.unscanned";
  if (state === "declined" || state === "failed")
    return { sky: "no", line: "broken", title: "no.title", lead: "no.lead" };
  if (state === "expired") {
    if (settled)
      return { sky: "over", line: "solid", title: "over.title", lead: scanned ? "over.unconfirmed" : unscanned };
    if (scanned) return { sky: "doubt", line: "dashed", title: "over.title", lead: BANK_WORDS[provider].unconfirmed };
    return { sky: "over", line: "solid", title: "over.title", lead: unscanned };
  }
  if (settled) {
    const title = method === "invoice" ? "inv.gone" : "gone.title";
    return { sky: "over", line: "solid", title, lead: "no.lead" };
  }
  return {
    sky: scanned ? "doubt" : "over",
    line: "dashed",
    title: "gone.checking",
    lead: scanned ? "gone.scanned" : "gone.unscanned",
  };
}

/** Declined, failed, expired or cancelled. */
export function NotPaidScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const busy = useStore((state) => state.busy);
  const { sky, line, title, lead } = lookOf(payment);
  const { state, settled } = payment;
  const leaving = busy.has(busyKey("payments.dismiss", payment.id));
  const asking = busy.has(busyKey("payments.refresh", payment.id));
  const ended = state === "expired" && settled;
  // Money may be on its way: the first thing to do is to ask, not to charge again.
  const uncertain = !settled && payment.scanned;
  const again =
    state === "declined" || state === "failed"
      ? words("no.retry", { sum: formatMoney(minor(payment.minor), payment.currency) })
      : words(payment.method === "link" ? "url.new" : "qr.new");
  // An invoice is written anew, with its telephone: the sum is kept, and the amount screen leads on.
  const invoice = payment.method === "invoice";
  const retries = !uncertain && !invoice && state !== "cancelled" && retryHelps(payment);
  return (
    <Frame
      snapshot={snapshot}
      screen="result"
      sky={sky}
      line={line}
      focusOn={`result ${payment.id} ${state}`}
      stand={
        <div className="stand">
          <div>
            <p className="who">
              <Who snapshot={snapshot} />
            </p>
            <Sum tiyn={payment.minor} />
          </div>
          <Sign payment={payment} />
        </div>
      }
    >
      <div className="result" data-testid="result" data-state={state}>
        <h1 className="word">{words(title)}</h1>
        <p className="lead">{words(lead)}</p>
        {ended && <p className="lead">{words("no.lead")}</p>}
        {payment.error && <Reason error={payment.error} />}
        {!settled && payment.watching && (
          <p className="lead dim watching">
            <Mark name="watch" className="inl" />
            {watchText(payment, snapshot, words)}
          </p>
        )}
        <div className="row push reach">
          {uncertain && (
            <Button id="check-again" kind="main" off={asking} onPress={() => refresh(payment.id)}>
              {words(asking ? "doubt.checking" : "doubt.check")}
            </Button>
          )}
          {retries && <Retry payment={payment} kind="main" label={again} />}
          <Button
            id="done"
            kind={uncertain || retries ? "plain" : "main"}
            off={leaving}
            onPress={() => dismiss(payment.id)}
          >
            {words("paid.new")}
          </Button>
          {!retries && !invoice && <Retry payment={payment} kind="plain" label={again} />}
          {!uncertain && (invoice || snapshot.providers.length > 1) && (
            <Button id="other" deliberate off={leaving} onPress={() => void anotherWay(payment)}>
              {words("no.other")}
            </Button>
          )}
        </div>
        <Foot snapshot={snapshot} payment={payment} error={payment.error} />
      </div>
    </Frame>
  );
}

function Retry({
  payment,
  kind,
  label,
}: {
  readonly payment: PaymentView;
  readonly kind: "main" | "plain";
  readonly label: string;
}): ReactNode {
  return (
    <Button id="renew" kind={kind} deliberate onPress={() => renew(payment)}>
      <Text>{label}</Text>
    </Button>
  );
}

const retryHelps = ({ error }: PaymentView): boolean =>
  error === null || error.remedy === "retry" || error.remedy === "checkBank";

function Sign({ payment }: { readonly payment: PaymentView }): ReactNode {
  if (payment.state === "expired") return <Dial kind="sun" seconds={0} of={180} />;
  if (payment.state !== "cancelled") return <Mark name="no" className="sun noc" />;
  return <Mark name={payment.settled ? "gone" : "watch"} className="sun" />;
}

function watchText(payment: PaymentView, snapshot: Snapshot, words: Words): string {
  return payment.watchUntil
    ? words("over.until", { t: clockTime(payment.watchUntil, snapshot.app.timezone, true) })
    : words("over.watch");
}
