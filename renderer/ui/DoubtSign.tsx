import type { ReactNode } from "react";
import type { Snapshot } from "../../contract/snapshot.ts";
import { canOpen, openPlace } from "../actions.ts";
import { useWords } from "../words.tsx";
import { Button } from "./Button.tsx";
import { Mark } from "./Mark.tsx";

interface Props {
  readonly snapshot: Snapshot;
}

/** How many operations nobody knows, in the bar: the strip made small where something else needs the strip's place. */
export function DoubtSign({ snapshot }: Props): ReactNode {
  const words = useWords();
  const { count } = snapshot.inDoubt;
  const face = (
    <>
      <Mark name="doubt" />
      <span className="long">{words("doubt.chip")}: </span>
      <b data-testid="doubt-count">{count}</b>
    </>
  );
  if (!canOpen(snapshot))
    return (
      <p className="chip unknown" title={words("doubt.chip")}>
        {face}
      </p>
    );
  // Where the bar is full the word is not shown.
  const label = `${words("doubt.chip")}: ${String(count)}`;
  return (
    <button
      type="button"
      className="chip unknown"
      data-testid="doubt-open"
      aria-label={label}
      title={label}
      onClick={() => openPlace("doubt")}
    >
      {face}
    </button>
  );
}

/** The same in the strip itself: the number, and the way to the list. */
export function DoubtCount({ snapshot }: Props): ReactNode {
  const words = useWords();
  const { count } = snapshot.inDoubt;
  if (count === 0) return null;
  if (!canOpen(snapshot))
    return (
      <span className="count">
        <span className="long">{words("doubt.chip")}: </span>
        <b data-testid="doubt-count">{count}</b>
      </span>
    );
  return (
    <Button id="doubt-open" onPress={() => openPlace("doubt")}>
      {words("doubt.list")}: <b data-testid="doubt-count">{count}</b>
    </Button>
  );
}
