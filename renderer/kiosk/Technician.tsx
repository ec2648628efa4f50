import { lazy, useState } from "react";
import type { ReactNode } from "react";
import { errorText } from "../../contract/messages/index.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { openPlace } from "../actions.ts";
import type { DeskHome } from "../desk/Desk.tsx";
import { useDesk } from "../desk/session.ts";
import { Ask } from "../desk/ui/Ask.tsx";
import { Page } from "../desk/ui/Page.tsx";
import { isTrial, useTrial } from "../desk/trial.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import { useStore } from "../store.ts";
import { dayTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";

const HistoryScreen = lazy(() => import("../history/HistoryScreen.tsx"));
const RefundScreens = lazy(() => import("../refund/RefundScreens.tsx"));
const DoubtPlace = lazy(() => import("../doubt/DoubtPlace.tsx"));

interface Props extends DeskHome {
  readonly snapshot: Snapshot;
  /** A sale that runs meanwhile, as the cashier's screens draw it. */
  readonly sale: ReactNode;
}

/** What a technician finds behind his PIN: his own session stays open around all of it, and its end locks the till again. */
export function TechnicianPlace({ snapshot, sale, settings, away }: Props): ReactNode {
  const place = useStore((state) => state.place);
  const busy = useStore((state) => state.starting !== null || state.problem !== null);
  const trial = useTrial();
  const current = snapshot.current && !isTrial(trial, snapshot.current.id);
  if (current || busy) return sale;
  if (snapshot.refund) return <RefundScreens snapshot={snapshot} refund={snapshot.refund} />;
  switch (place) {
    case "history":
      return <HistoryScreen snapshot={snapshot} />;
    case "refund":
      return <RefundScreens snapshot={snapshot} refund={null} />;
    case "doubt":
      return <DoubtPlace snapshot={snapshot} />;
    case "desk":
    case null:
      return <Menu {...{ snapshot, settings, away }} />;
  }
}

function Menu({ snapshot, settings, away }: Omit<Props, "sale">): ReactNode {
  const words = useKioskWords();
  const language = useStore((state) => state.language);
  const { send, busy } = useDesk();
  const [asking, ask] = useState(false);
  const [failed, fail] = useState(false);
  const out = snapshot.kiosk?.outOfService ?? null;
  const leave = async (): Promise<void> => {
    ask(false);
    const result = await send("kiosk.leave", {});
    fail(!result.ok);
  };
  return (
    <Page
      snapshot={snapshot}
      screen="technician"
      title={words("tech.title")}
      note={snapshot.till.name}
      back={null}
      focusOn="technician"
    >
      <div className="techhome">
        <p className={out ? "lead noc" : "lead"} data-testid="tech-state" role="status">
          <b>{out ? words("tech.out", { t: dayTime(out.since, snapshot.app.timezone) }) : words("tech.ok")}</b>
          {out && (
            <span className="dim">
              {" "}
              {errorText(language, out.reason).title}. {errorText(language, out.reason).next}{" "}
              <code>{[out.reason.code, out.reason.incident].filter(Boolean).join(" · ")}</code>
            </span>
          )}
        </p>
        <nav className="ways-in" aria-label={words("tech.title")}>
          <Button id="open-doubt" onPress={() => openPlace("doubt")}>
            {words("tech.doubt", { n: snapshot.inDoubt.count })}
          </Button>
          <Button id="open-settings" onPress={settings}>
            {words("tech.settings")}
          </Button>
          <Button id="open-history" onPress={() => openPlace("history")}>
            {words("tech.history")}
          </Button>
          <Button id="open-refund" onPress={() => openPlace("refund")}>
            {words("tech.refund")}
          </Button>
          <Button id="leave-program" off={busy} onPress={() => ask(true)}>
            {words("tech.leave")}
          </Button>
          <Button id="lock" kind="main" onPress={away}>
            {words("tech.lock")}
          </Button>
        </nav>
        {failed && (
          <p className="lead noc" role="alert" data-testid="error">
            {words("failed")}
          </p>
        )}
      </div>
      {asking && (
        <Ask
          title={words("tech.leave.q")}
          text={words("tech.leave.t")}
          yes={words("tech.leave.yes")}
          onYes={() => void leave()}
          onNo={() => ask(false)}
        />
      )}
    </Page>
  );
}
