import { useState } from "react";
import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, cancel, dismiss, refresh } from "../actions.ts";
import { useStore } from "../store.ts";
import { clockTime, dayTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { Stand } from "../ui/Stand.tsx";
import { useWait } from "../ui/wait.ts";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

/** The bank forbids asking by timer (Kaspi 4.6), and the till answers from memory for as long. */
const ASK_EVERY_S = 5;

/** An invoice on its way: the till is free, and only a person asks the bank about it. */
export function InvoiceSentScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const [asking, setAsking] = useState(false);
  const [wait, waitFor] = useWait();
  const busy = useStore((state) => state.busy);
  const invoiced = useStore((state) => state.invoiced);
  const { timezone } = snapshot.app;
  const name = invoiced?.id === payment.id ? invoiced.name : null;
  const checking = busy.has(busyKey("payments.refresh", payment.id));
  const leaving = busy.has(busyKey("payments.cancel", payment.id)) || busy.has(busyKey("payments.dismiss", payment.id));
  const check = (): void => {
    refresh(payment.id);
    waitFor(ASK_EVERY_S);
  };
  return (
    <Frame
      snapshot={snapshot}
      screen="invoice"
      focusOn={`invoice ${payment.id} ${String(asking)}`}
      stand={
        <Stand snapshot={snapshot} tiyn={payment.minor}>
          <Mark name="phone" className="sun" />
        </Stand>
      }
    >
      <div className="result compact" data-testid="result" data-state={payment.state}>
        {asking ? (
          <>
            <h1 className="title">{words("inv.back.q")}</h1>
            <p className="lead">{words("inv.back.t")}</p>
            <div className="row push reach">
              <Button id="stay" kind="main" onPress={() => setAsking(false)}>
                {words("inv.back.no")}
              </Button>
              <Button
                id="cancel-confirm"
                deliberate
                off={leaving}
                onPress={() => {
                  cancel(payment.id);
                  setAsking(false);
                }}
              >
                {words("inv.back.yes")}
              </Button>
            </div>
          </>
        ) : (
          <>
            <div className="headline">
              <h1 className="title">{words("inv.sent")}</h1>
              {payment.answeredAt && (
                <p className="dim num">{words("doubt.last", { t: clockTime(payment.answeredAt, timezone) })}</p>
              )}
            </div>
            <dl className="facts">
              <div>
                <dt>{words("inv.to")}</dt>
                <dd>{[name, payment.phone].filter(Boolean).join(", ")}</dd>
              </div>
              {payment.payableUntil && (
                <div>
                  <dt>{words("inv.until")}</dt>
                  <dd>{dayTime(payment.payableUntil, timezone)}</dd>
                </div>
              )}
              <div>
                <dt>{words("number")}</dt>
                <dd>{payment.number}</dd>
              </div>
            </dl>
            {payment.error ? (
              <Reason error={payment.error} />
            ) : (
              <>
                <p className="lead">{words("inv.how")}</p>
                <p className="dim">{words("inv.self")}</p>
              </>
            )}
            <div className="row push reach">
              <Button id="check-again" kind="main" off={checking || wait > 0} onPress={check}>
                {checking ? words("inv.checking") : wait > 0 ? words("inv.bank.wait", { n: wait }) : words("inv.bank")}
              </Button>
              <Button id="done" off={leaving} onPress={() => dismiss(payment.id)}>
                {words("inv.next")}
              </Button>
              <Button id="cancel" deliberate off={leaving} onPress={() => setAsking(true)}>
                {words("inv.back")}
              </Button>
            </div>
          </>
        )}
      </div>
    </Frame>
  );
}
