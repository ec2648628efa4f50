import { useEffect } from "react";
import type { ReactNode } from "react";
import type { Snapshot } from "../contract/snapshot.ts";
import { AmountScreen } from "./screens/AmountScreen.tsx";
import { ConfirmingScreen } from "./screens/ConfirmingScreen.tsx";
import { CreatingScreen } from "./screens/CreatingScreen.tsx";
import { DoubtScreen } from "./screens/DoubtScreen.tsx";
import { LockedScreen } from "./screens/LockedScreen.tsx";
import { NotPaidScreen } from "./screens/NotPaidScreen.tsx";
import { OpeningScreen } from "./screens/OpeningScreen.tsx";
import { PaidScreen } from "./screens/PaidScreen.tsx";
import { ProblemScreen } from "./screens/ProblemScreen.tsx";
import { QrScreen } from "./screens/QrScreen.tsx";
import { SetupScreen } from "./screens/SetupScreen.tsx";
import { useStore } from "./store.ts";
import { Announcer } from "./ui/Announcer.tsx";
import { TrainingFrame } from "./ui/TrainingFrame.tsx";

/** Picks the screen from the snapshot; the page has no other state of its own than what is being typed or asked. */
export function App(): ReactNode {
  const language = useStore((state) => state.language);
  const link = useStore((state) => state.link);
  const snapshot = useStore((state) => state.snapshot);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);

  if (link === "locked") return <LockedScreen />;
  if (!snapshot) return <OpeningScreen />;
  const till = (
    <div className="till">
      <Screen snapshot={snapshot} />
    </div>
  );
  return (
    <>
      {snapshot.app.training ? <TrainingFrame snapshot={snapshot}>{till}</TrainingFrame> : till}
      <Announcer />
    </>
  );
}

function Screen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const starting = useStore((state) => state.starting);
  const problem = useStore((state) => state.problem);
  const { current } = snapshot;
  if (snapshot.app.setupNeeded) return <SetupScreen snapshot={snapshot} />;
  if (starting) return <CreatingScreen snapshot={snapshot} minor={starting.minor} payment={null} />;
  if (problem) return <ProblemScreen snapshot={snapshot} problem={problem} />;
  if (!current) return <AmountScreen snapshot={snapshot} />;
  switch (current.state) {
    case "creating":
      return <CreatingScreen snapshot={snapshot} minor={current.minor} payment={current} />;
    case "awaiting_scan":
      return <QrScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "awaiting_confirmation":
    case "awaiting_3ds":
    case "awaiting_payment":
    case "authorized":
      return <ConfirmingScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "paid":
    case "verified":
    case "released":
      return <PaidScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "in_doubt":
    case "needs_review":
      return <DoubtScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "declined":
    case "failed":
    case "expired":
    case "cancelled":
      return <NotPaidScreen key={current.id} snapshot={snapshot} payment={current} />;
  }
}
