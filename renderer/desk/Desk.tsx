import { useCallback, useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { DeskView } from "../../contract/desk.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { openPlace } from "../actions.ts";
import "../styles/desk.css";
import "./pressable.ts";
import { bankOf, DESK_BANKS } from "./banks.ts";
import type { DeskBank } from "./banks.ts";
import { Begin } from "./Begin.tsx";
import { ChooseBank } from "./ChooseBank.tsx";
import { EpayWizard } from "./epay/EpayWizard.tsx";
import { HalykWizard } from "./halyk/HalykWizard.tsx";
import { KaspiWizard } from "./kaspi/KaspiWizard.tsx";
import { callDesk, DeskProvider, useRunningDesk } from "./session.ts";
import type { Closed, Opened } from "./session.ts";
import { Settings } from "./settings/Settings.tsx";
import { Unlock } from "./Unlock.tsx";

/** What a place of its own around the settings is given: the ways to them and out of the desk. */
export interface DeskHome {
  readonly settings: () => void;
  readonly away: () => void;
}

interface Props {
  readonly snapshot: Snapshot;
  readonly leave: () => void;
  /** Where the desk begins and where its settings lead back to; without it they are all there is, and leading back leaves. */
  readonly home?: (ways: DeskHome) => ReactNode;
}

/**
 * The technician's desk: unlocking, the set-up wizard and the settings. The session lives in this component and nowhere
 * else: it is gone with it, after the idle time, and when the till says that it is locked.
 */
export default function Desk({ snapshot, leave, home }: Props): ReactNode {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [why, setWhy] = useState<Closed | null>(null);
  const session = useRef<string | null>(null);

  const open = useCallback((next: Opened): void => {
    session.current = next.session;
    // An empty till shows the desk by itself; once the bank is in use, it is here because somebody is at it.
    openPlace("desk");
    setWhy(null);
    setOpened(next);
  }, []);
  const change = useCallback((view: DeskView) => setOpened((before) => before && { ...before, view }), []);
  const unattended = home !== undefined;
  const close = useCallback(
    (reason: Closed): void => {
      if (session.current !== null && reason !== "locked") void callDesk("desk.lock", { session: session.current });
      session.current = null;
      setWhy(reason);
      setOpened(null);
      // Nobody is there to type a PIN: the screen belongs to the customers again.
      if (unattended) leave();
    },
    [unattended, leave],
  );
  useEffect(
    () => () => {
      if (session.current !== null) void callDesk("desk.lock", { session: session.current });
    },
    [],
  );
  const away = (): void => {
    close("left");
    if (!unattended) leave();
  };

  if (opened) return <Open key={opened.session} {...{ snapshot, opened, change, close, away, home }} />;
  const { setupNeeded, pinKnown } = snapshot.app;
  if (setupNeeded && !pinKnown) return <Begin snapshot={snapshot} open={open} />;
  return <Unlock snapshot={snapshot} why={why} open={open} leave={setupNeeded ? null : leave} />;
}

interface OpenProps {
  readonly snapshot: Snapshot;
  readonly opened: Opened;
  readonly change: (view: DeskView) => void;
  readonly close: (why: Closed) => void;
  readonly away: () => void;
  readonly home: Props["home"];
}

type At = "home" | "settings" | "choose" | DeskBank;

/** A till with no bank is here to get one; what was begun is gone on with. */
function firstAt(view: DeskView): At {
  if (hasBank(view)) return "settings";
  const [begun, ...others] = DESK_BANKS.filter((bank) => bankOf(view, bank).draft);
  return begun && others.length === 0 ? begun : "choose";
}

const hasBank = (view: DeskView): boolean => DESK_BANKS.some((bank) => bankOf(view, bank).inUse);

const WIZARDS = {
  kaspi: KaspiWizard,
  halykQr: HalykWizard,
  epay: EpayWizard,
} as const satisfies Record<DeskBank, unknown>;

function Open({ snapshot, opened, change, close, away, home }: OpenProps): ReactNode {
  const desk = useRunningDesk(opened, change, close);
  const [at, setAt] = useState((): At => (home ? "home" : firstAt(opened.view)));
  const leave = (): void => setAt("settings");
  const place = (): ReactNode => {
    if (home && at === "home") return home({ settings: () => setAt("settings"), away });
    if (at === "settings" || at === "home")
      return <Settings snapshot={snapshot} connect={setAt} leave={home ? () => setAt("home") : away} />;
    if (at === "choose") return <ChooseBank snapshot={snapshot} leave={leave} connect={setAt} />;
    const Wizard = WIZARDS[at];
    const before = hasBank(desk.view) ? null : () => setAt("choose");
    return <Wizard key={at} {...{ snapshot, leave, before }} done={away} connect={setAt} />;
  };
  return <DeskProvider value={desk}>{place()}</DeskProvider>;
}
