import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import { isPostedMethod } from "../../contract/states.ts";
import { leaveForm, leaveProblem, retry } from "../actions.ts";
import { kindOf } from "../kinds.ts";
import type { Problem } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Foot } from "../ui/Foot.tsx";
import { Frame } from "../ui/Frame.tsx";
import { Mark } from "../ui/Mark.tsx";
import { Reason } from "../ui/Reason.tsx";
import { NOT_DONE } from "../ui/states.ts";
import { Text, useWords } from "../words.tsx";
import { DuplicateScreen } from "./DuplicateScreen.tsx";
import { Stand } from "../ui/Stand.tsx";

interface Props {
  readonly snapshot: Snapshot;
  readonly problem: Problem;
}

/** The till refused to start the payment: nothing was written down and the bank was not asked. */
export function ProblemScreen({ snapshot, problem }: Props): ReactNode {
  const words = useWords();
  const { error, starting } = problem;
  if (error.code === "possible_duplicate" && starting.invoice && problem.other)
    return <DuplicateScreen snapshot={snapshot} problem={problem} />;
  const again = error.remedy === "retry" || error.remedy === "checkBank";
  const kind = kindOf(starting.method);
  // The card is gone with the command that carried it: it is typed once more.
  const posted = isPostedMethod(starting.method);
  return (
    <Frame
      snapshot={snapshot}
      screen="result"
      sky="no"
      line="broken"
      focusOn={`problem ${starting.key}`}
      stand={
        <Stand snapshot={snapshot} tiyn={starting.minor} kind={kind}>
          <Mark name="no" className="sun noc" />
        </Stand>
      }
    >
      <div className="result" data-testid="result" data-state="failed">
        <h1 className="word">{words(NOT_DONE[kind])}</h1>
        <p className="lead">{words(kind === "verification" ? "no.check.lead" : "no.lead")}</p>
        <Reason error={error} />
        <div className="row push reach">
          <Button
            id="renew"
            kind={again ? "main" : "plain"}
            deliberate
            onPress={() => (posted ? leaveProblem() : retry(problem))}
          >
            <Text>{posted ? words("no.card") : words("no.retry", { sum: formatMoney(minor(starting.minor)) })}</Text>
          </Button>
          <Button id="done" kind={again ? "plain" : "main"} onPress={posted ? leaveForm : leaveProblem}>
            {words(starting.invoice ? "nav.back" : "paid.new")}
          </Button>
        </div>
        <Foot snapshot={snapshot} payment={null} error={error} />
      </div>
    </Frame>
  );
}
