import type { ReactNode } from "react";
import { useCardWords } from "../messages/card.ts";
import { useStore } from "../store.ts";
import { Mark } from "../ui/Mark.tsx";
import { useWords } from "../words.tsx";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".split("");

/** Latin letters for the name on the card: a counter of touch alone has no other way to write it. */
export function LettersPad({ onKey }: { readonly onKey: (key: string) => void }): ReactNode {
  const words = useWords();
  const card = useCardWords();
  const frozen = useStore((state) => state.link !== "up");
  const key = (name: string, face: ReactNode, spoken: string | undefined, kind: string): ReactNode => (
    <button
      key={name}
      type="button"
      className={kind}
      data-testid={`letter-${name === " " ? "space" : name}`}
      aria-label={spoken}
      aria-disabled={frozen || undefined}
      onClick={() => onKey(name)}
    >
      {face}
    </button>
  );
  return (
    <div className="pad letters" role="group" aria-label={card("card.letters")}>
      {LETTERS.map((letter) => key(letter, letter, undefined, "key"))}
      {key("-", "-", undefined, "key")}
      {key(" ", card("card.space"), undefined, "key fn space")}
      {key("back", <Mark name="erase" className="ico" />, words("key.back"), "key fn")}
    </div>
  );
}
