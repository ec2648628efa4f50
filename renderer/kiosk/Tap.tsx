import type { ReactNode } from "react";
import { useStore } from "../store.ts";

interface Props {
  readonly id: string;
  readonly onPress: () => void;
  readonly className?: string;
  readonly off?: boolean;
  /** The key that does the same. */
  readonly shortcut?: string;
  readonly spoken?: string;
  readonly lang?: string;
  readonly children: ReactNode;
}

/** A large target with whatever in it. The second tap of a double tap on the screen before does nothing. */
export function Tap({ id, onPress, className, off = false, shortcut, spoken, lang, children }: Props): ReactNode {
  const frozen = useStore((state) => state.link !== "up");
  const dead = off || frozen;
  return (
    <button
      type="button"
      className={className}
      data-testid={id}
      lang={lang}
      aria-disabled={dead || undefined}
      aria-keyshortcuts={shortcut}
      aria-label={spoken}
      onClick={(event) => {
        if (!dead && event.detail < 2) onPress();
      }}
    >
      {children}
    </button>
  );
}
