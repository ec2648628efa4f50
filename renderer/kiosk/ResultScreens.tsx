/** How it ended: paid, not paid, nobody knows, or refused before it began. */
import { useEffect, useEffectEvent, useState } from "react";
import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, leaveProblem, refresh, renew, retry } from "../actions.ts";
import { APP_NAME, wayName } from "../banks.ts";
import type { PlainKey } from "../messages/index.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import type { PlainKioskKey } from "../messages/kiosk.ts";
import type { Problem } from "../store.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Dial } from "../ui/Dial.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Text, useWords } from "../words.tsx";
import { Help } from "./Help.tsx";
import { useKeyMap } from "./keys.ts";
import { useLeave } from "./leave.ts";
import { SumStand } from "./PayScreens.tsx";
import { Shell } from "./Shell.tsx";
import { boughtOf, canAskAnew, choose, endVisit, leaveSale, sumOf } from "./visit.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

/** A result that is not the joy of a paid one is read for longer. */
const OTHER_SECONDS = 20;
/** Whoever looks into his bank's app needs a while; the core puts it away after two minutes. */
const DOUBT_SECONDS = 90;

/** The two buttons of a result: done, which counts down, and stay. */
export function Leaving(props: {
  readonly left: number | null;
  readonly leaving: boolean;
  readonly main?: boolean;
  readonly leave: () => void;
}): ReactNode {
  const kiosk = useKioskWords();
  const { left, leaving, leave, main = true } = props;
  return (
    <>
      <Button id="done" kind={main ? "main" : "plain"} deliberate off={leaving} onPress={leave}>
        {left === null ? kiosk("done") : kiosk("done.in", { n: left })}
      </Button>
      {/*
       * The touch itself stops the clock, as any other does. The button stays in its place then: without it the others would
       * move while a finger is on one of them, and the press would be lost.
       */}
      <Button id="stay" off={left === null} onPress={() => undefined}>
        {kiosk("stay")}
      </Button>
    </>
  );
}

export const useLeaving = (snapshot: Snapshot): boolean =>
  useStore(
    ({ busy }) =>
      busy.has(busyKey("payments.dismiss", snapshot.current?.id ?? "")) ||
      busy.has(busyKey("refunds.dismiss", snapshot.refund?.id ?? "")),
  );

/** The bank said yes, and where there are goods they have been given. */
export function PaidScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const name = `${payment.id} paid`;
  const leave = (): void => leaveSale(snapshot);
  const { left, line } = useLeave(name, snapshot.screen.autoReturnSeconds, leave);
  const leaving = useLeaving(snapshot);
  useKeyMap({ Enter: leave });
  const sale = payment.state === "paid" && payment.kind === "sale";
  return (
    <Shell
      snapshot={snapshot}
      scene="paid"
      sky={sale ? "yes" : "over"}
      line={left === null ? "thick" : "drain"}
      className={sale ? "paid" : "settled"}
      focusOn={name}
      lineRef={line}
      stand={
        <SumStand snapshot={snapshot} payment={payment} tiyn={payment.minor}>
          <Mark name={sale ? "yes" : "turn"} className="sun" />
        </SumStand>
      }
    >
      <div
        className="result"
        data-testid="result"
        data-state={payment.state}
        data-fulfilment={payment.fulfilment?.state}
      >
        <h1 className="word">{words(sale ? "paid.title" : "paid.released")}</h1>
        <p className="lead">
          {payment.late ? words("paid.late") : kiosk(payment.fulfilment?.state === "given" ? "goods.given" : "thanks")}
        </p>
        <dl className="facts">
          {(
            [
              [words("method"), wayName(payment)],
              [words("number"), payment.number],
              [words("time"), clockTime(payment.updatedAt, snapshot.app.timezone)],
            ] as const
          ).map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <div className="row push reach">
          <Leaving {...{ left, leaving, leave }} />
        </div>
      </div>
    </Shell>
  );
}

