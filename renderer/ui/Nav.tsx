import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { openPlace } from "../actions.ts";
import type { PlainKey } from "../messages/index.ts";
import type { Place } from "../store.ts";
import { useWords } from "../words.tsx";
import { Mark } from "./Mark.tsx";
import type { MarkName } from "./Mark.tsx";

const PLACES: readonly (readonly [Place, string, MarkName, PlainKey])[] = [
  ["history", "open-history", "list", "nav.history"],
  ["refund", "open-refund", "turn", "nav.refund"],
  ["desk", "open-settings", "gear", "nav.settings"],
];

/** The ways out of the sale: signs where the bar is full, with their words where there is room. */
export function Nav({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const words = useWords();
  const { mode } = snapshot.app;
  if (mode === "kiosk" || mode === "vending") return null;
  return (
    <nav className="places" aria-label={words("nav.places")}>
      {PLACES.filter(([place]) => place !== mode).map(([place, id, mark, word]) => (
        <button
          key={place}
          type="button"
          className="link place"
          data-testid={id}
          aria-label={words(word)}
          title={words(word)}
          onClick={() => openPlace(place)}
        >
          <Mark name={mark} />
          <span>{words(word)}</span>
        </button>
      ))}
    </nav>
  );
}

/** Back to where the person came from. */
export function Back({ onPress }: { readonly onPress: () => void }): ReactNode {
  const words = useWords();
  return (
    <button type="button" className="link prev" data-testid="back" onClick={onPress}>
      <Mark name="prev" />
      <span>{words("nav.back")}</span>
    </button>
  );
}
