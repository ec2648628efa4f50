import { Suspense, lazy, useEffect } from "react";
import type { ReactNode } from "react";
import type { RefundView, Snapshot } from "../contract/snapshot.ts";
import { isPostedMethod } from "../contract/states.ts";
import { canOpen, leavePlace } from "./actions.ts";
import { Awake } from "./awake.tsx";
import { isTrial, useTrial } from "./desk/trial.ts";
import { EMPTY } from "./entry.ts";
import { AmountScreen } from "./screens/AmountScreen.tsx";
import { ConfirmingScreen } from "./screens/ConfirmingScreen.tsx";
import { DecidingScreen } from "./screens/DecidingScreen.tsx";
import { CreatingScreen } from "./screens/CreatingScreen.tsx";
import { DoubtScreen } from "./screens/DoubtScreen.tsx";
import { HeldScreen } from "./screens/HeldScreen.tsx";
import { InvoiceScreen } from "./screens/InvoiceScreen.tsx";
import { InvoiceSentScreen } from "./screens/InvoiceSentScreen.tsx";
import { LockedScreen } from "./screens/LockedScreen.tsx";
import { NotPaidScreen } from "./screens/NotPaidScreen.tsx";
import { OpeningScreen } from "./screens/OpeningScreen.tsx";
import { PaidScreen } from "./screens/PaidScreen.tsx";
import { ProblemScreen } from "./screens/ProblemScreen.tsx";
import { QrScreen } from "./screens/QrScreen.tsx";
import { ThreeDsScreen } from "./screens/ThreeDsScreen.tsx";
import { useStore } from "./store.ts";
import { Boundary } from "./ui/Boundary.tsx";
import { Announcer } from "./ui/Announcer.tsx";
import { Fault } from "./ui/Fault.tsx";
import { TrainingFrame } from "./ui/TrainingFrame.tsx";

// The cashier's start carries only what takes money; the rest is fetched when the till stands there idle.
const loadRefunds = () => import("./refund/RefundScreens.tsx");
const loadHistory = () => import("./history/HistoryScreen.tsx");
const loadCards = () => import("./card/CardScreens.tsx");
const loadDoubts = () => import("./doubt/DoubtPlace.tsx");
const CardScreens = lazy(loadCards);
const DoubtPlace = lazy(loadDoubts);
const RefundScreens = lazy(loadRefunds);
const HistoryScreen = lazy(loadHistory);
const Desk = lazy(() => import("./desk/Desk.tsx"));
const Kiosk = lazy(() => persistently(() => import("./kiosk/Kiosk.tsx")));

/** Nobody stands before an unattended till who could load its page anew: it goes on asking for what it is made of. */
const persistently = async <T,>(load: () => Promise<T>): Promise<T> => {
  try {
    return await load();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return persistently(load);
  }
};

const Speech = lazy(() => persistently(() => import("./speech/Speech.tsx")));

const FETCH_AFTER_MS = 1500;

/** Picks the screen from the snapshot; the page has no other state of its own than what is being typed, asked or looked at. */
export function App(): ReactNode {
  const language = useStore((state) => state.language);
  const link = useStore((state) => state.link);
  const snapshot = useStore((state) => state.snapshot);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => {
    const timer = setTimeout(
      () => void Promise.allSettled([loadRefunds(), loadHistory(), loadCards(), loadDoubts()]),
      FETCH_AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, []);

  if (link === "locked") return <LockedScreen />;
  if (!snapshot) return <OpeningScreen />;
  const till = (
    <div className="till">
      <Suspense fallback={<main className="screen pay" data-sky="open" data-line="solid" />}>
        <Fault snapshot={snapshot}>
          {snapshot.kiosk ? (
            <Kiosk snapshot={snapshot} sale={<Screen snapshot={snapshot} />} />
          ) : (
            <Screen snapshot={snapshot} />
          )}
        </Fault>
      </Suspense>
    </div>
  );
  return (
    <Fault snapshot={snapshot} whole>
      {snapshot.app.training ? <TrainingFrame snapshot={snapshot}>{till}</TrainingFrame> : till}
      <Announcer />
      <Awake snapshot={snapshot} />
      {snapshot.kiosk && (
        <Boundary name="speech" instead={null}>
          <Suspense fallback={null}>
            <Speech snapshot={snapshot} />
          </Suspense>
        </Boundary>
      )}
    </Fault>
  );
}

function Screen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const starting = useStore((state) => state.starting);
  const problem = useStore((state) => state.problem);
  const trial = useTrial();
  // The wizard shows its own test payment, in its own last step.
  const current = snapshot.current && isTrial(trial, snapshot.current.id) ? null : snapshot.current;
  if (starting)
    return <CreatingScreen snapshot={snapshot} minor={starting.minor} method={starting.method} payment={null} />;
  if (problem) return <ProblemScreen snapshot={snapshot} problem={problem} />;
  if (!current) return <Between snapshot={snapshot} />;
  switch (current.state) {
    case "creating":
      return <CreatingScreen snapshot={snapshot} minor={current.minor} method={current.method} payment={current} />;
    case "awaiting_scan":
      return <QrScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "awaiting_payment":
      return <InvoiceSentScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "awaiting_confirmation":
      return isPostedMethod(current.method) ? (
        <DecidingScreen key={current.id} snapshot={snapshot} payment={current} />
      ) : (
        <ConfirmingScreen key={current.id} snapshot={snapshot} payment={current} />
      );
    case "awaiting_3ds":
      return <ThreeDsScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "authorized":
      return <HeldScreen key={current.id} snapshot={snapshot} payment={current} />;
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

/** No payment is on the screen: a refund, what the person has opened, or the next sale. */
function Between({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const opened = useStore((state) => state.place);
  const invoice = useStore((state) => state.invoice);
  const form = useStore((state) => state.form);
  const left = useStore((state) => state.refundLeft);
  const empty = useStore(({ entry }) => entry === EMPTY);
  const { refund, app, inDoubt } = snapshot;
  const fetched = (name: string, place: ReactNode): ReactNode => (
    <Boundary name={name} instead={<AmountScreen snapshot={snapshot} />}>
      {place}
    </Boundary>
  );
  if (refund && !(refund.id === left && isGivenUp(refund)))
    return <RefundScreens snapshot={snapshot} refund={refund} />;
  if (app.setupNeeded) return fetched("setup", <Desk snapshot={snapshot} leave={leavePlace} />);
  const place = opened ?? (app.mode === "refund" ? "refund" : null);
  switch (place) {
    case "desk":
      // In the same place of the tree as the wizard of an empty till: putting it in use must not begin the desk anew.
      return fetched("setup", <Desk snapshot={snapshot} leave={leavePlace} />);
    case "history":
      return fetched(place, <HistoryScreen snapshot={snapshot} />);
    case "refund":
      return fetched(place, <RefundScreens snapshot={snapshot} refund={null} />);
    case "doubt":
      return fetched(place, <DoubtPlace snapshot={snapshot} />);
    case null:
      // Said at every start, before the first sale; a customer's screen has nobody who could decide.
      if (inDoubt.announce && empty && !form && !invoice && canOpen(snapshot))
        return fetched("doubt", <DoubtPlace snapshot={snapshot} />);
      if (form) return fetched("form", <CardScreens snapshot={snapshot} form={form} />);
      return invoice ? <InvoiceScreen snapshot={snapshot} draft={invoice} /> : <AmountScreen snapshot={snapshot} />;
  }
}

const isGivenUp = ({ state }: RefundView): boolean => state === "cancelled" || state === "expired";
