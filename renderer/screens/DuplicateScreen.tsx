import { useState } from "react";
import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { formatMoney, minor, parseAmount } from "../../contract/money.ts";
import { leaveProblem, sendSecondInvoice } from "../actions.ts";
import type { Problem } from "../store.ts";
import { dayTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Stand } from "../ui/Stand.tsx";
import { useWords } from "../words.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly problem: Problem;
}

/** The same invoice may be on its way already: the first is shown, and a second takes two deliberate steps. */
export function DuplicateScreen({ snapshot, problem }: Props): ReactNode {
  const words = useWords();
  const [sure, setSure] = useState(false);
  const { starting, other, error } = problem;
  return (
    <Frame
      snapshot={snapshot}
      screen="result"
      sky="doubt"
      line="dashed"
      focusOn={`duplicate ${starting.key} ${String(sure)}`}
      stand={
        <Stand snapshot={snapshot} tiyn={starting.minor}>
          <Mark name="doubt" className="sun" />
        </Stand>
      }
    >
      <div className="result compact" data-testid="result" data-state="failed">
        <h1 className="title">{words(sure ? "dup.q" : "dup.title")}</h1>
        <p className="lead">{words("dup.lead")}</p>
        {other && (
          <dl className="facts" data-testid="earlier">
            <div>
              <dt>{words("number")}</dt>
              <dd>{other.number}</dd>
            </div>
            <div>
              <dt>{words("time")}</dt>
              <dd>{dayTime(other.createdAt, snapshot.app.timezone)}</dd>
            </div>
            <div>
              <dt>{words("amount.label")}</dt>
              <dd>{formatMoney(parseAmount(other.amount) ?? minor(0), other.currency)}</dd>
            </div>
          </dl>
        )}
        <div className="row push reach">
          <Button id="done" kind="main" onPress={leaveProblem}>
            {words("dup.back")}
          </Button>
          {sure ? (
            <Button id="duplicate-confirm" deliberate onPress={() => sendSecondInvoice(problem)}>
              {words("dup.yes")}
            </Button>
          ) : (
            <Button id="duplicate" deliberate onPress={() => setSure(true)}>
              {words("dup.more")}
            </Button>
          )}
        </div>
        <Foot snapshot={snapshot} payment={null} error={error} />
      </div>
    </Frame>
  );
}
