import type { DeskView, EpayDraft, EpaySettingsView } from "../../../contract/desk.ts";
import { useDesk } from "../session.ts";
import { useBankForm } from "../wizard/form.ts";
import type { StepName } from "../wizard/steps.ts";
import { EPAY } from "./way.ts";

type Change = Omit<EpayDraft, "provider">;

/** What is being set up, or what is in use where nothing is. */
export const shownOf = ({ epay: { draft, inUse } }: DeskView): EpaySettingsView | null => draft ?? inUse;

/** A step of ePay's wizard. */
export function useEpayStep<Form extends object>(
  place: StepName,
  known: (shown: EpaySettingsView | null) => Form,
  faults: (form: Form, view: DeskView) => Partial<Record<keyof Form, string | false | null>>,
  next: () => void,
) {
  const { send } = useDesk();
  return useBankForm<Form, Change>({
    way: EPAY,
    place,
    known: (view) => known(shownOf(view)),
    faults,
    draft: (change) => send("bank.draft", { change: { provider: "epay", ...change } }),
    next,
  });
}
