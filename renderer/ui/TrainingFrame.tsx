import { QRCodeSVG } from "qrcode.react";
import { useRef, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { isPostedMethod } from "../../contract/states.ts";
import { busyKey, setFault, tapPhone } from "../actions.ts";
import { playCard } from "../card/training.ts";
import { useStore } from "../store.ts";
import { useWords } from "../words.tsx";
import { Button } from "./Button.tsx";
import { Mark } from "./Mark.tsx";

const FAULTS = ["none", "silent", "offline", "late"] as const;

// Beside the till where a whole till still fits, else a bar above it: nothing of the till may be hidden.
const ROOM_BESIDE = matchMedia("(min-width: 1380px) and (min-height: 700px)");

function useRoomBeside(): boolean {
  return useSyncExternalStore(
    (changed) => {
      ROOM_BESIDE.addEventListener("change", changed);
      return () => ROOM_BESIDE.removeEventListener("change", changed);
    },
    () => ROOM_BESIDE.matches,
  );
}

interface Props {
  readonly snapshot: Snapshot;
  readonly children: ReactNode;
}

/** The frame of the training mode: the stamp, the customer's telephone, and what the simulated bank will do. */
export function TrainingFrame({ snapshot, children }: Props): ReactNode {
  const words = useWords();
  const beside = useRoomBeside();
  const fault = snapshot.trainingFault ?? "none";
  const faults = useRef<HTMLDivElement>(null);
  const form = useStore((state) => state.form);
  const typing = form !== null && snapshot.current === null;
  return (
    <div className={beside ? "drill beside" : "drill above"}>
      <header className="stamp" data-testid="training-stamp">
        <p>
          <span className="wide">{words("tr.stamp")}</span>
          <span className="narrow">{words("tr.short")}</span>
        </p>
      </header>
      {children}
      <aside className="phone" aria-label={words("tr.phone")}>
        <h2>{words("tr.phone")}</h2>
        {typing ? <Cards beside={beside} /> : <Phone snapshot={snapshot} beside={beside} />}
        {beside ? (
          <Faults fault={fault} />
        ) : (
          <>
            <button type="button" className="btn pick" popoverTarget="faults" data-testid="training-fault">
              <span>{words(`tr.${fault}`)}</span>
              <Mark name="chev" className="ico" />
            </button>
            <div id="faults" ref={faults} className="faults" popover="auto">
              <Faults fault={fault} onChosen={() => faults.current?.hidePopover()} />
            </div>
          </>
        )}
      </aside>
    </div>
  );
}

/** The cards a learner holds, while one is to be typed. */
function Cards({ beside }: { readonly beside: boolean }): ReactNode {
  const words = useWords();
  return (
    <div className="handset">
      {beside && <p className="screenline">{words("tr.card")}</p>}
      {(["plain", "page", "empty"] as const).map((name) => (
        <Button key={name} id={`training-card-${name}`} onPress={() => playCard(name)}>
          {words(`tr.card.${name}`)}
        </Button>
      ))}
    </div>
  );
}

function Phone({ snapshot, beside }: { readonly snapshot: Snapshot; readonly beside: boolean }): ReactNode {
  const words = useWords();
  const { current, refund } = snapshot;
  const shown = current ?? refund;
  const busy = useStore((state) => shown !== null && state.busy.has(busyKey("training.phone", shown.id)));
  const code = current ? (current.qr?.payload ?? current.link) : (refund?.qr?.payload ?? null);
  const payload = shown?.state === "awaiting_scan" ? code : null;
  const scanned = current?.state === "awaiting_confirmation" && !isPostedMethod(current.method);
  const said = scanned ? "tr.scanned" : current?.state === "awaiting_3ds" ? "tr.page" : "tr.wait";
  const tap = (action: "scan" | "confirm" | "decline") => () => shown && tapPhone(shown.id, action);
  return (
    <div className="handset">
      {beside && (
        <>
          <div className="view">
            {payload && <QRCodeSVG value={payload} level="M" marginSize={4} aria-hidden="true" />}
          </div>
          <p className="screenline">
            {payload && current ? formatMoney(minor(current.minor), current.currency) : words(said)}
          </p>
        </>
      )}
      <Button id="phone-scan" kind={scanned ? "plain" : "main"} off={payload === null || busy} onPress={tap("scan")}>
        {words("tr.scan")}
      </Button>
      <Button id="phone-confirm" kind={scanned ? "main" : "plain"} off={!scanned || busy} onPress={tap("confirm")}>
        {words("tr.confirm")}
      </Button>
      <Button id="phone-decline" off={!scanned || busy} onPress={tap("decline")}>
        {words("tr.refuse")}
      </Button>
    </div>
  );
}

function Faults({
  fault,
  onChosen,
}: {
  readonly fault: (typeof FAULTS)[number];
  readonly onChosen?: () => void;
}): ReactNode {
  const words = useWords();
  return (
    <fieldset className="what">
      <legend>{words("tr.what")}</legend>
      {FAULTS.map((name) => (
        <label key={name}>
          <input
            type="radio"
            name="fault"
            data-testid={`training-fault-${name}`}
            checked={fault === name}
            onChange={() => {
              setFault(name);
              onChosen?.();
            }}
          />
          <span>{words(`tr.${name}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
