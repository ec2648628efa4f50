import { useState } from "react";
import type { ReactNode, RefObject } from "react";
import type { Card } from "../../contract/card.ts";
import { busyKey } from "../actions.ts";
import { useCardWords } from "../messages/card.ts";
import { useStore } from "../store.ts";
import { dayTime } from "../time.ts";
import { Button } from "../ui/Button.tsx";
import { cardName } from "../ui/Details.tsx";
import { useWords } from "../words.tsx";

interface Props {
  readonly dialog: RefObject<HTMLDialogElement | null>;
  readonly cards: readonly Card[];
  readonly timezone: string;
  readonly choose: (card: Card) => void;
  readonly forget: (id: string) => Promise<void>;
}

/** The saved cards: a touch takes one, and two forget it. */
export function SavedCards({ dialog, cards, timezone, choose, forget }: Props): ReactNode {
  const words = useWords();
  const card = useCardWords();
  const busy = useStore((state) => state.busy);
  const [sure, setSure] = useState<string | null>(null);
  return (
    <dialog
      ref={dialog}
      className="sheet savedcards"
      aria-labelledby="saved-title"
      data-testid="saved-list"
      onClose={() => setSure(null)}
    >
      <h2 id="saved-title" className="title">
        {card("card.saved.title")}
      </h2>
      <ul className="scroll">
        {cards.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="btn pick"
              data-testid={`card-saved-${one.id}`}
              onClick={() => {
                dialog.current?.close();
                choose(one);
              }}
            >
              <b className="num">{cardName({ card: one })}</b>
              <small>
                {[one.accountId, card("card.since", { t: dayTime(one.savedAt, timezone) })].filter(Boolean).join(" · ")}
              </small>
            </button>
            {sure === one.id ? (
              <Button
                id={`card-forget-confirm-${one.id}`}
                deliberate
                off={busy.has(busyKey("cards.remove", one.id))}
                onPress={() => void forget(one.id)}
              >
                {card("card.forget.q")}
              </Button>
            ) : (
              <Button id={`card-forget-${one.id}`} deliberate onPress={() => setSure(one.id)}>
                {card("card.forget")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Button id="saved-close" kind="main" onPress={() => dialog.current?.close()}>
        {words("park.close")}
      </Button>
    </dialog>
  );
}
