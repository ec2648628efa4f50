import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { RefundView, Snapshot } from "../../contract/snapshot.ts";
import { busyKey, canBeAsked, refreshRefund } from "../actions.ts";
import { useBackWords } from "../messages/back.ts";
import { useStore } from "../store.ts";
import { clockTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { useSeconds } from "../ui/Dial.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Sum } from "../ui/Sum.tsx";
import { Sums } from "../ui/Sums.tsx";
import { Text, useWords } from "../words.tsx";
import { dismissRefund } from "./actions.ts";
import { refundSentences } from "./doubt-words.ts";
import { RefundOf } from "./RefundSending.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly refund: RefundView;
}

/** The bank's answer was lost: its available figure before and after decides, and until then nothing is sent again (design U28). */
export function RefundDoubt({ snapshot, refund }: Props): ReactNode {
  const words = useWords();
  const back = useBackWords();
  const language = useStore((state) => state.language);
  const busy = useStore((state) => state.busy);
  const countdown = useStore((state) => state.refundCountdown);
  const seconds = useSeconds(countdown?.id === refund.id && countdown.kind === "check" ? countdown : null);
  const money = (tiyn: number): string => formatMoney(minor(tiyn), refund.currency);
  const review = refund.state === "needs_review";
  const sum = money(refund.minor ?? 0);
  const asking = busy.has(busyKey("refunds.refresh", refund.id));
  const leaving = busy.has(busyKey("refunds.dismiss", refund.id));
  const last = refund.readings.at(-1);
  const lost = review && !canBeAsked(refund);
  const { known, tell, not, whom } = refundSentences(refund, back, language);
  const rows = [
    ["known", words("doubt.k"), known],
    ["tell", words("doubt.t"), tell],
    ["not", words("doubt.n"), not],
    ...(whom === null ? [] : [["do", back("back.do"), whom] as const]),
  ] as const;
  return (
    <Frame
      snapshot={snapshot}
      screen="refund-result"
      sky="doubt"
      line="dashed"
      focusOn={`refund ${refund.id} ${refund.state}`}
      stand={
        <div className="stand">
          <div>
            <p className="who">
              <RefundOf number={refund.sale?.number ?? null} />
            </p>
            <Sum tiyn={refund.minor ?? 0} />
          </div>
          <Mark name="doubt" className="sun" />
        </div>
      }
    >
      <div className="result compact" data-testid="result" data-state={refund.state}>
        <div className="headline">
          <h1 className="title">{back(review ? "back.review" : "back.checking")}</h1>
          {seconds !== null && (
            <p className="dim num" role="timer" data-testid="countdown" data-seconds={seconds}>
              {seconds > 0
                ? back("back.decide", {
                    t: `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, "0")}`,
                  })
                : back("back.decide.soon")}
            </p>
          )}
        </div>
        {refund.beforeMinor !== null && !refund.availableIsOurs && (
          <dl className="facts tight">
            <div data-testid="before">
              <dt>{back("back.before")}</dt>
              <dd>{money(refund.beforeMinor)}</dd>
            </div>
            {last && (
              <div data-testid="after">
                <dt>
                  {back("back.now")}, {clockTime(last.at, snapshot.app.timezone)}
                </dt>
                <dd>{money(last.minor)}</dd>
              </div>
            )}
          </dl>
        )}
        {review && refund.error && <Sums error={refund.error} asked={back("back.sum")} />}
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
          {!lost && (
            <Button id="check-again" kind="main" off={asking} onPress={() => refreshRefund(refund.id)}>
              {words(asking ? "doubt.checking" : "doubt.check")}
            </Button>
          )}
          {!review && (
            <Button id="refund-send" off onPress={() => undefined}>
              <Text>{back("back.send", { sum })}</Text>
            </Button>
          )}
          <Button
            id={review ? "done" : "park"}
            kind={lost ? "main" : "plain"}
            deliberate
            off={leaving}
            onPress={() => void dismissRefund(refund)}
          >
            {words("doubt.park")}
          </Button>
        </div>
        <Foot snapshot={snapshot} payment={refund} error={refund.error} />
      </div>
    </Frame>
  );
}
