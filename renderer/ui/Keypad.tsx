import type { ReactNode } from "react";
import { pressKey } from "../actions.ts";
import type { PadKey } from "../entry.ts";
import { useStore } from "../store.ts";
import { useWords } from "../words.tsx";
import { Mark } from "./Mark.tsx";

interface Props {
  readonly onKey?: (key: PadKey) => void;
  /** A telephone number or a PIN: no comma and no double nought. */
  readonly plain?: boolean;
  readonly label?: string;
}

/** 1 2 3 on top, as on a telephone. */
export function Keypad({ onKey = pressKey, plain = false, label }: Props): ReactNode {
  const words = useWords();
  const frozen = useStore((state) => state.link !== "up");
  const key = (name: PadKey, face: ReactNode, spoken?: string, fn = false): ReactNode => (
    <button
      key={name}
      type="button"
      className={fn ? "key fn" : "key"}
      data-testid={`key-${name}`}
      aria-label={spoken}
      aria-disabled={frozen || undefined}
      onClick={() => onKey(name)}
    >
      {face}
    </button>
  );
  const digits = (...names: PadKey[]): ReactNode => names.map((name) => key(name, name));
  return (
    <div className={plain ? "pad plain" : "pad"} role="group" aria-label={label ?? words("key.pad")}>
      {digits("1", "2", "3")}
      {key("back", <Mark name="erase" className="ico" />, words("key.back"), true)}
      {digits("4", "5", "6", "7", "8", "9")}
      {key("clear", words("key.clear"), undefined, true)}
      {plain ? digits("0") : digits("00", "0")}
      {!plain && key("dot", ",", words("key.dot"))}
    </div>
  );
}
