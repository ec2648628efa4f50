import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { RefundView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Dial, useSeconds } from "../ui/Dial.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { EmptyPlate, Plate } from "../ui/Plate.tsx";
import { Steps } from "../ui/Steps.tsx";
import { Text, useWords } from "../words.tsx";
import { leaveRefund } from "./actions.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly refund: RefundView;
}

/** The code that opens the customer's purchases. Its sky is dark, so that it is never taken for a code to pay. */
export function RefundQr({ snapshot, refund }: Props): ReactNode {
  const words = useWords();
  const back = useBackWords();
  const countdown = useStore((state) => state.refundCountdown);
  const leaving = useStore((state) => state.busy.has(busyKey("refunds.cancel", refund.id)));
  const seconds = useSeconds(countdown?.id === refund.id ? countdown : null);
  const creating = refund.state === "creating";
  const payload = seconds === 0 || creating ? null : (refund.qr?.payload ?? null);
  const leave = (): void => void leaveRefund(refund);
  const sum = refund.minor === null ? null : formatMoney(minor(refund.minor), refund.currency);
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-qr"
      sky="refund"
      className="with-plate"
      back={leave}
      focusOn={`refund-qr ${refund.id}`}
      stand={
        <div className="stand">
          <div>
            <h1 className="amount wordy">{back("back.title")}</h1>
          </div>
        </div>
      }
      plate={
        payload === null ? (
          <EmptyPlate>{creating ? <Dial seconds={null} of={1} /> : <Mark name="over" className="gone" />}</EmptyPlate>
        ) : (
          <Plate payload={payload} alt={back("back.heading")} />
        )
      }
    >
      <div className="side">
        <div className="timer">
          {!creating && <Dial seconds={seconds ?? 0} of={(countdown?.totalMs ?? 180_000) / 1000} />}
          <p className="said" role="status" data-silent={refund.silent ? "" : undefined}>
            {refund.silent && payload !== null && <Mark name="watch" className="inl" />}
            <b>
              {creating
                ? back("back.preparing")
                : payload === null
                  ? words("qr.over")
                  : refund.silent
                    ? words("qr.silent")
                    : back("back.ask")}
            </b>
          </p>
        </div>
        {!creating &&
          (payload === null ? <p className="lead">{words("qr.asking")}</p> : <Steps of={refund.provider} />)}
        <p className="dim note">
          <Text>{sum === null ? back("back.note") : back("back.note.one", { sum })}</Text>
        </p>
        <div className="row push">
          <Button id="cancel" deliberate off={leaving} onPress={leave}>
            {words("cancel")}
          </Button>
        </div>
      </div>
    </Frame>
  );
}
