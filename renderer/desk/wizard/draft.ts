import type { DeskView } from "../../../contract/desk.ts";
import type { Result } from "../../../contract/errors.ts";
import type { Way } from "../banks.ts";
import { useDesk, useKept, useTask } from "../session.ts";
import type { Task } from "../session.ts";
import { useLacking } from "./Lacking.tsx";
import type { StepName } from "./steps.ts";

interface DraftStep<Form> {
  readonly view: DeskView;
  readonly task: Task;
  /** What is typed here, kept as long as the desk is open. */
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
  readonly lacking: ReturnType<typeof useLacking>;
  /** Writes into the draft, and goes on unless the till then names something of this step. */
  save(work: () => Promise<Result<unknown>>): void;
}

/** A step that writes into a bank's draft. `known` fills its form in from what is there. */
export function useDraftStep<Form extends object>(
  way: Way,
  place: StepName,
  known: (view: DeskView) => Form,
  next: () => void,
): DraftStep<Form> {
  const { view } = useDesk();
  const task = useTask();
  const [form, set] = useKept<Form>(`${way.bank}.${place}`, () => known(view));
  const lacking = useLacking(way, place);
  const save = (work: () => Promise<Result<unknown>>): void => task.run(work, () => lacking.pass(next));
  return { view, task, form, set, lacking, save };
}
