import type { ReactNode } from "react";
import { useBank } from "../banks.ts";
import type { Way } from "../banks.ts";
import { missingOf } from "../missing.ts";
import { useDesk, useTask } from "../session.ts";
import { Note } from "../ui/Fault.tsx";
import { useDeskWords } from "../words.ts";
import { Buttons } from "./Buttons.tsx";
import { sentence } from "./Lacking.tsx";
import { Step } from "./Step.tsx";
import type { StepProps } from "./steps.ts";

interface Props extends StepProps {
  readonly way: Way;
  /** The draft as names and values. */
  readonly facts: ReactNode;
}

/** What is going to be in use, and putting it there. */
export function ApplyStep({ way, facts, next, back, go }: Props): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const { draft, run } = useBank(way.bank);
  const task = useTask();
  const missing = missingOf(view, way);
  const on = (): void => {
    // Nothing is left to put in use: it is in use.
    if (!draft) return next();
    task.run(
      () => run("apply"),
      () => next(),
    );
  };
  return (
    <Step
      name="apply"
      title={words("apply.q")}
      lead={words("apply.t")}
      error={task.error}
      onEnter={on}
      buttons={
        <Buttons
          next={on}
          back={back}
          busy={task.busy}
          face={words(task.busy ? "apply.doing" : draft ? "apply.do" : "next")}
        />
      }
    >
      {missing.length > 0 && (
        <Note kind="doubt">
          <p>
            <b>{words("apply.missing")}</b>
          </p>
          {missing.map((one) => (
            <p key={one.field + one.words} data-testid={`missing-${one.field}`}>
              {sentence(one, words)}{" "}
              <button type="button" className="link quiet" onClick={() => go(one.place)}>
                {words("lay.go", { step: words(`wiz.${one.place}`) })}
              </button>
            </p>
          ))}
        </Note>
      )}
      {draft ? (
        facts
      ) : (
        <Note kind="yes">
          <p>{words("apply.done")}</p>
        </Note>
      )}
    </Step>
  );
}
