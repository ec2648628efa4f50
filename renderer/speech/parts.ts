import type { Language } from "../../contract/states.ts";
import { hasClip, SPEECH } from "../messages/speech.ts";
import type { SpeechKey } from "../messages/speech.ts";
import { clipsOfCount, clipsOfDigits, clipsOfNumber, clipsOfSum, wordsOfClips } from "./numbers.ts";

/** A piece of what is said. `text` is what no clip can hold: a name, a bank's words. */
export type Part =
  | { readonly say: SpeechKey; readonly in?: Language }
  /** Whole tiyn. */
  | { readonly sum: number }
  | { readonly seconds: number }
  | { readonly count: number }
  /** Digit by digit: a telephone, a receipt. */
  | { readonly digits: string }
  | { readonly text: string };

export interface Said {
  readonly text: string;
  readonly language: Language;
  /** Names in assets/voice; null: only a voice of this computer can say it. */
  readonly clips: readonly string[] | null;
}

const counted = (clips: readonly string[], language: Language): Said => ({
  text: `${wordsOfClips(clips, language)}.`,
  language,
  clips,
});

/** How a part is said in a language. */
export function saidOf(part: Part, language: Language): Said {
  if ("say" in part) {
    const own = part.in ?? language;
    return { text: SPEECH[own][part.say], language: own, clips: hasClip(part.say) ? [part.say] : null };
  }
  if ("sum" in part) return counted(clipsOfSum(part.sum, language), language);
  if ("seconds" in part) return counted(clipsOfCount(part.seconds, "second", language), language);
  if ("count" in part) return counted(clipsOfNumber(part.count, language), language);
  // Written as digits: a row of words would be harder to read along than it is to hear.
  if ("digits" in part) return { text: `${part.digits}.`, language, clips: clipsOfDigits(part.digits) };
  return { text: /[.!?:…]$/.test(part.text) ? part.text : `${part.text}.`, language, clips: null };
}

/** The parts as one text. */
export const textOf = (parts: readonly Part[], language: Language): string =>
  parts.map((part) => saidOf(part, language).text).join(" ");
