import { useCallback, useId, useSyncExternalStore } from "react";
import type { ReactNode } from "react";

/** Below this the dial changes shape, weight and tone (design U8). */
export const LOW_SECONDS = 30;

/** Whole seconds left, counted on the page's monotonic clock; steps by itself. */
export function useSeconds(countdown: { readonly endsAt: number } | null): number | null {
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
  readonly kind?: "big" | "sun" | undefined;
  /** Stands below the figures of a big one. */
  readonly below: string;
}

/** A shanyrak seen from inside the yurt: two rims with the poles between them. It counts. */
export function Shanyrak({ seconds, of, kind, below }: Props): ReactNode {
  const mask = useId();
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
          {kind === "big" && <small>{below}</small>}
        </span>
      )}
    </div>
  );
}
