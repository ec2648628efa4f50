import type { ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { useDesk, useKept, useTask } from "../session.ts";
import { Choice } from "../ui/Choice.tsx";
import { Note } from "../ui/Fault.tsx";
import { useDeskWords } from "../words.ts";
import { Buttons } from "../wizard/Buttons.tsx";
import { Step } from "../wizard/Step.tsx";
import type { StepProps } from "../wizard/steps.ts";

/** At which of the shop's places the till stands, and making it known there. */
export function PointStep({ next, back, go }: StepProps): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const points = view.check?.tradePoints ?? [];
  const draft = view.draft;
  const [form, set] = useKept("kaspi.point", () => ({
    id: draft?.tradePointId ?? (points.length === 1 ? (points[0]?.id ?? null) : null),
    asked: false,
  }));
  const chosen = points.find((point) => point.id === form.id);
  const done = draft?.registered === true && draft.tradePointId === form.id;
  const on = (): void => {
    if (done) return next();
    set({ asked: true });
    if (!chosen) return;
    task.run(
      async () => {
        const changed = await send("connection.draft", { change: { tradePointId: chosen.id } });
        return changed.ok ? send("connection.register", {}) : changed;
      },
      () => next(),
    );
  };
  return (
    <Step
      name="point"
      title={words("point.q")}
      lead={words("point.t")}
      error={task.error}
      onEnter={on}
      buttons={
        <Buttons
          next={on}
          back={back}
          busy={task.busy}
          face={words(task.busy ? "point.registering" : done ? "next" : "point.register")}
        >
          {task.error?.code === "device_elsewhere" && (
            <Button id="point-device" onPress={() => go("device")}>
              {words("lay.go", { step: words("wiz.device") })}
            </Button>
          )}
        </Buttons>
      }
    >
      {points.length === 0 ? (
        <Note kind="doubt">
          <p>{words("point.none")}</p>
          <Button id="point-check" onPress={() => go("check")}>
            {words("point.check")}
          </Button>
        </Note>
      ) : (
        <Choice
          id="point"
          label={words("point.q")}
          bare
          value={form.id}
          onChange={(id) => set({ id })}
          options={points.map((point) => ({
            value: point.id,
            title: point.name,
            text: words("point.id", { id: point.id }),
          }))}
          error={form.asked && !chosen ? words("need.choice") : null}
        />
      )}
      {done && (
        <Note kind="yes">
          <p>{words("point.done")}</p>
        </Note>
      )}
    </Step>
  );
}
