import type { ReactNode } from "react";
import type { RefundView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Dial } from "../ui/Dial.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Sum } from "../ui/Sum.tsx";
import { useWords } from "../words.tsx";
import { dismissRefund } from "./actions.ts";
import { RefundOf } from "./RefundSending.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly refund: RefundView;
}

/** The bank has taken it and makes it in its own time: the till goes on asking, whether this stays on the screen or not. */
export function RefundPending({ snapshot, refund }: Props): ReactNode {
  const words = useWords();
  const back = useBackWords();
  const leaving = useStore((state) => state.busy.has(busyKey("refunds.dismiss", refund.id)));
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-result"
      sky="refund"
      className="sending"
      focusOn={`refund ${refund.id} pending`}
      stand={
        <div className="stand">
          <div>
            <p className="who">
              <RefundOf number={refund.sale?.number ?? null} />
            </p>
            <Sum tiyn={refund.minor ?? 0} />
          </div>
          <Dial kind="sun" seconds={null} of={1} />
        </div>
      }
    >
      <div className="result" data-testid="result" data-state={refund.state}>
        <h1 className="title">{back("back.pending")}</h1>
        <p className="lead">{back("back.pending.t")}</p>
        <p className="dim">{back("back.wait.n")}</p>
        {refund.silent && (
          <p className="low" role="status">
            <Mark name="watch" className="inl" />
            <b>{words("qr.silent")}</b>
          </p>
        )}
        <div className="row push reach">
          <Button id="park" kind="main" deliberate off={leaving} onPress={() => void dismissRefund(refund)}>
            {words("doubt.park")}
          </Button>
        </div>
      </div>
    </Frame>
  );
}
