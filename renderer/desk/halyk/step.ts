import type { DeskView, HalykQrDraft, HalykQrSettingsView } from "../../../contract/desk.ts";
import { useDesk } from "../session.ts";
import { useBankForm } from "../wizard/form.ts";
import type { StepName } from "../wizard/steps.ts";
import { HALYK } from "./way.ts";

type Change = Omit<HalykQrDraft, "provider">;

/** What is being set up, or what is in use where nothing is. */
export const shownOf = ({ halykQr: { draft, inUse } }: DeskView): HalykQrSettingsView | null => draft ?? inUse;

/** A step of Halyk's wizard. */
export function useHalykStep<Form extends object>(
  place: StepName,
  known: (shown: HalykQrSettingsView | null) => Form,
  faults: (form: Form, view: DeskView) => Partial<Record<keyof Form, string | false | null>>,
  next: () => void,
) {
  const { send } = useDesk();
  return useBankForm<Form, Change>({
    way: HALYK,
    place,
    known: (view) => known(shownOf(view)),
    faults,
    draft: (change) => send("bank.draft", { change: { provider: "halykQr", ...change } }),
    next,
  });
}
