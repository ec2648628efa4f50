import type { Language } from "../../contract/states.ts";
import { speechEn } from "./speech.en.ts";
import { speechKk } from "./speech.kk.ts";
import type { SpeechKey, SpeechMessages } from "./speech.kk.ts";
import { speechRu } from "./speech.ru.ts";

export type { SpeechKey } from "./speech.kk.ts";

export const SPEECH: Readonly<Record<Language, SpeechMessages>> = { kk: speechKk, ru: speechRu, en: speechEn };

/** Whether a sentence was spoken once and lies in assets/voice; the others only a voice of the computer says. */
export const hasClip = (key: SpeechKey): boolean => !key.startsWith("ui.") && !key.startsWith("till.");
