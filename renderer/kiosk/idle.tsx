import { useEffect, useEffectEvent, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useKioskWords } from "../messages/kiosk.ts";
import { useAsked } from "../speech/step.ts";
import { announce } from "../ui/Announcer.tsx";
import { Dial } from "../ui/Dial.tsx";

/** So long somebody is asked before his visit ends (WCAG 2.2.1: at least 20 s and one simple action). */
export const WARNING_SECONDS = 20;
/** Between a touch and the question there is always this much, however short the settings want it. */
const LEAST_QUIET_SECONDS = 5;

/**
 * Ends what nobody is at any more. `active`: false while money or goods may still move; then no time passes. Gives the
 * seconds left while it asks, else null, and what takes the question away.
 */
export function useIdle(seconds: number, active: boolean, end: () => void): readonly [number | null, () => void] {
  const [left, setLeft] = useState<number | null>(null);
  const [touched, setTouched] = useState(0);
  const finish = useEffectEvent(end);
  const asking = left !== null;
  useEffect(() => {
    if (!active) return undefined;
    const quiet = Math.max(LEAST_QUIET_SECONDS, seconds - WARNING_SECONDS) * 1000;
    let timer: ReturnType<typeof setTimeout>;
    let endsAt = 0;
    const warn = (): void => {
      const rest = endsAt - performance.now();
      if (rest <= 20) {
        setLeft(null);
        finish();
        return;
      }
      setLeft(Math.ceil((rest - 20) / 1000));
      timer = setTimeout(warn, rest % 1000 || 1000);
    };
    const begin = (): void => {
      endsAt = performance.now() + WARNING_SECONDS * 1000;
      warn();
    };
    timer = setTimeout(begin, quiet);
    return () => {
      clearTimeout(timer);
      setLeft(null);
    };
  }, [active, seconds, touched]);
  useEffect(() => {
    // While it asks, only an answer counts: a finger that lands where a button was would else press what lies below.
    if (!active || asking) return undefined;
    const again = (): void => setTouched((count) => count + 1);
    addEventListener("pointerdown", again, { capture: true });
    addEventListener("keydown", again, { capture: true });
    return () => {
      removeEventListener("pointerdown", again, { capture: true });
      removeEventListener("keydown", again, { capture: true });
    };
  }, [active, asking]);
  return [active ? left : null, () => setTouched((count) => count + 1)];
}

/** "Are you still here?" over the whole screen; a touch anywhere and any key is a yes. */
export function IdleQuestion({ left, here }: { readonly left: number; readonly here: () => void }): ReactNode {
  const words = useKioskWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const text = words("idle.say", { n: left });
  useAsked("idle");
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const said = useRef(false);
  useEffect(() => {
    if (said.current) return;
    said.current = true;
    announce(text);
  }, [text]);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its button is the way for keys; a touch beside it means the same
    <dialog
      ref={dialog}
      className="screen arehere"
      aria-labelledby="idle-title"
      data-testid="idle"
      onClick={here}
      onKeyDown={(event) => {
        if (event.key !== "Tab") {
          event.preventDefault();
          here();
        }
      }}
      onCancel={here}
    >
      <div className="box">
        <Dial kind="sun" seconds={left} of={WARNING_SECONDS} />
        <h2 id="idle-title" className="title">
          {words("idle.title")}
        </h2>
        <p className="lead">{words("idle.t")}</p>
        <button type="button" className="btn main" data-testid="idle-here">
          <span>{words("idle.here")}</span>
        </button>
      </div>
    </dialog>
  );
}
