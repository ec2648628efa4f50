import { useState } from "react";
import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, cancel, dismiss } from "../actions.ts";
import { BANK_WORDS } from "../banks.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Dial, useSeconds } from "../ui/Dial.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Mismatch } from "../ui/Mismatch.tsx";
import { useWords } from "../words.tsx";
import { Stand } from "../ui/Stand.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

/** The customer has scanned: only the telephone or the bank's clock can end it now. */
export function ConfirmingScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  // The question takes the place of the text instead of covering it: the dial goes on beside it, and there is nothing to trap.
  const [asking, setAsking] = useState(false);
  const busy = useStore((state) => state.busy);
  const countdown = useStore((state) => state.countdown);
  const seconds = useSeconds(countdown?.id === payment.id ? countdown : null);
  const leaving = busy.has(busyKey("payments.cancel", payment.id)) || busy.has(busyKey("payments.dismiss", payment.id));
  // What the customer's telephone shows matters until the very last.
  const warned = payment.error?.code === "qr_mismatch";
  const park = (
    <Button id="park" deliberate off={leaving} onPress={() => dismiss(payment.id)}>
      {words("conf.park")}
    </Button>
  );
  return (
    <Frame
      snapshot={snapshot}
      screen="confirming"
      className={asking ? "with-plate waiting asking" : "with-plate waiting"}
      focusOn={`confirming ${payment.id} ${String(asking)}`}
      stand={<Stand snapshot={snapshot} tiyn={payment.minor} />}
      plate={
        <div className="center-right">
          <Dial kind="big" seconds={seconds} of={(countdown?.totalMs ?? 65_000) / 1000} />
        </div>
      }
    >
      {asking ? (
        <div className="side">
          <h1 className="title">{words("conf.q")}</h1>
          <p className="lead">{words("conf.warn")}</p>
          <div className="row push">
            <Button id="stay" kind="main" onPress={() => setAsking(false)}>
              {words("conf.stay")}
            </Button>
            {park}
            <Button id="cancel-confirm" deliberate off={leaving} onPress={() => cancel(payment.id)}>
              {words("conf.go")}
            </Button>
          </div>
        </div>
      ) : (
        <div className="side">
          <h1 className="title done">
            <Mark name="tick" className="tickmark" />
            <span>{words("conf.title")}</span>
          </h1>
          {!warned && <p className="lead">{words("conf.lead")}</p>}
          {payment.silent || seconds === 0 ? (
            <p className="low" role="status">
              <Mark name="watch" className="inl" />
              <b>{words(seconds === 0 ? "qr.over" : "qr.silent")}</b>
            </p>
          ) : (
            !warned && <p className="dim">{BANK_WORDS[payment.provider].confirming(words)}</p>
          )}
          {warned && <Mismatch payment={payment} />}
          <div className="row push">
            {park}
            <Button id="cancel" deliberate onPress={() => setAsking(true)}>
              {words("conf.leave")}
            </Button>
          </div>
        </div>
      )}
    </Frame>
  );
}