interface Look {
  readonly sky: "no" | "over" | "doubt";
  readonly line: "broken" | "solid" | "dashed";
  readonly title: PlainKey;
  readonly lead: PlainKioskKey;
}

/** "No money was taken" only where that is certain (design U21). */
function lookOf({ state, settled, scanned, error }: PaymentView, phone: boolean): Look {
  const watched = phone ? "no.watched" : "no.watched.any";
  if (!settled || error?.code === "money_at_bank") {
    const title = state === "expired" ? "over.title" : "gone.checking";
    return { sky: scanned ? "doubt" : "over", line: "dashed", title, lead: watched };
  }
  switch (state) {
    case "expired":
      return { sky: "over", line: "solid", title: "over.title", lead: scanned ? "no.unconfirmed" : "no.unscanned" };
    case "cancelled":
      return { sky: "over", line: "solid", title: "gone.title", lead: "no.lead" };
    default:
      return { sky: "no", line: "broken", title: "no.title", lead: "no.lead" };
  }
}

/** Declined, failed, expired or cancelled. */
export function NotPaidScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const language = useStore((state) => state.language);
  const { state, settled, error } = payment;
  const name = `${payment.id} ${state} ${String(settled)}`;
  const leave = (): void => leaveSale(snapshot);
  const { left, line: ref } = useLeave(name, OTHER_SECONDS, leave);
  const leaving = useLeaving(snapshot);
  const { sky, line, title, lead } = lookOf(payment, snapshot.merchant.supportPhone !== null);
  // While the bank may still take the money, a second attempt could be a second payment.
  const again = line !== "dashed" && canAskAnew(payment);
  useKeyMap({ Escape: leave, ...(again ? { Enter: () => renew(payment) } : {}) });
  return (
    <Shell
      snapshot={snapshot}
      scene="not-paid"
      sky={sky}
      line={line}
      focusOn={name}
      lineRef={ref}
      stand={
        <SumStand snapshot={snapshot} payment={payment} tiyn={payment.minor}>
          {state === "expired" ? (
            <Dial kind="sun" seconds={0} of={180} />
          ) : (
            <Mark
              name={line === "dashed" ? "watch" : state === "cancelled" ? "gone" : "no"}
              className={line === "broken" ? "sun noc" : "sun"}
            />
          )}
        </SumStand>
      }
    >
      <div className="result" data-testid="result" data-state={state}>
        <h1 className="word">{words(title)}</h1>
        <p className="lead">{kiosk(lead)}</p>
        {state === "declined" && error && (
          <p className="lead dim" data-testid="error" data-code={error.code}>
            {errorText(language, error).title}
          </p>
        )}
        <div className="row push reach">
          {again && (
            <Button id="renew" kind="main" deliberate onPress={() => renew(payment)}>
              <Text>{words("no.retry", { sum: sumOf(payment) })}</Text>
            </Button>
          )}
          <Leaving {...{ left, leaving, leave }} main={!again} />
        </div>
        <Help snapshot={snapshot} number={payment.number} at={payment.updatedAt} error={error} />
      </div>
    </Shell>
  );
}

