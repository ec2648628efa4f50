import type { Language } from "../../contract/states.ts";
import { useStore } from "../store.ts";
import { doubtEn } from "./doubt.en.ts";
import { doubtKk } from "./doubt.kk.ts";
import { doubtRu } from "./doubt.ru.ts";
import { wordsOf } from "./index.ts";
import type { PlainKeyOf, WordsOf } from "./index.ts";

export type DoubtWords = WordsOf<typeof doubtKk>;
export type PlainDoubtKey = PlainKeyOf<typeof doubtKk>;

const DOUBT: Readonly<Record<Language, DoubtWords>> = {
  kk: wordsOf<typeof doubtKk>(doubtKk),
  ru: wordsOf<typeof doubtKk>(doubtRu),
  en: wordsOf<typeof doubtKk>(doubtEn),
};

/** The words of the list of what nobody knows, in the language on the screen. */
export const useDoubtWords = (): DoubtWords => DOUBT[useStore((state) => state.language)];
