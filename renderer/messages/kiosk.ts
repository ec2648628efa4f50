import type { Language } from "../../contract/states.ts";
import { useStore } from "../store.ts";
import { kioskEn } from "./kiosk.en.ts";
import { kioskKk } from "./kiosk.kk.ts";
import { kioskRu } from "./kiosk.ru.ts";
import { wordsOf } from "./index.ts";
import type { PlainKeyOf, WordsOf } from "./index.ts";

export type KioskWords = WordsOf<typeof kioskKk>;
export type PlainKioskKey = PlainKeyOf<typeof kioskKk>;

export const KIOSK: Readonly<Record<Language, KioskWords>> = {
  kk: wordsOf<typeof kioskKk>(kioskKk),
  ru: wordsOf<typeof kioskKk>(kioskRu),
  en: wordsOf<typeof kioskKk>(kioskEn),
};

/** The words of an unattended till in the language on the screen. */
export const useKioskWords = (): KioskWords => KIOSK[useStore((state) => state.language)];
