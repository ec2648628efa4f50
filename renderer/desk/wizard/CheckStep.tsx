import { useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { announce } from "../../ui/Announcer.tsx";
import { useDesk, useTask } from "../session.ts";
import { Checks } from "../ui/Checks.tsx";
import { useDeskWords } from "../words.ts";
import { Buttons } from "./Buttons.tsx";
import { Step } from "./Step.tsx";
import { hostOf } from "./hosts.ts";
import type { StepProps } from "./steps.ts";
import { Button } from "../../ui/Button.tsx";

/** The layers between the till and the bank, tried one after the other. Nothing is changed at the bank. */
export function CheckStep({ next, back, go }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const { check, draft } = view;
  const run = (): void => task.run(() => send("connection.check", {}));
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || check) return;
    begun.current = true;
    run();
  });
  const ok = check?.ok === true && !task.busy;
  useEffect(() => {
    if (check && !task.busy) announce(words(check.ok ? "check.ok" : "check.failed"));
  }, [check, task.busy, words]);
  return (
    <Step
      name="check"
      title={words("check.q")}
      lead={words(task.busy ? "check.running" : ok ? "check.ok" : check ? "check.failed" : "check.t")}
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
      <Checks
        check={check}
        running={task.busy}
        scheme={draft?.scheme ?? 2}
        host={hostOf(draft?.url ?? "")}
        deviceId={draft?.deviceId ?? null}
        go={go}
      />
    </Step>
  );
}
