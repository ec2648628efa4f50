/** What a screen that stands there for months needs: no sleep while it is wanted, less light at night, and no picture burnt in. */
import { useEffect, useState } from "react";
import type { ReactNode } from "react";
import { isUnattended } from "../contract/unattended-facts.ts";
import type { Snapshot } from "../contract/snapshot.ts";
import { isOpen } from "../contract/states.ts";
import { isResting, sceneOf } from "./kiosk/scene.ts";
import { isBetween } from "./shop-hours.ts";
import { useStore } from "./store.ts";
import "./styles/speech.css";
import { clockTime } from "./time.ts";

const LOOK_EVERY_MS = 20_000;
/** After a touch it stays bright: somebody has come. */
const BRIGHT_MS = 60_000;
const SHIFT_EVERY_MS = 60_000;
/** Pixels; the picture is larger by as much, so that no edge shows. */
const SHIFT = 6;
const LARGER = 1.015;
const PLACES = [
  [0, 0],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

/** Keeps the screen on and spares it. Draws only what dims it at night. */
export function Awake({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const visit = useStore((state) => state.visit);
  const starting = useStore((state) => state.starting);
  const problem = useStore((state) => state.problem);
  const link = useStore((state) => state.link);
  const { app, current, refund, night } = snapshot;
  const unattended = isUnattended(app.mode);
  const payable = (current !== null && isOpen(current)) || (refund !== null && !refund.settled);
  const resting = unattended && app.locked && isResting(sceneOf(snapshot, { visit, starting, problem, link }));
  useWakeLock(unattended || payable);
  useShift(resting);
  const dark = useDark(resting ? night : null, app.timezone);
  if (!dark || !night) return null;
  return <div className="night" data-testid="night" style={{ opacity: 1 - night.percent / 100 }} />;
}

/** Holds the screen on. The browser lets go of it whenever the page is hidden, so it is asked for again. */
function useWakeLock(wanted: boolean): void {
  useEffect(() => {
    if (!wanted || !("wakeLock" in navigator)) return undefined;
    let over = false;
    let held: WakeLockSentinel | null = null;
    const hold = async (): Promise<void> => {
      if (document.visibilityState !== "visible" || (held && !held.released)) return;
      try {
        const lock = await navigator.wakeLock.request("screen");
        if (over) await lock.release();
        else held = lock;
      } catch {
        // Refused, by a low battery for instance: the system's own settings decide.
      }
    };
    const again = (): void => void hold();
    again();
    document.addEventListener("visibilitychange", again);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", again);
      void held?.release().catch(() => undefined);
    };
  }, [wanted]);
}

function useDark(night: Snapshot["night"], timezone: string): boolean {
  const [dark, setDark] = useState(false);
  const from = night?.from;
  const to = night?.to;
  useEffect(() => {
    if (from === undefined || to === undefined) return undefined;
    let brightUntil = 0;
    const look = (): void =>
      setDark(
        performance.now() >= brightUntil && isBetween(clockTime(new Date().toISOString(), timezone, true), from, to),
      );
    const touch = (): void => {
      brightUntil = performance.now() + BRIGHT_MS;
      setDark(false);
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    addEventListener("pointerdown", touch, { capture: true });
    addEventListener("keydown", touch, { capture: true });
    return () => {
      clearInterval(timer);
      removeEventListener("pointerdown", touch, { capture: true });
      removeEventListener("keydown", touch, { capture: true });
      setDark(false);
    };
  }, [from, to, timezone]);
  return dark;
}

/** Moves the picture a little every minute: an edge that stands at one place for months stays there. */
function useShift(resting: boolean): void {
  useEffect(() => {
    const till = document.querySelector<HTMLElement>(".till");
    if (!resting || !till) return undefined;
    let at = 0;
    const timer = setInterval(() => {
      at = (at + 1) % PLACES.length;
      const [x, y] = PLACES[at] ?? [0, 0];
      till.style.transform = at === 0 ? "" : `translate(${x * SHIFT}px, ${y * SHIFT}px) scale(${LARGER})`;
    }, SHIFT_EVERY_MS);
    return () => {
      clearInterval(timer);
      till.style.transform = "";
    };
  }, [resting]);
}
