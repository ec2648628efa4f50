import type { Language } from "../../contract/states.ts";
import { useStore } from "../store.ts";
import { cardEn } from "./card.en.ts";
import { cardKk } from "./card.kk.ts";
import { cardRu } from "./card.ru.ts";
import { wordsOf } from "./index.ts";
import type { PlainKeyOf, WordsOf } from "./index.ts";

export type CardWords = WordsOf<typeof cardKk>;
export type PlainCardKey = PlainKeyOf<typeof cardKk>;

const CARD: Readonly<Record<Language, CardWords>> = {
  kk: wordsOf<typeof cardKk>(cardKk),
  ru: wordsOf<typeof cardKk>(cardRu),
  en: wordsOf<typeof cardKk>(cardEn),
};

/** The words of the card forms in the language on the screen. */
export const useCardWords = (): CardWords => CARD[useStore((state) => state.language)];
