import { useEffect, useEffectEvent } from "react";

/** What keys do on a screen: `"1"` to `"9"`, `"+"`, `"-"`, `"Enter"` and `"Escape"` (which Backspace is too). */
export type KeyMap = Readonly<Record<string, () => void>>;

/** The whole keyboard or a number pad in place of touch. Enter on a button presses that button, as everywhere. */
export function useKeyMap(keys: KeyMap): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]"))
      return;
    const does = keys[nameOf(event)];
    if (!does || (event.key === "Enter" && document.activeElement instanceof HTMLButtonElement)) return;
    event.preventDefault();
    does();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}

/** The number pad is read by the place of its keys: with NumLock off they would move a cursor that does not exist. */
function nameOf({ code, key }: KeyboardEvent): string {
  const digit = /^Numpad(\d)$/.exec(code)?.[1];
  if (digit !== undefined) return digit;
  if (code === "NumpadEnter") return "Enter";
  return key === "Backspace" ? "Escape" : key;
}
