import { useRef, useState } from "react";
import type { ReactNode } from "react";
import { announce } from "../../ui/Announcer.tsx";
import { useDeskWords } from "../words.ts";

interface Props {
  readonly id: string;
  readonly label: string;
  readonly text: string;
  /** Several lines: a box that can be scrolled. */
  readonly tall?: boolean;
}

/** A text to be taken elsewhere: it can be selected, and copied with one button. */
export function Copy({ id, label, text, tall = false }: Props): ReactNode {
  const words = useDeskWords();
  const box = useRef<HTMLTextAreaElement>(null);
  const [done, setDone] = useState<boolean | null>(null);
  const copy = (): void => {
    const ok = copySelected(box.current);
    setDone(ok);
    announce(words(ok ? "copied" : "copy.by.hand"));
  };
  return (
    <div className={tall ? "copy tall" : "copy"}>
      <textarea
        ref={box}
        readOnly
        rows={tall ? 6 : 1}
        value={text}
        aria-label={label}
        data-testid={id}
        spellCheck="false"
      />
      <button type="button" className="btn" data-testid={`${id}-copy`} onClick={copy}>
        <span>{words(done ? "copied" : "copy")}</span>
      </button>
      {done === false && <p className="small">{words("copy.by.hand")}</p>}
    </div>
  );
}

/** The desktop app gives its page no permission at all, so the clipboard's own interface is closed; this needs none. */
function copySelected(box: HTMLTextAreaElement | null): boolean {
  if (!box) return false;
  box.focus({ preventScroll: true });
  box.select();
  return document.execCommand("copy");
}
