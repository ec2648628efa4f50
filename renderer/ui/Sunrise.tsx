import type { ReactNode } from "react";

/** The half sun behind the horizon of the idle screen: the shanyrak of the dial, and the only ornament. */
export function Sunrise(): ReactNode {
  return (
    <div className="sunrise" aria-hidden="true">
      <svg viewBox="0 0 200 200">
        <circle cx="100" cy="100" r="98" strokeWidth="1" />
        <circle
          cx="100"
          cy="100"
          r="88"
          strokeWidth="15"
          pathLength="360"
          strokeDasharray="1.6 2.4"
          transform="rotate(-90.8 100 100)"
        />
        <circle cx="100" cy="100" r="78" strokeWidth="1" />
      </svg>
    </div>
  );
}
