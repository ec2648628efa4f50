/** While the bank is asked for a code, while it can be scanned, and while the customer confirms it on his telephone. */
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { isPostedMethod } from "../../contract/states.ts";
import { busyKey, cancel, renew } from "../actions.ts";
import { APP_NAME } from "../banks.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import { useAsked } from "../speech/step.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Dial, LOW_SECONDS, useSeconds } from "../ui/Dial.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Mismatch } from "../ui/Mismatch.tsx";
import { EmptyPlate, Plate } from "../ui/Plate.tsx";
import { Steps } from "../ui/Steps.tsx";
import { Sum } from "../ui/Sum.tsx";
import { Who } from "../ui/Who.tsx";
import { useWords } from "../words.tsx";
import { useKeyMap } from "./keys.ts";
import { Shell } from "./Shell.tsx";
import { canAskAnew, itemsLine, sumOf } from "./visit.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

const SLOW_AFTER_MS = 4000;

/** What is bought, or else to whom is paid, above the sum that stays in its place from the choice to the result. */
export function SumStand(props: {
  readonly snapshot: Snapshot;
  readonly payment: Pick<PaymentView, "items"> | null;
  readonly tiyn: number;
  readonly heading?: string;
  readonly children?: ReactNode;
}): ReactNode {
  const language = useStore((state) => state.language);
  const items = props.payment?.items ?? [];
  return (
    <div className="stand">
      <div>
        {props.heading !== undefined && <h1 className="sr">{props.heading}</h1>}
        <p className="who">
          {items.length > 0 ? <b>{itemsLine(items, language)}</b> : <Who snapshot={props.snapshot} />}
        </p>
        <Sum tiyn={props.tiyn} />
      </div>
      {props.children}
    </div>
  );
}

/** The bank has been asked for a code. */
export function CreatingScreen(props: {
  readonly snapshot: Snapshot;
  readonly tiyn: number;
  readonly items: PaymentView["items"];
  /** Null until the till has written it down: before that there is nothing to cancel. */
  readonly payment: PaymentView | null;
}): ReactNode {
  const { snapshot, tiyn, items, payment } = props;
  const words = useWords();
  const [slow, setSlow] = useState(false);
  const cancelling = useStore((state) => payment !== null && state.busy.has(busyKey("payments.cancel", payment.id)));
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Shell
      snapshot={snapshot}
      scene="creating"
      className="with-plate"
      focusOn="creating"
      stand={<SumStand snapshot={snapshot} payment={{ items }} tiyn={tiyn} />}
      plate={
        <EmptyPlate>
          <Dial seconds={null} of={1} />
        </EmptyPlate>
      }
    >
      <div className="side" role="status">
        <h1 className="title">{words("creating.title")}</h1>
        <p className="lead">{words(slow ? "creating.slow" : "creating.lead")}</p>
        <div className="row push">
          <Button
            id="cancel"
            deliberate
            off={payment === null || cancelling}
            onPress={() => payment && cancel(payment.id)}
          >
            {words("cancel")}
          </Button>
        </div>
      </div>
    </Shell>
  );
}

