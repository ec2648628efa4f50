import { Suspense, lazy, useEffect } from "react";
import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import "../styles/kiosk.css";
import { send } from "../actions.ts";
import { useStore } from "../store.ts";
import { AttractScreen } from "./AttractScreen.tsx";
import { CatalogueScreen } from "./CatalogueScreen.tsx";
import { useCorner } from "./corner.ts";
import { EndingScreen, GoingScreen, GoodsScreen, RefundCodeScreen } from "./GoodsScreens.tsx";
import { IdleQuestion, useIdle } from "./idle.tsx";
import { OutOfServiceScreen } from "./OutOfServiceScreen.tsx";
import { OutsideScreen } from "./OutsideScreen.tsx";
import { ConfirmingScreen, CreatingScreen, QrScreen } from "./PayScreens.tsx";
import { ProductScreen } from "./ProductScreen.tsx";
import { DoubtScreen, NotPaidScreen, PaidScreen, RefusedScreen } from "./ResultScreens.tsx";
import { isResting, isResult, isUndecided, sceneOf } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { boughtOf, endVisit, leaveSale, openCorner, tellResting } from "./visit.ts";

const TechnicianDesk = lazy(() => import("./TechnicianDesk.tsx"));

interface Props {
  readonly snapshot: Snapshot;
  /** A sale as the cashier's screens draw it: what a technician sees of one that runs while he is here. */
  readonly sale: ReactNode;
}

/** A till without a cashier: the customer's screens, and behind the corner and the PIN the technician's place. */
export default function Kiosk({ snapshot, sale }: Props): ReactNode {
  const visit = useStore((state) => state.visit);
  const starting = useStore((state) => state.starting);
  const problem = useStore((state) => state.problem);
  const link = useStore((state) => state.link);
  const scene = sceneOf(snapshot, { visit, starting, problem, link });
  const resting = isResting(scene);
  const locked = snapshot.app.locked;

  useEffect(() => {
    if (!resting || link !== "up") return;
    // What was chosen before it went out of order, or in a page that was loaded anew, is nobody's any more.
    if (useStore.getState().visit.begun) endVisit();
    tellResting();
  }, [resting, link]);

  // At the desk the technician's own session counts, once it is open.
  const idles = scene === "technician" ? locked && visit.technician : !resting && !isUndecided(scene);
  const counts = idles && (!isResult(scene) || visit.stays !== null);
  const [left, here] = useIdle(snapshot.screen.idleSeconds, counts, () => {
    if (isResult(scene)) leaveSale(snapshot);
    else endVisit();
  });
  useTouched();
  useCorner(() => {
    if (scene !== "technician" && !isMoving(scene)) openCorner();
  });
  return (
    <div className="self">
      {scene === "technician" ? (
        <Suspense fallback={<main className="screen pay" data-sky="open" data-line="solid" />}>
          <TechnicianDesk snapshot={snapshot} sale={sale} leave={endVisit} />
        </Suspense>
      ) : (
        draw(scene, snapshot)
      )}
      {left !== null && <IdleQuestion left={left} here={here} />}
    </div>
  );
}

/** Told no more often than this: the host only wants to know that somebody is here (main/daily.ts). */
const TOUCHED_MS = 30_000;

/** Looking through a catalogue sends nothing, and the till must not begin anew under somebody's hands. */
function useTouched(): void {
  useEffect(() => {
    let told = -TOUCHED_MS;
    const touched = (): void => {
      if (performance.now() - told < TOUCHED_MS) return;
      told = performance.now();
      void send("health", {});
    };
    addEventListener("pointerdown", touched, { capture: true });
    addEventListener("keydown", touched, { capture: true });
    return () => {
      removeEventListener("pointerdown", touched, { capture: true });
      removeEventListener("keydown", touched, { capture: true });
    };
  }, []);
}

/** A payment in doubt must not keep a technician out; one that is just being paid, or handed out, must not be hidden by him. */
const isMoving = (scene: Scene): boolean => isUndecided(scene) && scene !== "in-doubt";

function draw(scene: Exclude<Scene, "technician">, snapshot: Snapshot): ReactNode {
  const { current } = snapshot;
  switch (scene) {
    case "out-of-service":
      return <OutOfServiceScreen snapshot={snapshot} />;
    case "attract":
      return <AttractScreen snapshot={snapshot} />;
    case "outside":
      return <OutsideScreen snapshot={snapshot} />;
    case "catalogue":
      return <CatalogueScreen snapshot={snapshot} />;
    case "product":
      return <ProductScreen snapshot={snapshot} />;
    case "refused":
      return <Refused snapshot={snapshot} />;
    case "creating":
      return <Creating snapshot={snapshot} />;
    case "money-going":
      return <GoingScreen snapshot={snapshot} />;
    case "refund-code":
      return <RefundCodeScreen snapshot={snapshot} />;
    case "money-back":
    case "money-owed":
    case "goods-unknown":
      return <EndingScreen key={scene} snapshot={snapshot} scene={scene} />;
    case "qr":
      return current && <QrScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "confirming":
      return current && <ConfirmingScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "paid":
      return current && <PaidScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "goods-waiting":
      return current && <GoodsScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "not-paid":
      return current && <NotPaidScreen key={current.id} snapshot={snapshot} payment={current} />;
    case "in-doubt":
      return current && <DoubtScreen key={current.id} snapshot={snapshot} payment={current} />;
  }
}

function Creating({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const starting = useStore((state) => state.starting);
  const { current } = snapshot;
  if (starting) {
    const items = starting.items ? boughtOf(snapshot, starting.items) : (current?.items ?? []);
    return <CreatingScreen snapshot={snapshot} tiyn={starting.minor} items={items} payment={null} />;
  }
  return current && <CreatingScreen snapshot={snapshot} tiyn={current.minor} items={current.items} payment={current} />;
}

function Refused({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const problem = useStore((state) => state.problem);
  return problem && <RefusedScreen snapshot={snapshot} problem={problem} />;
}
