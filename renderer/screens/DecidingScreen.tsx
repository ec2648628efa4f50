import type { ReactNode } from "react";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, dismiss, refresh } from "../actions.ts";
import type { Kind } from "../kinds.ts";
import type { PlainKey } from "../messages/index.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Dial, useSeconds } from "../ui/Dial.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { Stand } from "../ui/Stand.tsx";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

const HINT: Readonly<Record<Kind, PlainKey>> = {
  sale: "conf.hint.held",
  verification: "no.check.lead",
  transfer: "posted.hint.transfer",
};

/** The bank has what this till posted, and only its word ends it: there is nothing to cancel. */
export function DecidingScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const busy = useStore((state) => state.busy);
  const countdown = useStore((state) => state.countdown);
  const seconds = useSeconds(countdown?.id === payment.id ? countdown : null);
  const { id, error } = payment;
  const asking = busy.has(busyKey("payments.refresh", id));
  const silent = payment.silent || seconds === 0;
  const frame = { snapshot, screen: "confirming", focusOn: `confirming ${id}` } as const;
  const title = <h1 className="title">{words(error ? "doubt.title" : "posted.title")}</h1>;
  const buttons = (
    <>
      <Button id="check-again" kind={error ? "main" : "plain"} off={asking} onPress={() => refresh(id)}>
        {words(asking ? "doubt.checking" : "doubt.check")}
      </Button>
      <Button id="park" deliberate off={busy.has(busyKey("payments.dismiss", id))} onPress={() => dismiss(id)}>
        {words("conf.park")}
      </Button>
    </>
  );
  // The bank is not even asked: what is in the way comes before the time that is left.
  if (error)
    return (
      <Frame
        {...frame}
        sky="doubt"
        line="dashed"
        stand={
          <Stand snapshot={snapshot} tiyn={payment.minor} kind={payment.kind}>
            <Mark name="watch" className="sun" />
          </Stand>
        }
      >
        <div className="result">
          {title}
          <Reason error={error} />
          <div className="row push reach">{buttons}</div>
          <Foot snapshot={snapshot} payment={payment} error={error} />
        </div>
      </Frame>
    );
  return (
    <Frame
      {...frame}
      className="with-plate waiting posted"
      stand={<Stand snapshot={snapshot} tiyn={payment.minor} kind={payment.kind} />}
      plate={
        <div className="center-right">
          <Dial kind="big" seconds={seconds} of={(countdown?.totalMs ?? 1_200_000) / 1000} />
        </div>
      }
    >
      <div className="side">
        {title}
        <p className="lead">{words("posted.lead")}</p>
        {silent ? (
          <p className="low" role="status">
            <Mark name="watch" className="inl" />
            <b>{words("qr.silent")}</b>
          </p>
        ) : (
          <p className="dim">{words(HINT[payment.kind])}</p>
        )}
        <div className="row push">{buttons}</div>
      </div>
    </Frame>
  );
}
