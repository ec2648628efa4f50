import type { MouseEvent, ReactNode } from "react";
import { useStore } from "../store.ts";

interface Props {
  readonly id: string;
  readonly onPress: () => void;
  readonly kind?: "main" | "plain";
  /** Cannot be used now. It stays in the tab order and says so: a control that vanishes under the finger is worse. */
  readonly off?: boolean;
  /** For actions that end or leave something: the second tap of a double tap on the screen before must not hit them. */
  readonly deliberate?: boolean;
  /** For a screen reader, where two buttons are alike to the eye and only their places tell them apart. */
  readonly spoken?: string;
  readonly children: ReactNode;
}

/** A button of the till. */
export function Button({
  id,
  onPress,
  kind = "plain",
  off = false,
  deliberate = false,
  spoken,
  children,
}: Props): ReactNode {
  const frozen = useStore((state) => state.link !== "up");
  const dead = off || frozen;
  const press = (event: MouseEvent): void => {
    if (dead || (deliberate && event.detail > 1)) return;
    onPress();
  };
  return (
    <button
      type="button"
      className={kind === "main" ? "btn main" : "btn"}
      data-testid={id}
      aria-disabled={dead || undefined}
      aria-label={spoken}
      onClick={press}
    >
      <span>{children}</span>
    </button>
  );
}
