import { useEffect, useState } from "react";
import type { Card } from "../../contract/card.ts";
import { once, send } from "../actions.ts";
import { useStore } from "../store.ts";

interface Saved {
  readonly cards: readonly Card[];
  /** Forgets a card on this till, and reads the list anew. */
  readonly forget: (id: string) => Promise<void>;
}

/** The saved cards that can be used here, newest first: handles and masks, which is all that ever leaves the till. */
export function useSaved(wanted: boolean): Saved {
  const [cards, setCards] = useState<readonly Card[]>([]);
  useEffect(() => {
    let gone = false;
    const read = async (): Promise<void> => {
      const answer = wanted ? await send("cards.list", {}) : null;
      if (!gone && answer?.ok) setCards(answer.value?.items ?? []);
    };
    void read();
    return () => {
      gone = true;
    };
  }, [wanted]);
  const forget = async (id: string): Promise<void> => {
    await once("cards.remove", id, { id });
    if (useStore.getState().notice === null) setCards((all) => all.filter((card) => card.id !== id));
  };
  return { cards, forget };
}