/** What is known, what the customer can look at himself, and what he should not do. No button is called Cancel here. */
export function DoubtScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const asking = useStore((state) => state.busy.has(busyKey("payments.refresh", payment.id)));
  const leaving = useLeaving(snapshot);
  const leave = (): void => leaveSale(snapshot);
  const leaveAlone = useEffectEvent(leave);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const begin = (): void => {
      clearTimeout(timer);
      timer = setTimeout(leaveAlone, DOUBT_SECONDS * 1000);
    };
    begin();
    addEventListener("pointerdown", begin, { capture: true });
    addEventListener("keydown", begin, { capture: true });
    return () => {
      clearTimeout(timer);
      removeEventListener("pointerdown", begin, { capture: true });
      removeEventListener("keydown", begin, { capture: true });
    };
  }, []);
  const sum = sumOf(payment);
  const review = payment.state === "needs_review";
  const phone = snapshot.merchant.supportPhone !== null;
  const rows = [
    ["known", words("doubt.k"), review ? kiosk("doubt.unclear", { sum }) : words("doubt.k.t", { sum })],
    ["me", kiosk("doubt.me"), kiosk(phone ? "doubt.me.t" : "doubt.me.any", { sum, app: APP_NAME[payment.provider] })],
    ["not", words("doubt.n"), kiosk("doubt.me.n")],
  ] as const;
  return (
    <Shell
      snapshot={snapshot}
      scene="in-doubt"
      sky="doubt"
      line="dashed"
      focusOn={`doubt ${payment.id} ${payment.state}`}
      stand={
        <SumStand snapshot={snapshot} payment={payment} tiyn={payment.minor}>
          <Mark name="doubt" className="sun" />
        </SumStand>
      }
    >
      <div className="result compact" data-testid="result" data-state={payment.state}>
        <h1 className="title">{words("doubt.title")}</h1>
        <dl className="three">
          {rows.map(([id, label, text]) => (
            <div key={id} data-testid={`doubt-${id}`}>
              <dt>{label}</dt>
              <dd>
                <Text>{text}</Text>
              </dd>
            </div>
          ))}
        </dl>
        <div className="row push reach">
          {payment.bankId !== null && (
            <Button id="check-again" kind="main" off={asking} onPress={() => refresh(payment.id)}>
              {words(asking ? "doubt.checking" : "doubt.check")}
            </Button>
          )}
          <Button id="park" deliberate off={leaving} onPress={leave}>
            {kiosk("end")}
          </Button>
        </div>
        <Help snapshot={snapshot} number={payment.number} at={payment.updatedAt} error={payment.error} />
      </div>
    </Shell>
  );
}

/** The till refused to begin: nothing was written down, no bank was asked. */
export function RefusedScreen({
  snapshot,
  problem,
}: {
  readonly snapshot: Snapshot;
  readonly problem: Problem;
}): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const language = useStore((state) => state.language);
  const { error, starting } = problem;
  const [at] = useState(() => new Date().toISOString());
  const shelf = error.code === "wrong_price" || error.code === "not_in_catalogue";
  const again = error.remedy === "retry" || error.remedy === "checkBank" || error.code === "till_busy";
  // The catalogue that the snapshot brought since then has the new price.
  const anew = (): void => {
    leaveProblem();
    if (error.code === "not_in_catalogue") choose("");
  };
  const first = shelf ? anew : again ? () => retry(problem) : anew;
  useKeyMap({ Enter: first, Escape: endVisit });
  const text = errorText(language, error);
  return (
    <Shell
      snapshot={snapshot}
      scene="refused"
      sky={shelf ? "over" : "no"}
      line={shelf ? "solid" : "broken"}
      focusOn={`refused ${starting.key}`}
      stand={
        <SumStand snapshot={snapshot} payment={{ items: boughtOf(snapshot, starting.items) }} tiyn={starting.minor}>
          <Mark name={shelf ? "attention" : "no"} className={shelf ? "sun" : "sun noc"} />
        </SumStand>
      }
    >
      <div className="result" data-testid="result" data-state="failed" data-code={error.code}>
        <h1 className="word">{shelf ? text.title : kiosk("refused.title")}</h1>
        <p className="lead">{shelf ? `${kiosk("no.lead")} ${text.next}` : kiosk("refused.t")}</p>
        <div className="row push reach">
          <Button id="renew" kind="main" deliberate onPress={first}>
            {!shelf && again ? (
              <Text>{words("no.retry", { sum: formatMoney(minor(starting.minor)) })}</Text>
            ) : (
              kiosk("refused.again")
            )}
          </Button>
          <Button id="done" deliberate onPress={endVisit}>
            {kiosk("end")}
          </Button>
        </div>
        <Help snapshot={snapshot} number={null} at={at} error={error} />
      </div>
    </Shell>
  );
}
