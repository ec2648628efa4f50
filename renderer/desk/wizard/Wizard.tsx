import { useState } from "react";
import type { ReactNode } from "react";
import type { DeskView } from "../../../contract/desk.ts";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { missingOf } from "../missing.ts";
import { useDesk, useKept } from "../session.ts";
import { Page } from "../ui/Page.tsx";
import { useDeskWords } from "../words.ts";
import { ApplyStep } from "./ApplyStep.tsx";
import { CertificateStep } from "./CertificateStep.tsx";
import { CheckStep } from "./CheckStep.tsx";
import { DeviceStep } from "./DeviceStep.tsx";
import { hostOf } from "./hosts.ts";
import { KeyStep } from "./KeyStep.tsx";
import { PayStep } from "./PayStep.tsx";
import { PointStep } from "./PointStep.tsx";
import { Rail } from "./Rail.tsx";
import { RootsStep } from "./RootsStep.tsx";
import { SchemeStep } from "./SchemeStep.tsx";
import type { StepName, StepProps } from "./steps.ts";
import { WhereStep } from "./WhereStep.tsx";

const WITH_KEY: readonly StepName[] = ["scheme", "where", "key", "roots", "device", "check", "point", "apply", "pay"];
const WITH_CERTIFICATE: readonly StepName[] = WITH_KEY.map((step) => (step === "key" ? "certificate" : step));

const stepsOf = ({ draft, kaspi }: DeskView): readonly StepName[] =>
  (draft ?? kaspi)?.scheme === 1 ? WITH_KEY : WITH_CERTIFICATE;

/** Where to go on with a draft that was left: the first step that is not done. */
function resumeAt(view: DeskView): StepName {
  const { draft, check } = view;
  if (!draft) return "scheme";
  const steps = stepsOf(view);
  const lacking = missingOf(view)
    .map(({ place }) => steps.indexOf(place))
    .filter((index) => index >= 0 && index < steps.indexOf("point"));
  const first = steps[Math.min(...lacking)];
  if (lacking.length > 0 && first) return first;
  if (!check?.ok) return "check";
  return draft.registered ? "apply" : "point";
}

interface Props {
  readonly snapshot: Snapshot;
  readonly leave: () => void;
  /** The till works: to the sale. */
  readonly done: () => void;
}

/** The way to Kaspi, step by step; each step is tried before the next one is shown. */
export function Wizard({ snapshot, leave, done }: Props): ReactNode {
  const words = useDeskWords();
  const { view, busy } = useDesk();
  const steps = stepsOf(view);
  const [at, setAt] = useState<StepName>(() => resumeAt(view));
  const [reached, setReached] = useKept("wizard.reached", () => steps.indexOf(at));
  const now = Math.max(0, steps.indexOf(at));
  const go = (step: StepName): void => {
    setAt(step);
    setReached(Math.max(reached, steps.indexOf(step)));
  };
  const before = steps[now - 1];
  const after = steps[now + 1];
  const props: StepProps = {
    next: () => after && go(after),
    back: before ? () => go(before) : null,
    go,
  };
  const shown = view.draft ?? view.kaspi;
  return (
    <Page
      snapshot={snapshot}
      screen="setup"
      title={words("wiz.title")}
      {...(shown ? { note: hostOf(shown.url) } : {})}
      back={leave}
      focusOn="wizard"
    >
      <div className="wizard">
        <Rail
          steps={steps.map((name) => ({ name, title: words(`wiz.${name}`) }))}
          at={steps[now] ?? "scheme"}
          reached={reached}
          go={busy ? null : go}
        />
        {stepOf(steps[now] ?? "scheme", props, snapshot, done)}
      </div>
    </Page>
  );
}

function stepOf(name: StepName, props: StepProps, snapshot: Snapshot, done: () => void): ReactNode {
  switch (name) {
    case "scheme":
      return <SchemeStep {...props} />;
    case "where":
      return <WhereStep {...props} />;
    case "key":
      return <KeyStep {...props} />;
    case "certificate":
      return <CertificateStep {...props} />;
    case "roots":
      return <RootsStep {...props} />;
    case "device":
      return <DeviceStep {...props} />;
    case "check":
      return <CheckStep {...props} />;
    case "point":
      return <PointStep {...props} />;
    case "apply":
      return <ApplyStep {...props} />;
    case "pay":
      return <PayStep snapshot={snapshot} back={props.back} done={done} />;
  }
}
