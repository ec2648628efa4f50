import type { Language } from "../../contract/states.ts";
import { useStore } from "../store.ts";
import { backEn } from "./back.en.ts";
import { backKk } from "./back.kk.ts";
import { backRu } from "./back.ru.ts";
import { wordsOf } from "./index.ts";
import type { WordsOf } from "./index.ts";

export type BackWords = WordsOf<typeof backKk>;

const BACK: Readonly<Record<Language, BackWords>> = {
  kk: wordsOf<typeof backKk>(backKk),
  ru: wordsOf<typeof backKk>(backRu),
  en: wordsOf<typeof backKk>(backEn),
};

/** The words of refund and history in the language on the screen. */
export const useBackWords = (): BackWords => BACK[useStore((state) => state.language)];
