import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { bankOf, DESK_BANKS } from "./banks.ts";
import type { DeskBank } from "./banks.ts";
import { useDesk, useKept } from "./session.ts";
import { Choice } from "./ui/Choice.tsx";
import { Page } from "./ui/Page.tsx";
import { FormStep } from "./wizard/FormStep.tsx";
import { useDeskWords } from "./words.ts";

interface Props {
  readonly snapshot: Snapshot;
  readonly leave: () => void;
  readonly connect: (bank: DeskBank) => void;
}

/** Which bank is set up first. The others follow after it, or later from the settings. */
export function ChooseBank({ snapshot, leave, connect }: Props): ReactNode {
  const words = useDeskWords();
  const { view, busy } = useDesk();
  const [form, set] = useKept<{ bank: DeskBank | null; asked: boolean }>("choose", () => ({
    bank: null,
    asked: false,
  }));
  const on = (): void => {
    set({ asked: true });
    if (form.bank) connect(form.bank);
  };
  return (
    <Page snapshot={snapshot} screen="setup" title={words("choose.title")} back={leave} focusOn="choose">
      <div className="wizard alone">
        <FormStep
          name="bank"
          title={words("choose.q")}
          lead={words("choose.t")}
          task={{ error: null, busy }}
          on={on}
          back={null}
        >
          <Choice
            id="choose"
            label={words("choose.q")}
            bare
            value={form.bank}
            onChange={(bank) => set({ bank })}
            options={DESK_BANKS.map((bank) => ({
              value: bank,
              title: words(`set.${bank}`),
              text: (
                <>
                  <span>{words(`choose.${bank}`)}</span>
                  <span className="dim">{words(`choose.${bank}.need`)}</span>
                  {bankOf(view, bank).draft && <span className="dim">{words("draft.title")}</span>}
                </>
              ),
            }))}
            error={form.asked && form.bank === null ? words("need.choice") : null}
          />
        </FormStep>
      </div>
    </Page>
  );
}
