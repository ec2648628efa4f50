import { useId } from "react";
import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import { useBackWords } from "../messages/back.ts";
import type { Figures } from "./RefundAmount.tsx";

interface Props {
  readonly figures: Figures;
  /** What is about to go back, in tiyn. */
  readonly about: number;
  /** What the last figure is. */
  readonly available: "back.avail" | "back.known" | "back.left";
}

const WIDTH = 1000;

/** Paid, already refunded, available now; the bar is dark for what went back, hatched for what is about to. */
export function Ledger({ figures, about, available: word }: Props): ReactNode {
  const back = useBackWords();
  const hatch = useId();
  const { paid, back: gone, available } = figures;
  const part = (tiyn: number): number => (paid === 0 ? 0 : Math.round((Math.min(tiyn, paid) / paid) * WIDTH));
  const rows = [
    [back("back.paid"), paid, ""],
    [back("back.done"), gone, ""],
    [back(word), available, "now"],
  ] as const;
  return (
    <div>
      <dl className="ledger" data-testid="ledger">
        {rows.map(([label, tiyn, kind]) => (
          <div key={label} className={kind}>
            <dt>{label}</dt>
            <dd>{formatMoney(minor(tiyn))}</dd>
          </div>
        ))}
      </dl>
      <svg className="meter" viewBox={`0 0 ${String(WIDTH)} 20`} preserveAspectRatio="none" aria-hidden="true">
        <defs>
          <pattern id={hatch} width="16" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(30)">
            <rect width="8" height="7" fill="var(--accent)" />
          </pattern>
        </defs>
        <rect width={part(gone)} height="20" fill="var(--ink)" />
        <rect x={part(gone)} width={part(Math.min(about, available))} height="20" fill={`url(#${hatch})`} />
        <path
          d={`M1 1H${String(WIDTH - 1)}V19H1z`}
          fill="none"
          stroke="var(--ink)"
          strokeWidth="2"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </div>
  );
}
