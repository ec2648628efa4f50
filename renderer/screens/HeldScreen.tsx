import { useState } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { PaymentView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, capture, dismiss, giveBack, refresh } from "../actions.ts";
import { wayName } from "../banks.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { cardName, FactsLine } from "../ui/Details.tsx";
import type { Fact } from "../ui/Details.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { Stand } from "../ui/Stand.tsx";
import { Text, useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly payment: PaymentView;
}

/** The money stands still on the card (a terminal of two stages, Q-84): it is not the shop's until somebody takes it. */
export function HeldScreen({ snapshot, payment }: Props): ReactNode {
  const words = useWords();
  const [returning, setReturning] = useState(false);
  const busy = useStore((state) => state.busy);
  const { id, operations, error } = payment;
  const sum = formatMoney(minor(payment.minor), payment.currency);
  const on = (name: "payments.capture" | "payments.void" | "payments.refresh" | "payments.dismiss"): boolean =>
    busy.has(busyKey(name, id));
  const working = on("payments.capture") || on("payments.void");
  // What was sent and not answered is asked about, never sent again.
  const unclear = error?.code === "capture_unconfirmed" || error?.code === "void_unconfirmed";
  const facts: readonly Fact[] = [
    [words("method"), wayName(payment)],
    [words("number"), payment.number],
    [words("time"), clockTime(payment.updatedAt, snapshot.app.timezone)],
    [words("det.card"), cardName(payment)],
  ];
  const done = (
    <Button id="done" kind={operations ? "plain" : "main"} off={on("payments.dismiss")} onPress={() => dismiss(id)}>
      {words("paid.new")}
    </Button>
  );
  return (
    <Frame
      snapshot={snapshot}
      screen="result"
      sky={unclear ? "doubt" : "open"}
      line={unclear ? "dashed" : "solid"}
      focusOn={`result ${id} held ${String(returning)}`}
      stand={
        <Stand snapshot={snapshot} tiyn={payment.minor} kind={payment.kind}>
          <Mark name="held" className="sun" />
        </Stand>
      }
    >
      <div className="result" data-testid="result" data-state={payment.state}>
        {returning ? (
          <>
            <h1 className="title">{words("held.q")}</h1>
            <p className="lead">
              <Text>{words("held.q.t", { sum })}</Text>
            </p>
            <div className="row push reach">
              <Button id="stay" kind="main" onPress={() => setReturning(false)}>
                {words("held.keep")}
              </Button>
              <Button
                id="void-confirm"
                deliberate
                off={working}
                onPress={() => {
                  giveBack(id);
                  setReturning(false);
                }}
              >
                {words("held.yes")}
              </Button>
            </div>
          </>
        ) : (
          <>
            <h1 className="word">{words("held.title")}</h1>
            {error ? <Reason error={error} /> : <p className="lead">{words("held.lead")}</p>}
            {!(operations && error) && <p className="lead dim">{words(operations ? "held.later" : "held.else")}</p>}
            {!error && <FactsLine facts={facts} told={payment} />}
            <div className="row push reach">
              {operations && unclear && (
                <Button id="check-again" kind="main" off={on("payments.refresh")} onPress={() => refresh(id)}>
                  {words(on("payments.refresh") ? "doubt.checking" : "doubt.check")}
                </Button>
              )}
              {operations && !unclear && (
                <>
                  <Button id="capture" kind="main" deliberate off={working} onPress={() => capture(id)}>
                    <Text>{on("payments.capture") ? words("held.asking") : words("held.take", { sum })}</Text>
                  </Button>
                  <Button id="void" deliberate off={working} onPress={() => setReturning(true)}>
                    {words(on("payments.void") ? "held.asking" : "held.back")}
                  </Button>
                </>
              )}
              {done}
            </div>
            {error && <Foot snapshot={snapshot} payment={payment} error={error} />}
          </>
        )}
      </div>
    </Frame>
  );
}
