import type { ReactNode } from "react";

/** Shapes first, colour second: 100 x 100 in the current colour; what lies inside a filled shape is cut out. */
const MARKS = {
  yes: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M50 2a48 48 0 1 0 0 96 48 48 0 0 0 0-96zM27 45l17 17 30-33 8.500 7.600-38 41.600-25-25z"
    />
  ),
  no: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M8 4h84a4 4 0 0 1 4 4v84a4 4 0 0 1-4 4H8a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4zM50 42 33 25l-8 8 17 17-17 17 8 8 17-17 17 17 8-8-17-17 17-17-8-8z"
    />
  ),
  doubt: (
    <>
      <circle
        cx="50"
        cy="50"
        r="45"
        fill="none"
        stroke="currentColor"
        strokeWidth="8"
        pathLength="96"
        strokeDasharray="8 4"
      />
      <path
        fill="none"
        stroke="currentColor"
        strokeWidth="9"
        d="M35 41c0-9 6.500-15 15-15s15 5.500 15 13.500C65 50 50 50 50 62"
      />
      <rect x="45" y="69" width="10" height="10" fill="currentColor" />
    </>
  ),
  watch: (
    <>
      <circle
        cx="50"
        cy="50"
        r="42"
        fill="none"
        stroke="currentColor"
        strokeWidth="9"
        pathLength="80"
        strokeDasharray="6 4"
      />
      <circle cx="50" cy="50" r="15" fill="currentColor" />
    </>
  ),
  over: (
    <>
      <circle cx="50" cy="50" r="45" fill="none" stroke="currentColor" strokeWidth="7" />
      <path d="M50 22v30h21" fill="none" stroke="currentColor" strokeWidth="8" />
    </>
  ),
  gone: (
    <>
      <circle cx="50" cy="50" r="45" fill="none" stroke="currentColor" strokeWidth="7" />
      <path d="M27 50h46" stroke="currentColor" strokeWidth="9" />
    </>
  ),
  net: (
    <>
      <path fill="none" stroke="currentColor" strokeWidth="9" d="M7 42a61 61 0 0 1 86 0M25 61a36 36 0 0 1 50 0" />
      <circle cx="50" cy="80" r="8" fill="currentColor" />
      <path d="M20 96 90 14" stroke="var(--sky-doubt)" strokeWidth="22" />
      <path d="M18 92 84 14" stroke="currentColor" strokeWidth="9" />
    </>
  ),
  attention: (
    <>
      <path fill="none" stroke="currentColor" strokeWidth="8" strokeLinejoin="round" d="M50 8 96 90H4z" />
      <path stroke="currentColor" strokeWidth="9" d="M50 36v26" />
      <rect x="45.500" y="69" width="9" height="9" fill="currentColor" />
    </>
  ),
  file: (
    <path
      fill="none"
      stroke="currentColor"
      strokeWidth="8"
      strokeLinejoin="round"
      d="M18 6h44l22 22v66H18zM60 6v24h24M34 50h34M34 68h34"
    />
  ),
  tick: <path fill="none" stroke="currentColor" strokeWidth="13" d="M12 52l26 26 50-56" />,
  erase: (
    <>
      <path fill="none" stroke="currentColor" strokeWidth="7" strokeLinejoin="round" d="M34 18h58v64H34L6 50z" />
      <path d="M50 37l26 26M76 37 50 63" stroke="currentColor" strokeWidth="7" />
    </>
  ),
  back: (
    <path
      fill="currentColor"
      fillRule="evenodd"
      d="M50 2a48 48 0 1 0 0 96 48 48 0 0 0 0-96zM43 20 19 43l24 23V50h13a10 10 0 0 1 0 20H40v12h16a21.500 21.500 0 0 0 0-43H43z"
    />
  ),
  turn: <path fill="none" stroke="currentColor" strokeWidth="10" d="M38 14 14 38l24 24M14 38h46a23 23 0 0 1 0 46H30" />,
  up: <path fill="none" stroke="currentColor" strokeWidth="14" d="M14 68 50 32l36 36" />,
  list: (
    <>
      <path stroke="currentColor" strokeWidth="10" d="M32 22h60M32 50h60M32 78h60" />
      <path stroke="currentColor" strokeWidth="11" d="M8 22h11M8 50h11M8 78h11" />
    </>
  ),
  gear: (
    <>
      <circle cx="50" cy="50" r="13" fill="none" stroke="currentColor" strokeWidth="9" />
      <circle cx="50" cy="50" r="31" fill="none" stroke="currentColor" strokeWidth="9" />
      <circle
        cx="50"
        cy="50"
        r="40"
        fill="none"
        stroke="currentColor"
        strokeWidth="14"
        pathLength="80"
        strokeDasharray="5 5"
      />
    </>
  ),
  dot: <circle cx="50" cy="50" r="34" fill="currentColor" />,
  ring: <circle cx="50" cy="50" r="30" fill="none" stroke="currentColor" strokeWidth="9" />,
  find: (
    <>
      <circle cx="42" cy="42" r="30" fill="none" stroke="currentColor" strokeWidth="10" />
      <path d="M64 64l28 28" stroke="currentColor" strokeWidth="10" />
    </>
  ),
  prev: <path fill="none" stroke="currentColor" strokeWidth="11" d="M66 14 30 50l36 36" />,
  next: <path fill="none" stroke="currentColor" strokeWidth="11" d="M34 14l36 36-36 36" />,
  link: (
    <path
      fill="none"
      stroke="currentColor"
      strokeWidth="10"
      d="M44 30l14-14a18 18 0 0 1 26 26L70 56M56 70 42 84a18 18 0 0 1-26-26l14-14M36 64l28-28"
    />
  ),
  phone: (
    <>
      <path fill="none" stroke="currentColor" strokeWidth="9" strokeLinejoin="round" d="M26 6h48v88H26z" />
      <path stroke="currentColor" strokeWidth="8" d="M42 80h16" />
    </>
  ),
  chev: <path fill="none" stroke="currentColor" strokeWidth="11" d="M16 34l34 34 34-34" />,
  qr: (
    <>
      <path
        fill="currentColor"
        fillRule="evenodd"
        d="M4 4h38v38H4zM14 14v18h18V14zM58 4h38v38H58zM68 14v18h18V14zM4 58h38v38H4zM14 68v18h18V68z"
      />
      <path fill="currentColor" d="M58 58h14v14H58zM82 58h14v14H82zM70 70h14v14H70zM58 82h14v14H58zM82 82h14v14H82z" />
    </>
  ),
  /** The card is real; nothing was paid. */
  proven: (
    <>
      <path fill="none" stroke="currentColor" strokeWidth="8" strokeLinejoin="round" d="M6 16h88v68H6z" />
      <path d="M6 33h88" stroke="currentColor" strokeWidth="9" />
      <path fill="none" stroke="currentColor" strokeWidth="9" d="M32 58l13 13 24-25" />
    </>
  ),
  /** The money stands still on the card. */
  held: (
    <>
      <circle cx="50" cy="50" r="45" fill="none" stroke="currentColor" strokeWidth="7" />
      <path d="M38 30v40M62 30v40" stroke="currentColor" strokeWidth="12" />
    </>
  ),
  swap: (
    <path
      fill="none"
      stroke="currentColor"
      strokeWidth="10"
      d="M8 32h80M68 12l20 20-20 20M92 68H12M32 48 12 68l20 20"
    />
  ),
  card: (
    <path fill="currentColor" fillRule="evenodd" d="M2 16h96v68H2zM11 25v9h78v-9zM11 47v28h78V47zM20 58h28v9H20z" />
  ),
} as const;

export type MarkName = keyof typeof MARKS;

/** One of our signs; never the only bearer of its meaning. */
export function Mark({ name, className }: { readonly name: MarkName; readonly className?: string }): ReactNode {
  return (
    <svg className={className} viewBox="0 0 100 100" aria-hidden="true">
      {MARKS[name]}
    </svg>
  );
}
