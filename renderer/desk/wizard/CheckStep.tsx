import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import type { ConnectionCheck } from "../../../contract/desk.ts";
import { announce } from "../../ui/Announcer.tsx";
import { Button } from "../../ui/Button.tsx";
import { useBank } from "../banks.ts";
import type { Way } from "../banks.ts";
import { useTask } from "../session.ts";
import { Checks } from "../ui/Checks.tsx";
import { useDeskWords } from "../words.ts";
import { Buttons } from "./Buttons.tsx";
import { Step } from "./Step.tsx";
import type { StepProps } from "./steps.ts";

/** What a check that is over comes to. A stream of events that cannot be read does not stop anybody. */
function outcome({ ok, checks }: ConnectionCheck): "check.ok" | "check.no.events" | "check.failed" {
  if (!ok) return "check.failed";
  return checks.some(({ state }) => state === "failed") ? "check.no.events" : "check.ok";
}

/** The layers between the till and the bank, tried one after the other. Nothing is changed at the bank. */
export function CheckStep({ way, next, back, go }: StepProps & { readonly way: Way }): ReactNode {
  const words = useDeskWords();
  const { check, run: send } = useBank(way.bank);
  const task = useTask();
  const run = (): void => task.run(() => send("check"));
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || check) return;
    begun.current = true;
    run();
  });
  const ok = check?.ok === true && !task.busy;
  useEffect(() => {
    if (check && !task.busy) announce(words(outcome(check)));
  }, [check, task.busy, words]);
  return (
    <Step
      name="check"
      title={words("check.q")}
      lead={words(task.busy ? "check.running" : check ? outcome(check) : "check.t")}
      error={task.error}
      onEnter={ok ? next : run}
      buttons={
        ok ? (
          <Buttons next={next} back={back} busy={task.busy}>
            <Button id="check-again" off={task.busy} onPress={run}>
              {words("check.again")}
            </Button>
          </Buttons>
        ) : (
          <Buttons next={run} back={back} busy={task.busy} face={words(check ? "check.again" : "check.run")} />
        )
      }
    >
      <Checks way={way} running={task.busy} go={go} />
    </Step>
  );
}
