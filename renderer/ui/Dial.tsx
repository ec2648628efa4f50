import { useCallback, useEffect, useId, useRef, useSyncExternalStore } from "react";
import type { ReactNode } from "react";
import type { Countdown } from "../store.ts";
import { useWords } from "../words.tsx";
import { announce } from "./Announcer.tsx";

/** Below this the dial changes shape, weight and tone (design U8). */
export const LOW_SECONDS = 30;
const ANNOUNCED = [60, 30, 10];

/** Whole seconds left, counted on the page's monotonic clock; steps by itself. */
export function useSeconds(countdown: Countdown | null): number | null {
  const endsAt = countdown?.endsAt ?? null;
  const subscribe = useCallback((changed: () => void) => everySecondUntil(endsAt, changed), [endsAt]);
  return useSyncExternalStore(subscribe, () =>
    endsAt === null ? null : Math.max(0, Math.ceil((endsAt - performance.now()) / 1000)),
  );
}

function everySecondUntil(endsAt: number | null, changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const step = (): void => {
    const left = endsAt === null ? 0 : endsAt - performance.now();
    if (left <= 0) return;
    timer = setTimeout(
      () => {
        changed();
        step();
      },
      left % 1000 || 1000,
    );
  };
  step();
  return () => clearTimeout(timer);
}

interface Props {
  readonly seconds: number | null;
  readonly of: number;
  readonly kind?: "big" | "sun";
}

/** A shanyrak seen from inside the yurt: two rims with the poles between them. It counts. */
export function Dial({ seconds, of, kind }: Props): ReactNode {
  const words = useWords();
  const mask = useId();
  useAnnounced(seconds, words("say.left", { n: seconds ?? 0 }));
  const left = seconds === null ? 1 : Math.min(1, seconds / of);
  const low = seconds !== null && seconds > 0 && seconds <= LOW_SECONDS && of > LOW_SECONDS;
  return (
    <div
      className={kind ? `dial ${kind}` : "dial"}
      role="timer"
      data-testid={seconds === null ? undefined : "countdown"}
      data-seconds={seconds ?? undefined}
      data-low={low ? "" : undefined}
    >
      <svg viewBox="0 0 200 200" aria-hidden="true">
        <mask id={mask} maskUnits="userSpaceOnUse" x="0" y="0" width="200" height="200">
          <circle
            className="sweep"
            cx="100"
            cy="100"
            r="88"
            pathLength="360"
            strokeDasharray="360 360"
            style={{ strokeDashoffset: -360 * (1 - left) }}
          />
        </mask>
        <circle className="rest" cx="100" cy="100" r="98" />
        <circle
          className="tick"
          cx="100"
          cy="100"
          r="88"
          pathLength="360"
          transform="rotate(-91 100 100)"
          mask={`url(#${mask})`}
        />
        <circle className="rim" cx="100" cy="100" r="78" />
      </svg>
      {seconds !== null && (
        <span className="digits">
          <span className="d">
            {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, "0")}
          </span>
          {kind === "big" && <small>{words("qr.left")}</small>}
        </span>
      )}
    </div>
  );
}

function useAnnounced(seconds: number | null, text: string): void {
  const said = useRef<number | null>(null);
  useEffect(() => {
    if (seconds === null || said.current === seconds || !ANNOUNCED.includes(seconds)) return;
    said.current = seconds;
    announce(text);
  }, [seconds, text]);
}
