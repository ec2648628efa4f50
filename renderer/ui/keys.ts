import { useEffect, useEffectEvent } from "react";
import type { PadKey } from "../entry.ts";

const KEYS: Readonly<Record<string, PadKey>> = {
  ",": "dot",
  ".": "dot",
  Backspace: "back",
  Delete: "clear",
  Escape: "clear",
  Clear: "clear",
};

/** The number pad is read by the place of the key: with NumLock off it would move a cursor that does not exist, or clear. */
function padKey({ code, key }: KeyboardEvent): PadKey | undefined {
  const digit = /^Numpad(\d)$/.exec(code)?.[1] ?? (/^\d$/.test(key) ? key : undefined);
  if (digit !== undefined) return digit as PadKey;
  return code === "NumpadDecimal" || code === "NumpadComma" ? "dot" : KEYS[key];
}

/** The whole keyboard types into what the keypad does; Enter acts unless it stands on a button. A field keeps its keys. */
export function useKeys(onKey: (key: PadKey) => void, onEnter: () => void = () => undefined): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const { activeElement } = document;
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open], :popover-open")) return;
    if (activeElement instanceof HTMLInputElement && activeElement.type !== "radio") return;
    if (event.key === "Enter") {
      if (event.repeat || activeElement instanceof HTMLButtonElement) return;
      event.preventDefault();
      onEnter();
      return;
    }
    const key = padKey(event);
    // A digit held down is a thing lying on the keyboard, not a sum.
    if (!key || (event.repeat && key !== "back")) return;
    event.preventDefault();
    onKey(key);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}
