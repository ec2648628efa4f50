import type { ReactNode } from "react";
import type { ErrorCode } from "../../contract/errors.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { isPostedMethod } from "../../contract/states.ts";
import { anotherWay, busyKey, cardAgain, dismiss, refresh, renew } from "../actions.ts";
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
import { NOT_DONE } from "../ui/states.ts";
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

/** The same of a card: nobody scans, and an ending that is not settled is asked about until the bank says it too. */
function lookOfPosted(payment: PaymentView): Look {
  const { state, settled, kind } = payment;
  const unsettled = { sky: "doubt", line: "dashed" } as const;
  if (isDisputed(payment)) return { ...unsettled, title: "review.title", lead: "no.open" };
  const over = { sky: "over", line: "solid" } as const;
  const none = kind === "verification" ? "no.check.lead" : "no.lead";
  switch (state) {
    case "expired":
      return settled
        ? { ...over, title: "over.title", lead: kind === "sale" ? "over.page" : none }
        : { ...unsettled, title: "over.title", lead: "over.page.open" };
    case "cancelled":
      return settled
        ? { ...over, title: "gone.title", lead: none }
        : { ...unsettled, title: "gone.checking", lead: "gone.posted" };
    default:
      return settled
        ? { sky: "no", line: "broken", title: NOT_DONE[kind], lead: none }
        : { ...unsettled, title: "gone.checking", lead: "no.open" };
  }
}

/** What each ending looks like and says. "No money was taken" only where that is certain (design U21). */
function lookOf(payment: PaymentView): Look {
  const { state, settled, scanned, method, provider } = payment;
  if (isPostedMethod(method)) return lookOfPosted(payment);
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

/** The bank has money of it all the same: nothing may be said to be over, and nothing is typed again. */
const isDisputed = ({ error }: PaymentView): boolean => error?.code === "money_at_bank";

/** A card's refusals that do not say themselves that nothing was taken. */
const SILENT: ReadonlySet<ErrorCode> = new Set([
  "declined_by_bank",
  "bank_refused",
  "threeds_unfinished",
  "bank_page_failed",
]);

/** Whether the reason says what the sentence above it would. */
function saysSo({ method, settled, state, error }: PaymentView): boolean {
  if (!isPostedMethod(method) || error === null) return false;
  if (error.code === "money_at_bank") return true;
  if (!settled) return state === "declined" || state === "failed";
  return state === "declined" ? !SILENT.has(error.code) : error.code === "never_reached";
}

/** Declined, failed, expired or cancelled. */
export function NotPaidScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const busy = useStore((state) => state.busy);
  const { sky, line, title, lead } = lookOf(payment);
  const { state, settled } = payment;
  const leaving = busy.has(busyKey("payments.dismiss", payment.id));
  const asking = busy.has(busyKey("payments.refresh", payment.id));
  const disputed = isDisputed(payment);
  const ended = state === "expired" && settled && !disputed;
  // Money may be on its way: the first thing to do is to ask, not to charge again.
  const posted = isPostedMethod(payment.method);
  const uncertain = disputed || (!settled && (posted || payment.scanned));
  const again = posted
    ? words("no.card")
    : state === "declined" || state === "failed"
      ? words("no.retry", { sum: formatMoney(minor(payment.minor), payment.currency) })
      : words(payment.method === "link" ? "url.new" : "qr.new");
  // An invoice is written anew, with its telephone: the sum is kept, and the amount screen leads on. A token of Google
  // Pay is a program's to send, and a card is typed again only once the bank has said how the first one ended.
  const rewritten = payment.method === "invoice";
  const once = payment.method === "googlePay" || (posted && uncertain);
  const retries = !uncertain && !rewritten && !once && state !== "cancelled" && retryHelps(payment);
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
              <Who snapshot={snapshot} kind={payment.kind} />
            </p>
            <Sum tiyn={payment.minor} currency={payment.currency} />
          </div>
          <Sign payment={payment} />
        </div>
      }
    >
      <div className="result" data-testid="result" data-state={state}>
        <h1 className="word">{words(title)}</h1>
        {!saysSo(payment) && <p className="lead">{words(lead)}</p>}
        {ended && payment.kind === "sale" && <p className="lead">{words("no.lead")}</p>}
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
          {!retries && !rewritten && !once && <Retry payment={payment} kind="plain" label={again} />}
          {!uncertain && payment.kind === "sale" && (rewritten || snapshot.providers.length > 1) && (
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
    <Button id="renew" kind={kind} deliberate onPress={() => again(payment)}>
      <Text>{label}</Text>
    </Button>
  );
}

function again(payment: PaymentView): void {
  const { method } = payment;
  if (method === "card" || method === "cardVerification" || method === "transfer") void cardAgain(payment, method);
  else renew(payment);
}

const retryHelps = ({ error }: PaymentView): boolean =>
  error === null || error.remedy === "retry" || error.remedy === "checkBank";

function Sign({ payment }: { readonly payment: PaymentView }): ReactNode {
  if (isDisputed(payment)) return <Mark name="doubt" className="sun" />;
  if (payment.state === "expired") return <Dial kind="sun" seconds={0} of={180} />;
  if (payment.state !== "cancelled" && !payment.settled && isPostedMethod(payment.method))
    return <Mark name="watch" className="sun" />;
  if (payment.state !== "cancelled") return <Mark name="no" className="sun noc" />;
  return <Mark name={payment.settled ? "gone" : "watch"} className="sun" />;
}

function watchText(payment: PaymentView, snapshot: Snapshot, words: Words): string {
  return payment.watchUntil
    ? words("over.until", { t: clockTime(payment.watchUntil, snapshot.app.timezone, true) })
    : words("over.watch");
}