/** The code, the time it has, and what to do with a telephone. */
export function QrScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const countdown = useStore((state) => state.countdown);
  const cancelling = useStore((state) => state.busy.has(busyKey("payments.cancel", payment.id)));
  const seconds = useSeconds(countdown?.id === payment.id ? countdown : null);
  const payload = seconds === 0 ? null : ((payment.method === "link" ? payment.link : payment.qr?.payload) ?? null);
  const doubted = payment.error?.code === "qr_mismatch" && payload !== null;
  const low = seconds !== null && seconds <= LOW_SECONDS;
  const said = payload === null ? "qr.over" : payment.silent ? "qr.silent" : low ? "qr.low" : "qr.scan";
  // Whoever did not choose the bank here has to be told whose code this is before he looks for it in another app.
  const foreign = said === "qr.scan" && !canAskAnew(payment);
  const stop = (): void => {
    if (!cancelling) cancel(payment.id);
  };
  useKeyMap({ Escape: stop });
  return (
    <Shell
      snapshot={snapshot}
      scene="qr"
      sky={doubted ? "doubt" : "open"}
      line={doubted ? "dashed" : "solid"}
      className="with-plate"
      focusOn={`qr ${payment.id}`}
      stand={
        <SumStand
          snapshot={snapshot}
          payment={payment}
          tiyn={payment.minor}
          heading={words("qr.heading", { sum: sumOf(payment) })}
        />
      }
      plate={
        payload === null ? (
          <EmptyPlate>
            <Mark name="over" className="gone" />
          </EmptyPlate>
        ) : (
          <Plate payload={payload} />
        )
      }
    >
      <div className="side">
        <div className="timer">
          <Dial seconds={seconds ?? 0} of={(countdown?.totalMs ?? 180_000) / 1000} />
          <p
            className={low ? "said low" : "said"}
            role="status"
            data-silent={payment.silent ? "" : undefined}
            data-foreign={foreign ? "" : undefined}
          >
            {payment.silent && payload !== null && <Mark name="watch" className="inl" />}
            <b>{foreign ? kiosk("qr.app", { app: APP_NAME[payment.provider] }) : words(said)}</b>
          </p>
        </div>
        {payload === null ? (
          <p className="lead">{words("qr.asking")}</p>
        ) : doubted ? (
          <Doubted payment={payment} />
        ) : (
          <Steps of={payment.provider} />
        )}
        <div className="row push">
          <Button id="cancel" deliberate off={cancelling} onPress={stop}>
            {words("cancel")}
          </Button>
          {low && canAskAnew(payment) && (
            <Button id="renew" kind="main" onPress={() => renew(payment)}>
              {words("qr.new")}
            </Button>
          )}
        </div>
      </div>
    </Shell>
  );
}

/** What to look at before it is paid, in the customer's words. */
function Doubted({ payment }: { readonly payment: PaymentView }): ReactNode {
  const kiosk = useKioskWords();
  return <Mismatch payment={payment} check={kiosk("qr.check", { sum: formatMoney(minor(payment.minor)) })} />;
}

/** It was scanned: only the customer's telephone or the bank's clock can end it now. */
export function ConfirmingScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const [asking, setAsking] = useState(false);
  const leaving = useStore((state) => state.busy.has(busyKey("payments.cancel", payment.id)));
  const countdown = useStore((state) => state.countdown);
  const seconds = useSeconds(countdown?.id === payment.id ? countdown : null);
  const posted = isPostedMethod(payment.method);
  const app = APP_NAME[payment.provider];
  useKeyMap({ Escape: () => setAsking((before) => !before) });
  useAsked(asking ? "leave" : null);
  return (
    <Shell
      snapshot={snapshot}
      scene="confirming"
      className={asking ? "with-plate waiting asking" : "with-plate waiting"}
      focusOn={`confirming ${payment.id} ${String(asking)}`}
      stand={<SumStand snapshot={snapshot} payment={payment} tiyn={payment.minor} />}
      plate={
        <div className="center-right">
          <Dial kind="big" seconds={seconds} of={(countdown?.totalMs ?? 65_000) / 1000} />
        </div>
      }
    >
      {asking ? (
        <div className="side">
          <h1 className="title">{kiosk("conf.q")}</h1>
          <p className="lead">{kiosk("conf.warn")}</p>
          <div className="row push">
            <Button id="stay" kind="main" onPress={() => setAsking(false)}>
              {words("conf.stay")}
            </Button>
            <Button id="cancel-confirm" deliberate off={leaving} onPress={() => cancel(payment.id)}>
              {words("conf.go")}
            </Button>
          </div>
        </div>
      ) : (
        <div className="side">
          <h1 className="title done">
            <Mark name="tick" className="tickmark" />
            <span>{kiosk(posted ? "conf.bank" : "conf.title")}</span>
          </h1>
          {payment.silent || seconds === 0 ? (
            <p className="low" role="status">
              <Mark name="watch" className="inl" />
              <b>{words(seconds === 0 ? "qr.over" : "qr.silent")}</b>
            </p>
          ) : (
            !posted && (
              <p className="lead">{kiosk(payment.provider === "kaspi" ? "conf.tap" : "conf.tap.any", { app })}</p>
            )
          )}
          {payment.error?.code === "qr_mismatch" && <Doubted payment={payment} />}
          <div className="row push">
            <Button id="cancel" deliberate onPress={() => setAsking(true)}>
              {words("conf.leave")}
            </Button>
          </div>
        </div>
      )}
    </Shell>
  );
}
