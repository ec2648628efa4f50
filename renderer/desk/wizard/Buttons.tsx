import type { ReactNode } from "react";
import { Button } from "../../ui/Button.tsx";
import { useDeskWords } from "../words.ts";

interface Props {
  readonly next: () => void;
  readonly back: (() => void) | null;
  readonly busy: boolean;
  readonly face?: string;
  readonly children?: ReactNode;
}

/** On with the main button, back with the other one. */
export function Buttons({ next, back, busy, face, children }: Props): ReactNode {
  const words = useDeskWords();
  return (
    <>
      <Button id="next" kind="main" off={busy} onPress={next}>
        {face ?? words("next")}
      </Button>
      {children}
      {back && (
        <Button id="previous" off={busy} onPress={back}>
          {words("back")}
        </Button>
      )}
    </>
  );
}
