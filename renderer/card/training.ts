/**
 * The cards of the training bank, whose numbers say what becomes of them (tests hold them against it). None is anybody's.
 * The form on the screen listens; nothing else may put a card into it.
 */
export const TRAINING_CARDS = {
  plain: "4400000000000008",
  page: "4400003000000002",
  empty: "4400000000004844",
} as const;

type Listener = (number: string) => void;
let form: Listener | null = null;

/** The form on the screen takes training cards until the returned end of it is called. */
export function takeTrainingCards(listener: Listener): () => void {
  form = listener;
  return () => {
    if (form === listener) form = null;
  };
}

/** Puts a training card into the form on the screen. */
export function playCard(name: keyof typeof TRAINING_CARDS): void {
  form?.(TRAINING_CARDS[name]);
}
