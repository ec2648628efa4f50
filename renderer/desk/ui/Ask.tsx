import { useEffect, useId, useRef } from "react";
import type { ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { useDeskWords } from "../words.ts";

interface SheetProps {
  readonly id: string;
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** A sheet over the desk: the browser's own dialog, which keeps the focus in and answers Escape. */
export function Sheet({ id, title, close, children }: SheetProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="sheet techsheet" aria-labelledby={heading} data-testid={id} onCancel={close}>
      <h2 id={heading} className="title">
        {title}
      </h2>
      {children}
    </dialog>
  );
}

interface AskProps {
  readonly title: string;
  /** What follows from a yes. */
  readonly text: string;
  readonly yes: string;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

/** The question before something is lost: the safe answer is the main button. */
export function Ask({ title, text, yes, onYes, onNo }: AskProps): ReactNode {
  const words = useDeskWords();
  return (
    <Sheet id="ask" title={title} close={onNo}>
      <p>{text}</p>
      <div className="row doing">
        <Button id="ask-no" kind="main" onPress={onNo}>
          {words("keep")}
        </Button>
        <Button id="ask-yes" deliberate onPress={onYes}>
          {yes}
        </Button>
      </div>
    </Sheet>
  );
}
