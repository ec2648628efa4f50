import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { RefundView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { dayTime } from "../time.ts";
import { announce } from "../ui/Announcer.tsx";
import { Button } from "../ui/Button.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { useWords } from "../words.tsx";
import { leaveRefund } from "./actions.ts";
import { useIdleEnd } from "./idle.ts";
import { RefundAmount } from "./RefundAmount.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly refund: RefundView;
}

/** Another person's purchases stand on this screen: untouched for so long, they go (design U29). */
const HIDE_AFTER_S = 60;
const SAID_AT_S = 10;

/** Which of the customer's purchases, then how much of it. */
export function RefundChoosing({ snapshot, refund }: Props): ReactNode {
  const back = useBackWords();
  const [chosen, choose] = useState<string | null>(null);
  const sending = useStore((state) => state.busy.has(busyKey("refunds.select", refund.id)));
  const leave = (): void => void leaveRefund(refund);
  const left = useIdleEnd(HIDE_AFTER_S, () => {
    if (!sending) leave();
  });
  useEffect(() => {
    if (left === SAID_AT_S) announce(back("back.say", { n: left }));
  }, [left, back]);
  const operation = refund.operations.find(({ id }) => id === chosen);
  const hides = (
    <p className="dim num hides" data-testid="hides" data-seconds={left}>
      {back("back.hide", { n: left })}
    </p>
  );
  if (operation)
    return (
      <RefundAmount
        key={operation.id}
        snapshot={snapshot}
        target={{ kind: "operation", refund, operation }}
        leave={() => choose(null)}
        aside={hides}
      />
    );
  return <Purchases snapshot={snapshot} refund={refund} leave={leave} choose={choose} hides={hides} />;
}

function Purchases(
  props: Props & { readonly leave: () => void; readonly choose: (id: string) => void; readonly hides: ReactNode },
): ReactNode {
  const { snapshot, refund, leave, choose, hides } = props;
  const words = useWords();
  const back = useBackWords();
  const leaving = useStore((state) => state.busy.has(busyKey("refunds.cancel", refund.id)));
  const { operations, error } = refund;
  return (
    <Frame
      snapshot={snapshot}
      kind="office"
      screen="refund-choose"
      sky="refund"
      className="ops"
      back={leave}
      focusOn={`refund-choose ${refund.id}`}
      stand={
        <div className="stand">
          <div>
            <h1 className="title">{back("back.which")}</h1>
          </div>
          {hides}
        </div>
      }
    >
      {error && <Reason error={error} />}
      {operations.length === 0 ? (
        <div className="result">
          <p className="lead" data-testid="no-operations">
            {back("back.empty")}
          </p>
          <div className="row">
            <Button id="cancel" kind="main" deliberate off={leaving} onPress={leave}>
              {words("cancel")}
            </Button>
          </div>
        </div>
      ) : (
        <>
          <p className="dim pre">{back("back.private")}</p>
          <ul className="list">
            {operations.map(({ id, number, at, minor: tiyn }) => (
              <li key={id}>
                <button
                  type="button"
                  className="item"
                  data-testid={`operation-${id}`}
                  data-ours={number === null ? undefined : ""}
                  onClick={() => choose(id)}
                >
                  <span className={number === null ? "own" : "own ours"}>
                    <Mark name={number === null ? "ring" : "dot"} className="dot" />
                    <span>{back(number === null ? "back.other" : "back.ours")}</span>
                    {number !== null && <span className="dim num">№ {number}</span>}
                  </span>
                  <span className="num">{at === null ? "" : dayTime(at, snapshot.app.timezone)}</span>
                  <span className="sum">{formatMoney(minor(tiyn), refund.currency)}</span>
                  <Mark name="next" className="chev" />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Frame>
  );
}
