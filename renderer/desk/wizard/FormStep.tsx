import type { ReactNode } from "react";
import type { Task } from "../session.ts";
import { Buttons } from "./Buttons.tsx";
import { Step } from "./Step.tsx";
import type { StepName } from "./steps.ts";

interface Props {
  readonly name: StepName | "bank";
  readonly title: string;
  readonly lead?: string;
  readonly task: Pick<Task, "error" | "busy">;
  /** What the main button and Enter do. */
  readonly on: () => void;
  readonly back: (() => void) | null;
  readonly children: ReactNode;
}

/** A step that asks for something: on with Next or Enter, back with the other button. */
export function FormStep({ name, title, lead, task, on, back, children }: Props): ReactNode {
  return (
    <Step
      name={name}
      title={title}
      {...(lead === undefined ? {} : { lead })}
      error={task.error}
      onEnter={on}
      buttons={<Buttons next={on} back={back} busy={task.busy} />}
    >
      {children}
    </Step>
  );
}
