import { useEffect, useState } from "react";
import type { ReactNode } from "react";

let speak: (text: string) => void = () => undefined;

/** Says something to a screen reader, after what it is saying now. */
export const announce = (text: string): void => speak(text);

/** The one live region of the page. */
export function Announcer(): ReactNode {
  const [text, setText] = useState("");
  useEffect(() => {
    speak = setText;
    return () => {
      speak = () => undefined;
    };
  }, []);
  return (
    <div className="sr" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}
