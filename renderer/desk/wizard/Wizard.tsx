import { useState } from "react";
import type { ReactNode } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { addressOf, bankOf } from "../banks.ts";
import type { DeskBank, Way } from "../banks.ts";
import { missingOf } from "../missing.ts";
import { useDesk, useKept } from "../session.ts";
import { Page } from "../ui/Page.tsx";
import { useDeskWords } from "../words.ts";
import { hostOf } from "./hosts.ts";
import { Rail } from "./Rail.tsx";
import type { StepName, StepProps } from "./steps.ts";

/** What a bank's wizard is given. */
export interface WizardProps {
  readonly snapshot: Snapshot;
  readonly leave: () => void;
  /** Back from the first step; null: there is nothing before it. */
  readonly before: (() => void) | null;
  /** The till works: to the sale. */
  readonly done: () => void;
  /** Begins with another bank. */
  readonly connect: (bank: DeskBank) => void;
}

interface Props extends WizardProps {
  readonly way: Way;
  readonly steps: readonly StepName[];
  /** The step after a check that went well. */
  readonly checked: StepName;
  readonly step: (name: StepName, props: StepProps) => ReactNode;
}

/** Where to go on with a draft that was left: the first step that is not done. */
function resumeAt(view: DeskView, { way, steps, checked }: Props): StepName {
  const { draft, check } = bankOf(view, way.bank);
  if (!draft) return way.first;
  const lacking = missingOf(view, way)
    .map(({ place }) => steps.indexOf(place))
    .filter((index) => index >= 0 && index < steps.indexOf("check"));
  const first = steps[Math.min(...lacking)];
  if (lacking.length > 0 && first) return first;
  return check?.ok ? checked : "check";
}

/** The way to a bank, step by step; each step is tried before the next one is shown. */
export function Wizard(props: Props): ReactNode {
  const { snapshot, leave, before, way, steps, step } = props;
  const words = useDeskWords();
  const { view, busy } = useDesk();
  const { draft, inUse } = bankOf(view, way.bank);
  const [at, setAt] = useState<StepName>(() => resumeAt(view, props));
  // Of what works already every step is filled in.
  const [reached, setReached] = useKept(`${way.bank}.reached`, () => steps.indexOf(inUse && !draft ? "check" : at));
  const now = Math.max(0, steps.indexOf(at));
  const go = (name: StepName): void => {
    setAt(name);
    setReached(Math.max(reached, steps.indexOf(name)));
  };
  const earlier = steps[now - 1];
  const after = steps[now + 1];
  const shown = draft ?? inUse;
  const name = steps[now] ?? way.first;
  return (
    <Page
      snapshot={snapshot}
      screen="setup"
      title={words(`wiz.title.${way.bank}`)}
      {...(shown ? { note: hostOf(addressOf(shown)) } : {})}
      back={leave}
      focusOn={`wizard ${way.bank}`}
    >
      <div className="wizard">
        <Rail
          steps={steps.map((one) => ({ name: one, title: words(`wiz.${one}`) }))}
          at={name}
          reached={reached}
          go={busy ? null : go}
        />
        {step(name, {
          next: () => after && go(after),
          back: earlier ? () => go(earlier) : before,
          go,
        })}
      </div>
    </Page>
  );
}
