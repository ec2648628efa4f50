import type { ReactNode } from "react";
import { pressKey } from "../actions.ts";
import type { PadKey } from "../entry.ts";
import { useStore } from "../store.ts";
import { useWords } from "../words.tsx";
import { Mark } from "./Mark.tsx";

/** 1 2 3 on top, as on a telephone. */
export function Keypad(): ReactNode {
  const words = useWords();
  const frozen = useStore((state) => state.link !== "up");
  const key = (name: PadKey, face: ReactNode, label?: string, fn = false): ReactNode => (
    <button
      key={name}
      type="button"
      className={fn ? "key fn" : "key"}
      data-testid={`key-${name}`}
      aria-label={label}
      aria-disabled={frozen || undefined}
      onClick={() => pressKey(name)}
    >
      {face}
    </button>
  );
  const digits = (...names: PadKey[]): ReactNode => names.map((name) => key(name, name));
  return (
    <div className="pad" role="group" aria-label={words("key.pad")}>
      {digits("1", "2", "3")}
      {key("back", <Mark name="erase" className="ico" />, words("key.back"), true)}
      {digits("4", "5", "6", "7", "8", "9")}
      {key("clear", words("key.clear"), undefined, true)}
      {digits("00", "0")}
      {key("dot", ",", words("key.dot"))}
    </div>
  );
}
