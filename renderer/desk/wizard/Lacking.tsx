import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import type { Way } from "../banks.ts";
import { missingOf } from "../missing.ts";
import type { Missing } from "../missing.ts";
import { useDesk } from "../session.ts";
import { Note } from "../ui/Fault.tsx";
import { useDeskWords } from "../words.ts";
import type { DeskWords } from "../words.ts";
import type { StepName } from "./steps.ts";

interface LackingHere {
  /** Whether a try to go on has been made: before it nothing is blamed. */
  readonly shown: boolean;
  /** What is wrong with a field of this step. */
  of(field: string): string | null;
  /** Goes on, unless the till's answer names something of this step. */
  pass(next: () => void): void;
}

/** What the till's answer says about this step's fields, once the person wants to go on. */
export function useLacking(way: Way, place: StepName): LackingHere {
  const words = useDeskWords();
  const { view } = useDesk();
  const [tries, setTries] = useState(0);
  const shown = tries > 0;
  const waiting = useRef<(() => void) | null>(null);
  const here = missingOf(view, way).filter((one) => one.place === place);
  // The view of the answer is drawn before this runs: it is judged here, not the one of before the call.
  useEffect(() => {
    const next = waiting.current;
    waiting.current = null;
    if (next && here.length === 0) next();
  });
  return {
    shown,
    of(field) {
      const found = here.find((one) => one.field === field);
      return shown && found ? sentence(found, words) : null;
    },
    pass(next) {
      waiting.current = next;
      setTries((before) => before + 1);
    },
  };
}

/** In our words, where the field is known; "missing" adds nothing to them, any other reason does. */
export function sentence({ field, text, words: english }: Missing, words: DeskWords): string {
  const ours = text ? words(text) : field;
  return english.startsWith("missing") ? ours : `${ours} (${field}: ${english})`;
}

interface Props {
  readonly way: Way;
  readonly place: StepName;
  /** Those that are shown at their own field. */
  readonly but: readonly string[];
  readonly shown: boolean;
}

/** What the till still wants of this step and no field of it shows. */
export function Lacking({ way, place, but, shown }: Props): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const left = missingOf(view, way).filter((one) => one.place === place && !but.includes(one.field));
  if (!shown || left.length === 0) return null;
  return (
    <Note kind="doubt">
      {left.map((one) => (
        <p key={one.field + one.words} data-testid={`missing-${one.field}`}>
          {sentence(one, words)}
        </p>
      ))}
    </Note>
  );
}
