import type { AppError } from "../errors.ts";
import type { Language } from "../states.ts";
import { ERRORS_EN } from "./errors.en.ts";
import { ERRORS_KK } from "./errors.kk.ts";
import { ERRORS_RU } from "./errors.ru.ts";
import type { ErrorText, ErrorTexts } from "./types.ts";

export type { ErrorText, ErrorTexts } from "./types.ts";

export const ERROR_TEXTS: Readonly<Record<Language, ErrorTexts>> = { kk: ERRORS_KK, ru: ERRORS_RU, en: ERRORS_EN };

const PLACE = /\{\{(\w+)\}\}/g;

/** Puts `params` in the places `{{name}}`; a place without a value becomes empty, never a brace on the screen. */
export function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(PLACE, (_, name: string) => String(params[name] ?? ""));
}

/**
 * The sentence and the next step of an error. `not_ready` speaks of its cause, where it names one; what is done in the
 * bank's own office has a sentence of its own; of the next step, what the error does not know is left out.
 */
export function errorText(
  language: Language,
  error: Pick<AppError, "code" | "params">,
): Pick<ErrorText, "title" | "next"> {
  const texts = ERROR_TEXTS[language];
  const { reason } = error.params;
  const cause =
    error.code === "not_ready" && reason !== undefined && Object.hasOwn(texts, reason)
      ? texts[reason as keyof ErrorTexts]
      : null;
  const told = cause ?? texts[error.code];
  const { title, next } = error.params["where"] === "office" ? (told.office ?? told) : told;
  return { title: fill(title, error.params), next: fill(known(next, error.params), error.params) };
}

/** The text without the sentences that have a place and no value for it, unless nothing would be left. */
function known(text: string, params: Readonly<Record<string, string>>): string {
  const told = text
    .split(/(?<=[.!?]) /)
    .filter((sentence) => [...sentence.matchAll(PLACE)].every(([, name = ""]) => params[name] !== undefined));
  return told.length === 0 ? text : told.join(" ");
}
